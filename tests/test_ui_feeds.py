"""The Feeds page as a person uses it: who is in trouble, one feed's story, a test of an address,
the line for feeds.yaml.
"""

from datetime import UTC, datetime

from tests import running

ITEM = {"title": "Iran launches missiles at Israel [x](javascript:1)", "link": "https://press.example/1"}


def test_a_feed_is_opened_and_an_address_tested(tmp_path, browser_page):
    page = browser_page
    with running.Press() as press:
        press.feeds["/a.xml"] = running.rss([{**ITEM, "published": datetime.now(UTC)}], title="The Wire :red[x]")
        running.feeds_yaml(
            tmp_path, press, {"/a.xml": {"name": "Wire", "language": "en"}, "/gone.xml": {"name": "Lost"}}
        )
        with running.app(tmp_path) as (address, _):
            page.goto(f"{address}/feeds?feed=Lost")
            page.get_by_text("1 ✕ failing").wait_for()
            page.get_by_text("404 Not Found", exact=False).first.wait_for()
            page.goto(f"{address}/feeds?feed=Wire")
            page.get_by_text("it answers, with entries").wait_for()
            page.get_by_role("button", name="Test it now").click()
            page.get_by_text(f"{press.url}/a.xml: well, HTTP 200").wait_for()
            page.get_by_text("The Wire :red[x] (rss20), 1 entry").wait_for()
            page.get_by_text("It is in feeds.yaml already.").wait_for()

            asked = len(press.asked)
            page.get_by_label("Test an address").fill(f"{press.url}/a.xml?more")
            page.get_by_role("button", name="Test", exact=True).click()
            page.get_by_text("127.0.0.1 is a loopback address").wait_for()
            assert not any("more" in path for path in press.asked[asked:])
