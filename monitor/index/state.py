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

from babel.dates import format_date

from monitor.language import N_, _, n_, numeral, spoken

# of the whole theatre's index: under so much it is called that; 100 is normal
LEVELS = ((75, N_("below normal")), (125, N_("normal")), (200, N_("elevated")), (400, N_("high")))
HIGHEST = N_("very high")
# how much escalation 24 hours hold, in points of the whole theatre's normal: of the whole, and of one part of it
AMOUNTS = ((75, "little"), (125, "about as much"), (200, "more"), (400, "much"))
AMOUNTS_OF_PART = ((5, "hardly any"), (25, "little"), (75, "some"), (200, "much"))
MOST = "very much"
SAID = {
    "little": N_("Little escalation in the last 24 h of news ({value})"),
    "about as much": N_("About as much escalation as normal in the last 24 h of news ({value})"),
    "more": N_("More escalation than normal in the last 24 h of news ({value})"),
    "much": N_("Much escalation in the last 24 h of news ({value})"),
    "very much": N_("Very much escalation in the last 24 h of news ({value})"),
}
SAID_OF_PART = {
    "hardly any": N_("hardly any escalation"),
    "little": N_("little escalation"),
    "some": N_("some escalation"),
    "much": N_("much escalation"),
    "very much": N_("very much escalation"),
}
MOVED = {
    ("tension", "rising"): N_("tension rose to {value} ({change} in 24 h)"),
    ("tension", "falling"): N_("tension fell to {value} ({change} in 24 h)"),
    ("relief", "rising"): N_("relief rose to {value} ({change} in 24 h)"),
    ("relief", "falling"): N_("relief fell to {value} ({change} in 24 h)"),
}
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
    """What an index of the whole theatre is called, a word for `_`: 100 is the reference window's own level."""
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
        return _("No news polled yet.")
    week = _week(found)
    old = now - point.at - timedelta(hours=1)  # since the end of the hour
    hours = old // timedelta(hours=1)
    as_of = " " + n_("As of {n} h ago.", "As of {n} h ago.", hours) if old >= OLD else ""
    if point.tension is None:
        if point.missing:
            lacking = _("Not enough news in the last 24 h to say: {missing}", missing=point.missing)
        else:
            lacking = _("Not enough news in the last 24 h to say")
        return _("; ").join([lacking, *week]) + "." + as_of
    moved = sorted(
        (measure for measure in ("tension", "relief") if found.trend(measure) in ("rising", "falling")),
        key=lambda measure: -abs(found.change(measure) or 0.0),
    )
    if len(moved) == 2:
        said = [_("{one} and {other}", one=_moved(found, moved[0]), other=_moved(found, moved[1]))]
    else:
        said = [_moved(found, moved[0]) if moved else _unmoved(found, _amount(found))]
    if moved and "tension" not in moved:
        word, value = _(level(point.tension)), numeral(point.tension, ",.0f")
        said.append(_unmoved(found, _("tension is {level} ({value})", level=word, value=value)))
    text = _("; ").join([*said, *week])
    return text[0].upper() + text[1:] + "." + as_of


def _moved(found: State, measure: str) -> str:
    """`tension rose to 420 (+180 in 24 h)`."""
    value, change = getattr(found.now, measure), found.change(measure)
    assert change is not None, "a trend has two numbers"
    return _(MOVED[measure, found.trend(measure)], value=numeral(value, ",.0f"), change=numeral(change, "+,.0f"))


def _amount(found: State) -> str:
    """`Little escalation in the last 24 h of news (91)`: little also where it is less than normal in a week that was
    not.
    """
    assert found.now is not None and found.now.tension is not None
    value = found.now.tension
    word = _word(value, AMOUNTS, MOST)
    if word == "about as much" and value < 100 and found.level is not None and found.level >= LEVELS[1][0]:
        word = "little"
    return _(SAID[word], value=numeral(value, ",.0f"))


def _unmoved(found: State, said: str) -> str:
    return _("{said}, no clear change", said=said) if found.trend() == "no clear change" else said


def _week(found: State) -> list[str]:
    if found.level is None:
        return []
    word, value = _(level(found.level)), numeral(found.level, ",.0f")
    return [
        n_(
            "the {n}-day level is {level} ({value})",
            "the {n}-day level is {level} ({value})",
            found.days,
            level=word,
            value=value,
        )
    ]


def amount_of_part(tension: float) -> str:
    """How much escalation 24 hours of one part hold: hardly any, little, some, much or very much."""
    return _word(tension, AMOUNTS_OF_PART, MOST)


def part_words(found: State) -> str:
    """The state of one part, whose index is in points of the whole theatre's normal: `much escalation, rising`."""
    point = found.now
    if point is None or point.tension is None:
        return _("not enough news")
    said = _(SAID_OF_PART[amount_of_part(point.tension)])
    if (tension := found.trend()) == "rising":
        said = _("{escalation}, rising", escalation=said)
    elif tension == "falling":
        said = _("{escalation}, falling", escalation=said)
    if (relief := found.trend("relief")) in ("rising", "falling"):
        said = _("; ").join([said, _("relief rising") if relief == "rising" else _("relief falling")])
    return said


def normal(reference: tuple[date, date] | None, provisional: bool) -> str:
    """What 100 means: `100 = a normal day: 26 to 27 Feb 2026`. `reference` is the fixed window, if there is one."""
    if provisional:
        return _("100 = a normal day, assumed until there is enough history")
    if reference is None:
        return _("100 = a normal day: the 90 days before")
    first, last = reference
    end = format_date(last, "d MMM y", locale=spoken())
    if first == last:
        return _("100 = a normal day: {day}", day=end)
    form = "d MMM y" if first.year != last.year else "d MMM" if first.month != last.month else "d"
    return _("100 = a normal day: {first} to {last}", first=format_date(first, form, locale=spoken()), last=end)
