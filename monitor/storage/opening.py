"""Opens the database in a thread of its own, and tries again until it is open: whoever shows something has to show it
meanwhile, and says what it waits for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from monitor.errors import MonitorError, StorageError, StorageUpgrading
from monitor.storage.store import Store, open_store

log = logging.getLogger(__name__)
AGAIN = 5.0  # seconds until what could not be opened is tried again


class Opening:
    """`then` is called with the store, in that thread, once it is open."""

    def __init__(self, url: str, then: Callable[[Store], None]):
        self._url, self._then = url, then
        self._open, self._stop = threading.Event(), threading.Event()
        self._fault: MonitorError = StorageError("the database is being opened")
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)

    def start(self, *, wait: float) -> None:
        """Begin, and return once it is open, or after so many seconds."""
        self._thread.start()
        self._open.wait(wait)

    def close(self) -> None:
        """Do not try again. An upgrade that runs ends with the process, and what it began is rolled back."""
        self._stop.set()

    def fault(self) -> MonitorError | None:
        """What keeps the database from being used; None once it is open. StorageUpgrading names no address."""
        return None if self._open.is_set() else self._fault

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                store = open_store(self._url, say=self._say)
                if self._stop.is_set():
                    store.close()
                    return
                self._then(store)
            except MonitorError as fault:
                self._say(fault)
                self._stop.wait(AGAIN)
            else:
                self._open.set()
                return

    def _say(self, fault: MonitorError) -> None:
        if str(fault) != str(self._fault):
            log.log(logging.INFO if isinstance(fault, StorageUpgrading) else logging.ERROR, "%s", fault)
        self._fault = fault
