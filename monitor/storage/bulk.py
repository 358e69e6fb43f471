"""Writing rows fast: many at once, and INSERT ... ON CONFLICT, which both databases spell alike and SQLAlchemy keeps in
their dialects.

A round writes feeds by the thousand, a handful of rows each, so statements are made once and values converted here:
SQLAlchemy's own way through executemany took more than half the time of saving a feed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table

from monitor.storage.columns import Converted, Plain, sound


def insert(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that have the same keys, all or, with an error, none."""
    if not rows:
        return
    statement, converters = _insertion(table, tuple(rows[0]), conn.dialect.name)
    conn.exec_driver_sql(
        statement,
        [
            tuple([v if f is None or v is None else f(v) for v, f in zip(row.values(), converters, strict=True)])
            for row in rows
        ],
    )


def _spoken(dialect: str) -> Any:
    """SQLAlchemy's module of a dialect: the other one, with its drivers, need not be loaded."""
    return import_module(f"sqlalchemy.dialects.{dialect}")


@cache
def _insertion(table: Table, names: tuple[str, ...], dialect: str) -> tuple[str, list[Callable[[Any], Any] | None]]:
    quote = _spoken(dialect).dialect().identifier_preparer.quote
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(names))
    converters = []
    for name in names:
        kind = table.columns[name].type
        converters.append(
            sound if isinstance(kind, Plain) else type(kind).inward if isinstance(kind, Converted) else None
        )
    return f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({marks})", converters


def upsert(
    conn: Connection, table: Table, rows: Sequence[dict[str, Any]], *, where: Callable[[Any], Any] | None = None
) -> None:
    """Insert the rows or, where the primary key is taken, replace the values; `where(new)` may keep the old row."""
    if rows:
        make = _upsertion if where is None else _upsertion.__wrapped__
        conn.execute(make(table, tuple(rows[0]), conn.dialect.name, where), rows)


def add_missing(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not taken; the others stay, and are not locked."""
    if rows:
        conn.execute(_spoken(conn.dialect.name).insert(table).on_conflict_do_nothing(), rows)


@cache
def _upsertion(table: Table, names: tuple[str, ...], dialect: str, where: Callable[[Any], Any] | None) -> Any:
    statement = _spoken(dialect).insert(table)
    values = {name: statement.excluded[name] for name in names if not table.columns[name].primary_key}
    keys = [column.name for column in table.primary_key]
    condition = where(statement.excluded) if where else None
    return statement.on_conflict_do_update(index_elements=keys, set_=values, where=condition)
