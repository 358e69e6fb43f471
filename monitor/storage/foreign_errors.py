"""Turns what a database driver raises into our error tree, keeping the cause."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy.exc as foreign

from monitor.errors import StorageBusy, StorageCorrupt, StorageError, StorageFull, StorageReadOnly, StorageUnreachable

# SQLite's primary result codes (https://sqlite.org/rescode.html); the extended ones keep them in the low byte
_SQLITE = {
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_CANTOPEN: StorageReadOnly,
    sqlite3.SQLITE_PERM: StorageReadOnly,
    sqlite3.SQLITE_CORRUPT: StorageCorrupt,
    sqlite3.SQLITE_NOTADB: StorageCorrupt,
}
# of the extended ones those that say more: where a disk is full, the journal's index cannot grow
_SQLITE_EXTENDED = {sqlite3.SQLITE_IOERR_SHMSIZE: StorageFull, sqlite3.SQLITE_IOERR_SHMOPEN: StorageReadOnly}
# SQLSTATE codes and classes (PostgreSQL, appendix A); the longest prefix that fits decides
_POSTGRESQL = {
    "55P03": StorageBusy, "40001": StorageBusy, "40P01": StorageBusy, "57014": StorageBusy, "25P03": StorageBusy,
    "55006": StorageBusy,
    "53100": StorageFull, "53200": StorageFull, "54": StorageError,
    "25006": StorageReadOnly, "42501": StorageReadOnly,
    "XX001": StorageCorrupt, "XX002": StorageCorrupt,
    "08": StorageUnreachable, "57P": StorageUnreachable, "28": StorageUnreachable, "3D": StorageUnreachable,
    "53300": StorageUnreachable,
}  # fmt: skip
_REMEDY = {
    StorageBusy: "another writer, or an upgrade, holds the database; try again, or see what else writes to it",
    StorageFull: "the disk is full; free some space and try again",
    StorageReadOnly: "the database or its folder may not be written; check its owner and rights",
    StorageCorrupt: "the file is damaged or not a database; restore a copy, or move it away to start with a new one",
    StorageUnreachable: "the database server does not answer or refuses; check MONITOR_DATABASE_URL and that it runs",
    StorageError: "the database failed",
}


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Re-raise any error of SQLAlchemy or a driver as a StorageError that names the database and a remedy."""
    try:
        yield
    except foreign.TimeoutError as fault:
        raise StorageBusy(f"{url}: all connections are in use") from fault
    except foreign.DBAPIError as fault:
        raise _ours(fault.orig, url) from fault
    except foreign.SQLAlchemyError as fault:
        raise StorageError(f"{url}: {fault}") from fault
    except sqlite3.Error as fault:  # from the pool's own events, which SQLAlchemy does not wrap
        raise _ours(fault, url) from fault


@contextmanager
def translated_of_file(path: Path) -> Iterator[None]:
    """Re-raise an error of the file system as a StorageError that names the file and a remedy."""
    try:
        yield
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"{path}: {_REMEDY[StorageFull]} ({fault.strerror})") from fault
        if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StorageReadOnly(
                f"{path} may not be written; check its folder, owner and rights ({fault.strerror})"
            ) from fault
        raise StorageError(f"{path}: {fault.strerror or fault}") from fault


def _ours(fault: BaseException | None, url: str) -> StorageError:
    kind = StorageError
    if isinstance(fault, sqlite3.Error):
        code = getattr(fault, "sqlite_errorcode", None) or 0
        kind = _SQLITE_EXTENDED.get(code) or _SQLITE.get(code & 0xFF, StorageError)
    elif (state := getattr(fault, "sqlstate", None)) is not None:
        kind = next((_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRESQL), StorageError)
    elif type(fault).__name__ in ("OperationalError", "ConnectionTimeout"):  # psycopg's, when no server ever answered
        kind = StorageUnreachable
    return kind(
        f"{url}: {_REMEDY[kind]} ({str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__})"
    )
