"""An analyst's day in headless Chromium, on the made-up fortnight: read, compare, download, pass on;
seen, heard and by keyboard.
"""

import csv
import io
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from monitor.feeds import demo
from monitor.index.indexer import update_index
from monitor.models import Alert
from monitor.reader.reader import Reader
from monitor.storage import alerts, stories
from monitor.storage.store import open_store
from monitor.stories import service as story_service
from monitor.ui.queries.reads import TICK
from tests import running
from tests.browser import click_row, open_page, settled

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DARK = "rgb(17, 25, 29)"
# the cells of a table are Streamlit's and many; the table itself is looked at
FAULTS = """options => axe
    .run({exclude: ['[data-testid="data-grid-canvas"]']}, {resultTypes: ['violations'], ...options})
    .then(found => found.violations.flatMap(fault => fault.nodes.map(node => [fault.id, node.html.slice(0, 300)])))"""


@pytest.fixture(scope="module")
def monitor(tmp_path_factory):
    """(address, number of the story that most publishers tell) of a running dashboard."""
    folder = tmp_path_factory.mktemp("monitor")
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    demo.fill(store, Reader.load(), NOW)
    story_service.update(store, NOW)
    update_index(store, None, NOW)
    leading = max(
        stories.find(store, limit=1000), key=lambda story: (story.direction == "escalation", story.publishers)
    )
    alerts.save(
        store,
        Alert(
            None,
            "Grave event",
            "signal",
            NOW - timedelta(hours=3),
            "firing",
            "2 publishers report an attack (severity 9)\nmore",
            "g",
            stories=(leading.id,),
        ),
    )
    store.close()
    with running.app(folder, MONITOR_FEEDS=str(demo.HERE / "feeds.yaml"), MONITOR_NOW=NOW.isoformat()) as (address, _):
        yield address, leading.id


def test_axe_finds_no_fault_in_light_or_dark(monitor, browser_page):
    axe = pytest.importorskip("axe_playwright_python.base", reason="requirements-dev.txt is not installed").AXE_SCRIPT
    address, story = monitor
    page, found = browser_page, []
    for path in (
        "",
        f"stories?least=1&story={story}&article={story}",
        f"articles?article={story}",
        "map?time=30+days",
        "oil?events=2026-02-20",
        "why",
        "alerts?alert=1",
        "feeds?feed=Demo+Wire",
        "trust",
    ):
        page.emulate_media(color_scheme="light")
        open_page(page, address, path)
        page.evaluate(axe)
        found += [(path, "light", *fault) for fault in page.evaluate(FAULTS, {})]
        page.emulate_media(color_scheme="dark")
        expect(page.locator(".stApp")).to_have_css("background-color", DARK)
        found += [(path, "dark", *fault) for fault in page.evaluate(FAULTS, {"runOnly": ["color-contrast"]})]
    assert found == []


def test_since_last_night_is_no_step_and_an_event_of_the_chart_leads_to_its_story_and_back(monitor, browser_page):
    """The browser keeps when it looked last; the server has it from a cookie."""
    address, _ = monitor
    page = browser_page
    seen = int((NOW - timedelta(hours=20)).timestamp() * 1000)
    page.add_init_script(f"localStorage.getItem('monitor.seen') || localStorage.setItem('monitor.seen', '{seen}')")
    open_page(page, address, "")
    expect(page.locator(".since")).to_contain_text("Since you last looked (1 Mar 16:00, 20 h ago)")
    page.locator(".since summary").click()
    page.locator(".since dd a").first.wait_for()
    chart = page.locator("[class*=st-key-main_chart] canvas").first
    place, events = chart.bounding_box(), page.locator(".events li")
    assert events.count() >= 1
    label = events.first.locator("a").inner_text()
    events.first.locator("a").click()
    page.locator("h1", has_text="Stories").wait_for()
    settled(page)
    expect(page).to_have_url(re.compile(r"/stories\?story=\d"))
    assert label
    page.go_back()
    page.locator("table.board").wait_for()
    expect(page).to_have_url(f"{address}/")
    assert place


def test_what_comes_late_of_a_page_that_was_left_does_not_take_the_address(monitor, browser_page):
    """Back before a page is there: Streamlit then writes that page's address over the one gone back to."""
    address, _ = monitor
    page = browser_page
    open_page(page, address, "")
    page.locator(".events li a").first.click()
    page.locator("h1", has_text="Stories").wait_for()
    settled(page)
    page.evaluate("""() => {
        window.told = 0;
        window.addEventListener("popstate", (event) => {
            if (!event.isTrusted) { window.told += 1; return; }
            window.history.pushState({}, "", "/stories");
            window.history.replaceState({}, "", "/?story=1");
        });
    }""")
    page.go_back()
    page.wait_for_function("window.told === 2")
    page.locator("h1", has_text="Gulf tension").wait_for()
    settled(page)
    expect(page).to_have_url(f"{address}/")
    page.get_by_role("radio", name="24 hours").click()  # what the viewer does is written as ever
    expect(page).to_have_url(re.compile(r"\?time=24\+hours$"))


def test_the_brief_is_one_click_away_and_prints(monitor, browser_page):
    address, _ = monitor
    page = browser_page
    open_page(page, address, "")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Brief", exact=True).click()
    brief = opened.value
    brief.locator("h1", has_text="Gulf brief").wait_for()
    assert brief.locator("article li a").count() >= 1 and brief.locator("svg").count() >= 1
    assert brief.locator("nav.screen").is_visible()
    brief.emulate_media(media="print")
    assert not brief.locator("nav.screen").is_visible()
    brief.emulate_media(media="screen")
    brief.get_by_role("link", name="العربية").click()
    brief.locator("html[dir=rtl]").wait_for()
    brief.set_viewport_size({"width": 390, "height": 844})
    assert brief.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_rule_is_tried_on_the_page(monitor, browser_page):
    """A seizure alert: one word typed, one click."""
    address, _ = monitor
    page = browser_page
    open_page(page, address, "alerts")
    page.get_by_role("textbox", name="Title or evidence holds one of").fill("seiz*, hijack*")
    page.keyboard.press("Tab")
    page.get_by_test_id("stCode").filter(has_text='words: ["seiz*", "hijack*"]').wait_for()
    page.get_by_role("button", name="Try it").click()
    page.get_by_text(re.compile("would (not )?have fired")).wait_for()


def test_from_the_first_screen_to_the_words_that_prove_it(monitor, browser_page):
    address, _ = monitor
    page = browser_page
    open_page(page, address, "")
    page.get_by_text("confirmed by 2 publishers").first.wait_for()
    page.get_by_role("link", name="How it was read").first.click()
    page.locator(".st-key-reading .reading mark").first.wait_for()
    page.locator(".st-key-reading .signals summary").first.click()
    said = page.locator(".st-key-reading .signals li").first.inner_text()
    assert "rule " in said
    title = page.locator(".st-key-reading .reading.title").inner_text()
    click_row(page, 2)  # another one, by a click on its title
    expect(page.locator(".st-key-reading .reading.title")).not_to_have_text(title)
    title = page.locator(".st-key-reading .reading.title").inner_text()
    page.keyboard.press("ArrowDown")  # and the next, by the keyboard alone
    expect(page.locator(".st-key-reading .reading.title")).not_to_have_text(title)
    expect(page).to_have_url(re.compile("article="))
    page.get_by_role("button", name="Copy as text").click()
    assert "Read as " in page.get_by_test_id("stCode").last.inner_text()


def test_who_reported_it_and_how_they_differ(monitor, browser_page):
    address, story = monitor
    page = browser_page
    open_page(page, address, "alerts")
    click_row(page)
    page.locator(".st-key-alert .reading.title").wait_for()
    page.get_by_role("link", name=f"Story {story}: who reported it, and how").click()
    page.get_by_text("First reported by").wait_for()
    page.locator(f".st-key-timeline_{story} canvas").first.wait_for()
    settled(page)
    click_row(page, 0, table=1)
    page.locator(".st-key-reading .reading.title").wait_for()
    expect(page).to_have_url(re.compile(rf"(?=.*story={story}\b)(?=.*article=)"))


def test_what_is_shown_is_downloaded_and_pulled(monitor, browser_page):
    address, _ = monitor
    page = browser_page
    open_page(page, address, "articles?lang=Arabic&time=all")
    shown = int(page.get_by_test_id("stText").filter(has_text=re.compile(r"^\d+ articles$")).inner_text().split()[0])
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(started.value.path().open(encoding="utf-8", newline="")))
    assert len(rows) == shown > 1
    assert {row["lang"] for row in rows} == {"ar"} and all(row["method"] for row in rows)
    assert {row["theatre"] for row in rows} == {"true"}
    assert started.value.suggested_filename.startswith("articles-ar-2026-02-")
    page.get_by_role("button", name="CSV for programs").click()
    link = page.get_by_test_id("stCode").first.inner_text().strip()
    with urllib.request.urlopen(link, timeout=20) as answer:
        assert list(csv.DictReader(io.StringIO(answer.read().decode(), newline=""))) == rows


def test_a_zoom_outlives_a_tick_and_a_hidden_tab_asks_nothing(monitor, browser_page):
    address, _ = monitor
    page, sent = browser_page, []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => window.unseen === true})")
    open_page(page, address, "")
    chart = page.locator("[class*=st-key-main_chart] canvas").first
    chart.wait_for()
    page.wait_for_timeout(500)
    whole, place = chart.evaluate("canvas => canvas.toDataURL()"), chart.bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.mouse.move(5, 5)
    page.wait_for_function("([canvas, whole]) => canvas.toDataURL() != whole", arg=[chart.element_handle(), whole])
    page.wait_for_timeout(500)
    zoomed = chart.evaluate("canvas => canvas.toDataURL()")
    before = len(sent)
    while len(sent) == before:  # until it ticks
        page.wait_for_timeout(100)
    page.wait_for_timeout(2_000)
    assert chart.evaluate("canvas => canvas.toDataURL()") == zoomed
    page.evaluate("window.unseen = true")
    page.wait_for_timeout(500)
    before = len(sent)
    page.wait_for_timeout((TICK + 2) * 1000)
    assert len(sent) == before
    page.evaluate("window.unseen = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1000)
    assert len(sent) > before  # what was due is asked at once


def test_from_a_place_to_its_articles(monitor, browser_page):
    address, _ = monitor
    page = browser_page
    open_page(page, address, "map?time=30+days")
    click_row(page)
    heading = page.locator(".st-key-articles_of_spot h3")
    heading.wait_for()
    place = heading.inner_text().partition(":")[0]
    page.get_by_role("link", name="All of them, with filters").first.click()
    page.locator("h1", has_text="Articles").wait_for()
    settled(page)
    page.get_by_role("button", name=f"place: {place}").click()
    expect(page.get_by_role("button", name=f"place: {place}")).to_have_count(0)
