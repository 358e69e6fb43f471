"""Series of files in storage, on both databases: what was known when, revisions beside what they revise, and states."""

from datetime import UTC, datetime, timedelta

from monitor.models import Observation, SeriesState
from monitor.storage import observations

FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = FIRST + timedelta(days=2)
DAYS = [datetime(2026, 2, day, tzinfo=UTC) for day in (25, 26, 27)]
STATE = SeriesState("Risk", "https://risk.example/a.csv", last_asked=FIRST, last_success=FIRST, etag='"a"')


def put(store, now, *numbers, series="Risk"):
    state = SeriesState(series, STATE.url, last_asked=now)
    return observations.save(store, state, zip(DAYS, numbers, strict=False), unit="points", now=now)


def numbers(found):
    return [one.value for one in found]


def test_what_was_known_when_can_be_read_again(store):
    assert put(store, FIRST, 100.0, 120.5) == 2
    assert put(store, LATER, 100.0, 118.0, 90.0) == 2  # one revised, one new, one as it was
    assert numbers(observations.values(store, "Risk")) == [100.0, 118.0, 90.0]
    assert numbers(observations.values(store, "Risk", known_at=LATER - timedelta(seconds=1))) == [100.0, 120.5]
    assert observations.values(store, "Risk", known_at=FIRST - timedelta(seconds=1)) == []
    assert observations.values(store, "Risk", DAYS[1], until=DAYS[2]) == [
        Observation("Risk", DAYS[1], 118.0, "points", LATER)
    ]


def test_the_newest_day_is_that_known_at_the_time(store):
    put(store, FIRST, 100.0, 120.5)
    put(store, LATER, 100.0, 118.0, 90.0)
    assert observations.newest(store, "Risk", FIRST).day == DAYS[1]
    assert observations.newest(store, "Risk", LATER) == Observation("Risk", DAYS[2], 90.0, "points", LATER)
    assert observations.newest(store, "Other", LATER) is None


def test_a_clock_set_back_compares_with_what_was_known_then(store):
    put(store, LATER, 118.0)
    assert put(store, FIRST, 100.0) == 1
    assert numbers(observations.values(store, "Risk", known_at=FIRST)) == [100.0]
    assert numbers(observations.values(store, "Risk")) == [118.0]


def test_every_vintage_is_exported_page_by_page(store, monkeypatch):
    monkeypatch.setattr(observations, "PAGE", 2)
    put(store, FIRST, 1.0, 2.0, series="A")
    put(store, LATER, 1.0, 3.0, 4.0, series="A")
    put(store, FIRST, 5.0, series="B")
    assert [(one.series, one.value) for one in observations.stream(store)] == [
        ("A", 1.0), ("A", 2.0), ("A", 3.0), ("A", 4.0), ("B", 5.0),
    ]  # fmt: skip
    assert numbers(observations.stream(store, DAYS[1], DAYS[2])) == [2.0, 3.0]
    assert observations.names(store) == ["A", "B"]


def test_the_state_says_when_a_value_last_was_new(store):
    observations.save(store, STATE, [(DAYS[0], 1.0)], unit="", now=FIRST)
    assert observations.states(store)["Risk"].last_new == FIRST
    observations.save(store, observations.states(store)["Risk"], [(DAYS[0], 1.0)], unit="", now=LATER)
    assert observations.states(store)["Risk"].last_new == FIRST
    failing = SeriesState(
        "Risk", STATE.url, "day; risk", "http", "the server answered with an error (503)", 3, LATER, FIRST, FIRST
    )
    observations.keep_state(store, failing)
    assert observations.states(store) == {"Risk": failing}
