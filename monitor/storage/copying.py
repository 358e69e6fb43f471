"""Copies a whole database to another one, from SQLite to PostgreSQL or back, and compares them table by table.

    one snapshot of the source -> tables in the order of their references, page by page -> counted and compared -> done

How far it came is noted in the target with each page, so it goes on after a kill. What is compared of a table is its
number of rows and the sum of their digests; a table that differs, since the source was changed between two runs, is
copied again. The words of the search are made anew of the texts. Rows that only say what processes do now (leases,
turns at hosts, failing steps) stay behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from monitor.errors import CopyError
from monitor.storage import migrations, schema, search
from monitor.storage.backup import Tally, tally
from monitor.storage.bulk import upsert
from monitor.storage.columns import EPOCH
from monitor.storage.foreign_errors import translated
from monitor.storage.schema import articles, meta, versions
from monitor.storage.store import Store

A_PAGE = 1_000  # rows copied in one transaction
READ = 5_000  # rows compared at a time
LEFT = {"lease", "hosts", "step_failures"}
UNCOPIED = {"held_by", "held_until"}  # columns of feeds
NOTE = "copied up to"  # the note in a target that is not whole yet: table -> key of its last row
TABLES = [table for table in schema.metadata.sorted_tables if table.name not in LEFT]
_encode = msgspec.msgpack.Encoder().encode


def copy(
    source: Store, target: Store, *, on_page: Callable[[str, int], None] = lambda table, rows: None
) -> dict[str, Tally]:
    """Copy everything, or go on with what was begun. Nobody else may write into either of them. Raises CopyError and
    StorageError; the source is never changed.
    """
    with _snapshot(source) as conn:
        if (version := migrations.version(conn)) != migrations.newest():
            raise CopyError(
                f"{source.url} has schema version {version}, this program {migrations.newest()}; upgrade it first"
            )
        _begin(target)
        for number, table in enumerate(TABLES):
            _copy_rest(conn, target, table, on_page)
            if _tally(conn, table) != _tally_of(target, table):  # of a run before which the source was changed
                _clear(target, TABLES[number:])
                _copy_rest(conn, target, table, on_page)
        copied = {table.name: _tally(conn, table) for table in TABLES}
        differing = [table.name for table in TABLES if _tally_of(target, table) != copied[table.name]]
        if differing:
            raise CopyError(f"{target.url} differs from {source.url} in {', '.join(differing)}; is the disk sound?")
    _finish(target)
    return copied


@contextmanager
def _snapshot(store: Store) -> Iterator[Connection]:
    """The database as it is now, however much is written meanwhile."""
    if store.sqlite:
        with store.read() as conn:
            yield conn
        return
    engine = store.engine.execution_options(isolation_level="REPEATABLE READ")
    with translated(store.url), engine.connect() as conn, conn.begin():
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield conn


def _begin(target: Store) -> None:
    """Note in an empty target that it is a copy. Raises CopyError where it has rows of its own."""
    with target.write() as conn:
        if conn.scalar(sa.select(meta.c.value).where(meta.c.key == NOTE)) is not None:
            return
        filled = [
            table.name for table in TABLES if conn.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        ]
        if filled:
            raise CopyError(f"{target.url} has rows already, in {', '.join(filled[:3])}; name an empty database")
        _note(conn, {})


def _finish(target: Store) -> None:
    """Ids go on behind the copied ones, and the note goes."""
    with target.write() as conn:
        if conn.dialect.name == "postgresql":
            for table in TABLES:
                if "id" in table.c and (sequence := _sequence(conn, table)):
                    last = conn.scalar(sa.select(sa.func.max(table.c.id)))
                    if last:
                        conn.execute(sa.select(sa.func.setval(sequence, last)))
        conn.execute(meta.delete().where(meta.c.key == NOTE))


def _sequence(conn: Connection, table: Table) -> str | None:
    return conn.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, "id")))


def _columns(table: Table) -> list[sa.ColumnElement[Any]]:
    """As the driver has them, without conversion."""
    return [
        sa.type_coerce(column, sa.types.NullType).label(column.name)
        for column in table.c
        if column.name not in UNCOPIED
    ]


def _rows_after(conn: Connection, table: Table, last: Sequence[Any] | None, limit: int) -> list[tuple[Any, ...]]:
    key = [sa.type_coerce(column, sa.types.NullType) for column in table.primary_key]
    query = sa.select(*_columns(table)).order_by(*table.primary_key).limit(limit)
    if table is meta:
        query = query.where(meta.c.key != NOTE)
    if last is not None:
        query = query.where(
            sa.tuple_(*key)
            > sa.tuple_(*(sa.literal(value, _plain(c)) for value, c in zip(last, table.primary_key, strict=True)))
        )
    return [tuple(map(_value, row)) for row in conn.execute(query)]


def _plain(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a column without conversion, for a value that was read without it."""
    kind = column.type
    return kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind


def _value(value: Any) -> Any:
    """What both drivers give alike."""
    if isinstance(value, memoryview):
        return bytes(value)
    return int(value) if isinstance(value, bool) else value


def _copy_rest(conn: Connection, target: Store, table: Table, on_page: Callable[[str, int], None]) -> None:
    names = [column.name for column in _columns(table)]
    keys = [names.index(column.name) for column in table.primary_key]
    while True:
        with target.read() as there:
            last = _noted(there).get(table.name)
        rows = _rows_after(conn, table, _from_json(last), A_PAGE)
        if not rows:
            return
        words = _words(conn, [row[names.index("id")] for row in rows]) if table is articles else []
        with target.write() as there:
            _insert(there, table, names, rows)
            search.add(there, words)
            _note(there, _noted(there) | {table.name: _to_json([rows[-1][at] for at in keys])})
        on_page(table.name, len(rows))


def _insert(conn: Connection, table: Table, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    sqlite = conn.dialect.name == "sqlite"
    truth = [at for at, name in enumerate(names) if isinstance(table.c[name].type, sa.Boolean)]
    if truth and not sqlite:
        rows = [tuple(bool(v) if at in truth else v for at, v in enumerate(row)) for row in rows]
    quote = conn.dialect.identifier_preparer.quote
    marks = ", ".join(["?" if sqlite else "%s"] * len(names))
    line = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({marks})"
    conn.exec_driver_sql(line, rows)


def _words(conn: Connection, ids: list[int]) -> list[tuple[int, str]]:
    """What these articles are found by: the words of every wording that they had."""
    found: dict[int, list[str]] = {}
    first = (
        sa.func.coalesce(articles.c.first_title, articles.c.title),
        sa.func.coalesce(articles.c.first_summary, articles.c.summary),
    )
    for id, title, summary in conn.execute(sa.select(articles.c.id, *first).where(articles.c.id.in_(ids))):
        found[id] = [search.words_of(f"{title} {summary}")]
    later = sa.select(versions.c.article_id, versions.c.title, versions.c.summary).where(versions.c.article_id.in_(ids))
    for id, title, summary in conn.execute(later.order_by(versions.c.id)):
        found[id].append(search.words_of(f"{title} {summary}"))
    return [(id, " ".join(found[id])) for id in ids]


def _clear(target: Store, tables: Sequence[Table]) -> None:
    with target.write() as conn:
        for table in reversed(tables):
            conn.execute(table.delete().where(meta.c.key != NOTE) if table is meta else table.delete())
        if articles in tables:
            conn.exec_driver_sql("DELETE FROM article_search")
        gone = {table.name for table in tables}
        _note(conn, {name: last for name, last in _noted(conn).items() if name not in gone})


def _tally(conn: Connection, table: Table) -> Tally:
    def rows() -> Iterator[bytes]:
        last: Sequence[Any] | None = None
        keys = [[column.name for column in _columns(table)].index(column.name) for column in table.primary_key]
        while found := _rows_after(conn, table, last, READ):
            yield from map(_encode, found)
            last = [found[-1][at] for at in keys]

    return tally(rows())


def _tally_of(store: Store, table: Table) -> Tally:
    with store.read() as conn:
        return _tally(conn, table)


# -- how far it came ------------------------------------------------------------------------------------------------


def _noted(conn: Connection) -> dict[str, Any]:
    noted: dict[str, Any] = json.loads(conn.scalar(sa.select(meta.c.value).where(meta.c.key == NOTE)) or "{}")
    return noted


def _note(conn: Connection, last: dict[str, Any]) -> None:
    upsert(conn, meta, [{"key": NOTE, "value": json.dumps(last), "at": EPOCH}])


def _to_json(key: Sequence[Any]) -> list[Any]:
    return [{"hex": value.hex()} if isinstance(value, bytes) else value for value in key]


def _from_json(key: Sequence[Any] | None) -> list[Any] | None:
    return None if key is None else [bytes.fromhex(v["hex"]) if isinstance(v, dict) else v for v in key]
