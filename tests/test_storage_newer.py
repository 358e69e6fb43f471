"""A program that has the database open while a newer one upgrades it: it reads on, says what it waits for, and neither
reads wrongly nor stores anything in a schema that it does not know.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from monitor.errors import StorageBusy, StorageNewer, StorageUpgrading
from monitor.storage import articles, migrations, notes, open_store, schema
from monitor.storage.opening import Opening
from tests.running import wait_for
from tests.test_storage_articles import NOON, STRIKE, item, put
from tests.test_storage_upgrade import version_2  # noqa: F401

NEWEST = migrations.newest()


def rename_a_column(conn):
    conn.exec_driver_sql("ALTER TABLE articles RENAME COLUMN title TO headline")


def add_a_table(conn):
    conn.exec_driver_sql("CREATE TABLE later (n INTEGER)")


def add_a_column(conn):
    conn.exec_driver_sql("ALTER TABLE articles ADD COLUMN later INTEGER")


def upgrade(address, *steps, known=migrations.MIGRATIONS):
    """As a newer program does when it opens the database."""
    newer = open_store(address, migrate=False)
    try:
        migrations.migrate(newer.read, newer.write, (*known, *steps))
    finally:
        newer.close()


@contextmanager
def upgrading(address, step, known=migrations.MIGRATIONS):
    """A newer program in the middle of a step, until the block ends; then the step is taken."""
    begun, go_on = threading.Event(), threading.Event()

    def held(conn):
        step(conn)
        begun.set()
        assert go_on.wait(150)

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(upgrade, address, held, known=known)
        try:
            assert begun.wait(60)
            yield
        finally:
            go_on.set()
            done.result(60)


def test_what_is_written_into_a_newer_schema_is_refused(store, address):
    put(store, item(1, "t", STRIKE))
    upgrade(address, add_a_table)
    with pytest.raises(StorageNewer, match=f"schema version {NEWEST + 1}, this program knows up to {NEWEST}"):
        put(store, item(2, "t", STRIKE))
    assert articles.count(store) == 1  # what the newer schema still has can be read: pages say why they do not
    with pytest.raises(StorageNewer):
        store.standing().check()


def test_a_read_that_fails_since_the_schema_is_newer_says_so(store, address):
    put(store, item(1, "t", STRIKE))
    upgrade(address, rename_a_column)
    with pytest.raises(StorageNewer):
        articles.find(store)


def test_an_upgrade_waits_for_what_is_being_written_and_what_comes_later_is_refused(store, address):
    with ThreadPoolExecutor(1) as threads:
        with store.write() as conn:
            conn.execute(schema.meta.insert().values(key="k", value="v", at=NOON))
            newer = threads.submit(upgrade, address, add_a_table)
            with pytest.raises(TimeoutError):
                newer.result(0.5)
        newer.result(60)
    assert notes.all(store)["k"].value == "v"
    with pytest.raises(StorageNewer):
        notes.put(store, "k", "w", NOON)


def test_pages_read_on_while_a_newer_program_upgrades_what_they_do_not_read(store, address):
    put(store, item(1, "t", STRIKE))
    with upgrading(address, add_a_table):
        assert articles.count(store) == 1
        found = store.standing()
        found.check()
        assert (found.version, found.upgrading, found.locked) == (NEWEST, not store.sqlite, False)
    with pytest.raises(StorageNewer):
        store.standing().check()


def test_a_writer_that_waited_for_an_upgrade_stores_nothing(store, address):
    with ThreadPoolExecutor(1) as threads:
        with upgrading(address, add_a_table):
            waiting = threads.submit(notes.put, store, "k", "v", NOON)
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
        with pytest.raises(StorageNewer):
            waiting.result(60)
    assert notes.all(store) == {}


def test_a_writer_that_waits_too_long_for_an_upgrade_says_what_it_waits_for(store, address):
    hasty = open_store(address, wait=0.2)
    with upgrading(address, add_a_table), pytest.raises(StorageBusy if store.sqlite else StorageUpgrading):
        notes.put(hasty, "k", "v", NOON)
    hasty.close()


def test_a_reader_that_an_upgrade_locks_out_is_told_at_once(fresh_postgres):
    """On SQLite readers never wait."""
    store = open_store(fresh_postgres, wait=0.2)
    put(store, item(1, "t", STRIKE))
    with upgrading(fresh_postgres, add_a_column):
        with pytest.raises(StorageUpgrading):
            store.standing().check()
        with pytest.raises(StorageUpgrading, match="a newer version of this program is upgrading"):
            articles.count(store)
    with pytest.raises(StorageNewer):
        store.standing().check()
    store.close()


def test_the_upgrade_of_another_schema_of_the_same_server_is_no_matter(fresh_postgres, postgres):
    with postgres.connect() as conn:
        conn.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS neighbour")
    neighbour = postgres.url.update_query_dict({"options": "-csearch_path=neighbour"})
    store, other = open_store(fresh_postgres), neighbour.render_as_string(hide_password=False)
    open_store(other).close()
    with upgrading(other, add_a_column):
        notes.put(store, "k", "v", NOON)
        assert not store.standing().upgrading
    store.close()
    with postgres.connect() as conn:
        conn.exec_driver_sql("DROP SCHEMA neighbour CASCADE")


# -- a program that opens a database which another upgrades ----------------------------------------------------------


def another_upgrades(address):
    """Another process of this version in the middle of its last step."""
    *before, last = migrations.MIGRATIONS
    return upgrading(address, last, before)


def test_who_opens_a_database_that_another_upgrades_waits_and_says_so(version_2):
    said = []
    with ThreadPoolExecutor(1) as threads:
        with another_upgrades(version_2):
            opening = threads.submit(open_store, version_2, wait=0.2, say=said.append)
            wait_for(lambda: any(one.waits for one in said), 60, "that it waits")
            assert not opening.done()
        store = opening.result(60)
    assert {(one.at, one.to) for one in said} == {(NEWEST - 1, NEWEST)}
    assert store.standing() == migrations.Standing(NEWEST, False, False)
    store.close()


def test_each_step_of_an_upgrade_is_said_before_it_is_taken(version_2):
    said = []
    open_store(version_2, say=said.append).close()
    assert [(one.at, one.to, one.waits) for one in said] == [(at, NEWEST, False) for at in range(2, NEWEST)]


def test_what_opens_in_a_thread_says_what_it_waits_for_until_it_is_open(version_2, monkeypatch):
    monkeypatch.setattr("monitor.storage.store.WRITER_WAIT_SECONDS", 0.2)
    opened = []
    with another_upgrades(version_2):
        opening = Opening(version_2, opened.append)
        opening.start(wait=0)
        wait_for(lambda: isinstance(opening.fault(), StorageUpgrading), 60, "what it waits for")
        assert not opened
    wait_for(lambda: opening.fault() is None, 60, "the database")
    assert articles.count(opened[0]) > 0
    opened[0].close()


def test_what_cannot_be_opened_is_tried_again(store, address, monkeypatch):
    monkeypatch.setattr("monitor.storage.opening.AGAIN", 0.1)
    with store.write() as conn:
        conn.exec_driver_sql(f"INSERT INTO schema_version VALUES ({NEWEST + 1})")
    opened = []
    opening = Opening(address, opened.append)
    opening.start(wait=0)
    wait_for(lambda: isinstance(opening.fault(), StorageNewer), 60, "that it is newer")
    with store.engine.begin() as conn:
        conn.exec_driver_sql(f"DELETE FROM schema_version WHERE version = {NEWEST + 1}")
    wait_for(lambda: opening.fault() is None, 60, "the database")
    opened[0].close()
