"""The frame, the Feeds page and downloads say nothing past the catalogues."""

import json
import re
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from monitor import language
from monitor.feeds.probe import ProbeResult
from monitor.models import BadEntry, Entry, Feed, FeedState, Parsed, Reading, SeriesState
from monitor.storage import observations, steps
from monitor.storage.steps import StepFailure
from monitor.storage.store import open_store
from monitor.ui.app import pages
from monitor.ui.queries import reads
from tests.stores import save_state

MAIN = str(Path(reads.__file__).parents[1] / "app" / "main.py")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS = """
feeds:
  - {name: AAA, url: 'https://a.example/rss', language: en}
  - {name: BBB, url: 'https://b.example/rss'}
prices: []
series: [{name: SSS, url: 'https://s.example/a.csv', date: day, value: risk, unit: UUU, lag: 2d}]
"""
# names, codes and messages of faults, which are the same in every language
SAME = re.compile(r"AAA|BBB|SSS|UUU|EEE|HTTP|https?:\S+|rss20|stories|English|Français")


class Marked(NullTranslations):
    """Says each sentence between marks."""

    def gettext(self, message):
        return f"«{message}»"

    def ngettext(self, msgid1, msgid2, n):
        return f"«{msgid1 if n == 1 else msgid2}»"


def left(text: str) -> list[str]:
    """The words that stand outside the marks."""
    text = re.sub("<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s(class|href|datetime|role|lang|dir|download)="[^"]*"', "", text)
    text = re.sub(r"</?\w+|title=", " ", text)
    while text != (text := re.sub("«[^«»]*»", "", text)):
        pass
    return re.findall(r"[A-Za-z]{3,}", SAME.sub("", text))


SHOWN = ("body", "label", "placeholder", "help", "options", "content", "popover", "alt_text", "columns")


def said(proto) -> list[str]:
    """What an element says to its viewer: fields by name, columns of a table from their configuration."""
    found = []
    for field, value in proto.ListFields():
        values = value if isinstance(value, (list, tuple)) or field.is_repeated else [value]
        if field.name == "columns" and field.type == field.TYPE_STRING:
            found += [one.get(word) or "" for one in json.loads(value).values() for word in ("label", "help")]
        elif field.name in SHOWN:
            found += [text for one in values for text in ([one] if isinstance(one, str) else said(one))]
    return found


def everything(block) -> list[str]:
    found = []
    for child in block.children.values():
        found += said(child.proto) if child.proto is not None else []
        if hasattr(child, "children"):
            found += everything(child)
        elif child.type == "dataframe":
            frame = child.value
            found += [name for name in frame if not json.loads(child.proto.columns).get(name, {}).get("label")]
            found += [cell for name in frame for cell in frame[name] if isinstance(cell, str)]
            found += [word for name in frame for cell in frame[name] if isinstance(cell, list) for word in cell]
    return found


@pytest.fixture
def screen(monkeypatch, tmp_path):
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path}/m.db")
    monkeypatch.setenv("MONITOR_FEEDS", str(tmp_path / "feeds.yaml"))
    monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
    store = open_store(f"sqlite:///{tmp_path}/m.db")
    asked = NOW - timedelta(hours=1)
    answered = FeedState(
        "AAA", "https://a.example/rss", state="failing", failure="network", error="EEE", failures=2, bad_entries=2,
        last_polled=asked, interval=timedelta(minutes=5),
    )  # fmt: skip
    save_state(store, answered, now=NOW)
    series = SeriesState("SSS", "https://s.example/a.csv", last_asked=NOW, last_success=NOW)
    observations.save(store, series, [(NOW - timedelta(days=1), 1.0)], unit="UUU", now=NOW)
    steps.fail(store, StepFailure("stories", asked, NOW, 5, "EEE", NOW + timedelta(minutes=4)))
    store.close()

    def caches():
        st.cache_data.clear()
        st.cache_resource.clear()
        pages._target.cache_clear()

    tried: Future[ProbeResult] = Future()
    entry = Entry("1", "EEE", "https://c.example/1", "", None, None)
    parsed = Parsed(None, "rss20", (entry,), (BadEntry(2, "EEE"),))
    reading = Reading("en", "escalation", 1.0, True, (), (), (), (), "")
    address = "https://c.example/rss"
    tried.set_result(ProbeResult(Feed("CCC", address), 200, None, parsed, (reading,), "https://c.example/new"))

    def run(**query: str) -> AppTest:
        shown = AppTest.from_file(MAIN, default_timeout=30)
        shown.session_state["trial"], shown.session_state["trial_of"] = tried, address
        shown.query_params.update({"locale": "fr", **query})
        shown.run()
        shown.switch_page("../views/feeds.py")
        shown.query_params.update(query)
        return shown.run()

    caches()
    yield run
    caches()


@pytest.mark.parametrize("query", [{"during": "some day"}, {"feed": "AAA", "during": "2026-03-01"}])
def test_the_frame_and_the_feeds_page_say_nothing_past_the_catalogues(screen, monkeypatch, query):
    monkeypatch.setattr(language, "catalogue", lambda code: Marked())
    shown = screen(**query)
    assert not shown.exception
    texts = everything(shown._tree)
    assert {text: words for text in texts if (words := left(text))} == {}
    assert sum("«" in text for text in texts) > 20


def named(shown: AppTest) -> str:
    return "".join(shown.query_params["locale"])


def test_a_language_goes_from_page_to_page_and_its_code_stands_in_the_address(screen):
    shown = screen()
    assert named(shown) == "fr"
    assert [one.value for one in shown.selectbox if one.key == "language"] == ["fr"]
    shown.selectbox(key="language").set_value("ar").run()
    assert named(shown) == "ar"
    shown.switch_page("../views/alerts.py").run()
    assert named(shown) == "ar"
    assert any('dir="rtl"' in one.value for one in shown._tree.get("html"))
