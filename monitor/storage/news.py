"""Tells dashboards that articles came in, were edited or were read, on PostgreSQL (LISTEN, NOTIFY): while nothing does,
an open page need not ask the database what is new.

    transaction that stores -> NOTIFY with its commit -> every News that listens -> `heard` grows
"""

from __future__ import annotations

import logging
import threading
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.errors import StorageError
from monitor.storage.foreign_errors import translated
from monitor.storage.store import Store

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds after which it looks whether it is to stop
AGAIN = 5.0  # seconds until a broken connection is made anew
_NOTIFY = sa.text("SELECT pg_notify('gulf_monitor_' || current_schema(), '')")


def announce(conn: Connection) -> None:
    """Within another's writing transaction: its commit is news. Nothing on SQLite, where one process has it all."""
    if conn.dialect.name == "postgresql":
        conn.execute(_NOTIFY)


class News:
    """Listens in a thread of its own, on a connection of its own."""

    def __init__(self, store: Store):
        self._store, self._stop = store, threading.Event()
        self._heard: int | None = None
        self._count = 0
        self.remembered: dict[object, tuple[int, Any]] = {}  # what was read -> (`heard` before it was read, answer)
        self._thread = threading.Thread(target=self._run, name="news", daemon=True)
        self._thread.start()

    @property
    def heard(self) -> int | None:
        """How often there was news so far; None while nobody listens, so that nothing may be concluded from silence."""
        return self._heard

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2 * LOOK)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with translated(self._store.url):
                    self._listen()
            except (StorageError, psycopg.Error) as fault:  # pages ask as they would without it, until it listens again
                log.warning("news cannot be listened for: %s", fault)
            finally:
                self._heard = None
            self._stop.wait(AGAIN)

    def _listen(self) -> None:
        engine = self._store.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            schema = conn.exec_driver_sql("SELECT current_schema()").scalar_one()
            channel = conn.dialect.identifier_preparer.quote_identifier(f"gulf_monitor_{schema}")
            conn.exec_driver_sql(f"LISTEN {channel}")
            raw: Any = conn.connection.driver_connection
            try:
                while not self._stop.is_set():
                    self._heard = self._count = self._count + 1  # also at the beginning: something may have been missed
                    while not self._stop.is_set() and not list(raw.notifies(timeout=LOOK, stop_after=1)):
                        pass
            finally:
                conn.invalidate()  # it would be used for other things, and go on listening
