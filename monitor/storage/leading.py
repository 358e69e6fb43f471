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
    found = _weighed(store, _where(store, since, until, Filter(), 1, True), since, until)[:limit]
    return [Leading(s, account.account(reports, s.direction, s.categories)) for s, reports in found]


def listed(
    store: Store, since: datetime | None, until: datetime, wanted: Filter = Filter(), *, publishers: int = 1,
    signed: bool = False,
) -> tuple[list[Story], int]:  # fmt: skip
    """(the first CONSIDERED stories, how many there are) of at least so many publishers whose reports lie within
    since <= at < until and one of which passes `wanted`; of directions, the story's own has to pass. `signed`: only
    those with a signal.
    """
    where = _where(store, since, until, wanted, publishers, signed)
    found = [story for story, _ in _weighed(store, where, since, until)]
    if len(found) < CONSIDERED:
        return found, len(found)
    with store.read() as conn:
        return found, conn.execute(sa.select(sa.func.count()).select_from(stories).where(*where)).scalar_one()


def stream(store: Store, wanted: Filter, *, publishers: int = 1, signed: bool = False) -> Iterator[Story]:
    """Every story that `listed` counts in the period of `wanted`, oldest first, page by page."""
    return stories_stream(store, passes=_where(store, wanted.since, wanted.until, wanted, publishers, signed))


def _where(
    store: Store, since: datetime | None, until: datetime | None, wanted: Filter, publishers: int, signed: bool
) -> list[sa.ColumnElement[bool]]:
    found = [stories.c.merged_into.is_(None), stories.c.articles > 0]
    if until is not None:
        found.append(stories.c.first_seen < until)
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
        about = articles.c.theatre == sa.true()
        found.append(sa.or_(stories.c.direction != "none", _a_report([about])))
    elif of_reports != Filter():
        found.append(_a_report(conditions(of_reports, store.engine.dialect.name)))
    return found


def _a_report(passes: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    return sa.exists().where(articles.c.story_id == stories.c.id, *passes)


def _weighed(
    store: Store, where: Sequence[sa.ColumnElement[bool]], since: datetime | None, until: datetime
) -> list[tuple[Story, list[Report]]]:
    """Stories by account.weight of their reports in the period, greatest first.

    At most CONSIDERED are weighed, those with the greatest product of publishers, severity and confidence.
    """
    size = stories.c.publishers * sa.func.abs(stories.c.score) * sa.func.coalesce(stories.c.confidence, 1.0)
    chosen = sa.select(*STORY).where(*where).order_by(size.desc(), stories.c.last_seen.desc(), stories.c.id)
    with store.read() as conn:
        found = [Story(*row) for row in conn.execute(chosen.limit(CONSIDERED))]
        members: dict[int, list[Row[Any]]] = {}
        for row in conn.execute(MEMBERS.where(articles.c.story_id.in_([story.id for story in found]))):
            members.setdefault(row.story_id, []).append(row)
        reports = {id: reports_of(conn, rows) for id, rows in members.items()}

    def weight(one: tuple[Story, list[Report]]) -> tuple[bool, float]:
        story, of_story = one
        now = [report for report in of_story if (since is None or since <= report.at) and report.at < until]
        return account.weight(now, story.score, story.confidence, until)

    return sorted(((story, reports[story.id]) for story in found if story.id in reports), key=weight, reverse=True)
