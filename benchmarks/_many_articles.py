"""Fills an empty database of either kind with millions of made-up articles, in the rows that storage writes: by COPY on
PostgreSQL, by executemany without waiting for the disk on SQLite; indexes are made last, as schema.py has them.

Texts are the demo's, each title with a number of its own, of 60 publishers, spread over the last `days`, more of them
late. Three in ten have a signal, and four of these in a row are a story. What is about the theatre has a vector; three
in a hundred were edited once. Index points and prices are drawn; an alert fires every six hours. That the rows are as
storage writes them, tests/test_many_articles.py looks.
"""

from __future__ import annotations

import math
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
import yaml
from sqlalchemy import Table
from sqlalchemy.schema import CreateIndex

from monitor.config.settings import load
from monitor.feeds import demo
from monitor.models import PARTS, VECTOR, Alert, Entry, Feed, FeedState, IndexPoint, Price, Reading
from monitor.storage import alerts, columns, feeds, index, notes, prices, rows, schema, search, stories
from monitor.storage.rows import Item
from monitor.storage.store import Store
from monitor.stories.account import OPENING, Report
from monitor.stories.headlines import said_of_itself
from monitor.tagging.tagger import Tagger

PUBLISHERS = 60
SIGNED = 0.3  # share of articles with a signal
IN_A_STORY = 4
LATE = 1.3  # the greater, the more of the articles are young
AT_ONCE = 20_000  # articles written together
SEEN_AFTER = timedelta(minutes=5)  # an article is seen after it was published
EDITED, EDITED_AFTER = 0.03, timedelta(hours=1)  # share of articles that are, when
ALERT_EVERY = timedelta(hours=6)
WORDS = "words_to_come"  # of the search: the database makes its own of them
Execute = Callable[[str], object]
Write = Callable[[str, Sequence[str], list[tuple[Any, ...]]], None]


class Text(NamedTuple):
    """One entry of the demo with all that is the same of each article made of it, as the database has it."""

    entry: Entry
    reading: Reading
    feed: Feed
    folded: tuple[str, str]  # title and summary, between which the number comes
    halves: str  # what the search has behind them
    found_by: str  # what the search has of the entry itself
    article: dict[str, Any]
    signals: list[tuple[Any, ...]]  # without article and time
    tags: list[tuple[str, str]]
    vector: bytes | None
    negated: tuple[str, ...]  # categories that the title denies


class Member(NamedTuple):
    """An article as `stories.values_of` asks for it."""

    id: int
    at: datetime
    lang: str | None
    score: float
    categories: str
    actors: str
    places: str


ARTICLE = [column.name for column in schema.articles.columns]
FIRST = {"first_title": None, "first_summary": None, "first_direction": None}  # of articles that were not edited
# table -> its columns, in the order of the values
COLUMNS: dict[str, Sequence[str]] = {
    "articles": ARTICLE,
    WORDS: ("id", "words"),
    "signals": [column.name for column in schema.signals.columns if column.name != "id"],
    "article_tags": ("kind", "value", "at", "article_id"),
    "vectors": ("article_id", "at", "vector"),
    "versions": ("article_id", "seen_at", "title", "summary"),
    "stories": [column.name for column in schema.stories.columns],
}


def fill(store: Store, count: int, *, days: int, now: datetime, say: Callable[[str], None] = print) -> None:
    began = time.perf_counter()
    _beside(store, days, now)
    texts = _texts(now)
    with _loading(store) as write:
        for done, batch in _batches(texts, count, days, now):
            for table, columns in COLUMNS.items():
                write(table, columns, batch[table])
            if done % 500_000 == 0 or done == count:
                say(f"{done:,} articles, {time.perf_counter() - began:,.0f} s")
    say(f"indexes made, {time.perf_counter() - began:,.0f} s")
    notes.put(store, "synthetic", "made up to measure", now=now)  # last: a database without it is not whole


def times(count: int, days: int, now: datetime) -> Iterator[datetime]:
    """When each article was published, oldest first."""
    for number in range(count):
        yield now - timedelta(days=days) * (1 - (number + 0.5) / count) ** LATE


# -- rows ---------------------------------------------------------------------------------------------------------


def _inward(table: Table, names: Sequence[str], row: dict[str, Any]) -> list[Any]:
    """Values as the database has them."""
    made = []
    for name in names:
        value, kind = row[name], table.columns[name].type
        if value is not None and isinstance(kind, columns.Converted):
            value = type(kind).inward(value)
        made.append(columns.sound(value) if isinstance(value, str) else value)
    return made


def _texts(now: datetime) -> tuple[list[Text], list[Text]]:
    """Those with a signal, and the others."""
    tagger, of_feed = Tagger.load(), {feed.name: feed for feed in load(demo.HERE / "feeds.yaml", {}).feeds}
    drawn = random.Random(2)
    news = yaml.safe_load((demo.HERE / "news.yaml").read_text(encoding="utf-8"))
    signed: list[Text] = []
    other: list[Text] = []
    for name, _, entry in demo.entries(news, list(of_feed.values()), now):
        feed = of_feed[name]
        reading = tagger.read(entry.title, entry.summary, lang=feed.language)
        vector = drawn.randbytes(VECTOR) if reading.theatre else None
        values = rows.article_values(0, feed, Item(entry, reading, "", ""), b"", "", now) | FIRST
        title, summary = search.fold(entry.title), search.fold(entry.summary)
        found_by = search.words_of(f"{entry.title} {entry.summary}")
        halves = found_by.removeprefix(f"{title} {summary}".strip())
        found = rows.signal_values(0, now, reading.signals)
        tags = rows.tag_values(0, now, values["actors"], values["places"], values["parts"], reading.signals)
        in_title = [one for one in reading.suppressed if one.reason.startswith("negation:") and one.field == "title"]
        denies = "denial" in said_of_itself(entry.title)
        text = Text(
            entry, reading, feed, (title, f" {summary}" if summary else ""), halves, found_by,
            dict(zip(ARTICLE, _inward(schema.articles, ARTICLE, values), strict=True)),
            [tuple(_inward(schema.signals, COLUMNS["signals"], row)[2:]) for row in found],
            [(tag["kind"], tag["value"]) for tag in tags],
            vector,
            tuple(one.category for one in in_title) if denies else (),
        )  # fmt: skip
        (signed if reading.signals else other).append(text)
    return signed, other


def _batches(
    texts: tuple[list[Text], list[Text]], count: int, days: int, now: datetime
) -> Iterator[tuple[int, dict[str, list[tuple[Any, ...]]]]]:
    """How many articles there are after each batch, and its rows by table."""
    drawn = random.Random(1)
    story: list[tuple[Member, Report]] = []
    batch: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    for id, at in enumerate(times(count, days, now), 1):
        signed = drawn.random() < SIGNED
        text = drawn.choice(texts[0] if signed else texts[1])
        title, micros = f"{text.entry.title} ({id})", columns.micros(at)
        publisher, folded = f"Publisher {id % PUBLISHERS:02d}", f"{text.folded[0]} {id}{text.folded[1]}"
        article = text.article | {
            "id": id, "publisher": publisher, "published": micros, "at": micros, "title": title,
            "first_seen": columns.micros(min(at + SEEN_AFTER, now)), "text_key": rows.text_key(folded),
            "identity": rows.digest(str(id)), "link": f"https://bench.example/{id}",
            "story_id": (story[0][0].id if story else id) if signed else None,
        }  # fmt: skip
        words = folded + text.halves
        if drawn.random() < EDITED:
            first = {"first_title": text.entry.title, "first_summary": text.entry.summary}
            article |= first | {"first_direction": text.reading.direction}
            words = f"{text.found_by} {words}"
            seen = min(at + EDITED_AFTER, now)
            batch["versions"].append((id, columns.micros(seen), title, text.entry.summary))
        batch["articles"].append(tuple(article.values()))
        batch[WORDS].append((id, words))
        batch["signals"] += [(id, micros, *signal) for signal in text.signals]
        batch["article_tags"] += [(kind, value, micros, id) for kind, value in text.tags]
        if text.vector:
            batch["vectors"].append((id, micros, text.vector))
        if signed:
            report = _report(id, at, title, publisher, text)._replace(first_direction=article["first_direction"])
            story.append((_member(id, at, article), report))
        if len(story) == IN_A_STORY or (story and id == count):
            batch["stories"].append(_story(story))
            story = []
        if id % AT_ONCE == 0 or id == count:
            yield id, batch
            batch = {table: [] for table in COLUMNS}


def _member(id: int, at: datetime, article: dict[str, Any]) -> Member:
    return Member(id, at, *(article[name] for name in ("lang", "score", "categories", "actors", "places")))


def _report(id: int, at: datetime, title: str, publisher: str, text: Text) -> Report:
    read = text.reading
    opening = text.entry.summary[:OPENING]
    return Report(
        id, at, publisher, text.feed.tier, read.lang, title, opening, read.direction, read.score, read.confidence,
        text.vector, None, text.negated,
    )  # fmt: skip


def _story(members: list[tuple[Member, Report]]) -> tuple[Any, ...]:
    values = stories.values_of(members[0][0].id, [one for one, _ in members], [one for _, one in members])
    return tuple(_inward(schema.stories, COLUMNS["stories"], values))


# -- writing --------------------------------------------------------------------------------------------------------


@contextmanager
def _loading(store: Store) -> Iterator[Write]:
    """Without indexes, checks of references and the disk's word; afterwards all is as it was, with indexes."""
    dialect = store.engine.dialect
    made = [one for table in schema.metadata.sorted_tables for one in table.indexes]
    with (_sqlite if store.sqlite else _postgresql)(store) as (execute, write):
        for one in made:
            execute(f"DROP INDEX {one.name}")
        yield write
        for one in made:
            execute(str(CreateIndex(one).compile(dialect=dialect)))


@contextmanager
def _sqlite(store: Store) -> Iterator[tuple[Execute, Write]]:
    with closing(sqlite3.connect(str(store.path), isolation_level=None)) as conn:
        for line in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):  # references are checked on request
            conn.execute(f"PRAGMA {line}")

        def write(table: str, columns: Sequence[str], values: list[tuple[Any, ...]]) -> None:
            if table == WORDS:
                table, columns = "article_search", ("rowid", "words")
            named, marks = _named(store, columns), ", ".join("?" * len(columns))
            conn.execute("BEGIN")
            conn.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", values)
            conn.execute("COMMIT")

        yield conn.execute, write
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _postgresql(store: Store) -> Iterator[tuple[Execute, Write]]:
    url = store.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        conn.execute("SELECT pg_reload_conf()")
        for line in ("session_replication_role = replica", "maintenance_work_mem = '1GB'"):
            conn.execute(f"SET {line}")
        conn.execute("DROP INDEX ix_article_search_words")
        conn.execute(f"CREATE UNLOGGED TABLE {WORDS} (id BIGINT, words TEXT)")

        def write(table: str, columns: Sequence[str], values: list[tuple[Any, ...]]) -> None:
            with conn.cursor().copy(f"COPY {table} ({_named(store, columns)}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            if table == WORDS:
                conn.execute(f"INSERT INTO article_search SELECT id, to_tsvector('simple', words) FROM {WORDS}")
                conn.execute(f"TRUNCATE {WORDS}")

        yield conn.execute, write
        conn.execute(f"DROP TABLE {WORDS}")
        conn.execute("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")
        for table in ("articles", "signals", "versions"):
            conn.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        conn.execute("VACUUM (ANALYZE)")  # as autovacuum does in time
        conn.execute("ALTER SYSTEM RESET max_wal_size")
        conn.execute("SELECT pg_reload_conf()")


def _named(store: Store, columns: Sequence[str]) -> str:
    return ", ".join(map(store.engine.dialect.identifier_preparer.quote, columns))


# -- what stands beside the articles -----------------------------------------------------------------------------------


def _beside(store: Store, days: int, now: datetime) -> None:
    with store.write() as conn:
        for feed in load(demo.HERE / "feeds.yaml", {}).feeds:
            state = FeedState(feed.name, feed.url, state="well", last_polled=now, last_success=now)
            feeds.write(conn, state, new=0, now=now)
    for part in ("all", *PARTS):
        index.save(store, _points("hour", timedelta(hours=1), 24 * days, part, now))
        index.save(store, _points("day", timedelta(days=1), 365 * 5, part, now))
    for seed, series in enumerate(("Brent", "WTI")):
        prices.save(store, _closes(series, seed, now))
    at = now - timedelta(days=days)
    while (at := at + ALERT_EVERY) < now:
        alerts.save(store, Alert(None, "Grave event", "signal", at, "firing", "attack", f"Grave event {at:%d %H}"))


def _points(grain: str, step: timedelta, many: int, part: str, now: datetime) -> Iterable[IndexPoint]:
    drawn, level = random.Random(f"{grain} {part}"), math.log(120)
    for back in range(many, -1, -1):
        level += drawn.gauss(0, 0.05) - 0.02 * (level - math.log(120))
        value = math.exp(level)
        yield IndexPoint(
            grain, now - back * step, "drawn", "ok", value, value * 0.85, value * 1.2, 80.0, 60.0, 110.0, 0.2,
            value / 20, 3.0, value / 30, value / 60, 2.0, 1.0, 60.0, 2000, 600, 150, PUBLISHERS, part,
        )  # fmt: skip


def _closes(series: str, seed: int, now: datetime) -> Iterable[Price]:
    drawn, level = random.Random(seed), math.log(70)
    for back in range(5 * 365, 0, -1):
        day = (now - timedelta(days=back)).replace(hour=0)
        level += drawn.gauss(0, 0.015)
        if day.weekday() < 5:
            yield Price(series, day, round(math.exp(level), 2), "synthetic", "synthetic", "USD/bbl", day, now)
