"""One round: what a feed's own values lead to stays with that feed, and documents wait where they cost nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from monitor.errors import StorageFull
from monitor.feeds import poll
from monitor.feeds.poll import PollSession
from monitor.feeds.pool import Read, ReaderPool
from monitor.models import Entry, Feed, Fetched, Parsed, Reading
from monitor.storage import articles, feeds, open_store, saving
from tests.fake_reader import FakeReader

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTHING = Reading("en", "none", 0.0, False, (), (), (), (), "m")


class Fetching:
    """Stands in for the Fetcher, as far as rounds are concerned: a document of so many bytes once there is room."""

    def __init__(self, size: int = 10):
        self.size, self.begun = size, 0

    async def fetch(self, feed, state, *, url, room) -> Fetched:
        await room()
        self.begun += 1
        return Fetched(b"x" * self.size, 200, feed.url)


class Reading1:
    """Stands in for the reader processes: one entry, titled like the feed's address; waits until it may answer."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def read(self, body, *, url, **_) -> Read:
        await self.may.wait()
        return Read(Parsed(None, "rss20", (Entry(url, url, None, "", None, None),)), (NOTHING,))


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/m.db")
    yield opened
    opened.close()


FEEDS = [Feed(f"feed {n}", f"https://{n}.example/rss") for n in range(20)]


async def round_of(store, fetching: Fetching, *, begun: int = len(FEEDS), then=lambda: None):
    """A round whose readers answer only once so many feeds are fetched; `then` is called before they do."""
    reading = Reading1()
    async with PollSession(store, fetching, reading, lambda: NOW) as session:
        polling = asyncio.create_task(session.poll(FEEDS, {}))
        while fetching.begun < begun:
            await asyncio.sleep(0.001)
        for _ in range(200):  # more would begin now, if they may
            await asyncio.sleep(0.001)
        then()
        reading.may.set()
        return await polling


def test_a_feed_that_cannot_be_stored_fails_by_name_and_alone(store, monkeypatch):
    publisher_of = poll.publisher_of

    def of(feed, entry):
        if feed.name == "feed 7":
            raise ValueError("no publisher")
        return publisher_of(feed, entry)

    monkeypatch.setattr(poll, "publisher_of", of)
    report = asyncio.run(round_of(store, Fetching()))
    assert {done.state.name: done.state.failure for done in report.feeds if done.error} == {"feed 7": "storage"}
    assert articles.count(store) == len(FEEDS) - 1


def test_a_full_disk_stops_the_round(store, monkeypatch):
    def full(*_, **__):
        raise StorageFull("no room")

    monkeypatch.setattr(saving, "write", full)
    with pytest.raises(StorageFull):
        asyncio.run(round_of(store, Fetching()))


def test_no_more_is_asked_for_while_documents_wait(store, monkeypatch):
    monkeypatch.setattr(poll, "WAITING_BYTES", 3_000)
    fetching, seen = Fetching(1_000), []
    report = asyncio.run(round_of(store, fetching, begun=3, then=lambda: seen.append(fetching.begun)))
    assert seen == [3]
    assert len(report.feeds) == fetching.begun == len(FEEDS)


class Serving:
    """Stands in for the Fetcher: one document with an ETag."""

    async def fetch(self, feed, state, *, url, room) -> Fetched:
        items = "".join(f"<item><title>{title}</title></item>" for title in ("one", "raise", "three"))
        body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
        return Fetched(body, 200, feed.url, etag='"1"')


def test_an_entry_that_cannot_be_read_is_counted_and_tried_again(store, caplog):
    """The tagger stumbles over one entry, is mended, and the entry is stored in the next round."""
    caplog.set_level(logging.WARNING)

    async def round_with(method: str):
        async with ReaderPool(1, make_reader=FakeReader.load, reader_arguments={"method": method}) as pool:
            async with PollSession(store, Serving(), pool, lambda: NOW) as session:
                return await session.poll(FEEDS[:1], feeds.states(store))

    first = asyncio.run(round_with("raises"))
    assert (first.new, first.bad, first.failed) == (2, 1, 0)
    state = feeds.states(store)["feed 0"]
    assert (state.state, state.bad_entries, feeds.log(store, "feed 0")[0].bad_entries) == ("well", 1, 1)
    assert state.etag is None  # or the server would answer that nothing has changed
    assert "feed 0: 1 entries could not be read: 1 x not read: KeyError at fake_reader.py" in caplog.text
    second = asyncio.run(round_with("mended"))
    assert (second.new, second.bad) == (1, 0)
    assert {article.title for article in articles.find(store)} == {"one", "raise", "three"}
    assert feeds.states(store)["feed 0"].bad_entries == 0 and feeds.states(store)["feed 0"].etag == '"1"'
