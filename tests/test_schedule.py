"""When a feed is due next: one clock handed in, no network, no tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from monitor.feeds import schedule
from monitor.models import Entry, Failure, FailureKind, Feed, FeedState, Fetched, NotModified, Parsed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed("Gulf Wire", "https://wire.example/rss")
TIMED = replace(FEED, every=10 * MINUTE)
ENTRY = Entry(None, "A headline", None, "", None, None)
DOCUMENT = Parsed("Gulf Wire", "rss20", (ENTRY,))
FETCHED = Fetched(b"<rss/>", 200, FEED.url, etag='W/"1"', last_modified="Mon, 02 Mar 2026 11:00:00 GMT")


def after(feed=FEED, state=None, outcome=FETCHED, *, new=0, parsed=DOCUMENT, now=NOON, jitter=0.5):
    parsed = parsed if isinstance(outcome, Fetched) else None
    return schedule.after(feed, state, outcome, new=new, parsed=parsed, now=now, jitter=jitter)


def dated(*hours):
    return replace(DOCUMENT, entries=tuple(replace(ENTRY, published=NOON - h * HOUR) for h in hours))


def test_a_first_answer_is_remembered_whole():
    state = after(new=1)
    assert (state.state, state.status, state.last_polled, state.last_success, state.last_new) == (
        "well",
        200,
        NOON,
        NOON,
        NOON,
    )
    assert (state.etag, state.last_modified) == (FETCHED.etag, FETCHED.last_modified)
    assert state.next_due == NOON + 15 * MINUTE


def test_304_keeps_validators_and_what_the_last_document_asked_for():
    state = after(new=1, parsed=replace(DOCUMENT, ttl=40 * MINUTE, skip_hours=(3,)))
    again = after(state=state, outcome=NotModified(), now=NOON + 40 * MINUTE)
    assert (again.etag, again.last_modified, again.ttl, again.skip_hours) == (
        state.etag,
        state.last_modified,
        40 * MINUTE,
        (3,),
    )
    assert again.next_due == NOON + 80 * MINUTE


@pytest.mark.parametrize(
    "outcome", [FETCHED, NotModified(), Failure("http", "error 500", 500), Failure("timeout", "too slow")]
)
@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_a_written_interval_is_kept_to(outcome, jitter):
    before, parsed = FeedState(FEED.name, FEED.url, failures=5), replace(DOCUMENT, ttl=HOUR, skip_hours=(12,))
    state = after(TIMED, before, outcome, jitter=jitter, parsed=parsed)
    assert state.next_due == NOON + 10 * MINUTE


def test_only_retry_after_lengthens_a_written_interval():
    limited = Failure("rate limited", "come back later", 429, retry_after=2 * HOUR)
    assert after(TIMED, outcome=limited, jitter=0).next_due == NOON + 2 * HOUR
    assert after(TIMED, outcome=replace(limited, retry_after=MINUTE)).next_due == NOON + 10 * MINUTE
    assert NOON + 2 * HOUR <= after(outcome=limited, jitter=1).next_due <= NOON + schedule.LATEST


def test_the_interval_follows_how_often_the_feed_changes():
    quick = slow = after(new=1)
    for _ in range(1, 20):
        quick = after(state=quick, new=1, now=quick.next_due)
        slow = after(state=slow, outcome=NotModified(), now=slow.next_due)
    assert quick.interval == schedule.SHORTEST_WAIT and slow.interval == schedule.LONGEST_WAIT
    for _ in range(12):  # it wakes up
        slow = after(state=slow, new=3, now=slow.next_due)
    assert slow.interval < schedule.LONGEST_WAIT


def test_one_night_does_not_undo_a_habit():
    state = FeedState(FEED.name, FEED.url, habit=10 * MINUTE, last_new=NOON - 9 * HOUR)
    assert after(state=state, new=20).interval < 10 * MINUTE


def test_the_first_document_s_dates_tell_the_habit():
    assert after(new=4, parsed=dated(0, 0.2, 0.4, 0.6)).interval == 6 * MINUTE
    assert after(new=4, parsed=dated(0, 24, 48, 72)).interval == schedule.LONGEST_WAIT


def test_waits_stay_within_bounds_and_are_spread():
    state = FeedState(FEED.name, FEED.url, habit=40 * MINUTE, last_new=NOON)
    waits = [after(state=state, outcome=NotModified(), jitter=j / 10).next_due - NOON for j in range(11)]
    assert waits[0] == 18 * MINUTE and waits[-1] == 22 * MINUTE and len(set(waits)) == 11
    for habit in (timedelta(0), 30 * DAY):
        for jitter in (0, 1):
            wait = after(state=replace(state, habit=habit), outcome=NotModified(), jitter=jitter).next_due - NOON
            assert schedule.SHORTEST_WAIT <= wait <= schedule.LONGEST_WAIT


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ({"ttl": 45 * MINUTE}, 45 * MINUTE),
        ({"ttl": 7 * DAY}, schedule.LONGEST_WAIT),
        ({"ttl": MINUTE}, 15 * MINUTE),
        ({"max_age": 50 * MINUTE}, 50 * MINUTE),
        ({"ttl": 20 * MINUTE, "max_age": DAY}, schedule.LONGEST_WAIT),
    ],
)
def test_what_the_feed_asks_for_is_respected_within_bounds(asked, wait):
    outcome = replace(FETCHED, max_age=asked.get("max_age"))
    assert after(outcome=outcome, parsed=replace(DOCUMENT, ttl=asked.get("ttl"))).next_due == NOON + wait


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        ((), NOON + 15 * MINUTE),
        ((11, 13), NOON + 15 * MINUTE),
        ((12, 13), NOON + 2 * HOUR),
        (tuple(range(24)), NOON + 15 * MINUTE),
        ((*range(12, 24), 0, 1), NOON + 15 * MINUTE),
    ],
    ids=["none", "other hours", "now", "always", "too many"],
)
def test_skip_hours(hours, due):
    assert after(parsed=replace(DOCUMENT, skip_hours=hours)).next_due == due


@pytest.mark.parametrize("kind", [kind for kind in get_args(FailureKind) if kind != "gone"])
def test_failures_back_off_by_kind_and_come_to_rest(kind):
    state, waits, now = None, [], NOON
    for _ in range(12):
        state = after(state=state, outcome=Failure(kind, "what is wrong"), now=now)
        waits.append(state.next_due - now)
        now = state.next_due
    assert state.state == "failing" and state.failure == kind and state.failures == 12
    assert waits == sorted(waits) and waits[0] < waits[-1] == waits[-2] <= 6 * HOUR
    well = after(state=state, now=now)
    assert (well.state, well.failure, well.error, well.failures) == ("well", None, None, 0)


def test_a_network_fault_is_retried_within_the_hour_for_ever():
    state = after(state=FeedState(FEED.name, FEED.url, failures=500), outcome=Failure("network", "refused"), jitter=1)
    assert state.next_due - NOON <= 66 * MINUTE


def test_a_failed_document_keeps_the_validators_of_the_last_good_one():
    good = after(new=1)
    bad = after(state=good, outcome=Failure("not parseable", "no feed", 200), now=NOON + HOUR)
    assert (bad.etag, bad.last_success, bad.last_new) == (good.etag, NOON, NOON)


def test_410_stops_until_the_address_is_edited():
    gone = after(state=after(new=1), outcome=Failure("gone", "removed", 410))
    assert (
        gone.state == "gone" and not schedule.due(FEED, gone, NOON + 400 * DAY) and schedule.must_wait(FEED, gone, NOON)
    )
    edited = replace(FEED, url="https://wire.example/new")
    assert schedule.due(edited, gone, NOON) and not schedule.must_wait(edited, gone, NOON)
    again = after(edited, gone, replace(FETCHED, etag=None), now=NOON + DAY)
    assert (again.state, again.url, again.etag, again.last_new) == ("well", edited.url, None, NOON)


def test_due_and_must_wait():
    state = after(outcome=Failure("rate limited", "come back later", 429, retry_after=HOUR), jitter=0)
    assert schedule.due(FEED, None, NOON) and not schedule.must_wait(FEED, None, NOON)
    assert not schedule.due(FEED, state, NOON + 59 * MINUTE) and schedule.must_wait(FEED, state, NOON + 59 * MINUTE)
    assert schedule.due(FEED, state, NOON + HOUR) and not schedule.must_wait(FEED, state, NOON + HOUR)
    assert not schedule.due(replace(FEED, enabled=False), None, NOON)


@pytest.mark.parametrize("back", [10 * MINUTE, 5 * HOUR, 400 * DAY])
def test_a_clock_moved_backwards_recomputes_due_times(back):
    state = after(new=1)
    assert not schedule.due(FEED, state, NOON - timedelta(seconds=30))  # a clock being corrected
    assert schedule.due(FEED, state, NOON - back)
    again = after(state=state, outcome=NotModified(), now=NOON - back)
    assert NOON - back < again.next_due <= NOON - back + HOUR and again.last_new == NOON
    assert schedule.due(FEED, FeedState(FEED.name, FEED.url, next_due=NOON + 30 * DAY), NOON)


def test_a_permanent_move_is_followed_after_agreement_and_forgotten_when_it_fails():
    there = "https://new.example/rss"
    moved = replace(FETCHED, moved_to=there)
    state = after(outcome=moved)
    assert (state.moved_to, state.moved_count, schedule.address(FEED, state)) == (there, 1, FEED.url)
    state = after(state=after(state=state, outcome=NotModified(moved_to=there)), outcome=moved)
    assert (state.moved_count, schedule.address(FEED, state)) == (3, there)
    state = after(state=state, outcome=replace(FETCHED, url=there))
    assert schedule.address(FEED, state) == there  # it answers for itself
    assert schedule.address(replace(FEED, url="https://edited.example/"), state) == "https://edited.example/"
    lost = after(state=state, outcome=Failure("gone", "removed", 410))
    assert (lost.state, schedule.address(FEED, lost)) == ("failing", FEED.url)


def test_moves_that_disagree_start_over():
    first = after(outcome=replace(FETCHED, moved_to="https://a.example/"))
    state = after(state=first, outcome=replace(FETCHED, moved_to="https://b.example/"))
    assert (state.moved_to, state.moved_count) == ("https://b.example/", 1)
    assert after(state=state).moved_to is None


@pytest.mark.parametrize(
    ("habit", "quiet", "word"),
    [
        (10 * MINUTE, 11 * HOUR, "well"),
        (10 * MINUTE, 13 * HOUR, "silent"),
        (DAY, 7 * DAY, "well"),
        (DAY, 9 * DAY, "silent"),
        (300 * DAY, 31 * DAY, "silent"),
        (None, 6 * DAY, "well"),
        (None, 8 * DAY, "silent"),
    ],
)
def test_a_feed_quiet_for_longer_than_its_habit_is_silent(habit, quiet, word):
    state = FeedState(FEED.name, FEED.url, state="well", habit=habit, last_new=NOON - quiet)
    assert after(state=state, outcome=NotModified()).state == word
    assert after(state=state, parsed=replace(DOCUMENT, entries=(), skipped=20)).state == word
    assert after(state=state, new=1).state == "well"


def test_a_feed_without_items_is_empty_not_failing():
    state = after(parsed=replace(DOCUMENT, entries=()))
    assert (state.state, state.error) == ("empty", None)
    assert after(state=state, outcome=NotModified()).state == "empty"
    assert after(state=state, new=1).state == "well"
