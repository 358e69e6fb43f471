"""How many stories report something of a place, or of one actor against another: the numbers of the map and the matrix.

A story that is reported in twenty articles is one event and counts once; an article that is in no story counts as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.storage.schema import article_tags, articles, signals
from monitor.storage.signals import known_tags
from monitor.storage.store import Store


@dataclass(frozen=True, slots=True)
class Count:
    """What is reported of one place, or of one pair of actors."""

    values: tuple[str, ...]  # the place, or who and to whom
    stories: int  # one with signals of both directions is one
    escalation: int  # stories with a signal of it
    deescalation: int
    publishers: int
    articles: int
    severity: float  # the highest magnitude of a signal, 1 to 10


_STORY = sa.func.coalesce(articles.c.story_id, -articles.c.id)


def _in(side: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Stories of which some article has this."""
    return sa.func.count(sa.case((side, _STORY)).distinct())


def _asked(since: datetime | None, until: datetime | None, modes: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    given = [signals.c.at >= since] if since is not None else []
    given += [signals.c.at < until] if until is not None else []
    return [*given, signals.c.mode.in_(modes)] if modes else given


def _counts(store: Store, query: sa.Select[Any], by: Sequence[sa.ColumnElement[Any]]) -> list[Count]:
    with store.read() as conn:
        found = [Count(tuple(row[: len(by)]), *row[len(by) :]) for row in conn.execute(query.group_by(*by))]
    return sorted(found, key=lambda count: (-count.stories, -count.severity, count.values))


def of_places(
    store: Store, since: datetime | None = None, until: datetime | None = None, modes: Sequence[str] = ()
) -> list[Count]:
    """Every place that an article with a signal names, most stories first; `modes`: of signals that are acts, or words,
    or either.
    """
    up, down = (signals.c.direction == direction for direction in ("escalation", "deescalation"))
    severity = sa.func.max(sa.func.abs(signals.c.severity)).label("severity")
    each = (
        sa.select(
            signals.c.article_id, severity,
            sa.func.max(sa.case((up, 1), else_=0)).label("up"), sa.func.max(sa.case((down, 1), else_=0)).label("down"),
        )
        .where(*_asked(since, until, modes))
        .group_by(signals.c.article_id)
        .subquery()
    )  # fmt: skip
    query = (
        sa.select(
            article_tags.c.value, sa.func.count(_STORY.distinct()), _in(each.c.up == 1), _in(each.c.down == 1),
            sa.func.count(articles.c.publisher.distinct()), sa.func.count(), sa.func.max(each.c.severity),
        )
        .join(each, each.c.article_id == article_tags.c.article_id)
        .join(articles, articles.c.id == each.c.article_id)
        .where(article_tags.c.kind == "place")
    )  # fmt: skip
    if since is not None:
        # place by place, or it walks along the tags of all times
        places = article_tags.c.value.in_(known_tags(store, "place"))
        query = query.where(places, article_tags.c.at >= since)
    if until is not None:
        query = query.where(article_tags.c.at < until)
    return _counts(store, query, (article_tags.c.value,))


def of_pairs(
    store: Store, since: datetime | None = None, until: datetime | None = None, modes: Sequence[str] = ()
) -> list[Count]:
    """Every pair of actors of which a clause says that one does something to the other, most stories first."""
    query = (
        sa.select(
            signals.c.source, signals.c.target, sa.func.count(_STORY.distinct()),
            _in(signals.c.direction == "escalation"), _in(signals.c.direction == "deescalation"),
            sa.func.count(articles.c.publisher.distinct()), sa.func.count(articles.c.id.distinct()),
            sa.func.max(sa.func.abs(signals.c.severity)),
        )
        .join(articles, articles.c.id == signals.c.article_id)
        .where(signals.c.source.is_not(None), signals.c.target.is_not(None), *_asked(since, until, modes))
    )  # fmt: skip
    return _counts(store, query, (signals.c.source, signals.c.target))
