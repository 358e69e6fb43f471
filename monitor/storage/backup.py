"""Copies the database while everything runs, and puts a copy back.

SQLite by its online backup, PostgreSQL by pg_dump and pg_restore.

    backup    one snapshot -> FILE.partial -> compared with the snapshot, table by table -> FILE
    restore   FILE -> a copy beside the database -> compared, migrated -> takes its place; the old one is kept

A snapshot stays as it is however much is written meanwhile. What is compared of a table is its number of rows and
the sum of their digests, which does not depend on their order. Nothing is ever overwritten.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from monitor.errors import BackupError, StorageBusy, StorageCorrupt
from monitor.storage.foreign_errors import translated, translated_of_file
from monitor.storage.store import Store, open_store

MAGIC = b"SQLite format 3\0"
ROWS_AT_ONCE = 2_000
_WHOLE = 1 << 128


@dataclass(frozen=True, slots=True)
class Tally:
    """What a table holds: its rows, and their digests added up."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup that was made or put back, and what it holds."""

    file: Path
    size: int  # bytes
    tables: dict[str, Tally]
    kept: str | None = None  # of a restore: what the database before is called now

    @property
    def rows(self) -> int:
        return sum(tally.rows for tally in self.tables.values())


def tally(rows: Iterable[bytes]) -> Tally:
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(blake2b(row, digest_size=16).digest())
    return Tally(count, total % _WHOLE)


def backup(store: Store, file: Path) -> Copy:
    """Copy the database as it is at this moment into a new file.

    Raises BackupError and StorageError; then there is no file.
    """
    if file.exists():
        raise BackupError(f"{file} is there already and is not overwritten; choose another name")
    if not file.parent.is_dir():
        raise BackupError(f"the folder {file.parent} is not there; make it first, or choose another")
    if store.sqlite:
        copy = _to_new_file(file, lambda partial: _copy_sqlite(store, partial))
    else:
        from monitor.storage import backup_postgresql

        copy = _to_new_file(file, lambda partial: backup_postgresql.dump(store, partial))
    return copy


def restore(url: str, file: Path, now: datetime) -> Copy:
    """Put a backup in the place of the database at `url`, in the schema of this program; the one before is kept.

    Raises BackupError and StorageError; the database is then as it was. StorageBusy while another has it open.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not a file; name one that `backup` made")
    with translated_of_file(file), file.open("rb") as opened:
        of_sqlite = opened.read(len(MAGIC)) == MAGIC
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        if of_sqlite:
            raise BackupError(f"{file} is a backup of SQLite, and MONITOR_DATABASE_URL names a database of PostgreSQL")
        from monitor.storage import backup_postgresql

        return backup_postgresql.restore(address, file, now)
    if not of_sqlite:
        raise BackupError(f"{file} is no backup of a SQLite database, which MONITOR_DATABASE_URL names")
    assert address.database is not None  # the environment was checked
    return _restore_sqlite(Path(address.database), file, now)


def _to_new_file(file: Path, make: Callable[[Path], dict[str, Tally]]) -> Copy:
    """What `make` wrote and found sound, under its name at last: a file of that name is whole."""
    partial = file.with_name(file.name + ".partial")
    try:
        with translated_of_file(file):
            _remove(partial)  # of a backup that was killed
            tables = make(partial)
            _to_disk(partial)
            size = partial.stat().st_size
            try:
                os.link(partial, file)  # unlike a rename it never replaces a file
            except FileExistsError:
                raise BackupError(f"{file} was made by somebody else meanwhile and is not overwritten") from None
            except OSError:  # a file system without links
                partial.rename(file)
            _to_disk(file.parent)
    finally:
        with suppress(OSError):
            _remove(partial)
    return Copy(file, size, tables)


# -- SQLite -----------------------------------------------------------------------------------------------


def _copy_sqlite(store: Store, partial: Path) -> dict[str, Tally]:
    with store.read() as conn:
        source = conn.connection.dbapi_connection
        assert isinstance(source, sqlite3.Connection)
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins with the first read
        with translated(str(partial)), closing(_opened(partial)) as target:
            target.execute("PRAGMA synchronous=OFF")  # it is written to the disk at the end, as a whole
            source.backup(target)  # in one step: in several it would begin anew after each commit of another
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
            copied = _sound_tables(target, partial)
        if copied != _tables(source):
            raise BackupError("the copy differs from the database; it was thrown away. Is the disk sound?")
    return copied


def _restore_sqlite(database: Path, file: Path, now: datetime) -> Copy:
    copy = database.with_name(database.name + ".restoring")
    try:
        with translated_of_file(copy):
            database.parent.mkdir(parents=True, exist_ok=True)
            _remove(copy)
            shutil.copyfile(file, copy)
            if not filecmp.cmp(file, copy, shallow=False):
                raise BackupError(f"the copy of {file} differs from it; is the disk sound?")
        with translated(str(file)), closing(_opened(copy)) as conn:
            tables = _sound_tables(conn, file)
            if "articles" not in tables:
                raise BackupError(f"{file} is no backup of this program: it has no articles")
        open_store(f"sqlite:///{copy}").close()  # migrates it, or says that a later program made it
        with translated(str(copy)), closing(_opened(copy)) as conn:
            conn.execute("PRAGMA journal_mode=DELETE")
            if "articles" not in tables or _tables(conn)["articles"].rows != tables["articles"].rows:
                raise BackupError(f"the upgraded copy of {file} has another number of articles; nothing was changed")
        _to_disk(copy)
        kept = _set_aside(database, now)
        with translated_of_file(database):
            os.replace(copy, database)
            _to_disk(database.parent)
    finally:
        with suppress(OSError):
            _remove(copy)
    return Copy(file, database.stat().st_size, tables, kept)


def _set_aside(database: Path, now: datetime) -> str | None:
    """Give the database a second name, under which it stays; what waits in its journal is brought into it first."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    journal, its_copy = (Path(f"{path}-wal") for path in (database, kept))
    with translated_of_file(kept):
        if kept.exists() or its_copy.exists():
            raise BackupError(f"{kept} is there already and is not overwritten")
        if journal.exists():  # whoever opens a damaged database for the last time removes it
            shutil.copyfile(journal, its_copy)
    try:
        with translated(str(database)), closing(_opened(database)) as conn:
            conn.execute("PRAGMA journal_mode=DELETE")  # which needs the file for itself
        its_copy.unlink(missing_ok=True)
    except StorageBusy as fault:
        its_copy.unlink(missing_ok=True)
        raise StorageBusy(f"{database} is in use; stop the dashboard and `poll` first, then restore again") from fault
    except StorageCorrupt:  # a reason to restore
        pass
    with translated_of_file(kept):
        for name in _names(database)[1:]:
            name.unlink(missing_ok=True)  # a journal that stayed would be read into the file that comes
        try:
            os.link(database, kept)
        except OSError:  # a file system without links
            database.rename(kept)
    return str(kept)


def _names(database: Path) -> list[Path]:
    return [database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal")]


def _remove(database: Path) -> None:
    for name in _names(database):
        name.unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=2, isolation_level=None)


def _sound_tables(conn: sqlite3.Connection, file: Path) -> dict[str, Tally]:
    """Every table, after SQLite has checked the file. Raises StorageCorrupt naming what it found."""
    if (found := conn.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
        raise StorageCorrupt(f"{file} is damaged: {found}")
    return _tables(conn)


def _tables(conn: sqlite3.Connection) -> dict[str, Tally]:
    """Every table that is one, the parts of the search too; a virtual one is made of these."""
    names = conn.execute(
        "SELECT name FROM sqlite_master "
        "WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: tally(_rows(conn, name)) for (name,) in names}


def _rows(conn: sqlite3.Connection, table: str) -> Iterable[bytes]:
    encode = msgspec.msgpack.Encoder().encode
    cursor = conn.execute(f'SELECT * FROM "{table}"')
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from map(encode, rows)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
