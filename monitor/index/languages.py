"""The press by language: what each says against its own normal, and how far two groups of languages are apart.

    entries -> those of one language or group -> the index as of everything, on these alone -> daily points -> wedges

A language is measured as a world of its own: its publishers, its reference, its stories. So 200 in Persian and 200 in
English both mean twice what is normal there, and a language whose press always writes more of the theatre is not
"higher" for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from math import hypot

import pandas as pd

from monitor.index.parameters import Parameters
from monitor.index.points import compute, lookback
from monitor.index.reference import ReferenceCache
from monitor.models import MEASURES, IndexPoint, Measure

FEWEST_PUBLISHERS = 3  # of a language, in a day and in the reference: fewer are papers, not a press
NEAR, FAR = ("fa", "ar"), ("en", "fr")  # in the theatre's languages, and in those that most of its readers abroad read
Press = tuple[str, ...]  # one language or a group of them


@dataclass(frozen=True, slots=True)
class Wedge:
    """How far apart two presses are on one day, in points of a measure, each press against its own normal."""

    at: datetime
    measure: Measure
    difference: float  # the first less the second
    low: float  # of the 90 % interval
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def by_language(
    frame: pd.DataFrame, parameters: Parameters, *, languages: Iterable[str], since: datetime, now: datetime
) -> dict[Press, list[IndexPoint]]:
    """Daily points of each language and of the groups NEAR and FAR, from the day of `since` up to now.

    `frame` has the columns of storage.index.entries, `lang` among them, and reaches back over `needs(...)`. A day on
    which a press has fewer than three publishers, or fewer that have signals in the reference, has no numbers and says
    so in `missing`.
    """
    presses = [*((lang,) for lang in languages), NEAR, FAR]
    return by_press(frame, "lang", {press: press for press in presses}, parameters, since, now)


def by_press(
    frame: pd.DataFrame, column: str, presses: Mapping[Press, Iterable[str]], parameters: Parameters,
    since: datetime, now: datetime,
) -> dict[Press, list[IndexPoint]]:  # fmt: skip
    """As `by_language`, of any division of the entries: of each press the values that it has in a column."""
    parameters = replace(parameters, minimum_publishers=max(FEWEST_PUBLISHERS, parameters.minimum_publishers))
    return {
        press: _points(frame[frame[column].isin(list(values))], parameters, since, now)
        for press, values in presses.items()
    }


def needs(parameters: Parameters, since: datetime) -> tuple[date, date]:
    """First and last day of the reference that `by_language` reads beside the days from `lookback(since)` on."""
    return ReferenceCache(parameters).span(lookback(since).date())


def _points(frame: pd.DataFrame, parameters: Parameters, since: datetime, now: datetime) -> list[IndexPoint]:
    cache, start = ReferenceCache(parameters), lookback(since)
    if parameters.over_at is None:
        cache.add(frame[frame["at"] < start])
    elif parameters.over_at <= now:
        first = datetime.combine(cache.span(start.date())[0], time(), UTC)
        cache.add_window(frame[(frame["at"] >= first) & (frame["at"] < parameters.over_at)])
    recent = frame[frame["at"] >= start]
    found = compute(recent, cache=cache, since=since, now=now, hourly=False)
    return [point for point in found if point.part == "all"]


def wedges(first: Iterable[IndexPoint], second: Iterable[IndexPoint]) -> list[Wedge]:
    """The days on which both presses have numbers on the same scale, oldest first, every measure that both have.

    The interval is that of a difference of two estimates with unequal arms, each limit made of the arms that point its
    way (MOVER; Zou and Donner 2008). It takes the two presses for independent; where they report the same stories it is
    wider than it had to be.
    """
    others = {point.at: point for point in second}
    found = []
    for one in first:
        other = others.get(one.at)
        if other is None or other.status != one.status:
            continue
        for measure in MEASURES:
            a, b = _estimate(one, measure), _estimate(other, measure)
            if a is None or b is None:
                continue
            difference = a[0] - b[0]
            low = difference - hypot(a[0] - a[1], b[2] - b[0])
            high = difference + hypot(a[2] - a[0], b[0] - b[1])
            found.append(Wedge(one.at, measure, difference, low, high))
    return found


def _estimate(point: IndexPoint, measure: Measure) -> tuple[float, float, float] | None:
    """(value, low, high), if the point has them."""
    value, low, high = (getattr(point, measure + end) for end in ("", "_low", "_high"))
    return None if value is None or low is None or high is None else (value, low, high)


def rows(presses: Mapping[Press, list[IndexPoint]]) -> list[dict[str, object]]:
    """A row a day and press, then a row a day for the wedge of NEAR and FAR: what a file or a table of them holds."""
    found: list[dict[str, object]] = []
    for press, points in presses.items():
        for point in points:
            numbers = {name: getattr(point, name) for name in NUMBERS}
            found.append({
                "day": point.at, "press": named(press), "publishers": point.publishers, "entries": point.entries,
                "status": point.status, **numbers, "missing": point.missing, "method": point.method,
            })  # fmt: skip
    between: dict[datetime, dict[str, object]] = {}
    for wedge in wedges(presses.get(NEAR, ()), presses.get(FAR, ())):
        day = between.setdefault(wedge.at, {"day": wedge.at, "press": WEDGE})
        day |= {wedge.measure: wedge.difference, f"{wedge.measure}_low": wedge.low, f"{wedge.measure}_high": wedge.high}
    alike = {point.at: point for point in presses.get(NEAR, ())}
    return found + [day | {"status": alike[at].status, "method": alike[at].method} for at, day in between.items()]


def named(press: Press) -> str:
    return "+".join(press)


NUMBERS = tuple(measure + end for measure in MEASURES for end in ("", "_low", "_high"))
WEDGE = f"{named(NEAR)} less {named(FAR)}"
COLUMNS = ("day", "press", "publishers", "entries", "status", *NUMBERS, "missing", "method")
