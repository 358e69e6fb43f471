"""One round: walks every due feed from its address to stored articles, and reports each feed's outcome.

    due feeds -> fetch (bytes | not modified | failure) -> parse, gate (in processes) -> state -> store (one transaction
        a feed)

What passes the gate is stored as not read yet; reading.py reads it.

pipeline.py says when, and who may.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import MonitorError, StorageError
from monitor.feeds import schedule
from monitor.feeds.fetch import Fetcher
from monitor.feeds.identity import canonical_link, identity
from monitor.feeds.pool import ReaderPool
from monitor.feeds.publishers import publisher_of
from monitor.models import BadEntry, Entry, Failure, Feed, FeedState, Fetched, NotModified, Parsed, Reading
from monitor.storage.batch import Outcome, Writer
from monitor.storage.saving import Item
from monitor.storage.store import Store

log = logging.getLogger(__name__)
Now = Callable[[], datetime]
WAITING_BYTES = 16_000_000  # of documents fetched and not yet read; beyond it nothing more is asked for


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What one feed gave in this round."""

    state: FeedState
    new: int
    edited: int
    bad: int = 0  # entries that could not be read

    @property
    def error(self) -> str | None:
        return self.state.error


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a round gave."""

    at: datetime  # by the handed-in clock
    seconds: float  # real ones
    feeds: tuple[FeedReport, ...]

    @property
    def new(self) -> int:
        return sum(report.new for report in self.feeds)

    @property
    def edited(self) -> int:
        return sum(report.edited for report in self.feeds)

    @property
    def bad(self) -> int:
        return sum(report.bad for report in self.feeds)

    @property
    def failed(self) -> int:
        return sum(report.error is not None for report in self.feeds)

    @property
    def all_failed(self) -> bool:
        return bool(self.feeds) and self.failed == len(self.feeds)


def due_feeds(
    configured: Iterable[Feed], states: dict[str, FeedState], now: datetime, *, everything: bool = False
) -> list[Feed]:
    """Which feeds to poll now. `everything` asks each enabled one,
    except those that are gone (410) or were asked to wait (429, 503).
    """
    chosen = []
    for feed in configured:
        state = states.get(feed.name)
        if not feed.enabled:
            continue
        if everything and not schedule.must_wait(feed, state, now):
            chosen.append(feed)
        elif not everything and schedule.due(feed, state, now):
            chosen.append(feed)
    return chosen


def item_of(feed: Feed, entry: Entry, reading: Reading) -> Item:
    """An entry with all that is thought of it, ready to be stored."""
    canonical = canonical_link(entry.link) if entry.link else None
    return Item(entry, reading, publisher_of(feed, entry), identity(entry), canonical)


class PollSession:
    """Connections, reader processes and the writing thread, shared by all polls of feeds while it is open.

    An async context manager; the store, the fetcher and the readers stay open behind it.
    """

    def __init__(self, store: Store, fetcher: Fetcher, readers: ReaderPool, now: Now, *, holder: str | None = None):
        self.fetcher, self.readers, self.now = fetcher, readers, now
        self._writer = Writer(store, holder=holder)
        self._waiting_bytes = 0
        self._room = asyncio.Condition()

    async def __aenter__(self) -> PollSession:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._writer.__aexit__(*error)

    async def poll(
        self, chosen: list[Feed], states: dict[str, FeedState], *, on_done: Callable[[FeedReport], None] | None = None
    ) -> PollReport:
        """Poll `chosen` side by side. Raises StorageError, LeaseHeld;
        whatever else goes wrong is in the report and the feed's state.
        """
        at, began = self.now(), time.monotonic()
        reports: list[FeedReport] = []

        async def one(feed: Feed) -> None:
            report = await self.feed(feed, states.get(feed.name))
            reports.append(report)
            if on_done:
                on_done(report)

        try:
            async with asyncio.TaskGroup() as group:
                for feed in chosen:
                    group.create_task(one(feed))
        except* MonitorError as several:
            raise several.exceptions[0] from None
        return PollReport(at, time.monotonic() - began, tuple(reports))

    async def feed(self, feed: Feed, state: FeedState | None) -> FeedReport:
        """feed -> fetch -> read -> state -> store. Raises StorageError, LeaseHeld, ClockError."""
        outcome = await self.fetcher.fetch(feed, state, url=schedule.address(feed, state), room=self._has_room)
        now = self.now()
        try:
            outcome, parsed, items = await self._read(feed, outcome, now)
            return await self._store(feed, state, outcome, parsed, items, now)
        except (
            Exception
        ) as fault:  # what one feed's values led to must not stop the others; the database's own faults do
            if isinstance(fault, MonitorError) and type(fault) is not StorageError:
                raise
            log.exception("%s: what it brought could not be stored", feed.name)
            failure = Failure(
                "storage", f"what the feed brought could not be stored ({type(fault).__name__})", outcome.status
            )
            return await self._store(feed, state, failure, None, [], now)

    async def _has_room(self) -> None:
        async with self._room:
            await self._room.wait_for(lambda: self._waiting_bytes < WAITING_BYTES)

    async def _read(
        self, feed: Feed, outcome: Fetched | NotModified | Failure, now: datetime
    ) -> tuple[Fetched | NotModified | Failure, Parsed | None, list[Item]]:
        """What the document holds, or the failure that stands for it."""
        if not isinstance(outcome, Fetched):
            return outcome, None, []
        self._waiting_bytes += len(outcome.body)
        try:
            known = await self._writer.known_slices(feed.name)
            read = await self.readers.read(
                outcome.body,
                content_type=outcome.content_type,
                url=outcome.url,
                known=known,
                lang=feed.language,
                now=now,
            )
        finally:
            async with self._room:
                self._waiting_bytes -= len(outcome.body)
                self._room.notify_all()
        if isinstance(read, Failure):
            return replace(read, status=outcome.status), None, []
        items = [
            item_of(feed, entry, reading) for entry, reading in zip(read.parsed.entries, read.readings, strict=True)
        ]
        return outcome, read.parsed, items

    async def _store(
        self,
        feed: Feed,
        state: FeedState | None,
        outcome: Fetched | NotModified | Failure,
        parsed: Parsed | None,
        items: list[Item],
        now: datetime,
    ) -> FeedReport:
        def after(new: int) -> FeedState:
            return schedule.after(feed, state, outcome, new=new, parsed=parsed, now=now, jitter=random.random())

        saved = await self._writer.save(Outcome(feed, items, after, parsed.slices_read if parsed else None, now))
        bad = parsed.bad if parsed else ()
        if parsed and len(bad) != (state.bad_entries if state else 0):
            log.warning("%s: %s", feed.name, _bad_in_words(bad))
        return FeedReport(saved.state, len(saved.new), len(saved.edited), len(bad))


def _bad_in_words(bad: tuple[BadEntry, ...]) -> str:
    if not bad:
        return "all entries can be read again"
    reasons = Counter(one.reason for one in bad)
    return f"{len(bad)} entries could not be read: " + "; ".join(f"{n} x {why}" for why, n in reasons.most_common(3))
