"""Asks whether oil prices moved with the news: an event study of chosen or found days, and leads and lags of index and
price.

    closes -> log returns -> abnormal returns around each event -> t, placebo dates, adjusted for many questions
    daily index -> changes -> cross-correlation with returns, with bands from shuffled blocks

Pure. "Associated with", never "caused". docs/method.md has the formulas' sources. scipy is imported only when asked
for: it costs most of a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from monitor.models import IndexPoint, Observation, Price

WINDOWS = {"[0,0]": 1, "[0,+1]": 2, "[0,+4]": 5}  # trading days
FAR, NEAR = 70, 11  # the estimation window: from 70 to 11 trading days before the event
ENOUGH_DAYS = 40  # returns in it
ENOUGH_EVENTS = 5
LEVEL = 0.05
# trading days before the event that stand in for it: two years, the same sort of market and nothing from its future
PLACEBO = 500
ENOUGH_PLACEBO = 100
SETS = 2_000  # random sets of placebo dates
TRAIL, ENOUGH_TRAIL, STEEP, MERGE = 60, 20, 2.0, timedelta(days=3)  # the rule that finds episodes
LAGS, BLOCK, SHUFFLES, ENOUGH_JOINT = 10, 10, 1_000, 60


def closes(prices: Iterable[Price]) -> pd.Series:
    """Finished days' closes by date, of the kind (front month, spot ...) that most of them are:
    kinds are never mixed in one return.
    """
    final = [price for price in prices if price.final]
    if not final:
        return pd.Series(dtype=float)
    kind = Counter(price.kind for price in final).most_common(1)[0][0]
    found = {price.day.date(): price.close for price in final if price.kind == kind}
    return pd.Series(found, dtype=float).sort_index()


def values(observations: Iterable[Observation]) -> pd.Series:
    """The values of a series of a file by date, one a day: to be studied like closes."""
    return pd.Series({one.day.date(): one.value for one in observations}, dtype=float).sort_index()


def returns(prices: pd.Series) -> pd.Series:
    """Log returns. A price of zero or less has no logarithm:
    WTI closed at -37 dollars on 2020-04-20, two days are missing there.
    """
    return np.log(prices.where(prices > 0)).diff().iloc[1:]


# -- events -----------------------------------------------------------------------------------------------


def episodes(points: Iterable[IndexPoint], direction: str = "escalation") -> list[date]:
    """First days of the episodes in daily points: the share above mean + 2 sd of the 60 days before, at most three days
    apart merged.

    The rule was fixed before any price was looked at. A day is never part of its own measure.
    """
    share = pd.Series(
        {p.at.date(): getattr(p, f"{direction}_share") for p in points if p.grain == "day" and p.part == "all"},
        dtype=float,
    )
    share = share.sort_index().dropna()
    before = share.shift(1).rolling(TRAIL, min_periods=ENOUGH_TRAIL)
    high = share.index[share > before.mean() + STEEP * before.std()]
    return [
        day
        for day, previous in zip(high, [None, *high[:-1]], strict=False)
        if previous is None or day - previous > MERGE
    ]


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
            return "no prices"
        if event < self.days[0]:
            return f"before the first return, of {self.days[0]}"
        return (
            f"after the last price, of {self.days[-1]}"
            if event > self.days[-1]
            else "no trading day within a week of it"
        )


def event_study(prices: pd.Series, events: Sequence[date]) -> Study:
    """Abnormal returns of each event over each window against the mean of trading days [-70, -11], and of all events
    together.

    Placebo: how often a trading day of the two years before, no event itself, has an abnormal return as large. Every
    such day is asked, so nothing is drawn at random.
    """
    from scipy import stats

    around = _Around(prices)
    events = sorted(dict.fromkeys(events))
    positions = {event: around.day_zero(event) for event in events}
    quiet = np.ones(len(around.days), dtype=bool)
    for position in positions.values():
        if position is not None:
            quiet[max(0, position - 4) : position + 5] = False
    rows = [_row(event, window, positions[event], around, quiet, stats) for event in events for window in WINDOWS]
    asked = {
        (row.day, row.window): row.placebo_p for row in rows if row.placebo_p is not None
    }  # two dates of one trading day are one question
    adjusted = dict(zip(asked, _adjust(list(asked.values())), strict=True))
    rows = [
        replace(row, adjusted_p=p, significant=p is not None and p < LEVEL)
        for row in rows
        for p in [None if row.placebo_p is None else adjusted[row.day, row.window]]
    ]
    used = sorted({position for position in positions.values() if position is not None})
    across = [_across(window, used, around, quiet, stats) for window in WINDOWS]
    together = _adjust([one.placebo_p for one in across])
    across = [replace(one, significant=p is not None and p < LEVEL) for one, p in zip(across, together, strict=True)]
    return Study(tuple(rows), tuple(across))


def _row(event: date, window: str, position: int | None, around: _Around, quiet: np.ndarray, stats) -> Row:
    if position is None:
        return Row(event, window, None, None, None, None, None, False, None, around.outside(event))
    day, ar, t = around.days[position], around.ar[window][position], around.t[window][position]
    if not np.isfinite(t):
        late = position + WINDOWS[window] > len(around.days)
        why = (
            "the window is not over yet"
            if late
            else f"fewer than {ENOUGH_DAYS} returns in the {FAR} days before, or a price without logarithm"
        )
        return Row(event, window, None, None, None, None, None, False, day, why)
    before = slice(max(0, position - PLACEBO), position)
    others = np.abs(around.ar[window][before][quiet[before]])
    others = others[np.isfinite(others)]
    placebo = (1 + (others >= abs(ar)).sum()) / (1 + len(others)) if len(others) >= ENOUGH_PLACEBO else None
    p = float(2 * stats.t.sf(abs(t), around.freedom[position]))
    notes = [f"no trading on that day: {day} is taken"] if day != event else []
    notes += [] if placebo is not None else [f"fewer than {ENOUGH_PLACEBO} days before it to compare with"]
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
        "; ".join(notes) or None,
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
        note = f"too few events to say anything about all of them: {len(used)} of at least {ENOUGH_EVENTS}"
        return Across(window, len(used), mean, None, None, None, None, False, note)
    test = stats.ttest_1samp(t[used], 0.0)
    ranks = stats.wilcoxon(ar[used])
    pool = np.flatnonzero(quiet & np.isfinite(t))
    placebo = None
    if len(pool) >= ENOUGH_PLACEBO:
        drawn = np.random.default_rng(0).choice(pool, (SETS, len(used)))
        placebo = float((1 + (np.abs(t[drawn].mean(axis=1)) >= abs(t[used].mean())).sum()) / (1 + SETS))
    note = f"{len(known) - len(used)} more overlap an earlier one" if len(known) > len(used) else None
    return Across(
        window, len(used), mean, float(test.statistic), float(test.pvalue), float(ranks.pvalue), placebo, False, note
    )


def _adjust(values: list[float | None]) -> list[float | None]:
    """Benjamini-Hochberg over the values that there are."""
    known = [p for p in values if p is not None]
    if not known:
        return values
    from scipy.stats import false_discovery_control

    corrected = iter(false_discovery_control(known))
    return [None if p is None else float(next(corrected)) for p in values]


# -- lead and lag -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lag:
    """Correlation of index changes with returns `lag` trading days later; negative: the price moved first."""

    lag: int
    correlation: float
    low: float  # band in which 95 % of unrelated series lie
    high: float
    p: float
    significant: bool  # Benjamini-Hochberg over the lags


@dataclass(frozen=True, slots=True)
class LeadLag:
    lags: tuple[Lag, ...]
    days: int
    note: str | None = None


def lead_lag(index: pd.Series, prices: pd.Series) -> LeadLag:
    """Cross-correlation at -10..+10 trading days of changes in the daily index (by date) with log returns.

    The index of a trading day is the mean since the trading day before, so that a weekend's news meets Monday's price.
    The bands come of returns put together anew from blocks of ten days: they keep what is in each series and lose what
    is between them.
    """
    joint = _joint(index, prices)
    if len(joint) < ENOUGH_JOINT:
        return LeadLag(
            (), len(joint), f"too few days with both index and price: {len(joint)} of at least {ENOUGH_JOINT}"
        )
    change, change_of_price = joint["index"].to_numpy(), joint["price"].to_numpy()
    if np.ptp(change) == 0 or np.ptp(change_of_price) == 0:
        return LeadLag((), len(joint), "index or price did not change, so nothing can go with it")
    found = _correlations(change, change_of_price)
    random = np.random.default_rng(0)
    count = len(joint)
    starts = random.integers(0, count, (SHUFFLES, -(-count // BLOCK)))
    order = ((starts[:, :, None] + np.arange(BLOCK)) % count).reshape(SHUFFLES, -1)[:, :count]
    unrelated = _correlations(change, change_of_price[order])
    low, high = np.percentile(unrelated, [100 * LEVEL / 2, 100 - 100 * LEVEL / 2], axis=0)
    p = (1 + (np.abs(unrelated) >= np.abs(found)).sum(axis=0)) / (1 + SHUFFLES)
    adjusted = _adjust(p.tolist())
    lags = range(-LAGS, LAGS + 1)
    values = zip(lags, found, low, high, p, adjusted, strict=True)
    return LeadLag(
        tuple(
            Lag(lag, float(r), float(a), float(b), float(q), bool(q_all < LEVEL)) for lag, r, a, b, q, q_all in values
        ),
        count,
    )


def _joint(index: pd.Series, prices: pd.Series) -> pd.DataFrame:
    """Changes of both by trading day, days lacking either left out."""
    moves = returns(prices)
    index = index.dropna().sort_index()
    if index.empty or moves.empty:
        return pd.DataFrame({"index": [], "price": []}, dtype=float)
    trading = np.array(moves.index, dtype="datetime64[D]")
    slot = np.searchsorted(trading, np.array(index.index, dtype="datetime64[D]"))
    level = index.groupby(slot).mean()
    level = level[level.index < len(trading)]
    level.index = moves.index[level.index]
    return pd.DataFrame({"index": level.reindex(moves.index).diff(), "price": moves}).dropna()


def _correlations(change: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Cross-correlations at lags -10 to +10 (last axis) of one series of changes with one or more of moves (days on the
    last axis).

    At lag k the sum of change[i] * moves[i + k], both standardised over all n days, divided by n: Box & Jenkins'
    estimator.
    """
    days = len(change)
    x = (change - change.mean()) / change.std()
    y = (moves - moves.mean(axis=-1, keepdims=True)) / moves.std(axis=-1, keepdims=True)
    at_lag = [y[..., max(k, 0) : days + min(k, 0)] @ x[max(-k, 0) : days - max(k, 0)] for k in range(-LAGS, LAGS + 1)]
    return np.stack(at_lag, axis=-1) / days
