"""Stories beyond their row of now: how they stood at an earlier time, and which confirmed one leads each part of the
theatre.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row

from monitor.models import Story
from monitor.storage.columns import parted
from monitor.storage.schema import articles, stories, versions
from monitor.storage.store import Store
from monitor.storage.stories import MEMBERS, STORY, reports_of, values_of
from monitor.stories.account import HALF_LIFE
from monitor.stories.headlines import of_the_event

LED = 8  # days that have a leading story named
CONSIDERED = 600  # confirmed stories, last reported first, of which one leads each part
LED_OF = 200  # stories that the leading ones of days are chosen from
CHANGED = 400  # stories with a report since a time, last reported first
_AT_ONCE = 500
_FIELDS = [column.name for column in STORY]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A story that several publishers confirm, with all who report it, the first one first."""

    story: Story
    publishers: tuple[str, ...]


def confirmed(store: Store, since: datetime, until: datetime) -> dict[str, Confirmed]:
    """part of the theatre -> the story that leads it among those that two independent publishers confirm, reported
    within since <= time < until.

    A story is about a part when half of its articles that are about any part are about this one. They are weighed like
    leading stories: publishers, each counting half for every 12 hours, times severity and confidence.
    """
    chosen = (
        sa.select(*STORY)
        .where(stories.c.merged_into.is_(None), stories.c.direction != "none", stories.c.confirmed_by > 1)
        .where(stories.c.state.in_(("confirmed", "disputed")))
        .where(stories.c.last_seen >= since, stories.c.first_seen < until)
        .order_by(stories.c.last_seen.desc(), stories.c.id.desc())
        .limit(CONSIDERED)
    )
    member = sa.select(
        articles.c.story_id,
        articles.c.publisher,
        articles.c.at,
        sa.type_coerce(articles.c.parts, sa.Text).label("parts"),
    )
    with store.read() as conn:
        found = [Story(*row) for row in conn.execute(chosen)]
        members: dict[int, list[Row[Any]]] = defaultdict(list)
        for start in range(0, len(found), _AT_ONCE):
            some = articles.c.story_id.in_([story.id for story in found[start : start + _AT_ONCE]])
            for row in conn.execute(member.where(some, articles.c.at < until).order_by(articles.c.at)):
                members[row.story_id].append(row)
    best: dict[str, tuple[tuple[bool, float], Story]] = {}
    for story in found:
        weight = _weight(story, members[story.id], until)
        for part in _about(parted(row.parts) for row in members[story.id]):
            if part not in best or weight > best[part][0]:
                best[part] = (weight, story)
    return {
        part: Confirmed(story, tuple(dict.fromkeys(row.publisher for row in members[story.id])))
        for part, (_, story) in best.items()
    }


def leaders(store: Store, since: datetime, until: datetime, limit: int = LED) -> list[Confirmed]:
    """The confirmed stories that led the days of a span, oldest first: of each UTC day at most the one with the most
    confirming publishers, times severity and confidence, and of those days the `limit` whose story weighs most.
    """
    size = stories.c.confirmed_by * sa.func.abs(stories.c.score) * sa.func.coalesce(stories.c.confidence, 1.0)
    query = (
        sa.select(*STORY)
        .where(stories.c.merged_into.is_(None), stories.c.direction != "none", stories.c.confirmed_by > 1)
        .where(stories.c.state.in_(("confirmed", "disputed")))
        .where(stories.c.first_seen >= since, stories.c.first_seen < until)
        .order_by(size.desc(), stories.c.id)
        .limit(LED_OF)
    )
    with store.read() as conn:
        days: dict[date, Story] = {}
        for row in conn.execute(query):
            story = Story(*row)
            if of_the_event(story.title) and len(days) < limit:
                days.setdefault(story.first_seen.astimezone(UTC).date(), story)
        chosen = {story.id: story for story in days.values()}
        who = sa.select(articles.c.story_id, articles.c.publisher).where(articles.c.story_id.in_(list(chosen)))
        names: dict[int, dict[str, None]] = defaultdict(dict)
        for row in conn.execute(who.order_by(articles.c.at, articles.c.id)):
            names[row.story_id][row.publisher] = None
    found = [Confirmed(story, tuple(names[story.id])) for story in chosen.values()]
    return sorted(found, key=lambda one: one.story.first_seen)


def _weight(story: Story, members: list[Row[Any]], until: datetime) -> tuple[bool, float]:
    """As account.weight, but for copies: whether its headline is of the event, then newness, severity, confidence."""
    first: dict[str, datetime] = {}
    for row in members:
        first.setdefault(row.publisher, row.at)
    newness = sum(0.5 ** ((until - at) / HALF_LIFE) for at in first.values())
    independent = story.publishers / len(first) if first else 0.0
    sure = 1.0 if story.confidence is None else story.confidence
    return of_the_event(story.title), newness * min(1.0, independent) * abs(story.score) * sure


def _about(parts: Iterable[tuple[str, ...]]) -> list[str]:
    counts: Counter[str] = Counter()
    tied = 0
    for some in parts:
        tied += bool(some)
        counts.update(some)
    return [part for part, many in counts.items() if 2 * many >= tied]


def changed(store: Store, since: datetime) -> list[tuple[Story | None, Story]]:
    """(as it stood at `since`, as it stands now) of each story with a signal that a report came for, or was edited,
    after that time; None where it was not there yet. Last reported first, at most CHANGED.

    What an edited article said before its edits is taken from its first wording.
    """
    with store.read() as conn:
        edited = sa.select(versions.c.article_id).where(versions.c.seen_at > since)
        story = sa.select(articles.c.story_id).where(articles.c.story_id.is_not(None))
        # each by its index: with OR between them PostgreSQL walks along all articles
        touched = story.where(articles.c.first_seen > since).union(story.where(articles.c.id.in_(edited)))
        query = sa.select(*STORY).where(stories.c.merged_into.is_(None), stories.c.direction != "none")
        query = query.where(stories.c.id.in_(touched)).order_by(stories.c.last_seen.desc(), stories.c.id.desc())
        now = [Story(*row) for row in conn.execute(query.limit(CHANGED))]
        was_edited = set(conn.scalars(edited))
        members: dict[int, list[Row[Any]]] = defaultdict(list)
        for start in range(0, len(now), _AT_ONCE):
            some = articles.c.story_id.in_([story.id for story in now[start : start + _AT_ONCE]])
            for row in conn.execute(MEMBERS.where(some, articles.c.first_seen <= since)):
                members[row.story_id].append(row)
        before = {}
        for id, rows in members.items():
            reports = [
                report._replace(direction=report.first_direction, first_direction=None)
                if report.id in was_edited and report.first_direction
                else report
                for report in reports_of(conn, rows)
            ]
            values = values_of(id, rows, reports)
            before[id] = Story(*(values[name] for name in _FIELDS))
    return [(before.get(story.id), story) for story in now]
