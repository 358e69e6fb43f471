"""The period that pages and files are about, in addresses and as people type it. Pure.

    time=7 days                                             the last 7 days, whenever it is opened
    during=2026-03-01 to 2026-03-02 12:00                   of a page: these times, always the same
    since=2026-03-01T00:00:00Z&until=2026-03-02T12:00:00Z   the same of a file

A beginning alone goes up to now, an end alone takes the length of `time`. All times are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.clock import midnight, time_text
from monitor.errors import InputError
from monitor.language import N_, _

LENGTHS: dict[str, timedelta | None] = {
    N_("24 hours"): timedelta(days=1), N_("3 days"): timedelta(days=3), N_("7 days"): timedelta(days=7),
    N_("30 days"): timedelta(days=30), N_("1 year"): timedelta(days=366), N_("all"): None,
}  # fmt: skip
THE_LAST = {
    "24 hours": N_("the last 24 hours"), "3 days": N_("the last 3 days"), "7 days": N_("the last 7 days"),
    "30 days": N_("the last 30 days"), "1 year": N_("the last 1 year"), "all": N_("everything up to now"),
}  # fmt: skip
DEFAULT = "7 days"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Period:
    """since <= time < until, in whole minutes, so that reads are shared by all viewers.

    `since` is None only where all is asked for and no index has begun yet. `time` is the length asked for, one of
    LENGTHS; `fixed` says that a start or an end was chosen, so that the period does not move on with the clock.
    """

    since: datetime | None
    until: datetime
    time: str = DEFAULT
    fixed: bool = False

    @property
    def length(self) -> timedelta | None:
        return None if self.since is None else self.until - self.since

    def of_page(self) -> dict[str, str]:
        """As parameters of a page that shows these times for ever."""
        return {"during": text_of(self.since, self.until)}

    def of_file(self) -> dict[str, str]:
        """As parameters of a file with these times for ever."""
        given = {"since": self.since, "until": self.until}
        return {name: time_text(at) for name, at in given.items() if at is not None}

    def relative(self) -> dict[str, str]:
        """As parameters of a file that has the last days whenever it is opened."""
        return {"time": self.time}

    def key(self) -> str:
        """The same for as long as the same period is chosen, while the clock moves on: for the key of a chart."""
        return self.name() if self.fixed else self.time

    def name(self) -> str:
        """In a file's name: `2026-03-01-to-2026-03-02`, with the hour where it is not midnight."""
        parts = [
            at and at.strftime("%Y-%m-%d" + ("T%H%M" if at.hour or at.minute else ""))
            for at in (self.since, self.until)
        ]
        return "-to-".join(part for part in parts if part)


def period_of(
    now: datetime, *, time: str = DEFAULT, since: datetime | None = None, until: datetime | None = None,
    begin: datetime | None = None,
) -> Period:  # fmt: skip
    """The period that a choice means at this time; `begin` is when the index begins, which is where "all" begins.

    An end before the beginning is no period: the two are taken the other way round.
    """
    if since and until and until < since:
        since, until = until, since
    end = minute(until) if until else minute(now) + MINUTE
    length = LENGTHS[time]
    if since:
        start: datetime | None = minute(since)
    elif length is None:
        start = min(begin, end) if begin else None
    else:
        start = (minute(until) if until else minute(now)) - length
    if start and start >= end:
        end = start + MINUTE
    return Period(start, end, time, fixed=bool(since or until))


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def resolved(given: Sequence[tuple[str, str]], now: datetime, begin: datetime | None) -> list[tuple[str, str]]:
    """The parameters of a file's link with `time` as the times that it means now. Raises InputError."""
    lengths = [value for name, value in given if name == "time"]
    if not lengths:
        return list(given)
    if (length := lengths[-1]) not in LENGTHS:
        raise InputError(f"time: {length!r} is not one of {', '.join(LENGTHS)}")
    if any(name in ("since", "until") for name, _ in given):
        raise InputError("time: the last days, or since and until, not both")
    rest = [(name, value) for name, value in given if name != "time"]
    return [*rest, *period_of(now, time=length, begin=begin).of_file().items()]


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
BETWEEN = re.compile(r"\s+(?:to|until)\s+|\s*\u2013\s*|\s+-\s+|/", re.IGNORECASE)
DAY = re.compile(r"(\d{1,2})\s+([a-z]{3,9})\.?(?:\s+(\d{4}))?(?:[\s,]+(\d{1,2}:\d{2}))?", re.IGNORECASE)
LONGEST = 80  # characters of what is typed
HOW = {"day": "2026-03-01", "times": "1 Mar to 2 Mar 12:00", "since": "since 1 Mar"}  # as it may be written


def times_of(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """(since, until) of what somebody typed: a day, two days or times with "to" between, `since 1 Mar`, `until 2 Mar`.

    A day at the end is meant as a whole. A day without a year is the last one of that name. Raises InputError.
    """
    said = " ".join(text[:LONGEST].split())
    word = re.match(r"(since|from|until|to)\s+", said, re.IGNORECASE)
    rest = said[word.end() :] if word else said
    if not rest:
        return None, None
    parts = [part.strip() for part in BETWEEN.split(rest)]
    if len(parts) > 2 or (len(parts) == 2 and word and word[1].lower() in ("until", "to")):
        raise no_time(said)
    starts, ends = zip(*(_moment(part, now) for part in parts), strict=True)
    if len(parts) == 2:
        return starts[0], ends[1]
    if word:
        return (None, ends[0]) if word[1].lower() in ("until", "to") else (starts[0], None)
    return starts[0], ends[0] if ends[0] != starts[0] else None


def no_time(said: str) -> InputError:
    return InputError(_("{said} is no time: write {day}, {times}, or {since}", said=repr(said), **HOW))


def _moment(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The start and the end of what a part names: of a day, or twice the time; of now neither."""
    if text.lower() in ("", "now"):
        return None, None
    try:
        if (found := DAY.fullmatch(text)) and (name := found[2].lower()[:3]) in MONTHS:
            day, month, clock = int(found[1]), MONTHS.index(name) + 1, found[4]
            year = int(found[3] or now.year)
            at = datetime(year, month, day, tzinfo=UTC)
            if not found[3] and at > now:
                at = at.replace(year=year - 1)
            if clock:
                hour, minutes = clock.split(":")
                at = at.replace(hour=int(hour), minute=int(minutes))
        else:
            at = datetime.fromisoformat(text)
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
            clock = ":" in text
        return (at, at) if clock else (midnight(at), midnight(at) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise no_time(text) from None


def text_of(since: datetime | None, until: datetime | None) -> str:
    """What `times_of` reads as these times: `2026-03-01 00:00 to 2026-03-02 12:00`, a whole day as `2026-03-01`."""
    if since and until and since == midnight(since) and until - since == timedelta(days=1):
        return f"{since:%Y-%m-%d}"
    if since and until:
        return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
    if since:
        return f"since {since:%Y-%m-%d %H:%M}"
    return f"until {until:%Y-%m-%d %H:%M}" if until else ""
