"""What the screen says in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.index.state import LEVELS
from monitor.models import CATEGORIES, FeedState
from monitor.storage.signals import Reported
from monitor.ui.components.wording import (
    CATEGORY_WORDS,
    GUIDE,
    age,
    day_age,
    freshness,
    listed,
    reasons,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_every_category_has_its_words():
    assert set(CATEGORY_WORDS) == set(CATEGORIES)


def test_both_sides_are_told():
    said = reasons([Reported("attack", 6, 30), Reported("talks", 3, 4), Reported("threat", 1, 2)])
    assert said == (
        "Strikes and clashes reported by 6 publishers, threats by 1 publisher; talks reported by 3 publishers."
    )
    assert reasons([]) == "No signals in the last 24 hours."


def test_a_long_list_of_names_is_cut():
    assert listed(["BBC", "DW"]) == "BBC, DW"
    assert listed(["BBC", "DW", "AFP", "FT", "ISNA"]) == "BBC, DW, AFP and 2 more"


def test_the_guide_names_the_levels_that_are_used():
    said = dict(GUIDE)["Levels"]
    assert all(str(bound) in said and word in said for bound, word in LEVELS)


def feed(state="well", ago=timedelta(minutes=5)):
    return FeedState("A", "u", state=state, last_success=None if ago is None else NOON - ago)


@pytest.mark.parametrize(
    ("states", "enabled", "word"),
    [
        ([feed(), feed("failing")], 2, "Fresh"),
        ([feed(ago=timedelta(hours=2))], 1, "Stale"),
        ([feed(ago=timedelta(days=2))], 1, "Silent"),
        ([feed("failing"), feed("gone", None)], 2, "No feed answers"),
        ([feed(), feed(ago=timedelta(days=-1))], 2, "Clock set back"),
        ([], 3, "Nothing asked yet"),
        ([], 0, "Nothing to poll"),
    ],
)
def test_freshness_is_a_word(states, enabled, word):
    assert freshness(states, enabled, NOON)[1] == word


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
