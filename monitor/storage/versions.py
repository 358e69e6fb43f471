"""The wordings of edited articles: which articles were edited since, for what is made of an article's text."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.storage.schema import versions
from monitor.storage.store import Store


def newest_id(store: Store) -> int:
    """The id of the edit stored last, 0 when there is none."""
    with store.read() as conn:
        return conn.scalar(sa.select(sa.func.max(versions.c.id))) or 0


def edited(store: Store, after_id: int, upto_id: int, *, upto_article: int) -> list[int]:
    """Ids of the articles, up to this one, that were edited since: by the edits with after_id < id <= upto_id."""
    edits = versions.c.id > after_id, versions.c.id <= upto_id
    query = sa.select(versions.c.article_id).where(*edits, versions.c.article_id <= upto_article).distinct()
    with store.read() as conn:
        return list(conn.scalars(query.order_by(versions.c.article_id)))
