"""Brings a database to this program's form, step by step, once, whoever comes first.

`create` makes a new database in the newest form; an older one takes the numbered steps it lacks, each in a transaction of its
own under a lock, so two processes may open at once. A new step is added at the end of MIGRATIONS together with the same change
in schema.py; a step that was released is never edited. Leaves connections to store.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.errors import StorageNewer
from monitor.storage import schema, search

Step = Callable[[Connection], None]
LOCK = 0x67756C66  # any number, the same for all: PostgreSQL's advisory lock while migrating


def create(conn: Connection) -> None:
    """The newest form at once, for a database that is empty."""
    schema.metadata.create_all(conn)
    search.create(conn)


def keep_features(conn: Connection) -> None:
    schema.features.create(conn)


MIGRATIONS: tuple[Step, ...] = (create, keep_features)  # version n is MIGRATIONS[n - 1]

_VERSION = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))


def version(conn: Connection) -> int:
    """The form the database is in; 0 for an empty one."""
    if not sa.inspect(conn).has_table("schema_version"):
        return 0
    return conn.scalar(sa.select(sa.func.max(_VERSION.c.version))) or 0


def migrate(
    read: Callable[[], AbstractContextManager[Connection]],
    write: Callable[[], AbstractContextManager[Connection]],
    steps: Sequence[Step] = MIGRATIONS,
) -> None:
    """Take every step that is lacking. Raises StorageNewer when the database is ahead of this program."""
    with read() as conn:
        now_at = version(conn)
    while now_at < len(steps):  # an up-to-date database is opened without a write
        with write() as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            now_at = version(conn)  # again, now that nobody else can move it
            if now_at >= len(steps):
                break
            if now_at == 0:
                _VERSION.create(conn, checkfirst=True)
                steps[0](conn)
                now_at = len(steps)  # a new database has the newest form already
            else:
                steps[now_at](conn)
                now_at += 1
            conn.execute(_VERSION.insert().values(version=now_at))
    if now_at > len(steps):
        raise StorageNewer(
            f"the database has form {now_at}, this program knows up to {len(steps)}: it was made by a later version; "
            "update the program or choose another database with MONITOR_DATABASE_URL"
        )
