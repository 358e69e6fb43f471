"""What the screen says in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.models import CATEGORIES, FeedState, IndexPoint
from monitor.storage.signals import Reported
from monitor.ui.components.wording import (
    CATEGORY_WORDS,
    GUIDE,
    LEVELS,
    age,
    day_age,
    freshness,
    level,
    listed,
    since_when,
    status_line,
    trend,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POINT = IndexPoint(
    "hour",
    NOON,
    "m",
    "ok",
    250.0,
    230.0,
    270.0,
    90.0,
    80.0,
    100.0,
    0.4,
    20.0,
    5.0,
    15.0,
    5.0,
    3.0,
    2.0,
    97.0,
    400,
    90,
    40,
    11,
)


def test_every_category_has_its_words():
    assert set(CATEGORY_WORDS) == set(CATEGORIES)


def test_both_sides_are_told():
    calm = replace(POINT, tension=100.0, tension_low=90.0, tension_high=110.0)
    line = status_line(
        POINT, calm, [Reported("attack", 6, 30), Reported("talks", 3, 4), Reported("threat", 1, 2)], "since 14:00"
    )
    assert line[0] == "High since 14:00, rising over 24 hours"
    assert (
        line[1]
        == "strikes and clashes reported by 6 publishers, threats by 1 publisher; talks reported by 3 publishers."
    )


def test_overlapping_intervals_are_no_trend():
    assert trend(POINT, replace(POINT, tension=240.0)) == "no clear change"
    assert trend(POINT, replace(POINT, relief_low=40.0, relief_high=70.0), "relief") == "rising"


def test_a_long_list_of_names_is_cut():
    assert listed(["BBC", "DW"]) == "BBC, DW"
    assert listed(["BBC", "DW", "AFP", "FT", "ISNA"]) == "BBC, DW, AFP and 2 more"


def test_the_guide_names_the_levels_that_are_used():
    said = dict(GUIDE)["Levels"]
    assert all(str(bound) in said and word.lower() in said for bound, word in LEVELS)


def test_no_news_is_never_calm():
    assert status_line(None, None, [])[0] == "No news polled yet."
    gate = replace(POINT, tension=None, status="not enough news", missing="3 of 30 entries")
    assert status_line(gate, None, []) == ("Not enough news to say", "3 of 30 entries.")


@pytest.mark.parametrize(
    ("levels", "since"),
    [
        ([90, 210, 250, 230], (1, False)),  # High since the second hour
        ([210, 250, 230], (0, True)),  # perhaps longer than is known
        ([250, None, 230], (2, False)),  # nobody knows what it was in the gap
        ([250, 230, None], None),
        ([], None),
    ],
)
def test_since_when_the_level_holds(levels, since):
    hours = [(NOON + timedelta(hours=n), value) for n, value in enumerate(levels)]
    assert since_when(hours) == (since and (hours[since[0]][0], since[1]))


def feed(state="well", ago=timedelta(minutes=5)):
    return FeedState("A", "u", state=state, last_success=None if ago is None else NOON - ago)


@pytest.mark.parametrize(
    ("states", "enabled", "word"),
    [
        ([feed(), feed("failing")], 2, "Fresh"),
        ([feed(ago=timedelta(hours=2))], 1, "Stale"),
        ([feed(ago=timedelta(days=2))], 1, "Silent"),
        ([feed("failing"), feed("gone", None)], 2, "No feed answers"),
        ([], 3, "Nothing asked yet"),
        ([], 0, "Nothing to poll"),
    ],
)
def test_freshness_is_a_word(states, enabled, word):
    assert freshness(states, enabled, NOON)[1] == word


@pytest.mark.parametrize(
    ("tension", "word"), [(10, "Below normal"), (100, "Normal"), (199, "Elevated"), (200, "High"), (900, "Very high")]
)
def test_levels(tension, word):
    assert level(tension) == word


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=90), "90 min ago"),
        (timedelta(hours=30), "30 h ago"),
        (timedelta(days=9), "9 d ago"),
    ],
)
def test_age(gap, words):
    assert age(NOON - gap, NOON) == words


@pytest.mark.parametrize(
    ("today", "words"), [("2026-02-27", "today"), ("2026-02-28", "yesterday"), ("2026-03-02", "3 days ago")]
)
def test_a_close_is_of_a_day(today, words):
    assert day_age(date(2026, 2, 27), date.fromisoformat(today)) == words


def test_age_of_what_is_missing_or_ahead():
    assert age(None, NOON) == "never"
    assert age(NOON + timedelta(hours=1), NOON) == "ahead of the clock"
