"""Backups of PostgreSQL by its own tools, pg_dump and pg_restore, which have to be as new as the server.

A backup holds the whole database, and restoring swaps whole databases, so this program needs one for itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from monitor.errors import BackupError, StorageBusy
from monitor.storage import schema
from monitor.storage.backup import Copy, Tally, tally
from monitor.storage.foreign_errors import translated
from monitor.storage.store import Store, open_store

OWN = {*schema.metadata.tables, "schema_version", "article_search"}
_BEGIN = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(')


def dump(store: Store, partial: Path) -> dict[str, Tally]:
    """pg_dump of one snapshot, compared with the same snapshot as the server tells it."""
    reading = store.engine.execution_options(isolation_level="REPEATABLE READ")
    with translated(store.url), reading.connect() as conn, conn.begin():
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        snapshot = conn.exec_driver_sql("SELECT pg_export_snapshot()").scalar()
        _run(
            ["pg_dump", "--format=custom", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={partial}"],
            store.engine.url,
        )  # fmt: skip
        served = _tables(conn)
    if (written := _tables_of_dump(partial)) != served:
        raise BackupError("the dump differs from the database; it was thrown away. Is the disk sound?")
    return written


def restore(address: URL, file: Path, now: datetime) -> Copy:
    """The backup in a new database, compared and migrated, which then takes the name of the one before."""
    name = address.database or ""
    address = address.set(drivername="postgresql+psycopg")
    scratch, kept = address.set(database=f"{name}_restoring"), f"{name}_before_{now:%Y%m%dt%H%M%Sz}"
    tables = _tables_of_dump(file)
    if "articles" not in tables:
        raise BackupError(f"{file} is no backup of this program: it has no articles")
    shown = address.render_as_string(hide_password=True)
    # a name cannot be changed from within its database
    admin = sa.create_engine(
        address.set(database="template1" if name == "postgres" else "postgres").difference_update_query(["options"]),
        isolation_level="AUTOCOMMIT", poolclass=NullPool,
    )  # fmt: skip
    quote = admin.dialect.identifier_preparer.quote_identifier
    restored = quote(f"{name}_restoring")
    with translated(shown), admin.connect() as server:
        there = server.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if there:
            _refuse_strangers(address)
        server.exec_driver_sql(f"DROP DATABASE IF EXISTS {restored}")
        server.exec_driver_sql(f"CREATE DATABASE {restored} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            _run(["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(file)], scratch)
            if _tables_at(scratch) != tables:
                raise BackupError(f"what was restored differs from {file}; the database is as it was")
            open_store(scratch.render_as_string(hide_password=False)).close()  # migrates it
            if there:
                _rename(server, quote(name), quote(kept))
            _rename(server, restored, quote(name))
        finally:
            server.exec_driver_sql(f"DROP DATABASE IF EXISTS {restored}")
            if there and not server.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
                _rename(server, quote(kept), quote(name))
    return Copy(file, file.stat().st_size, tables, f"database {kept}" if there else None)


def _rename(server: Connection, name: str, to: str) -> None:
    try:
        server.exec_driver_sql(f"ALTER DATABASE {name} RENAME TO {to}")
    except sa.exc.DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) != "55006":  # object in use
            raise
        raise StorageBusy(f"{name} is in use; stop the dashboards and `poll` first, then restore again") from fault


def _refuse_strangers(address: URL) -> None:
    engine = sa.create_engine(address, poolclass=NullPool)
    with engine.connect() as conn:
        found = conn.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).scalars()
        if strangers := sorted(set(found) - OWN):
            raise BackupError(
                f"the database has tables of others ({', '.join(strangers[:5])}), and restoring swaps the whole "
                "database; give this program one for itself, or restore by hand with pg_restore"
            )


def _tables_at(address: URL) -> dict[str, Tally]:
    with sa.create_engine(address, poolclass=NullPool).connect() as conn:
        return _tables(conn)


def _tables(conn: Connection) -> dict[str, Tally]:
    """Every table as COPY writes it, line by line."""
    names = conn.exec_driver_sql(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).all()
    quote = conn.dialect.identifier_preparer.quote_identifier
    return {table: tally(_lines(conn, f"{quote(schema)}.{quote(table)}")) for schema, table in names}


def _lines(conn: Connection, table: str) -> Iterator[bytes]:
    raw: Any = conn.connection.dbapi_connection  # psycopg's: its cursors can COPY
    rest = b""
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as pieces:
        for piece in pieces:
            *lines, rest = (rest + bytes(piece)).split(b"\n")
            yield from lines


def _tables_of_dump(file: Path) -> dict[str, Tally]:
    """Every table of a dump. Raises BackupError when pg_restore cannot read it."""
    with subprocess.Popen(
        [_tool("pg_restore"), "--data-only", "--file=-", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        tables = {}
        for line in process.stdout:
            if begun := _BEGIN.match(line):
                tables[begun[1].decode()] = tally(_until_end(process.stdout))
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise BackupError(f"pg_restore cannot read {file}: {said.strip()}")
    return tables


def _until_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == b"\\.\n":
            return
        yield line.rstrip(b"\n")


def _run(words: list[str], address: URL) -> None:
    """A tool on a database; its password is not on the command line, which other users see. Raises BackupError."""
    shown = address.set(drivername="postgresql", password=None).render_as_string()
    command = [_tool(words[0], [*words[1:], f"--dbname={shown}"]), *words[1:], f"--dbname={shown}"]
    environ = os.environ | ({"PGPASSWORD": str(address.password)} if address.password else {})
    done = subprocess.run(command, env=environ, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise BackupError(f"{words[0]} failed: {done.stderr.strip()}")


def _tool(name: str, words: list[str] | None = None) -> str:
    if found := shutil.which(name):
        return found
    line = f": {' '.join([name, *words])}" if words else ""
    raise BackupError(
        f"{name} is not here, the tool of PostgreSQL that this needs; install postgresql-client as new as the server, "
        f"or run it where it is{line}"
    )
