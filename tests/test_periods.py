"""The period of pages and files: what an address means at a time, and back."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import InputError
from monitor.ui.charts import drag
from monitor.ui.exports import periods
from monitor.ui.exports.periods import Period, period_of

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
SOON = datetime(2026, 3, 2, 12, 1, tzinfo=UTC)


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(("given", "since", "until"), [
    ({"time": "24 hours"}, day(1, 12), SOON),
    ({"time": "all", "begin": day(1)}, day(1), SOON),
    ({"time": "all"}, None, SOON),
    ({"since": day(1)}, day(1), SOON),
    ({"time": "24 hours", "until": day(2)}, day(1), day(2)),
    ({"since": day(1), "until": day(2)}, day(1), day(2)),
    ({"since": day(2), "until": day(1)}, day(1), day(2)),
    ({"since": day(1), "until": day(1)}, day(1), day(1) + timedelta(minutes=1)),
    ({"since": day(3)}, day(3), day(3) + timedelta(minutes=1)),
])  # fmt: skip
def test_a_choice_means_a_period(given, since, until):
    found = period_of(NOW, **given)
    assert (found.since, found.until) == (since, until)
    assert found.fixed == bool({"since", "until"} & given.keys())


def test_a_link_shows_the_same_times_for_ever_or_always_the_last_days():
    shown = period_of(NOW, time="3 days")
    assert shown.of_file() == {"since": "2026-02-27T12:00:00Z", "until": "2026-03-02T12:01:00Z"}
    later, begin = NOW + timedelta(days=1), day(1)
    assert dict(periods.resolved(list(shown.relative().items()), later, begin))["since"] == "2026-02-28T12:00:00Z"
    kept = [("lang", "ar"), *shown.of_file().items()]
    assert periods.resolved(kept, later, begin) == kept


@pytest.mark.parametrize("given", [[("time", "2 days")], [("time", "3 days"), ("since", "2026-03-01")]])
def test_a_time_that_cannot_be_meant_is_refused(given):
    with pytest.raises(InputError, match=r"^time: "):
        periods.resolved(given, NOW, None)


@pytest.mark.parametrize(("typed", "since", "until"), [
    ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC), day(1)),
    ("28 Feb", datetime(2026, 2, 28, tzinfo=UTC), day(1)),
    ("1 march to 2 Mar", day(1), day(3)),
    ("2026-03-01 06:00 to 2026-03-02", day(1, 6), day(3)),
    ("2026-03-01T06:00+03:00/2026-03-01T06:00", day(1, 3), day(1, 6)),
    ("1 Mar 6:00 - now", day(1, 6), None),
    ("since 1 Mar", day(1), None),
    ("until 1 Mar", None, day(2)),
    ("until 1 Mar 06:00", None, day(1, 6)),
    ("3 Mar", datetime(2025, 3, 3, tzinfo=UTC), datetime(2025, 3, 4, tzinfo=UTC)),
    ("3 Mar 2026", day(3), day(4)),
    ("1 Mar 12:00", day(1, 12), None),
    ("", None, None),
])  # fmt: skip
def test_times_are_read_as_people_type_them(typed, since, until):
    assert periods.times_of(typed, NOW) == (since, until)
    assert periods.times_of(periods.text_of(since, until), NOW) == (since, until)


@pytest.mark.parametrize(
    "typed", ["yesterday", "31 Feb", "1 Mar to 2 Mar to 3 Mar", "until 1 Mar to 2 Mar", "9999-99", "1"]
)
def test_what_is_no_time_is_said_with_how_to_write_one(typed):
    with pytest.raises(InputError, match="is no time: write 2026-03-01"):
        periods.times_of(typed, NOW)


def test_a_file_is_named_after_its_period():
    assert period_of(NOW, since=day(1), until=day(2, 6)).name() == "2026-03-01-to-2026-03-02T0600"
    assert Period(None, SOON).name() == "2026-03-02T1201"
    assert period_of(NOW).key() == period_of(NOW + timedelta(hours=1)).key() != period_of(NOW, since=day(1)).key()


def test_what_is_dragged_over_is_a_time():
    area = {"brush_type": "lineX", "coord_range": [1772445600000.0, 1772359200000.9]}
    assert drag.range_of([area]) == (day(1, 10) + timedelta(microseconds=900), day(2, 10))
    assert drag.range_of([]) is None and drag.range_of([{"coord_range": [[0, 1], [2, 3]]}]) is None
    option = {"xAxis": {"type": "time"}}
    made = drag.draggable(option, caption="Tension, 1 Mar to 2 Mar", name="gulf-tension-2026-03-02T1200")
    assert made["brush"]["toolbox"] == ["lineX"] and option == {"xAxis": {"type": "time"}}
    assert made["title"]["text"] == "Tension, 1 Mar to 2 Mar", "a picture without a date tells nobody anything"
    assert made["toolbox"]["feature"]["saveAsImage"]["name"] == "gulf-tension-2026-03-02T1200"
