"""Asks whether a price moved with the news of some days, against other days of the same market.

    closes -> log returns -> abnormal returns around each event -> t, placebo dates, adjusted for many questions

Pure. "Associated with", never "caused". docs/method.md has the formulas' sources. scipy is imported only when asked
for: it costs most of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce

import numpy as np
import pandas as pd

from monitor.language import _, n_
from monitor.prices.returns import returns

WINDOWS = {"[0,0]": 1, "[0,+1]": 2, "[0,+4]": 5}  # trading days
FAR, NEAR = 70, 11  # the estimation window: from 70 to 11 trading days before the event
ENOUGH_DAYS = 40  # returns in it
ENOUGH_EVENTS = 5
LEVEL = 0.05
# trading days before the event that stand in for it: two years, the same sort of market and nothing from its future
PLACEBO = 500
ENOUGH_PLACEBO = 100
SETS = 2_000  # random sets of placebo dates


@dataclass(frozen=True, slots=True)
class Row:
    """One event and window. None where there are not enough days around it, and why."""

    event: date
    window: str
    ar: float | None  # cumulative abnormal log return
    t: float | None
    p: float | None  # of t
    placebo_p: float | None
    adjusted_p: float | None  # placebo p, Benjamini-Hochberg over the grid
    significant: bool
    day: date | None = None  # the trading day taken as day 0
    note: str | None = None
    also: tuple[date, ...] = ()  # later dates that meet the same trading day: one event


@dataclass(frozen=True, slots=True)
class Across:
    """All events of a study together, in one window. None where a test cannot be made."""

    window: str
    events: int
    mean: float | None  # of the abnormal returns
    t: float | None
    p: float | None
    wilcoxon_p: float | None
    placebo_p: float | None
    significant: bool  # placebo p, adjusted over the windows
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Study:
    rows: tuple[Row, ...]
    across: tuple[Across, ...]


class _Around:
    """Abnormal returns and their t for every trading day as if it were an event, window by window."""

    def __init__(self, prices: pd.Series):
        found = returns(prices)
        self.days: list[date] = list(found.index)
        values = found.to_numpy(dtype=float)
        count = len(values)
        self.ar = {window: np.full(count, np.nan) for window in WINDOWS}
        self.t = {window: np.full(count, np.nan) for window in WINDOWS}
        self.freedom = np.zeros(count)
        if count <= FAR:
            return
        past = np.lib.stride_tricks.sliding_window_view(values, FAR - NEAR + 1)[
            : count - FAR
        ]  # row i: before day i + FAR
        known = np.isfinite(past).sum(axis=1)
        past = np.where((known >= ENOUGH_DAYS)[:, None], past, 0.0)
        mean, spread = np.nanmean(past, axis=1), np.nanstd(past, axis=1, ddof=1)
        self.freedom[FAR:] = known - 1
        spread[(known < ENOUGH_DAYS) | (spread == 0)] = np.nan
        for window, length in WINDOWS.items():
            sums = np.full(count - FAR, np.nan)
            ahead = (
                np.lib.stride_tricks.sliding_window_view(values[FAR:], length).sum(axis=1)
                if count - FAR >= length
                else np.array([])
            )
            sums[: len(ahead)] = ahead
            ar = sums - length * mean
            self.ar[window][FAR:] = np.where(np.isnan(spread), np.nan, ar)
            # the mean is itself an estimate: its error adds length squared over the days it is made of
            self.t[window][FAR:] = ar / (spread * np.sqrt(length + length**2 / known))

    def day_zero(self, event: date) -> int | None:
        """Position of the first trading day at or after the event, at most a week on."""
        position = int(np.searchsorted(np.array(self.days, dtype="datetime64[D]"), np.datetime64(event)))
        if position == len(self.days) or self.days[position] - event > timedelta(days=7):
            return None
        return position

    def outside(self, event: date) -> str:
        """Why there is no trading day for an event."""
        if not self.days:
            return _("no prices")
        if event < self.days[0]:
            return _("before the first return, of {day}", day=self.days[0])
        if event > self.days[-1]:
            return _("after the last price, of {day}", day=self.days[-1])
        return _("no trading day within a week of it")


def event_study(prices: pd.Series, events: Sequence[date]) -> Study:
    """Abnormal returns of each event over each window against the mean of trading days [-70, -11], and of all events
    together. Dates that meet one trading day are one event, named by the first.

    Placebo: how often a trading day of the two years before, no event itself, has an abnormal return as large. Every
    such day is asked, so nothing is drawn at random.
    """
    from scipy import stats

    around = _Around(prices)
    met: dict[int, list[date]] = {}  # trading day -> the dates that meet it
    outside = []
    for event in sorted(set(events)):
        position = around.day_zero(event)
        if position is None:
            outside.append(event)
        else:
            met.setdefault(position, []).append(event)
    quiet = np.ones(len(around.days), dtype=bool)
    for position in met:
        quiet[max(0, position - 4) : position + 5] = False
    rows = [
        Row(event, window, None, None, None, None, None, False, None, around.outside(event))
        for event in outside
        for window in WINDOWS
    ]
    rows += [
        _row(dates, window, position, around, quiet, stats) for position, dates in met.items() for window in WINDOWS
    ]
    rows.sort(key=lambda row: row.event)
    adjusted = adjust([row.placebo_p for row in rows])
    rows = [
        replace(row, adjusted_p=p, significant=p is not None and p < LEVEL)
        for row, p in zip(rows, adjusted, strict=True)
    ]
    used = sorted(met)
    across = [_across(window, used, around, quiet, stats) for window in WINDOWS]
    together = adjust([one.placebo_p for one in across])
    across = [replace(one, significant=p is not None and p < LEVEL) for one, p in zip(across, together, strict=True)]
    return Study(tuple(rows), tuple(across))


def _row(dates: list[date], window: str, position: int, around: _Around, quiet: np.ndarray, stats) -> Row:
    event, also = dates[0], tuple(dates[1:])
    day, ar, t = around.days[position], around.ar[window][position], around.t[window][position]
    if not np.isfinite(t):
        late = position + WINDOWS[window] > len(around.days)
        why = (
            _("the window is not over yet")
            if late
            else _(
                "fewer than {n} returns in the {days} days before, or a price without logarithm",
                n=ENOUGH_DAYS,
                days=FAR,
            )
        )
        return Row(event, window, None, None, None, None, None, False, day, why, also)
    before = slice(max(0, position - PLACEBO), position)
    others = np.abs(around.ar[window][before][quiet[before]])
    others = others[np.isfinite(others)]
    placebo = (1 + (others >= abs(ar)).sum()) / (1 + len(others)) if len(others) >= ENOUGH_PLACEBO else None
    p = float(2 * stats.t.sf(abs(t), around.freedom[position]))
    notes = [_("no trading on that day: {day} is taken", day=day)] if day != event else []
    if also:
        days = reduce(lambda some, one: _("{some} and {one}", some=some, one=one), map(str, also))
        notes.append(n_("{days} is the same event", "{days} are the same event", len(also), days=days))
    if placebo is None:
        notes.append(_("fewer than {n} days before it to compare with", n=ENOUGH_PLACEBO))
    return Row(
        event,
        window,
        float(ar),
        float(t),
        p,
        float(placebo) if placebo is not None else None,
        None,
        False,
        day,
        _("; ").join(notes) or None,
        also,
    )


def _across(window: str, positions: list[int], around: _Around, quiet: np.ndarray, stats) -> Across:
    """Boehmer, Musumeci & Poulsen's cross-sectional t on standardised returns, Wilcoxon's signed ranks, and random sets
    of dates.

    They ask for independent events: of windows that overlap the earliest counts.
    """
    ar, t = around.ar[window], around.t[window]
    known = [position for position in positions if np.isfinite(t[position])]
    used: list[int] = []
    for position in known:
        if not used or position >= used[-1] + WINDOWS[window]:
            used.append(position)
    mean = float(ar[used].mean()) if used else None
    if len(used) < ENOUGH_EVENTS:
        note = _(
            "too few events to say anything about all of them: {n} of at least {least}",
            n=len(used),
            least=ENOUGH_EVENTS,
        )
        return Across(window, len(used), mean, None, None, None, None, False, note)
    test = stats.ttest_1samp(t[used], 0.0)
    ranks = stats.wilcoxon(ar[used])
    pool = np.flatnonzero(quiet & np.isfinite(t))
    placebo = None
    if len(pool) >= ENOUGH_PLACEBO:
        drawn = np.random.default_rng(0).choice(pool, (SETS, len(used)))
        placebo = float((1 + (np.abs(t[drawn].mean(axis=1)) >= abs(t[used].mean())).sum()) / (1 + SETS))
    over = len(known) - len(used)
    note = n_("{n} more overlap an earlier one", "{n} more overlap an earlier one", over) if over else None
    return Across(
        window, len(used), mean, float(test.statistic), float(test.pvalue), float(ranks.pvalue), placebo, False, note
    )


def adjust(values: list[float | None]) -> list[float | None]:
    """Benjamini-Hochberg over the values that there are."""
    known = [p for p in values if p is not None]
    if not known:
        return values
    from scipy.stats import false_discovery_control

    corrected = iter(false_discovery_control(known))
    return [None if p is None else float(next(corrected)) for p in values]
