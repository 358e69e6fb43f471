"""INSERT ... ON CONFLICT, which both databases spell alike and SQLAlchemy keeps in their dialects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(conn: Connection, table: Table, rows: Sequence[dict], *, where: Callable | None = None) -> int:
    """Insert the rows or, where the primary key is taken, replace the values. `where(new)` may keep the old row; gives rows written."""
    if not rows:
        return 0
    statement = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
    values = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key and c.name in rows[0]}
    condition: sa.ColumnElement[bool] | None = where(statement.excluded) if where else None
    keys = [c.name for c in table.primary_key]
    return conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=values, where=condition), rows).rowcount
