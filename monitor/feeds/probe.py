"""Tries feeds once and says what each answers, without storing anything: `check --online`, and the test of one address
on screen.

    feeds -> fetch -> read (parse, tag; in processes) -> ProbeResult -> a table for people

By the same guarded fetcher and readers as a round of polling.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text as RichText

from monitor import reader
from monitor.clock import Clock
from monitor.config.settings import Settings
from monitor.errors import ReaderError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.pool import Read, ReaderPool
from monitor.feeds.reading import BATCH
from monitor.language import _, n_
from monitor.models import UNREAD, Entry, Failure, Feed, NotModified, Parsed, Reading
from monitor.models import Text as EntryText

STARTING = timedelta(seconds=30)  # beside the fetcher's own limit: a reader process starts, parses and tags
SIGNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # turn the direction of a line; a terminal obeys them


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one feed answered when asked once."""

    feed: Feed
    status: int | None = None
    failure: Failure | None = None
    parsed: Parsed | None = None
    readings: tuple[Reading, ...] = ()  # one an entry
    moved_to: str | None = None  # where a permanent redirect pointed

    @property
    def well(self) -> bool:
        return self.failure is None

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.parsed.entries if self.parsed else ()

    @property
    def newest(self) -> datetime | None:
        """The latest date that is certain."""
        return max((entry.published for entry in self.entries if entry.published), default=None)

    @property
    def answer(self) -> str:
        """In one or two words: `well`, `no items`, or the kind of failure."""
        if self.failure:
            return _(self.failure.kind)
        return _("well") if self.entries else _("no items")

    @property
    def remark(self) -> str:
        """What a person should know besides: the failure in words, bad items, missing dates, a new address."""
        if self.failure:
            return self.failure.message
        said = []
        if self.parsed and self.parsed.bad:
            first = self.parsed.bad[0].reason
            said.append(
                n_(
                    "{n} item could not be read ({why})",
                    "{n} items could not be read ({why})",
                    len(self.parsed.bad),
                    why=first,
                )
            )
        if undated := sum(entry.published is None for entry in self.entries):
            said.append(n_("{n} without a certain date", "{n} without a certain date", undated))
        if self.moved_to:
            said.append(_("has moved for good to {address}", address=self.moved_to))
        return _("; ").join(said)


async def probe_feeds(settings: Settings, clock: Clock, feeds: Iterable[Feed] | None = None) -> list[ProbeResult]:
    """Ask each feed once, side by side; of the configuration's enabled ones where none are given. Nothing a feed does
    is raised.
    """
    chosen = [feed for feed in settings.feeds if feed.enabled] if feeds is None else list(feeds)
    defaults = settings.defaults
    fetcher = Fetcher(
        per_host=defaults.per_host, pause=defaults.pause, timeout=defaults.timeout, max_body=defaults.max_bytes
    )
    readers = ReaderPool(
        min(2, len(chosen)) or 1, make_reader=reader.load, reader_arguments=settings.theatre.tagger_arguments()
    )
    async with fetcher, readers:
        return list(await asyncio.gather(*(_try(feed, fetcher, readers, clock) for feed in chosen)))


async def probe_feed(settings: Settings, clock: Clock, feed: Feed) -> ProbeResult:
    """Ask one feed, within a time limit for all of it."""
    seconds = (settings.defaults.timeout + STARTING).total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return (await probe_feeds(settings, clock, [feed]))[0]
    except TimeoutError:
        return ProbeResult(feed, failure=Failure("timeout", f"no answer was read within {seconds:g} s"))


async def _try(feed: Feed, fetcher: Fetcher, readers: ReaderPool, clock: Clock) -> ProbeResult:
    got = await fetcher.fetch(feed, None)
    if isinstance(got, Failure):
        return ProbeResult(feed, got.status, got)
    if isinstance(got, NotModified):  # though nothing was said of what is known
        return ProbeResult(
            feed,
            got.status,
            Failure("http", "it answered that nothing changed, to a question without conditions", got.status),
        )
    read = await readers.read(got.body, content_type=got.content_type, url=got.url, now=clock.now(), lang=feed.language)
    if isinstance(read, Failure):
        return ProbeResult(feed, got.status, read, moved_to=got.moved_to)
    readings = await _read(read, feed, readers)
    if isinstance(readings, Failure):
        return ProbeResult(feed, got.status, readings, moved_to=got.moved_to)
    return ProbeResult(feed, got.status, None, read.parsed, readings, got.moved_to)


async def _read(read: Read, feed: Feed, readers: ReaderPool) -> tuple[Reading, ...] | Failure:
    """The readings with those that passed the gate read too."""
    left = [n for n, reading in enumerate(read.readings) if reading.direction == UNREAD]
    entries = [read.parsed.entries[n] for n in left]
    texts = [EntryText(entry.title, entry.summary, feed.language) for entry in entries]
    found = list(read.readings)
    try:
        for start in range(0, len(left), BATCH):
            future = await asyncio.to_thread(readers.read_texts, texts[start : start + BATCH])
            got = await asyncio.wrap_future(future)
            if isinstance(got, Failure):
                return got
            for n, reading in zip(left[start : start + BATCH], got, strict=True):
                found[n] = reading
    except ReaderError as error:
        return Failure("parser", str(error))
    return tuple(found)


def as_table(results: Sequence[ProbeResult]) -> Table:
    """One line a feed for a terminal, those in trouble last, where the eye ends up. Feed text is never markup here."""
    well = sum(result.well for result in results)
    table = Table(
        "feed",
        "answer",
        "HTTP",
        "kind",
        "entries",
        "with signals",
        "newest (UTC)",
        "remark",
        caption=f"{well} of {len(results)} feeds answer",
    )
    for result in sorted(results, key=lambda result: not result.well):
        newest = f"{result.newest:%Y-%m-%d %H:%M}" if result.newest else ""
        signalling = sum(bool(reading.signals) for reading in result.readings)
        numbers = (str(len(result.entries)), str(signalling)) if result.parsed else ("", "")
        kind = result.parsed.kind if result.parsed else ""
        values = (result.feed.name, result.answer, str(result.status or ""), kind, *numbers, newest, result.remark)
        table.add_row(*(RichText(_sound(value)) for value in values), style=None if result.well else "red")
    return table


def proposed(result: ProbeResult, taken: Collection[str]) -> Feed:
    """The feed as feeds.yaml could have it: named as it calls itself,
    the language that most of its entries are in, its new address.
    """
    feed = result.feed
    title = _sound(result.parsed.title or "")[:80].strip() if result.parsed else ""
    name, number = title or feed.name, 2
    while name in taken:
        name, number = f"{title or feed.name} {number}", number + 1
    langs = Counter(reading.lang for reading in result.readings if reading.lang)
    language, count = langs.most_common(1)[0] if langs else (None, 0)
    return replace(
        feed,
        name=name,
        url=result.moved_to or feed.url,
        language=language if count > len(result.readings) / 2 else None,
    )


def as_yaml(feed: Feed) -> str:
    """One line for `feeds` in feeds.yaml. Headers, which may hold secrets, are left out;
    text is quoted as JSON has it, which YAML reads.
    """
    keys = {
        "name": _sound(feed.name),
        "url": feed.url,
        "publisher": feed.publisher,
        "aggregator": feed.aggregator or None,
        "tier": feed.tier,
        "language": feed.language,
        "country": feed.country,
    }
    keys |= {"allow_private": feed.allow_private or None, "enabled": None if feed.enabled else False}
    text = ", ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None
    )
    return f"  - {{{text}}}{'  # and its headers' if feed.headers else ''}"


def _sound(text: str) -> str:
    """One line, without what a terminal would obey."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable() and c not in SIGNS)[:500]
