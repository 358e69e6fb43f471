"""Stores a feed's entries with their signals in one transaction, and finds articles by any filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import REGCLASS

from monitor.errors import InputError
from monitor.models import UNREAD, Article, Correction, Feed, FeedState, Reading, Signal
from monitor.storage import corrections, feeds, news, retention, schema, search, stories
from monitor.storage.bulk import insert
from monitor.storage.filters import Filter, conditions
from monitor.storage.readings import replaced, use
from monitor.storage.rows import (
    BRIEF,
    SIGNAL,
    Item,
    another,
    article_of,
    article_values,
    digest,
    read_values,
    signal_of,
    signal_values,
    suppressed_of,
    tag_values,
    text_key,
    vector_values,
)
from monitor.storage.schema import article_tags, articles, features, signals, sound, vectors, versions
from monitor.storage.search import fold
from monitor.storage.store import Store

ARTICLES_A_PAGE = (
    1_000  # articles a step of a stream reads: short transactions, so that an export never holds up a writer's clean-up
)
MAX_WORDINGS = 20  # kept of one article: some sites change titles to and fro for ever
ASKED_AT_ONCE = 500  # values in one IN (...)
WRITTEN_AT_ONCE = 500  # articles: the rows of one need twice its own memory

__all__ = [
    "Filter", "Item", "Saved", "Version", "Waiting", "add_past", "correct", "count", "count_outdated", "earliest_after",
    "faults", "find", "get", "keep_readings", "newest_id", "outdated", "publishers", "read_up_to", "save", "several",
    "stream", "unread", "versions_of", "waiting",
]  # fmt: skip


Known = tuple[int, str, str | None]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a feed's entries."""

    new: tuple[int, ...]  # ids, in the order of the document
    edited: tuple[int, ...]  # ids of articles whose title had changed
    seen: int  # entries that were there already
    state: FeedState  # as stored: its counts of entries brought up to date


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


def save(
    store: Store, feed: Feed, items: Iterable[Item | tuple[Any, ...]], *, state: FeedState | Callable[[int], FeedState],
    slices: Sequence[bytes] | None, now: datetime,
) -> Saved:  # fmt: skip
    """items -> new ones with signals, tags and search words, edited ones read again -> state, log and slices: one
    transaction.

    `state` may be a function of the number of new articles, which only this transaction knows.
    An item whose identity the feed has had is not stored twice. `slices` None keeps the known ones. Nothing is stored
    of a document when anything fails, so it is read again at the next round.
    """
    with store.write() as conn:
        return write(conn, feed, items, state=state, slices=slices, now=now)


def write(
    conn: Connection, feed: Feed, items: Iterable[Item | tuple[Any, ...]], *, state: FeedState | Callable[[int],
        FeedState],
    slices: Sequence[bytes] | None, now: datetime,
) -> Saved:  # fmt: skip
    """As `save`, within another's transaction."""
    given = [item if isinstance(item, Item) else Item(*item) for item in items]
    if conn.dialect.name != "sqlite":  # two rounds over one feed at once would trip over the unique identity
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(feed.name))))
    unique, known = _told_apart(conn, feed.name, given)
    fresh = [(feed, key, item) for key, item in unique.items() if key not in known]
    new = _insert(conn, fresh, now)
    edited = _edit(conn, [(*known[key][:2], item) for key, item in unique.items() if key in known], now)
    stored = feeds.write(conn, state(len(new)) if callable(state) else state, new=len(new), now=now)
    if slices is not None:
        feeds.write_slices(conn, feed.name, slices)
    if new or edited:
        news.announce(conn)
    return Saved(tuple(new), tuple(edited), len(given) - len(new), stored)


# made once: building them took longer than running them
_FIRST_TITLE = sa.func.coalesce(articles.c.first_title, articles.c.title)
_FIRST_SUMMARY = sa.func.coalesce(articles.c.first_summary, articles.c.summary)
_FIRST_DIRECTION = sa.case(
    (sa.and_(articles.c.first_title.is_(None), articles.c.direction != UNREAD), articles.c.direction),
    else_=articles.c.first_direction,
)
_KNOWN = sa.select(articles.c.identity, articles.c.id, _FIRST_TITLE, articles.c.canonical).where(
    articles.c.feed == sa.bindparam("feed"), articles.c.identity.in_(sa.bindparam("keys", expanding=True))
)
_WORDINGS = (
    sa.select(versions.c.article_id, versions.c.title)
    .where(versions.c.article_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(versions.c.id)
)
_LAST_ID = sa.select(sa.func.max(articles.c.id))


def _told_apart(conn: Connection, feed: str, given: list[Item]) -> tuple[dict[bytes, Item], dict[bytes, Known]]:
    """identity -> item, each identity once, and what is stored of them.

    Some feeds give every item the same guid: one that shares an identity but neither address nor title is another
    article. Items whose article was removed, since it is too old to be kept, are left out.
    """
    plain = [digest(item.identity) for item in given]
    known = _known(conn, feed, list(dict.fromkeys(plain)))
    owners = {key: (title, canonical) for key, (_, title, canonical) in known.items()}
    removed = retention.removed_of(conn, feed, [key for key in dict.fromkeys(plain) if key not in known])
    unique: dict[bytes, Item] = {}
    for key, item in zip(plain, given, strict=True):
        mine = (item.entry.title, item.canonical)
        gone = removed.get(key)
        if not gone.is_of(*mine) if gone else another(owners.setdefault(key, mine), mine):
            key = digest(f"{item.identity}\n{item.canonical or fold(item.entry.title)}")
        unique.setdefault(key, item)
    others = list(unique.keys() - set(plain))
    removed |= retention.removed_of(conn, feed, others)
    return {key: item for key, item in unique.items() if key not in removed}, known | _known(conn, feed, others)


def _known(conn: Connection, feed: str, keys: list[bytes]) -> dict[bytes, Known]:
    """identity -> (id, first title, canonical link) of those that are stored."""
    known: dict[bytes, Known] = {}
    for at in range(0, len(keys), ASKED_AT_ONCE):
        found = conn.execute(_KNOWN, {"feed": feed, "keys": keys[at : at + ASKED_AT_ONCE]})
        known |= {bytes(identity): tuple(rest) for identity, *rest in found}
    return known


def _next_ids(conn: Connection, many: int) -> list[int]:
    """Free ids, in order. SQLite has one writer at a time; PostgreSQL's sequence serves several."""
    if conn.dialect.name == "sqlite":
        last = conn.scalar(_LAST_ID) or 0
        return list(range(last + 1, last + 1 + many))
    series = sa.func.generate_series(1, many).table_valued("n")
    sequence = sa.func.pg_get_serial_sequence("articles", "id")
    return sorted(conn.scalars(sa.select(sa.func.nextval(sa.cast(sequence, REGCLASS))).select_from(series)))


def add_past(conn: Connection, given: Sequence[tuple[Feed, Item]]) -> int:
    """Entries of an archive, in the order in which they were first seen, within another's transaction; gives how many
    are new. One that is there is edited only by a wording that was seen later than its newest one.

    What a feed's state counts follows. Of two items of one identity the first is taken: hand the other in afterwards.
    """
    of_feed: dict[str, list[Item]] = {}
    for feed, item in given:
        of_feed.setdefault(feed.name, []).append(item)
    keys: dict[int, bytes] = {}  # of the items that are new, by their place in memory
    known: list[tuple[int, str, Item]] = []
    for name, items in of_feed.items():
        unique, stored = _told_apart(conn, name, items)
        keys.update((id(item), key) for key, item in unique.items() if key not in stored)
        known += [(*stored[key][:2], item) for key, item in unique.items() if key in stored]
    fresh = [(feed, keys[id(item)], item) for feed, item in given if id(item) in keys]
    _insert(conn, fresh, schema.EPOCH)
    _edit(conn, _seen_later(conn, known), schema.EPOCH)
    for name, new in Counter(feed.name for feed, _, _ in fresh).items():
        feeds.count_past(conn, name, new)
    return len(fresh)


def _seen_later(conn: Connection, known: list[tuple[int, str, Item]]) -> list[tuple[int, str, Item]]:
    """Those whose item was first seen after the newest wording that is stored of them."""
    newest: dict[int, datetime] = {}
    ids = [article for article, _, _ in known]
    for start in range(0, len(ids), ASKED_AT_ONCE):
        some = ids[start : start + ASKED_AT_ONCE]
        seen = sa.select(articles.c.id, articles.c.first_seen).where(articles.c.id.in_(some))
        newest |= {article: at for article, at in conn.execute(seen)}
        later = sa.select(versions.c.article_id, versions.c.seen_at).where(versions.c.article_id.in_(some))
        for article, at in conn.execute(later):
            newest[article] = max(newest[article], at)
    return [one for one in known if one[2].first_seen and one[2].first_seen > newest[one[0]]]


def _insert(conn: Connection, fresh: list[tuple[Feed, bytes, Item]], now: datetime) -> list[int]:
    if not fresh:
        return []
    ids = _next_ids(conn, len(fresh))
    numbered = list(zip(ids, fresh, strict=True))
    for start in range(0, len(numbered), WRITTEN_AT_ONCE):
        _insert_some(conn, numbered[start : start + WRITTEN_AT_ONCE], now)
    return ids


def _insert_some(conn: Connection, numbered: list[tuple[int, tuple[Feed, bytes, Item]]], now: datetime) -> None:
    rows, words, found, tags, meant = [], [], [], [], []
    for id, (feed, key, item) in numbered:
        text = f"{item.entry.title} {item.entry.summary}"
        row = article_values(id, feed, item, key, fold(text), now)
        rows.append(row)
        words.append((id, search.words_of(text)))
        found += signal_values(id, row["at"], item.reading.signals)
        tags += tag_values(id, row["at"], row["actors"], row["places"], row["parts"], item.reading.signals)
        meant += vector_values(id, row["at"], item.reading)
    insert(conn, articles, rows)
    search.add(conn, words)
    insert(conn, signals, found)
    insert(conn, article_tags, tags)
    insert(conn, vectors, meant)


def _edit(conn: Connection, known: list[tuple[int, str, Item]], now: datetime) -> list[int]:
    """Where a title differs from the last one seen, keep both wordings, and let the article show the new one with its
    reading.

    A title may also change back. After MAX_WORDINGS of them the article stays as it is.
    """
    last = {id: [title] for id, title, _ in known}
    ids = list(last)
    for start in range(0, len(ids), ASKED_AT_ONCE):
        for id, title in conn.execute(_WORDINGS, {"ids": ids[start : start + ASKED_AT_ONCE]}):
            last[id].append(title)
    edited: dict[int, Item] = {}
    for id, _, item in known:
        title = sound(item.entry.title)
        if last[id][-1] != title and len(last[id]) < MAX_WORDINGS:
            _show(conn, id, item, item.first_seen or now)
            edited[id] = item
    if edited:
        _read_again(conn, corrections.applied(conn, {id: item.reading for id, item in edited.items()}))
    return list(edited)


def _show(conn: Connection, id: int, item: Item, now: datetime) -> None:
    """Give an article the wording of this item; the first one stays beside it, and it is found by every wording."""
    title, summary = item.entry.title, item.entry.summary
    text = f"{title} {summary}"
    conn.execute(versions.insert().values(article_id=id, seen_at=now, title=title, summary=summary))
    newest = {"title": title, "summary": summary, "text_key": text_key(fold(text))}
    first = {"first_title": _FIRST_TITLE, "first_summary": _FIRST_SUMMARY}
    conn.execute(
        articles.update().where(articles.c.id == id).values(first_direction=_FIRST_DIRECTION, **first, **newest)
    )
    search.widen(conn, id, search.words_of(text))


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
        return conn.scalar(_LAST_ID) or 0


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
        return first - 1 if first is not None else conn.scalar(_LAST_ID) or 0


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
        return article_of(row, _signals(conn, [id]).get(id, ()), suppressed_of(row.suppressed))


def several(store: Store, ids: Sequence[int]) -> list[Article]:
    """The articles with these ids, in this order, with signals and vectors;
    ids that are not stored are left out. Three queries.
    """
    with store.read() as conn:
        rows = {row.id: row for row in conn.execute(sa.select(*BRIEF).where(articles.c.id.in_(ids)))}
        found, meant = _signals(conn, list(rows)), _vectors(conn, list(rows))
    return [article_of(rows[id], found.get(id, ()), vector=meant.get(id)) for id in ids if id in rows]


def _signals(conn: Connection, ids: list[int]) -> dict[int, tuple[Signal, ...]]:
    found: dict[int, list[Signal]] = {}
    query = sa.select(signals.c.article_id, *SIGNAL).where(signals.c.article_id.in_(ids)).order_by(signals.c.id)
    for row in conn.execute(query):
        found.setdefault(row[0], []).append(signal_of(row))
    return {id: tuple(values) for id, values in found.items()}


def _vectors(conn: Connection, ids: list[int]) -> dict[int, bytes]:
    query = sa.select(vectors.c.article_id, vectors.c.vector).where(vectors.c.article_id.in_(ids))
    return {id: bytes(vector) for id, vector in conn.execute(query)}


def versions_of(store: Store, id: int) -> list[Version]:
    """Every wording, oldest first."""
    with store.read() as conn:
        first = conn.execute(
            sa.select(_FIRST_TITLE, _FIRST_SUMMARY, articles.c.first_seen).where(articles.c.id == id)
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
            found, meant = (_signals(conn, ids), _vectors(conn, ids)) if ids else ({}, {})
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


def keep_readings(store: Store, readings: Iterable[tuple[Article, Reading]]) -> int:
    """Store readings of articles, all of one reader, in the place of those they had. Gives how many were stored.

    An article that was edited since it was handed out keeps what it has: this reading is not of its words. Where an
    article had a reading before, the generation is raised.
    """
    given = {article.id: (article, reading) for article, reading in readings}
    done = 0
    ids = list(given)
    wording = [articles.c[name] for name in ("id", "title", "summary", "direction")]
    for start in range(0, len(ids), ASKED_AT_ONCE):
        with store.write() as conn:
            some: dict[int, Reading] = {}
            again = False
            query = sa.select(*wording).where(articles.c.id.in_(ids[start : start + ASKED_AT_ONCE])).with_for_update()
            for id, title, summary, direction in conn.execute(query):
                article, reading = given[id]
                if (title, summary) == (article.title, article.summary):
                    some[id] = reading
                    again = again or direction != UNREAD
            if some:
                done += _read_again(conn, corrections.applied(conn, some))
                (replaced if again else use)(conn, next(iter(some.values())).method)
                news.announce(conn)
    return done


def correct(store: Store, said: Correction) -> None:
    """Keep what somebody said of a signal and let the article, its signals and its story follow, in one transaction.

    The generation stays: as after an edit, the index follows from now on and its earlier points stay as they were
    published. Raises InputError where the article is not there, is not read yet or has other words, StorageError.
    """
    with store.write() as conn:
        query = sa.select(*BRIEF, articles.c.suppressed).where(articles.c.id == said.article_id).with_for_update()
        row = conn.execute(query).first()
        if row is None:
            raise InputError(f"there is no article {said.article_id}")
        own = (
            _signals(conn, [row.id]).get(row.id, ()),
            suppressed_of(row.suppressed),
            _vectors(conn, [row.id]).get(row.id),
        )
        _read_again(conn, corrections.add(conn, article_of(row, *own), said))


def _read_again(conn: Connection, given: Mapping[int, Reading]) -> int:
    """Replace readings with their signals, tags and vectors,
    and compute the rows of the stories concerned again from their articles.
    """
    columns = [articles.c[name] for name in ("id", "at", "actors", "places", "parts", "story_id")]
    before = conn.execute(sa.select(*columns).where(articles.c.id.in_(list(given)))).all()
    if not before:
        return 0
    old_signals = _signals(conn, [row.id for row in before])
    old_tags, new_tags, new_signals, meant, values = [], [], [], [], []
    for id, at, actors, places, parts, _ in before:
        reading = given[id]
        old_tags += tag_values(id, at, actors, places, parts, old_signals.get(id, ()))
        new_tags += tag_values(id, at, reading.actors, reading.places, reading.parts, reading.signals)
        new_signals += signal_values(id, at, reading.signals)
        meant += vector_values(id, at, reading)
        values.append({"b_id": id, **read_values(reading)})
    for table in (signals, vectors, features):  # features are made of the old reading
        conn.execute(table.delete().where(table.c.article_id.in_([row.id for row in before])))
    if old_tags:
        keys = [article_tags.c[name] == sa.bindparam(f"b_{name}") for name in ("kind", "value", "at", "article_id")]
        conn.execute(article_tags.delete().where(*keys), [{f"b_{k}": v for k, v in tag.items()} for tag in old_tags])
    conn.execute(articles.update().where(articles.c.id == sa.bindparam("b_id")), values)
    insert(conn, signals, new_signals)
    insert(conn, article_tags, new_tags)
    insert(conn, vectors, meant)
    stories.recompute(conn, {row.story_id for row in before if row.story_id is not None})
    return len(before)
