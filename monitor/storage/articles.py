"""Finds articles by any filter, one by one or as a stream. What stores them is saving.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.models import UNREAD, Article, Signal
from monitor.storage import retention
from monitor.storage.filters import Filter, conditions
from monitor.storage.rows import (
    BRIEF,
    SIGNAL,
    article_of,
    signal_of,
    suppressed_of,
)
from monitor.storage.schema import articles, signals, vectors, versions
from monitor.storage.store import Store

ARTICLES_A_PAGE = (
    1_000  # articles a step of a stream reads: short transactions, so that an export never holds up a writer's clean-up
)
ASKED_AT_ONCE = 500  # values in one IN (...)

__all__ = [
    "Filter", "Version", "Waiting", "count", "count_outdated", "earliest_after", "faults", "find", "get", "newest_id",
    "outdated", "publishers", "read_up_to", "several", "stream", "unread", "versions_of", "waiting",
]  # fmt: skip


# made once: building them took longer than running them
FIRST_TITLE = sa.func.coalesce(articles.c.first_title, articles.c.title)
FIRST_SUMMARY = sa.func.coalesce(articles.c.first_summary, articles.c.summary)
LAST_ID = sa.select(sa.func.max(articles.c.id))


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of an article and when it was first seen; the article itself shows and is read by the newest."""

    title: str
    summary: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The articles that are not read yet: how many, and since when the first of them waits. None where none does."""

    articles: int
    since: datetime | None


def find(
    store: Store,
    wanted: Filter = Filter(),
    *,
    limit: int = 500,
    before: tuple[datetime, int] | None = None,
    oldest_first: bool = False,
) -> list[Article]:
    """The newest articles that pass, by `at`, without their signals. `before` is (at,
    id) of the last one of the page before.
    """
    with store.read() as conn:
        return [article_of(row) for row in conn.execute(_page(store, wanted, BRIEF, limit, before, oldest_first))]


def _page(
    store: Store,
    wanted: Filter,
    columns: Sequence[Any],
    limit: int,
    before: tuple[datetime, int] | None,
    oldest_first: bool,
) -> sa.Select[Any]:
    place = sa.tuple_(articles.c.at, articles.c.id)
    query = sa.select(*columns).where(*conditions(wanted, store.engine.dialect.name))
    if before is not None:
        bound = sa.tuple_(sa.literal(before[0], articles.c.at.type), sa.literal(before[1]))
        query = query.where(place > bound if oldest_first else place < bound)
    order = (articles.c.at, articles.c.id) if oldest_first else (articles.c.at.desc(), articles.c.id.desc())
    return query.order_by(*order).limit(limit)


def count(store: Store, wanted: Filter = Filter()) -> int:
    with store.read() as conn:
        return conn.execute(
            sa.select(sa.func.count()).select_from(articles).where(*conditions(wanted, store.engine.dialect.name))
        ).scalar_one()


def newest_id(store: Store) -> int:
    """The id stored last, 0 when there is none: with Filter.after_id it gives what has come in since."""
    with store.read() as conn:
        return conn.scalar(LAST_ID) or 0


# literal, so that SQLite sees that the small index of unread articles answers
_IS_UNREAD = articles.c.direction == sa.literal_column(f"'{UNREAD}'")


def read_up_to(store: Store, *, edited: bool = True) -> int:
    """The id up to which every article is read; 0 when there is none. What is computed from readings goes no further.

    Without `edited`, articles that were read once and whose new wording is not read yet count as read.
    """
    query = sa.select(sa.func.min(articles.c.id)).where(_IS_UNREAD)
    if not edited:
        query = query.where(articles.c.first_title.is_(None))
    with store.read() as conn:
        first = conn.scalar(query)
        return first - 1 if first is not None else conn.scalar(LAST_ID) or 0


def unread(store: Store, *, after_id: int = 0, limit: int = ARTICLES_A_PAGE) -> list[Article]:
    """The next articles, by id, that are not read yet."""
    query = sa.select(*BRIEF).where(_IS_UNREAD, articles.c.id > after_id).order_by(articles.c.id).limit(limit)
    with store.read() as conn:
        return [article_of(row) for row in conn.execute(query)]


def waiting(store: Store) -> Waiting:
    """How many articles are not read yet. An edited one waits since its newest wording was seen."""
    edited = sa.select(sa.func.max(versions.c.seen_at)).where(versions.c.article_id == articles.c.id).scalar_subquery()
    since = sa.func.min(sa.func.coalesce(edited, articles.c.first_seen), type_=articles.c.first_seen.type)
    with store.read() as conn:
        return Waiting(*conn.execute(sa.select(sa.func.count(), since).where(_IS_UNREAD)).one())


def faults(store: Store) -> dict[str, int]:
    """feed -> how many of its articles could not be read; only feeds that have such."""
    query = sa.select(articles.c.feed, sa.func.count()).where(articles.c.fault.is_not(None)).group_by(articles.c.feed)
    with store.read() as conn:
        return {feed: many for feed, many in conn.execute(query)}


def publishers(store: Store) -> list[str]:
    """Every publisher that has an article, by name: one probe of the index for each, not a walk along all articles."""
    first = sa.select(sa.func.min(articles.c.publisher).label("name")).cte("known", recursive=True)
    after = sa.select(sa.func.min(articles.c.publisher)).where(articles.c.publisher > first.c.name).scalar_subquery()
    known = first.union_all(sa.select(after).where(first.c.name.is_not(None)))
    with store.read() as conn:
        return list(conn.scalars(sa.select(known.c.name).where(known.c.name.is_not(None))))


def methods(store: Store) -> list[str]:
    """The versions of the reader that stored articles were read by."""
    query = sa.select(articles.c.method).where(articles.c.method != "").distinct()
    with store.read() as conn:
        return list(conn.scalars(query.order_by(articles.c.method)))


def get(store: Store, id: int) -> Article | None:
    """One article with its signals and what was suppressed."""
    with store.read() as conn:
        row = conn.execute(sa.select(*BRIEF, articles.c.suppressed).where(articles.c.id == id)).first()
        if row is None:
            return None
        return article_of(row, signals_of(conn, [id]).get(id, ()), suppressed_of(row.suppressed))


def several(store: Store, ids: Sequence[int]) -> list[Article]:
    """The articles with these ids, in this order, with signals and vectors;
    ids that are not stored are left out. Three queries.
    """
    with store.read() as conn:
        rows = {row.id: row for row in conn.execute(sa.select(*BRIEF).where(articles.c.id.in_(ids)))}
        found, meant = signals_of(conn, list(rows)), vectors_of(conn, list(rows))
    return [article_of(rows[id], found.get(id, ()), vector=meant.get(id)) for id in ids if id in rows]


def signals_of(conn: Connection, ids: list[int]) -> dict[int, tuple[Signal, ...]]:
    found: dict[int, list[Signal]] = {}
    query = sa.select(signals.c.article_id, *SIGNAL).where(signals.c.article_id.in_(ids)).order_by(signals.c.id)
    for row in conn.execute(query):
        found.setdefault(row[0], []).append(signal_of(row))
    return {id: tuple(values) for id, values in found.items()}


def vectors_of(conn: Connection, ids: list[int]) -> dict[int, bytes]:
    query = sa.select(vectors.c.article_id, vectors.c.vector).where(vectors.c.article_id.in_(ids))
    return {id: bytes(vector) for id, vector in conn.execute(query)}


def versions_of(store: Store, id: int) -> list[Version]:
    """Every wording, oldest first."""
    with store.read() as conn:
        first = conn.execute(
            sa.select(FIRST_TITLE, FIRST_SUMMARY, articles.c.first_seen).where(articles.c.id == id)
        ).first()
        if first is None:
            return []
        later = conn.execute(
            sa.select(versions.c.title, versions.c.summary, versions.c.seen_at)
            .where(versions.c.article_id == id)
            .order_by(versions.c.id)
        )
        return [Version(*first), *(Version(*row) for row in later)]


def stream(
    store: Store, wanted: Filter = Filter(), *, signals: bool = False, page: int = ARTICLES_A_PAGE
) -> Iterator[Article]:
    """Every article that passes, oldest first, page by page: memory stays that of a page however many there are.

    With `signals` they have their vectors too, as stories are made of both.
    """
    last = None
    while True:
        with store.read() as conn:
            rows = conn.execute(_page(store, wanted, BRIEF, page, last, True)).all()
            ids = [row.id for row in rows] if signals else []
            found, meant = (signals_of(conn, ids), vectors_of(conn, ids)) if ids else ({}, {})
        yield from (article_of(row, found.get(row.id, ()), vector=meant.get(row.id)) for row in rows)
        if len(rows) < page:
            return
        last = (rows[-1].at, rows[-1].id)


def earliest_after(store: Store, id: int) -> datetime | None:
    """The earliest time of an article stored later than this one:
    what is computed from there on may have changed. None when there is none.
    """
    # plus nothing: otherwise SQLite walks the index by time, a million rows, up to the first of these ids
    at = (
        articles.c.at
        if id < 0
        else sa.type_coerce(sa.type_coerce(articles.c.at, sa.BigInteger) + 0, articles.c.at.type)
    )
    with store.read() as conn:
        found: datetime | None = conn.scalar(sa.select(sa.func.min(at)).where(articles.c.id > id))
    return found


def outdated(store: Store, method: str, *, after_id: int = 0, limit: int = ARTICLES_A_PAGE) -> list[Article]:
    """The next articles, by id, that another version of the reader has read, or none yet; not those whose texts are no
    longer kept.
    """
    query = sa.select(*BRIEF).where(articles.c.id > after_id).order_by(articles.c.id).limit(limit)
    with store.read() as conn:
        return [article_of(row) for row in conn.execute(query.where(*_outdated(conn, method)))]


def count_outdated(store: Store, method: str) -> int:
    """How many articles `outdated` gives in all."""
    with store.read() as conn:
        query = sa.select(sa.func.count()).select_from(articles).where(*_outdated(conn, method))
        return conn.execute(query).scalar_one()


def _outdated(conn: Connection, method: str) -> list[sa.ColumnElement[bool]]:
    without_text = retention.removed_before(conn, "texts")
    with_text = [articles.c.first_seen >= without_text] if without_text else []
    return [articles.c.method != method, *with_text]
