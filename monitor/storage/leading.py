"""The stories of a period, the leading ones first: one list for the first page, the Stories page and the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from monitor.models import Story
from monitor.storage.filters import Filter, conditions
from monitor.storage.schema import articles, stories
from monitor.storage.store import Store
from monitor.storage.stories import MEMBERS, STORY, reports_of
from monitor.storage.stories import stream as stories_stream
from monitor.stories import account
from monitor.stories.account import Account, Report

CONSIDERED = 200  # stories that are weighed


@dataclass(frozen=True, slots=True)
class Leading:
    """A story with how it reads; `account.face` is the article that represents it."""

    story: Story
    account: Account


def leading(store: Store, since: datetime, until: datetime, limit: int) -> list[Leading]:
    """The first stories with a signal, each with its account. Two queries, and a third where a headline denies."""
    found, _ = _weighed(store, _where(store, since, until, Filter(), 1, True), since, until)
    return [Leading(s, account.account(reports, s.direction, s.categories)) for s, reports in found[:limit]]


def listed(
    store: Store, since: datetime | None, until: datetime, wanted: Filter = Filter(), *, publishers: int = 1,
    signed: bool = False,
) -> tuple[list[Story], int]:  # fmt: skip
    """(the first CONSIDERED stories, how many there are) of at least so many publishers, with reports within
    since <= at < until of which one passes `wanted`; of directions, the story's own has to pass. `signed`: only those
    with a signal.
    """
    where = _where(store, since, until, wanted, publishers, signed)
    found, total = _weighed(store, where, since, until)
    return [story for story, _ in found], total


def stream(store: Store, wanted: Filter, *, publishers: int = 1, signed: bool = False) -> Iterator[Story]:
    """Every story that `listed` counts in the period of `wanted`, oldest first, page by page."""
    return stories_stream(store, passes=_where(store, wanted.since, wanted.until, wanted, publishers, signed))


def _where(
    store: Store, since: datetime | None, until: datetime | None, wanted: Filter, publishers: int, signed: bool
) -> list[sa.ColumnElement[bool]]:
    found = [stories.c.merged_into.is_(None), stories.c.articles > 0]
    if until is not None:
        first_seen: sa.ColumnElement[Any] = stories.c.first_seen
        if store.sqlite and since is not None:
            # plus nothing: of two open ends SQLite takes this one, and walks along every story there was before
            first_seen = sa.type_coerce(sa.type_coerce(first_seen, sa.BigInteger) + 0, stories.c.first_seen.type)
        found.append(first_seen < until)
    if since is not None:
        found.append(stories.c.last_seen >= since)
    if publishers > 1:
        found.append(stories.c.publishers >= publishers)
    if signed:
        found.append(stories.c.direction != "none")
    if wanted.directions:
        found.append(stories.c.direction.in_(wanted.directions))
    of_reports = replace(wanted, since=None, until=None, directions=(), story=None)
    if of_reports == Filter(theatre=True):  # what has a signal is about the theatre
        about = sa.exists().where(articles.c.story_id == stories.c.id, articles.c.theatre == sa.true())
        found.append(sa.or_(stories.c.direction != "none", about))
    elif of_reports != Filter():
        # asked once for all stories: as a condition on each, SQLite would search the words again for every story
        passes = conditions(replace(of_reports, since=since, until=until), store.engine.dialect.name)
        found.append(stories.c.id.in_(sa.select(articles.c.story_id).where(articles.c.story_id.is_not(None), *passes)))
    return found


def _weighed(
    store: Store, where: Sequence[sa.ColumnElement[bool]], since: datetime | None, until: datetime
) -> tuple[list[tuple[Story, list[Report]]], int]:
    """(stories by account.weight of their reports in the period, greatest first; how many there are).

    At most CONSIDERED are weighed, those with the greatest product of publishers, severity and confidence.
    """
    size = stories.c.publishers * sa.func.abs(stories.c.score) * sa.func.coalesce(stories.c.confidence, 1.0)
    chosen = (
        sa.select(*STORY, sa.func.count().over())
        .where(*where)
        .order_by(size.desc(), stories.c.last_seen.desc(), stories.c.id)
    )
    with store.read() as conn:
        rows = conn.execute(chosen.limit(CONSIDERED)).all()
        found = [Story(*row[:-1]) for row in rows]
        members: dict[int, list[Row[Any]]] = {}
        for row in conn.execute(MEMBERS.where(articles.c.story_id.in_([story.id for story in found]))):
            members.setdefault(row.story_id, []).append(row)
        reports = {id: reports_of(conn, rows) for id, rows in members.items()}

    def weight(one: tuple[Story, list[Report]]) -> tuple[bool, float]:
        story, of_story = one
        now = [report for report in of_story if (since is None or since <= report.at) and report.at < until]
        return account.weight(now, story.score, story.confidence, until)

    known = ((story, reports[story.id]) for story in found if story.id in reports)
    return sorted(known, key=weight, reverse=True), rows[0][-1] if rows else 0
