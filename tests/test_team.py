"""Several processes on one PostgreSQL database: each feed is one's at a time, a step too, and what a dead one held is
free after one lease.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.clock import real_now
from monitor.errors import LeaseHeld
from monitor.feeds import schedule
from monitor.feeds.fetch.pace import Pace, Resting
from monitor.models import Feed, FeedState
from monitor.pipeline import owner
from monitor.pipeline.owner import Team
from monitor.pipeline.process import this_process
from monitor.pipeline.shared_hosts import SharedHosts
from monitor.storage import articles, hosts, lease, news, notes, open_store, schema, team
from monitor.storage import feeds as feed_storage
from monitor.storage.batch import Writer
from monitor.storage.election import Election
from monitor.storage.hosts import Ask, Host, Limits, turn
from monitor.storage.news import News
from monitor.ui.queries import reads
from tests.running import wait_for
from tests.test_storage_writer import outcome

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMITS = Limits(2, timedelta(seconds=1), timedelta(seconds=30))
FEEDS = [Feed(f"feed{n}", f"https://feed{n}.example/rss") for n in range(6)]


@pytest.fixture
def store(fresh_postgres):
    opened = open_store(fresh_postgres)
    team.add(opened, FEEDS)
    yield opened
    opened.close()


def everything(state):
    return True


def claim(store, holder, *, limit=10, wanted=everything, now=NOW, **asked):
    taken, _ = team.claim(store, holder, team.Asked(**asked), wanted, now=now, limit=limit)
    return [state.name for state in taken]


def set_state(store, name, **values):
    with store.write() as conn:
        conn.execute(schema.feeds.update().where(schema.feeds.c.name == name).values(**values))


def dies(store, holder):
    """As much time passes as makes what it holds void."""
    long_ago = real_now() - team.LEASE
    with store.write() as conn:
        held = schema.feeds.update().where(schema.feeds.c.held_by == holder)
        conn.execute(held.values(held_until=long_ago))


# -- feeds ---------------------------------------------------------------------------------------------------------


def test_a_feed_is_claimed_by_one_and_batches_are_small(store):
    first, second = claim(store, "a", limit=4), claim(store, "b", limit=4)
    assert (len(first), len(second)) == (4, 2) and not set(first) & set(second)
    assert claim(store, "c") == []
    assert team.held(store) == dict.fromkeys(first, "a") | dict.fromkeys(second, "b")


def test_what_a_dead_process_held_is_free_after_one_lease(store):
    claim(store, "a")
    assert claim(store, "b") == []
    dies(store, "a")
    assert len(claim(store, "b")) == len(FEEDS)


def test_who_lives_keeps_its_feeds(store):
    mine = claim(store, "a")
    dies(store, "a")
    team.prolong(store, "a", mine[:2])
    assert set(claim(store, "b")) == set(mine[2:])
    team.leave(store, "a")
    assert set(claim(store, "b")) == set(mine[:2])


def test_the_longest_overdue_come_first_and_only_what_is_due(store):
    set_state(store, "feed3", next_due=NOW - 10 * MINUTE)
    set_state(store, "feed1", next_due=NOW - MINUTE)
    set_state(store, "feed0", next_due=NOW + MINUTE)
    set_state(store, "feed2", state="gone")
    set_state(store, "feed4", next_due=NOW + timedelta(days=30))  # as a clock wrote it that was set back since
    assert claim(store, "a", not_ours=["feed5"]) == ["feed3", "feed1", "feed4"]
    assert claim(store, "a", whatever=["feed0"]) == ["feed5", "feed0"]


def test_what_another_polled_meanwhile_is_not_polled_again(store):
    """Two that look at the same moment: the second sees the state that the first has stored, not the one of before."""
    one, two = Team(store, "a"), Team(store, "b")
    assert len(one.claim(settings_of(FEEDS), [], NOW)[0]) == len(FEEDS)
    polled = [outcome(feed.name, f"of {feed.name}", state=after(feed)) for feed in FEEDS]
    save(store, "a", *polled)
    assert two.claim(settings_of(FEEDS), [], NOW) == ([], False)
    assert len(two.claim(settings_of(FEEDS), [], NOW + MINUTE)[0]) == len(FEEDS)


def after(feed):
    return lambda new: FeedState(feed.name, feed.url, state="well", last_polled=NOW, next_due=NOW + MINUTE)


def test_many_claiming_at_once_get_each_feed_once(store):
    team.add(store, [Feed(f"more{n}", f"https://more{n}.example/rss") for n in range(60)])
    found: list[list[str]] = [[] for _ in range(4)]

    def work(number):
        while some := claim(store, f"process {number}", limit=3):
            found[number] += some

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = [name for some in found for name in some]
    assert sorted(together) == sorted([f"feed{n}" for n in range(6)] + [f"more{n}" for n in range(60)])


def save(store, holder, *outcomes):
    async def together():
        async with Writer(store, holder=holder) as writer:
            return await asyncio.gather(*map(writer.save, outcomes), return_exceptions=True)

    return asyncio.run(together())


def test_what_is_stored_is_given_back_and_what_was_lost_is_not_stored(store):
    claim(store, "a", limit=2)  # feed0, feed1
    dies(store, "a")
    claim(store, "b", limit=1)  # feed0
    lost, kept = save(store, "a", outcome("feed0", "one"), outcome("feed1", "two"))
    assert isinstance(lost, LeaseHeld) and "feed0" in str(lost)
    assert len(kept.new) == 1 and articles.count(store) == 1
    assert team.held(store) == {"feed0": "b"}
    assert feed_storage.states(store)["feed0"].state == "new"
    assert len(save(store, "b", outcome("feed0", "one"))[0].new) == 1
    assert team.held(store) == {}


# -- processes -------------------------------------------------------------------------------------------------------


def test_who_polls_and_does_what_can_be_seen(store):
    team.sign_of_life(store, "a", ["index", "stories"])
    team.sign_of_life(store, "b")
    claim(store, "b", limit=3)
    first, second = team.pollers(store)
    assert (first.holder, first.alive, first.feeds, first.steps) == ("a", True, 0, ("index", "stories"))
    assert (second.holder, second.alive, second.feeds, second.steps) == ("b", True, 3, ())
    team.sign_of_life(store, "a", ["index"])
    assert team.pollers(store)[0].steps == ("index",)
    team.leave(store, "b")
    assert [poller.holder for poller in team.pollers(store)] == ["a"]


def test_a_process_that_died_on_this_machine_gives_back_at_once(store):
    dead = this_process().replace("(started ", "(started 1")
    team.sign_of_life(store, dead)
    claim(store, dead)
    Team(store, this_process()).renew([])
    assert team.held(store) == {} and team.pollers(store)[0].holder == this_process()
    team.sign_of_life(store, dead)
    claim(store, dead)
    Team(store, this_process()).take()  # and so does one that is started again after a kill
    assert team.held(store) == {}


def test_who_has_the_database_for_itself_is_waited_for_and_gets_it_only_when_nobody_polls(store):
    """As `archive --load` has it, or a process of an older version."""
    one = Team(store, this_process())
    one.take()
    with pytest.raises(LeaseHeld, match="polls into this database"):
        lease.take(store, "process 1 on another host (started 1)", real_now())
    one.release()
    lease.take(store, "process 1 on another host (started 1)", real_now())
    for polls in (one.take, lambda: one.renew([])):
        with pytest.raises(LeaseHeld, match="process 1 on another host"):
            polls()


def settings_of(feeds):
    from types import SimpleNamespace

    return SimpleNamespace(feeds=tuple(feeds))


def test_new_edited_and_removed_feeds_are_looked_after(store):
    set_state(store, "feed0", next_due=NOW + MINUTE)
    set_state(store, "feed1", next_due=NOW + MINUTE)
    one = Team(store, "a")
    edited = [FEEDS[0], replace(FEEDS[1], url="https://elsewhere.example/rss"), replace(FEEDS[2], enabled=False)]
    due, more = one.claim(settings_of([*edited, Feed("new", "https://new.example/rss")]), [], NOW)
    assert {feed.name for feed, _ in due} == {"feed1", "new"} and not more
    assert one.claim(settings_of([]), [], NOW) == ([], False)


def test_poll_once_claims_what_nobody_polls(store):
    set_state(store, "feed0", next_due=NOW + MINUTE)
    claim(store, "b", only=["feed1"])
    due = Team(store, "a").claim_all(settings_of(FEEDS[:4]), NOW)
    assert sorted(feed.name for feed, _ in due) == ["feed0", "feed2", "feed3"]


def test_a_process_takes_no_more_than_it_can_poll(store, monkeypatch):
    monkeypatch.setattr(owner, "MOST_AT_ONCE", 2)
    one = Team(store, "a")
    due, more = one.claim(settings_of(FEEDS), [], NOW)
    assert len(due) == 2 and more
    assert one.claim(settings_of(FEEDS), [feed.name for feed, _ in due], NOW) == ([], False)


# -- steps -----------------------------------------------------------------------------------------------------------


def test_a_step_is_one_processs_and_is_handed_on_when_it_ends(store):
    first, second = Election(store), Election(store)
    with first.doing("index") as mine, second.doing("index") as other, second.doing("stories") as apart:
        assert (mine, other, apart) == ("newly", None, "newly")
    with first.doing("index") as mine:
        assert mine == "still"
    assert (first.steps, second.steps) == ({"index"}, {"stories"})
    first.close()
    with second.doing("index") as mine:
        assert mine == "newly"
    second.close()


def test_who_lost_its_connection_stores_nothing_for_the_step(store):
    first, second = Election(store), Election(store)
    with first.doing("index"):
        with store.write() as conn:
            conn.exec_driver_sql(f"SELECT pg_terminate_backend({first._pid})")
        with second.doing("index") as other:
            assert other == "newly"
            notes.put(store, "of the second", "stored", NOW)
        with pytest.raises(LeaseHeld):
            raise_within(first, store)
    first.close()
    second.close()


def raise_within(election, store):
    """As a step that goes on writing: its thread still has the fence of the first connection."""
    from monitor.storage.store import fence

    token = fence.set(lambda conn: election._check("index", election._pid, conn))
    try:
        notes.put(store, "of the first", "stored", NOW)
    finally:
        fence.reset(token)


# -- news -----------------------------------------------------------------------------------------------------------


def test_a_dashboard_asks_again_when_there_is_news(store, monkeypatch):
    monkeypatch.setattr(news, "AGAIN", 600)
    asked, listener = [], News(store)
    monkeypatch.setattr(reads, "context", lambda: reads.Context(store, None, None, listener))

    def newest(opened):
        asked.append(1)
        return articles.newest_id(opened)

    read = reads.on_news(newest)
    try:
        wait_for(lambda: listener.heard, 60, "the listener")
        before = listener.heard
        assert [read(), read(), read()] == [0, 0, 0] and len(asked) == 1
        save(store, None, outcome("feed0", "one"))
        wait_for(lambda: listener.heard != before, 60, "the news")
        assert [read(), read()] == [articles.newest_id(store)] * 2 and len(asked) == 2
        save(store, None, outcome("feed0", "one"))  # the same again is no news
        with store.write() as conn:  # as a server that is restarted does
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND pid <> "
                "pg_backend_pid()"
            )
        wait_for(lambda: listener.heard is None, 60, "the end of the connection")
        assert [read(), read()] and len(asked) == 4  # nobody listens: asked each time
    finally:
        listener.close()


# -- hosts -----------------------------------------------------------------------------------------------------------


def test_turns_at_a_host_are_apart_and_few():
    host, now = Host(), NOW
    host, first = turn(host, Ask("take", "h", "1"), now, LIMITS)
    host, second = turn(host, Ask("take", "h", "2"), now, LIMITS)
    host, third = turn(host, Ask("take", "h", "3"), now, LIMITS)
    assert (first.kind, first.seconds, second.kind, third.kind) == ("go", 0, "go", "full")
    assert second.seconds >= 1
    host, _ = turn(host, Ask("free", "h", "1"), now, LIMITS)
    host, third = turn(host, Ask("take", "h", "3"), now, LIMITS)
    assert third.kind == "go" and third.seconds >= 2
    host, fourth = turn(host, Ask("take", "h", "4"), now + 2 * LIMITS.longest, LIMITS)  # the others' holders died
    assert (fourth.kind, fourth.seconds) == ("go", 0)


def test_a_host_that_asked_for_rest_is_left_alone_by_all():
    host, _ = turn(Host(), Ask("rest", "h", "1", 60), NOW, LIMITS)
    host, _ = turn(host, Ask("rest", "h", "1", 5), NOW, LIMITS)
    assert turn(host, Ask("take", "h", "2"), NOW + timedelta(seconds=10), LIMITS)[1].seconds == 50
    assert turn(host, Ask("take", "h", "2"), NOW + MINUTE, LIMITS)[1].kind == "go"
    assert turn(host, Ask("take", "h", "2"), NOW - timedelta(days=1), LIMITS)[1].kind == "go"  # the clock was set back


def test_two_processes_share_the_turns_at_a_host(store):
    starts, under_way, most = [], [0], [0]

    async def process():
        pace = Pace(2, 0.1, shared=SharedHosts(store, replace(LIMITS, pause=timedelta(seconds=0.1))))

        async def one():
            async with pace.turn("host") as mine:
                await mine.begin()
                starts.append(asyncio.get_running_loop().time())
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
                await asyncio.sleep(0.3)
                under_way[0] -= 1

        await asyncio.gather(*(one() for _ in range(3)))
        return pace

    async def both():
        first, second = await asyncio.gather(process(), process())
        first.rest("host", 60)
        while not rests(store):
            await asyncio.sleep(0.01)
        with pytest.raises(Resting):
            async with second.turn("host") as mine:
                await mine.begin()

    asyncio.run(both())
    assert len(starts) == 6 and most[0] <= 2
    hosts.forget(store)
    assert rests(store)


def rests(store):
    with store.read() as conn:
        return conn.scalar(sa.select(schema.hosts.c.rest_until))


def test_behind_counts_what_is_due():
    states = [
        FeedState("a", "u", next_due=NOW - MINUTE), FeedState("b", "u", next_due=NOW - 5 * MINUTE),
        FeedState("c", "u", next_due=NOW + MINUTE), FeedState("d", "u"),
    ]  # fmt: skip
    assert schedule.behind(states, NOW) == (2, 5 * MINUTE)
    assert schedule.behind([], NOW) == (0, timedelta(0))
