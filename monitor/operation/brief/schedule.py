"""When a brief is due. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.config.briefs import DAYS, ScheduledBrief

LATE = timedelta(hours=3)  # after its time; a machine that wakes later leaves that one out


def due(brief: ScheduledBrief, last: datetime | None, now: datetime) -> datetime | None:
    """The time, in UTC, of the brief that has to be made now; None when there is none.

    `last` is the time of the one that was made last: of one time there is one brief, also after a clock was set back.
    A time that a change of the clocks leaves out is the one an hour later; of one that comes twice the first counts.
    """
    at, _, zone = brief.at.partition(" ")
    place = ZoneInfo(zone or "UTC")
    today = now.astimezone(place).date()
    for day in (today, today - timedelta(days=1)):
        if DAYS[day.weekday()] not in brief.days:
            continue
        slot = datetime.combine(day, time.fromisoformat(at), place).astimezone(UTC)
        if slot <= now:
            return slot if now - slot <= LATE and (last is None or slot > last) else None
    return None
