"""Stories: which articles report one event, and what follows from its members.

A story's row is always computed from its articles, so it cannot disagree with them. Its id is that of an article in it, chosen by
the caller (the one that opened it); a story that was merged keeps its row and points to where its articles went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from monitor.models import UNREAD, Article, Story
from monitor.storage.bulk import upsert
from monitor.storage.rows import BRIEF, article_of
from monitor.storage.schema import articles, moment, parted, stories
from monitor.storage.store import Store

_STORY = [
    stories.c[name]
    for name in ("id", "title", "first_seen", "last_seen", "direction", "score", "categories", "actors", "places", "langs", "articles",
                 "publishers")
]  # fmt: skip
# raw columns of a member: a story of thousands is computed again with each page that brings it more
_MEMBER = [
    *(articles.c[name] for name in ("id", "story_id", "publisher", "tier", "lang", "direction", "score", "title")),
    sa.type_coerce(articles.c.at, sa.BigInteger).label("at"),
    *(sa.type_coerce(articles.c[name], sa.Text).label(name) for name in ("categories", "actors", "places")),
]
_AT_ONCE = 500
GROUPED = "articles grouped up to"  # the note that says so, by id
EDITS_GROUPED = "edits grouped up to"  # likewise, of versions


def assign(store: Store, placed: Mapping[int, int]) -> None:
    """article id -> story id, in one transaction; every story touched, also one that articles left, is computed again."""
    if not placed:
        return
    with store.write() as conn:
        ids, touched = list(placed), set(placed.values())
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            touched |= set(conn.scalars(sa.select(articles.c.story_id).where(articles.c.id.in_(some)).distinct())) - {
                None
            }
        move = articles.update().where(articles.c.id == sa.bindparam("article")).values(story_id=sa.bindparam("story"))
        conn.execute(move, [{"article": article, "story": story} for article, story in placed.items()])
        recompute(conn, touched)


def merge(store: Store, into: int, others: Iterable[int]) -> None:
    """Give the articles of other stories to one; the others, and what pointed to them, point there from now on."""
    others = sorted(set(others) - {into})
    if not others:
        return
    with store.write() as conn:
        conn.execute(articles.update().where(articles.c.story_id.in_(others)).values(story_id=into))
        gone = sa.or_(stories.c.id.in_(others), stories.c.merged_into.in_(others))
        conn.execute(stories.update().where(gone).values(merged_into=into, articles=0, publishers=0))
        recompute(conn, {into})


def recompute(conn: Connection, ids: set[int]) -> None:
    """Write the rows of these stories from their members; one that has none left and was not merged is removed."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        members: dict[int, list[Row[Any]]] = {}
        query = sa.select(*_MEMBER).where(articles.c.story_id.in_(some)).order_by(articles.c.at, articles.c.id)
        for row in conn.execute(query):
            members.setdefault(row.story_id, []).append(row)
        upsert(conn, stories, [_values(id, members[id]) for id in some if id in members])
        empty = [id for id in some if id not in members]
        conn.execute(stories.delete().where(stories.c.id.in_(empty), stories.c.merged_into.is_(None)))


def _values(id: int, members: list[Row[Any]]) -> dict[str, Any]:
    """A story's row from its members, oldest first. The direction is that of most of them, `mixed` where as many say the opposite."""
    votes = Counter(a.direction for a in members if a.direction not in ("none", UNREAD)).most_common(2)
    tied = len(votes) == 2 and votes[0][1] == votes[1][1]
    scores = [a.score for a in members]

    def together(field: str) -> tuple[str, ...]:
        texts = dict.fromkeys(getattr(a, field) for a in members)  # of thousands of members few differ
        return tuple(dict.fromkeys(word for text in texts for word in parted(text)))

    return {
        "id": id, "title": min(members, key=lambda a: (a.tier, a.at, a.id)).title,
        "first_seen": moment(members[0].at), "last_seen": moment(members[-1].at),
        "direction": "mixed" if tied else votes[0][0] if votes else "none",
        "score": max(0.0, *scores) + min(0.0, *scores),  # strongest escalation plus strongest de-escalation, as for an article
        "categories": together("categories"), "actors": together("actors"), "places": together("places"),
        "langs": tuple(dict.fromkeys(a.lang for a in members if a.lang)),
        "articles": len(members), "publishers": len({a.publisher for a in members}), "merged_into": None,
    }  # fmt: skip


def reported_without(store: Store, upto_id: int) -> list[datetime]:
    """The times of articles up to this id that have a signal and no story, oldest first: their reading was replaced."""
    query = sa.select(articles.c.at).where(
        articles.c.story_id.is_(None), sa.type_coerce(articles.c.categories, sa.Text) != "", articles.c.id <= upto_id
    )
    with store.read() as conn:
        return list(conn.scalars(query.order_by(articles.c.at)))


def merges(store: Store) -> dict[int, int]:
    """Each story that turned out to be part of another one -> that one."""
    with store.read() as conn:
        return {
            id: into
            for id, into in conn.execute(
                sa.select(stories.c.id, stories.c.merged_into).where(stories.c.merged_into.is_not(None))
            )
        }


def find(
    store: Store, since: datetime | None = None, until: datetime | None = None, *, direction: str | None = None,
    category: str | None = None, publishers: int = 1, limit: int = 100, before: tuple[datetime, int] | None = None,
) -> list[Story]:  # fmt: skip
    """Stories with since <= last_seen and first_seen < until, of at least so many publishers; newest report first.

    `before` is (last_seen, id) of the last one of the page before.
    """
    query = sa.select(*_STORY).where(stories.c.merged_into.is_(None), stories.c.publishers >= publishers)
    if since is not None:
        query = query.where(stories.c.last_seen >= since)
    if until is not None:
        query = query.where(stories.c.first_seen < until)
    if direction is not None:
        query = query.where(stories.c.direction == direction)
    if category is not None:
        listed = ";" + sa.type_coerce(stories.c.categories, sa.Text) + ";"
        query = query.where(listed.contains(f";{category};", autoescape=True))
    if before is not None:
        bound = sa.tuple_(sa.literal(before[0], stories.c.last_seen.type), sa.literal(before[1]))
        query = query.where(sa.tuple_(stories.c.last_seen, stories.c.id) < bound)
    with store.read() as conn:
        return [
            Story(*row)
            for row in conn.execute(query.order_by(stories.c.last_seen.desc(), stories.c.id.desc()).limit(limit))
        ]


def stream(
    store: Store, since: datetime | None = None, until: datetime | None = None, *, page: int = 1_000
) -> Iterator[Story]:
    """Every story with since <= last_seen and first_seen < until, oldest first, page by page."""
    place = sa.tuple_(stories.c.first_seen, stories.c.id)
    query = (
        sa.select(*_STORY)
        .where(stories.c.merged_into.is_(None))
        .order_by(stories.c.first_seen, stories.c.id)
        .limit(page)
    )
    if since is not None:
        query = query.where(stories.c.last_seen >= since)
    if until is not None:
        query = query.where(stories.c.first_seen < until)
    last: tuple[datetime, int] | None = None
    while True:
        here = query
        if last is not None:
            here = query.where(place > sa.tuple_(sa.literal(last[0], stories.c.first_seen.type), sa.literal(last[1])))
        with store.read() as conn:
            found = [Story(*row) for row in conn.execute(here)]
        yield from found
        if len(found) < page:
            return
        last = (found[-1].first_seen, found[-1].id)


def get(store: Store, id: int) -> Story | None:
    """A story, or the one it was merged into, without its articles."""
    into = sa.select(sa.func.coalesce(stories.c.merged_into, stories.c.id)).where(stories.c.id == id).scalar_subquery()
    with store.read() as conn:
        row = conn.execute(sa.select(*_STORY).where(stories.c.id == into)).first()
    return Story(*row) if row else None


def members(store: Store, id: int) -> list[Article]:
    """The articles of a story, oldest first, without their signals."""
    query = sa.select(*BRIEF).where(articles.c.story_id == id).order_by(articles.c.at, articles.c.id)
    with store.read() as conn:
        return [article_of(row) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Leading:
    """A story with its publishers, the first to report first, and the id of the article that represents it."""

    story: Story
    publishers: tuple[str, ...]
    face: int


def leading(store: Store, since: datetime, until: datetime, limit: int) -> list[Leading]:
    """Stories with a signal whose reports lie within since <= last_seen, first_seen < until; most publishers first, then most severe.

    Two queries, however many stories are asked for. The article that represents a story has the story's direction if any has it,
    then the strongest score; of equals the earliest.
    """
    chosen = (
        sa.select(*_STORY)
        .where(stories.c.merged_into.is_(None), stories.c.direction != "none")
        .where(stories.c.last_seen >= since, stories.c.first_seen < until)
        .order_by(stories.c.publishers.desc(), sa.func.abs(stories.c.score).desc(), stories.c.last_seen.desc())
        .limit(limit)
    )
    columns = [articles.c[name] for name in ("story_id", "id", "publisher", "direction", "score")]
    with store.read() as conn:
        found = [Story(*row) for row in conn.execute(chosen)]
        reports: dict[int, list[Row[Any]]] = {story.id: [] for story in found}
        query = sa.select(*columns).where(articles.c.story_id.in_(list(reports)))
        for row in conn.execute(query.order_by(articles.c.at, articles.c.id)):
            reports[row.story_id].append(row)
    return [
        Leading(
            story,
            tuple(dict.fromkeys(report.publisher for report in reports[story.id])),
            max(reports[story.id], key=lambda report: (report.direction == story.direction, abs(report.score))).id,
        )
        for story in found
        if reports[story.id]
    ]
