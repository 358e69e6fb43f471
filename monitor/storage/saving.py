"""Stores a feed's entries with their signals in one transaction, and keeps readings and corrections of what is stored.

items -> told apart by identity -> new ones, edited ones -> articles, signals, tags, vectors, words of the search
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import REGCLASS

from monitor.errors import InputError
from monitor.models import UNREAD, Article, Correction, Feed, FeedState, Reading
from monitor.storage import corrections, feeds, news, retention, search, stories
from monitor.storage.articles import ASKED_AT_ONCE, FIRST_SUMMARY, FIRST_TITLE, LAST_ID, signals_of, vectors_of
from monitor.storage.bulk import insert
from monitor.storage.columns import EPOCH, sound
from monitor.storage.readings import replaced, use
from monitor.storage.rows import (
    BRIEF,
    Item,
    another,
    article_of,
    article_values,
    digest,
    read_values,
    signal_values,
    suppressed_of,
    tag_values,
    text_key,
    vector_values,
)
from monitor.storage.schema import article_tags, articles, features, signals, vectors, versions
from monitor.storage.search import fold
from monitor.storage.store import Store

MAX_WORDINGS = 20  # kept of one article: some sites change titles to and fro for ever
WRITTEN_AT_ONCE = 500  # articles: the rows of one need twice its own memory

__all__ = ["Item", "Saved", "add_past", "correct", "keep_readings", "save", "write"]

Known = tuple[int, str, str | None]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a feed's entries."""

    new: tuple[int, ...]  # ids, in the order of the document
    edited: tuple[int, ...]  # ids of articles whose title had changed
    seen: int  # entries that were there already
    state: FeedState  # as stored: its counts of entries brought up to date


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
_FIRST_DIRECTION = sa.case(
    (sa.and_(articles.c.first_title.is_(None), articles.c.direction != UNREAD), articles.c.direction),
    else_=articles.c.first_direction,
)
_KNOWN = sa.select(articles.c.identity, articles.c.id, FIRST_TITLE, articles.c.canonical).where(
    articles.c.feed == sa.bindparam("feed"), articles.c.identity.in_(sa.bindparam("keys", expanding=True))
)
_WORDINGS = (
    sa.select(versions.c.article_id, versions.c.title)
    .where(versions.c.article_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(versions.c.id)
)


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
        last = conn.scalar(LAST_ID) or 0
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
    _insert(conn, fresh, EPOCH)
    _edit(conn, _seen_later(conn, known), EPOCH)
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
    first = {"first_title": FIRST_TITLE, "first_summary": FIRST_SUMMARY}
    conn.execute(
        articles.update().where(articles.c.id == id).values(first_direction=_FIRST_DIRECTION, **first, **newest)
    )
    search.widen(conn, id, search.words_of(text))


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
            signals_of(conn, [row.id]).get(row.id, ()),
            suppressed_of(row.suppressed),
            vectors_of(conn, [row.id]).get(row.id),
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
    old_signals = signals_of(conn, [row.id for row in before])
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
