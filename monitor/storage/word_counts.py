"""How many entries of each day hold one of the plain words that the index is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.storage.bulk import upsert
from monitor.storage.index import DAY_OF, moment_of
from monitor.storage.schema import articles, word_counts
from monitor.storage.store import Store

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayCount:
    """`entries` are all that were stored of the UTC day when it was counted, off-topic ones included."""

    day: datetime
    entries: int
    counted: int  # that hold one of the words
    method: str  # which words


def save(store: Store, found: Iterable[DayCount]) -> None:
    """Keep counts in the place of those of the same days."""
    rows = [{"day": one.day, "entries": one.entries, "counted": one.counted, "method": one.method} for one in found]
    with store.write() as conn:
        upsert(conn, word_counts, rows)


def days(store: Store, method: str) -> list[DayCount]:
    """The days that were counted by these words, oldest first."""
    columns = [word_counts.c[name] for name in ("day", "entries", "counted", "method")]
    query = sa.select(*columns).where(word_counts.c.method == method).order_by(word_counts.c.day)
    with store.read() as conn:
        return [DayCount(*row) for row in conn.execute(query)]


def stored(store: Store, since: datetime | None, before: datetime) -> dict[datetime, int]:
    """How many entries there are of each UTC day with since <= day < before."""
    query = sa.select(DAY_OF, sa.func.count()).where(articles.c.at < before).group_by(DAY_OF)
    if since is not None:
        query = query.where(articles.c.at >= since)
    with store.read() as conn:
        return {moment_of(number): entries for number, entries in conn.execute(query)}


def texts(store: Store, day: datetime) -> list[tuple[str, str, str | None]]:
    """(title, summary, language) of every entry of a UTC day."""
    query = sa.select(articles.c.title, articles.c.summary, articles.c.lang)
    with store.read() as conn:
        rows = conn.execute(query.where(articles.c.at >= day, articles.c.at < day + DAY))
        return [(title, summary, lang) for title, summary, lang in rows]
