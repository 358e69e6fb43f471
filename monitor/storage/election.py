"""Which process does a step, on PostgreSQL: the one that has its advisory lock, until it ends or loses the server.

The locks of a process hang on one connection of its own, so the server frees them when the process dies or its machine
does not answer any more. Whatever is written for a step checks in its own transaction that the lock is still there: a
process whose connection broke stores nothing beside its successor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.errors import LeaseHeld, StorageError
from monitor.storage.foreign_errors import translated
from monitor.storage.store import Store, fence

log = logging.getLogger(__name__)
# a machine that is gone is noticed within about 25 seconds; without meaning on a socket of the same machine
KEEP_ALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
_TAKE = sa.text("SELECT pg_try_advisory_lock(:room, :step)")
_HELD = sa.text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = :pid AND classid = :room "
    "AND objid = :step AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Election:
    """The steps of one process; safe to use from several threads."""

    def __init__(self, store: Store):
        self._store, self._turn = store, threading.Lock()
        self._conn: Connection | None = None
        self._pid = self._room = 0
        self._held: set[str] = set()

    @property
    def steps(self) -> set[str]:
        """Those that this process was elected for."""
        with self._turn:
            return set(self._held)

    @contextmanager
    def doing(self, step: str) -> Iterator[str | None]:
        """Around one run: `newly` where this process was elected for the step just now, `still` where it was before,
        None where another one is, or the database does not answer. Within it, storing raises LeaseHeld once another is.
        """
        how = self._take(step)
        if how is None:
            yield None
            return
        token = fence.set(partial(self._check, step, self._pid))
        try:
            yield how
        finally:
            fence.reset(token)

    def _take(self, step: str) -> str | None:
        with self._turn:
            try:
                with translated(self._store.url):
                    conn = self._connected()
                    if step in self._held:
                        if conn.execute(_HELD, self._key(step) | {"pid": self._pid}).first():
                            return "still"
                        self._held.discard(step)
                    if not conn.scalar(_TAKE, self._key(step)):
                        return None
            except StorageError as fault:
                log.warning("who does %s cannot be asked: %s", step, fault)
                self._drop()
                return None
            self._held.add(step)
            return "newly"

    def _connected(self) -> Connection:
        if self._conn is None:
            engine = self._store.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._conn = engine.connect()
            for line in KEEP_ALIVE:
                self._conn.exec_driver_sql(f"SET {line}")
            self._pid = self._conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            schema = self._conn.exec_driver_sql("SELECT current_schema()").scalar_one()
            self._room = crc32(f"gulf-monitor {schema}".encode()) & 0x7FFFFFFF
        return self._conn

    def _key(self, step: str) -> dict[str, int]:
        return {"room": self._room, "step": crc32(step.encode()) & 0x7FFFFFFF}

    def _check(self, step: str, pid: int, conn: Connection) -> None:
        if conn.execute(_HELD, self._key(step) | {"pid": pid}).first() is None:
            raise LeaseHeld(f"{step} is done by another process now")

    def _drop(self) -> None:
        if self._conn is not None:
            self._conn.invalidate()  # the server ends the session, and with it the locks
            self._conn.close()
        self._conn, self._held = None, set()

    def close(self) -> None:
        """Hand every step on."""
        with self._turn:
            if self._conn is not None:
                with suppress(StorageError), translated(self._store.url):
                    self._conn.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            self._drop()
