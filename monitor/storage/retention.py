"""Removes what is kept only for so long, in small transactions; index points are never removed.

    older than its cutoff -> (exported by whoever asks) -> removed, with all that hangs on it

Articles with signals and stories go whole: a story goes when its last report is old enough, and its articles with it.
What somebody corrected stays. An entry whose article was removed is not stored again while a feed still serves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.clock import midnight
from monitor.models import UNREAD
from monitor.storage import search, stories
from monitor.storage.bulk import insert, upsert
from monitor.storage.columns import EPOCH, micros, moment
from monitor.storage.rows import tag_values, text_key
from monitor.storage.schema import (
    alert_deliveries,
    alerts,
    article_tags,
    articles,
    corrections,
    features,
    feed_log,
    feeds,
    meta,
    removed,
    signals,
    slices,
    vectors,
    versions,
)
from monitor.storage.schema import stories as story_rows
from monitor.storage.search import fold
from monitor.storage.store import Store

AT_ONCE = 500  # articles a transaction
ROWS_AT_ONCE = 5_000  # of alerts and of the log of feeds
PAGES_AT_ONCE = 1_000  # of SQLite's file given back in a transaction
KINDS = ("slices", "texts", "articles", "signals", "alerts", "feed_log")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What is older than these goes; None keeps all of a kind.

    `articles` are those without a signal, and in no story that has one; `signals` all others. `kept` is a span of time
    whose articles stay: the fixed reference window of the index.
    """

    slices: datetime | None = None
    texts: datetime | None = None
    articles: datetime | None = None
    signals: datetime | None = None
    alerts: datetime | None = None
    feed_log: datetime | None = None
    kept: tuple[datetime, datetime] | None = None


# -- what was removed ---------------------------------------------------------------------------------------------


class Removed(NamedTuple):
    """As much of a removed article as tells its entry from another with the same guid."""

    title_key: int
    link_key: int | None

    def is_of(self, title: str, canonical: str | None) -> bool:
        return self.title_key == text_key(fold(title)) or (
            canonical is not None and self.link_key == text_key(canonical)
        )


_REMOVED = sa.select(removed.c.identity, removed.c.title_key, removed.c.link_key).where(
    removed.c.feed == sa.bindparam("feed"), removed.c.identity.in_(sa.bindparam("keys", expanding=True))
)


def removed_of(conn: Connection, feed: str, keys: Sequence[bytes]) -> dict[bytes, Removed]:
    """Within another's transaction: those of these identities of a feed whose articles were removed."""
    found: dict[bytes, Removed] = {}
    for start in range(0, len(keys), AT_ONCE):
        rows = conn.execute(_REMOVED, {"feed": feed, "keys": list(keys[start : start + AT_ONCE])})
        found |= {bytes(identity): Removed(title, link) for identity, title, link in rows}
    return found


def removed_before(conn: Connection, kind: str) -> datetime | None:
    """Within another's transaction: articles first seen before this time may be gone (`articles`), or their texts
    (`texts`). None while nothing was removed.
    """
    value = conn.scalar(sa.select(meta.c.value).where(meta.c.key == f"{kind} removed before"))
    return moment(int(value)) if value else None


def articles_removed_before(store: Store) -> datetime | None:
    """Before this time articles are no longer complete; what is computed from articles has to begin later."""
    with store.read() as conn:
        return removed_before(conn, "articles")


def complete_from(store: Store) -> datetime | None:
    """The first UTC day of which articles and texts are all kept; None where nothing was ever removed."""
    with store.read() as conn:
        found = [time for kind in ("articles", "texts") if (time := removed_before(conn, kind))]
    return midnight(max(found)) + timedelta(days=1) if found else None


def _note(conn: Connection, kind: str, before: datetime) -> None:
    earlier = removed_before(conn, kind)
    if earlier is None or earlier < before:
        key = f"{kind} removed before"
        upsert(conn, meta, [{"key": key, "value": str(micros(before)), "at": EPOCH}])


# -- articles and texts -------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a walk through the articles, oldest first, has come to."""

    first_seen: datetime
    id: int


def articles_to_remove(
    store: Store, cutoffs: Cutoffs, *, after: Place | None = None, limit: int = AT_ONCE
) -> list[Place]:
    """The next articles to remove, oldest first."""
    return _walk(store, _going(cutoffs), after, limit)


def texts_to_remove(store: Store, cutoffs: Cutoffs, *, after: Place | None = None, limit: int = AT_ONCE) -> list[Place]:
    """The next articles whose summaries are to be removed, oldest first."""
    return _walk(store, _losing_text(cutoffs), after, limit)


def _walk(store: Store, condition: sa.ColumnElement[bool] | None, after: Place | None, limit: int) -> list[Place]:
    if condition is None:
        return []
    query = _of_articles(sa.select(articles.c.first_seen, articles.c.id)).where(condition)
    place = sa.tuple_(articles.c.first_seen, articles.c.id)
    if after is not None:
        query = query.where(place > sa.tuple_(sa.literal(after.first_seen, articles.c.first_seen.type), after.id))
    with store.read() as conn:
        rows = conn.execute(query.order_by(articles.c.first_seen, articles.c.id).limit(limit))
        return [Place(*row) for row in rows]


def _of_articles(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.select_from(articles.outerjoin(story_rows, story_rows.c.id == articles.c.story_id))


# the newest rows stay, since their ids say how far each step came and would be given again
_STAYING = (
    articles.c.direction != UNREAD,
    articles.c.id.not_in(sa.select(corrections.c.article_id)),
    articles.c.id < sa.select(sa.func.max(articles.c.id)).scalar_subquery(),
    articles.c.id
    != sa.func.coalesce(sa.select(versions.c.article_id).order_by(versions.c.id.desc()).limit(1).scalar_subquery(), -1),
)


def _going(cutoffs: Cutoffs) -> sa.ColumnElement[bool] | None:
    reports = sa.or_(
        sa.type_coerce(articles.c.categories, sa.Text) != "",
        sa.func.coalesce(sa.type_coerce(story_rows.c.categories, sa.Text), "") != "",
    )
    wanted = []
    for cutoff, sort in ((cutoffs.articles, sa.not_(reports)), (cutoffs.signals, reports)):
        if cutoff is not None:
            over = sa.or_(articles.c.story_id.is_(None), story_rows.c.last_seen < cutoff)
            wanted.append(sa.and_(articles.c.first_seen < cutoff, sort, over))
    if not wanted:
        return None
    return sa.and_(sa.or_(*wanted), *_STAYING, *_outside(cutoffs))


def _losing_text(cutoffs: Cutoffs) -> sa.ColumnElement[bool] | None:
    if cutoffs.texts is None:
        return None
    return sa.and_(
        articles.c.first_seen < cutoffs.texts,
        articles.c.direction != UNREAD,
        articles.c.id.not_in(sa.select(corrections.c.article_id)),
        sa.or_(articles.c.summary != "", sa.func.coalesce(articles.c.first_summary, "") != ""),
    )


def _outside(cutoffs: Cutoffs) -> list[sa.ColumnElement[bool]]:
    if cutoffs.kept is None:
        return []
    since, until = cutoffs.kept
    return [sa.or_(articles.c.at < since, articles.c.at >= until)]


def remove_articles(store: Store, places: Sequence[Place], cutoffs: Cutoffs) -> int:
    """Remove these articles, as far as they still are to be removed, with all that hangs on them, in one transaction.
    Gives how many went.
    """
    condition = _going(cutoffs)
    if not places or condition is None:
        return 0
    columns = ("id", "feed", "identity", "title", "canonical", "at", "actors", "places", "parts", "story_id")
    query = _of_articles(sa.select(*(articles.c[name] for name in columns)))
    query = query.where(articles.c.id.in_([place.id for place in places]), condition)
    with store.write() as conn:
        rows = conn.execute(query.with_for_update(of=articles)).all()
        if not rows:
            return 0
        _note(conn, "articles", max(cutoff for cutoff in (cutoffs.articles, cutoffs.signals) if cutoff))
        ids = [row.id for row in rows]
        _remove_tags(conn, rows)
        search.remove(conn, ids)
        for table in (signals, vectors, features, versions):
            conn.execute(table.delete().where(table.c.article_id.in_(ids)))
        keys = [(row.feed, bytes(row.identity), row.title, row.canonical) for row in rows]
        insert(conn, removed, [
            {"feed": feed, "identity": identity, "title_key": text_key(fold(title)),
             "link_key": text_key(link) if link else None}
            for feed, identity, title, link in keys
        ])  # fmt: skip
        conn.execute(articles.delete().where(articles.c.id.in_(ids)))
        _close_stories(conn, {row.story_id for row in rows if row.story_id is not None})
    return len(ids)


def _remove_tags(conn: Connection, rows: Sequence[sa.Row[Any]]) -> None:
    found: dict[int, list[Any]] = {}
    query = sa.select(signals).where(signals.c.article_id.in_([row.id for row in rows]))
    for signal in conn.execute(query):
        found.setdefault(signal.article_id, []).append(signal)
    tags = [
        tag
        for row in rows
        for tag in tag_values(row.id, row.at, row.actors, row.places, row.parts, tuple(found.get(row.id, ())))
    ]
    if tags:
        keys = [article_tags.c[name] == sa.bindparam(f"b_{name}") for name in ("kind", "value", "at", "article_id")]
        conn.execute(article_tags.delete().where(*keys), [{f"b_{k}": v for k, v in tag.items()} for tag in tags])


def _close_stories(conn: Connection, ids: set[int]) -> None:
    """Rows of stories that have no article left go, with those that led to them; others are computed again."""
    stories.recompute(conn, ids)
    gone = ids - set(conn.scalars(sa.select(story_rows.c.id).where(story_rows.c.id.in_(ids))))
    if gone:
        conn.execute(story_rows.delete().where(story_rows.c.merged_into.in_(gone)))


def remove_texts(store: Store, places: Sequence[Place], cutoffs: Cutoffs) -> int:
    """Remove the summaries of these articles, as far as they still are to be removed, in one transaction. Gives how
    many went.

    Titles stay, and signals with the words that prove each. An article is found by its titles from then on.
    """
    condition = _losing_text(cutoffs)
    if not places or condition is None or cutoffs.texts is None:
        return 0
    query = sa.select(articles.c.id, articles.c.title, articles.c.first_title)
    query = query.where(articles.c.id.in_([place.id for place in places]), condition)
    with store.write() as conn:
        rows = conn.execute(query.with_for_update()).all()
        if not rows:
            return 0
        _note(conn, "texts", cutoffs.texts)
        ids = [row.id for row in rows]
        titles = {row.id: [row.first_title or "", row.title] for row in rows}
        wordings = sa.select(versions.c.article_id, versions.c.title).where(versions.c.article_id.in_(ids))
        for id, title in conn.execute(wordings):
            titles[id].append(title)
        search.remove(conn, ids)
        search.add(conn, [(id, search.words_of(" ".join(dict.fromkeys(some)))) for id, some in titles.items()])
        first = sa.case((articles.c.first_summary.is_(None), None), else_="")
        conn.execute(articles.update().where(articles.c.id.in_(ids)).values(summary="", first_summary=first))
        conn.execute(versions.update().where(versions.c.article_id.in_(ids)).values(summary=""))
    return len(ids)


# -- alerts, the log of feeds, hashes of items ----------------------------------------------------------------------


def _old_alerts(cutoff: datetime) -> sa.Select[Any]:
    """What fires still is kept, as what it resolves; an alert on signals fires once and is never resolved."""
    newest = sa.select(sa.func.max(alerts.c.id)).group_by(alerts.c.key)
    firing = sa.and_(alerts.c.state == "firing", alerts.c.kind != "signal", alerts.c.id.in_(newest))
    return sa.select(alerts.c.id).where(alerts.c.at < cutoff, sa.not_(firing)).order_by(alerts.c.id)


def _old_rounds(cutoff: datetime) -> sa.Select[Any]:
    return sa.select(feed_log.c.id).where(feed_log.c.at < cutoff).order_by(feed_log.c.id)


def _old_slices(cutoff: datetime) -> sa.Select[Any]:
    """Of feeds that were not asked since: the hashes of a feed that is polled are always of its last answer."""
    lately = sa.select(feeds.c.name).where(feeds.c.last_polled >= cutoff)
    return sa.select(slices.c.feed).where(slices.c.feed.not_in(lately)).order_by(slices.c.feed)


_SMALL = {
    "alerts": (alerts, alerts.c.id, _old_alerts),
    "feed_log": (feed_log, feed_log.c.id, _old_rounds),
    "slices": (slices, slices.c.feed, _old_slices),
}


def old_rows(store: Store, kind: str, cutoffs: Cutoffs) -> list[dict[str, Any]]:
    """The next rows to remove of `alerts`, `feed_log` or `slices`; none at the end."""
    table, key, old = _SMALL[kind]
    cutoff = getattr(cutoffs, kind)
    if cutoff is None:
        return []
    with store.read() as conn:
        query = sa.select(table).where(key.in_(old(cutoff).limit(ROWS_AT_ONCE))).order_by(key)
        return [dict(row) for row in conn.execute(query).mappings()]


def remove_rows(store: Store, kind: str, rows: Sequence[dict[str, Any]]) -> int:
    """Remove rows that `old_rows` gave, in one transaction; gives how many there were."""
    table, key, _ = _SMALL[kind]
    keys = [row[key.name] for row in rows]
    with store.write() as conn:
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            if kind == "alerts":
                conn.execute(alert_deliveries.delete().where(alert_deliveries.c.alert_id.in_(some)))
            conn.execute(table.delete().where(key.in_(some)))
    return len(keys)


# -- what would go, and the file ------------------------------------------------------------------------------------


def count(store: Store, cutoffs: Cutoffs) -> dict[str, int]:
    """kind -> how many rows would go now; only kinds that have a cutoff. `articles` and `signals` count articles."""
    found: dict[str, int] = {}
    with store.read() as conn:
        for kind in KINDS:
            cutoff = getattr(cutoffs, kind)
            if cutoff is None:
                continue
            if kind in _SMALL:
                query: sa.Select[Any] = sa.select(sa.func.count()).select_from(_SMALL[kind][2](cutoff).subquery())
            else:
                only = Cutoffs(**{kind: cutoff}, kept=cutoffs.kept)
                condition = _losing_text(only) if kind == "texts" else _going(only)
                assert condition is not None  # it has a cutoff
                query = _of_articles(sa.select(sa.func.count(articles.c.id))).where(condition)
            found[kind] = conn.scalar(query) or 0
    return found


def tidy_search(store: Store, gone: int) -> None:
    """Bring the words of removed texts out of SQLite's search index, where these were more than a twentieth of all;
    fewer go by themselves while new ones are written.
    """
    if not store.sqlite:
        return
    with store.read() as conn:
        kept = conn.scalar(sa.select(sa.func.count()).select_from(articles)) or 0
    more = gone * 20 > kept
    begin = True
    while more:
        with store.write() as conn:
            more, begin = search.tidy(conn, begin=begin), False


def give_back_space(store: Store) -> int | None:
    """Cut off what is free in SQLite's file, in small transactions; gives how many pages. None where the file was made
    before this program did so, and for PostgreSQL, which does it by itself.
    """
    if not store.sqlite:
        return None
    with store.read() as conn:
        if conn.exec_driver_sql("PRAGMA auto_vacuum").scalar() != 2:
            return None
    freed = 0
    while True:
        with store.write() as conn:
            before = conn.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
            raw: Any = conn.connection.dbapi_connection  # it frees a page with each row that is fetched
            raw.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
            after = conn.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
        freed += before - after
        if after == 0 or after == before:
            return freed
