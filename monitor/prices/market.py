"""Sessions of the market: which one a price belongs to, whether it is over, whether a price is stale.

Hours and holidays come from exchange_calendars, imported only when first asked: it costs half a second. A series
without a known calendar trades on weekdays and closes at midnight UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from monitor.language import _, n_
from monitor.models import DataSeries, Price, Series

DELAY = timedelta(minutes=90)  # free quotes run 10 to 30 minutes late, and we poll now and then
SETTLING = timedelta(hours=3)  # after the close, until a provider has the finished day
SPOT_LAG = 8  # finished sessions that the spot series may be behind: EIA publishes once a week
GRACE = timedelta(minutes=15)  # trades printed after the bell belong to the session that rang it


@cache
def _calendar(name: str | None):
    """The exchange_calendars calendar, or None where the library knows no such market."""
    if not name:
        return None
    import exchange_calendars

    try:
        return exchange_calendars.get_calendar(name)
    except exchange_calendars.errors.InvalidCalendarName:
        return None


def _covers(calendar, day: date) -> bool:
    return calendar.first_session.date() <= day <= calendar.last_session.date()


def bounds(series: Series, day: date) -> tuple[datetime, datetime] | None:
    """When the session of `day` opens and closes in UTC; None where there is no session."""
    calendar = _calendar(series.calendar)
    if calendar is None or not _covers(calendar, day):
        if day.weekday() >= 5:
            return None
        start = datetime.combine(day, time(), UTC)
        return start, start + timedelta(days=1)
    if not calendar.is_session(str(day)):
        return None
    opens, closes = calendar.session_open(str(day)), calendar.session_close(str(day))
    return opens.to_pydatetime(), closes.to_pydatetime()


def rests(series: Series, day: date) -> bool:
    """Whether the exchange, where its calendar is known,
    does not trade on this Saturday or Sunday. On holidays some do, for a while.
    """
    calendar = _calendar(series.calendar)
    return calendar is not None and _covers(calendar, day) and day.weekday() >= 5 and not calendar.is_session(str(day))


def session_of(series: Series, when: datetime) -> date:
    """The trading day of a price made at `when`; between sessions the next one, save for late prints of the one just
    closed.

    A futures session opens on the evening before, so a price of Sunday evening belongs to Monday.
    """
    day = when.astimezone(UTC).date() - timedelta(days=1)
    for _day in range(14):  # no market rests for two weeks
        hours = bounds(series, day)
        if hours and when <= hours[1] + GRACE:
            return day
        day += timedelta(days=1)
    return when.astimezone(UTC).date()


def over(series: Series, day: date, now: datetime) -> bool:
    """Whether the session of `day` has closed. A day that is no session here (a market holiday that still traded) ends
    at midnight UTC.
    """
    hours = bounds(series, day)
    closes = hours[1] if hours else datetime.combine(day, time(), UTC) + timedelta(days=1)
    return closes <= now


def closed_at(series: Series, day: date) -> datetime | None:
    """When the session of `day` closed, where the exchange's calendar is known; a guess is not given."""
    calendar = _calendar(series.calendar)
    if calendar is None or not _covers(calendar, day) or not calendar.is_session(str(day)):
        return None
    return calendar.session_close(str(day)).to_pydatetime()


@lru_cache(maxsize=10_000)
def settled_at(series: Series | DataSeries, day: date) -> datetime:
    """When the close of `day` is made, or would be on a day without a session. Of a series of a file: when `day` ends.

    What happens later than that the close cannot know.
    """
    ends = datetime.combine(day, time(), UTC) + timedelta(days=1)
    if isinstance(series, DataSeries):
        return ends
    if hours := bounds(series, day):
        ends = hours[1]
    elif calendar := _calendar(series.calendar):
        ends = datetime.combine(day, calendar.close_times[-1][1], ZoneInfo(str(calendar.tz))).astimezone(UTC)
    if series.settles:
        at, zone = series.settles.split(" ")
        ends = min(ends, datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone)).astimezone(UTC))
    return ends


def _finished_since(series: Series, last: Price, now: datetime) -> int:
    """How many sessions are over by `now` whose close is missing, counted to two weeks:
    the later ones, and a last one left while it ran.
    """
    day = last.day.date()
    days = (day + timedelta(days=n) for n in range(1 if last.final else 0, min((now.date() - day).days, 14) + 1))
    return sum(1 for later in days if (hours := bounds(series, later)) and hours[1] <= now)


def stale(series: Series, last: Price, now: datetime) -> str | None:
    """Why the newest price is old by the market's clock, in words;
    None while it is as fresh as this market can give.
    """
    day = last.day.date()
    missed = _finished_since(series, last, now - SETTLING)
    if missed > (SPOT_LAG if last.kind == "spot" else 0):
        missing = n_("one finished trading day is missing", "{n} finished trading days are missing", missed)
        if missed > 1 and (now.date() - day).days > 14:
            missing = _("{n} or more finished trading days are missing", n=missed)
        if last.final:
            return _("{missing}: the newest price is of {day}", missing=missing, day=day)
        return _("{missing}: the newest price is of {day}, before its close", missing=missing, day=day)
    if last.kind == "spot":
        return None
    today = session_of(series, now)
    hours = bounds(series, today)
    if hours is None or not hours[0] <= now < hours[1]:
        return None  # closed: there can be nothing newer
    if day < today:
        if now - hours[0] < DELAY:
            return None
        return _("the market is open and gave no price of today yet: the newest is the close of {day}", day=day)
    made = last.market_time or last.fetched_at
    if now - made < DELAY:
        return None
    hours, minutes = divmod(int((now - made).total_seconds() // 60), 60)
    return _(
        "the market is open and the last price is {hours} h {minutes} min old", hours=hours, minutes=f"{minutes:02d}"
    )
