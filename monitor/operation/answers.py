"""What /healthz, /readyz and /metrics answer, in the app and beside a bare `poll`.

/healthz   the process answers
/readyz    the database answers in the schema of this program, and the last round is young; else 503 and why.
           `?only=database` leaves the round out: a dashboard is worth showing also while nobody polls
/metrics   numbers for Prometheus
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST

from monitor.clock import Clock, real_now
from monitor.config.settings import LastGood
from monitor.errors import MonitorError
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
    """Of one process; usable from several threads. `store` is None where the database could not be opened."""

    def __init__(self, store: Store | None, settings: LastGood, clock: Clock | None, work: Work | None = None):
        self.store, self.settings, self.clock, self.work = store, settings, clock, work

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
        if gauges is None:
            return ["the database does not answer"]
        try:
            found = health.database_faults(gauges, migrations.newest())
            if with_rounds and not found:
                found = health.round_faults(gauges, self.settings.current()[0].feeds, self._now())
            return found
        except MonitorError as fault:
            log.warning("not ready: %s", fault)
            return ["the clock or the configuration cannot be read"]

    def _gauges(self) -> Gauges | None:
        if self.store is None:
            return None
        try:
            return gauge_storage.read(self.store)
        except MonitorError as fault:
            log.warning("not ready: %s", fault)
            return None

    def _metrics(self) -> bytes:
        gauges = self._gauges()
        if gauges and gauges.version != migrations.newest():
            gauges = None
        try:
            now, feeds = self._now(), self.settings.current()[0].feeds
        except MonitorError as fault:
            log.warning("metrics without those of the database: %s", fault)
            now, feeds, gauges = real_now(), (), None
        return metrics.exposition(gauges, feeds, self.work, now, real_now(), self._size())

    def _now(self) -> datetime:
        return self.clock.now() if self.clock else real_now()

    def _size(self) -> int | None:
        """Bytes of a SQLite file with its journal; a server of PostgreSQL is watched by its own exporter."""
        if self.store is None or self.store.path is None:
            return None
        try:
            paths = (self.store.path, self.store.path.with_name(self.store.path.name + "-wal"))
            return sum(path.stat().st_size for path in paths if path.exists())
        except OSError:
            return None
