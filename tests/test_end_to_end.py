"""As a user does it: an empty folder, the server, a browser; then the same without a screen."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests import running

pytestmark = pytest.mark.slow

FRENCH = {
    "title": "Téhéran et Washington se parlent à Mascate malgré l'incident du Golfe",
    "summary": "Une nouvelle session s'ouvre jeudi.",
    "content": (
        "<p>Des pourparlers entre l'Iran et les États-Unis doivent se tenir jeudi à Oman.</p>"
        "<p>L'armée américaine a abattu lundi un drone iranien au-dessus de la mer d'Oman. "
        "Des vedettes iraniennes se sont approchées "
        "d'un pétrolier dans le détroit d'Ormuz.</p><p>Téhéran a menacé les États-Unis d'une riposte "
        "sévère en cas d'attaque.</p>"
        "<p>Selon un diplomate, les deux pays souhaitent une désescalade.</p>"
    ),
    "link": "https://press.example/fr/1",
}
FEEDS = {"/fr.xml": {"name": "La Dépêche test", "language": "fr"}, "/en.xml": {"name": "Test Wire", "language": "en"}}
FORMULA = {
    "title": '=HYPERLINK("http://evil.example","Iran launches missile strike on Israel")',
    "link": "https://press.example/en/2",
}
GARDEN = {"title": "City museum opens a new wing", "link": "https://press.example/en/1"}


def published(item: dict, hours: float) -> dict:
    return {**item, "published": datetime.now(UTC) - timedelta(hours=hours)}


def rows_of(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_from_feed_to_screen_and_file(tmp_path, browser_page):
    page = browser_page
    with running.Press() as press:
        press.feeds["/fr.xml"] = running.rss([published(FRENCH, 2)])
        press.feeds["/en.xml"] = running.rss([published(FORMULA, 1), published(GARDEN, 3)])
        running.feeds_yaml(tmp_path, press, FEEDS)
        with running.app(tmp_path) as (address, _):
            page.goto(address)
            page.locator(".reading.title", has_text="Téhéran et Washington").first.wait_for()
            page.goto(f"{address}/articles")
            page.get_by_text("2 articles", exact=True).wait_for()  # those with signals come first
            page.get_by_role("textbox", name="Words in title or summary").fill("pétrolier")
            page.keyboard.press("Enter")
            page.get_by_text("1 article", exact=True).wait_for()
            with page.expect_download() as waiting:
                page.get_by_role("link", name="Download as CSV").click()
            downloaded = rows_of(waiting.value.path().read_text(encoding="utf-8"))
    assert [row["title"] for row in downloaded] == [FRENCH["title"]]
    assert downloaded[0]["direction"] == "mixed"
    assert {"threat", "attack", "maritime", "talks"} <= set(downloaded[0]["categories"].split(";"))
    exported = rows_of(running.monitor(tmp_path, "export", "articles").stdout)
    assert len(exported) == 3
    assert next(row for row in exported if row["link"] == FRENCH["link"]) == downloaded[0]
    assert next(row for row in exported if row["link"] == FORMULA["link"])["title"].startswith("'=")


def test_poll_once_without_a_screen(tmp_path):
    with running.Press() as press:
        press.feeds["/fr.xml"] = running.rss([published(FRENCH, 2)])
        press.feeds["/en.xml"] = running.rss([])
        running.feeds_yaml(tmp_path, press, FEEDS)
        first = running.monitor(tmp_path, "poll", "--once")
        second = running.monitor(tmp_path, "poll", "--once")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert len(rows_of(running.monitor(tmp_path, "export", "articles").stdout)) == 1
    signals = rows_of(running.monitor(tmp_path, "export", "signals").stdout)
    text = {"title": FRENCH["title"]}
    assert all(
        row["text"] == text["title"][int(row["start"]) : int(row["end"])] for row in signals if row["field"] == "title"
    )
    health = {row["name"]: row["state"] for row in rows_of(running.monitor(tmp_path, "export", "feeds").stdout)}
    assert health == {"La Dépêche test": "well", "Test Wire": "empty"}


def test_every_feed_failing_is_a_failure_but_loses_nothing(tmp_path):
    with running.Press() as press:
        press.feeds["/en.xml"] = running.rss([published(GARDEN, 1)])
        running.feeds_yaml(tmp_path, press, {"/en.xml": FEEDS["/en.xml"]})
        assert running.monitor(tmp_path, "poll", "--once").returncode == 0
    gone = running.monitor(tmp_path, "poll", "--once")
    assert gone.returncode == 1
    assert "every feed failed" in gone.stderr
    assert len(rows_of(running.monitor(tmp_path, "export", "articles").stdout)) == 1


def test_a_broken_configuration_exits_with_2(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - name: A\n    url: ftp://example.com/feed\n", encoding="utf-8")
    for words in (("check",), ("poll", "--once"), ("export", "articles")):
        result = running.monitor(tmp_path, *words)
        assert result.returncode == 2
        assert "feeds.yaml:3: feeds[0].url" in result.stderr
