"""What articles are compared by when they are grouped into stories,
stored for the days in which they may be compared: features, vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from monitor.storage.bulk import upsert
from monitor.storage.schema import articles, features, vectors
from monitor.storage.store import Store

ARTICLES_A_PAGE = 5_000


class Kept(NamedTuple):
    """An article's features as they were written; `story_id` is what it is now."""

    id: int
    at: datetime
    title: str
    publisher: str
    story_id: int | None
    written: str


def keep(store: Store, made: Sequence[tuple[int, datetime, str, str]], *, made_by: str) -> None:
    """(article id, its time, features as text, method of the reading they were made of), in one transaction."""
    rows = [
        {"article_id": id, "at": at, "made_by": f"{made_by} {reader}", "written": text} for id, at, text, reader in made
    ]
    with store.write() as conn:
        upsert(conn, features, rows)


def since(store: Store, at: datetime, upto_id: int, *, made_by: str) -> Iterator[Kept]:
    """Those of the articles since then with an id up to this one,
    of this make and the article's own reading, oldest first.
    """
    place = sa.tuple_(features.c.at, features.c.article_id)
    columns = (
        articles.c.id,
        articles.c.at,
        articles.c.title,
        articles.c.publisher,
        articles.c.story_id,
        features.c.written,
    )
    query = (
        sa.select(*columns)
        .join(features, features.c.article_id == articles.c.id)
        .order_by(features.c.at, features.c.article_id)
        .limit(ARTICLES_A_PAGE)
    )
    query = query.where(features.c.at >= at, features.c.article_id <= upto_id)
    query = query.where(
        sa.type_coerce(features.c.made_by, sa.Text)
        == sa.literal(f"{made_by} ", sa.Text) + sa.type_coerce(articles.c.method, sa.Text)
    )
    last: tuple[datetime, int] | None = None
    while True:
        here = (
            query
            if last is None
            else query.where(place > sa.tuple_(sa.literal(last[0], features.c.at.type), sa.literal(last[1])))
        )
        with store.read() as conn:
            found = [Kept(*row) for row in conn.execute(here)]
        yield from found
        if len(found) < ARTICLES_A_PAGE:
            return
        last = (found[-1].at, found[-1].id)


def forget(store: Store, before: datetime) -> None:
    """Delete what is too old to be compared."""
    with store.write() as conn:
        for table in (features, vectors):
            conn.execute(table.delete().where(table.c.at < before))
