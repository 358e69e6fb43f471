"""Which reader the stored readings are of, and how often they were replaced: for whoever keeps something made of them
in memory.

`generation` is raised by reading stored articles again (`tag --stored`), in the transaction that replaces their
readings, and by nothing else. Whoever remembers what was made of readings forgets it when the number has moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.storage.bulk import upsert
from monitor.storage.columns import EPOCH
from monitor.storage.schema import articles, meta
from monitor.storage.store import Store

READER, GENERATION = "reader", "generation"  # keys of notes


@dataclass(frozen=True, slots=True)
class Readings:
    """The method of the reader in use, empty while nothing was read; and the generation."""

    reader: str
    generation: int


def current(store: Store) -> Readings:
    """As the database says now. Raises StorageError."""
    with store.read() as conn:
        noted = dict(
            conn.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.in_((READER, GENERATION)))).all()
        )
        reader = noted.get(READER)
        if reader is None:  # of a database that nobody has polled into since this note is kept
            reader = conn.scalar(sa.select(articles.c.method).order_by(articles.c.id.desc()).limit(1)) or ""
    return Readings(reader, int(noted.get(GENERATION, 0)))


def use(conn: Connection, reader: str) -> None:
    """Within another's transaction: articles are read by this reader from now on."""
    upsert(conn, meta, [{"key": READER, "value": reader, "at": EPOCH}])


def replaced(conn: Connection, reader: str | None = None) -> None:
    """Within another's transaction: readings of stored articles, or what was made of them,
    were replaced. Raises the generation.
    """
    if reader:
        use(conn, reader)
    number = conn.scalar(sa.select(meta.c.value).where(meta.c.key == GENERATION).with_for_update())
    upsert(conn, meta, [{"key": GENERATION, "value": str(int(number or 0) + 1), "at": EPOCH}])
