"""72 simulated hours of rounds on a real database:
outages, moves, waits, titles that never rest and a clock that jumps. Nothing piles up.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.feeds import schedule
from monitor.feeds.parse import parse
from monitor.feeds.poll import PollSession, due_feeds
from monitor.feeds.pool import Read
from monitor.models import Failure, Feed, Fetched, NotModified, Reading
from monitor.storage import articles, feeds, open_store, saving
from tests.running import rss

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = 2 * MINUTE
WINDOW = 5  # items a document holds
MOVED = "https://new.example/moved"
FEEDS = {
    name: Feed(name, f"https://{name.replace(' ', '')}.example/rss", every=every)
    for name, every in {
        "busy": 10 * MINUTE, "adapting": None, "restless": 10 * MINUTE, "out": None, "limited": None, "moved": None,
        "gone": None, "one guid": 30 * MINUTE,
    }.items()
}  # fmt: skip


class Servers:
    """Stands in for the Fetcher: what each feed's server says at an hour of real time, which no clock jump moves."""

    def __init__(self) -> None:
        self.real = timedelta(0)
        self.dice = random.Random(3)
        self.published: dict[str, int] = dict.fromkeys(FEEDS, 0)  # items so far
        self.asked: dict[str, list[str]] = {name: [] for name in FEEDS}
        self.closed_until = timedelta(0)
        self.too_early = 0

    async def fetch(self, feed: Feed, state, *, url, room=None) -> Fetched | NotModified | Failure:
        where = url
        self.asked[feed.name].append(where)
        hours = self.real / HOUR
        if feed.name == "out" and 10 <= hours < 16:
            return Failure("timeout", "too slow")
        if feed.name == "gone" and hours >= 20:
            return Failure("gone", "removed", 410)
        if feed.name == "limited":
            if self.real < self.closed_until:  # it answers all the same, which ends the wait
                self.too_early, self.closed_until = self.too_early + 1, self.real
            if self.dice.random() < 0.1:
                self.closed_until = self.real + HOUR
                return Failure("rate limited", "later", 429, HOUR)
        number = WINDOW + int(self.real / (7 * MINUTE))
        if number == self.published[feed.name] and feed.name != "restless":
            return NotModified(moved_to=MOVED if feed.name == "moved" and where != MOVED else None)
        self.published[feed.name] = number
        return Fetched(
            self.document(feed.name, number),
            200,
            where,
            moved_to=MOVED if feed.name == "moved" and where != MOVED else None,
        )

    def document(self, name: str, number: int) -> bytes:
        items = [
            {"title": f"{name} reports item {n}", "link": f"https://{name[:4]}.example/{n}"}
            for n in range(number, number - WINDOW, -1)
        ]
        if name == "restless":
            items = [{"title": f"Live: item one, state {self.real}", "link": "https://rest.example/1"}]
        body = rss(items)
        return body.replace(b"</link>", b"</link><guid>same</guid>") if name == "one guid" else body


class ReadingHere:
    """Stands in for the reader processes."""

    async def read(self, body, *, content_type, url, known, lang, now) -> Read:
        parsed = parse(body, content_type=content_type, url=url, known=known, now=now)
        return Read(parsed, (Reading(lang, "none", 0.0, False, (), (), (), (), "none"),) * len(parsed.entries))


async def three_days(store, servers: Servers, jump: timedelta) -> None:
    states = {}

    def now() -> datetime:
        return START + servers.real + (jump if servers.real >= 30 * HOUR else timedelta(0))

    async with PollSession(store, servers, ReadingHere(), now) as session:
        while servers.real < 72 * HOUR:
            chosen = due_feeds(FEEDS.values(), states, now())
            report = await session.poll(chosen, states)
            states |= {done.state.name: done.state for done in report.feeds}
            servers.real += TICK


@pytest.mark.parametrize("jump", [-5 * HOUR, 9 * HOUR], ids=["clock set back", "clock set forward"])
def test_nothing_grows_without_bound(tmp_path, jump):
    store, servers = open_store(f"sqlite:///{tmp_path}/days.db"), Servers()
    asyncio.run(three_days(store, servers, jump))
    with store.read() as conn:
        count = {
            table: dict(conn.execute(sa.text(f"SELECT {key}, count(*) FROM {table} GROUP BY {key}")).all())
            for table, key in (("feed_log", "feed"), ("slices", "feed"), ("feeds", "name"), ("versions", "article_id"))
        }
        hashes = dict(conn.execute(sa.text("SELECT feed, length(hashes) FROM slices")).all())
    assert max(count["feed_log"].values()) == feeds.ROUNDS_LOGGED
    assert set(count["feeds"].values()) == set(count["slices"].values()) == {1}
    assert max(hashes.values()) <= WINDOW * 16
    assert max(count["versions"].values()) <= saving.MAX_WORDINGS
    check_articles(store, servers)
    states = feeds.states(store)
    assert states["gone"].state == "gone" and len(servers.asked["gone"]) < 24 * 12
    assert all(states[name].state == "well" for name in ("busy", "adapting", "restless", "out", "moved", "one guid"))
    assert all(states[name].moved_to is None for name in FEEDS if name != "moved") and states["moved"].moved_to == MOVED
    assert set(servers.asked["moved"][schedule.AGREEING :]) == {MOVED}
    assert servers.too_early <= 1  # once, where the clock jumps over the wait
    store.close()


def check_articles(store, servers: Servers) -> None:
    """Every item once: those that a document held when its feed was asked."""
    titles: dict[str, list[str]] = {}
    for article in articles.stream(store):
        titles.setdefault(article.feed, []).append(article.title)
    for name in set(FEEDS) - {"restless"}:
        assert len(titles[name]) == len(set(titles[name])) == feeds.states(store)[name].entries
    assert len(titles["restless"]) == 1
    whole = {f"busy reports item {n}" for n in range(1, servers.published["busy"] + 1)}
    assert set(titles["busy"]) == whole
    assert len(titles["one guid"]) > 100
