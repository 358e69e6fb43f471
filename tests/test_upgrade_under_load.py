"""A database of some thousands of articles that an older program wrote, upgraded while others read it and wait to
write: what was stored is the same afterwards.
"""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from monitor.models import FORMER_PARTS
from monitor.storage import alerts, articles, index, migrations, notes, open_store
from tests.running import wait_for
from tests.test_storage_upgrade import EXPORTS, version_2  # noqa: F401

NEWEST = migrations.newest()
COPIES = 250  # of the 13 articles of the record, with all that belongs to them
WEEK = 7 * 86_400 * 1_000_000
# column -> what a copy adds to it; of those that are no numbers, or are keys together with others, see `copied`
SHIFTED = {
    "articles": {"id": 1_000, "story_id": 1_000},
    "stories": {"id": 1_000, "merged_into": 1_000},
    "signals": {"id": 1_000, "article_id": 1_000},
    "article_tags": {"article_id": 1_000},
    "features": {"article_id": 1_000},
    "versions": {"id": 1_000, "article_id": 1_000},
    "alerts": {"id": 1_000},
    "index_points": {"at": WEEK},
    "prices": {"day": WEEK},
}
# what every version has, and has under one name
SAME = {
    "articles": "id, feed, publisher, lang, published, first_seen, at, direction, score, theatre, escalation_act, "
    "deescalation_words, actors, places, story_id, method, text_key, identity, link, title, summary",
    "stories": "id, first_seen, last_seen, direction, score, actors, langs, articles, publishers, merged_into, title",
    "index_points": "grain, part, at, method, status, tension, tension_low, tension_high, relief, balance, percentile, "
    "entries, stories, publishers, missing",
    "alerts": "id, rule, at, state, message, sent, stories",
    "prices": "series, day, source, close, kind, unit, market_time, final",
    "signals": "id, article_id, at, direction, mode, rule, field, start, text, source, target, place, operators",
}


def copied(table, row, number):
    new = {name: value + number * SHIFTED[table].get(name, 0) if value is not None and name in SHIFTED[table] else value
           for name, value in row.items()}  # fmt: skip
    if table == "articles":
        new["identity"] = bytes(row["identity"])[:12] + number.to_bytes(4, "big")
    if table == "alerts":
        new["key"] = f"{row['key']} {number}"
    return new


def multiply(engine):
    found = sa.MetaData()
    found.reflect(engine, only=list(SHIFTED))
    with engine.begin() as conn:
        for name in SHIFTED:
            rows = [dict(row) for row in conn.execute(sa.select(found.tables[name])).mappings()]
            for number in range(1, COPIES + 1):
                conn.execute(found.tables[name].insert(), [copied(name, row, number) for row in rows])
        key = "rowid" if conn.dialect.name == "sqlite" else "article_id"
        search = f"INSERT INTO article_search ({key}, words) SELECT {key} + :shift, words FROM article_search "
        for number in range(1, COPIES + 1):
            conn.execute(sa.text(f"{search} WHERE {key} < 1000"), {"shift": 1_000 * number})


@pytest.fixture(params=[1, NEWEST - 1], ids=["release 0.1.0", "the version before"])
def older(request, version_2):
    """The address of a full database of an older version, and an engine that upgrades nothing."""
    if version_2.startswith("sqlite"):
        with closing(sqlite3.connect(version_2.removeprefix("sqlite:///"))) as conn:
            conn.execute("PRAGMA journal_mode=WAL")  # as every version has had it
    engine = sa.create_engine(version_2, pool_size=8)
    multiply(engine)
    if request.param == 1:  # version 2 added this table, and nothing else
        with engine.begin() as conn:
            conn.exec_driver_sql("DROP TABLE features")
            conn.exec_driver_sql("UPDATE schema_version SET version = 1")
    else:
        migrations.migrate(engine.connect, engine.begin, migrations.MIGRATIONS[: request.param])
    yield version_2, engine
    engine.dispose()


def stored(engine):
    """Every row of what has to stay the same, names of parts as they are now."""
    with engine.connect() as conn:
        found = {
            table: sorted(
                (tuple(FORMER_PARTS.get(value, value) if isinstance(value, str) else value for value in row)
                 for row in conn.exec_driver_sql(f"SELECT {columns} FROM {table}")),
                key=repr,
            )
            for table, columns in SAME.items()
        }  # fmt: skip
    return found


class Readers:
    """Threads that read all the time, and want the same numbers each time."""

    def __init__(self, engine, many=3):
        self.engine, self.stop, self.read = engine, threading.Event(), 0
        self.wanted = self.numbers()
        self.threads = ThreadPoolExecutor(many)
        self.running = [self.threads.submit(self._go_on) for _ in range(many)]

    def numbers(self):
        with self.engine.connect() as conn:
            return [tuple(conn.exec_driver_sql(f"SELECT count(*), min({column}), max({column}) FROM {table}").one())
                    for table, column in (("articles", "at"), ("stories", "score"), ("index_points", "tension"),
                                          ("alerts", "at"), ("prices", "close"))]  # fmt: skip

    def _go_on(self):
        while not self.stop.is_set():
            assert self.numbers() == self.wanted
            self.read += 1

    def some_more(self, *_):
        before = self.read
        wait_for(lambda: self.read > before or any(one.done() for one in self.running), 60, "a reader")

    def end(self):
        self.stop.set()
        for one in self.running:
            one.result(60)
        self.threads.shutdown()


@pytest.mark.slow
def test_what_was_stored_is_the_same_after_an_upgrade_under_load(older):
    address, engine = older
    before = stored(engine)
    assert len(before["articles"]) == 13 * (COPIES + 1)
    readers = Readers(engine)

    def open_and_write(number):
        with closing(open_store(address, say=readers.some_more)) as store:  # readers read between any two steps
            notes.put(store, f"writer {number}", "stored", datetime(2026, 3, 2, tzinfo=UTC))

    with ThreadPoolExecutor(3) as threads:  # three that open it at once: one upgrades, the others wait, all write
        for one in [threads.submit(open_and_write, number) for number in range(3)]:
            one.result(200)
    readers.some_more()
    readers.end()
    assert stored(engine) == before
    with closing(open_store(address)) as store:
        assert store.standing().version == NEWEST
        assert {f"writer {number}" for number in range(3)} <= notes.all(store).keys()
        assert articles.count(store) == len(before["articles"])
        found = articles.find(store, articles.Filter(text="pétrolier"), limit=10_000)
        assert len(found) == COPIES + 1
        assert len(alerts.find(store, limit=10_000)) == len(EXPORTS["alerts"]) * (COPIES + 1)
        points = index.points(store, "day", "hormuz")
        assert len(points) == 4 * (COPIES + 1)
