"""Says whether the Strait of Hormuz is open, restricted or closed, since when, according to whom, and how old that is.

    signals that name the strait -> what each says (strait.yaml), confirmed by independent publishers
    ships that passed, against their normal -> what a day says
    both in the order of time -> Strait -> sentence

Pure. Where nobody says anything, or not enough of them, it is not known: never taken for open.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date

from monitor.config import document
from monitor.config.values import UNITS
from monitor.language import N_, RIGHT_TO_LEFT, _, isolated, n_, numeral, spoken
from monitor.tagging.letters import fold_letters

FILE = Path(__file__).with_name("strait.yaml")
N_("Strait of Hormuz")  # the place of strait.yaml
MAX_NAMED = 3  # publishers in the sentence
REMEMBERED = 20_000  # pieces of evidence
DAY = timedelta(days=1)
# what says a thing too: a strait that is closed is restricted, and one that is open lets some pass
INCLUDES = {
    "closed": ("closed",),
    "restricted": ("restricted", "closed"),
    "partly": ("partly", "open"),
    "open": ("open",),
}
SINCE = {
    "closed": N_("{place}: closed since {since}"),
    "restricted": N_("{place}: restricted since {since}"),
    "open": N_("{place}: open since {since}"),
}
SINCE_OR_BEFORE = {
    "closed": N_("{place}: closed since {since} or before"),
    "restricted": N_("{place}: restricted since {since} or before"),
    "open": N_("{place}: open since {since} or before"),
}


@dataclass(frozen=True, slots=True)
class StraitReport:
    """A signal of an article that names the strait, as far as it is needed here."""

    at: datetime
    publisher: str
    category: str
    mode: str
    rule: str
    text: str  # the evidence
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """How many ships passed on the newest day known, and how many are normal."""

    day: datetime
    ships: float
    normal: float


@dataclass(frozen=True, slots=True)
class Strait:
    """What is known. Where `state` is None, `last` is when somebody last said what is not known any more."""

    state: str | None  # open | restricted | closed
    since: datetime | None = None  # the first of the reports that confirm each other
    publishers: tuple[str, ...] = ()  # who says so, the newest report first
    last: datetime | None = None  # the newest report or measured day that says so
    passed: Passed | None = None
    measured: bool = False  # the state rests on ships that passed alone


@dataclass(frozen=True, slots=True)
class _Claim:
    at: datetime
    says: str  # closed | restricted | partly | open
    publisher: str | None  # None: measured


class Rules:
    """strait.yaml, words folded."""

    def __init__(self, written: dict[str, Any]):
        self.place: str = written["place"]
        self.series: str = written["transits"]["series"]
        self.transits: dict[str, Any] = written["transits"]
        self.normal_days: int = self.transits["normal_days"]
        self.confidence: float = written["confidence"]
        self.publishers: dict[str, int] = written["publishers"]
        self.within, self.valid, self.look_back = (_length(written[key]) for key in ("within", "valid", "look_back"))
        self._said: dict[tuple[str, str, str], str | None] = {}  # category, rule and evidence -> what they say
        self._says: list[tuple[str, str, frozenset[str], re.Pattern[str] | None]] = [
            (row["says"], row["category"], frozenset(row["rules"]), _pattern(row.get("words")))
            for row in written["says"]
        ]

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(category for _, category, _, _ in self._says))

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({rule for _, _, rules, _ in self._says for rule in rules}))

    def says(self, report: StraitReport) -> str | None:
        """What a report says of the strait, if anything."""
        if report.mode != "act" or (report.confidence is not None and report.confidence < self.confidence):
            return None
        key = report.category, report.rule, report.text
        if key not in self._said:  # the same words prove thousands of signals
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[key] = self._meaning(*key)
        return self._said[key]

    def _meaning(self, category: str, rule: str, text: str) -> str | None:
        for says, of_category, rules, words in self._says:
            if category == of_category and rule in rules:
                if words is None or words.search(fold_letters(text)):
                    return says
        return None


def _length(text: str) -> timedelta:
    return timedelta(seconds=float(text[:-1]) * UNITS[text[-1]])


def _pattern(words: dict[str, list[str]] | None) -> re.Pattern[str] | None:
    if not words:
        return None
    folded = [fold_letters(word) for some in words.values() for word in some]
    return re.compile("|".join((r"\b" if word.isascii() else "") + re.escape(word) for word in folded))


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Those of strait.yaml."""
    return Rules(document.read(FILE).data)


def state(
    reports: Sequence[StraitReport],
    now: datetime,
    *,
    transits: Sequence[tuple[datetime, float]] = (),
    by: Rules | None = None,
) -> Strait:
    """What is known at `now`. `transits` are (day, ships that passed) as known then, oldest first, whole days only."""
    by = by or rules()
    days, passed = _measured(transits, by)
    said = [_Claim(one.at, says, one.publisher) for one in reports if one.at <= now and (says := by.says(one))]
    claims = sorted([*said, *(day for day in days if day.at <= now)], key=lambda one: one.at)
    known: str | None = None
    since = last = None
    who: list[str] = []
    recent = _Recent(by.within)
    for claim in claims:
        recent.add(claim)
        meant = {"partly": "restricted"}.get(claim.says, claim.says)
        if last is not None and claim.at - last > by.valid:
            known = None
        if known == meant:
            speaker = claim.publisher or by.series
            last, who = claim.at, [speaker, *(one for one in who if one != speaker)]
            continue
        if (known, claim.says) == ("closed", "restricted"):
            continue
        if claim.publisher is None:
            known, last, since, who = meant, claim.at, claim.at - DAY, [by.series]
            continue
        passing_is_normal = known == "open" and claim.says == "partly"
        if passing_is_normal or recent.publishers(claim) < by.publishers[claim.says]:
            continue
        alike = recent.alike(claim)
        known, last, since = meant, claim.at, alike[0][0]
        who = list(dict.fromkeys(publisher for _, publisher in reversed(alike)))
    if known is None or last is None or now - last > by.valid:
        return Strait(None, last=last, passed=passed)
    return Strait(known, since, tuple(who), last, passed, measured=who == [by.series])


class _Recent:
    """The reports of the last hours by what they say, so that a claim finds at once those that confirm it."""

    def __init__(self, within: timedelta):
        self._within = within
        self._said: dict[str, deque[tuple[datetime, str]]] = defaultdict(deque)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, claim: _Claim) -> None:
        if claim.publisher is not None:
            self._said[claim.says].append((claim.at, claim.publisher))
            self._counts[claim.says][claim.publisher] += 1

    def publishers(self, claim: _Claim) -> int:
        """How many say the same, or what includes it."""
        for says in INCLUDES[claim.says]:
            said, counts = self._said[says], self._counts[says]
            while said and claim.at - said[0][0] > self._within:
                _, publisher = said.popleft()
                counts[publisher] -= 1
                if not counts[publisher]:
                    del counts[publisher]
        return len(set().union(*(self._counts[says] for says in INCLUDES[claim.says])))

    def alike(self, claim: _Claim) -> list[tuple[datetime, str]]:
        """(time, publisher) of those reports, oldest first."""
        return sorted(one for says in INCLUDES[claim.says] for one in self._said[says])


def _measured(transits: Sequence[tuple[datetime, float]], by: Rules) -> tuple[list[_Claim], Passed | None]:
    """What each day says against its normal, known when the day was over."""
    wanted = by.transits
    found: list[_Claim] = []
    passed = None
    for number, (day, ships) in enumerate(transits):
        before = [value for at, value in transits[:number] if day - at > wanted["but_newest"] * DAY]
        before = before[-by.normal_days :]
        if len(before) < wanted["least_days"] or (normal := statistics.median(before)) <= 0:
            continue
        passed = Passed(day, ships, normal)
        steady = min(value for _, value in transits[max(0, number + 1 - wanted["steady_days"]) : number + 1]) / normal
        share = ships / normal
        if share < wanted["closed_below"]:
            says = "closed"
        elif steady >= wanted["restricted_below"]:
            says = "open"
        elif steady >= wanted["closed_below"]:
            says = "partly"
        elif share < wanted["restricted_below"]:
            says = "restricted"
        else:
            continue
        found.append(_Claim(day + DAY, says, None))
    return found, passed


def sentence(found: Strait, now: datetime, *, by: Rules | None = None) -> str:
    """`Strait of Hormuz: closed since 1 March, according to DW, BBC, AFP and 2 more, last 3 h ago;
    2 ships passed ...`
    """
    by = by or rules()
    filled: dict[str, Any] = {"place": _(by.place)}
    if found.state is None:
        if found.last is None:
            said = _(
                "{place}: not known whether it is open, no two publishers have said so in the last {days} days",
                days=by.look_back.days,
                **filled,
            )
        else:
            said = _(
                "{place}: not known whether it is open, nobody has said so since {day}",
                day=day_text(found.last, now),
                **filled,
            )
    else:
        assert found.since is not None and found.last is not None
        words = SINCE_OR_BEFORE if now - found.since > by.look_back - 2 * DAY else SINCE
        who = [one for one in found.publishers if found.measured or one != by.series]  # the ships are named at the end
        named = who[:MAX_NAMED]
        names = _(", ").join(map(isolated, named) if spoken() in RIGHT_TO_LEFT else named)
        if (more := len(who) - MAX_NAMED) > 0:
            names = n_("{names} and {n} more", "{names} and {n} more", more, names=names)
        said = _(", ").join(
            [
                _(words[found.state], since=day_text(found.since, now), **filled),
                _("by {names}", names=names) if found.measured else _("according to {names}", names=names),
                _("last {ago}", ago=ago(now - found.last)),
            ]
        )
    if found.passed:
        ships = n_(
            "{n} ship passed on {day}, {normal} are normal",
            "{n} ships passed on {day}, {normal} are normal",
            math.ceil(found.passed.ships),
            n=numeral(found.passed.ships, "g"),
            day=day_text(found.passed.day, now),
            normal=numeral(found.passed.normal, "g"),
        )
        said = _("; ").join([said, ships])
    return said + "."


def day_text(at: datetime, now: datetime) -> str:
    """`1 March`, with the year where it is another one."""
    return format_date(at, "d MMMM" if at.year == now.year else "d MMMM y", locale=spoken())


def ago(gap: timedelta) -> str:
    if gap >= 2 * DAY:
        return n_("{n} day ago", "{n} days ago", gap // DAY)
    if gap >= timedelta(hours=1):
        return n_("{n} h ago", "{n} h ago", gap // timedelta(hours=1))
    if gap >= timedelta(minutes=1):
        return n_("{n} min ago", "{n} min ago", gap // timedelta(minutes=1))
    return _("just now")
