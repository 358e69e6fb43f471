"""The index: known answers, gates, and that the past does not depend on how it is asked for."""

import tracemalloc
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from monitor.index import Parameters, ReferenceCache, compute, contributions, decompose, lookback
from monitor.index.parameters import BUILT_IN_ATTENTION
from monitor.models import MEASURES, IndexPoint
from tests.newsroom import START, day_of, news

FIXED = Parameters(reference=(START.date(), day_of(13).date()))


def points(frame, parameters=FIXED, *, since=None, now=None, cache=None, **more):
    cache = cache or ReferenceCache(parameters)
    return compute(frame, cache=cache, since=since or START, now=now or frame["at"].max().to_pydatetime(), **more)


def daily(found, part="all"):
    return [p for p in found if p.grain == "day" and p.part == part]


def hand_made(rows, *, at=START):
    """(publisher, escalation act, escalation words, de-escalation act[, text_key, story]) -> frame."""
    rows = [(*row, *(None,) * (6 - len(row))) for row in rows]
    return pd.DataFrame({
        "article_id": range(1, len(rows) + 1), "at": pd.to_datetime([at] * len(rows), utc=True),
        "publisher": [r[0] for r in rows], "tier": 1, "escalation_act": [float(r[1]) for r in rows],
        "escalation_words": [float(r[2]) for r in rows], "deescalation_act": [float(r[3]) for r in rows],
        "deescalation_words": 0.0, "theatre": False, "categories": "", "parts": "",
        "text_key": [r[4] or n for n, r in enumerate(rows, 1000)], "story_id": pd.array([r[5] for r in rows],
            dtype="Int64"),
    })  # fmt: skip


def test_the_raw_share_by_hand():
    """Two publishers, no shrinking: A has an act of 8 in four entries, B words of 6 (counting half) in two;
    mean of 0.2 and 0.15.
    """
    frame = hand_made([("A", 8, 0, 0), ("A", 0, 0, 0), ("A", 0, 0, 0), ("A", 0, 0, 0), ("B", 0, 6, 0), ("B", 0, 0, 4)])
    parameters = Parameters(minimum_entries=1, minimum_publishers=1, shrink=1e-9, built_in=(0.05, 0.1))
    point = points(frame, parameters, now=START + timedelta(hours=1))[0]
    assert point.escalation_share == pytest.approx(100 * (0.2 + 0.15) / 2)
    assert (point.escalation_acts, point.escalation_words) == pytest.approx((10, 7.5))
    assert point.deescalation_share == pytest.approx(100 * (0 + 0.2) / 2)
    assert point.tension == pytest.approx(100 * 0.175 / 0.05) and point.relief == pytest.approx(100)
    assert point.balance == pytest.approx((17.5 - 10) / 27.5)
    assert (point.status, point.entries, point.signal_articles, point.stories, point.publishers) == (
        "provisional",
        6,
        3,
        3,
        2,
    )


def test_an_act_and_words_in_one_entry_count_once():
    frame = hand_made([("A", 4, 9, 0), ("B", 0, 0, 0)])
    point = points(frame, Parameters(minimum_entries=1, minimum_publishers=1, shrink=1e-9), now=START)[0]
    assert (point.escalation_share, point.escalation_acts, point.escalation_words) == pytest.approx((22.5, 0, 22.5))


def test_a_publishers_reposts_count_once_above_and_below():
    once = [("A", 8, 0, 0, 7), ("A", 0, 0, 0, 8), ("B", 0, 0, 0, 9), ("C", 8, 0, 0, 7)]
    parameters = Parameters(minimum_entries=1, minimum_publishers=1)
    first, again = (
        points(hand_made(rows), parameters, now=START)[0]
        for rows in (once, once + [("A", 8, 0, 0, 7), ("B", 0, 0, 0, 9)])
    )
    assert first == again


def test_gates_say_what_is_missing_and_gaps_stay_gaps():
    frame = news(days=1, publishers=2, a_day=5, seed=1)
    found = points(frame, Parameters(minimum_entries=30), now=day_of(2))
    assert {p.status for p in found} == {"not enough news"}
    assert all(p.tension is None and p.escalation_share is None and p.balance is None for p in found)
    assert daily(found)[0].missing.endswith("of at least 30 entries, 2 of at least 3 publishers")
    assert len(daily(found)) == 3 and found[-1].entries == 0


def test_provisional_until_fourteen_days_have_news_then_trailing():
    found = daily(points(news(days=20, seed=2), Parameters()))
    assert [p.status for p in found] == ["provisional"] * 14 + ["ok"] * 6


def test_the_trailing_reference_never_looks_ahead():
    """What happens from day 18 on changes nothing before."""
    calm, war = (news(days=22, seed=3, ratio=ratio, change_on=18) for ratio in (1, 5))
    war = pd.concat([calm[calm["at"] < day_of(18)], war[war["at"] >= day_of(18)]])
    one, two = (daily(points(frame, Parameters())) for frame in (calm, war))
    assert one[:18] == two[:18]
    assert two[18].tension > 2 * one[18].tension


def test_a_point_is_the_same_however_it_is_asked_for():
    """In one go over the whole frame, or as a new hour with a short frame and a cache that learned the days before."""
    frame, now = news(days=20, seed=4), day_of(19) + timedelta(hours=15, minutes=20)
    whole = {(p.grain, p.at, p.part): p for p in points(frame, Parameters(), now=now)}
    cache = ReferenceCache(Parameters())
    cache.add(frame[frame["at"] < day_of(19)])
    short = frame[frame["at"] >= lookback(now)]
    for point in compute(short, cache=cache, since=now, now=now):
        _close(point, whole[point.grain, point.at, point.part])


def _close(one, other) -> None:
    numbers = ("tension", "tension_low", "tension_high", "relief_low", "attention", "attention_high")
    numbers = (*numbers, "escalation_share", "deescalation_words")
    assert (one.status, one.entries, one.stories) == (other.status, other.entries, other.stories)
    assert [getattr(one, name) for name in numbers] == pytest.approx(
        [getattr(other, name) for name in numbers], rel=1e-5
    )


def test_entries_after_now_are_left_out():
    frame = news(days=2, seed=5)
    now = day_of(1) + timedelta(hours=6)
    assert points(frame, Parameters(), now=now) == points(
        frame[frame["at"] <= pd.Timestamp(now)], Parameters(), now=now
    )


@pytest.mark.parametrize("ratio", [pytest.param(1.0, marks=pytest.mark.slow), 3.0])
def test_a_planted_change_is_found_within_the_interval(ratio):
    """Forty runs here; benchmarks/index.py has the thousand. 90 % of intervals hold the truth,
    so 40 runs hold 31 or more (p > 0.995).
    """
    held, estimates = 0, []
    for seed in range(40):
        frame = news(days=15, ratio=ratio, change_on=14, seed=100 + seed)
        cache = ReferenceCache(FIXED)
        cache.add(frame[frame["at"] < day_of(14)])
        point = daily(points(frame[frame["at"] >= day_of(13)], cache=cache, since=day_of(14), hourly=False))[0]
        held += point.tension_low <= 100 * ratio <= point.tension_high
        estimates.append(point.tension)
    assert held >= 31
    assert np.mean(estimates) == pytest.approx(100 * ratio, rel=0.12)


def test_one_source_more_or_less_hardly_moves_the_level():
    frame = news(days=15, publishers=12, a_day=60, ratio=4, change_on=14, seed=6)
    whole = daily(points(frame))[14].tension
    for name in frame["publisher"].cat.categories[:6]:
        assert daily(points(frame[frame["publisher"] != name], hourly=False))[14].tension == pytest.approx(
            whole, rel=0.25
        )


def test_a_source_that_never_reports_on_the_theatre_stays_outside_the_ratio():
    frame = news(days=15, a_day=60, seed=7)
    sport = hand_made([("Sport", 0, 0, 0, 10_000 + n) for n in range(200)], at=day_of(14) + timedelta(hours=3))
    sport["article_id"] += 10_000_000
    sport_before = sport.assign(at=sport["at"] - timedelta(days=10), article_id=sport["article_id"] + 1_000)
    frame["publisher"] = frame["publisher"].astype(str)
    one, other = (daily(points(f))[14] for f in (frame, pd.concat([frame, sport, sport_before])))
    assert one.tension == pytest.approx(other.tension, rel=1e-6)
    assert other.publishers == one.publishers + 1 and other.escalation_share < one.escalation_share


def test_nothing_seen_is_not_certainty():
    """No signal at all is zero with an upper limit, not zero for sure."""
    frame = news(days=15, seed=8)
    quiet = frame["at"] >= day_of(14)
    frame.loc[quiet, ["escalation_act", "escalation_words"]] = 0.0
    point = daily(points(frame))[14]
    assert (point.tension, point.tension_low) == (0, 0) and point.tension_high > 10


def test_parts_are_points_of_the_whole():
    found = points(news(days=15, seed=9))
    last = {p.part: p for p in found if p.grain == "day" and p.at == day_of(14)}
    assert last["iran_us"].tension == last["nuclear_file"].tension > 0
    assert last["yemen_red_sea"].tension == 0
    assert last["iran_us"].tension + last["lebanon"].tension < last["all"].tension
    assert (
        last["lebanon"].entries == last["all"].entries and last["lebanon"].signal_articles < last["all"].signal_articles
    )


def test_the_percentile_looks_back_only_and_waits_for_enough():
    """The first fourteen days lie in the reference: they are provisional, on another scale,
    and count for nothing here.
    """
    found = daily(points(news(days=50, ratio=6, change_on=48, seed=10), hourly=False))
    assert [p.percentile is None for p in found[:46]] == [True] * 44 + [False] * 2
    assert found[48].percentile == 100


@pytest.fixture(scope="module")
def a_change():
    """Entries, the cache of their index, and its points hour by hour."""
    frame, cache = news(days=16, ratio=3, change_on=15, seed=11), ReferenceCache(FIXED)
    return frame, cache, {p.at: p for p in points(frame, cache=cache) if p.grain == "hour" and p.part == "all"}


@pytest.mark.parametrize("by", ["category", "publisher", "story"])
@pytest.mark.parametrize("measure", MEASURES)
def test_why_sums_to_the_change(a_change, by, measure):
    frame, cache, index = a_change
    moments, now = [day_of(14) + timedelta(hours=20), day_of(15) + timedelta(hours=23)], day_of(16)
    sides = [contributions(frame, cache=cache, at=at, now=now, measure=measure) for at in moments]
    for side, at in zip(sides, moments, strict=True):
        assert side["points"].sum() == pytest.approx(getattr(index[at], measure), abs=1e-4)
    table = decompose(*sides, by)
    assert table["change"].sum() == pytest.approx(sides[1]["points"].sum() - sides[0]["points"].sum(), abs=1e-9)
    assert table["change"].abs().is_monotonic_decreasing
    if by == "story":
        assert set().union(*table["articles"]) == set(sides[0]["article_id"]) | set(sides[1]["article_id"])


OTHER_PARAMETERS = {
    "reference": (START.date(), day_of(13).date()), "minimum_entries": 31, "minimum_publishers": 4,
    "tiers": (1.0, 1.0, 1.0, 1.0), "shrink": 21.0,
    "built_in": (0.05, 0.05), "reader": "reader-2",
}  # fmt: skip


def test_every_rule_that_makes_a_number_has_its_own_method():
    methods = [Parameters(**{name: value}).method for name, value in OTHER_PARAMETERS.items()]
    assert len({*methods, Parameters().method}) == len(OTHER_PARAMETERS) + 1
    assert set(OTHER_PARAMETERS) == {f.name for f in fields(Parameters)} - {
        "replicates"
    }  # that many draws only blur the interval
    assert Parameters(shrink=20, tiers=(1, 1, 1, 1)).method == Parameters(tiers=(1.0, 1.0, 1.0, 1.0)).method


def test_relief_of_too_few_publishers_is_not_told_and_tension_is():
    frame = news(days=16, seed=14)
    alone = frame["publisher"].isin(["P00", "P01"])
    frame.loc[~alone & (frame["at"] < day_of(14)), ["deescalation_act", "deescalation_words"]] = 0.0
    point = daily(points(frame))[15]
    assert (
        (point.relief, point.relief_high, point.status) == (None, None, "ok")
        and point.tension > 0
        and point.deescalation_share > 0
    )
    assert point.missing == "relief: 2 of at least 3 publishers that have de-escalation in the reference window"


REFERENCES = {
    "still to come": ((day_of(30).date(), day_of(40).date()), ["provisional"] * 8),
    "not over yet": ((day_of(2).date(), day_of(5).date()), ["provisional"] * 6 + ["ok"] * 2),
    "without data": ((day_of(-30).date(), day_of(-20).date()), ["provisional"] * 8),
    "partly without data": ((day_of(-3).date(), day_of(1).date()), ["provisional"] * 2 + ["ok"] * 6),
}


@pytest.mark.parametrize("window, statuses", REFERENCES.values(), ids=REFERENCES)
def test_a_fixed_reference_counts_once_it_is_over_and_held_news(window, statuses):
    found = daily(points(news(days=8, seed=15), Parameters(reference=window), hourly=False))
    assert [p.status for p in found] == statuses
    assert all(p.tension > 0 and p.tension_low < p.tension < p.tension_high for p in found)


def test_times_in_other_resolutions_are_the_same_times():
    frame = news(days=2, seed=12)
    finer = frame.assign(at=frame["at"].astype("datetime64[ns, UTC]"))
    assert points(frame, Parameters()) == points(finer, Parameters())


def test_what_is_kept_of_a_day_grows_with_who_reports_and_not_with_all_publishers():
    """Rows of all 3,000 for each of 30 days and four sums would be 290 MB."""
    frame = news(days=30, publishers=3_000, a_day=0.05, seed=3)
    few = pd.DataFrame({"day": frame["at"].dt.floor("D"), "publisher": frame["publisher"]}).drop_duplicates()
    cache = ReferenceCache(Parameters())
    tracemalloc.start()
    try:
        cache.add(frame)
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 2.5 * len(few) * 201 * 4


def test_an_empty_database_has_no_news():
    frame = news(days=1, seed=13).iloc[:0]
    now = datetime(2026, 1, 1, 5, 30, tzinfo=UTC)
    found = compute(frame, cache=ReferenceCache(Parameters()), since=now, now=now)
    assert {p.status for p in found} == {"not enough news"} and found[0].missing.startswith("0 of at least 30 entries")


ATTENTION = {f.name: None for f in fields(IndexPoint) if f.name.startswith("attention")} | {"theatre_articles": None}


def test_attention_counts_every_entry_about_the_theatre_alike():
    """Two publishers, no shrinking: A has 3 of 4 entries about the theatre, one of them an act;
    B 1 of 2. Tension does not see the others.
    """
    rows = [("A", 8, 0, 0), ("A", 0, 0, 0), ("A", 0, 0, 0), ("A", 0, 0, 0), ("B", 0, 0, 0), ("B", 0, 0, 0)]
    frame = hand_made(rows).assign(theatre=[False, True, True, False, True, False])
    parameters = Parameters(minimum_entries=1, minimum_publishers=1, shrink=1e-9)
    point = points(frame, parameters, now=START)[0]
    assert point.attention_share == pytest.approx(100 * (0.75 + 0.5) / 2)
    assert point.attention == pytest.approx(100 * 0.625 / BUILT_IN_ATTENTION)
    assert (point.theatre_articles, point.signal_articles) == (4, 1)
    assert replace(points(hand_made(rows), parameters, now=START)[0], **ATTENTION) == replace(point, **ATTENTION)


def test_attention_doubles_where_twice_as_much_is_about_the_theatre_and_nothing_else_moves():
    calm, more = (news(days=15, a_day=80, share=0.02, mentions=mentions, seed=21) for mentions in (0.1, 0.24))
    day = pd.concat([calm[calm["at"] < day_of(14)], more[more["at"] >= day_of(14)]])
    before, after = (daily(points(frame, hourly=False))[14] for frame in (calm, day))
    assert after.attention == pytest.approx(200, rel=0.15) and after.attention_low > before.attention_high
    assert (after.tension, after.relief) == (before.tension, before.relief)


def test_a_part_has_its_own_attention_in_points_of_the_whole():
    frame = news(days=15, seed=9)
    last = {p.part: p for p in points(frame, hourly=False) if p.at == day_of(14)}
    assert 0 < last["lebanon"].attention < last["all"].attention and last["yemen_red_sea"].attention == 0
    assert last["lebanon"].theatre_articles < last["all"].theatre_articles < last["all"].entries


def test_the_split_of_attention_names_what_has_no_signal():
    frame = news(days=15, seed=11)
    cache = ReferenceCache(FIXED)
    cache.add_window(frame[frame["at"] < day_of(14)])
    found = contributions(frame, cache=cache, at=day_of(14) + timedelta(hours=23), now=day_of(15), measure="attention")
    assert set(found["category"]) == {"attack", "threat", "talks", "no signal"}
    assert len(set(found["article_id"])) == daily(points(frame, hourly=False))[14].theatre_articles
