"""Stored articles are read in batches: a text that breaks readers costs itself alone, and a kill costs nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from monitor import clock
from monitor.config.settings import LastGood
from monitor.errors import ReaderError
from monitor.feeds import reading
from monitor.feeds.pool import ReaderPool
from monitor.feeds.pool.messages import Batch
from monitor.feeds.reading import read_again, read_unread
from monitor.models import UNREAD, Entry, Failure, Feed, FeedState, Reading
from monitor.pipeline import polling as pipeline
from monitor.pipeline.polling import Pipeline
from monitor.storage import articles, open_store, saving
from monitor.storage.saving import Item
from tests import fake_reader, running
from tests.fake_reader import FakeReader
from tests.internet import Internet, Page

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = Feed("Wire", "https://wire.example/rss", publisher="wire")
WAITS = Reading(None, UNREAD, 0.0, False, (), (), (), (), "")


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close()


def put(store, *titles: str) -> None:
    items = [Item(Entry(title, title, None, "", None, None), WAITS, "wire", title) for title in titles]
    saving.save(store, FEED, items, state=FeedState(FEED.name, FEED.url), slices=None, now=NOON)


def pool(method: str = "m1", **more) -> ReaderPool:
    return ReaderPool(1, make_reader=FakeReader.load, reader_arguments={"method": method}, **more)


def directions(store) -> dict[str, str]:
    return {article.title: article.direction for article in articles.stream(store)}


class InProcess:
    """Reads here, notes what was asked, and fails over titles that it is given."""

    workers, closed = 2, False

    def __init__(self, *fails: str, method: str = "m1"):
        self.fails, self.reader, self.asked = fails, FakeReader(method), []

    def read_texts(self, texts) -> Future:
        self.asked.append([text.title for text in texts])
        failed = any(text.title in self.fails for text in texts)
        future = Future()
        future.set_result(Failure("parser", "too slow") if failed else tuple(self.reader.read(list(texts))))
        return future


def test_what_waits_is_read_in_batches_in_the_order_of_arrival(store):
    put(store, *(f"read {n}" for n in range(40)), "read strike")
    readers = InProcess()
    assert read_unread(store, readers, langs={"Wire": "fa"}) == 41
    assert [len(batch) for batch in readers.asked] == [16, 16, 9]
    assert readers.asked[0][:3] == ["read 0", "read 1", "read 2"]
    strike = articles.several(store, [41])[0]
    assert (strike.direction, strike.confidence, strike.lang, strike.method) == ("escalation", 0.8, "fa", "m1")
    assert [found.confidence for found in strike.signals] == [0.75]
    assert [article.vector is None for article in articles.several(store, [40, 41])] == [True, False]
    assert read_unread(store, readers, langs={}) == 0


def copy_of(feed: str, *titles: str, summary: str = "") -> tuple[Feed, list[Item]]:
    items = [Item(Entry(title, title, None, summary, None, None), WAITS, feed, title) for title in titles]
    return Feed(feed, f"https://{feed}.example/rss", publisher=feed), items


def test_a_text_of_many_feeds_is_read_once_in_each_language_and_all_have_its_reading(store):
    for feed, items in (
        copy_of("one", "read strike", "read 1"),
        copy_of("two", "read 2", "read strike"),
        copy_of("three", "read strike"),
        copy_of("four", "read strike", summary="And more."),
    ):
        saving.save(store, feed, items, state=FeedState(feed.name, feed.url), slices=None, now=NOON)
    readers = InProcess()
    assert read_unread(store, readers, langs={"three": "fr"}) == 6
    assert readers.asked == [["read strike", "read 1", "read 2", "read strike", "read strike"]]
    first, _, _, second, in_french, longer = articles.several(store, range(1, 7))
    assert first.signals and first.signals == second.signals and first.vector == second.vector is not None
    assert (first.lang, second.lang, in_french.lang, longer.lang) == (None, None, "fr", None)
    assert articles.waiting(store) == articles.Waiting(0, None)


def test_a_text_that_breaks_readers_is_tried_for_all_its_copies_at_once(store):
    for feed, items in (copy_of("one", "read 1"), copy_of("two", "read 1", "read 2")):
        saving.save(store, feed, items, state=FeedState(feed.name, feed.url), slices=None, now=NOON)
    readers = InProcess("read 1")
    assert read_unread(store, readers, langs={}) == 3
    assert readers.asked == [["read 1", "read 2"], *[["read 1"]] * 3, [reading.PLAIN.title], ["read 2"]]
    found = {article.feed + article.title: article.fault for article in articles.several(store, range(1, 4))}
    fault = "could not be read: too slow"
    assert found == {"oneread 1": fault, "tworead 1": fault, "tworead 2": None}


def test_what_comes_in_while_others_are_read_is_read_too(store, monkeypatch):
    put(store, "read 1")
    more, keep = [["read 2"], ["read 3"]], saving.keep_readings

    def keep_and_receive(store, given):
        if more:
            put(store, *more.pop())
        return keep(store, given)

    monkeypatch.setattr(saving, "keep_readings", keep_and_receive)
    assert read_unread(store, InProcess(), langs={}) == 3


def test_an_entry_that_breaks_readers_has_the_reason_stored_and_its_neighbours_are_read(store):
    put(store, "read 1", "read crash", "read strike")
    readers = pool()
    assert read_unread(store, readers, langs={}) == 3
    readers.close()
    first, broken, last = articles.several(store, [1, 2, 3])
    assert (first.direction, first.fault, last.direction, last.fault) == ("none", None, "escalation", None)
    assert broken.direction == "none" and broken.method == "m1" and "could not be read" in broken.fault
    assert articles.faults(store) == {"Wire": 1} and articles.waiting(store).articles == 0


def test_an_entry_is_given_up_after_three_tries_alone(store):
    put(store, "read 1", "read 2")
    readers = InProcess("read 2")
    assert read_unread(store, readers, langs={}) == 2
    assert readers.asked == [["read 1", "read 2"], ["read 1"], *[["read 2"]] * 3, [reading.PLAIN.title]]
    assert articles.several(store, [2])[0].fault == "could not be read: too slow"


@pytest.mark.parametrize("method", ["no network", "broken"])
def test_readers_that_can_read_nothing_leave_all_unread(store, method):
    put(store, "read 1", "read 2")
    readers = pool(method)
    with pytest.raises(ReaderError):
        read_unread(store, readers, langs={})
    readers.close()
    assert set(directions(store).values()) == {UNREAD}


def test_nothing_is_given_up_when_even_a_plain_text_cannot_be_read(store):
    put(store, "read 1")
    with pytest.raises(ReaderError, match="too slow"):
        read_unread(store, InProcess("read 1", reading.PLAIN.title), langs={})
    assert directions(store) == {"read 1": UNREAD}


def test_reading_again_reads_what_another_reader_read_and_what_none_has(store):
    put(store, "read strike")
    read_unread(store, InProcess(method="m0"), langs={})
    put(store, "read 2")
    assert read_again(store, InProcess(), "m1", langs={}) == 2
    assert {article.method for article in articles.stream(store)} == {"m1"}
    assert read_again(store, InProcess(), "m1", langs={}) == 0


_PARENT = """
import sys
from monitor.feeds.reading import read_unread
from monitor.storage import open_store
from tests.test_reading import pool
read_unread(open_store(sys.argv[1]), pool(seconds=60), langs={})
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_no_reading_and_the_rest_is_read_later(store, tmp_path, monkeypatch):
    put(store, *(f"read {n}" for n in range(16)), "read asleep")
    address = f"sqlite:///{tmp_path}/monitor.db"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(running.ROOT), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", _PARENT, address], env=environment, cwd=running.ROOT) as parent:
        running.wait_for(lambda: articles.waiting(store).articles <= 1 or parent.poll() is not None, 120, "all but one")
        parent.send_signal(signal.SIGKILL)
    assert articles.read_up_to(store) == 16 and directions(store)["read asleep"] == UNREAD
    monkeypatch.setattr(fake_reader, "time", SimpleNamespace(sleep=lambda seconds: None))
    assert read_unread(store, InProcess(), langs={}) == 1  # in a reader that does not sleep over it
    assert articles.waiting(store) == articles.Waiting(0, None)


def test_one_round_reads_all_before_anything_follows(store, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "readers_of", lambda settings, processes, **_: pool())
    seen = []
    steps = [
        step
        if step.name == "reading"
        else pipeline.Step(step.name, step.lane, lambda run: seen.append(articles.waiting(store)))
        for step in pipeline.table(store, clock.RealClock())
    ]
    with Internet() as net:
        net.serve("/a", Page(running.rss([{"title": "read strike"}, {"title": "calm"}])))
        line = f"feeds: [{{name: A, url: '{net.url('/a')}', allow_private: true}}]\nprices: []\n"
        (tmp_path / "feeds.yaml").write_text(line, encoding="utf-8")
        settings = LastGood(tmp_path / "feeds.yaml", {})
        polling = Pipeline(settings, store, clock.RealClock(), steps=steps)
        report = asyncio.run(polling.once())
    assert report.new == 2 and polling.failures == []
    assert seen == [articles.Waiting(0, None)] * (len(steps) - 1)
    assert directions(store) == {"read strike": "escalation", "calm": "none"}


def test_the_running_app_reads_what_comes_in_and_stops_in_the_middle_of_a_batch(store, tmp_path, monkeypatch):
    asked: list[str] = []

    def titles(job):
        return [text.title for text in job.texts] if isinstance(job, Batch) else []

    def readers_of(settings, processes, **_):
        readers = pool(seconds=60)
        ask = readers._ask
        readers._ask = lambda job, *body: asked.extend(titles(job)) or ask(job, *body)
        return readers

    monkeypatch.setattr(pipeline, "readers_of", readers_of)
    with Internet() as net:
        net.serve("/a", Page(running.rss([{"title": "read strike"}])))
        line = f"feeds: [{{name: A, url: '{net.url('/a')}', allow_private: true}}]\nprices: []\n"
        (tmp_path / "feeds.yaml").write_text(line, encoding="utf-8")
        polling = Pipeline(LastGood(tmp_path / "feeds.yaml", {}), store, clock.RealClock())
        polling.start()
        try:
            running.wait_for(lambda: directions(store) == {"read strike": "escalation"}, 120, "the reading")
            put(store, "read asleep")
            running.wait_for(
                lambda: "read asleep" in asked, 120, "the question"
            )  # now it is in a reader, or about to be
        finally:
            polling.stop(wait=60)
    assert not polling._thread.is_alive() and polling.failures == []
    assert directions(store)["read asleep"] == UNREAD
