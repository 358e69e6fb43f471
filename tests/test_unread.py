"""Articles that are stored and not read yet: never counted, waited for, and read with the words they have then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor import export
from monitor.config.settings import load
from monitor.index.indexer import IndexUpdater
from monitor.models import UNREAD, Entry, Feed, FeedState, Reading, Signal
from monitor.storage import alerts, articles, index, open_store, readings, saving, signals, stories, tables
from monitor.storage.articles import Filter
from monitor.storage.saving import Item
from monitor.stories.service import StoryService

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = Feed("Gulf Wire", "https://wire.example/rss", publisher="wire")
STRIKE = Signal("attack", "escalation", "act", 9.0, "attack.strike", "title", 0, 6, "Strike", confidence=0.9)
WAITS = Reading(None, UNREAD, 0.0, False, (), (), (), (), "")
CALM = Reading("en", "none", 0.0, True, (), (), (), (), "reader-1", confidence=0.8)
GRAVE = Reading(
    "en", "escalation", 9.0, True, (), (), (STRIKE,), (), "reader-1", confidence=0.61, runner_up="none"
)  # fmt: skip
FAULTY = replace(CALM, theatre=False, confidence=None, fault="could not be read: it takes too long")


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close()


def put(store, *given, now=NOON):
    """(number, title, reading) each."""
    items = [
        Item(Entry(str(n), title, None, "", None, None), reading, f"paper {n}", f"guid-{n}")
        for n, title, reading in given
    ]
    return saving.save(store, FEED, items, state=FeedState(FEED.name, FEED.url), slices=None, now=now)


def test_what_is_not_read_yet_is_in_no_number(store):
    put(store, (1, "Calm", CALM), (2, "Strike on a depot", WAITS), (3, "Strike", GRAVE), (4, "?", FAULTY))
    assert list(index.entries(store)["article_id"]) == [1, 3]
    assert list(index.entries(store, upto_id=articles.read_up_to(store))["article_id"]) == [1]
    assert [row.article_id for row in signals.find(store)] == [3]
    assert alerts.reports(store, NOON, NOON + timedelta(hours=1), upto_id=articles.read_up_to(store)) == []
    assert [report.confidence for report in alerts.reports(store, NOON, NOON + timedelta(hours=1))] == [0.9]
    assert (
        articles.count(store, Filter(directions=("none",))) == 2
    )  # the calm one, and the one that has a fault to say why
    assert articles.waiting(store) == articles.Waiting(1, NOON)
    assert articles.faults(store) == {"Gulf Wire": 1}
    assert articles.methods(store) == ["reader-1"]


def test_exports_name_it_and_give_no_score(store):
    put(store, (1, "Strike on a depot", WAITS), (2, "Strike", GRAVE), (3, "?", FAULTY))
    rows = list(tables.rows(store, "articles"))
    assert [(r["direction"], r["score"], r["theatre"]) for r in rows] == [
        (UNREAD, None, None), ("escalation", 9.0, True), ("none", None, None)
    ]  # fmt: skip
    assert [(r["confidence"], r["runner_up"], r["fault"]) for r in rows] == [
        (None, None, None), (0.61, "none", None), (None, None, FAULTY.fault)
    ]  # fmt: skip
    assert [row["confidence"] for row in tables.rows(store, "signals")] == [0.9]
    for table, last in (("articles", ["confidence", "runner_up", "fault"]), ("signals", ["confidence", "why"])):
        assert list(export.COLUMNS[table])[-len(last) :] == last
        for format in export.FORMATS:
            assert b"".join(export.pieces(table, tables.rows(store, table), format=format))


def test_stories_go_as_far_as_everything_is_read(store):
    service = StoryService(store)
    put(store, (1, "Strike", GRAVE), (2, "Strike on a depot", WAITS), (3, "Strike", GRAVE))
    assert articles.read_up_to(store) == 1 and service.update(NOON) == 1
    (waiting,) = articles.unread(store)
    saving.keep_readings(store, [(waiting, GRAVE)])
    assert articles.read_up_to(store) == 3 and service.update(NOON) == 2
    assert readings.current(store).generation == 0  # nothing that was made of readings is out of date


def test_the_index_goes_as_far_as_everything_is_read_and_waits_for_an_edit(store, tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\nprices: []\n")
    settings, updater = load(tmp_path / "feeds.yaml", {}), IndexUpdater(store)

    def entries() -> list[int]:
        updater.update(settings, NOON)
        return [point.entries for point in index.points(store, "hour")]

    put(store, (1, "Calm", CALM), (2, "Strike on a depot", WAITS), (3, "Calm again", CALM))
    assert entries() == [1]
    saving.keep_readings(store, [(articles.unread(store)[0], GRAVE)])
    assert entries() == [3]
    put(store, (1, "Calm, officials say", WAITS), (4, "Strike", GRAVE))
    assert entries() == [3]
    saving.keep_readings(store, [(articles.unread(store)[0], CALM)])
    assert entries() == [4]


def test_an_edited_article_waits_again_and_takes_no_reading_of_its_earlier_words(store):
    put(store, (1, "Strike on a depot in Basra", WAITS), (2, "Calm", CALM))
    (handed_out,) = articles.unread(store)
    put(store, (1, "No strike on a depot in Basra", WAITS), now=NOON + timedelta(minutes=5))
    assert saving.keep_readings(store, [(handed_out, GRAVE)]) == 0
    (again,) = articles.unread(store)
    assert again.title == "No strike on a depot in Basra"
    assert articles.waiting(store) == articles.Waiting(1, NOON + timedelta(minutes=5))
    assert (articles.read_up_to(store), articles.read_up_to(store, edited=False)) == (0, 2)
    assert saving.keep_readings(store, [(again, CALM)]) == 1
    assert articles.waiting(store) == articles.Waiting(0, None)


def test_an_edit_that_is_not_read_yet_is_no_correction(store):
    put(store, (1, "Strike on a depot in Basra", GRAVE))
    put(store, (1, "Strike on a depot in Basra reported", WAITS), now=NOON + timedelta(minutes=5))
    assert alerts.changed(store, [1]) == {}
    saving.keep_readings(store, [(articles.unread(store)[0], GRAVE)])
    (said,) = alerts.changed(store, [1])[1].reports
    assert (said.category, said.severity, said.confidence) == ("attack", 9.0, 0.9)


def test_a_story_takes_no_vote_of_what_is_not_read_yet(store):
    put(store, (1, "Strike on a depot in Basra", GRAVE), (2, "Strike", GRAVE))
    stories.assign(store, {1: 1, 2: 1})
    put(store, (1, "Strike on a depot in Basra reported", WAITS), now=NOON + timedelta(minutes=5))
    assert stories.get(store, 1).direction == "escalation"
