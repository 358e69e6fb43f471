"""A database for oneself, for as long as something is done to it that nobody may poll into."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.clock import real_now
from monitor.errors import LeaseHeld, StorageError
from monitor.pipeline.process import is_gone, this_process
from monitor.storage import lease
from monitor.storage.store import Store

HEARTBEAT = 10.0  # seconds between two signs of life


@contextmanager
def held(store: Store) -> Iterator[Callable[[], None]]:
    """The database's lease; gives what raises once it is lost. Raises LeaseHeld while another process polls into it."""
    holder = this_process()
    before = lease.current(store, real_now=real_now())
    if before is not None and is_gone(before.holder):
        lease.release(store, before.holder)
    lease.take(store, holder, real_now())
    stopped, lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not stopped.wait(HEARTBEAT):
            try:
                lease.renew(store, holder, real_now())
            except LeaseHeld:
                lost.set()
                return
            except StorageError:  # whether it was lost is seen when the database is back
                continue

    def still_held() -> None:
        if lost.is_set():
            raise LeaseHeld("another process took the database over meanwhile; run the command again once it has ended")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield still_held
    finally:
        stopped.set()
        thread.join()
        lease.release(store, holder)
