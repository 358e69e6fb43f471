"""How the measures stand beside series that others publish: correlations at some lags, and days on which both rose.

    daily measure, yardstick -> means and changes of both -> Spearman at each lag, with a bootstrap of blocks
    both -> episodes of each -> found in both, or in one alone, and who was first

Pure. "Associated with", never "predicts". docs/method.md has the formulas' sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from math import sqrt

import numpy as np
import pandas as pd

from monitor.language import N_, _, n_, numeral
from monitor.models import MEASURES, IndexPoint
from monitor.prices.episodes import ENOUGH_TRAIL, SHARES, episodes

LAGS = range(-3, 4)  # the yardstick so many days (weeks, months) after the measure
# what is compared: the mean of so many days, or its change against the same number of days before
FORMS: dict[str, dict[str, tuple[int, bool]]] = {
    "day": {
        N_("levels"): (1, False),
        N_("7-day means"): (7, False),
        N_("daily changes"): (1, True),
        N_("weekly changes"): (7, True),
        N_("monthly changes"): (28, True),
    },
    "week": {"levels": (1, False), "weekly changes": (1, True)},
    "month": {"levels": (1, False), "monthly changes": (1, True)},
}
KNOWN = 2 / 3  # of the days of a mean have to be known
FEWEST = 10  # pairs for a correlation
FEWEST_BLOCKS = 3  # that have to fit for an interval
REPLICATES = 300
Z = 1.6449  # standard normal: 5 % above, 5 % below
DAY = timedelta(days=1)
NEAR = timedelta(days=7)  # two episodes so close together are one and the same
SHIFTS = 500  # of a measure's episodes, to count how many meet by chance
PLAIN = N_("word count")  # the name under which it stands beside the measures
TOO_FEW = {
    "day": N_("too few: {n} of at least {fewest} days"),
    "week": N_("too few: {n} of at least {fewest} weeks"),
    "month": N_("too few: {n} of at least {fewest} months"),
}
NO_INTERVAL = {
    "day": N_("no interval: fewer than {times} times {n} days"),
    "week": N_("no interval: fewer than {times} times {n} weeks"),
    "month": N_("no interval: fewer than {times} times {n} months"),
}


@dataclass(frozen=True, slots=True)
class Association:
    """Spearman's correlation of a measure with a yardstick `lag` days (weeks, months) later. None where there is too
    little to say, and why; `low` and `high` are the 90 % interval."""

    measure: str
    yardstick: str
    form: str  # a key of FORMS
    lag: int
    unit: str  # of the lag: day, week, month
    n: int  # pairs
    correlation: float | None
    low: float | None = None
    high: float | None = None
    note: str | None = None

    @property
    def clear(self) -> bool:
        """Whether there is an interval and it leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Line:
    """Daily values of a measure, all on one scale."""

    name: str
    values: pd.Series  # by date
    shares: pd.Series  # what episodes are looked for in, by date
    note: str | None = None  # which days were left out, and why


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """An episode of the measure, of the yardstick, or of both within a week: their first days, and how many days the
    measure was ahead."""

    measure: str
    yardstick: str
    ours: date | None
    theirs: date | None

    @property
    def lead(self) -> int | None:
        """Days from the measure's to the yardstick's; above zero: the measure was first."""
        return (self.theirs - self.ours).days if self.ours and self.theirs else None


@dataclass(frozen=True, slots=True)
class TurningPoints:
    """All of them on the days on which episodes of both can be found."""

    measure: str
    yardstick: str
    days: int
    found: tuple[TurningPoint, ...]  # oldest first
    both: int
    by_chance: float | None  # how many would be of both if the measure's episodes lay elsewhere, on the mean
    p: float | None  # the share of such shifts in which there are as many
    note: str | None = None


# -- what is compared -----------------------------------------------------------------------------------------


def lines(points: Iterable[IndexPoint], words: Iterable[tuple[date, int, int]] = ()) -> list[Line]:
    """The measures of daily points of the whole theatre, and the plain word count on the same days.

    `words` are (day, entries, how many of them hold a word). Days measured against the built-in share and days measured
    against a real reference are two scales: those of which there are more are taken, the others left out.
    """
    days = sorted((point for point in points if point.grain == "day" and point.part == "all"), key=lambda p: p.at)
    sides = {
        status: [point for point in days if point.status == status and point.tension is not None]
        for status in ("ok", "provisional")
    }
    taken, other = ("ok", "provisional") if len(sides["ok"]) >= len(sides["provisional"]) else ("provisional", "ok")
    note = None
    if sides[other] or taken == "provisional":
        note = _scales(taken, len(sides[taken]), len(sides[other]))
    found = [
        Line(name, _by_day(sides[taken], name), _by_day(days, SHARES[name]), note if sides[taken] else None)
        for name in MEASURES
    ]
    plain = pd.Series({day: 100 * counted / entries for day, entries, counted in words if entries}, dtype=float)
    plain = plain.sort_index()
    with_points, same = {point.at.date() for point in days}, set(found[0].values.index)
    return [
        *found,
        Line(PLAIN, plain[[d in same for d in plain.index]], plain[[d in with_points for d in plain.index]]),
    ]


def _scales(taken: str, days: int, others: int) -> str:
    """On which scale the days are that are compared, and how many are left out since they are on another."""
    if taken == "ok":
        return n_(
            "{n} days measured against a measured reference; {others} against the built-in share are another scale and "
            "left out",
            "{n} days measured against a measured reference; {others} against the built-in share are another scale and "
            "left out",
            days,
            others=others,
        )
    if others:
        return n_(
            "{n} days measured against the built-in share; {others} against a measured reference are another scale and "
            "left out",
            "{n} days measured against the built-in share; {others} against a measured reference are another scale and "
            "left out",
            days,
            others=others,
        )
    return n_("{n} days measured against the built-in share", "{n} days measured against the built-in share", days)


def _by_day(points: Iterable[IndexPoint], name: str) -> pd.Series:
    return pd.Series({point.at.date(): getattr(point, name) for point in points}, dtype=float).dropna()


def frequency(yardstick: pd.Series) -> str:
    """day, week or month: by the usual distance of its values."""
    gaps = np.diff(np.array(yardstick.index, dtype="datetime64[D]")).astype(int)
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    return "day" if usual < 4 else "week" if usual < 14 else "month"


# -- correlations ---------------------------------------------------------------------------------------------


def associations(
    lines: Sequence[Line], name: str, yardstick: pd.Series, *, form: str | None = None
) -> list[Association]:
    """Every line against one yardstick (values by date), in every form, or one, and at every lag."""
    unit = frequency(yardstick)
    other = _on_grid(yardstick, unit)
    found = []
    for line in lines:
        own = _on_grid(line.values, unit, mean=True)
        for one, (length, change) in FORMS[unit].items():
            if form in (None, one):
                x, y = _shaped(own, length, change), _shaped(other, length, change)
                found += [_association(line.name, name, one, lag, unit, x, y, length) for lag in LAGS]
    return found


def _on_grid(values: pd.Series, unit: str, *, mean: bool = False) -> pd.Series:
    """Values by a running number of days, weeks or months, gaps as NaN. With `mean` those of the days in each week or
    month, where enough of them are known."""
    values = values.dropna()
    if values.empty:
        return pd.Series(dtype=float)
    days = pd.DatetimeIndex(np.array(values.index, dtype="datetime64[ns]"))
    numbers = days.to_period({"day": "D", "week": "W", "month": "M"}[unit]).asi8
    grouped = pd.Series(values.to_numpy(dtype=float)).groupby(numbers)
    found = grouped.mean() if mean else grouped.last()
    if mean and unit != "day":
        found = found[grouped.count() >= KNOWN * {"week": 7, "month": 30}[unit]]
    if found.empty:
        return found
    return found.reindex(range(int(found.index[0]), int(found.index[-1]) + 1))


def _shaped(values: pd.Series, length: int, change: bool) -> pd.Series:
    """Means of the last so many days, or their change against as many days before."""
    means = values.rolling(length, min_periods=int(np.ceil(KNOWN * length))).mean() if length > 1 else values
    return means.diff(length) if change else means


def _association(
    measure: str, yardstick: str, form: str, lag: int, unit: str, x: pd.Series, y: pd.Series, length: int
) -> Association:  # fmt: skip
    later = y.copy()
    later.index = later.index - lag
    pair = pd.concat([x, later], axis=1, join="inner").dropna().to_numpy()
    n = len(pair)
    if n < FEWEST:
        note = _(TOO_FEW[unit], n=n, fewest=FEWEST)
        return Association(measure, yardstick, form, lag, unit, n, None, note=note)
    if np.ptp(pair[:, 0]) == 0 or np.ptp(pair[:, 1]) == 0:
        return Association(measure, yardstick, form, lag, unit, n, None, note=_("one of them did not change"))
    block = block_of(n, length)
    correlation, low, high = spearman(pair[:, 0], pair[:, 1], block)
    note = _(NO_INTERVAL[unit], times=FEWEST_BLOCKS, n=block) if low is None else None
    return Association(measure, yardstick, form, lag, unit, n, correlation, low, high, note)


def block_of(n: int, length: int) -> int:
    """How many neighbouring pairs a replicate takes together: more where each is a mean of many days, and more of a
    long line. At shorter ones the intervals of slow series held too little (benchmarks/validation.py)."""
    return max(2 * length, round(length - 1 + 2 * n ** (1 / 3)))


def spearman(x: np.ndarray, y: np.ndarray, block: int) -> tuple[float, float | None, float | None]:
    """(Spearman's correlation, low, high): a 90 % interval by a circular bootstrap of blocks of pairs, which keeps what
    neighbouring days have in common (Politis and Romano 1992).

    Limits are taken on Fisher's scale from the replicates' spread, with Student's quantile for the number of blocks;
    plain percentiles held too little where there are few blocks (benchmarks/validation.py). None where fewer than three
    blocks fit. The same numbers give the same interval.
    """
    one = np.ones((1, len(x)))
    found = float(_weighed(x, y, one)[0])
    blocks = len(x) / block
    if blocks < FEWEST_BLOCKS:
        return found, None, None
    drawn = np.arctanh(np.clip(_weighed(x, y, _draws(len(x), block)), -0.9999, 0.9999))
    drawn = drawn[np.isfinite(drawn)]  # a replicate of one value only has no correlation
    freedom = blocks - 1
    arm = (Z + (Z**3 + Z) / (4 * freedom)) * float(drawn.std()) * sqrt(blocks / freedom)
    at = float(np.arctanh(np.clip(found, -0.9999, 0.9999)))
    return found, float(np.tanh(at - arm)), float(np.tanh(at + arm))


@lru_cache(maxsize=64)
def _draws(n: int, block: int) -> np.ndarray:
    """How often each of n pairs is in each replicate: replicates x n."""
    starts = np.random.default_rng(0).integers(0, n, (REPLICATES, -(-n // block)))
    order = ((starts[:, :, None] + np.arange(block)) % n).reshape(REPLICATES, -1)[:, :n]
    cells = (order + n * np.arange(REPLICATES)[:, None]).ravel()
    return np.bincount(cells, minlength=REPLICATES * n).reshape(REPLICATES, n).astype(np.float32)


def _weighed(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Spearman's correlation in each replicate (a row of weights), ties by their middle rank."""
    a, b = _ranks(x, weights), _ranks(y, weights)
    covered, one, other = (np.einsum("ij,ij,ij->i", weights, p, q) for p, q in ((a, b), (a, a), (b, b)))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = covered / np.sqrt(one * other)
    return found


def _ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The rank of each value in each replicate, less the mean rank, without drawing or sorting anything: a rank is how
    much weight lies below, with half of the value's own."""
    codes = np.unique(values, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    sums = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(weights[:, order], axis=1)], axis=1)
    below, upto = sums[:, np.concatenate([[0], ends[:-1]])], sums[:, ends]
    middle: np.ndarray = ((below + upto) / 2 - sums[:, -1:] / 2)[:, codes]
    return middle


# -- turning points -------------------------------------------------------------------------------------------


def turning_points(line: Line, name: str, yardstick: pd.Series) -> TurningPoints:
    """Which episodes are found in a measure and in a daily yardstick (values by date), by the same rule.

    Two that begin within a week of each other are one, the nearest first. How many meet by chance is counted over every
    circular shift of the measure's episodes on the joint days (of long lines over 500 of them), so nothing is drawn.
    """
    nothing = TurningPoints(line.name, name, 0, (), 0, None, None)
    if frequency(yardstick) != "day":
        return replace(nothing, note=_("not daily"))
    sides = [values.sort_index().dropna() for values in (line.shares, yardstick)]
    asked = [values.index[ENOUGH_TRAIL:] for values in sides]  # a day needs so many before it
    if not all(map(len, asked)):
        lack = min(map(len, sides))
        return replace(nothing, note=_("too few days: {n} of more than {least}", n=lack, least=ENOUGH_TRAIL))
    first, last = max(days[0] for days in asked), min(days[-1] for days in asked)
    if last < first:
        return replace(nothing, note=_("no days in common"))
    days = (last - first).days + 1
    ours, theirs = ([day for day in episodes(values) if first <= day <= last] for values in sides)
    pairs = _met(ours, theirs)
    own = dict(pairs)
    others = set(own.values())
    every = [TurningPoint(line.name, name, day, own.get(day)) for day in ours]
    every += [TurningPoint(line.name, name, None, day) for day in theirs if day not in others]
    found = sorted(every, key=lambda point: min(day for day in (point.ours, point.theirs) if day))
    by_chance = p = None
    if ours and theirs and days > 1:
        steps = range(1, days, max(1, days // SHIFTS))
        shifted = (sorted(first + (day - first + k * DAY) % (days * DAY) for day in ours) for k in steps)
        counted = np.array([len(_met(one, theirs)) for one in shifted])
        by_chance, p = float(counted.mean()), float((1 + (counted >= len(pairs)).sum()) / (1 + len(counted)))
    return TurningPoints(line.name, name, days, tuple(found), len(pairs), by_chance, p)


def _met(ours: Sequence[date], theirs: Sequence[date]) -> list[tuple[date, date]]:
    """Pairs of episodes at most a week apart, each in one pair, the nearest taken first."""
    near = sorted((abs(a - b), a, b) for a in ours for b in theirs if abs(a - b) <= NEAR)
    found: dict[date, date] = {}
    for own, other in (pair[1:] for pair in near):
        if own not in found and other not in found.values():
            found[own] = other
    return sorted(found.items())


def in_words(one: TurningPoints) -> str:
    """`Episodes of tension and GPR in 340 days: 5 in both ..., 2 of tension alone, 3 of GPR alone.`"""
    of = {"measure": _(one.measure), "yardstick": one.yardstick}
    if one.note:
        return _("Episodes of {measure} and {yardstick}: {note}.", note=one.note, **of)
    ours, theirs = (sum(getattr(row, side) is not None for row in one.found) - one.both for side in ("ours", "theirs"))
    of |= {"days": str(one.days), "both": str(one.both), "ours": str(ours), "theirs": str(theirs)}
    if one.by_chance is None or one.p is None:
        said = _(
            "Episodes of {measure} and {yardstick} in {days} days: {both} in both, {ours} of {measure} alone, {theirs} "
            "of {yardstick} alone",
            **of,
        )
    else:
        said = _(
            "Episodes of {measure} and {yardstick} in {days} days: {both} in both ({chance} by chance, p {p}), {ours} "
            "of {measure} alone, {theirs} of {yardstick} alone",
            chance=numeral(one.by_chance, ".1f"),
            p=numeral(one.p, ".2f"),
            **of,
        )
    leads = _(", ").join(f"{row.ours:%Y-%m-%d} {row.lead:+d}" for row in one.found if row.lead is not None)
    return _("{said}; days of lead: {leads}.", said=said, leads=leads) if leads else f"{said}."
