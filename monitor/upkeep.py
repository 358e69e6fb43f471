"""What follows new articles: prices brought up to date, the index recomputed where it changed.

    new articles -> earliest hour they touch -> index.compute from there to now -> stored points
    price series -> due? -> prices.Desk -> stored closes, failures by name

Leaves when to call it to worker.py and the formula to index/.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.clock import Clock
from monitor.config import Settings
from monitor.index import Rules
from monitor.models import IndexPoint, Series
from monitor.prices import Desk
from monitor.storage import articles, index, meta, prices
from monitor.storage.prices import PriceFailure
from monitor.storage.store import Store

if TYPE_CHECKING:
    from monitor.index import Book

log = logging.getLogger(__name__)
PRICES_EVERY = timedelta(minutes=10)  # by the handed-in clock
PRICED, COMPUTED = "prices of", "index computed"  # the notes that spare another process what this one has done
FURTHEST = timedelta(days=14)  # a late article changes points this far back; older ones stay as they were published
YEAR = timedelta(days=366)


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
            faults = update_prices(self.store, settings, now, desk=self._desk)
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


def update_prices(store: Store, settings: Settings, now: datetime, *, desk: Desk | None = None) -> list[PriceFailure]:
    """Fetch each series from its newest final day on; store closes and faults. Gives the faults.

    Nothing real is ever put into a database of synthetic data.
    """
    if "synthetic" in meta.notes(store):
        return []
    today = datetime(now.year, now.month, now.day, tzinfo=UTC)
    wanted = []
    for series in settings.prices:
        last = prices.last(store, series.name, today)
        wanted.append((series, last.day.date() if last else None))
    faults = []
    for answer in (desk or desk_of(settings)).round(wanted, now=now):
        prices.save(store, answer.prices)
        for fault in answer.faults:
            log.warning("%s: %s", answer.series, fault)
            faults.append(prices.fail(store, PriceFailure(answer.series, fault.provider, now, fault.kind, fault.cause)))
    return faults


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
        self._done_id = -1  # articles up to this id are in the points
        self._until: datetime | None = None  # the clock's hour of the last update

    def update(self, now: datetime) -> int:
        """Recompute from the earliest hour that changed since the last call; nothing when nothing did. Gives the number of points."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        newest = articles.newest_id(self.store)
        if self._until is None:
            self._recall()
        if newest == 0 or (newest == self._done_id and self._until is not None and hour == self._until):
            return 0
        starts = [at for at in (self._last_point(hour), articles.earliest_after(self.store, self._done_id)) if at is not None]
        since = max(min(starts, default=hour), now - FURTHEST).replace(minute=0, second=0, microsecond=0)
        count = self._compute(min(since, hour), now)
        self._done(newest, hour)
        return count

    def _recall(self) -> None:
        """How far the last process came, if its points are of the same formula."""
        note = meta.notes(self.store).get(COMPUTED)
        method, _, newest = note.value.rpartition(" ") if note else ("", "", "")
        if method == self.rules.method:
            self._done_id, self._until = int(newest), note.at

    def _done(self, newest: int, hour: datetime) -> None:
        self._done_id, self._until = newest, hour
        meta.put(self.store, COMPUTED, f"{self.rules.method} {newest}", hour)

    def everything(self, now: datetime) -> int:
        first = articles.earliest_after(self.store, -1)
        return self._compute(first, now) if first and first <= now else 0

    def _last_point(self, hour: datetime) -> datetime | None:
        """The newest stored hour not after this one: what passed since then unseen becomes a visible gap."""
        found = index.points(self.store, "hour", since=hour - FURTHEST, until=hour + timedelta(hours=1), method=self.rules.method)
        return found[-1].at if found else None

    def _compute(self, since: datetime, now: datetime) -> int:
        from monitor.index import Book, compute, lookback  # and with them pandas

        self._book = self._book or Book(self.rules)
        start = lookback(since)
        if self._book.lacks(start.date()):
            first, _ = self._book.span(start.date())
            self._book.learn(index.entries(self.store, datetime(first.year, first.month, first.day, tzinfo=UTC), start))
        history: list[IndexPoint] = index.points(self.store, "day", part="*", since=since - YEAR, until=since, method=self.rules.method)
        points = compute(index.entries(self.store, start), book=self._book, since=since, now=now, history=history)
        index.save(self.store, points)
        return len(points)


