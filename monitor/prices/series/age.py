"""How old the newest value of a series is, by the series' own lag. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.language import _, n_
from monitor.models import DataSeries, Observation

PERIOD = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}


def stale(series: DataSeries, newest: Observation, now: datetime) -> str | None:
    """Why the newest value is older than this series usually is, in words; None while a newer one is not due.

    The value after the newest is due when its day, week or month is over and the lag has passed, and is asked for
    every so often.
    """
    period = PERIOD[series.frequency]
    expected = newest.day + 2 * period + series.lag + series.every
    if now <= expected:
        return None
    late = (now - expected) // timedelta(days=1)
    day = f"{newest.day:%Y-%m-%d}"
    if late < 1:
        return _("the newest value is of {day}, a newer one has been due for less than a day", day=day)
    return n_(
        "the newest value is of {day}, a newer one has been due for a day",
        "the newest value is of {day}, a newer one has been due for {n} days",
        late,
        day=day,
    )
