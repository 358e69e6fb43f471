"""Which trading day news belongs to, and the days on which the index stood out.

    hourly index -> its level at each settlement -> days above mean + 2 sd of the 60 before -> first days of episodes

News that came after the settlement of a day cannot be in that day's close: it belongs to the next day. A day of news
therefore ends at the settlement and not at midnight. Pure. docs/method.md has the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pandas as pd

from monitor.clock import parse_time
from monitor.models import IndexPoint

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRAIL, ENOUGH_TRAIL, STEEP, MERGE = 60, 20, 2.0, timedelta(days=3)  # the rule that finds episodes
# where episodes of a measure are looked for: in its share of coverage, which no reference window moves
SHARES = {"tension": "escalation_share", "relief": "deescalation_share", "attention": "attention_share"}
Settled = Callable[[date], datetime]  # when the close of a day is made


def news_day(at: datetime, settled: Settled) -> date:
    """The day whose close is the first that can know of news of this time."""
    day = at.date() - DAY
    while settled(day) < at:
        day += DAY
    return day


def event_day(text: str, settled: Settled) -> date:
    """The day of an event that somebody names: `2026-04-08`, or a time in UTC, `2026-04-07T22:45`, which may lie after
    the settlement. Raises ValueError.
    """
    at = parse_time(text)
    return at.date() if len(text.strip()) <= len("2026-04-08") else news_day(at, settled)


def last_hour(day: date, settled: Settled) -> datetime:
    """Start of the last full hour before the settlement of a day."""
    end = settled(day)
    return end.replace(minute=0, second=0, microsecond=0) - HOUR


def at_settlement(points: Iterable[IndexPoint], measure: str, settled: Settled) -> pd.Series:
    """A measure of hourly points by day: that of the last full hour before the day's settlement, which counts the news
    of 24 hours. Days that have none are left out.
    """
    levels = {point.at: getattr(point, measure) for point in points if point.grain == "hour"}
    if not levels:
        return pd.Series(dtype=float)
    first, last = min(levels).date(), max(levels).date() + DAY
    days = (first + n * DAY for n in range((last - first).days + 1))
    return pd.Series({day: levels.get(last_hour(day, settled)) for day in days}, dtype=float).dropna()


def episodes(share: pd.Series) -> list[date]:
    """First days of the episodes in a share of coverage by day: above mean + 2 sd of the 60 days before (at least 20),
    days at most three apart merged.

    The rule was fixed before any price was looked at. A day is never part of its own measure.
    """
    share = share.sort_index().dropna()
    before = share.shift(1).rolling(TRAIL, min_periods=ENOUGH_TRAIL)
    high = share.index[share > before.mean() + STEEP * before.std()]
    return [
        day
        for day, previous in zip(high, [None, *high[:-1]], strict=False)
        if previous is None or day - previous > MERGE
    ]
