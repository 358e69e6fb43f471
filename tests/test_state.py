"""The sentence on top of the board and the words of a part, from hourly points alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.index.state import level, normal, part_words, sentence, state, trend

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class P:
    at: datetime
    tension: float | None = None
    tension_low: float | None = None
    tension_high: float | None = None
    relief: float | None = None
    relief_low: float | None = None
    relief_high: float | None = None
    missing: str | None = None


def around(value, wide=0.1):
    return (None, None, None) if value is None else (value, value * (1 - wide), value * (1 + wide))


def week(days, before, now, *, at=NOON, missing=None):
    """Hourly points of so many days: (tension, relief) `before` until 24 hours ago, `now` in the newest hour, between
    them in steps.
    """
    points = []
    for back in range(int(days * 24) - 1, -1, -1):
        share = max(0.0, 1 - back / 24)
        mixed = [a if a is None or b is None else a + (b - a) * share for a, b in zip(before, now, strict=True)]
        if not back:
            mixed = list(now)
        points.append(P(at - back * HOUR, *around(mixed[0]), *around(mixed[1])))
    points[-1].missing = missing
    return points


SENTENCES = {
    "nothing at all": ([], "No news polled yet."),
    "a thin day in a war": (
        week(8, (215, 90), (91, 90)),
        "Tension fell to 91 (-124 in 24 h); the 7-day level is high (206).",
    ),
    "a second thin day in a war": (
        [*week(5, (300, 90), (300, 90), at=NOON - 3 * 24 * HOUR), *week(3, (92, 90), (91, 90))],
        "Little escalation in the last 24 h of news (91), no clear change; the 7-day level is high (211).",
    ),
    "an ordinary day": (
        week(8, (98, 100), (102, 100)),
        "About as much escalation as normal in the last 24 h of news (102), no clear change; "
        "the 7-day level is normal (98).",
    ),
    "a cease-fire in a war": (
        week(8, (1210, 42), (1210, 557)),
        "Relief rose to 557 (+515 in 24 h); tension is very high (1,210), no clear change; "
        "the 7-day level is very high (1,210).",
    ),
    "both clear, the greater first": (
        week(8, (600, 50), (300, 500)),
        "Relief rose to 500 (+450 in 24 h) and tension fell to 300 (-300 in 24 h); the 7-day level is very high (578).",
    ),
    "both clear, both up": (
        week(8, (100, 50), (400, 150)),
        "Tension rose to 400 (+300 in 24 h) and relief rose to 150 (+100 in 24 h); the 7-day level is normal (122).",
    ),
    "relief fell, tension as before": (
        week(8, (150, 200), (150, 80)),
        "Relief fell to 80 (-120 in 24 h); tension is elevated (150), no clear change; "
        "the 7-day level is elevated (150).",
    ),
    "two days of data": (
        week(2, (100, 100), (420, 100)),
        "Tension rose to 420 (+320 in 24 h); the 2-day level is elevated (183).",
    ),
    "half a day of data": (
        week(0.5, (150, 100), (150, 100)),
        "More escalation than normal in the last 24 h of news (150).",
    ),
    "not enough news now, and a week before it": (
        week(8, (250, 100), (None, None), missing="3 of 30 entries"),
        "Not enough news in the last 24 h to say: 3 of 30 entries; the 7-day level is high (250).",
    ),
    "never enough news": (
        week(2, (None, None), (None, None), missing="3 of 30 entries"),
        "Not enough news in the last 24 h to say: 3 of 30 entries.",
    ),
    "relief without a reference": (
        week(8, (500, None), (500, None)),
        "Very much escalation in the last 24 h of news (500), no clear change; the 7-day level is very high (500).",
    ),
    "polling stopped ten hours ago": (
        week(8, (250, 100), (250, 100), at=NOON - 11 * HOUR),
        "Much escalation in the last 24 h of news (250), no clear change; the 7-day level is high (250). "
        "As of 10 h ago.",
    ),
    "polling stopped last week": (week(8, (250, 100), (250, 100), at=NOON - 120 * HOUR), "No news polled yet."),
}


@pytest.mark.parametrize("points, words", SENTENCES.values(), ids=SENTENCES)
def test_the_sentence_begins_with_what_changed_clearly(points, words):
    assert sentence(state(points, NOON), NOON) == words


def test_points_of_the_future_are_not_known_yet():
    points = week(8, (100, 100), (100, 100))
    later = [P(NOON + n * HOUR, *around(900), *around(900)) for n in range(1, 24)]
    assert state([*points, *later], NOON) == state(points, NOON)


def test_the_day_before_has_to_be_there_to_compare():
    """A gap of polling is no change."""
    points = week(8, (100, 100), (400, 100))
    gap = [point for point in points if not timedelta(hours=20) <= NOON - point.at <= timedelta(hours=40)]
    assert state(gap, NOON).before is None and state(gap, NOON).trend() == ""


PARTS = {
    "much, and rising": (week(8, (20, 5), (90, 5)), "much escalation, rising"),
    "hardly any, as before": (week(8, (3, 0), (3, 0)), "hardly any escalation"),
    "some, and talks": (week(8, (60, 5), (60, 90)), "some escalation; relief rising"),
    "both fall": (week(8, (300, 50), (15, 2)), "little escalation, falling; relief falling"),
    "no numbers": (week(8, (60, 5), (None, None)), "not enough news"),
    "no points": ([], "not enough news"),
}


@pytest.mark.parametrize("points, words", PARTS.values(), ids=PARTS)
def test_a_part_in_words(points, words):
    assert part_words(state(points, NOON)) == words


def test_overlapping_intervals_are_no_trend():
    one, other = P(NOON, *around(250), *around(90)), P(NOON, *around(240), *around(60))
    assert trend(one, other) == "no clear change" and trend(one, other, "relief") == "rising"
    assert trend(one, None) == "" == trend(one, P(NOON))


@pytest.mark.parametrize(
    ("tension", "word"), [(10, "below normal"), (100, "normal"), (199, "elevated"), (200, "high"), (900, "very high")]
)
def test_levels(tension, word):
    assert level(tension) == word


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (("2026-02-26", "2026-02-27"), "26 to 27 Feb 2026"),
        (("2026-01-26", "2026-02-27"), "26 Jan to 27 Feb 2026"),
        (("2025-12-26", "2026-02-27"), "26 Dec 2025 to 27 Feb 2026"),
        (("2026-02-26", "2026-02-26"), "26 Feb 2026"),
        (None, "the 90 days before"),
    ],
)
def test_what_100_means(window, words):
    span = window and tuple(date.fromisoformat(day) for day in window)
    assert normal(span, False) == f"100 = a normal day: {words}"
    assert "assumed" in normal(span, True)
