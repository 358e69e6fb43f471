"""Stores the outcomes of a round from one thread; those that wait together share a transaction.

    save(feed A), save(feed B) ... -> BEGIN, A, B ..., COMMIT -> each one's Saved

A commit costs as much as storing ten articles, and SQLite has one writer at a time anyway. A feed stays whole or is
not stored: when a transaction of several fails for a cause of one of them, each gets its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from monitor.errors import LeaseHeld, StorageError
from monitor.models import Feed, FeedState
from monitor.storage import feeds, lease, readings, saving, team
from monitor.storage.saving import Item, Saved
from monitor.storage.store import Store

MAX_FEEDS = 32  # at most in one transaction
MAX_ITEMS = 1_000  # beyond which no other feed joins in: other writers wait meanwhile


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is stored of one poll of a feed; as for `saving.save`."""

    feed: Feed
    items: Sequence[Item]
    state: Callable[[int], FeedState]
    slices: Sequence[bytes] | None
    now: datetime


class Writer:
    """Use as an async context manager, from one event loop. With a `holder`, nothing is stored once the lease is no
    longer its own: that on the database, or on PostgreSQL that on each feed, which is then given back.
    """

    def __init__(self, store: Store, *, holder: str | None = None):
        self._store, self._holder = store, holder
        self._reader: str | None = None  # whose readings it stored last: noted once, so that an index is named after it
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._outcomes: list[tuple[Outcome, asyncio.Future[Saved]]] = []
        self._asked: dict[str, list[asyncio.Future[frozenset[bytes]]]] = {}
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Writer:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._work:
            await self._work
        self._thread.shutdown(wait=True)

    async def save(self, outcome: Outcome) -> Saved:
        """Store it. Raises StorageError, LeaseHeld; a plain StorageError, or any other error,
        is about this feed's own values.
        """
        future: asyncio.Future[Saved] = asyncio.get_running_loop().create_future()
        self._outcomes.append((outcome, future))
        self._begin()
        return await future

    async def known_slices(self, name: str) -> frozenset[bytes]:
        """The hashes of the raw items in the feed's last answer. Raises StorageError."""
        future: asyncio.Future[frozenset[bytes]] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(name, []).append(future)
        self._begin()
        return await future

    def _begin(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._work_off())

    async def _work_off(self) -> None:
        """Questions first: documents wait for them."""
        loop = asyncio.get_running_loop()
        while self._asked or self._outcomes:
            if asked := self._asked:
                self._asked = {}
                answers = await loop.run_in_executor(self._thread, self._answers, list(asked))
                for name, futures in asked.items():
                    for future in futures:
                        _settle(future, answers if isinstance(answers, Exception) else answers[name])
            if batch := self._batch():
                results = await loop.run_in_executor(self._thread, self._store_all, [outcome for outcome, _ in batch])
                for (_, future), result in zip(batch, results, strict=True):
                    _settle(future, result)

    def _batch(self) -> list[tuple[Outcome, asyncio.Future[Saved]]]:
        """What goes together next; who does not wait any more is left out."""
        batch: list[tuple[Outcome, asyncio.Future[Saved]]] = []
        items = 0
        while self._outcomes and len(batch) < MAX_FEEDS and items < MAX_ITEMS:
            outcome, future = self._outcomes.pop(0)
            if not future.done():
                batch.append((outcome, future))
                items += len(outcome.items)
        return sorted(batch, key=lambda one: one[0].feed.name)  # locks are taken in one order everywhere

    # -- in the thread -----------------------------------------------------------------------------------

    def _answers(self, names: list[str]) -> dict[str, frozenset[bytes]] | Exception:
        try:
            return feeds.slices_of(self._store, names)
        except StorageError as fault:
            return fault

    def _store_all(self, outcomes: list[Outcome]) -> Sequence[Saved | Exception]:
        try:
            return self._together(outcomes)
        except (
            Exception
        ) as fault:  # whatever one feed's values lead to: stored one by one, the feed at fault shows and gets the error
            of_the_database = isinstance(fault, StorageError) and type(fault) is not StorageError
            if of_the_database or isinstance(fault, LeaseHeld) or len(outcomes) == 1:
                return [fault] * len(outcomes)
        return [result for outcome in outcomes for result in self._store_all([outcome])]

    def _together(self, outcomes: list[Outcome]) -> list[Saved | Exception]:
        with self._store.write() as conn:
            mine = self._mine(conn, [outcome.feed.name for outcome in outcomes])
            methods = {item.reading.method for outcome in outcomes for item in outcome.items} - {self._reader, ""}
            if methods:
                readings.use(conn, max(methods))
            saved: list[Saved | Exception] = [
                saving.write(conn, o.feed, o.items, state=o.state, slices=o.slices, now=o.now)
                if o.feed.name in mine
                else LeaseHeld(f"{o.feed.name} was taken over by another process, which asks it again")
                for o in outcomes
            ]
            if self._holder and not self._store.sqlite:
                team.give_back(conn, mine)
        if methods:
            self._reader = max(methods)
        return saved

    def _mine(self, conn: Connection, names: Collection[str]) -> Collection[str]:
        """The feeds that may be stored. Raises LeaseHeld where the whole database is another's."""
        if not self._holder:
            return names
        if self._store.sqlite:
            lease.check(conn, self._holder)
            return names
        return team.still_held(conn, self._holder, names)


def _settle(future: asyncio.Future[Any], result: object) -> None:
    if future.done():  # who asked went away
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
