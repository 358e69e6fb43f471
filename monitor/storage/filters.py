"""What articles can be asked for by, and how that becomes SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.storage import search
from monitor.storage.schema import article_tags as tags
from monitor.storage.schema import articles


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is given must hold; of several values in one field, any. The default lets everything through."""

    since: datetime | None = None  # at >= since
    until: datetime | None = None  # at < until
    directions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()  # act, words; together with categories: of one and the same signal
    actors: tuple[str, ...] = ()
    pair: tuple[str, str] | None = None  # (source, target) of one signal
    places: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # theatre parts
    langs: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    story: int | None = None
    text: str = ""
    theatre: bool | None = None
    after_id: int | None = None  # stored later than this article: what has come in meanwhile
    upto_id: int | None = None  # stored no later than this article: a list that stays still

    def tagged(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The conditions that article_tags answers: (kinds, values); no values: any."""
        pair = (f"{self.pair[0]}>{self.pair[1]}",) if self.pair else ()
        wanted: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
            (("pair",), pair),
            (("place",), self.places),
            (("actor",), self.actors),
            (("part",), self.parts),
        ]
        if self.modes or self.categories:
            wanted.append((self.modes or ("act", "words"), self.categories))
        return [(kinds, values) for kinds, values in wanted if values or kinds == self.modes]


def conditions(wanted: Filter, dialect: str) -> list[sa.ColumnElement[bool]]:
    """The WHERE clauses over `articles` for a filter."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(articles.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(articles.c.at < wanted.until)
    for column, values in (
        (articles.c.direction, wanted.directions),
        (articles.c.lang, wanted.langs),
        (articles.c.publisher, wanted.publishers),
        (articles.c.tier, wanted.tiers),
        (articles.c.country, wanted.countries),
        (articles.c.feed, wanted.feeds),
    ):
        if values:
            found.append(column == values[0] if len(values) == 1 else column.in_(values))
    if wanted.story is not None:
        found.append(articles.c.story_id == wanted.story)
    if wanted.theatre is not None:
        found.append(articles.c.theatre == wanted.theatre)
    if wanted.after_id is not None:
        found.append(articles.c.id > wanted.after_id)
    if wanted.upto_id is not None:
        found.append(articles.c.id <= wanted.upto_id)
    for kinds, values in wanted.tagged():
        where: list[sa.ColumnElement[bool]] = [tags.c.kind.in_(kinds)]
        if values:
            where.append(tags.c.value.in_(values))
        if wanted.since is not None:
            where.append(tags.c.at >= wanted.since)
        if wanted.until is not None:
            where.append(tags.c.at < wanted.until)
        if dialect == "sqlite":  # 3.40 counts nothing at all for (at, id) IN (...)
            found.append(articles.c.id.in_(sa.select(tags.c.article_id).where(*where)))
        else:  # with the time as well PostgreSQL can probe the key of the tags, instead of walking them over and over
            found.append(
                sa.tuple_(articles.c.at, articles.c.id).in_(sa.select(tags.c.at, tags.c.article_id).where(*where))
            )
    if wanted.text.strip():
        found += search.conditions(wanted.text, articles.c.id, dialect)
    return found
