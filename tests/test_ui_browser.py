"""The dashboard in headless Chromium, as people use and abuse it:
links passed on, servers that die, phones, hostile feeds.
"""

import os
import re
import signal
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests import running
from tests.browser import click_row, open_page

PAGES = ("", "stories", "articles", "map", "oil", "why", "alerts", "feeds", "trust")
BREAKING = [
    {"title": "Iran launches missile strike on Israel", "summary": "Sirens sounded in Haifa."},
    {"title": "Iran and Oman hold talks in Muscat on Strait of Hormuz", "summary": "Mediators spoke of progress."},
    {"title": "هجوم بطائرة مسيرة على ناقلة نفط في مضيق هرمز", "summary": "لم تقع إصابات."},
    {"title": "حمله پهپادی به یک نفتکش در تنگه هرمز", "summary": "خدمه کشتی سالم هستند."},
    {"title": "City museum opens a new wing", "summary": "Thirty years in the making."},
]
# `%s` is an address that must never be asked
HOSTILE = [
    "<script>window.hacked = 1</script> Iran launches missile strike on Israel",
    "<img src='%s/img' onerror='window.hacked = 2'> Iran launches missile strike on Israel",
    (
        "![x](%s/markdown) [link](javascript:window.hacked=3) :red[**Iran launches missile strike on "
        "Israel**] $x^2$ :material/home:"
    ),
    "\u202eIran launches missile strike on Israel\u202c <style>body{display:none}</style>",
    '=HYPERLINK("%s/formula","Iran launches missile strike on Israel")',
    "Iran launches missile strike on Israel " + "W" * 200_000,
]


def items(texts, *, link="https://press.example/{}", minutes=30):
    made = []
    for number, text in enumerate(texts):
        given = text if isinstance(text, dict) else {"title": text, "summary": text}
        made.append(
            {**given, "link": link.format(number), "published": datetime.now(UTC) - timedelta(minutes=minutes + number)}
        )
    return made


@pytest.fixture
def newsroom(tmp_path):
    """(folder, press) of a monitor that polls one loopback feed every two seconds."""
    with running.Press() as press:
        press.feeds["/a.xml"] = running.rss(items(BREAKING))
        running.feeds_yaml(tmp_path, press, {"/a.xml": {"name": "Test Wire", "every": "2s"}})
        yield tmp_path, press


def test_a_link_is_passed_on_and_outlives_the_server(newsroom, browser_page):
    folder, _ = newsroom
    page = browser_page
    with running.app(folder) as (address, process):
        open_page(page, address, "articles")
        page.get_by_role("button", name="Show ").or_(page.get_by_text("4 articles", exact=True)).first.wait_for()
        page.goto(f"{address}/articles?text=Muscat")
        page.get_by_text("1 article", exact=True).wait_for()
        click_row(page)
        page.locator(".reading", has_text="spoke of progress").wait_for()
        expect(page).to_have_url(re.compile("article="))
        link = page.url
        other = page.context.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        other.goto(link)
        other.get_by_text("1 article", exact=True).wait_for()
        other.locator(".reading mark").first.wait_for()
        port = int(address.rpartition(":")[2])
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with running.app(folder, port=port):
        other.reload()
        other.locator(".reading mark").first.wait_for()
        expect(other.get_by_role("textbox", name="Words in title or summary")).to_have_value("Muscat")
        page.get_by_text("1 article", exact=True).wait_for()  # the open page finds the new server by itself
        expect(page.get_by_role("textbox", name="Words in title or summary")).to_have_value("Muscat")


def test_what_comes_in_is_announced_and_moves_nothing(newsroom, browser_page):
    folder, press = newsroom
    page = browser_page
    with running.app(folder) as (address, _):
        open_page(page, address, "articles")
        page.get_by_text("4 articles", exact=True).or_(page.get_by_role("button", name="Show ")).first.wait_for()
        open_page(page, address, "articles")
        page.get_by_text("4 articles", exact=True).wait_for()
        before = page.get_by_test_id("stDataFrame").first.bounding_box()
        late = {
            "title": "US seizes tanker in Gulf of Oman",
            "summary": "",
            "link": "https://press.example/late",
            "published": datetime.now(UTC),
        }
        press.feeds["/a.xml"] = running.rss([late, *items(BREAKING)])
        page.get_by_role("button", name="Show 1 new").wait_for()
        page.locator(".st-key-arrivals .reading", has_text="US seizes tanker").wait_for()
        assert page.get_by_test_id("stDataFrame").first.bounding_box() == before
        assert page.get_by_text("4 articles", exact=True).is_visible()
        page.get_by_role("button", name="Show 1 new").click()
        page.get_by_text("5 articles", exact=True).wait_for()


def test_a_phone_and_the_dark_need_no_sideways_scroll(newsroom, browser_page):
    folder, _ = newsroom
    with running.app(folder) as (address, _):
        open_page(browser_page, address, "")
        browser_page.locator(".reading.title").first.wait_for()
        phone = browser_page.context.browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme="dark", timezone_id="Asia/Dubai"
        ).new_page()
        for path in PAGES:
            open_page(phone, address, path)
            assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
            assert phone.locator('[data-testid="stException"]').count() == 0, path
        open_page(phone, address, "")
        arabic = phone.locator(".reading.title", has_text="هجوم").first
        arabic.wait_for()
        assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"
        time = phone.locator(".card-foot time").first  # the viewer's own clock, UTC when pointed at
        shown, utc = time.inner_text(), datetime.strptime(time.get_attribute("title"), "%Y-%m-%d %H:%M UTC")
        assert shown.endswith(f"{utc + timedelta(hours=4):%H:%M}")
        text, ground = phone.evaluate("""() => ['color', 'backgroundColor'].map(
            name => getComputedStyle(document.querySelector('.stApp'))[name]
            .match(/[0-9]+/g).slice(0, 3).map(Number).reduce((a, b) => a + b))""")
        assert text > 500 > 150 > ground


def test_a_hostile_feed_stays_text(tmp_path, browser_page):
    page, asked = browser_page, []
    with running.Press() as press, running.Press() as evil:
        press.feeds["/a.xml"] = running.rss(
            items([t.replace("%s", evil.url) for t in HOSTILE], link="javascript:window.hacked=4//{}")
        )
        running.feeds_yaml(tmp_path, press, {"/a.xml": {"name": "Evil <b>Wire</b> :red[x]"}})
        with running.app(tmp_path) as (address, _):
            page.on("request", lambda request: asked.append(request.url))
            page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
            open_page(page, address, "")
            page.locator(".reading mark").first.wait_for()
            for path in (
                *PAGES,
                *(f"articles?article={n}" for n in range(1, len(HOSTILE) + 1)),
                "stories?least=1&story=1",
                "api/brief.html",
                "api/brief.html?lang=fa",
            ):
                if path.startswith("api/"):
                    page.goto(f"{address}/{path}")
                    assert page.locator("article h3").count() >= 1, path
                else:
                    open_page(page, address, path)
                assert page.evaluate("window.hacked") is None, path
                assert page.locator('a[href^="javascript:"]').count() == 0, path
                assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
                assert page.evaluate("getComputedStyle(document.body).display") != "none", path
            host = address.split("//")[1]
            assert {url for url in asked if host not in url and not url.startswith(("data:", "blob:"))} == set()
            assert evil.asked == []
            exported = running.monitor(tmp_path, "export", "articles").stdout
            assert "\"'=HYPERLINK(" in exported
