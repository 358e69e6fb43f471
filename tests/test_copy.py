"""A database copied to the other kind and back: every table the same, whatever interrupted it."""

from contextlib import closing
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.clock import real_now
from monitor.errors import CopyError
from monitor.models import Alert, Correction
from monitor.storage import alerts, articles, copying, lease, notes, open_store, saving, schema, stories, tables
from monitor.storage.articles import Filter
from tests.stores import save_state
from tests.test_storage_articles import FEED, NOON, STATE, STRIKE, TALKS, THREAT, item, put


@pytest.fixture
def source(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/source.db")
    put(
        opened,
        item(1, "Strike near Isfahan", STRIKE, summary="a vow of revenge", parts=("iran_us",)),
        item(2, "محادثات في مسقط", TALKS),
        item(3, "Quiet\0 day"),
    )
    put(opened, item(1, "Strike near Isfahan, edited", STRIKE, THREAT, summary="ashes"))
    stories.assign(opened, {1: 1, 2: 1})
    said = Correction(0, 1, NOON, "wrong", "attack", "act", "title", 0, 6, "Strike", "somebody", "", None)
    saving.correct(opened, said)
    alerts.save(opened, Alert(None, "r", "level", NOON, "firing", "said", "key", stories=(1,), articles=(1, 2)))
    notes.put(opened, "a note", "of the source", NOON)
    save_state(opened, replace(STATE, name="Other", failure="http", error="404"), now=NOON)
    yield opened
    opened.close()


def exported(store):
    return {name: [dict(row) for row in tables.rows(store, name)] for name in tables.TABLES}


@pytest.fixture
def target(address):
    with closing(open_store(address)) as opened:
        yield opened


def test_everything_is_there_and_can_be_found(source, target):
    copied = copying.copy(source, target)
    assert copied["articles"].rows == 3 and copied["versions"].rows == 1
    assert exported(target) == exported(source)
    for text in ("revenge", "ashes", "edited", "محادثات"):
        assert [a.id for a in articles.find(target, Filter(text=text))] == [
            a.id for a in articles.find(source, Filter(text=text))
        ], text
    assert articles.get(target, 1) == articles.get(source, 1)
    assert alerts.find(target) == alerts.find(source)
    assert notes.all(target) == notes.all(source)
    assert put(target, item(9, "New")).new == (4,)  # ids go on


def test_there_and_back_is_the_same(source, target, tmp_path):
    first = copying.copy(source, target)
    with closing(open_store(f"sqlite:///{tmp_path}/back.db")) as back:
        assert copying.copy(target, back) == first
        assert exported(back) == exported(source)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("page", [3, *(pytest.param(page, marks=pytest.mark.slow) for page in (1, 2, 5, 9))])
def test_it_goes_on_after_a_kill(source, target, page, monkeypatch):
    monkeypatch.setattr(copying, "A_PAGE", 1)
    seen = []

    def kill(table, rows):
        seen.append(table)
        if len(seen) == page:
            raise Killed

    with pytest.raises(Killed):
        copying.copy(source, target, on_page=kill)
    again = []
    copying.copy(source, target, on_page=lambda table, rows: again.append(table))
    assert exported(target) == exported(source)
    assert len(seen) + len(again) == sum(copying._tally_of(source, table).rows for table in copying.TABLES)


def test_what_was_changed_between_two_runs_is_copied_again(source, target):
    def kill(table, rows):
        if table == "stories":
            raise Killed

    with pytest.raises(Killed):
        copying.copy(source, target, on_page=kill)
    put(source, item(2, "Talks in Muscat, edited", TALKS))
    put(source, item(7, "Strike since", STRIKE))
    copying.copy(source, target)
    assert exported(target) == exported(source)
    assert articles.count(target, Filter(text="since")) == 1


def test_a_target_with_rows_of_its_own_is_refused(source, target):
    put(target, item(1, "Own"))
    with pytest.raises(CopyError, match="name an empty database"):
        copying.copy(source, target)
    assert articles.count(target) == 1


def test_every_table_is_copied_or_left_on_purpose():
    with_rows = {table.name for table in copying.TABLES} | copying.LEFT
    assert with_rows == set(schema.metadata.tables)


def test_the_command_waits_for_nobody_and_says_what_it_did(source, tmp_path):
    environ = {"MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/source.db", "MONITOR_FEEDS": str(tmp_path / "feeds.yaml")}
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: A, url: 'https://a.example/rss'}\n")
    words = ["copy", "--to", f"sqlite:///{tmp_path}/target.db"]
    lease.take(source, "process 1 on another host (started 1)", real_now())
    refused = CliRunner().invoke(app, words, env=environ)
    assert refused.exit_code == 1 and "another host" in refused.output
    lease.release(source, "process 1 on another host (started 1)")
    done = CliRunner().invoke(app, words, env=environ)
    assert done.exit_code == 0 and "each compared" in done.output, done.output
    with closing(open_store(f"sqlite:///{tmp_path}/target.db")) as target:
        assert exported(target) == exported(source)
    assert FEED.name in {row["name"] for row in exported(source)["feeds"]}
