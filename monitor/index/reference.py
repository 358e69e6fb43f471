"""What is normal for each publisher: its own share of each measure over the reference window.

The window is fixed by the editor, or the 90 days before the day shown; until 14 of them have news, or the fixed one is
over, a built-in share stands in and everything is called provisional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from monitor.index import bootstrap
from monitor.index.entry_arrays import EntryArrays, read
from monitor.index.parameters import BUILT_IN_ATTENTION, ENOUGH_DAYS, REFERENCE_DAYS, Parameters
from monitor.models import MEASURES

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rows:
    """A row of 1 + replicates numbers for each of those publishers that have any: of thousands few report in an hour,
    and few of these something that counts.
    """

    publishers: np.ndarray  # their codes, each once
    values: np.ndarray

    def add_to(self, total: np.ndarray) -> None:
        """Onto the rows of all publishers."""
        total[self.publishers] += self.values

    def take_from(self, total: np.ndarray) -> None:
        total[self.publishers] -= self.values


@dataclass(frozen=True, slots=True)
class Sums:
    """A span's weighted counts, and sums of each measure, by publisher."""

    entries: Rows
    tension: Rows
    relief: Rows
    attention: Rows
    count: int


@dataclass(frozen=True, slots=True)
class Reference:
    """Shares r of each publisher (publishers x columns); zero keeps a publisher out of the ratio."""

    tension: np.ndarray
    relief: np.ndarray
    attention: np.ndarray
    provisional: bool


def day_number(day: date) -> int:
    return (day - EPOCH).days


class ReferenceCache:
    """Publishers' sums of each day, kept in memory between computations so that a new hour need not
    read 90 days again.
    """

    def __init__(self, parameters: Parameters):
        self.parameters = parameters
        self.codes: dict[str, int] = {}
        self.complete = False  # the fixed window is over and known
        self._days: dict[int, Sums] = {}
        self._last: tuple[int, Reference] | None = None

    # -- what it needs ------------------------------------------------------------------------------------

    def span(self, day: date) -> tuple[date, date]:
        """First and last day of the reference for `day`; the days a caller has to load before asking."""
        return self.parameters.reference or (day - timedelta(days=REFERENCE_DAYS), day - timedelta(days=1))

    def lacks(self, day: date) -> bool:
        """Whether the fixed window is not known, or no day of the trailing one was ever learned."""
        if self.parameters.reference:
            return not self.complete
        first, last = self.span(day)
        return not any(number in self._days for number in range(day_number(first), day_number(last) + 1))

    def add(self, frame: pd.DataFrame) -> None:
        """Whole UTC days of entries; a day learned before is replaced."""
        arrays = read(frame, self.codes, self.parameters)
        days = arrays.hour // 24
        for number in np.unique(days):
            self.add_day(int(number), arrays.take(days == number))

    def add_window(self, frame: pd.DataFrame) -> None:
        """All entries of the fixed window, which is over."""
        self.add(frame)
        self.complete, self._last = True, None

    def add_day(self, number: int, arrays: EntryArrays) -> None:
        """A whole day's entries, by day number since 1970. With the last day of a fixed window that is over."""
        self._days[number] = add_up(arrays, bootstrap.weights(arrays.story, self.parameters.replicates))
        if self.parameters.reference and number == day_number(self.parameters.reference[1]):
            self.complete, self._last = True, None
        if self._last and number < self._last[0]:
            self._last = None

    def forget(self, before: int) -> None:
        """Drop the days before a day number that no reference will ask for again."""
        kept = range(0)
        if self.parameters.reference:
            kept = range(day_number(self.parameters.reference[0]), day_number(self.parameters.reference[1]) + 1)
        for number in [number for number in self._days if number < before and number not in kept]:
            del self._days[number]

    # -- what it gives ------------------------------------------------------------------------------------

    def reference(self, number: int) -> Reference:
        """What is normal on the day with this number. Provisional while a fixed window is not over or a trailing one
        too short.

        A fixed window that is over holds for all days, those before it and its own too, as a base year does.
        """
        if self._last is None or self._last[0] != number or len(self._last[1].tension) < len(self.codes):
            self._last = (number, self._make(number))
        return self._last[1]

    def _make(self, number: int) -> Reference:
        first, last = (day_number(day) for day in self.span(EPOCH + timedelta(days=number)))
        known = [n for n in range(first, last + 1) if n in self._days]
        if self.parameters.reference:
            return self._over(known if self.complete else [], enough=1)
        return self._over(known, enough=ENOUGH_DAYS)

    def _over(self, days: list[int], *, enough: int) -> Reference:
        shape = (len(self.codes), 1 + 4 * (self.parameters.replicates // 4))
        if sum(self._days[n].count >= self.parameters.minimum_entries for n in days) < enough:
            built_in = (*self.parameters.built_in, BUILT_IN_ATTENTION)
            tension, relief, attention = (np.full(shape, share) for share in built_in)
            return Reference(tension, relief, attention, provisional=True)
        totals = [np.zeros(shape) for _ in range(1 + len(MEASURES))]
        for n in days:
            sums = self._days[n]
            for total, part in zip(totals, (sums.entries, *(getattr(sums, name) for name in MEASURES)), strict=True):
                part.add_to(total)
        entries = np.where(totals[0] > 0, totals[0], 1)
        tension, relief, attention = (total / entries for total in totals[1:])
        return Reference(tension, relief, attention, provisional=False)


def add_up(arrays: EntryArrays, weights: np.ndarray) -> Sums:
    """Entries -> sums by publisher, one column a replicate."""
    order = np.argsort(arrays.publisher, kind="stable")
    found = []
    for counted in (None, *(getattr(arrays, name) for name in MEASURES)):
        rows = order if counted is None else order[counted[order] > 0]
        owners, starts = np.unique(arrays.publisher[rows], return_index=True)
        values = weights[rows] if counted is None else weights[rows] * counted[rows, None].astype(np.float32)
        found.append(Rows(owners, np.add.reduceat(values, starts, axis=0) if len(rows) else values))
    entries, tension, relief, attention = found
    return Sums(entries, tension, relief, attention, count=len(arrays))
