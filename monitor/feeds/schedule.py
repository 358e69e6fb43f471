"""Says when a feed is due next and what is remembered of it between rounds.

    feed + state + outcome + now -> state with its next due time

A written `every` is kept to; only a server's Retry-After may lengthen it. Without one the wait adapts: half the feed's
habit, or half the time since it last brought something new when that is longer, between SHORTEST_WAIT and LONGEST_WAIT.
Failures back off by their kind. `jitter` is a number 0..1 that the caller draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.clock import hour_of
from monitor.models import Failure, Feed, FeedState, Fetched, NotModified, Parsed

SHORTEST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=60)
UNKNOWN_HABIT = timedelta(minutes=30)  # of a feed that has not shown any yet
ONE_LONG_GAP = 4  # a night's or an outage's pause counts as this many habits at most
SPREAD = 0.1  # waits are stretched or cut by up to this share, so that feeds do not march in step
MAX_SKIPPED = timedelta(hours=12)  # skipHours that would keep a feed away for longer are not believed
LATEST = timedelta(hours=27)  # no wait of ours is longer: Retry-After ends at 24 h, the spread comes on top
CLOCK_SLACK = timedelta(minutes=1)  # steps of a clock that is being corrected

SILENT_AFTER_HABITS = 8
SILENT_AT_LEAST = timedelta(hours=12)  # a night
SILENT_AT_MOST = timedelta(days=30)
SILENT_UNKNOWN = timedelta(days=7)

AGREEING = 3  # answers that must name the same new address before it is polled

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# kind of failure -> wait after the first, and the longest as it doubles; faults that pass by themselves are retried
# soon
BACK_OFF = {
    "dns": (5 * _MINUTE, _HOUR),
    "network": (5 * _MINUTE, _HOUR),
    "timeout": (5 * _MINUTE, _HOUR),
    "rate limited": (15 * _MINUTE, 6 * _HOUR),
    "http": (10 * _MINUTE, 3 * _HOUR),
    "tls": (30 * _MINUTE, 6 * _HOUR),
}
BACK_OFF_ELSE = (30 * _MINUTE, 6 * _HOUR)  # what a person has to mend


# -- is it due? -------------------------------------------------------------------------------------------


def due(feed: Feed, state: FeedState | None, now: datetime) -> bool:
    """Whether to poll now. An edited address is due at once; a clock moved backwards makes old due times void."""
    if not feed.enabled:
        return False
    if state is None or state.url != feed.url:
        return True
    if state.state == "gone":
        return False
    return state.next_due is None or state.next_due <= now or _clock_moved_back(feed, state, now)


def must_wait(feed: Feed, state: FeedState | None, now: datetime) -> bool:
    """Whether not even a person's "poll now" may ask:
    gone for good (410), or the server asked us to come back later.
    """
    if state is None or state.url != feed.url:
        return False
    if state.state == "gone":
        return True
    waiting = state.failure == "rate limited" and state.next_due is not None and state.next_due > now
    return waiting and not _clock_moved_back(feed, state, now)


def _clock_moved_back(feed: Feed, state: FeedState, now: datetime) -> bool:
    if state.last_polled is not None and state.last_polled > now + CLOCK_SLACK:
        return True
    return state.next_due is not None and state.next_due > now + max(LATEST, feed.every or LATEST)


def behind(states: Iterable[FeedState], now: datetime) -> tuple[int, timedelta]:
    """How many of these feeds were due before now and are not polled yet, and for how long the one that waits longest.
    One that was never polled has no time since which it is due.
    """
    late = [now - state.next_due for state in states if state.next_due and state.next_due < now]
    return len(late), max(late, default=timedelta(0))


def address(feed: Feed, state: FeedState | None) -> str:
    """Where to ask: the written address, or the one that AGREEING answers in a row said it moved to for good."""
    if state is not None and state.url == feed.url and state.moved_to and state.moved_count >= AGREEING:
        return state.moved_to
    return feed.url


# -- what is remembered -----------------------------------------------------------------------------------


def after(
    feed: Feed,
    state: FeedState | None,
    outcome: Fetched | NotModified | Failure,
    *,
    new: int,
    parsed: Parsed | None = None,
    now: datetime,
    jitter: float,
) -> FeedState:
    """The state after a poll. `new` counts entries not stored before; `parsed` is the document, None when there was
    none.

    `entries`, the number stored, is left as it was: storage counts it in the same transaction.
    """
    before = state or FeedState(feed.name, feed.url)
    if before.url != feed.url:  # another address: nothing its server said holds; what was stored does
        before = FeedState(feed.name, feed.url, entries=before.entries, last_new=before.last_new, habit=before.habit)
    asked_moved = address(feed, before) != feed.url
    before = replace(before, status=outcome.status, last_polled=now, new_entries=new)
    if isinstance(outcome, Failure):
        return _failed(feed, before, outcome, asked_moved, now, jitter)
    return _answered(feed, before, outcome, asked_moved, parsed, now, jitter)


def _failed(
    feed: Feed, before: FeedState, outcome: Failure, asked_moved: bool, now: datetime, jitter: float
) -> FeedState:
    failures = before.failures + 1
    if asked_moved and outcome.kind != "rate limited":  # back to the written address, which may know better
        before = replace(before, moved_to=None, moved_count=0)
    gone = outcome.kind == "gone" and not asked_moved
    return replace(
        before,
        state="gone" if gone else "failing",
        error=outcome.message,
        failure=outcome.kind,
        failures=failures,
        next_due=None if gone else now + _back_off(feed, outcome, failures, jitter),
    )


def _back_off(feed: Feed, outcome: Failure, failures: int, jitter: float) -> timedelta:
    if feed.every is not None:
        wait = feed.every
    else:
        first, longest = BACK_OFF.get(outcome.kind, BACK_OFF_ELSE)
        wait = min(first * 2 ** min(failures - 1, 10), longest) * _spread(jitter)
    if outcome.retry_after is not None:
        wait = max(wait, outcome.retry_after * (1 + SPREAD * jitter))  # later, never earlier than asked
    return wait


def _answered(
    feed: Feed,
    before: FeedState,
    outcome: Fetched | NotModified,
    asked_moved: bool,
    parsed: Parsed | None,
    now: datetime,
    jitter: float,
) -> FeedState:
    habit = _habit(before, parsed, new=before.new_entries, now=now)
    last_new = now if before.new_entries else before.last_new
    if parsed is not None and parsed.mendable:  # the whole document is wanted again, even where nothing has changed
        etag, last_modified = None, None
    elif isinstance(outcome, Fetched):
        etag, last_modified = outcome.etag, outcome.last_modified
    else:  # an answer 304 need not repeat them
        etag, last_modified = outcome.etag or before.etag, outcome.last_modified or before.last_modified
    kept = replace(
        before,
        state=_word(before, parsed, habit, last_new, now),
        error=None,
        failure=None,
        failures=0,
        last_success=now,
        last_new=last_new,
        etag=etag,
        last_modified=last_modified,
        habit=habit,
        ttl=parsed.ttl if parsed else before.ttl,
        skip_hours=parsed.skip_hours if parsed else before.skip_hours,
        bad_entries=len(parsed.bad) if parsed else before.bad_entries,
        **_moved(before, outcome.moved_to, asked_moved),
    )
    interval = feed.every or _interval(kept, now)
    wait = interval if feed.every else _bounded(interval * _spread(jitter), kept.ttl, outcome.max_age)
    due_at = now + wait
    return replace(kept, interval=interval, next_due=due_at if feed.every else _past_skipped(due_at, kept.skip_hours))


def _moved(before: FeedState, moved_to: str | None, asked_moved: bool) -> dict:
    if asked_moved and moved_to is None:  # the new address answers for itself
        return {}
    if moved_to is None:
        return {"moved_to": None, "moved_count": 0}
    return {"moved_to": moved_to, "moved_count": before.moved_count + 1 if moved_to == before.moved_to else 1}


def _word(
    before: FeedState, parsed: Parsed | None, habit: timedelta | None, last_new: datetime | None, now: datetime
) -> str:
    if parsed is not None and not parsed.entries and not parsed.skipped:
        return "empty"
    if parsed is None and before.state == "empty":
        return "empty"
    if last_new is None:
        return "well"
    patience = (
        SILENT_UNKNOWN if habit is None else min(max(habit * SILENT_AFTER_HABITS, SILENT_AT_LEAST), SILENT_AT_MOST)
    )
    return "silent" if now - last_new > patience else "well"


# -- the wait ---------------------------------------------------------------------------------------------


def _habit(before: FeedState, parsed: Parsed | None, *, new: int, now: datetime) -> timedelta | None:
    """Usual time between changes: a running mean of what was seen, begun with the dates in the first document."""
    if not new:
        return before.habit
    if before.last_new is None:
        return _dated_habit(parsed)
    gap = now - before.last_new
    if gap <= timedelta(0):  # the clock moved backwards: nothing learnt
        return before.habit
    if before.habit is None:
        return gap
    return before.habit * 0.7 + min(gap, max(before.habit, SHORTEST_WAIT) * ONE_LONG_GAP) * 0.3


def _dated_habit(parsed: Parsed | None) -> timedelta | None:
    dates = sorted({entry.published for entry in parsed.entries if entry.published}) if parsed else []
    return (dates[-1] - dates[0]) / (len(dates) - 1) if len(dates) >= 4 else None


def _interval(state: FeedState, now: datetime) -> timedelta:
    expected = state.habit or UNKNOWN_HABIT
    if state.last_new is not None:
        expected = max(expected, now - state.last_new)
    return _bounded(expected / 2)


def _bounded(wait: timedelta, *asked: timedelta | None) -> timedelta:
    """What the feed or its server asked for lengthens the wait, up to LONGEST_WAIT."""
    return min(max(wait, SHORTEST_WAIT, *(least for least in asked if least is not None)), LONGEST_WAIT)


def _spread(jitter: float) -> float:
    return 1 - SPREAD + 2 * SPREAD * jitter


def _past_skipped(due_at: datetime, skip_hours: tuple[int, ...]) -> datetime:
    """RSS 2.0 skipHours: hours in GMT in which not to ask. More than MAX_SKIPPED in a row are not believed."""
    moved = due_at
    while moved.hour in skip_hours:
        moved = hour_of(moved) + _HOUR
        if moved - due_at > MAX_SKIPPED:
            return due_at
    return moved
