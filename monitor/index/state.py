"""The state of the theatre, or of a part of it, in words: what changed clearly within a day, and the level of the week.

    hourly points of 8 days -> State (24 hours now, 24 hours before, level of up to 7 days) -> sentence, words of a part

Pure. A day is compared with the day before it, since the news of an hour is too little; the level is a mean over seven
days, so that a thin day of news in a war is not taken for peace. Nothing is called normal without its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

# of the whole theatre's index: under so much it is called that; 100 is normal
LEVELS = ((75, "below normal"), (125, "normal"), (200, "elevated"), (400, "high"))
HIGHEST = "very high"
# how much escalation 24 hours hold, in points of the whole theatre's normal: of the whole, and of one part of it
AMOUNTS = ((75, "Little"), (125, "About as much"), (200, "More"), (400, "Much"))
AMOUNTS_OF_PART = ((5, "hardly any"), (25, "little"), (75, "some"), (200, "much"))
MOST = "very much"
DAY, WEEK = timedelta(days=1), timedelta(days=7)
HISTORY = WEEK + DAY  # of points that a state is made of
LEAST_HOURS = 24  # with a number, for a level
OLD = timedelta(hours=3)  # from then on a newest point is said to be old


class Point(Protocol):
    """What is needed of an hourly IndexPoint: the 24 hours that end with the hour that begins at `at`."""

    @property
    def at(self) -> datetime: ...
    @property
    def tension(self) -> float | None: ...
    @property
    def tension_low(self) -> float | None: ...
    @property
    def tension_high(self) -> float | None: ...
    @property
    def relief(self) -> float | None: ...
    @property
    def relief_low(self) -> float | None: ...
    @property
    def relief_high(self) -> float | None: ...
    @property
    def missing(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class State:
    """`days` is how many days the level is of, 0 where there is none."""

    now: Point | None
    before: Point | None  # 24 hours earlier
    level: float | None
    days: int

    def change(self, measure: str = "tension") -> float | None:
        """In points over 24 hours; None where one of the two has no number."""
        now, before = (getattr(point, measure) if point else None for point in (self.now, self.before))
        return None if now is None or before is None else now - before

    def trend(self, measure: str = "tension") -> str:
        """As of `trend`; empty where there is nothing to compare."""
        return trend(self.now, self.before, measure) if self.now else ""


def state(points: Sequence[Point], now: datetime) -> State:
    """From hourly points of one part, oldest first; those after `now`, and more than HISTORY before it, are left out.

    The newest point may be three days old where polling stopped: `sentence` then says so.
    """
    known = [point for point in points if now - HISTORY <= point.at <= now]
    newest = known[-1] if known and now - known[-1].at <= 3 * DAY else None
    if newest is None:
        return State(None, None, None, 0)
    before = next((point for point in reversed(known) if point.at <= newest.at - DAY), None)
    if before and newest.at - before.at > DAY + OLD:
        before = None
    week = [(point.at, point.tension) for point in known if point.at > newest.at - WEEK and point.tension is not None]
    if len(week) < LEAST_HOURS:
        return State(newest, before, None, 0)
    level = math.fsum(value for _, value in week) / len(week)
    # each point looks back over a day, so two points a day apart are of two days
    days = min(7, round((newest.at - week[0][0] + timedelta(hours=1)) / DAY))
    return State(newest, before, level, days)


def level(tension: float) -> str:
    """What an index of the whole theatre is called: 100 is the reference window's own level."""
    return _word(tension, LEVELS, HIGHEST)


def _word(value: float, words: Sequence[tuple[float, str]], most: str) -> str:
    return next((word for bound, word in words if value < bound), most)


def trend(now: Point, before: Point | None, measure: str = "tension") -> str:
    """Rising or falling only where the two 90 % intervals do not overlap; otherwise no clear change. Empty without an
    earlier number.
    """
    if before is None:
        return ""
    low, high, low_before, high_before = (
        getattr(point, f"{measure}_{end}") for point in (now, before) for end in ("low", "high")
    )
    if None in (low, high, low_before, high_before):
        return ""
    return "rising" if low > high_before else "falling" if high < low_before else "no clear change"


def sentence(found: State, now: datetime) -> str:
    """What an analyst reads first, beginning with what changed clearly: `Relief rose to 557 (+515 in 24 h); tension is
    very high (1,210), no clear change; the 7-day level is very high (980).`
    """
    point = found.now
    if point is None:
        return "No news polled yet."
    week = _week(found)
    old = now - point.at - timedelta(hours=1)  # since the end of the hour
    as_of = f" As of {old // timedelta(hours=1)} h ago." if old >= OLD else ""
    if point.tension is None:
        why = f": {point.missing}" if point.missing else ""
        return "; ".join([f"Not enough news in the last 24 h to say{why}", *week]) + "." + as_of
    moved = sorted(
        (measure for measure in ("tension", "relief") if found.trend(measure) in ("rising", "falling")),
        key=lambda measure: -abs(found.change(measure) or 0.0),
    )
    said = [" and ".join(_moved(found, measure) for measure in moved)] if moved else [_amount(found)]
    if moved and "tension" not in moved:
        said.append(f"tension is {level(point.tension)} ({point.tension:,.0f}){_unmoved(found)}")
    text = "; ".join([*said, *week])
    return text[0].upper() + text[1:] + "." + as_of


def _moved(found: State, measure: str) -> str:
    """`tension rose to 420 (+180 in 24 h)`."""
    verb = "rose" if found.trend(measure) == "rising" else "fell"
    change = found.change(measure)
    by = "" if change is None else f" ({change:+,.0f} in 24 h)"
    return f"{measure} {verb} to {getattr(found.now, measure):,.0f}{by}"


def _amount(found: State) -> str:
    """`Little escalation in the last 24 h of news (91)`: little also where it is less than normal in a week that was
    not.
    """
    assert found.now is not None and found.now.tension is not None
    value = found.now.tension
    word = _word(value, AMOUNTS, "Very much")
    if word == "About as much" and value < 100 and found.level is not None and found.level >= LEVELS[1][0]:
        word = "Little"
    than = {"About as much": " as normal", "More": " than normal"}.get(word, "")
    return f"{word} escalation{than} in the last 24 h of news ({value:,.0f}){_unmoved(found)}"


def _unmoved(found: State) -> str:
    return ", no clear change" if found.trend() == "no clear change" else ""


def _week(found: State) -> list[str]:
    if found.level is None:
        return []
    return [f"the {found.days}-day level is {level(found.level)} ({found.level:,.0f})"]


def amount_of_part(tension: float) -> str:
    """How much escalation 24 hours of one part hold: hardly any, little, some, much or very much."""
    return _word(tension, AMOUNTS_OF_PART, MOST)


def part_words(found: State) -> str:
    """The state of one part, whose index is in points of the whole theatre's normal: `much escalation, rising`."""
    point = found.now
    if point is None or point.tension is None:
        return "not enough news"
    said = f"{amount_of_part(point.tension)} escalation"
    if (tension := found.trend()) in ("rising", "falling"):
        said += f", {tension}"
    if (relief := found.trend("relief")) in ("rising", "falling"):
        said += f"; relief {relief}"
    return said


def normal(reference: tuple[date, date] | None, provisional: bool) -> str:
    """What 100 means: `100 = a normal day: 26 to 27 Feb 2026`. `reference` is the fixed window, if there is one."""
    if provisional:
        return "100 = a normal day, assumed until there is enough history"
    if reference is None:
        return "100 = a normal day: the 90 days before"
    first, last = reference
    if first == last:
        return f"100 = a normal day: {last.day} {last:%b %Y}"
    begin = f"{first.day} {first:%b %Y}"
    if first.year == last.year:
        begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"100 = a normal day: {begin} to {last.day} {last:%b %Y}"
