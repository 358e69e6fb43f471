"""Signals with the article they stand in: the newest, by filter, all of them, and counted by category.

Written together with their articles (saving.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.index.strait import StraitReport
from monitor.models import Signal
from monitor.storage.filters import Filter, conditions
from monitor.storage.rows import SIGNAL, signal_of
from monitor.storage.schema import article_tags, articles, signals
from monitor.storage.store import Store

SIGNALS_A_PAGE = 2_000
_ABOUT = [
    signals.c.id,
    signals.c.article_id,
    signals.c.at,
    *(
        articles.c[name]
        for name in ("first_seen", "feed", "publisher", "tier", "lang", "title", "link", "story_id", "method")
    ),
]


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal and what has to be known of its article to show it."""

    id: int
    article_id: int
    at: datetime
    first_seen: datetime
    feed: str
    publisher: str
    tier: int
    lang: str | None
    title: str
    link: str | None
    story_id: int | None
    method: str
    signal: Signal


class Reported(NamedTuple):
    """A category as reported in a span of time: by how many publishers, in how many articles."""

    category: str
    publishers: int
    articles: int


def _query(
    store: Store, wanted: Filter, limit: int, before: tuple[datetime, int] | None, oldest_first: bool
) -> sa.Select[Any]:
    """Category, mode, direction, place and pair are asked of the signal itself, all else of its article."""
    own: list[sa.ColumnElement[bool]] = [
        column.in_(values)
        for column, values in (
            (signals.c.category, wanted.categories),
            (signals.c.mode, wanted.modes),
            (signals.c.direction, wanted.directions),
            (signals.c.place, wanted.places),
        )
        if values
    ]
    if wanted.pair:
        own += [signals.c.source == wanted.pair[0], signals.c.target == wanted.pair[1]]
    if wanted.since is not None:
        own.append(signals.c.at >= wanted.since)
    if wanted.until is not None:
        own.append(signals.c.at < wanted.until)
    rest = replace(wanted, categories=(), modes=(), directions=(), places=(), pair=None, since=None, until=None)
    query = sa.select(*_ABOUT, *SIGNAL).join(articles, articles.c.id == signals.c.article_id)
    query = query.where(*own, *conditions(rest, store.engine.dialect.name))
    if before is not None:
        place, bound = (
            sa.tuple_(signals.c.at, signals.c.id),
            sa.tuple_(sa.literal(before[0], signals.c.at.type), sa.literal(before[1])),
        )
        query = query.where(place > bound if oldest_first else place < bound)
    order = (signals.c.at, signals.c.id) if oldest_first else (signals.c.at.desc(), signals.c.id.desc())
    return query.order_by(*order).limit(limit)


def of_articles(store: Store, ids: Sequence[int]) -> list[SignalRow]:
    """The signals of these articles, by id."""
    query = sa.select(*_ABOUT, *SIGNAL).join(articles, articles.c.id == signals.c.article_id)
    with store.read() as conn:
        found = conn.execute(query.where(articles.c.id.in_(ids)).order_by(signals.c.id)).all()
    return [SignalRow(*(*row[: len(_ABOUT)], signal_of(row))) for row in found]


def find(
    store: Store,
    wanted: Filter = Filter(),
    *,
    limit: int = 100,
    before: tuple[datetime, int] | None = None,
    oldest_first: bool = False,
) -> list[SignalRow]:
    """The newest signals that pass. `before` is (at, id) of the last one of the page before."""
    with store.read() as conn:
        found = conn.execute(_query(store, wanted, limit, before, oldest_first)).all()
    return [SignalRow(*(*row[: len(_ABOUT)], signal_of(row))) for row in found]


def newest_articles(store: Store, limit: int, until: datetime, upto_id: int) -> list[int]:
    """Ids of the newest articles before `until` that carry a signal and were stored by the time `upto_id` was the
    newest id.
    """
    query = sa.select(signals.c.article_id).where(signals.c.at < until, signals.c.article_id <= upto_id)
    query = query.order_by(signals.c.at.desc(), signals.c.id.desc()).limit(limit * 8)  # few articles have more signals
    with store.read() as conn:
        return list(dict.fromkeys(conn.scalars(query)))[:limit]


def stream(store: Store, wanted: Filter = Filter(), *, page: int = SIGNALS_A_PAGE) -> Iterator[SignalRow]:
    """Every signal that passes, oldest first, page by page."""
    last = None
    while found := find(store, wanted, limit=page, before=last, oldest_first=True):
        yield from found
        if len(found) < page:
            return
        last = (found[-1].at, found[-1].id)


def reported(store: Store, since: datetime, until: datetime) -> list[Reported]:
    """Each category that was reported in a span of time."""
    columns = (
        signals.c.category,
        sa.func.count(articles.c.publisher.distinct()),
        sa.func.count(articles.c.id.distinct()),
    )
    query = (
        sa.select(*columns)
        .join(articles, articles.c.id == signals.c.article_id)
        .where(signals.c.at >= since, signals.c.at < until)
    )
    with store.read() as conn:
        return [Reported(*row) for row in conn.execute(query.group_by(signals.c.category).order_by(signals.c.category))]


def of_place(
    store: Store, place: str, categories: tuple[str, ...], rules: tuple[str, ...], since: datetime, until: datetime
) -> list[StraitReport]:
    """The acts of some categories, found by one of some rules, in articles that name a place, oldest first."""
    names = ("category", "mode", "rule", "text", "confidence")
    tagged = sa.and_(article_tags.c.article_id == articles.c.id, article_tags.c.kind == "place")
    query = (
        sa.select(signals.c.at, articles.c.publisher, *(signals.c[name] for name in names))
        .join(articles, articles.c.id == signals.c.article_id)
        .join(article_tags, tagged)
        .where(article_tags.c.value == place, article_tags.c.at >= since, article_tags.c.at <= until)
        .where(signals.c.at >= since, signals.c.at <= until)  # the same: the database may begin with either
        .where(signals.c.category.in_(categories), signals.c.mode == "act", signals.c.rule.in_(rules))
        .order_by(signals.c.at, signals.c.id)
    )
    with store.read() as conn:
        return [StraitReport(*row) for row in conn.execute(query)]


def known_tags(store: Store, kind: str) -> list[str]:
    """Every value of a kind of tag (actor, place, part, pair) that some article has, in order:
    one probe of the key for each.
    """
    found: list[str] = []
    query = sa.select(sa.func.min(article_tags.c.value)).where(
        article_tags.c.kind == kind, article_tags.c.value > sa.bindparam("last")
    )
    with store.read() as conn:
        while (value := conn.scalar(query, {"last": found[-1] if found else ""})) is not None:
            found.append(value)
    return found
