"""The frame, the Feeds page and downloads say nothing past the catalogues."""

import re
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from monitor.feeds.probe import ProbeResult
from monitor.models import BadEntry, Entry, Feed, FeedState, Parsed, Reading, SeriesState
from monitor.storage import observations, steps
from monitor.storage.steps import StepFailure
from monitor.storage.store import open_store
from tests.catalogues import (  # noqa: F401 - fixtures
    configured,
    in_english,
    in_other_letters,
    other,
    other_letters,
    said_by,
    show,
)
from tests.stores import save_state

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS = """
feeds:
  - {name: AAA, url: 'https://a.example/rss', language: en}
  - {name: BBB, url: 'https://b.example/rss'}
prices: []
series: [{name: SSS, url: 'https://s.example/a.csv', date: day, value: risk, unit: UUU, lag: 2d}]
"""
# names, codes and messages of faults, which are the same in every language
SAME = re.compile(r"AAA|BBB|SSS|UUU|EEE|HTTP|rss20|stories|some day")


@pytest.fixture
def screen(monkeypatch, tmp_path, show):
    """screen(**address): the Feeds page, on which an address has been tried."""
    store = open_store(configured(monkeypatch, tmp_path, FEEDS, NOW))
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
    tried: Future[ProbeResult] = Future()
    entry = Entry("1", "EEE", "https://c.example/1", "", None, None)
    parsed = Parsed(None, "rss20", (entry,), (BadEntry(2, "EEE"),))
    reading = Reading("en", "escalation", 1.0, True, (), (), (), (), "")
    address = "https://c.example/rss"
    tried.set_result(ProbeResult(Feed("CCC", address), 200, None, parsed, (reading,), "https://c.example/new"))
    return partial(show, "feeds", state={"trial": tried, "trial_of": address}, locale="fr")


@pytest.mark.parametrize("query", [{"during": "some day"}, {"feed": "AAA", "during": "2026-03-01"}])
def test_the_frame_and_the_feeds_page_say_nothing_past_the_catalogues(screen, other_letters, query):
    shown = screen(**query)
    assert not shown.exception
    texts = said_by(shown)
    assert in_english(texts, SAME) == {}
    assert in_other_letters(texts) > 20


def test_a_word_past_the_catalogues_is_found_wherever_it_hides():
    said = f'<b class="calm" title="Calm">{other("{n} reports of")} war</b>'
    assert in_english([said, other("{n} reports")], SAME) == {said: ["Calm", "war"]}


def named(shown: AppTest) -> str:
    return "".join(shown.query_params["locale"])


def test_a_language_goes_from_page_to_page_and_its_code_stands_in_the_address(screen):
    shown = screen().switch_page("../views/map.py").run()
    assert named(shown) == "fr"
    assert [one.value for one in shown.selectbox if one.key == "language"] == ["fr"]
    shown.selectbox(key="language").set_value("ar").run()
    assert named(shown) == "ar"
    shown.switch_page("../views/alerts.py").run()
    assert named(shown) == "ar"
    assert any('dir="rtl"' in one.value for one in shown._tree.get("html"))
