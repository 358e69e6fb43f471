"""What follows new articles: prices brought up to date, the index recomputed where it changed.

    new articles -> earliest hour they touch -> index.compute from there to now -> stored points
    price series -> due? -> prices.Desk -> stored closes, failures by name

Leaves when to call it to worker.py and the formula to index/.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from monitor.clock import Clock, real_now
from monitor.config import Settings
from monitor.index import Rules
from monitor.models import Series
from monitor.prices import PROVIDERS, Answer, Desk
from monitor.storage import articles, index, meta, prices
from monitor.storage.prices import PriceFailure
from monitor.storage.store import Store

if TYPE_CHECKING:
    from monitor.index import Book

log = logging.getLogger(__name__)
PRICES_EVERY = timedelta(minutes=10)  # by the handed-in clock
PRICED = "prices of"  # the note that spares another process what this one was just answered
FURTHEST = timedelta(days=14)  # a late article changes points this far back; older ones stay as they were published
LONGEST_BREAK = timedelta(days=31)  # without a day of enough news; what lies before it has no points
YEAR = timedelta(days=366)
MOMENT = timedelta(microseconds=1)


class Upkeep:
    """Remembers between calls what is already done; one for each worker, used from one thread at a time."""

    def __init__(self, store: Store, clock: Clock):
        self.store, self.clock = store, clock
        self._desk: Desk | None = None
        self._prices_at: datetime | None = None
        self._priced: tuple[Series, ...] = ()
        self._indexer: Indexer | None = None

    def after_round(self, settings: Settings) -> None:
        """Prices and index as far as they are due. Raises StorageError, ClockError; a failing price service is a stored fault."""
        now = self.clock.now()
        if self._prices_due(settings.prices, now):
            self._desk = self._desk or desk_of(settings)
            faults = [(answer.series, fault) for answer in update_prices(self.store, settings, now, desk=self._desk) for fault in answer.faults]
            for series, fault in faults:
                log.warning("%s: %s", series, fault)
            self._prices_at, self._priced = now, settings.prices
            meta.put(self.store, PRICED, None if faults else _names(settings.prices), now)
        rules = rules_of(settings)
        if self._indexer is None or self._indexer.rules != rules:
            self._indexer = Indexer(self.store, rules)
        self._indexer.update(now)

    def _prices_due(self, wanted: tuple[Series, ...], now: datetime) -> bool:
        """Every ten minutes, and when others are wanted; what another process was answered without a fault counts as well."""
        if self._prices_at is None and (note := meta.notes(self.store).get(PRICED)) and note.value == _names(wanted):
            self._prices_at, self._priced = note.at, wanted
        return self._prices_at is None or self._priced != wanted or not timedelta(0) <= now - self._prices_at < PRICES_EVERY


def _names(wanted: tuple[Series, ...]) -> str:
    return "; ".join(f"{series.name} {series.symbol}" for series in wanted)


def desk_of(settings: Settings) -> Desk:
    environment = settings.environment
    return Desk(yahoo_url=environment.yahoo_url, fred_url=environment.fred_url)


def update_prices(store: Store, settings: Settings, now: datetime, *, desk: Desk | None = None) -> list[Answer]:
    """Fetch what is new of each series; store closes and faults. Gives the answers.

    Nothing real is ever put into a database of synthetic data.
    """
    if "synthetic" in meta.notes(store):
        return []
    today = datetime(now.year, now.month, now.day, tzinfo=UTC)
    wanted = []
    for series in settings.prices:
        newest = {source: prices.last(store, series.name, today, source=source) for source in PROVIDERS}
        wanted.append((series, {source: price for source, price in newest.items() if price}))
    answers = (desk or desk_of(settings)).round(wanted, now=now)
    noted = {(failure.series, failure.provider, failure.kind) for failure in prices.failures(store)}
    for answer in answers:
        if answer.prices:
            prices.save(store, answer.prices)
            prices.mended(store, answer.series, [fault.provider for fault in answer.faults])
        for fault in answer.faults:
            if not fault.rested or (answer.series, fault.provider, fault.kind) not in noted:  # who rests has not failed again
                again = real_now() + timedelta(seconds=fault.again) if fault.again else None
                prices.fail(store, PriceFailure(answer.series, fault.provider, now, fault.kind, fault.cause, next_try=again))
    return answers


def rules_of(settings: Settings | None) -> Rules:
    """The index as feeds.yaml asks for it; the shipped one without a configuration."""
    if settings is None:
        return Rules()
    asked = settings.index
    return Rules(
        reference=asked.span, minimum_entries=asked.minimum_entries, minimum_publishers=asked.minimum_publishers, tiers=asked.tiers.weights
    )


def update_index(store: Store, settings: Settings | None, now: datetime) -> int:
    """Compute every point from the first article on; gives how many."""
    return Indexer(store, rules_of(settings)).everything(now)


class Indexer:
    """Keeps the points of one formula true; its Book spares reading the reference days again."""

    def __init__(self, store: Store, rules: Rules):
        self.store, self.rules = store, rules
        self._book: Book | None = None
        # up to which article, and the clock's time of the last update; kept in a note, so that a restart moves nothing published
        self._note = f"index {rules.method}"
        self._done: tuple[int, datetime] | None = None

    def update(self, now: datetime) -> int:
        """Recompute from the earliest hour that changed since the last call; nothing when nothing did. Gives the number of points."""
        hour = hour_of(now)
        newest = articles.newest_id(self.store)
        if newest == 0 or (self._done or self._noted(in_use=True)) == (newest, hour):
            return 0
        if self._done and hour < self._done[1]:  # the clock was set back: the days before are needed again
            self._book = None
        last = index.newest(self.store, hour + timedelta(hours=1), self.rules.method)
        count = self._compute(self._begin(hour) if last is None else self._changed(last, hour), now)
        self._keep(newest, now)
        return count

    def everything(self, now: datetime) -> int:
        """From the first day with enough news on, whatever was computed before."""
        newest = articles.newest_id(self.store)
        if newest == 0:
            return 0
        self._book = None
        count = self._compute(self._begin(hour_of(now)), now)
        self._keep(newest, now)
        return count

    def _begin(self, hour: datetime) -> datetime:
        """Where a formula's first point belongs: where the days with enough news begin that lead up to now without a long break.

        Old entries, as some feeds carry them, make no years of gaps.
        """
        begin = hour
        for day in reversed(index.full_days(self.store, self.rules.minimum_entries, hour)):
            if begin - day > LONGEST_BREAK:
                break
            begin = day
        first = articles.earliest_after(self.store, -1)
        return min(begin, hour_of(max(first, hour - FURTHEST))) if first else begin

    def _changed(self, last: datetime, hour: datetime) -> datetime:
        """The hour of the newest point, since what passed unseen becomes a visible gap, or an earlier one that a late article belongs to.

        Or that of the last update: its hour and day were not over, and after a clock that was set back they are not the newest.
        """
        id, until = self._done or self._noted() or (-1, hour)
        if self.rules.over_at and until < self.rules.over_at <= hour:
            return self._begin(hour)  # what was provisional has its reference now
        furthest = hour - FURTHEST
        if self._book:  # one that is still to be written learns all days anyway
            from monitor.index import lookback

            for day in index.days_of_late(self.store, id, lookback(furthest)):
                self._book.learn(index.entries(self.store, day, day + timedelta(days=1)))
        late = articles.earliest_after(self.store, id)
        return min(last, until, *([hour_of(max(late, furthest))] if late else []))

    def _noted(self, *, in_use: bool = False) -> tuple[int, datetime] | None:
        """How far another process came with this formula; `in_use`, only if no other formula was computed since."""
        notes = meta.notes(self.store)
        if in_use and (newest := notes.get(index.IN_USE)) and newest.value != self.rules.method:
            return None
        note = notes.get(self._note)
        return (int(note.value), hour_of(note.at)) if note else None

    def _keep(self, newest: int, now: datetime) -> None:
        self._done = newest, hour_of(now)
        meta.put(self.store, self._note, str(newest), now)
        meta.put(self.store, index.IN_USE, self.rules.method, now)

    def _compute(self, since: datetime, now: datetime) -> int:
        from monitor.index import Book, compute, lookback  # and with them pandas: to know that nothing is due takes none of it

        self._book = self._book or Book(self.rules)
        start = lookback(since)
        if self._book.lacks(start.date()):
            first = datetime.combine(self._book.span(start.date())[0], time(), UTC)
            if self.rules.over_at is None:
                self._book.learn(index.entries(self.store, first, start))
            elif self.rules.over_at <= now:
                self._book.learn_window(index.entries(self.store, first, self.rules.over_at))
        history = index.history(self.store, since - YEAR, since, self.rules.method)
        points = compute(index.entries(self.store, start, now + MOMENT), book=self._book, since=since, now=now, history=history)
        index.save(self.store, points)
        return len(points)


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


