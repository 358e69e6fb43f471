"""A real browser for tests, and how a person uses a page in it: headless Chromium as the system has it.

`python -m tests.browser` prints where that is, or fails.
Without it a test is skipped, naming the command that installs it; MONITOR_REQUIRE_BROWSER=1 makes that a failure.
"""

from __future__ import annotations

import os
import shutil
import sys

import pytest

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW = "no Chromium found; install it: apt-get install chromium"


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture
def browser_page():
    """A fresh page, 1280 x 900. Playwright is started for each test:
    its event loop must not outlive it, other tests run their own.
    """
    path = find_chromium()
    if path is None:
        (pytest.fail if os.environ.get("MONITOR_REQUIRE_BROWSER") else pytest.skip)(HOW)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # all that a test waits for comes at last, on a busy machine late
    with sync_playwright() as playwright:
        # Root may not use Chromium's sandbox; small containers have little shared memory.
        flags = [
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, accept_downloads=True, locale="en-GB", timezone_id="UTC"
        )
        context.set_default_timeout(60_000)
        yield context.new_page()
        browser.close()


def settled(page) -> None:
    """Waits until the page's script has run to the end."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def open_page(page, address: str, path: str) -> None:
    """Goes there and waits until its script has run to the end."""
    page.goto(f"{address}/{path}")
    page.locator("h1").first.wait_for()
    settled(page)


def click_row(page, number: int = 0, table: int = 0) -> None:
    """The table is a canvas: its cells are found by place, its state by what it tells screen readers."""
    grid = page.get_by_test_id("data-grid-canvas").nth(table)
    grid.locator("tr").nth(1).wait_for(state="attached")
    grid.scroll_into_view_if_needed()
    place = grid.bounding_box()
    x, y = place["x"] + 160, place["y"] + 52 + 33 * number
    page.mouse.move(x - 5, y - 3)
    page.wait_for_timeout(200)  # a table that has just been scrolled to takes no notice of a click for a moment
    page.mouse.click(x, y)


if __name__ == "__main__":
    found = find_chromium()
    print(found or HOW)
    sys.exit(found is None)
