"""Asks each feed once, the way a round would, and tells what came: `python -m monitor check --online`.

    enabled feeds -> fetch -> parse -> one row a feed; nothing is stored

Leaves what is shown to the command line and to the Feeds page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from monitor.clock import Clock
from monitor.config import Defaults, Settings
from monitor.fetch import Fetcher
from monitor.models import Entry, Failure, Feed, Fetched
from monitor.readers import Readers
from monitor.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True)
class Tried:
    """What one feed answered. `error` is None for a feed that can be read, also one without items."""

    feed: Feed
    status: int | None
    kind: str | None  # rss20, atom10, json11 ...
    title: str | None  # as the feed calls itself
    entries: tuple[Entry, ...]
    bad: int  # items that could not be read
    moved_to: str | None
    error: str | None

    @property
    def well(self) -> bool:
        return self.error is None

    @property
    def newest(self) -> datetime | None:
        return max((entry.published for entry in self.entries if entry.published), default=None)


async def try_feeds(settings: Settings, clock: Clock, *, on_done: Callable[[Tried], None] = lambda tried: None) -> list[Tried]:
    """A row for each enabled feed, in the order of feeds.yaml."""
    feeds = [feed for feed in settings.feeds if feed.enabled]
    fetcher, readers = _hands(settings.defaults, workers=2)
    async with fetcher, readers:

        async def one(feed: Feed) -> Tried:
            tried = await _try(feed, fetcher, readers, clock)
            on_done(tried)
            return tried

        return list(await asyncio.gather(*map(one, feeds)))


async def try_feed(feed: Feed, defaults: Defaults, clock: Clock) -> Tried:
    """One address, by the same rules as a round: guarded, bounded, within the time limit."""
    fetcher, readers = _hands(defaults, workers=1)
    async with fetcher, readers:
        return await _try(feed, fetcher, readers, clock)


def _hands(defaults: Defaults, *, workers: int) -> tuple[Fetcher, Readers]:
    fetcher = Fetcher(per_host=defaults.per_host, pause=defaults.pause, timeout=defaults.timeout, max_body=defaults.max_bytes)
    return fetcher, Readers(workers, make_tagger=Tagger.load)


async def _try(feed: Feed, fetcher: Fetcher, readers: Readers, clock: Clock) -> Tried:
    outcome = await fetcher.fetch(feed, None)
    if not isinstance(outcome, Fetched):
        error = outcome.message if isinstance(outcome, Failure) else "the server said: not modified, though nothing was asked before"
        return Tried(feed, outcome.status, None, None, (), 0, None, error)
    read = await readers.read(outcome.body, content_type=outcome.content_type, url=outcome.url, lang=feed.language, now=clock.now())
    if isinstance(read, Failure):
        return Tried(feed, outcome.status, None, None, (), 0, outcome.moved_to, read.message)
    parsed = read.parsed
    return Tried(feed, outcome.status, parsed.kind, parsed.title, parsed.entries, len(parsed.bad), outcome.moved_to, None)


def as_table(rows: list[Tried]) -> Table:
    """The rows for people. Feed text stays text."""
    table = Table("feed", "answer", "entries", "newest (UTC)", "remark")
    for tried in rows:
        answer = "well" if tried.entries else "no items" if tried.well else "failed"
        newest = f"{tried.newest:%Y-%m-%d %H:%M}" if tried.newest else "no date" if tried.entries else ""
        remarks = [tried.error, f"{tried.bad} items could not be read" if tried.bad else None]
        remarks.append(f"moved to {tried.moved_to}" if tried.moved_to else None)
        cells = (tried.feed.name, answer, str(len(tried.entries)), newest, "; ".join(filter(None, remarks)))
        table.add_row(*map(Text, cells), style=None if tried.well else "red")
    return table
