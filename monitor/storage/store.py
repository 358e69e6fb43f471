"""Opens the database, gives connections, and translates foreign errors into ours, once.

SQLite runs in WAL mode: readers see a snapshot and never wait, writers queue (BEGIN IMMEDIATE). `synchronous` is
NORMAL: a killed process loses nothing that was committed; a power cut may take back the last commits, whole, and since
a feed's articles, its state and its item hashes are one commit, those entries are simply polled again. What must not
happen twice (an alert that was sent) is written with `durable=True`, which waits for the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url

from monitor.errors import StorageBusy, StorageError, StorageNewer, StorageReadOnly, StorageUpgrading
from monitor.storage import migrations
from monitor.storage.foreign_errors import translated

# asked within each writing transaction of the step that runs: whether its process may still store (election.py)
fence: ContextVar[Callable[[Connection], None] | None] = ContextVar("fence", default=None)
WRITER_WAIT_SECONDS = 10.0  # seconds a writer waits for another before it gives up


class Store:
    """An open database, safe to share among threads. Made by `open_store`."""

    def __init__(self, url: URL, engine: Engine, *, wait: float = WRITER_WAIT_SECONDS):
        self.url = url.render_as_string(hide_password=True)
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self.path = Path(url.database) if self.sqlite and url.database else None
        self._wait = wait
        self._migrated = False  # by then the schema is this program's, and what is written checks that it still is
        # SQLite's own busy handler sleeps and retries, and may starve a thread; inside the process a lock is fair
        # enough
        self._turn = threading.Lock() if self.sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for one short reading transaction. Raises StorageError: StorageNewer and StorageUpgrading where
        it fails since another program upgraded the database, or does so now.
        """
        with self._explained(), translated(self.url), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A connection for one short writing transaction, committed at the end,
        rolled back by any exception. Raises StorageError, as `read` does, and LeaseHeld within a step that another
        process does now.
        """
        if self._turn and not self._turn.acquire(timeout=self._wait):
            raise StorageBusy(f"another writer of this process held {self.url} for more than {self._wait:g} s")
        try:
            with self._explained(), translated(self.url), self.engine.connect() as conn:
                conn = conn.execution_options(monitor_write=True, monitor_durable=durable)
                with conn.begin():
                    if self._migrated:
                        migrations.check_for_writing(conn)
                    if check := fence.get():
                        check(conn)
                    yield conn
        finally:
            if self._turn:
                self._turn.release()

    def migrate(self, say: Callable[[StorageUpgrading], None] | None = None) -> None:
        """Bring the database to the schema of this program, and see from now on that whatever is written finds it so.
        Raises StorageError.
        """
        migrations.migrate(self.read, self.write, say=say)
        self._migrated = True

    def standing(self) -> migrations.Standing:
        """Which schema the database has, and whether it is being upgraded. Raises StorageError."""
        with translated(self.url), self.engine.connect() as conn, conn.begin():
            return migrations.standing(conn)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What fails, or waits too long, since another program upgrades the database or has done so, says that."""
        try:
            yield
        except StorageError as fault:
            may_be = type(fault) in (StorageError, StorageBusy) and not isinstance(fault.__cause__, sa.exc.TimeoutError)
            if self._migrated and may_be:
                if why := self._other_program(busy=isinstance(fault, StorageBusy)):
                    raise why from fault
            raise

    def _other_program(self, *, busy: bool) -> StorageError | None:
        """What another program does, or has done, to the schema that a read or a write fails of."""
        try:
            found = self.standing()
            found.check()
        except (StorageNewer, StorageUpgrading) as why:
            return why
        except StorageError:  # what failed first says more
            return None
        return StorageUpgrading(found.version) if busy and found.upgrading else None

    def close(self) -> None:
        self.engine.dispose()


def open_store(
    url: str,
    *,
    wait: float = WRITER_WAIT_SECONDS,
    migrate: bool = True,
    say: Callable[[StorageUpgrading], None] | None = None,
) -> Store:
    """Open the database at `url`, making or upgrading it first unless `migrate` is off; `say` is told how that goes,
    and while it waits for another process that upgrades.

    Raises a StorageError that says what to do.
    """
    try:
        address = make_url(url)
    except sa.exc.ArgumentError as fault:
        raise StorageError(
            "the database address cannot be read; write sqlite:///data/monitor.db or postgresql://user@host/name"
        ) from fault
    backend = address.get_backend_name()
    if backend == "sqlite":
        store = Store(address, _sqlite(address, wait), wait=wait)
    elif backend in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
        store = Store(address, _postgresql(address, wait), wait=wait)
    else:
        raise StorageError(f"{backend} is not supported; use sqlite:///path or postgresql://user@host/name")
    try:
        if migrate:
            store.migrate(say)
    except BaseException:  # whatever it is, also Ctrl-C: no connection stays open, and the caller gets it
        store.close()
        raise
    return store


def _sqlite(address: URL, wait: float) -> Engine:
    if not address.database or ":memory:" in address.database:
        raise StorageError(
            "the database has to be a file, since several threads and processes share it: sqlite:///data/monitor.db"
        )
    folder = Path(address.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StorageReadOnly(f"the folder {folder} for the database cannot be made: {fault.strerror}") from fault
    engine = sa.create_engine(
        address.set(drivername="sqlite+pysqlite"),
        # the driver begins no transaction of its own: the event below does
        connect_args={"isolation_level": None, "timeout": wait, "check_same_thread": False},
        pool_size=8, max_overflow=24, pool_timeout=wait,
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: object) -> None:
        cursor = raw.cursor()
        for line in (
            f"busy_timeout={int(wait * 1000)}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-8000",
            "wal_autocheckpoint=8000",
            "journal_size_limit=67108864",
        ):
            cursor.execute(f"PRAGMA {line}")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")  # counts in an empty file only, and only before this line
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        options, raw = conn.get_execution_options(), conn.connection.dbapi_connection
        assert raw is not None  # it has just been taken from the pool
        if options.get("monitor_write"):
            raw.execute(f"PRAGMA synchronous={'FULL' if options.get('monitor_durable') else 'NORMAL'}").close()
            raw.execute("BEGIN IMMEDIATE").close()
        else:
            raw.execute("BEGIN").close()

    return engine


def _postgresql(address: URL, wait: float) -> Engine:
    given = address.query.get("options", "")  # the address may carry some of its own: a schema, say
    # The search of millions of articles marks what it finds in a bitmap. Where that does not fit, PostgreSQL 18.4 lost
    # rows (22 of 61,409 that a prefix found in 5 million, with 4 MB).
    options = (
        f"-c work_mem=64MB {given} -c timezone=UTC -c lock_timeout={int(wait * 1000)} "
        "-c idle_in_transaction_session_timeout=600000"
    )
    return sa.create_engine(
        address, connect_args={"connect_timeout": max(2, int(wait)), "options": options},
        pool_size=8, max_overflow=24, pool_timeout=wait, pool_pre_ping=True,
    )  # fmt: skip
