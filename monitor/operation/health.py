"""Whether the program can do its work now, as reasons in words.

Pure: facts of the database, the configuration and `now` in, reasons out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.models import Feed, FeedState
from monitor.storage.gauges import Gauges

LONGEST_PAUSE = timedelta(hours=1)  # between two polls of a feed that was not asked yet
SLACK = timedelta(minutes=5)  # beyond twice the shortest pause: a round may wait for a slow host


def last_round(feeds: Iterable[FeedState]) -> datetime | None:
    """When a feed was last asked, whatever it answered."""
    return max((state.last_polled for state in feeds if state.last_polled), default=None)


def bound(enabled: Iterable[Feed], states: dict[str, FeedState]) -> timedelta | None:
    """How old the last round may be: twice the pause of the feed that is asked most often, and five minutes.

    None without feeds.
    """
    pauses = [
        feed.every or (states[feed.name].interval if feed.name in states else None) or LONGEST_PAUSE for feed in enabled
    ]
    return 2 * min(pauses) + SLACK if pauses else None


def of_enabled(feeds: Iterable[Feed], states: dict[str, FeedState]) -> dict[str, FeedState]:
    """The states of the feeds that are polled; of one that never was, an empty one."""
    return {feed.name: states.get(feed.name) or FeedState(feed.name, feed.url) for feed in feeds if feed.enabled}


def database_faults(gauges: Gauges, newest_version: int) -> list[str]:
    """Why the database cannot be worked with; empty where it can."""
    if gauges.version == newest_version:
        return []
    return [
        f"the database has schema version {gauges.version}, this program works with {newest_version}; start it again"
    ]


def round_faults(gauges: Gauges, feeds: Iterable[Feed], now: datetime) -> list[str]:
    """Why the news is not fresh; empty where it is."""
    enabled = [feed for feed in feeds if feed.enabled]
    states = of_enabled(enabled, gauges.feeds)
    longest, last = bound(enabled, gauges.feeds), last_round(states.values())
    if longest is None:
        return []
    if last is None:
        return ["no feed was asked yet"]
    if now - last > longest:
        minutes = longest.total_seconds() / 60
        return [f"the last round was at {last:%Y-%m-%d %H:%M:%S} UTC, more than {minutes:.0f} minutes ago"]
    return []
