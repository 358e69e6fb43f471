"""Computes the points of the index, hour by hour: each with its interval, its gates and its parts.

Every point looks at 24 hours: an hour's news is too little to measure and follows the clock of newsrooms; a whole day
cancels both. An hour's point is the 24 hours that end with it, a day's point the UTC day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from monitor.clock import midnight
from monitor.index import bootstrap
from monitor.index.entry_arrays import EntryArrays, read
from monitor.index.parameters import ENOUGH_HISTORY, HISTORY, REFERENCE_DAYS, WINDOW_HOURS, Parameters
from monitor.index.reference import Reference, ReferenceCache, Rows, add_up
from monitor.index.shares import coefficients
from monitor.language import _
from monitor.models import MEASURES, PARTS, IndexPoint

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Z = 1.6449  # standard normal: 5 % above, 5 % below
# stories that may have been missed when none was seen: the upper 95 % limit of a Poisson count of zero is -ln 0.05
UNSEEN = 3.0
UNSEEN_COUNTS = {"tension": 0.5, "relief": 0.5, "attention": 1.0}  # what each of those would have counted
DIRECTIONS = {"tension": "escalation", "relief": "deescalation"}
SCOPES = ("all", *PARTS)


def lookback(since: datetime) -> datetime:
    """From when on `compute` needs entries to make points from `since` on:
    the whole UTC days under the first window.
    """
    day = midnight(since.astimezone(UTC))
    return day - timedelta(days=1)


def compute(
    frame: pd.DataFrame, *, cache: ReferenceCache, since: datetime, now: datetime,
    history: Iterable[tuple[str, datetime, float]] = (), hourly: bool = True,
    daily: bool = True,
) -> list[IndexPoint]:  # fmt: skip
    """Points of every hour and day from that of `since` up to that of `now`, the running ones as they stand.

    `frame` has the columns of storage.index.entries and reaches back to `lookback(since)`. `cache` knows the reference
    days before that; finished days of the frame are taught to it on the way, so a year can be computed in one call.
    `history` are (part, day, tension) of the days before `since` that are not provisional, for the percentile. Entries
    after `now` are left out.
    """
    frame = frame[frame["at"] <= pd.Timestamp(now)]
    arrays = read(frame, cache.codes, cache.parameters)
    first, last = _hour(since) // 24 * 24 if daily else _hour(since), _hour(now)
    past = _Past(history)
    walk = _Walk(arrays, cache)
    found: list[IndexPoint] = []
    for hour in range(_hour(lookback(since)), last + 1):
        walk.step(hour)
        wants_hour = hourly and hour >= _hour(since)
        wants_day = daily and hour >= first and (hour % 24 == 23 or hour == last)
        if wants_hour or wants_day:
            running = hour % 24 + 1
            whole = walk.window(WINDOW_HOURS)
            if wants_hour:
                found += _points("hour", hour, whole, past, cache)
            if wants_day:
                points = _points("day", hour // 24 * 24, whole if running == 24 else walk.window(running), past, cache)
                found += points
                past.add(points)
        if hour % 24 == 23 and hour < last:
            walk.close_day(hour // 24)
            cache.forget(hour // 24 - REFERENCE_DAYS)
    return found


def _hour(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds() // 3600)


@dataclass(slots=True)
class _Block:
    """One hour: weighted entry counts by publisher, and the bootstrap weights of its entries about the theatre."""

    counts: Rows
    tier_sums: np.ndarray
    weights: np.ndarray


@dataclass(slots=True)
class Window:
    """What a stretch of hours ending now holds."""

    counts: np.ndarray  # publishers x columns
    weight: np.ndarray  # of each publisher: mean of its entries' tier weights
    about: EntryArrays  # the entries about the theatre, those with signals among them
    weights: np.ndarray  # of each of these: entries x columns
    day: int


class _Walk:
    """Goes through the hours once, keeping the blocks of the last 24."""

    def __init__(self, arrays: EntryArrays, cache: ReferenceCache):
        self.arrays, self.cache = arrays, cache
        self.about = arrays.take(arrays.attention > 0)
        self.blocks: deque[_Block] = deque(maxlen=WINDOW_HOURS)
        self.counts = np.zeros(
            (len(cache.codes), 1 + 4 * (cache.parameters.replicates // 4))
        )  # of all blocks: whole numbers, so nothing is lost by going along
        self.hour = 0

    def step(self, hour: int) -> None:
        self.hour = hour
        part = self.arrays.between(hour, hour + 1)
        weights = bootstrap.weights(part.story, self.cache.parameters.replicates)
        publishers = len(self.cache.codes)
        if len(self.blocks) == WINDOW_HOURS:
            self.blocks[0].counts.take_from(self.counts)
        counts = add_up(_bare(part), weights).entries
        self.blocks.append(
            _Block(counts, np.bincount(part.publisher, part.weight, publishers), weights[part.attention > 0])
        )
        counts.add_to(self.counts)

    def window(self, hours: int) -> Window:
        """Of the last hours, the running one included."""
        blocks = list(self.blocks)[-hours:]
        if hours == WINDOW_HOURS:
            counts = self.counts.copy()
        else:
            counts = np.zeros_like(self.counts)
            for block in blocks:
                block.counts.add_to(counts)
        tiers = np.stack([block.tier_sums for block in blocks]).sum(axis=0, dtype=np.float64)
        weight = np.divide(tiers, counts[:, 0], out=np.zeros_like(tiers), where=counts[:, 0] > 0)
        about = self.about.between(self.hour + 1 - len(blocks), self.hour + 1)
        return Window(counts, weight, about, np.concatenate([block.weights for block in blocks]), self.hour // 24)

    def close_day(self, number: int) -> None:
        self.cache.add_day(number, self.arrays.between(number * 24, number * 24 + 24))


def _bare(part: EntryArrays) -> EntryArrays:
    """Only counts are asked of these entries."""
    none = np.zeros(len(part))
    return replace(part, tension=none, relief=none, attention=none)


class _Past:
    """Tension is compared with the days of the year before, never with what came after;
    a provisional day is on another scale.
    """

    def __init__(self, history: Iterable[tuple[str, datetime, float]]):
        self.days: dict[str, list[tuple[int, float]]] = {}
        self._ranked: dict[tuple[str, int], list[float]] = {}
        for part, at, tension in sorted(history, key=itemgetter(1)):
            self._put(part, at, tension)

    def add(self, points: Iterable[IndexPoint]) -> None:
        for point in points:
            if point.status == "ok" and point.tension is not None:
                self._put(point.part, point.at, point.tension)

    def _put(self, part: str, at: datetime, tension: float) -> None:
        days, number = self.days.setdefault(part, []), _hour(at) // 24
        while days and days[-1][0] >= number:
            days.pop()
        days.append((number, tension))

    def percentile(self, part: str, day: int, tension: float | None) -> float | None:
        values = self._before(part, day)
        if tension is None or len(values) < ENOUGH_HISTORY:
            return None
        return 100 * (bisect_left(values, tension) + bisect_right(values, tension)) / 2 / len(values)

    def _before(self, part: str, day: int) -> list[float]:
        """The year's values before a day in order of size; the same for all hours of that day."""
        if (part, day) not in self._ranked:
            self._ranked = {key: values for key, values in self._ranked.items() if key[1] == day}
            days = self.days.get(part, [])
            self._ranked[part, day] = sorted(
                value for _, value in days[bisect_left(days, (day - HISTORY, -1.0)) : bisect_left(days, (day, -1.0))]
            )
        return self._ranked[part, day]


def _points(grain: str, hour: int, window: Window, past: _Past, cache: ReferenceCache) -> list[IndexPoint]:
    """The point of the whole and of each part."""
    parameters, at = cache.parameters, EPOCH + timedelta(hours=hour)
    reference = cache.reference(window.day)
    counts = window.counts
    entries, publishers = round(float(counts[:, 0].sum())), int((counts[:, 0] > 0).sum())
    inside, inside_relief = (
        int(((counts > 0) & (normal[: len(counts)] > 0))[:, 0].sum())
        for normal in (reference.tension, reference.relief)
    )
    missing = _missing(entries, publishers, inside, parameters)
    scopes, signals = _scopes(window.about), window.about.has_signal
    counted = scopes[:, signals]
    sizes = list(
        zip(
            SCOPES,
            counted.sum(axis=1).tolist(),
            _count_stories(window.about.story[signals], counted).tolist(),
            scopes.sum(axis=1).tolist(),
            strict=True,
        )
    )
    volume = {"entries": entries, "publishers": publishers}
    if missing:
        return [
            _point(grain, at, parameters.method, "not enough news", *size, volume, {}, missing=missing)
            for size in sizes
        ]
    status = "provisional" if reference.provisional else "ok"
    measures = _measures(window, reference, scopes, parameters.shrink)
    if inside_relief < parameters.minimum_publishers:
        missing = _(
            "relief: {n} of at least {least} publishers that have de-escalation in the reference window",
            n=inside_relief,
            least=parameters.minimum_publishers,
        )
        measures |= {name: np.full(len(SCOPES), np.nan) for name in ("relief", "relief_low", "relief_high")}
    found = []
    columns = {
        name: [None if value != value else value for value in column.tolist()] for name, column in measures.items()
    }
    for position, size in enumerate(sizes):
        values = {name: column[position] for name, column in columns.items()}
        total = (values["escalation_share"] or 0) + (values["deescalation_share"] or 0)
        values["balance"] = (
            ((values["escalation_share"] or 0) - (values["deescalation_share"] or 0)) / total if total > 0 else None
        )
        values["percentile"] = past.percentile(size[0], window.day, values["tension"])
        found.append(_point(grain, at, parameters.method, status, *size, volume, values, missing=missing))
    return found


def _missing(entries: int, publishers: int, inside: int, parameters: Parameters) -> str | None:
    """Why there is not enough news, in words."""
    lacks = []
    if entries < parameters.minimum_entries:
        lacks.append(_("{n} of at least {least} entries", n=entries, least=parameters.minimum_entries))
    if publishers < parameters.minimum_publishers:
        lacks.append(_few(publishers, parameters))
    elif inside < parameters.minimum_publishers:
        lacks.append(
            _(
                "{n} of at least {least} publishers that have signals in the reference window",
                n=inside,
                least=parameters.minimum_publishers,
            )
        )
    return _(", ").join(lacks) or None


def _few(publishers: int, parameters: Parameters) -> str:
    return _("{n} of at least {least} publishers", n=publishers, least=parameters.minimum_publishers)


def _scopes(about: EntryArrays) -> np.ndarray:
    """Which entries about the theatre belong to the whole and to each part: scopes x entries."""
    return np.vstack([np.ones((1, len(about)), dtype=bool), about.parts.T])


def _measures(window: Window, reference: Reference, scopes: np.ndarray, shrink: float) -> dict[str, np.ndarray]:
    """Every number of every scope: one value a scope."""
    about, counts = window.about, window.counts
    found: dict[str, np.ndarray] = {}
    raw = coefficients(counts[:, :1], window.weight, np.ones((len(counts), 1)), shrink)[:, 0]
    for name in MEASURES:
        each = coefficients(counts, window.weight, getattr(reference, name)[: len(counts)], shrink)
        counted = getattr(about, name) > 0
        members = scopes[:, counted]
        owner, weighed = about.publisher[counted], getattr(about, name)[counted]
        values = _by_scope(_weighed(each[owner], window.weights, counted, weighed), members)
        values[:, np.isnan(each[0])] = np.nan
        low, high = _interval(
            values[:, ~np.isnan(each[0])] if not np.isnan(each[0, 0]) else values[:, :1],
            _count_stories(about.story[counted], members),
        )
        high = np.where(values[:, 0] == 0, UNSEEN * UNSEEN_COUNTS[name] * _typical(each[:, 0], counts[:, 0]), high)
        found |= {name: values[:, 0], f"{name}_low": low, f"{name}_high": high}
        shares = raw[owner] * weighed
        if name == "attention":  # neither act nor words
            found["attention_share"] = _by_scope(shares[:, None], members)[:, 0]
            continue
        acts, direction = getattr(about, f"{name}_by_act")[counted], DIRECTIONS[name]
        kinds = _by_scope(np.column_stack([shares, shares * acts, shares * ~acts]), members)
        found |= {f"{direction}_{kind}": kinds[:, column] for column, kind in enumerate(("share", "acts", "words"))}
    return found


def _weighed(each: np.ndarray, weights: np.ndarray, counted: np.ndarray, weighed: np.ndarray) -> np.ndarray:
    """What each entry that counts adds in each replicate. In attention all of them count, and alike."""
    if counted.all():
        each *= weights
    else:
        each *= weights[counted]
    if (weighed != 1).any():
        each *= weighed[:, None]
    return each


def _by_scope(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Sums of the rows of the whole (the first scope, which has all) and of each part: scopes x columns.

    Not a matrix product: BLAS would wake all its threads for each small one, which on a busy machine took nine tenths
    of the time.
    """
    sums = np.zeros((len(members), values.shape[1]))
    sums[0] = values.sum(axis=0)
    parts = members[1:]
    filled = parts.any(axis=1)
    if filled.any():
        rows = np.nonzero(parts)[1]  # part after part
        ends = np.cumsum(parts.sum(axis=1)[filled])
        sums[1:][filled] = np.add.reduceat(values[rows], np.concatenate([[0], ends[:-1]]), axis=0)
    return sums


def _count_stories(story: np.ndarray, members: np.ndarray) -> np.ndarray:
    """How many different stories each scope holds."""
    codes = np.unique(story, return_inverse=True)[1]
    return np.array([np.count_nonzero(np.bincount(codes[mask])) for mask in members])


def _interval(values: np.ndarray, stories: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """90 % limits of each row's first column from its replicates: symmetric on the log scale, widened for few stories.

    Plain percentiles of the replicates miss the truth too often on the high side when there are a dozen stories
    (benchmarks/index.py), as they do for any skew estimate; a log scale and Student's quantile (by its first expansion
    term) mend that.
    """
    freedom = np.maximum(stories - 1, 1)
    estimate = values[:, 0]
    if values.shape[1] < 50:
        return np.full_like(estimate, np.nan), np.full_like(estimate, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.std(values[:, 1:], axis=1) / estimate * np.sqrt(stories / freedom)
        width = np.exp((Z + (Z**3 + Z) / (4 * freedom)) * np.sqrt(np.log1p(relative**2)))
        return np.where(estimate == 0, 0.0, estimate / width), np.where(estimate == 0, 0.0, estimate * width)


def _typical(each: np.ndarray, counts: np.ndarray) -> float:
    """What one entry of the window adds for each unit of severity, on average."""
    return float((each * counts).sum() / counts.sum())


def _point(
    grain: str, at: datetime, method: str, status: str, part: str, articles: int, stories: int, about: int,
    volume: dict[str, int], values: dict[str, float | None], *, missing: str | None = None,
) -> IndexPoint:  # fmt: skip
    measured: dict[str, Any] = {name: values.get(name) for name in (
        "tension", "tension_low", "tension_high", "relief", "relief_low", "relief_high", "balance", "escalation_share",
        "deescalation_share", "escalation_acts", "escalation_words", "deescalation_acts", "deescalation_words",
        "percentile", "attention", "attention_low", "attention_high", "attention_share",
    )}  # fmt: skip
    return IndexPoint(
        grain=grain, at=at, method=method, status=status, **measured, **volume,
        signal_articles=articles, stories=stories, theatre_articles=about, part=part, missing=missing,
    )  # fmt: skip
