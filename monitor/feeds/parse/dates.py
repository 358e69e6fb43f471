"""Reads a feed's dates where they are certain, and says None where they are not: nothing is guessed.

Certain means: a full date, a time and a zone. A local time without zone, 02/03/2026 (which is the month?), a bare day,
an unknown zone stay text. feedparser's own reading is not used: it takes naive times for UTC and AST for the Atlantic.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from monitor.feeds.parse.months import JALALI_MONTHS, MONTHS, WEEKDAYS, ZONES, fold

MAX_TEXT = 100  # characters of a date as written
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # feeds are younger; 1970 and year 1 are programs' zeros
_LATEST = timedelta(days=366)  # past that it is a mistake, not a date to come

_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?!\d)"
    r"(?:\s*(am|pm|a\.m\.?|p\.m\.?|ص|م|ق\.?ظ|ب\.?ظ)(?!\w)\.?)?"
)
_ZONE = re.compile(r"\s*((?:gmt|utc|ut)?\s*([+-])(\d{1,2}):?(\d{2})?(?!\d)|[a-z]{1,5}(?![a-z/]))")
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]")
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)?(?=z|[+-]|$)")
_YEAR_FIRST = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$")
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$")
_EPOCH = re.compile(r"^(\d{10})(?:\d{3})?$")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er)$")
_FILLERS = frozenset(("de", "of", "le", "the", "at", "a", "-", "/", "في", "در", "ساعت", "الساعه", "t"))
_ALL_MONTHS = {name: ("gregorian", n) for name, n in MONTHS.items()} | {
    name: ("jalali", n) for name, n in JALALI_MONTHS.items()
}
_LONG_NAMES = re.compile(
    "|".join(sorted((name for name in (*_ALL_MONTHS, *WEEKDAYS) if " " in name), key=len, reverse=True))
)


def read(text: str | None, *, now: datetime, offset: timedelta | None = None) -> datetime | None:
    """Gives the moment in UTC, or None. `offset` is the zone of naive times where the document states one elsewhere."""
    parts = _parts(text)
    if parts is None:
        return None
    day, clock, zone, named = parts
    if named and zone is None:
        return None
    zone = offset if zone is None else zone
    if zone is None:
        return None
    moment = _moment(day, clock, zone, now)
    return moment if moment is not None and _EARLIEST <= moment <= now + _LATEST else None


def offset_of(text: str | None) -> timedelta | None:
    """The offset from UTC that a date states; None when it states none."""
    parts = _parts(text)
    return parts[2] if parts else None


def _parts(text: str | None) -> tuple[str, re.Match | float, timedelta | None, bool] | None:
    """Splits a date text into day, time of day, offset and whether an unknown zone was named."""
    if not text or len(text) > MAX_TEXT:
        return None
    folded = _ASIDE.sub(" ", fold(text)).strip()
    if epoch := _EPOCH.match(folded):
        return "", float(epoch[1]), timedelta(0), False
    folded = _COMPACT.sub(lambda m: f"{m[1]}-{m[2]}-{m[3]}t{m[4]}:{m[5]}:{m[6] or '00'}", folded)
    clock = _TIME.search(folded.replace("t", " ", 1) if re.match(r"\d{4}-\d\d?-\d\d?t", folded) else folded)
    if clock is None:
        return None
    before, after = clock.string[: clock.start()], clock.string[clock.end() :]
    zone, named = None, False
    if match := _ZONE.match(after):
        if match[2]:
            zone = timedelta(hours=int(match[3]), minutes=int(match[4] or 0)) * (-1 if match[2] == "-" else 1)
            named = abs(zone) > timedelta(hours=14) or int(match[4] or 0) > 59
            zone, after = None if named else zone, after[match.end() :]
        elif (word := match[1]) in ZONES:
            zone, after = ZONES[word], after[match.end() :]
        elif word not in _ALL_MONTHS and word not in WEEKDAYS and word not in _FILLERS:
            named, after = True, after[match.end() :]
    return f"{before} {after}", clock, zone, named


def _moment(day: str, clock: re.Match | float, offset: timedelta, now: datetime) -> datetime | None:
    try:
        if isinstance(clock, float):
            return datetime.fromtimestamp(clock, UTC)
        that_day = _day(day, now)
        if that_day is None:
            return None
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if half := clock[4]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half[0] in "pمب" else 0)
        leap = second == 60  # a leap second is the next one for everybody else
        moment = datetime(that_day.year, that_day.month, that_day.day, hour, minute, 59 if leap else second, tzinfo=UTC)
        return moment + timedelta(seconds=leap) - offset
    except (ValueError, OverflowError):  # 31 February, 25:61, year 9999 west of Greenwich
        return None


def _day(text: str, now: datetime) -> date | None:
    words = [
        w
        for w in _LONG_NAMES.sub(lambda m: m[0].replace(" ", "_"), text.replace(",", " ")).split()
        if w not in _FILLERS
    ]
    first = words[0].strip(".").replace("_", " ") if words else ""
    if len(words) > 1 and first in WEEKDAYS and (first not in MONTHS or len(words) == 4):  # French "mar." is Tuesday
        words = words[1:]
    if len(words) == 1:
        if match := _YEAR_FIRST.match(words[0]):
            return _numbered(int(match[1]), int(match[3]), int(match[4]), now)
        if match := _YEAR_LAST.match(words[0]):
            return _ends_with_year(int(match[1]), int(match[3]), int(match[4]), dotted=match[2] == ".")
    pieces = [p.replace("_", " ") for w in words for p in re.split(r"[-/.]", w) if p]
    months = {_ALL_MONTHS[p] for p in pieces if p in _ALL_MONTHS}
    numbers = [_ORDINAL.sub("", p) for p in pieces if p not in _ALL_MONTHS]
    if len(months) != 1 or len(numbers) != 2 or not all(n.isascii() and n.isdigit() for n in numbers):
        return None
    calendar, month = months.pop()
    if len(numbers[0]) == 4:
        numbers.reverse()
    day, year = numbers
    if len(day) > 2:
        return None
    if len(year) == 2 and calendar == "gregorian" and len(pieces) == 3 and pieces[1] in MONTHS:
        year = int(year) + (2000 if int(year) < 50 else 1900)  # RFC 5322, 4.3: day month two-digit year
    elif len(year) != 4:
        return None
    return _jalali(int(year), month, int(day)) if calendar == "jalali" else date(int(year), month, int(day))


def _numbered(year: int, month: int, day: int, now: datetime) -> date | None:
    """Year-month-day. 1369 to 1409 can only be Jalali:
    as Hijri years they are before 1990, as Gregorian ones medieval.
    """
    if 1369 <= year < 1410:
        that_day = _jalali(year, month, day)
        return that_day if that_day is not None and that_day <= (now + timedelta(days=1)).date() else None
    return date(year, month, day)


def _ends_with_year(first: int, second: int, year: int, *, dotted: bool) -> date | None:
    """Dots mean day first; with slashes or dashes only the numbers themselves can distinguish day and month."""
    if dotted or first > 12 or first == second:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


def _jalali(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Solar Hijri one. Leap years by the 33-year rule,
    which is exact for 1244 to 1472 (Borkowski 1996).
    """
    length = 31 if month <= 6 else 30 if month < 12 or _jalali_leap(year) else 29
    if not (1300 <= year <= 1472 and 1 <= month <= 12 and 1 <= day <= length):
        return None
    leaps = sum(map(_jalali_leap, range(1300, year)))
    in_year = (month - 1) * 31 - max(0, month - 7) + day - 1
    return date(1921, 3, 21) + timedelta(days=(year - 1300) * 365 + leaps + in_year)


def _jalali_leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8
