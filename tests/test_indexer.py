"""Points as they are kept: the same whether news comes hour by hour or all at once,
and what is published stays as it was.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.index import Parameters
from monitor.index.indexer import FURTHEST, Indexer
from monitor.models import Entry, Feed, FeedState, Reading, Signal
from monitor.storage import articles, index, notes, retention, saving
from monitor.storage.bulk import upsert
from monitor.storage.columns import micros
from monitor.storage.retention import Cutoffs
from monitor.storage.saving import Item
from monitor.storage.schema import meta
from monitor.storage.store import open_store
from tests.newsroom import START, day_of, news

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SMALL = Parameters(minimum_entries=10, replicates=52)
FIXED = replace(SMALL, reference=(START.date(), day_of(1).date()))
KINDS = ("escalation_act", "escalation_words", "deescalation_act", "deescalation_words")
NUMBERS = (
    "tension",
    "tension_low",
    "tension_high",
    "relief",
    "attention",
    "attention_low",
    "escalation_share",
    "percentile",
)


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'm.db'}")
    yield opened
    opened.close()


def press(days: int, **more):
    return news(days=days, publishers=4, a_day=10, seed=3, **more)


def reading(row) -> Reading:
    found = []
    for direction, sign in (("escalation", 1), ("deescalation", -1)):
        for mode in ("act", "words"):
            if weight := getattr(row, f"{direction}_{mode}"):
                found.append(
                    Signal(
                        "attack" if sign > 0 else "talks", direction, mode, sign * weight, "test", "title", 0, 1, "x"
                    )
                )
    return Reading("en", "none", 0.0, bool(found), (), (), tuple(found), (), "test")


def come_in(store, frame, now: datetime | None = None) -> None:
    """Entries of a frame arrive, each publisher's at once: at `now`, otherwise when the last of them was published."""
    for name, rows in frame.groupby("publisher", observed=True):
        seen = now or rows["at"].max().to_pydatetime()
        items = [
            Item(
                Entry(str(row.article_id), f"Report {row.article_id}", None, "", row.at.to_pydatetime(), None),
                reading(row),
                name,
                str(row.article_id),
            )
            for row in rows.itertuples()
        ]
        feed = Feed(name, f"https://{name}.example/rss", publisher=name)
        saving.save(store, feed, items, state=FeedState(name, feed.url, state="well"), slices=None, now=seen)


def kept(store, method: str) -> dict:
    found = {}
    for point in index.all_points(store):
        if point.method == method:
            found[point.grain, point.part, point.at] = (
                point.status,
                point.entries,
                *(getattr(point, name) for name in NUMBERS),
            )
    return found


def alike(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for key, (status, entries, *numbers) in one.items():
        assert other[key][:2] == (status, entries), key
        assert [float("nan") if n is None else n for n in other[key][2:]] == pytest.approx(
            [float("nan") if n is None else n for n in numbers], rel=1e-6, nan_ok=True
        ), key


@pytest.mark.slow
@pytest.mark.parametrize("parameters", [SMALL, FIXED], ids=["trailing", "fixed"])
def test_hour_by_hour_gives_the_points_of_one_go(store, parameters):
    """With restarts in between, and with entries that come an hour or two late."""
    frame, until = press(18), day_of(18) - timedelta(seconds=1)
    late = frame["article_id"] % 3 * HOUR
    indexer, now = Indexer(store, parameters), START
    while now < until:
        now = min(now + 6 * HOUR, until)
        arrived = (frame["at"] + late > now - 6 * HOUR) & (frame["at"] + late <= now)
        come_in(store, frame[arrived], now)
        if now.hour == 12:
            indexer = Indexer(store, parameters)
        indexer.update(now)
    gradually = kept(store, parameters.method)
    Indexer(store, parameters).everything(until)
    alike(gradually, kept(store, parameters.method))


def test_what_is_provisional_waits_for_its_reference_and_is_measured_anew_once_it_is_over(store):
    """No day of a fixed window is measured against a part of it: the first would be exactly 100, and certain of it."""
    frame = press(4)
    come_in(store, frame[frame["at"] < day_of(1)])
    indexer = Indexer(store, FIXED)
    indexer.update(day_of(1) - timedelta(seconds=1))
    come_in(store, frame[(frame["at"] >= day_of(1)) & (frame["at"] < day_of(1) + 6 * HOUR)])
    indexer.update(day_of(1) + 6 * HOUR)
    come_in(store, frame.iloc[:1].assign(article_id=999_999, at=frame["at"].iloc[5]), day_of(1) + 6 * HOUR)
    indexer.update(day_of(1) + 6 * HOUR)
    first = index.points(store, "day", method=FIXED.method)[0]
    assert first.status == "provisional" and first.tension != pytest.approx(100) and first.tension_high > first.tension
    come_in(store, frame[frame["at"] >= day_of(1) + 6 * HOUR])
    indexer.update(day_of(3))
    days = index.points(store, "day", method=FIXED.method)
    assert {point.status for point in days[:3]} == {"ok"}
    assert min(days[0].tension, days[1].tension) < 100 < max(days[0].tension, days[1].tension)


def test_after_an_edit_published_points_stay_and_later_ones_use_the_new_reading(store):
    frame, noon = press(20), day_of(19) + 12 * HOUR
    come_in(store, frame[frame["at"] <= noon])
    indexer = Indexer(store, SMALL)
    indexer.update(noon)
    published = {
        p.at: p for p in index.points(store, "hour", since=day_of(19), method=SMALL.method) if p.at < noon - HOUR
    }
    assert published and any(point.tension for point in published.values())
    for name, rows in frame[(frame["at"] > noon - DAY) & (frame["at"] <= noon)].groupby("publisher", observed=True):
        denied = [
            Item(
                Entry(str(row.article_id), f"Report {row.article_id} denied", None, "", row.at.to_pydatetime(), None),
                Reading("en", "none", 0.0, False, (), (), (), (), "test"), name, str(row.article_id),
            )
            for row in rows.itertuples()
        ]  # fmt: skip
        feed = Feed(name, f"https://{name}.example/rss", publisher=name)
        saved = saving.save(store, feed, denied, state=FeedState(name, feed.url), slices=None, now=noon)
        assert len(saved.edited) == len(denied)
    come_in(store, frame[(frame["at"] > noon) & (frame["at"] <= noon + HOUR)].assign(**dict.fromkeys(KINDS, 0.0)))
    indexer.update(noon + HOUR)
    points = {p.at: p for p in index.points(store, "hour", since=day_of(19), method=SMALL.method)}
    assert {at: points[at] for at in published} == published
    assert points[noon].escalation_share == 0 < published[max(published)].escalation_share


def test_a_restart_moves_nothing_that_was_published(store):
    frame, now = press(20), day_of(20) - timedelta(seconds=1)
    come_in(store, frame)
    Indexer(store, SMALL).update(now)
    published = index.points(store, "day", method=SMALL.method)[3]
    index.save(store, [replace(published, tension=777.0)])
    Indexer(store, SMALL).update(now + HOUR)
    assert index.points(store, "day", method=SMALL.method)[3].tension == 777.0


@pytest.mark.slow
def test_a_late_article_changes_two_weeks_at_most(store):
    frame, now = press(30), day_of(30) - timedelta(seconds=1)
    come_in(store, frame)
    indexer = Indexer(store, SMALL)
    indexer.update(now)
    before = kept(store, SMALL.method)
    grave = frame.iloc[:6].assign(article_id=range(10**6, 10**6 + 6), escalation_act=10.0)
    for age, number in ((3, 0), (20, 1)):
        come_in(store, grave.iloc[number : number + 1].assign(at=[now - timedelta(days=age)]), now)
        indexer.update(now)
    changed = {key[2] for key, values in kept(store, SMALL.method).items() if values != before[key]}
    assert min(changed) >= (now - FURTHEST).replace(hour=0, minute=0, second=0)
    assert day_of(27) in changed


@pytest.mark.slow
def test_another_formula_has_all_its_points_at_once_and_both_can_be_read(store):
    frame, now = press(40), day_of(40) - timedelta(seconds=1)
    come_in(store, frame)
    other = replace(SMALL, tiers=(1.0, 1.0, 1.0, 1.0))
    for parameters in (SMALL, other):
        Indexer(store, parameters).update(now)
    assert [len(index.points(store, "day", method=parameters.method)) for parameters in (SMALL, other)] == [40, 40]
    assert index.methods(store) == sorted([SMALL.method, other.method])
    for parameters in (SMALL, other):  # read without a name it is the one in use, whatever the span
        Indexer(store, parameters).everything(now)
        assert {
            point.method for span in ((), (day_of(3), day_of(9))) for point in index.points(store, "day", "all", *span)
        } == {parameters.method}


def test_hours_in_which_nobody_polled_are_gaps_however_many(store):
    frame = press(3)
    come_in(store, frame)
    Indexer(store, SMALL).update(day_of(3) - HOUR)
    again = news(days=1, publishers=4, a_day=10, seed=4, start=day_of(33))
    come_in(store, again.assign(article_id=again["article_id"] + 10**6))
    Indexer(store, SMALL).update(day_of(34) - timedelta(seconds=1))
    points = index.points(store, "hour", method=SMALL.method)
    assert {late.at - early.at for early, late in zip(points, points[1:], strict=False)} == {HOUR}
    silent = [point for point in points if day_of(5) <= point.at < day_of(33)]
    assert len(silent) == 28 * 24 and all(point.tension is None and point.missing for point in silent)


def test_entries_of_long_ago_make_no_years_of_points(store):
    frame, now = press(5), day_of(5) - timedelta(seconds=1)
    epoch = frame.iloc[:40].assign(article_id=range(10**6, 10**6 + 40), at=datetime(1970, 1, 2, tzinfo=UTC))
    come_in(store, frame)
    come_in(store, epoch, now)
    Indexer(store, SMALL).update(now)
    assert index.points(store, "day", method=SMALL.method)[0].at >= day_of(-15)


@pytest.mark.slow
def test_a_clock_that_is_set_back_finds_the_days_before_again(store):
    frame, now = press(100), day_of(100) - timedelta(seconds=1)
    come_in(store, frame)
    indexer = Indexer(store, SMALL)
    indexer.update(now)
    published = kept(store, SMALL.method)
    indexer.update(day_of(93) + 5 * HOUR)
    indexer.update(now)
    alike(published, kept(store, SMALL.method))


@pytest.mark.slow
def test_where_articles_are_no_longer_kept_points_stay_and_none_is_computed_of_a_part(store):
    come_in(store, press(20))
    now = day_of(20)
    Indexer(store, FIXED).everything(now)
    before = kept(store, FIXED.method)
    for place in retention.articles_to_remove(store, older := Cutoffs(articles=now + DAY, kept=(day_of(10), now))):
        retention.remove_articles(store, [place], older)
    with store.write() as conn:  # of the articles before the tenth day only those with a signal are left
        upsert(conn, meta, [{"key": "articles removed before", "value": str(micros(day_of(10))), "at": now}])
    Indexer(store, FIXED).everything(now)
    after = kept(store, FIXED.method)
    assert after.keys() == before.keys()
    for key, values in after.items():
        if key[2] < day_of(12):
            assert values == before[key]
    assert min(at for *_, at in kept_by(store, SMALL, now)) >= day_of(12)  # another formula has none of before


def kept_by(store, parameters, now) -> dict:
    Indexer(store, parameters).everything(now)
    return kept(store, parameters.method)


def test_what_is_done_is_noted_under_the_formula(store):
    come_in(store, press(2))
    Indexer(store, SMALL).update(day_of(2))
    assert notes.all(store)[f"index {SMALL.method}"].value == f"{articles.newest_id(store)} 0 0"
