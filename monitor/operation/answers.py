"""What /healthz, /readyz and /metrics answer, in the app and beside a bare `poll`.

/healthz   the process answers
/readyz    the database answers in the schema of this program, and the last round is young; else 503 and why: that the
           database is being upgraded, say, or was upgraded by a newer version of this program.
           `?only=database` leaves the round out: a dashboard is worth showing also while nobody polls
/metrics   numbers for Prometheus
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST

from monitor.clock import Clock, real_now
from monitor.config.settings import LastGood
from monitor.errors import MonitorError, StorageNewer, StorageUpgrading
from monitor.operation import health, metrics
from monitor.pipeline.work import Work
from monitor.storage import gauges as gauge_storage
from monitor.storage import migrations
from monitor.storage.gauges import Gauges
from monitor.storage.store import Store

log = logging.getLogger(__name__)
PATHS = ("/healthz", "/readyz", "/metrics")
TEXT = "text/plain; charset=utf-8"


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


class Answers:
    """Of one process; usable from several threads. `store` is None while the database is not open, and `waiting` then
    says why not.
    """

    def __init__(
        self,
        store: Store | None,
        settings: LastGood,
        clock: Clock,
        work: Work | None = None,
        *,
        waiting: Callable[[], MonitorError | None] = lambda: None,
    ):
        self.store, self.settings, self.clock, self.work, self.waiting = store, settings, clock, work, waiting

    def answer(self, path: str, query: str = "") -> Answer:
        """Never raises a MonitorError: what goes wrong is what is asked for."""
        if path == "/healthz":
            return Answer(200, TEXT, b"ok\n")
        if path == "/readyz":
            faults = self.faults(with_rounds=query != "only=database")
            return Answer(503 if faults else 200, TEXT, ("\n".join(faults) or "ready").encode() + b"\n")
        if path == "/metrics":
            return Answer(200, CONTENT_TYPE_LATEST, self._metrics())
        return Answer(404, TEXT, f"there are {', '.join(PATHS)}\n".encode())

    def faults(self, *, with_rounds: bool = True) -> list[str]:
        """Why the program is not ready; empty where it is. What it says is fit for strangers: no address, no path."""
        gauges = self._gauges()
        if isinstance(gauges, str):
            return [gauges]
        try:
            found = health.database_faults(gauges, migrations.newest())
            if with_rounds and not found:
                found = health.round_faults(gauges, self.settings.current()[0].feeds, self.clock.now())
            return found
        except MonitorError as fault:
            log.warning("not ready: %s", fault)
            return ["the clock or the configuration cannot be read"]

    def _gauges(self) -> Gauges | str:
        """What the database says, or why it says nothing."""
        fault = self.waiting() if self.store is None else None
        if self.store is not None:
            try:
                return gauge_storage.read(self.store)
            except MonitorError as failed:
                log.warning("not ready: %s", failed)
                fault = failed
        return str(fault) if isinstance(fault, (StorageNewer, StorageUpgrading)) else "the database does not answer"

    def _metrics(self) -> bytes:
        found = self._gauges()
        gauges = None if isinstance(found, str) or found.version != migrations.newest() else found
        try:
            now, feeds = self.clock.now(), self.settings.current()[0].feeds
        except MonitorError as fault:
            log.warning("metrics without those of the database: %s", fault)
            now, feeds, gauges = real_now(), (), None
        return metrics.exposition(gauges, feeds, self.work, now, real_now(), self._size())

    def _size(self) -> int | None:
        """Bytes of a SQLite file with its journal; a server of PostgreSQL is watched by its own exporter."""
        if self.store is None or self.store.path is None:
            return None
        try:
            paths = (self.store.path, self.store.path.with_name(self.store.path.name + "-wal"))
            return sum(path.stat().st_size for path in paths if path.exists())
        except OSError:
            return None
