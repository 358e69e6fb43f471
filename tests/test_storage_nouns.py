"""The contract of feeds, prices, index, stories, alerts, lease and notes, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseHeld, StorageError
from monitor.models import Alert, AlertDelivery, FeedState, IndexPoint, Price
from monitor.storage import alerts, articles, feeds, index, leading, lease, notes, prices, signals, stories
from monitor.storage.filters import Filter
from monitor.storage.prices import PriceFailure
from tests.stores import save_state
from tests.test_storage_articles import FEED, NOON, STATE, STRIKE, TALKS, item, put

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_feed_is_remembered_with_the_log_of_its_rounds(store):
    state = FeedState(
        "Wire", "https://wire.example", "failing", 503, "too busy", "http", 2, last_polled=NOON, next_due=NOON + HOUR,
        etag='"x"', interval=timedelta(minutes=7), moved_to="https://new.example", moved_count=2, habit=HOUR, ttl=DAY,
        skip_hours=(0, 23),
    )  # fmt: skip
    assert save_state(store, state, now=NOON) == state
    assert feeds.states(store) == {"Wire": state}
    (only,) = feeds.log(store, "Wire")
    assert (only.at, only.state, only.status, only.failure, only.error, only.new_entries) == (
        NOON,
        "failing",
        503,
        "http",
        "too busy",
        0,
    )
    for n in range(feeds.ROUNDS_LOGGED + 5):
        save_state(store, replace(state, last_polled=NOON + n * HOUR), now=NOON)
        save_state(store, replace(state, name="Other"), now=NOON)
    rounds = feeds.log(store, "Wire", limit=1_000)
    assert len(rounds) == feeds.ROUNDS_LOGGED and rounds[0].at == NOON + (feeds.ROUNDS_LOGGED + 4) * HOUR


def test_counts_of_entries_are_those_stored(store):
    put(store, item(1), item(2))
    saved = put(store, item(2), item(3), now=NOON + HOUR)
    again = save_state(
        store, replace(STATE, entries=0, last_polled=NOON + 2 * HOUR, last_new=saved.state.last_new), now=NOON
    )
    assert (saved.state.entries, saved.state.new_entries, saved.state.last_new) == (3, 1, NOON + HOUR)
    assert (again.entries, again.new_entries, again.last_new) == (3, 0, NOON + HOUR)
    assert feeds.states(store)["Gulf Wire"] == again


def test_the_hashes_of_the_last_answer_are_known(store):
    put(store, item(1), slices=[b"a" * 8, b"b" * 8])
    put(store, item(1), slices=None)
    assert feeds.slices_of(store, [FEED.name])[FEED.name] == {b"a" * 8, b"b" * 8}
    put(store, item(1), slices=[b"c" * 8])
    assert feeds.slices_of(store, [FEED.name])[FEED.name] == {b"c" * 8}
    assert feeds.slices_of(store, ["never polled"])["never polled"] == frozenset()
    with pytest.raises(ValueError, match="length"):
        put(store, item(2), slices=[b"a", b"bb"])


def close(day, value, source="yahoo", kind="front month", **more):
    return Price("Brent", MONDAY + day * DAY, value, source, kind, "USD", None, NOON, **more)


def test_a_final_close_stays_and_futures_go_before_spot(store):
    spot = ("fred", "spot")
    assert (
        prices.save(store, [close(0, 71.32), close(0, 70.0, *spot), close(1, 69.0, *spot), close(2, 72.0, final=False)])
        == 4
    )
    prices.save(store, [close(0, 99.0, final=False), close(2, 73.0, final=False), close(1, 68.5, "fred", "spot")])
    assert [(p.close, p.source) for p in prices.series(store, "Brent")] == [
        (71.32, "yahoo"),
        (68.5, "fred"),
        (73.0, "yahoo"),
    ]
    assert [p.close for p in prices.series(store, "Brent", MONDAY + DAY, until=MONDAY + 2 * DAY)] == [68.5]
    assert [p.close for p in prices.series(store, "Brent", source="yahoo")] == [71.32, 73.0]
    assert prices.last(store, "Brent", MONDAY + DAY).close == 71.32
    assert prices.last(store, "Brent").close == 73.0 and prices.last(store, "Brent", MONDAY) is None
    assert prices.names(store) == ["Brent"]


def test_a_failing_provider_is_named_until_it_answers(store):
    failure = PriceFailure("Brent", "yahoo", NOON, "rate limited", "429", next_try=NOON + HOUR)
    prices.fail(store, failure)
    assert prices.fail(store, failure).failures == 2
    prices.fail(store, replace(failure, provider="fred"))
    prices.fail(store, replace(failure, series="WTI"))
    prices.mended(store, "Brent", ["yahoo"])  # the other one answered
    assert [(f.series, f.provider, f.failures, f.next_try) for f in prices.failures(store)] == [
        ("Brent", "yahoo", 2, NOON + HOUR), ("WTI", "yahoo", 1, NOON + HOUR)]  # fmt: skip
    prices.mended(store, "Brent")
    assert [f.series for f in prices.failures(store)] == ["WTI"]


def test_the_newest_price_is_the_one_that_the_market_had_made(store):
    sunday = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    friday, monday = (
        Price("Brent", datetime(2026, m, d, tzinfo=UTC), 71.0, "yahoo", "front month", "USD", None, sunday)
        for m, d in ((2, 27), (3, 2))
    )
    prices.save(
        store,
        [
            replace(friday, market_time=sunday - timedelta(days=2)),
            replace(monday, close=76.0, market_time=sunday, final=False),
        ],
    )
    assert prices.newest(store, "Brent", sunday - HOUR).close == 71.0
    assert prices.newest(store, "Brent", sunday).close == 76.0  # Monday's session opens on Sunday evening
    assert prices.newest(store, "Brent", sunday + timedelta(days=90)).close == 76.0
    assert prices.newest(store, "Brent", sunday - timedelta(days=90)) is None


def point(at, method="index-1", grain="day", part="all", tension=100.0):
    return IndexPoint(
        grain, at, method, "ok", tension, 90.0, 110.0, None, None, None, 0.5, *[1.0] * 6, None, 9, 8, 7, 6, part, None
    )


def test_index_points_are_replaced_by_method_and_never_mixed(store):
    days = [MONDAY + n * DAY for n in range(3)]
    index.save(store, [point(day) for day in days] + [point(days[0], part="nuclear"), point(days[0], grain="hour")])
    index.save(store, [point(days[1], tension=120.0)])
    assert [p.tension for p in index.points(store, "day")] == [100.0, 120.0, 100.0]
    assert index.points(store, "day", "all", days[1], days[2]) == [point(days[1], tension=120.0)]
    assert {p.part for p in index.points(store, "day", "*")} == {"all", "nuclear"}
    index.save(store, [point(days[2], "index-2", tension=90.0)])
    assert [(p.method, p.tension) for p in index.points(store, "day")] == [("index-2", 90.0)]
    assert len(index.points(store, "day", method="index-1")) == 3 and index.methods(store) == ["index-1", "index-2"]
    assert len(list(index.all_points(store))) == 6 and index.points(store, "week") == []


def test_entries_for_the_index_hold_everything_polled(store):
    put(
        store,
        item(1, "Hit", STRIKE, TALKS, parts=("nuclear", "gulf")),
        item(2, "Football", publisher="paper"),
        item(3, "hit!", STRIKE),
    )
    put(store, item(4), now=NOON + HOUR)
    frame = index.entries(store, NOON, NOON + HOUR)
    assert list(frame.article_id) == [1, 2, 3] and str(frame["at"].dt.tz) == "UTC" and (frame["at"] == NOON).all()
    assert list(frame.publisher) == ["wire", "paper", "wire"] and list(frame.tier) == [1, 1, 1]
    kinds = ["escalation_act", "escalation_words", "deescalation_act", "deescalation_words"]
    assert frame[kinds].values.tolist() == [[9.0, 0.0, 0.0, 3.0], [0.0] * 4, [9.0, 0.0, 0.0, 0.0]]
    assert list(frame.categories) == ["attack;talks", "", "attack"] and list(frame.parts) == ["nuclear;gulf", "", ""]
    assert frame.text_key[0] == frame.text_key[2] != frame.text_key[1]  # near-identical once folded
    assert frame.story_id.isna().all()
    nothing = index.entries(store, NOON + DAY)
    assert nothing.empty and list(nothing.dtypes.astype(str)) == list(frame.dtypes.astype(str))


def test_stories_follow_from_their_articles_and_merge_without_losing_any(store):
    earlier = item(2, "Frappe", STRIKE, lang="fr", publisher="paper", published=NOON - HOUR)
    put(store, item(1, "Strike", STRIKE), earlier, item(3, "Deal", TALKS))
    stories.assign(store, {1: 1, 2: 1, 3: 3})
    story, members = stories.get(store, 1), stories.members(store, 1)
    assert [a.title for a in members] == ["Frappe", "Strike"] and {a.story_id for a in members} == {1}
    assert (story.title, story.first_seen, story.last_seen) == ("Frappe", NOON - HOUR, NOON)
    assert (story.direction, story.score) == ("escalation", 9.0)
    assert (story.langs, story.articles, story.publishers, story.categories) == (("fr", "en"), 2, 2, ("attack",))
    assert (
        [s.id for s in stories.find(store, publishers=2)]
        == [1]
        == [s.id for s in stories.find(store, category="attack")]
    )
    assert [s.id for s in stories.find(store, limit=1)] == [3] and stories.find(store, category="tack") == []
    assert (
        [s.id for s in stories.find(store, before=(NOON, 3))] == [1] == [s.id for s in stories.find(store, until=NOON)]
    )
    stories.assign(store, {}, {3: 1})
    merged, members = stories.get(store, 3), stories.members(store, 1)
    assert (merged.id, merged.direction, merged.score, merged.articles) == (1, "escalation", 6.0, 3) and len(
        members
    ) == 3
    assert [s.id for s in stories.stream(store, page=1)] == [1]
    stories.assign(
        store, {1: 1, 2: 2, 3: 2}
    )  # taken apart again; the old number stands for a story of its own once more
    assert [(s.id, s.articles) for s in stories.stream(store, page=1)] == [(2, 2), (1, 1)]
    stories.assign(store, {1: 2})
    assert [s.id for s in stories.find(store)] == [2] and stories.get(store, 1).id == 2  # its address leads on
    stories.assign(store, {1: 1, 2: 1, 3: 3})
    assert [s.id for s in stories.find(store)] == [3, 1] and stories.get(store, 2).id == 1


def test_leading_stories_come_with_publishers_and_face_in_as_many_queries_however_many_they_are(store):
    put(
        store,
        item(1, "Wide first", publisher="p2", published=NOON - 2 * HOUR),
        item(2, "Wide strike", STRIKE, publisher="p1", published=NOON - HOUR),
        item(3, "Wide again", STRIKE, publisher="p0"),
        item(4, "Grave", STRIKE, publisher="p8"),
        item(5, "Mild", TALKS, publisher="p9"),
        item(6, "Sport", publisher="p1"),
    )
    stories.assign(store, {1: 1, 2: 1, 3: 1, 4: 4, 5: 5, 6: 6})
    asked = []
    listener = lambda *given: asked.append(given[2])  # noqa: E731
    sa.event.listen(store.engine, "before_cursor_execute", listener)
    found = leading.leading(store, NOON - DAY, NOON + HOUR, 10)
    few = len([text for text in asked if text.lstrip().upper().startswith("SELECT")])
    sa.event.remove(store.engine, "before_cursor_execute", listener)
    assert [(one.story.id, one.account.first_publisher, one.account.face) for one in found] == [
        (1, "p2", 2),  # the earliest strike represents it, not the article without a signal
        (4, "p8", 4),
        (5, "p9", 5),
    ]
    assert [(one.publisher, one.after) for one in found[0].account.followers] == [("p1", HOUR), ("p0", 2 * HOUR)]
    assert few == 2
    assert [one.story.id for one in leading.leading(store, NOON - DAY, NOON + HOUR, 1)] == [1]
    assert leading.leading(store, NOON + HOUR, NOON + DAY, 10) == []


def test_stories_are_listed_by_what_their_reports_say_the_leading_ones_first(store):
    put(
        store,
        item(1, "Strike near Isfahan", STRIKE, publisher="p1"),
        item(2, "Isfahan hit by strike", STRIKE, publisher="p2"),
        item(3, "Talks in Muscat", TALKS, publisher="p3", published=NOON - DAY),
        item(4, "Nothing of note", publisher="p4"),
    )
    stories.assign(store, {1: 1, 2: 1, 3: 3, 4: 4})

    def listed(since=NOON - 2 * DAY, **more):
        wanted = Filter(**{name: more.pop(name) for name in list(more) if name not in ("publishers", "signed")})
        found, total = leading.listed(store, since, NOON + HOUR, wanted, **more)
        asked = replace(wanted, since=since, until=NOON + HOUR)
        assert sorted(s.id for s in found) == sorted(s.id for s in leading.stream(store, asked, **more))
        assert total == len(found)
        return [story.id for story in found]

    assert listed() == [1, 3, 4]
    assert listed(theatre=True) == listed(signed=True) == [1, 3]
    assert listed(text="isfahan") == listed(publishers=2) == listed(categories=("attack",)) == [1]
    assert listed(langs=("fa",)) == listed(text="isfahan", categories=("talks",)) == []
    assert listed(directions=("deescalation",)) == [3] and listed(since=NOON - HOUR, theatre=True) == [1]


def test_several_articles_come_in_the_order_asked_for_with_their_signals(store):
    put(store, item(1, "Strike", STRIKE), item(2, "Nothing"), item(3, "Deal", TALKS, published=NOON - HOUR))
    found = articles.several(store, [3, 99, 1, 2])
    assert [a.id for a in found] == [3, 1, 2]
    assert [a.signals for a in found] == [articles.get(store, a.id).signals for a in found]
    assert signals.newest_articles(store, 5, NOON + HOUR, 3) == [1, 3]
    assert signals.newest_articles(store, 1, NOON + HOUR, 3) == [1] and signals.newest_articles(store, 5, NOON, 3) == [
        3
    ]
    assert signals.newest_articles(store, 5, NOON + HOUR, 0) == []


def test_an_alert_is_stored_once_and_waits_until_an_address_took_it(store):
    given = Alert(None, "High", "level", NOON, "firing", "High", "High", stories=(1, 2), articles=(5,))
    stored = alerts.save(store, given)
    assert alerts.save(store, given) == stored == replace(given, id=stored.id)
    assert alerts.undelivered(store, NOON) == [stored] and alerts.undelivered(store, NOON + HOUR) == []
    waiting = AlertDelivery(stored.id, "json #1", "waiting")
    failed = replace(waiting, state="failed", attempts=1, error="refused", next_try=NOON + HOUR)
    alerts.keep_deliveries(store, [], [waiting])
    alerts.keep_deliveries(store, [waiting], [failed])
    assert alerts.deliveries(store, [stored.id]) == {stored.id: (failed,)}
    assert alerts.undelivered(store, NOON + DAY) == [stored]  # being tried, however old
    sent = replace(failed, state="sent", error=None, next_try=None)
    alerts.keep_deliveries(store, [failed], [sent], sent_at=NOON + HOUR)
    assert alerts.undelivered(store, NOON) == []
    clear = alerts.save(store, replace(given, at=NOON + DAY, state="resolved"))
    assert [(a.state, a.sent) for a in alerts.find(store)] == [("resolved", None), ("firing", NOON + HOUR)]
    assert alerts.latest(store) == {"High": clear}
    assert alerts.find(store, until=NOON) == [] == alerts.find(store, rule="jump")
    assert len(alerts.find(store, since=NOON + HOUR)) == 1 == len(alerts.find(store, state="firing"))
    assert (alerts.count(store), alerts.count(store, NOON, state="firing"), alerts.count(store, until=NOON)) == (
        2,
        1,
        0,
    )


def test_a_delivery_that_another_process_took_is_refused(store):
    stored = alerts.save(store, Alert(None, "High", "level", NOON, "firing", "High", "High"))
    waiting = AlertDelivery(stored.id, "json #1", "waiting")
    sending = replace(waiting, state="sending", attempts=1)
    alerts.keep_deliveries(store, [], [waiting])
    alerts.keep_deliveries(store, [waiting], [sending])
    for before, after in (([waiting], [sending]), ([], [waiting])):
        with pytest.raises(StorageError, match="another process"):
            alerts.keep_deliveries(store, before, after)
    assert alerts.deliveries(store, [stored.id]) == {stored.id: (sending,)}


def test_one_worker_holds_the_lease_until_it_ends_or_falls_silent(store):
    lease.take(store, "app", NOON)
    with pytest.raises(LeaseHeld, match="app works on this database"):
        lease.take(store, "poll", NOON + lease.TTL / 2)
    lease.renew(store, "app", NOON + lease.TTL / 2)
    with pytest.raises(LeaseHeld):
        lease.take(store, "poll", NOON + lease.TTL)
    assert lease.current(store, real_now=NOON).holder == "app"
    lease.take(store, "poll", NOON + 2 * lease.TTL)  # silent for longer than its time
    with pytest.raises(LeaseHeld, match="poll"):
        lease.renew(store, "app", NOON + 2 * lease.TTL)
    lease.release(store, "app")  # no longer its own
    assert lease.current(store, real_now=NOON + 2 * lease.TTL).holder == "poll"
    assert lease.current(store, real_now=NOON + DAY) is None
    lease.take(store, "app", NOON - DAY)  # the computer's clock was set back: a heartbeat of tomorrow holds nothing
    lease.release(store, "app")
    assert lease.current(store, real_now=NOON - DAY) is None
    with pytest.raises(LeaseHeld, match="given back"):
        lease.renew(store, "app", NOON - DAY)


def test_notes_are_kept_replaced_and_taken_away(store):
    notes.put(store, "worker", "disk full", NOON)
    notes.put(store, "worker", "well again", NOON + HOUR)
    assert notes.all(store) == {"worker": notes.Note("well again", NOON + HOUR)}
    notes.put(store, "worker", None, NOON)
    assert notes.all(store) == {}


def test_hours_in_which_anything_was_heard(store):
    """A round that brought nothing counts as much as an article; the hours are asked for from and up to."""
    save_state(store, replace(STATE, last_polled=NOON - 5 * HOUR), now=NOON - 5 * HOUR)
    save_state(store, replace(STATE, last_polled=NOON - 9 * HOUR), now=NOON - 9 * HOUR)
    put(store, item(1, "Strike near Isfahan", STRIKE), now=NOON + timedelta(minutes=20))
    found = feeds.hours_heard(store, NOON - 8 * HOUR, NOON + HOUR)
    assert {NOON - 5 * HOUR, NOON} <= found and NOON - 9 * HOUR not in found
