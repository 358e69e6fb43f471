"""What feeds.yaml asks to keep only for so long is removed whole, exported before, and never comes back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config.settings import load
from monitor.config.shapes import Retention
from monitor.models import Alert, Correction, IndexPoint
from monitor.pipeline import retention
from monitor.storage import alerts, articles, feeds, index, notes, open_store, saving, schema, stories
from monitor.storage import retention as storage
from monitor.storage.articles import Filter
from monitor.storage.retention import Cutoffs
from tests.stores import save_state
from tests.test_storage_articles import FEED, NOON, STATE, STRIKE, THREAT, item, put

DAY = timedelta(days=1)
OLD = NOON - 400 * DAY
HANGING = ("signals", "article_tags", "versions", "vectors", "features", "article_search")


def older(**days):
    return Cutoffs(**{kind: NOON - timedelta(days=many) for kind, many in days.items()})


def prune(store, cutoffs, folder=None):
    gone = {}
    for kind, rows in retention.prune(store, cutoffs, folder, NOON):
        gone[kind] = gone.get(kind, 0) + rows
    return gone


def counted(store, table):
    with store.read() as conn:
        return conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


def titles(store):
    return sorted(article.title for article in articles.find(store))


@pytest.fixture
def stocked(store):
    """Old articles with a signal, without one, in a story and corrected; and new ones, one of each sort."""
    put(
        store,
        item(1, "Old quiet"),
        item(2, "Strike near Isfahan", STRIKE),
        item(3, "Old story told again"),
        item(4, "Strike that somebody judged", STRIKE),
        now=OLD,
    )
    put(store, item(1, "Old quiet one, edited"), now=OLD + DAY)
    put(store, item(5, "New quiet"), item(6, "New strike", STRIKE), now=NOON - DAY)
    put(store, item(6, "New strike, edited", STRIKE), now=NOON - DAY / 2)
    stories.assign(store, {2: 2, 3: 2})
    said = Correction(0, 4, NOON, "right", "attack", "act", "title", 0, 6, "Strike", None, "", None)
    saving.correct(store, said)
    return store


def test_articles_without_a_signal_go_before_those_with_one_and_nothing_hangs_on(stocked):
    assert storage.count(stocked, older(articles=120, signals=500)) == {"articles": 1, "signals": 0}
    assert prune(stocked, older(articles=120, signals=500)) == {"articles": 1}
    assert "Old quiet one, edited" not in titles(stocked) and len(titles(stocked)) == 5
    assert stories.get(stocked, 2).articles == 2  # of which one has no signal of its own
    assert prune(stocked, older(articles=120, signals=300)) == {"articles": 2}
    assert titles(stocked) == ["New quiet", "New strike, edited", "Strike that somebody judged"]
    assert stories.get(stocked, 2) is None
    kept = {article.id for article in articles.find(stocked)}
    for table in HANGING:
        key = "rowid" if (table, stocked.sqlite) == ("article_search", True) else "article_id"
        with stocked.read() as conn:
            assert set(conn.exec_driver_sql(f"SELECT {key} FROM {table}").scalars()) <= kept, table
    assert articles.count(stocked, Filter(text="isfahan")) == 0


def test_a_story_stays_whole_while_somebody_still_reports_it(stocked):
    put(stocked, item(7, "Strike remembered", STRIKE), now=NOON - 100 * DAY)
    stories.assign(stocked, {7: 2})
    assert "articles" not in prune(stocked, older(articles=120, signals=120)) or stories.get(stocked, 2).articles == 3
    assert stories.get(stocked, 2).articles == 3


def test_an_entry_that_a_feed_still_serves_does_not_come_back(stocked):
    prune(stocked, older(articles=120, signals=120))
    again = put(stocked, item(1, "Old quiet one, edited"), item(2, "Strike near Isfahan", STRIKE))
    assert again.new == () and again.seen == 2
    edited = put(stocked, item(1, "Old quiet one, edited twice"))  # same guid and address
    assert edited.new == () and edited.edited == ()
    other = item(9, "Tanker seized off Fujairah")._replace(identity="guid-1")  # a feed that gives every item one guid
    assert len(put(stocked, other).new) == 1
    assert put(stocked, other).new == ()


def test_the_newest_rows_stay_so_that_no_id_is_given_twice(store):
    put(store, item(1, "First"), item(2, "Second"), now=OLD)
    put(store, item(1, "First, edited"), now=OLD)
    put(store, item(3, "Third"), now=OLD)
    assert prune(store, older(articles=120)) == {"articles": 1}
    assert titles(store) == ["First, edited", "Third"]
    assert put(store, item(4, "Fourth")).new == (4,)


def test_a_text_goes_and_its_title_signals_and_words_stay(store):
    put(store, item(1, "Strike near Isfahan", THREAT, summary="a vow of revenge"), now=OLD)
    put(store, item(1, "Strike near Isfahan, edited", THREAT, summary="a vow of ashes"), now=OLD)
    put(store, item(2, "Today", THREAT, summary="a vow"), now=NOON)
    assert storage.count(store, older(texts=30)) == {"texts": 1}
    assert prune(store, older(texts=30)) == {"texts": 1}
    article = articles.get(store, 1)
    assert (article.summary, article.signals) == ("", (THREAT,))
    assert [wording.summary for wording in articles.versions_of(store, 1)] == ["", ""]
    assert [articles.count(store, Filter(text=text)) for text in ("revenge", "ashes", "edited", "vow")] == [0, 0, 1, 1]
    assert [one.id for one in articles.outdated(store, "newer")] == [2]  # the signals of a text that is gone would go
    assert articles.count_outdated(store, "newer") == 1
    assert prune(store, older(texts=30)) == {}


def test_unread_articles_stay(store):
    put(store, item(1, "Waits"), item(2, "Last"), now=OLD)
    with store.write() as conn:
        conn.execute(schema.articles.update().where(schema.articles.c.id == 1).values(direction="unread"))
    assert prune(store, older(articles=120, texts=30)) == {}


def test_the_log_of_feeds_and_the_alerts_that_are_over_go(store):
    for at in (OLD, NOON):
        save_state(store, replace(STATE, last_polled=at), now=at)
    for at, rule, kind, state in (
        (OLD, "level", "level", "firing"), (OLD + DAY, "level", "level", "resolved"), (OLD, "still", "level", "firing"),
        (OLD, "strike", "signal", "firing"), (NOON, "strike", "signal", "firing"),
    ):  # fmt: skip
        alerts.save(store, Alert(None, rule, kind, at, state, "said", f"{rule} {at if kind == 'signal' else ''}"))
    assert storage.count(store, older(alerts=30, feed_log=7)) == {"alerts": 3, "feed_log": 1}
    assert prune(store, older(alerts=30, feed_log=7)) == {"alerts": 3, "feed_log": 1}
    assert sorted(alert.rule for alert in alerts.find(store)) == ["still", "strike"]
    assert [one.at for one in feeds.log(store, STATE.name)] == [NOON]


def test_hashes_go_of_feeds_that_are_no_longer_polled(store):
    put(store, item(1), now=OLD)
    put(store, item(1), now=NOON, feed=replace(FEED, name="Other"))
    assert prune(store, older(slices=30)) == {"slices": 1}
    assert {name: len(found) for name, found in feeds.slices_of(store, [FEED.name, "Other"]).items()} == {
        FEED.name: 0, "Other": 1,
    }  # fmt: skip


def test_points_of_the_index_stay_and_the_fixed_reference_window_keeps_its_articles(stocked):
    index.save(stocked, [IndexPoint("day", OLD.replace(hour=0), "f1", "ok", 150.0, *[None] * 13, 6, 3, 3, 1)])
    window = retention.cutoffs(Retention(articles=200 * DAY), (date(2025, 1, 1), date(2025, 2, 28)), NOON)
    assert prune(stocked, window) == {}  # OLD is 2025-01-26
    prune(stocked, replace(window, kept=None))
    assert len(list(index.all_points(stocked))) == 1
    assert storage.articles_removed_before(stocked) == NOON - 200 * DAY


def test_what_goes_is_exported_before(stocked, tmp_path):
    save_state(stocked, replace(STATE, last_polled=OLD), now=OLD)
    folder = tmp_path / "gone"
    folder.mkdir()
    prune(stocked, older(texts=30, articles=120, signals=120, feed_log=7), folder)
    found = {}
    for file in sorted(folder.iterdir()):
        found.setdefault(file.name.split("-")[0], []).extend(pq.read_table(file).to_pylist())
    assert sorted(row["title"] for row in found["articles"]) == [
        "Old quiet one, edited", "Old story told again", "Strike near Isfahan",
    ]  # fmt: skip
    assert [row["text"] for row in found["signals"]] == ["Strike"]
    assert {row["feed"] for row in found["feed_log"]} == {STATE.name}


def test_what_cannot_be_exported_is_not_removed(stocked, tmp_path):
    with pytest.raises(Exception, match="gone"):
        prune(stocked, older(articles=120), tmp_path / "gone")
    assert len(titles(stocked)) == 6


@pytest.mark.parametrize(
    "last, now, what",
    [
        (None, NOON, "note"),
        (NOON, NOON + DAY / 2, "wait"),
        (NOON, NOON + DAY, "prune"),
        (NOON, NOON + 365 * DAY, "note"),  # a clock that leapt
        (NOON, NOON - 2 * DAY, "note"),  # or was set back
        (NOON, NOON - DAY / 2, "wait"),
    ],
)
def test_a_pass_a_day_and_none_by_a_clock_that_leapt(last, now, what):
    assert retention.due(last, now) == what


def configured(tmp_path, store, retention="{texts: 30d, articles: 120d}"):
    path = tmp_path / "feeds.yaml"
    path.write_text(f"feeds:\n  - {{name: A, url: 'https://a.example/rss'}}\nretention: {retention}\n")
    return {"MONITOR_FEEDS": str(path), "MONITOR_NOW": NOON.isoformat(), "MONITOR_DATABASE_URL": str(store)}


def test_the_step_prunes_a_day_after_it_was_asked_to(stocked, tmp_path):
    settings = load(environ=configured(tmp_path, "sqlite:///unused.db"))
    step = retention.Pruner(stocked)
    step.update(settings, NOON)
    assert len(titles(stocked)) == 6
    step.update(settings, NOON + DAY)
    assert len(titles(stocked)) == 5
    assert notes.all(stocked)[retention.PRUNED].at == NOON + DAY


def test_a_long_pass_goes_on_in_the_next_run(store, tmp_path, monkeypatch):
    put(store, *(item(n, f"Quiet {n}") for n in range(1, 8)), now=OLD)
    monkeypatch.setattr(storage, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "SECONDS_A_RUN", -1.0)
    settings, step = load(environ=configured(tmp_path, "sqlite:///unused.db")), retention.Pruner(store)
    notes.put(store, retention.PRUNED, (NOON - DAY).isoformat(), NOON)
    left = []
    for _ in range(4):
        step.update(settings, NOON)
        left.append(len(titles(store)))
    assert left == [5, 3, 1, 1]


def test_prune_says_what_would_go_and_then_removes_it(tmp_path):
    url = f"sqlite:///{tmp_path}/monitor.db"
    store = open_store(url)
    put(store, item(1, "Old quiet"), item(2, "Newest"), now=OLD)
    environ = configured(tmp_path, url)
    said = CliRunner().invoke(app, ["prune", "--dry-run"], env=environ)
    assert said.exit_code == 0 and "articles: 1 rows" in said.output
    assert len(titles(store)) == 2
    said = CliRunner().invoke(app, ["prune"], env=environ)
    assert said.exit_code == 0 and "articles: 1 rows removed" in said.output
    assert titles(store) == ["Newest"]
    store.close()


def test_prune_without_anything_to_prune_says_so(tmp_path):
    environ = configured(tmp_path, f"sqlite:///{tmp_path}/monitor.db", retention="{}")
    said = CliRunner().invoke(app, ["prune"], env=environ)
    assert said.exit_code == 0 and "everything is kept" in said.output


def test_the_file_of_a_new_database_becomes_smaller_and_that_of_an_old_one_says_so(tmp_path):
    new = open_store(f"sqlite:///{tmp_path}/new.db")
    put(new, *(item(n, f"Quiet {n}", summary="long " * 400) for n in range(400)), now=OLD)
    before = pages(new)
    prune(new, older(articles=120))
    assert pages(new) < before / 2
    with closing(sqlite3.connect(tmp_path / "old.db")) as conn:
        conn.execute("PRAGMA auto_vacuum=NONE")
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("CREATE TABLE older (one)")
    old = open_store(f"sqlite:///{tmp_path}/old.db")
    assert storage.give_back_space(old) is None
    for opened in (new, old):
        opened.close()


def pages(store):
    with store.read() as conn:
        return conn.exec_driver_sql("PRAGMA page_count").scalar()


def test_the_tables_that_hang_on_articles_are_all_pruned():
    """A table that is added later is thought of here."""
    on_articles = {
        table.name
        for table in schema.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "articles"
    }
    assert on_articles | {"article_tags", "article_search"} == {*HANGING, "corrections", "as_read"}
    assert isinstance(schema.removed, sa.Table)
