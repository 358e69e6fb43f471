"""Exports: stable columns, safe cells, the same facts in every format, and a dictionary that tells the truth."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from monitor import export
from monitor.models import Correction, Entry, Feed, FeedState, IndexPoint, Price, Reading, SeriesState, Signal
from monitor.storage import index, observations, open_store, prices, saving, stories, tables
from monitor.storage.filters import Filter

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


def written(table, rows, format="csv"):
    out = io.BytesIO()
    export.write(table, rows, format=format, out=out)
    return out.getvalue()


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    feed = Feed("Wire", "https://wire.example/rss", tier=2)
    signal = Signal(
        "attack", "escalation", "act", 9.0, "strike", "title", 0, 7, "=strike", "ISR", "IRN", None, ("passive",)
    )
    hit = Reading("en", "escalation", 9.0, True, ("IRN", "ISR"), ("Isfahan",), (signal,), (), "tagger-1")
    calm = Reading("ar", "none", 0.0, False, (), (), (), (), "tagger-1")
    items = [
        (
            Entry(
                "1", '=strike → "quoted"\nline', "https://wire.example/1", "-5 per cent", NOON - timedelta(days=1), None
            ),
            hit,
            "wire",
            "1",
        ),
        (Entry("2", "محادثات", None, "", None, "yesterday"), calm, "@paper", "2"),
    ]
    saving.save(
        opened, feed, items, state=FeedState("Wire", feed.url, state="well", last_polled=NOON), slices=None, now=NOON
    )
    stories.assign(opened, {1: 1})
    span = "attack", "act", "title", 0, 7, "=strike"
    saving.correct(opened, Correction(None, 1, NOON, "right", *span, "Ann", "tagger-1"))
    point = IndexPoint("day", DAY, "index-1", "ok", 151.5, 140.0, 160.0, 90.0, None, None, -0.5, *[1.0] * 7, 2, 1, 1, 2)
    index.save(opened, [point])
    prices.save(opened, [
        Price("Brent", DAY, 71.32, "yahoo", "front month", "USD", None, NOON),
        Price("Brent", DAY, 72.0, "fred", "spot", "USD", None, NOON),
        Price("VIX", DAY + timedelta(days=1), -1.5, "yahoo", "index", "USD", NOON, NOON, final=False),
    ])  # fmt: skip
    risk = SeriesState("Risk", "https://risk.example/a.csv")
    observations.save(opened, risk, [(DAY, 118.0)], unit="points", now=NOON)
    yield opened
    opened.close()


def test_articles_keep_their_facts_in_csv(store):
    first, second = read(written("articles", tables.rows(store, "articles")))
    assert first["title"] == '\'=strike → "quoted"\nline' and first["summary"] == "'-5 per cent"
    assert (first["published"], first["first_seen"]) == ("2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z")
    assert (first["actors"], first["score"], first["theatre"], first["story_id"], first["tier"]) == (
        "IRN;ISR",
        "9.0",
        "true",
        "1",
        "2",
    )
    assert (second["title"], second["publisher"]) == ("محادثات", "'@paper")
    assert (second["published"], second["link"], second["story_id"]) == ("", "", "")


@pytest.mark.parametrize("table", export.COLUMNS)
def test_every_table_has_its_columns_in_every_format(store, table):
    rows = list(tables.rows(store, table))
    assert rows, "the fixture fills every table"
    listed = list(export.columns_of(table, rows[0]))
    assert set(export.COLUMNS[table]) <= set(rows[0])
    assert next(csv.reader(io.StringIO(written(table, rows).decode()))) == listed
    given = list(tables.rows(store, table, format="jsonl"))
    lines = [json.loads(line) for line in written(table, given, "jsonl").splitlines()]
    of_json = list(export.LABELLED_ROW) if table == "corrections" else listed
    assert [list(line) for line in lines] == [of_json] * len(given) and given
    frame = pq.read_table(io.BytesIO(written(table, rows, "parquet")))
    assert frame.column_names == listed and frame.num_rows == len(rows)
    for empty in (written(table, []), written(table, [], "parquet")):
        assert empty  # a header or a schema, and no row
    assert len(written(table, []).splitlines()) == 1 and written(table, [], "jsonl") == b""


def test_formats_keep_their_own_types(store):
    line = json.loads(written("signals", tables.rows(store, "signals"), "jsonl").splitlines()[0])
    assert (line["text"], line["severity"], line["operators"], line["place"]) == ("=strike", 9.0, ["passive"], None)
    rows = pq.read_table(io.BytesIO(written("prices", tables.rows(store, "prices"), "parquet"))).to_pylist()
    assert [(r["series"], r["day"], r["close"], r["final"]) for r in rows] == [
        ("Brent", date(2026, 3, 2), 71.32, True),
        ("Brent", date(2026, 3, 2), 72.0, True),
        ("VIX", date(2026, 3, 3), -1.5, False),
    ]
    assert rows[2]["market_time"] == NOON


def test_daily_puts_the_index_beside_each_series(store):
    rows = read(written("daily", tables.rows(store, "daily")))
    found = [(r["day"], r["tension"], r["balance"], r["method"]) for r in rows]
    assert found == [("2026-03-02", "151.5", "-0.5", "index-1"), ("2026-03-03", "", "", "")]
    assert [(r["Brent_close"], r["Brent_source"], r["VIX_close"]) for r in rows] == [
        ("71.32", "yahoo", ""),
        ("", "", "-1.5"),
    ]
    assert [(r["Risk_value"], r["Risk_vintage"]) for r in rows] == [("118.0", "2026-03-02T12:00:00Z"), ("", "")]


def test_a_span_and_a_filter_narrow_the_rows(store):
    def ids(table, **more):
        return [r["id"] for r in tables.rows(store, table, **more)]

    assert ids("articles", since=NOON) == [2] and ids("articles", until=NOON) == [1]
    assert ids("signals", since=NOON) == [] and ids("articles", wanted=Filter(categories=("attack",))) == [1]
    assert (
        list(tables.rows(store, "index", since=NOON)) == [] and len(list(tables.rows(store, "prices", until=NOON))) == 2
    )
    configured = [Feed("Never", "https://never.example/"), Feed("Wire", "https://wire.example/rss")]
    found = [(r["name"], r["state"], r["entries"]) for r in tables.rows(store, "feeds", configured=configured)]
    assert found == [("Never", "new", 0), ("Wire", "well", 2)]


HARMLESS = [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "'\rx"),
    ("＝1", "'＝1"), ("a=1", "a=1"), ("", ""), (-1.5, "-1.5"), (-3, "-3"), (("-a", "b"), "'-a;b"), ((), ""),
    (float("nan"), ""), (None, ""), (True, "true"), (NOON, "2026-03-02T12:00:00Z"), ("'quoted'", "'quoted'"),
]  # fmt: skip


def test_cells_are_harmless_in_a_spreadsheet():
    text = "".join(export.rows_csv([{"cell": value, "n": 1} for value, _ in HARMLESS], ["cell", "n"]))
    assert [row["cell"] for row in read(text.encode())] == [expected for _, expected in HARMLESS]


def test_pieces_of_csv_hold_few_rows():
    rows = ({"id": n} for n in range(3 * export.ROWS_A_PIECE + 1))
    pieces = list(export.rows_csv(rows, {"id": export.INT}))
    assert max(piece.count("\r\n") for piece in pieces) <= export.ROWS_A_PIECE + 1
    assert "".join(pieces).splitlines() == ["id", *map(str, range(3 * export.ROWS_A_PIECE + 1))]


def test_an_unknown_format_or_table_is_refused():
    with pytest.raises(ValueError, match="xlsx"):
        written("articles", [], "xlsx")
    with pytest.raises(KeyError):
        written("secrets", [])


def test_the_dictionary_lists_the_columns_as_they_are():
    sections = re.split(r"^## ", (ROOT / "docs/data-dictionary.md").read_text(), flags=re.M)[1:]
    said = {s.split("\n", 1)[0]: re.findall(r"^\| (\w+) \| (\w+) \| \S", s, flags=re.M)[0:] for s in sections}
    assert {table: [c for c in columns if c[0] != "column"] for table, columns in said.items()} == {
        table: list(columns.items()) for table, columns in export.COLUMNS.items()
    }
    assert list(tables.TABLES) == list(export.COLUMNS)
