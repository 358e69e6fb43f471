"""Feeds that wait together are stored together, and each of them whole or not at all, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from monitor.errors import StorageFull
from monitor.models import Entry, Feed, FeedState, Reading
from monitor.storage import articles, feeds, saving
from monitor.storage.articles import Filter
from monitor.storage.batch import Outcome, Writer
from monitor.storage.saving import Item

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTHING = Reading("en", "none", 0.0, False, (), (), (), (), "m")


def outcome(name: str, *titles: str, state=None) -> Outcome:
    feed = Feed(name, f"https://{name}.example/rss")
    items = [Item(Entry(title, title, None, "", None, None), NOTHING, name, title) for title in titles]
    return Outcome(
        feed,
        items,
        state or (lambda new: FeedState(name, feed.url, state="well", last_polled=NOW)),
        [name.encode()],
        NOW,
    )


def saved(store, *outcomes: Outcome) -> list:
    async def together():
        async with Writer(store) as writer:
            return await asyncio.gather(*map(writer.save, outcomes), return_exceptions=True)

    return asyncio.run(together())


def test_each_feed_gets_its_own_answer(store):
    results = saved(store, *(outcome(f"feed{n}", *(f"title {n} {i}" for i in range(n))) for n in range(50)))
    assert [len(result.new) for result in results] == list(range(50))
    assert {name: state.entries for name, state in feeds.states(store).items()} == {f"feed{n}": n for n in range(50)}
    again = saved(store, outcome("feed2", "title 2 0", "title 2 1", "another"))
    assert (len(again[0].new), again[0].seen, again[0].state.entries) == (1, 2, 3)


def test_one_that_cannot_be_stored_spoils_no_other(store):
    def refuse(new: int) -> FeedState:
        raise ValueError("no such state")

    first, bad, last = saved(store, outcome("a", "one"), outcome("b", "two", state=refuse), outcome("c", "three"))
    assert (len(first.new), len(last.new)) == (1, 1) and isinstance(bad, ValueError)
    assert articles.count(store) == 2 and articles.count(store, Filter(feeds=("b",))) == 0
    assert set(feeds.states(store)) == {"a", "c"}


def test_a_fault_of_the_database_is_everybodys(store, monkeypatch):
    def full(*_, **__):
        raise StorageFull("no room")

    monkeypatch.setattr(saving, "write", full)
    assert all(isinstance(result, StorageFull) for result in saved(store, outcome("a", "one"), outcome("b", "two")))


def test_hashes_are_known_in_the_middle_of_storing(store):
    async def scene():
        async with Writer(store) as writer:
            storing = [asyncio.create_task(writer.save(outcome(f"feed{n}", f"title {n}"))) for n in range(5)]
            await asyncio.gather(*storing)
            return await asyncio.gather(
                writer.known_slices("feed3"), writer.known_slices("feed3"), writer.known_slices("nobody")
            )

    assert asyncio.run(scene()) == [frozenset({b"feed3"}), frozenset({b"feed3"}), frozenset()]


def test_who_was_cancelled_leaves_the_others_alone(store):
    async def scene():
        async with Writer(store) as writer:
            tasks = [asyncio.create_task(writer.save(outcome(f"feed{n}", f"title {n}"))) for n in range(3)]
            await asyncio.sleep(0)
            tasks[1].cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    first, cancelled, last = asyncio.run(scene())
    assert isinstance(cancelled, asyncio.CancelledError)
    assert len(first.new) == len(last.new) == 1
