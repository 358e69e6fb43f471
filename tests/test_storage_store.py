"""Opening the database: by several at once, upgraded step by step, faults named, commits safe from a kill."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor import errors
from monitor.models import Feed, FeedState
from monitor.storage import articles, feeds, migrations, notes, open_store, saving, schema
from tests.test_storage_articles import FEED, NOON, STRIKE, TALKS, item, put

ROOT = Path(__file__).parents[1]


def python(code, *args):
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    )


@pytest.mark.slow
def test_several_processes_may_open_a_new_database_at_once(address):
    code = (
        "import sys; from monitor.storage import open_store, articles; s = open_store(sys.argv[1]); "
        "print(articles.count(s)); s.close()"
    )
    running = [python(code, address) for _ in range(4)]
    assert [process.communicate(timeout=240) for process in running] == [("0\n", "")] * 4


def test_the_tables_are_those_of_the_schema(store):
    with store.read() as conn:
        found = sa.inspect(conn)
        for table in schema.metadata.sorted_tables:
            assert [c["name"] for c in found.get_columns(table.name)] == [c.name for c in table.columns]
            assert {i.name for i in table.indexes} <= {i["name"] for i in found.get_indexes(table.name)}
        if store.sqlite:
            assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_an_older_database_takes_the_steps_it_lacks_and_a_failing_step_leaves_no_trace(store):
    def second(conn):
        conn.exec_driver_sql("CREATE TABLE later (n INTEGER)")

    def third(conn):
        conn.exec_driver_sql("INSERT INTO later VALUES (3)")
        conn.exec_driver_sql("INSERT INTO nowhere VALUES (3)")

    newer = open_store(store.engine.url.render_as_string(hide_password=False), migrate=False)  # a newer program
    with pytest.raises(errors.StorageError, match="nowhere"):
        migrations.migrate(newer.read, newer.write, (*migrations.MIGRATIONS, second, third))
    newer.close()
    with store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM later").scalar() == 0
        assert migrations.version(conn) == len(migrations.MIGRATIONS) + 1
    with pytest.raises(errors.StorageNewer, match="a newer version of the program made it"):
        open_store(store.engine.url.render_as_string(hide_password=False))


def test_readers_do_not_wait_for_a_writer_nor_see_what_is_not_committed(store):
    put(store, item(1))
    with store.write() as conn:
        conn.execute(schema.meta.insert().values(key="k", value="v", at=NOON))
        with ThreadPoolExecutor(1) as other:
            assert other.submit(notes.all, store).result(timeout=60) == {}
            assert other.submit(articles.count, store).result(timeout=60) == 1
    assert list(notes.all(store)) == ["k"]


def test_threads_may_write_at_once(store):
    def one(n):
        feed = Feed(f"feed {n % 3}", "https://x.example")
        found = [item(n, "t", STRIKE), item("same", "t", TALKS)]
        return saving.save(store, feed, found, state=FeedState(feed.name, feed.url), slices=[], now=NOON)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(one, range(30)))
    assert articles.count(store) == 30 + 3
    assert sorted(s.entries for s in feeds.states(store).values()) == [11, 11, 11]


def test_an_error_in_a_write_rolls_it_back(store):
    with pytest.raises(ZeroDivisionError), store.write() as conn:  # noqa: PT012
        conn.execute(schema.meta.insert().values(key="k", value="v", at=NOON))
        1 / 0  # noqa: B018
    assert notes.all(store) == {}
    with pytest.raises(errors.StorageError, match="zone"):
        notes.put(store, "k", "v", datetime(2026, 3, 2))


# -- faults by name ---------------------------------------------------------------------------------------


def test_a_writer_that_waits_too_long_says_busy(address):
    first, second = open_store(address), open_store(address, wait=0.2)
    with first.write() as conn:
        conn.execute(schema.meta.insert().values(key="k", value="v", at=NOON))
        with pytest.raises(errors.StorageBusy, match="another writer"):
            notes.put(second, "k", "w", NOON)
    notes.put(second, "k", "w", NOON)
    first.close()
    second.close()


def test_threads_of_one_process_take_turns_and_give_up_likewise(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/monitor.db", wait=0.2)
    with store.write(), ThreadPoolExecutor(1) as other, pytest.raises(errors.StorageBusy, match="of this process"):
        other.submit(notes.put, store, "k", "v", NOON).result()
    notes.put(store, "k", "v", NOON)
    store.close()


def test_a_full_disk_is_named_and_what_was_there_stays(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/monitor.db")
    put(store, item(1))
    store.engine.dispose()
    sa.event.listen(
        store.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1")
    )  # it stays at the size it has
    with pytest.raises(errors.StorageFull, match="free some"):
        put(store, *[item(n, "long", summary="word " * 1_000) for n in range(2, 300)])
    assert articles.count(store) == 1 and articles.get(store, 1).title == "Strike near Isfahan"


@contextmanager
def another_user():
    """Run as a user that owns nothing here, where the tests run as root, whom no file mode holds back."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_named():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        with another_user():
            for path in ("monitor.db", "data/monitor.db"):
                with pytest.raises(errors.StorageReadOnly, match=r"rights|cannot be made"):
                    open_store(f"sqlite:///{folder}/{path}")
        os.chmod(folder, 0o755)
        open_store(f"sqlite:///{folder}/monitor.db").close()
        os.chmod(f"{folder}/monitor.db", 0o444)
        os.chmod(folder, 0o555)
        with another_user(), pytest.raises(errors.StorageReadOnly):
            notes.put(open_store(f"sqlite:///{folder}/monitor.db"), "k", "v", NOON)
        os.chmod(folder, 0o755)


def test_a_file_that_is_no_database_or_a_damaged_one_is_named(tmp_path):
    (tmp_path / "letter.db").write_bytes(b"Dear reader, " * 1_000)
    with pytest.raises(errors.StorageCorrupt, match="move it away"):
        open_store(f"sqlite:///{tmp_path}/letter.db")
    store = open_store(f"sqlite:///{tmp_path}/monitor.db")
    put(store, *[item(n, summary="word " * 500) for n in range(200)])
    store.close()
    with (tmp_path / "monitor.db").open("r+b") as file:
        file.seek(4096 * 8)
        file.write(os.urandom(4096 * 150))
    with pytest.raises(errors.StorageCorrupt):
        list(articles.stream(open_store(f"sqlite:///{tmp_path}/monitor.db"), signals=True))


@pytest.mark.parametrize(
    ("code", "error"),
    [("53100", errors.StorageFull), ("25006", errors.StorageReadOnly), ("40P01", errors.StorageBusy),
     ("XX001", errors.StorageCorrupt), ("57P01", errors.StorageUnreachable), ("P0001", errors.StorageError)],
)  # fmt: skip
def test_faults_of_a_server_are_named(fresh_postgres, code, error):
    store = open_store(fresh_postgres)
    with pytest.raises(errors.StorageError) as raised, store.write() as conn:
        conn.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{code}'; END $$")
    assert type(raised.value) is error and "as asked" in str(raised.value) and raised.value.__cause__ is not None
    store.close()


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("postgresql://me:secret@127.0.0.1:1/news", errors.StorageUnreachable, "check MONITOR_DATABASE_URL"),
        ("mysql://me:secret@localhost/news", errors.StorageError, "use sqlite"),
        ("sqlite://", errors.StorageError, "has to be a file"),
        ("sqlite:///:memory:", errors.StorageError, "has to be a file"),
        ("secret", errors.StorageError, "cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(url, error, message):
    with pytest.raises(error, match=message) as raised:
        open_store(url, wait=2)
    assert "secret" not in str(raised.value)


# -- a kill loses nothing ---------------------------------------------------------------------------------

WRITER = """
import sys
from tests.test_storage_articles import STRIKE, item, put
from monitor.storage import open_store
store, start = open_store(sys.argv[1]), int(sys.argv[2])
for n in range(start, start + 10_000, 5):
    print("begin", n, flush=True)
    put(store, *[item(m, f"title {m}", STRIKE, summary="word " * 100) for m in range(n, n + 5)], slices=[b"%08d" % n])
    print("done", n, flush=True)
"""


@pytest.mark.slow
def test_a_kill_loses_nothing_committed_and_doubles_nothing(address):
    known = 0
    for lives in range(4):
        process = python(WRITER, address, str(known))
        done = begun = None
        for line in process.stdout:
            word, number = line.split()
            done, begun = (int(number), begun) if word == "done" else (done, int(number))
            if begun - known >= 40 + 15 * lives and (word == "begin") == bool(lives % 2):
                break  # in the midst of a write, or between two
        process.send_signal(signal.SIGKILL)
        process.communicate()
        store = open_store(address)
        found = [
            int(re.fullmatch(r"title (\d+)", a.title)[1])
            for a in articles.stream(store, signals=True)
            if len(a.signals) == 1
        ]
        assert sorted(found) == list(range(len(found))) and articles.count(store) == len(found)
        assert len(found) >= done + 5 and len(found) % 5 == 0
        assert feeds.states(store)[FEED.name].entries == len(found)
        assert feeds.slices_of(store, [FEED.name])[FEED.name] == {
            b"%08d" % (len(found) - 5)
        }  # hashes and articles are one commit
        known = max(found) + 1 - 5  # the next life polls the last ones again
        store.close()


def test_a_search_on_postgresql_has_memory_unless_the_address_says_how_much(fresh_postgres):
    own = sa.make_url(fresh_postgres)
    own = own.update_query_dict({"options": f"{own.query['options']} -c work_mem=5MB"})
    for address, memory in ((fresh_postgres, "64MB"), (own.render_as_string(hide_password=False), "5MB")):
        with closing(open_store(address)) as store, store.read() as conn:
            assert conn.exec_driver_sql("SHOW work_mem").scalar() == memory
