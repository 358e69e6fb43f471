"""Keeps what people said of signals, beside the readings as the reader made them, and applies it whenever an article is
read again.

    a verdict -> kept for good -> the reader's own reading -> corrected reading, which takes its place in articles and
        signals

Written in saving.py's transactions (`saving.correct`, and wherever a reading is replaced).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.errors import InputError
from monitor.models import UNREAD, Article, Correction, Reading
from monitor.reader.corrections import checked, corrected, in_force, labelled
from monitor.storage.bulk import insert, upsert
from monitor.storage.rows import BRIEF, article_of
from monitor.storage.schema import articles, as_read, corrections
from monitor.storage.store import Store
from monitor.tagging.lexicon import LANGUAGES

MOST = 100  # of one article
A_PAGE = 500  # articles a step of a stream reads
_NAMES = tuple(field.name for field in fields(Correction))
_CORRECTION = [corrections.c[name] for name in _NAMES]


@dataclass(frozen=True, slots=True)
class Tally:
    """How the signals of one category were judged; of several verdicts on the same words the newest counts."""

    category: str
    right: int
    wrong: int
    missing: int


def add(conn: Connection, article: Article, said: Correction) -> Mapping[int, Reading]:
    """Within another's transaction: keep a correction of this article, given with signals and vector. Gives its reading
    as corrected.

    Raises InputError where the correction does not fit the article as it is stored.
    """
    if article.direction == UNREAD:
        raise InputError("this article is not read yet; correct it when it is")
    said = checked(said, article.title, article.summary)
    count = sa.select(sa.func.count()).where(corrections.c.article_id == article.id)
    if conn.scalar(count) == MOST:
        raise InputError(f"this article was corrected {MOST} times; no more are kept")
    row = {name: getattr(said, name) for name in _NAMES if name != "id"}
    insert(conn, corrections, [row | {"method": article.method}])
    own = conn.scalar(sa.select(as_read.c.reading).where(as_read.c.article_id == article.id))
    reading = _reading(own) if own else reading_of(article)
    return applied(conn, {article.id: replace(reading, vector=article.vector)})


def applied(conn: Connection, made: Mapping[int, Reading]) -> Mapping[int, Reading]:
    """Within another's transaction: the reader's readings of articles,
    those of corrected articles with the corrections applied.
    """
    said = _said(conn, made)
    if not said:
        return made
    readings = dict(made)
    query = sa.select(articles.c.id, articles.c.title, articles.c.summary).where(articles.c.id.in_(list(said)))
    for id, title, summary in conn.execute(query):
        if made[id].direction != UNREAD:
            own = asdict(replace(made[id], vector=None))  # which is kept elsewhere
            upsert(conn, as_read, [{"article_id": id, "reading": own}])
            readings[id] = corrected(made[id], in_force(said[id], title, summary))
    return readings


def reading_of(article: Article) -> Reading:
    """The reading of an article that was not corrected yet."""
    names = {field.name for field in fields(Reading)} & {field.name for field in fields(Article)}
    return Reading(**{name: getattr(article, name) for name in names})


def _reading(stored: Any) -> Reading:
    return msgspec.convert(stored, Reading)


def _said(conn: Connection, ids: Iterable[int]) -> dict[int, list[Correction]]:
    found: dict[int, list[Correction]] = {}
    query = sa.select(*_CORRECTION).where(corrections.c.article_id.in_(list(ids))).order_by(corrections.c.id)
    for row in conn.execute(query):
        found.setdefault(row.article_id, []).append(Correction(*row))
    return found


def history(store: Store, article_id: int) -> tuple[Correction, ...]:
    """All that was said of an article, oldest first."""
    with store.read() as conn:
        return tuple(_said(conn, [article_id]).get(article_id, ()))


def newest_id(store: Store) -> int:
    """The id of the correction stored last, 0 when there is none."""
    with store.read() as conn:
        return conn.scalar(sa.select(sa.func.max(corrections.c.id))) or 0


def corrected_since(store: Store, after_id: int, upto_id: int, *, upto_article: int) -> list[int]:
    """Ids of the articles, up to this one, that were corrected by corrections with after_id < id <= upto_id."""
    since = corrections.c.id > after_id, corrections.c.id <= upto_id
    query = sa.select(corrections.c.article_id).where(*since, corrections.c.article_id <= upto_article).distinct()
    with store.read() as conn:
        return list(conn.scalars(query.order_by(corrections.c.article_id)))


def stream(
    store: Store, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[Correction, Article]]:
    """Every correction with since <= at < until and its article, in the order in which they were made, page by page."""
    last = 0
    query = sa.select(*_CORRECTION, *BRIEF).join(articles, articles.c.id == corrections.c.article_id)
    query = query.where(*_span(since, until)).order_by(corrections.c.id).limit(A_PAGE)
    while True:
        with store.read() as conn:
            rows = conn.execute(query.where(corrections.c.id > last)).all()
        for row in rows:
            yield Correction(*row[: len(_NAMES)]), article_of(row[len(_NAMES) :])
        if len(rows) < A_PAGE:
            return
        last = rows[-1][0]


def labelled_rows(
    store: Store, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Mapping[str, object]]:
    """The articles corrected with since <= at < until whose labels are known by all their corrections,
    as labelled rows, by id.
    """
    last = 0
    columns = *BRIEF, as_read.c.reading
    query = sa.select(*columns).join(as_read, as_read.c.article_id == articles.c.id)
    asked = sa.select(corrections.c.article_id).where(*_span(since, until))
    query = query.where(articles.c.id.in_(asked), articles.c.lang.in_(LANGUAGES), articles.c.direction != UNREAD)
    query = query.order_by(articles.c.id).limit(A_PAGE)
    while True:
        with store.read() as conn:
            rows = conn.execute(query.where(articles.c.id > last)).all()
            said = _said(conn, [row.id for row in rows])
        for row in rows:
            article = article_of(row)
            held = in_force(said.get(article.id, ()), article.title, article.summary)
            if found := labelled(article, _reading(row.reading), held):
                yield found
        if len(rows) < A_PAGE:
            return
        last = rows[-1].id


def _span(since: datetime | None, until: datetime | None) -> list[sa.ColumnElement[bool]]:
    bounds = [corrections.c.at >= since] if since is not None else []
    return bounds + ([corrections.c.at < until] if until is not None else [])


def tally(store: Store) -> list[Tally]:
    """Right, wrong and missing by category, for every category that was judged; one query."""
    key = [corrections.c[name] for name in ("article_id", "category", "mode", "field", "start", "text")]
    newest = sa.select(sa.func.max(corrections.c.id)).group_by(*key)
    sums = [sa.func.sum(sa.case((corrections.c.kind == kind, 1), else_=0)) for kind in ("right", "wrong", "missing")]
    query = sa.select(corrections.c.category, *sums).where(corrections.c.id.in_(newest), corrections.c.kind != "undone")
    query = query.group_by(corrections.c.category).order_by(corrections.c.category)
    with store.read() as conn:
        return [Tally(category, *map(int, counted)) for category, *counted in conn.execute(query)]
