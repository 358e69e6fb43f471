"""One period for all pages in Chromium: kept from page to page, by Back and Forward, in links; set by a drag."""

import re
import urllib.parse
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from monitor.feeds import demo
from monitor.index.indexer import update_index
from monitor.reader.reader import Reader
from monitor.storage.store import open_store
from monitor.stories import service as story_service
from tests import running
from tests.browser import click_row, open_page, settled

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIMES = "2026-02-28 to 2026-03-01 06:00"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("monitor")
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    demo.fill(store, Reader.load(), NOW)
    story_service.update(store, NOW)
    update_index(store, None, NOW)
    store.close()
    with running.app(folder, MONITOR_FEEDS=str(demo.HERE / "feeds.yaml"), MONITOR_NOW=NOW.isoformat()) as (address, _):
        yield address


def field(page):
    return page.locator(".st-key-during input")


def heading(page, words: str) -> None:
    page.locator("h1", has_text=words).wait_for()
    settled(page)


def test_back_and_forward_walk_the_views_as_they_were(address, browser_page):
    page = browser_page
    open_page(page, address, f"why?during={urllib.parse.quote(TIMES)}&by=Story&measure=Relief")
    click_row(page)
    page.get_by_role("link", name="Who reported this story").click()
    heading(page, "Stories")
    page.wait_for_url(re.compile(r"/stories\?.*story=\d+"))
    story = re.search(r"story=\d+", page.url)[0]
    expect(field(page)).to_have_value(TIMES)
    page.get_by_role("link", name="Articles", exact=True).first.click()
    heading(page, "Articles")
    expect(field(page)).to_have_value(TIMES)
    page.get_by_role("radio", name="24 hours").click()
    expect(field(page)).to_have_value("")
    settled(page)
    views = [
        ("Stories", TIMES, story), ("Why the index moved", TIMES, "by=Story"), ("Stories", TIMES, story),
        ("Articles", TIMES, "during="), ("Articles", "", "time=24+hours"),
    ]  # fmt: skip
    page.go_back()  # the times before the preset
    expect(field(page)).to_have_value(TIMES)
    for step, (title, times, within) in zip(
        (page.go_back, page.go_back, page.go_forward, page.go_forward, page.go_forward), views, strict=True
    ):
        step()
        heading(page, title)
        expect(field(page)).to_have_value(times)
        expect(page).to_have_url(re.compile(re.escape(within)))
    assert page.locator('[data-testid="stException"]').count() == 0


def test_a_link_to_the_view_shows_these_times_or_always_the_last_days(address, browser_page):
    page = browser_page
    open_page(page, address, "articles?text=Hormuz&time=3+days")
    shown = page.get_by_test_id("stText").filter(has_text=re.compile(r"^\d+ articles?$")).inner_text()
    page.get_by_role("button", name="Link to this view").click()
    fixed = page.get_by_test_id("stCode").first.inner_text().strip()
    assert "during=2026-02-27" in fixed and "text=Hormuz" in fixed
    page.get_by_text("always the last 3 days").click()
    expect(page.get_by_test_id("stCode").first).to_contain_text("time=3+days")
    moving = page.get_by_test_id("stCode").first.inner_text().strip()
    assert "during" not in moving
    for link in (fixed, moving):
        page.goto(link)
        heading(page, "Articles")
        page.get_by_text(shown, exact=True).wait_for()


def test_the_period_survives_another_language_which_the_root_of_the_document_names(address, browser_page):
    page = browser_page
    root = page.locator("html")
    open_page(page, address, "articles?time=3+days")
    expect(root).to_have_attribute("lang", "en")
    page.locator(".st-key-language input").click()
    page.get_by_role("option").nth(3).click()
    expect(root).to_have_attribute("dir", "rtl")
    settled(page)
    expect(page.locator(".st-key-time [aria-checked=true]")).to_contain_text("3")
    expect(page).to_have_url(re.compile("locale=fa"))
    page.reload()
    expect(root).to_have_attribute("lang", "fa")
    expect(page.locator(".st-key-time [aria-checked=true]")).to_contain_text("3")


def test_what_is_typed_sets_the_time_and_what_is_no_time_is_said(address, browser_page):
    page = browser_page
    open_page(page, address, "articles")
    field(page).fill("28 Feb")
    field(page).press("Enter")
    settled(page)
    page.get_by_role("button", name="Now", exact=True).wait_for()
    expect(page).to_have_url(re.compile(r"during=28\+Feb"))
    field(page).fill("the other day")
    field(page).press("Enter")
    page.get_by_text("'the other day' is no time").wait_for()
    page.get_by_role("button", name="Now", exact=True).click()
    expect(field(page)).to_have_value("")


def test_sorting_a_table_opens_nothing(address, browser_page):
    page = browser_page
    open_page(page, address, "stories?time=all")
    grid = page.get_by_test_id("data-grid-canvas").first
    grid.locator("tr").nth(1).wait_for(state="attached")
    place = grid.bounding_box()
    page.mouse.click(place["x"] + 200, place["y"] + 15)
    page.wait_for_timeout(800)
    settled(page)
    assert "story=" not in page.url
    page.mouse.click(place["x"] + 200, place["y"] + 85)
    page.locator(".st-key-story").wait_for()
    expect(page).to_have_url(re.compile("story="))


def test_a_drag_over_the_chart_sets_the_time_and_a_click_on_a_point_leads_to_its_hour(address, browser_page):
    page = browser_page
    open_page(page, address, "")
    chart = page.locator("[class*=st-key-main_chart] canvas").first
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    box = chart.bounding_box()
    column = round(box["width"] * 0.8)
    line = chart.evaluate(  # the highest pixel of the tension line in a column
        """(canvas, x) => {
            const {data} = canvas.getContext('2d').getImageData(x * devicePixelRatio, 0, 1, canvas.height);
            for (let y = 70; y < canvas.height; y++) {
                const [red, green, blue, solid] = data.slice(4 * y, 4 * y + 4);
                if (solid > 200 && red > 190 && green > 70 && green < 120 && blue < 40) return y / devicePixelRatio;
            }
        }""",
        column,
    )
    page.mouse.click(box["x"] + column, box["y"] + line + 1)
    heading(page, "Why the index moved")
    assert re.fullmatch(r"2026-0[23]-\d\d \d\d:\d\d to 2026-0[23]-\d\d \d\d:\d\d", field(page).input_value())
    page.go_back()
    heading(page, "Gulf tension")
    expect(field(page)).to_have_value("")
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    box = chart.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 31, box["y"] + 25)  # the tool that chooses a stretch of time
    page.wait_for_timeout(300)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 130, steps=6)
    page.mouse.up()
    expect(field(page)).to_have_value(re.compile(r"2026-0[23]-\d\d \d\d:\d\d to 2026-0[23]-\d\d \d\d:\d\d"))


def test_enter_takes_the_one_match_and_never_all(address, browser_page):
    page = browser_page
    open_page(page, address, "articles?time=all")
    page.get_by_role("button", name="More filters").click()
    box = page.get_by_role("combobox", name=re.compile("Category")).first
    box.fill("sea")
    box.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="category: incidents at sea").wait_for()
    assert page.get_by_role("button", name=re.compile("^category: ")).count() == 1
