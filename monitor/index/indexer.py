"""Keeps the stored index points true: recomputes them from the earliest hour that new articles touch.

new articles -> earliest hour they touch -> index.compute from there to now -> stored points
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from monitor.clock import hour_of, midnight
from monitor.config.settings import Settings
from monitor.index import Parameters
from monitor.index.parameters import REFERENCE_DAYS
from monitor.models import Measure
from monitor.storage import articles, index, notes, readings, retention, stories
from monitor.storage.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from monitor.index import ReferenceCache

FURTHEST = timedelta(days=14)  # a late article changes points this far back; older ones stay as they were published
LONGEST_BREAK = timedelta(days=31)  # without a day of enough news; what lies before it has no points
YEAR = timedelta(days=366)
REFERENCE = timedelta(days=REFERENCE_DAYS)
WHOLE_DAY_AND_WINDOW = timedelta(days=2)
MOMENT = timedelta(microseconds=1)


class IndexUpdater:
    """The indexer of the parameters in force; used from one thread at a time."""

    def __init__(self, store: Store):
        self.store = store
        self._indexer: Indexer | None = None

    def update(self, settings: Settings, now: datetime) -> None:
        """Recompute what changed since the last call. Raises StorageError."""
        parameters = parameters_of(settings, readings.current(self.store).reader)
        if self._indexer is None or self._indexer.parameters != parameters:
            self._indexer = Indexer(self.store, parameters)
        try:
            self._indexer.update(now)
        except BaseException:  # whatever stopped it in the middle: what it remembers may be half of the truth
            self._indexer = None
            raise


def parameters_of(settings: Settings | None, reader: str) -> Parameters:
    """The index as feeds.yaml asks for it, of entries read by this reader; the shipped one without a configuration."""
    if settings is None:
        return Parameters(reader=reader)
    asked = settings.index
    return Parameters(
        reference=asked.span,
        minimum_entries=asked.minimum_entries,
        minimum_publishers=asked.minimum_publishers,
        tiers=asked.tiers.weights,
        reader=reader,
    )


def whole_from(removed: datetime, parameters: Parameters) -> datetime:
    """The first hour of which everything is there that its point was made of, where articles first seen before
    `removed` are no longer complete.
    """
    return hour_of(removed) + WHOLE_DAY_AND_WINDOW + (timedelta(0) if parameters.reference else REFERENCE)


def update_index(
    store: Store,
    settings: Settings | None,
    now: datetime,
    *,
    on_month: Callable[[datetime], None] = lambda month: None,
) -> int:
    """Compute every point from the first article on; gives how many."""
    parameters = parameters_of(settings, readings.current(store).reader)
    return Indexer(store, parameters).everything(now, on_month=on_month)


def months(
    stretches: Iterable[tuple[datetime, datetime | None]], now: datetime
) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches cut where months end; what has no end goes to now, and so does its last part."""
    for first, end in stretches:
        since = first
        while (month := midnight((since.replace(day=1) + timedelta(days=32)).replace(day=1))) < (end or now):
            yield since, month
            since = month
        yield since, end


def what_raised(
    store: Store,
    parameters: Parameters,
    measure: Measure,
    part: str,
    at: datetime,
    before: datetime | None,
    *,
    now: datetime,
) -> list[tuple[int, ...]]:
    """The stories that added most to a measure of the hour at `at`, or to its change since the hour at `before`, most
    first; each as the ids of its articles, the one that added most first. Those that took something off are left out.
    """
    import pandas as pd

    from monitor.index import ReferenceCache, contributions, decompose, lookback

    hours = [at] if before is None else [before, at]
    cache = ReferenceCache(replace(parameters, replicates=0))
    first, last = (
        datetime.combine(day, time(), UTC) for day in (cache.span(hours[0].date())[0], cache.span(at.date())[1])
    )
    reference = index.entries(store, first, last + timedelta(days=1))
    if parameters.over_at and parameters.over_at <= now:
        cache.add_window(reference)
    elif not parameters.over_at:
        cache.add(reference)
    sides = []
    for hour in hours:
        entries = index.entries(store, lookback(hour), min(hour + timedelta(hours=1), now + MOMENT))
        table = contributions(entries, cache=cache, at=hour, now=now, measure=measure)
        if part != "all":
            inside = entries["parts"].fillna("").str.split(";").map(lambda parts: part in parts)
            table = table[table["article_id"].isin(entries.loc[inside, "article_id"])]
        sides.append(table)
    found = decompose(sides[0] if before else sides[0].head(0), sides[-1], "story")
    each = pd.concat(sides).groupby("article_id")["points"].sum()
    grown = found[found["change"] > 0].sort_values("change", ascending=False, kind="stable")
    return [tuple(sorted(ids, key=lambda id: -each[id])) for ids in grown["articles"]]


class Seen(NamedTuple):
    """What an index was computed from."""

    newest: int  # the id up to which every article is read
    grouped: int  # the id up to which articles had been put into stories; 0 while none was
    generation: int  # of the readings


class Indexer:
    """Keeps the points of one formula and reader true; the reference cache spares reading the reference days again.

    When stored articles were read again, the cache is forgotten and every point computed anew.
    """

    def __init__(self, store: Store, parameters: Parameters):
        self.store, self.parameters = store, parameters
        self._cache: ReferenceCache | None = None
        # from what, and the clock's time of the last update; kept in a note, so that a restart moves nothing published
        self._note = f"index {parameters.method}"
        self._done: tuple[Seen, datetime] | None = None
        self._generation: int | None = None  # of the readings that the cache is made of

    def update(self, now: datetime) -> int:
        """Recompute from the earliest hour that changed since the last call;
        nothing when nothing did. Gives the number of points.
        """
        hour = hour_of(now)
        seen = self._seen()
        if seen.newest == 0 or (self._done or self._noted(in_use=True)) == (seen, hour):
            return 0
        if self._done and hour < self._done[1]:  # the clock was set back: the days before are needed again
            self._cache = None
        last = index.newest(self.store, hour + timedelta(hours=1), self.parameters.method)
        done = self._done or self._noted()
        if done and seen.newest < done[0].newest <= articles.newest_id(self.store):
            return 0  # an article that counted was edited and has to be read again first
        if last is None or (done and done[0].generation != seen.generation):
            return self._compute(self._begin(hour), now, seen)
        return self._compute(self._changed(last, hour, done, seen), now, seen)

    def everything(self, now: datetime, *, on_month: Callable[[datetime], None] = lambda month: None) -> int:
        """Every stretch of days with enough news, and from the last one on to now, whatever was computed before: month
        by month, so that an archive of years needs no more memory than a month and its reference.
        """
        seen = self._seen()
        if seen.newest == 0:
            return 0
        self._cache, done = None, 0
        for since, until in months(self._stretches(hour_of(now)), now):
            on_month(since)
            done += self._compute(since, now, seen, until=until)
        return done

    def _stretches(self, hour: datetime) -> list[tuple[datetime, datetime | None]]:
        """(first, end) of what has days with enough news without a long break, oldest first; the last is not over."""
        begin, floor = self._begin(hour), self._kept_from(hour)
        found: list[tuple[datetime, datetime | None]] = []
        for day in index.full_days(self.store, self.parameters.minimum_entries, midnight(begin)):
            end = day + timedelta(days=1)
            if floor and day < floor:
                continue
            if found and found[-1][1] and day - found[-1][1] <= LONGEST_BREAK:
                found[-1] = found[-1][0], end
            else:
                found.append((day, end))
        return [*found, (begin, None)]

    def _seen(self) -> Seen:
        """What there is to compute from now. The cache goes when it was made of other readings."""
        generation = readings.current(self.store).generation
        if generation != self._generation:
            self._cache, self._generation = None, generation
        grouped = notes.all(self.store).get(stories.GROUPED)
        return Seen(articles.read_up_to(self.store), int(grouped.value) if grouped else 0, generation)

    def _begin(self, hour: datetime) -> datetime:
        """Where a formula's first point belongs: where the days with enough news begin that lead up to now without a
        long break.

        Old entries, as some feeds carry them, make no years of gaps. Where older articles are no longer kept, points
        are computed of what is kept alone; those that a formula has already stay where not all that they were made of
        is there.
        """
        begin, floor = hour, self._kept_from(hour)
        for day in reversed(index.full_days(self.store, self.parameters.minimum_entries, hour)):
            if begin - day > LONGEST_BREAK or (floor and day < floor):
                break
            begin = day
        first = articles.earliest_after(self.store, -1)
        begin = min(begin, hour_of(max(first, hour - FURTHEST))) if first else begin
        return max(begin, floor) if floor else begin

    def _kept_from(self, hour: datetime) -> datetime | None:
        """From when on points of this formula may be computed, where older articles are no longer kept."""
        removed = retention.articles_removed_before(self.store)
        if removed is None:
            return None
        stored = index.newest(self.store, hour + timedelta(hours=1), self.parameters.method) is not None
        return whole_from(removed, self.parameters) if stored else hour_of(removed) + WHOLE_DAY_AND_WINDOW

    def _changed(self, last: datetime, hour: datetime, done: tuple[Seen, datetime] | None, seen: Seen) -> datetime:
        """The hour of the newest point, since what passed unseen becomes a visible gap, or an earlier one that a late
        article belongs to.

        Or that of the last update: its hour and day were not over, and after a clock that was set back they are not the
        newest.
        """
        id, until = -1, hour
        if done:  # an article that had no story yet is one that came since
            id, until = min(done[0].newest, done[0].grouped or done[0].newest), done[1]
        if self.parameters.over_at and until < self.parameters.over_at <= hour:
            return self._begin(hour)  # what was provisional has its reference now
        furthest = hour - FURTHEST
        if self._cache:  # one that is still to be written learns all days anyway
            from monitor.index import lookback

            for day in index.days_of_late(self.store, id, lookback(furthest)):
                self._cache.add(self._entries(day, day + timedelta(days=1), seen))
        late = articles.earliest_after(self.store, id)
        return min(last, until, *([hour_of(max(late, furthest))] if late else []))

    def _noted(self, *, in_use: bool = False) -> tuple[Seen, datetime] | None:
        """How far another process came with this method; `in_use`, only if no other one was computed since."""
        noted = notes.all(self.store)
        if in_use and (newest := noted.get(index.IN_USE)) and newest.value != self.parameters.method:
            return None
        note = noted.get(self._note)
        return (Seen(*map(int, note.value.split())), hour_of(note.at)) if note else None

    def _keep(self, seen: Seen, now: datetime) -> None:
        self._done = seen, hour_of(now)
        notes.put(self.store, self._note, " ".join(map(str, seen)), now)
        notes.put(self.store, index.IN_USE, self.parameters.method, now)

    def _entries(self, since: datetime, until: datetime, seen: Seen) -> pd.DataFrame:
        return index.entries(self.store, since, until, upto_id=seen.newest)

    def _compute(self, since: datetime, now: datetime, seen: Seen, *, until: datetime | None = None) -> int:
        """Points from `since` to now, or to a day's end before it, stored; none while the readings are being replaced.
        Gives how many.
        """
        from monitor.index import (  # and with them pandas: to know that nothing is due takes none of it
            ReferenceCache,
            compute,
            lookback,
        )

        self._cache = self._cache or ReferenceCache(self.parameters)
        start = lookback(since)
        if self._cache.lacks(start.date()):
            first = datetime.combine(self._cache.span(start.date())[0], time(), UTC)
            if self.parameters.over_at is None:
                self._cache.add(self._entries(first, start, seen))
            elif self.parameters.over_at <= now:
                self._cache.add_window(self._entries(first, self.parameters.over_at, seen))
        history = index.history(self.store, since - YEAR, since, self.parameters.method)
        last = until - MOMENT if until else now
        entries = self._entries(start, last + MOMENT, seen)
        points = compute(entries, cache=self._cache, since=since, now=last, history=history)
        current = readings.current(self.store)
        if current.generation != seen.generation or self.parameters.reader not in ("", current.reader):
            self._cache = None  # articles were read again meanwhile: these points are of two readers
            return 0
        index.save(self.store, points)
        if until is None:
            self._keep(seen, now)
        return len(points)
