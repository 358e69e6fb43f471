"""The brief: true to what is stored, the same facts in every form and language, and text of feeds never markup."""

import re
from dataclasses import replace
from datetime import timedelta
from string import Formatter

import pytest
import yaml
from markdown_it import MarkdownIt

from monitor.errors import InputError
from monitor.index import state
from monitor.index.strait import Strait
from monitor.models import PARTS, Article, Price
from monitor.operation.brief import content, pdf
from monitor.operation.brief.as_html import html
from monitor.operation.brief.as_markdown import markdown
from monitor.operation.brief.as_markdown import text as md_text
from monitor.operation.brief.content import Brief, Close, Event
from monitor.operation.brief.words import FILE, LANGUAGES, words
from tests import browser
from tests.running import monitor
from tests.test_snapshot import HOSTILE, STORY, Tags, point
from tests.test_storage_articles import HOUR, NOON

ENGLISH = words("en")
ATTACKS = [
    HOSTILE,
    "[click](javascript:alert(1)) ![x](https://evil.example/p.png) <b onmouseover=alert(1)>",
    "**bold** _it_ `code` ~~gone~~ | cell | $x$ &lt;b&gt; \\ # https://evil.example www.evil.example a@evil.example",
    "](https://evil.example) [ref]: https://evil.example",
    "1. one\n\n# heading\n> quote\n***\n    code\n<script>alert(1)</script>",
    "```\n<img src=x onerror=alert(1)>\n```",
]


def brief(**more) -> Brief:
    hours = [point(n, 100.0 + n, tension_low=90.0, tension_high=110.0 + n, relief=20.0) for n in range(200, -1, -1)]
    found = state.state(hours, NOON)
    given = {
        "state": found, "points": hours, "parts": [(part, found) for part in PARTS], "events": (), "closes": (),
        "newest_article": NOON,
    }  # fmt: skip
    return Brief(NOON, NOON - 24 * HOUR, **given | more)


def event(title: str, link: str | None = "https://a.example/1") -> Event:
    article = Article(
        1, "A", title, title, "", link, "en", NOON, NOON, NOON, "escalation", 9.0, ("attack",), (), (), 1, "m"
    )  # fmt: skip
    return Event(replace(STORY, title=title), [article])


def test_every_language_has_every_word_and_fills_in_the_same():
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for name, each in found["words"].items():
        assert tuple(each) == LANGUAGES, name
        filled = {lang: {field for _, field, _, _ in Formatter().parse(text) if field} for lang, text in each.items()}
        assert len({frozenset(fields) for fields in filled.values()}) == 1, name
        assert all(text.strip() and not set("<>[]*_`") & set(text) for text in each.values()), name
    assert set(PARTS) <= set(found["words"])
    assert set(found["right_to_left"]) == {"ar", "fa"} and set(found["reviewed"]) <= set(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_says_the_same_in_every_language(lang):
    close = Price("Brent", NOON - 20 * HOUR, 71.3, "yahoo", "front month", "USD/bbl", NOON - 18 * HOUR, NOON)
    made = brief(
        events=[event("Tankers halt")],
        closes=[Close("Brent", close, replace(close, close=70.0)), Close("WTI")],
    )
    page, mail = html(made, words(lang)), markdown(made, words(lang))
    rtl = lang in ("ar", "fa")
    price, change = ("71,30 USD/bbl", "+1,9 %") if lang == "fr" else ("71.30 USD/bbl", "+1.9 %")
    assert f'<html lang="{lang}"{" dir=rtl" if rtl else ""}>' in page
    for said in (page, mail):
        assert "Tankers halt" in said and price in said and change in said
        assert words(lang)("no_price") in said and words(lang)("hormuz") in said
        assert (words(lang)("unreviewed") in said) == (lang != "en")
    assert page.count("<svg") == 2 and "<figcaption>" in page
    assert words(lang)("source", count=1) in page and words(lang)("source", count=1) in mail


def test_no_news_is_said_and_never_calm():
    empty = brief(
        state=state.state([], NOON), points=[], parts=[("hormuz", state.state([], NOON))], newest_article=None
    )
    for lang in LANGUAGES:
        for said in (html(empty, words(lang)), markdown(empty, words(lang))):
            assert words(lang)("no_events") in said and words(lang)("no_article") in said
            assert words(lang)("hardly any") not in said and words(lang)("not enough news") in said or lang == "en"
    assert "No news polled yet." in html(empty, ENGLISH) and "<svg" not in html(empty, ENGLISH)


def test_made_up_news_and_replays_are_named():
    for made in (html, markdown):
        assert "made up" in made(brief(synthetic=True), ENGLISH) and "Replay" in made(brief(replay=True), ENGLISH)
        assert "made up" not in made(brief(), ENGLISH) and "Replay" not in made(brief(), ENGLISH)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a.example/>x(y)[z]<b>*`|'&", None])
def test_text_of_feeds_is_never_markup(attack, link):
    made, plain = (
        brief(events=[event(name, link)], closes=[Close(name)], strait=Strait("closed", NOON, (name,), NOON))
        for name in (attack, "plain")
    )
    for rendered in (
        [html(one, ENGLISH) for one in (made, plain)],
        [_rendered(markdown(one, ENGLISH)) for one in (made, plain)],
    ):
        attacked, clean = (Tags(one).found for one in rendered)
        assert [tag for tag, _ in attacked] == [tag for tag, _ in clean]
        assert not any(name.startswith("on") for _, attributes in attacked for name in attributes)
        hrefs = [attributes["href"] for tag, attributes in attacked if tag == "a"]
        assert len(hrefs) == (link is not None and link.startswith("https:"))
        assert all(href.startswith("https://a.example/") for href in hrefs)
    assert not re.search("[\u202a-\u202e]", html(made, ENGLISH) + markdown(made, ENGLISH))


def _rendered(text: str) -> str:
    """As a reader with everything switched on would: HTML, tables, strikethrough."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def test_markdown_reads_well_as_plain_text():
    assert md_text("Israel's 3 ships (two of 4) hit: +5.5 %, says F-16 pilot!") == (
        "Israel's 3 ships (two of 4) hit: +5.5 %, says F-16 pilot!"
    )


@pytest.mark.slow
def test_the_command_writes_each_form_and_refuses_what_it_cannot(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n")
    now = {"MONITOR_NOW": (NOON + timedelta(days=1)).isoformat()}
    mail = monitor(tmp_path, "brief", "--since", "2026-02-28", **now)
    assert mail.returncode == 0 and mail.stdout.startswith("# Gulf brief") and "2026-02-28 00:00 UTC" in mail.stdout
    page = monitor(tmp_path, "brief", "--format", "html", "--lang", "fa", "-o", "brief.html", **now)
    assert page.returncode == 0, page.stderr
    assert "dir=rtl" in (tmp_path / "brief.html").read_text(encoding="utf-8")
    none = monitor(tmp_path, "brief", "--format", "pdf", PATH="", **now)
    assert none.returncode == 1 and "none was found; install Chromium" in none.stderr
    assert monitor(tmp_path, "brief", "--since", "2030-01-01", **now).returncode == 2


@pytest.mark.slow
@pytest.mark.skipif(browser.find_chromium() is None, reason=browser.HOW)
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_browser_prints_one_page(lang):
    one = event("Tankers halt at the strait while insurers withdraw their cover and crews wait")
    reports = [replace(report, publisher="Financial Times") for report in one.reports]
    events = [replace(one, reports=reports * content.REPORTS)] * content.EVENTS
    made = brief(events=events, closes=[Close(name) for name in ("Brent", "WTI", "TTF gas", "Gold", "VIX")])
    printed = pdf.pdf(html(made, words(lang)))
    assert printed.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_without_a_browser_there_is_a_remedy(monkeypatch):
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    with pytest.raises(InputError, match=r"none was found; install Chromium .* or take --format html"):
        pdf.pdf("<p>x</p>")
    monkeypatch.setattr(pdf, "BROWSERS", ("false",))
    with pytest.raises(InputError, match="printed nothing"):
        pdf.pdf("<p>x</p>")
