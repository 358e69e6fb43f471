"""Notes that outlive a process: the worker's last fault, what is wrong with feeds.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.storage.bulk import upsert
from monitor.storage.schema import meta
from monitor.storage.store import Store


@dataclass(frozen=True, slots=True)
class Note:
    value: str
    at: datetime


def put(store: Store, key: str, value: str | None, now: datetime) -> None:
    """Keep a note under a key, in the place of the one before; None takes it away."""
    with store.write() as conn:
        if value is None:
            conn.execute(meta.delete().where(meta.c.key == key))
        else:
            upsert(conn, meta, [{"key": key, "value": value, "at": now}])


def all(store: Store) -> dict[str, Note]:
    with store.read() as conn:
        return {key: Note(value, at) for key, value, at in conn.execute(sa.select(meta.c.key, meta.c.value, meta.c.at))}
