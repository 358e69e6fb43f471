"""Stories: which articles report one event, and what follows from its members.

A story's row is always computed from its articles, so it cannot disagree with them. Its id is that of an article in it,
chosen by the caller (the one that opened it); a story that was merged keeps its row and points to where its articles
went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from monitor.models import UNREAD, Article, Story
from monitor.storage.bulk import upsert
from monitor.storage.columns import parted
from monitor.storage.rows import BRIEF, article_of
from monitor.storage.schema import articles, stories, vectors
from monitor.storage.store import Store
from monitor.stories import account
from monitor.stories.account import OPENING, Account, Report
from monitor.stories.headlines import said_of_itself

STORY = [
    stories.c[name]
    for name in (
        "id",
        "title",
        "first_seen",
        "last_seen",
        "direction",
        "score",
        "categories",
        "actors",
        "places",
        "langs",
        "articles",
        "publishers",
        "state",
        "confirmed_by",
        "first_publisher",
        "confidence",
        "titles",
    )
]
# what an account is made of, in the order of account.Report
_REPORT = [
    *(articles.c[name] for name in ("id", "at", "publisher", "tier", "lang", "title")),
    sa.func.substr(articles.c.summary, 1, OPENING).label("opening"),
    *(articles.c[name] for name in ("direction", "score", "confidence")),
    vectors.c.vector,
    articles.c.first_direction,
]
# raw columns of a member: a story of thousands is computed again with each page that brings it more
_MEMBER = [
    *_REPORT,
    articles.c.story_id,
    *(sa.type_coerce(articles.c[name], sa.Text).label(name) for name in ("categories", "actors", "places")),
]
MEMBERS = (
    sa.select(*_MEMBER).outerjoin(vectors, vectors.c.article_id == articles.c.id).order_by(articles.c.at, articles.c.id)
)
_AT_ONCE = 500
GROUPED = "articles grouped up to"  # the note that says so, by id
EDITS_GROUPED = "edits grouped up to"  # likewise, of versions
CORRECTIONS_GROUPED = "corrections grouped up to"  # likewise, of corrections


def assign(store: Store, placed: Mapping[int, int], merged: Mapping[int, int] | None = None) -> None:
    """Give articles to stories (`placed`: article id -> story id), in one transaction; every story touched, also one
    that articles left, is computed again, once.

    `merged` (story -> story) comes first: all articles of a story go to another one, which its address leads to from
    then on, as do those that led to it. A story that all articles left otherwise points to the one that took most of
    them.
    """
    merged = {was: into for was, into in (merged or {}).items() if was != into}
    if not placed and not merged:
        return
    with store.write() as conn:
        for was, into in merged.items():
            conn.execute(articles.update().where(articles.c.story_id == was).values(story_id=into))
            _point(conn, [was], into)
        ids = list(placed)
        taken: dict[int, Counter[int]] = {}  # story -> stories that took articles of it
        for start in range(0, len(ids), _AT_ONCE):
            some = articles.c.id.in_(ids[start : start + _AT_ONCE])
            for id, story in conn.execute(sa.select(articles.c.id, articles.c.story_id).where(some)):
                if story is not None and story != placed[id]:
                    taken.setdefault(story, Counter())[placed[id]] += 1
        if placed:
            move = articles.update().where(articles.c.id == sa.bindparam("article"))
            move = move.values(story_id=sa.bindparam("story"))
            conn.execute(move, [{"article": article, "story": story} for article, story in placed.items()])
        for was in sorted(taken):
            if conn.scalar(sa.select(sa.func.count()).where(articles.c.story_id == was)) == 0:
                most = min(taken[was], key=lambda story: (-taken[was][story], story))
                _point(conn, [was], most)
        recompute(conn, {*placed.values(), *taken, *merged.values()})


def known(store: Store, ids: Iterable[int]) -> set[int]:
    """Those of these ids that are or were stories."""
    wanted = sorted(ids)
    found: set[int] = set()
    with store.read() as conn:
        for start in range(0, len(wanted), _AT_ONCE):
            some = stories.c.id.in_(wanted[start : start + _AT_ONCE])
            found.update(conn.scalars(sa.select(stories.c.id).where(some)))
    return found


def _point(conn: Connection, gone: list[int], into: int) -> None:
    """Stories that have no article any more, and what pointed to them, point to another one."""
    rows = sa.or_(stories.c.id.in_(gone), stories.c.merged_into.in_(gone))
    values = {"merged_into": into, "articles": 0, "publishers": 0, "confirmed_by": 0}
    conn.execute(stories.update().where(rows).values(values))


def recompute(conn: Connection, ids: set[int]) -> None:
    """Write the rows of these stories from their members; one that has none left and was not merged is removed."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        members: dict[int, list[Row[Any]]] = {}
        for row in conn.execute(MEMBERS.where(articles.c.story_id.in_(some))):
            members.setdefault(row.story_id, []).append(row)
        # one story after the other, so that what is remembered of its headlines is still there for its account
        written = [values_of(id, members[id], reports_of(conn, members[id])) for id in some if id in members]
        upsert(conn, stories, written)
        empty = [id for id in some if id not in members]
        conn.execute(stories.delete().where(stories.c.id.in_(empty), stories.c.merged_into.is_(None)))


def reports_of(conn: Connection, members: list[Row[Any]]) -> list[Report]:
    """What an account is made of, from rows of MEMBERS."""
    denying = [a.id for a in members if "denial" in said_of_itself(a.title)]
    negated = _negated(conn, denying) if denying else {}
    return [Report._make((*tuple(row)[: len(_REPORT)], negated.get(row.id, ()))) for row in members]


def _negated(conn: Connection, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """article id -> the categories that its title negates."""
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = sa.select(articles.c.id, articles.c.suppressed).where(articles.c.id.in_(ids[start : start + _AT_ONCE]))
        for id, suppressed in conn.execute(query):
            found[id] = tuple(s[0] for s in suppressed if s[1].startswith("negation:") and s[2] == "title")
    return found


def values_of(id: int, members: Sequence[Any], reports: list[Report]) -> dict[str, Any]:
    """A story's row from its members, oldest first. The direction is that of most of them,
    `mixed` where as many say the opposite.
    """
    votes = Counter(a.direction for a in reports if a.direction not in ("none", UNREAD)).most_common(2)
    tied = len(votes) == 2 and votes[0][1] == votes[1][1]
    scores = [a.score for a in members]
    direction = "mixed" if tied else votes[0][0] if votes else "none"

    def together(field: str) -> tuple[str, ...]:
        texts = dict.fromkeys(getattr(a, field) for a in members)  # of thousands of members few differ
        return tuple(dict.fromkeys(word for text in texts for word in parted(text)))

    categories = together("categories")
    reads = account.account(reports, direction, categories)
    return {
        "id": id, "title": reads.title, "first_seen": members[0].at, "last_seen": members[-1].at,
        "direction": direction, "score": max(0.0, *scores) + min(0.0, *scores),
        # strongest escalation plus strongest de-escalation, as for an article
        "categories": categories, "actors": together("actors"), "places": together("places"),
        "langs": tuple(dict.fromkeys(a.lang for a in members if a.lang)),
        "articles": len(members), "publishers": reads.publishers, "merged_into": None,
        "state": reads.state, "confirmed_by": reads.confirmed_by, "first_publisher": reads.first_publisher,
        "confidence": reads.confidence, "titles": reads.titles,
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
    query = sa.select(*STORY).where(stories.c.merged_into.is_(None), stories.c.publishers >= publishers)
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
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    passes: Sequence[sa.ColumnElement[bool]] = (),
    page: int = 1_000,
) -> Iterator[Story]:
    """Every story with since <= last_seen and first_seen < until that `passes`, oldest first, page by page."""
    place = sa.tuple_(stories.c.first_seen, stories.c.id)
    query = (
        sa.select(*STORY)
        .where(stories.c.merged_into.is_(None), *passes)
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
        row = conn.execute(sa.select(*STORY).where(stories.c.id == into)).first()
    return Story(*row) if row else None


def account_of(store: Store, story: Story) -> Account | None:
    """How a story reads by its reports as they are now:
    who followed, and which of them deny, oppose or take it back.
    """
    with store.read() as conn:
        rows = list(conn.execute(MEMBERS.where(articles.c.story_id == story.id)))
        reports = reports_of(conn, rows)
    return account.account(reports, story.direction, story.categories) if reports else None


def members(store: Store, id: int) -> list[Article]:
    """The articles of a story, oldest first, without their signals."""
    query = sa.select(*BRIEF).where(articles.c.story_id == id).order_by(articles.c.at, articles.c.id)
    with store.read() as conn:
        return [article_of(row) for row in conn.execute(query)]
