"""What the board shows: the state of the theatre and of each of its parts, their lines, the confirmed stories that lead
them and the days, and what changed since somebody last looked. Made once for all viewers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from monitor.index import changes, state
from monitor.models import Story
from monitor.storage import index, story_history
from monitor.storage.index import Hour
from monitor.storage.story_history import Confirmed
from monitor.ui.queries import reads

SPARK_HOURS = 3  # between two points of a small line
EVENTS_SINCE = timedelta(days=14)  # how far back a part's confirmed event may be
# what is kept is never changed by who takes it, so that it need not be copied
KEPT = 20.0  # seconds: the index moves with a round of polling, not within it


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the theatre. Lines have a number every SPARK_HOURS, None for a gap."""

    part: str
    state: state.State
    tension: tuple[float | None, ...]
    relief: tuple[float | None, ...]
    event: Confirmed | None


@st.cache_resource(ttl=KEPT, show_spinner=False, max_entries=8)
def hours(until: datetime) -> dict[str, list[Hour]]:
    """part, or `all` -> its hourly points of the days that a state is made of."""
    return index.hours_by_part(reads.context().store, until - state.HISTORY - timedelta(hours=1), until)


def state_of(now: datetime, until: datetime, part: str = "all") -> state.State:
    return state.state(hours(until).get(part, ()), now)


@st.cache_resource(ttl=60.0, show_spinner=False, max_entries=8)
def events_by_part(hour: datetime, upto: int) -> dict[str, Confirmed]:
    """The confirmed story that leads each part; renewed with the hour and the newest article."""
    until = hour + timedelta(hours=1)
    return story_history.confirmed(reads.context().store, until - EVENTS_SINCE, until)


def rows(now: datetime, until: datetime, upto: int) -> list[Row]:
    """The parts that feeds.yaml names, in its order."""
    settings, _ = reads.context().settings.current()
    points = hours(until)
    events = events_by_part(now.replace(minute=0, second=0, microsecond=0), upto)
    return [
        Row(
            part,
            state.state(points.get(part, ()), now),
            *lines(points.get(part, ()), now),
            events.get(part),
        )
        for part in settings.board
    ]


def lines(points: Sequence[Hour], now: datetime) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """Tension and relief of the week before `now`, every SPARK_HOURS; hours without a point are gaps."""
    known = {point.at: point for point in points}
    last = now.replace(minute=0, second=0, microsecond=0)
    count = state.WEEK // timedelta(hours=SPARK_HOURS)
    wanted = [known.get(last - timedelta(hours=SPARK_HOURS * back)) for back in range(count - 1, -1, -1)]
    return tuple(point and point.tension for point in wanted), tuple(point and point.relief for point in wanted)


@st.cache_resource(ttl=60.0, show_spinner=False, max_entries=16)
def leaders(since: datetime, until: datetime, upto: int) -> list[Confirmed]:
    """The confirmed stories that led the days of a span, oldest first. `upto` only renews the answer."""
    return story_history.leaders(reads.context().store, since, until)


@st.cache_resource(ttl=60.0, show_spinner=False, max_entries=16)
def changed_since(looked: datetime, until: datetime, upto: int) -> changes.Changes:
    """What is new, confirmed, denied, corrected, hotter and calmer since. `upto` only renews the answer."""
    store = reads.context().store
    now_points = {part: found[-1] for part, found in hours(until).items() if part != "all"}
    earlier = index.hours_by_part(store, looked - timedelta(hours=3), looked)
    before = {part: found[-1] for part, found in earlier.items()}
    settings, _ = reads.context().settings.current()
    shown = {part: now_points[part] for part in settings.board if part in now_points}
    stories = sorted(story_history.changed(store, looked), key=lambda pair: weight(pair[1]), reverse=True)
    return changes.changes(stories, before, shown)


def weight(story: Story) -> float:
    """What a story weighs where many are new at once: independent publishers, severity and confidence."""
    return story.confirmed_by * abs(story.score) * (1.0 if story.confidence is None else story.confidence)
