"""Since I last looked: what is new, hotter, calmer, confirmed, denied and corrected, from facts before and now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.index.changes import Changes, changes
from monitor.models import Story
from monitor.storage.index import Hour

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALONE = Story(
    1, "Tanker seized", NOON, NOON, "escalation", 7.0, ("maritime",), (), (), ("en",), 1, 1, state="reported by one"
)
CONFIRMED = replace(ALONE, state="confirmed", publishers=3, confirmed_by=3)
STATES = {state: replace(CONFIRMED, state=state) for state in ("disputed", "denied", "corrected")}


@pytest.mark.parametrize(
    "before, now, kind",
    [
        (None, ALONE, "new"),
        (None, CONFIRMED, "new"),
        (ALONE, CONFIRMED, "confirmed"),
        (ALONE, ALONE, None),
        (CONFIRMED, replace(CONFIRMED, publishers=5, confirmed_by=5), None),  # more of the same is no news
        (CONFIRMED, STATES["disputed"], "denied"),
        (ALONE, STATES["denied"], "denied"),
        (None, STATES["denied"], "denied"),
        (STATES["disputed"], STATES["denied"], None),
        (STATES["disputed"], CONFIRMED, None),
        (CONFIRMED, STATES["corrected"], "corrected"),
        (None, STATES["corrected"], "corrected"),
        (STATES["corrected"], STATES["corrected"], None),
    ],
)
def test_a_story_is_in_one_list_at_most(before, now, kind):
    found = changes([(before, now)], {}, {})
    assert found == (Changes(**{kind: (now,)}) if kind else Changes())
    assert found.nothing == (kind is None)


def hour(tension, relief=10.0, wide=0.1, *, at=NOON):
    bands = [(None, None, None) if v is None else (v, v * (1 - wide), v * (1 + wide)) for v in (tension, relief)]
    return Hour(at, *bands[0], *bands[1], None)


@pytest.mark.parametrize(
    "before, now, hotter, calmer",
    [
        (hour(50), hour(90), ("hormuz",), ()),
        (hour(90), hour(50), (), ("hormuz",)),
        (hour(90), hour(88), (), ()),
        (hour(90, wide=0.6), hour(150, wide=0.6), (), ()),  # wide bands: not clear
        (hour(90, 5), hour(90, 60), (), ("hormuz",)),  # relief rose
        (hour(50, 5), hour(90, 60), ("hormuz",), ()),  # both rose: that there is more tension comes first
        (hour(None), hour(90), (), ()),
        (hour(90), hour(None), (), ()),
        (None, hour(90), (), ()),
        (hour(90), None, (), ()),
    ],
)
def test_a_part_is_hotter_or_calmer_only_where_its_bands_are_apart(before, now, hotter, calmer):
    found = changes([], {"hormuz": before}, {"hormuz": now})
    assert (found.hotter, found.calmer) == (hotter, calmer)


def test_a_part_that_nobody_knew_before_has_not_changed():
    assert changes([], {}, {"gaza": hour(90, at=NOON + timedelta(hours=1))}).nothing
