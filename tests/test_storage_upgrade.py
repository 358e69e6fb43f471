"""A database that an older program made is upgraded, keeps its rows, and then has the same tables as a new one."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor import export
from monitor.models import FORMER_CATEGORIES, FORMER_PARTS
from monitor.storage import alerts, articles, migrations, open_store, tables

HERE = Path(__file__).parent / "upgrades"
EXPORTS = json.loads((HERE / "version_2.exports.json").read_text(encoding="utf-8"))
RENAMED_COLUMNS = {("signals", "weight"): "severity", ("index", "articles"): "signal_articles"}
RENAMED_VALUES = FORMER_CATEGORIES | FORMER_PARTS
ATTENTION = ("attention", "attention_low", "attention_high", "attention_share", "theatre_articles")
NEWEST = len(migrations.MIGRATIONS)


@pytest.fixture(params=["sqlite", "postgresql"])
def version_2(request, tmp_path):
    """The address of a database as commit ba48fe4 wrote it."""
    script = (HERE / f"version_2.{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "old.db")) as conn:
            conn.executescript(script)
        return f"sqlite:///{tmp_path}/old.db"
    address = request.getfixturevalue("fresh_postgres")
    engine = sa.create_engine(address)
    with engine.begin() as conn:
        conn.connection.driver_connection.execute(script)
    engine.dispose()
    return address


def shape(store):
    """table -> its columns, keys and indexes, without their order."""
    with store.read() as conn:
        found = sa.inspect(conn)
        return {
            table: (
                {(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)},
                found.get_pk_constraint(table)["constrained_columns"],
                {(tuple(k["constrained_columns"]), k["referred_table"]) for k in found.get_foreign_keys(table)},
                {(i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in found.get_indexes(table)},
                {tuple(u["column_names"]) for u in found.get_unique_constraints(table)},
            )
            for table in sorted(found.get_table_names())
            if not table.startswith("article_search_")  # FTS5's own
        }


def exports(store):
    found = {}
    for table in tables.TABLES:
        lines = b"".join(export.pieces(table, tables.rows(store, table), format="jsonl")).decode().splitlines()
        found[table] = [json.loads(line) for line in lines]
    return found | {"index": in_order(found["index"])}


def in_order(points):
    """Points are exported in the order of their parts' names."""
    return sorted(points, key=lambda row: (row["grain"], row["part"], row["at"]))


def raw_engine(address):
    """An engine that opens no Store, which would upgrade."""
    return sa.create_engine(address)


def versions():
    """The oldest and the newest in the quick round too."""
    between = range(2, NEWEST - 1)
    return [1, *(pytest.param(version, marks=pytest.mark.slow) for version in between), NEWEST - 1]


@pytest.mark.parametrize("version", versions())
def test_a_database_of_every_version_keeps_its_rows_and_gets_the_newest_tables(version_2, tmp_path, version, request):
    engine = raw_engine(version_2)
    if version == 1:  # version 2 added this table, and nothing else
        with engine.begin() as conn:
            conn.exec_driver_sql("DROP TABLE features")
            conn.exec_driver_sql("DELETE FROM schema_version")
            conn.exec_driver_sql("INSERT INTO schema_version VALUES (1)")
    elif version > 2:
        migrations.migrate(engine.connect, engine.begin, migrations.MIGRATIONS[:version])
    with engine.connect() as conn:
        assert migrations.version(conn) == version
    engine.dispose()
    upgraded = open_store(version_2)
    if upgraded.sqlite:
        new = open_store(f"sqlite:///{tmp_path}/new.db")
    else:
        with request.getfixturevalue("postgres").connect() as conn:
            conn.exec_driver_sql("DROP SCHEMA IF EXISTS upgrade_new CASCADE")
            conn.exec_driver_sql("CREATE SCHEMA upgrade_new")
        url = upgraded.engine.url.update_query_dict({"options": "-csearch_path=upgrade_new"})
        new = open_store(url.render_as_string(hide_password=False))
    assert shape(upgraded) == shape(new)
    assert exports(upgraded) == as_exported_now(EXPORTS)
    upgraded.close()
    new.close()


def as_exported_now(old):
    """The exports of ba48fe4 under the names that columns and values have now."""

    def now(value):
        return [now(one) for one in value] if isinstance(value, list) else RENAMED_VALUES.get(value, value)

    found = {
        table: [{RENAMED_COLUMNS.get((table, name), name): now(value) for name, value in row.items()} for row in rows]
        for table, rows in old.items()
        if table != "alerts"
    }
    added = {
        "feeds": {"bad_entries": 0},
        "articles": {"confidence": None, "runner_up": None, "fault": None},
        "signals": {"confidence": None, "why": None},
        "index": dict.fromkeys(ATTENTION),
    }
    more = {table: [row | columns for row in found[table]] for table, columns in added.items()}
    first = {
        row["story_id"]: row["publisher"] for row in sorted(found["articles"], key=lambda row: row["at"], reverse=True)
    }
    more["stories"] = [
        row
        | {
            "state": "confirmed" if row["publishers"] > 1 else "reported by one",
            "confirmed_by": row["publishers"],
            "first_publisher": first[row["id"]],
            "confidence": None,
            "titles": [],
        }
        for row in found["stories"]
    ]
    daily = [row | dict.fromkeys(ATTENTION[:4]) for row in found["daily"]]
    made = {"index": in_order(more["index"]), "daily": daily, "corrections": [], "observations": []}
    return found | more | made


def test_alerts_and_search_are_there_after_the_upgrade(version_2):
    store = open_store(version_2)
    assert [(a.rule, a.message, a.stories) for a in alerts.find(store)] == [
        (a["rule"], a["message"], tuple(a["stories"])) for a in EXPORTS["alerts"]
    ]
    assert [a.id for a in articles.find(store, articles.Filter(text="pétrolier"))] == [2]
    assert [v.title[:10] for v in articles.versions_of(store, 8)] == ["Israel str", "Officials "]
    store.close()


OLD_ALERTS = (
    # (key, reason, state, sent, attempts, error, next_try)
    ("a", "grave signal", "firing", None, 2, "json #0a: 503\njson #0b: waiting\nmailto #0c: being sent", 7),
    ("b", "feed silence", "firing", 5, 1, None, None),
    (
        "b",
        "no longer watched",
        "resolved",
        None,
        1,
        "json #0a: the program stopped while sending: it is not known whether this arrived",
        9,
    ),
    ("c", "price move", "firing", None, 0, "not sent: older than a day when it could have been", 9),
)


def test_what_was_written_about_sending_becomes_a_row_for_each_address(version_2):
    engine = raw_engine(version_2)
    columns = "key, reason, state, sent, attempts, error, next_try, id, at, rule, message, stories"
    with engine.begin() as conn:
        add = sa.text(f"INSERT INTO alerts ({columns}) VALUES (:{columns.replace(', ', ', :')})")
        for number, row in enumerate(OLD_ALERTS):
            values = (*row, 100 + number, 1000 + number, "Rule", "words", "[]")
            conn.execute(add, dict(zip(columns.split(", "), values, strict=True)))
    engine.dispose()
    store = open_store(version_2)
    kinds = {a.id: (a.kind, a.sent is not None, a.articles) for a in alerts.find(store) if a.id >= 100}
    assert kinds == {
        100: ("signal", False, ()),
        101: ("silence", True, ()),
        102: ("silence", False, ()),
        103: ("price", False, ()),
    }
    rows = {
        id: [(d.address, d.state, d.attempts) for d in found] for id, found in alerts.deliveries(store, kinds).items()
    }
    assert rows == {
        100: [("json #0a", "failed", 2), ("json #0b", "waiting", 2), ("mailto #0c", "sending", 2)],
        102: [("json #0a", "unknown", 1)],
    }
    assert alerts.deliveries(store, [100])[100][0].error == "503"


def test_letters_that_are_folded_since_are_found_after_the_upgrade(version_2):
    engine = raw_engine(version_2)
    with engine.begin() as conn:
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("UPDATE article_search SET words = words || ' manœuvre' WHERE rowid = 2")
        else:
            conn.exec_driver_sql(
                "UPDATE article_search SET words = words || to_tsvector('simple', 'manœuvre') WHERE article_id = 2"
            )
    engine.dispose()
    store = open_store(version_2)
    for text in ("manœuvre", "manoeuvres"[:-1], "pétrolier manœuvre"):
        assert [a.id for a in articles.find(store, articles.Filter(text=text))] == [2], text
    store.close()


def test_a_step_that_adds_to_a_table_of_an_earlier_step_meets_it_as_it_was(version_2):
    """Steps that made tables from live metadata failed here with "duplicate column"."""
    engine = raw_engine(version_2)
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP TABLE features")
        conn.exec_driver_sql("UPDATE schema_version SET version = 1")

    def later(conn):
        conn.exec_driver_sql("ALTER TABLE features ADD COLUMN added_later TEXT")

    table = migrations.schema.features
    column = sa.Column("added_later", sa.Text)
    table.append_column(column)  # the schema as a later program has it
    try:
        migrations.migrate(engine.connect, engine.begin, (*migrations.MIGRATIONS, later))
    finally:
        table._columns.remove(column)
    with engine.connect() as conn:
        assert "added_later" in {c["name"] for c in sa.inspect(conn).get_columns("features")}
    engine.dispose()
