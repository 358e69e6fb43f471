"""Writes rows as CSV, JSON Lines and Parquet, under columns that other people's scripts rely on.

A row is a mapping of column to plain value; rows are taken one at a time, so the memory is that of a batch.
docs/data-dictionary.md says what each column means, and a test holds it to COLUMNS.

Times are UTC ISO 8601 with Z, to the second; days are dates. In CSV lists are joined by `;`, what is missing is empty,
and a text cell that a spreadsheet would take for a formula is led by a single quote; numbers stay numbers. JSON Lines
and Parquet keep lists, and texts as they are.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from monitor.clock import time_text

FORMATS = ("csv", "jsonl", "parquet")
ROWS_A_PIECE = 2_000  # rows a piece of CSV; a row group of Parquet has five of them

# column -> kind; the order is the order in the file
TEXT, INT, NUMBER, BOOL, TIME, DAY, LIST = "text", "int", "number", "bool", "time", "day", "list"
_INDEX = {
    "tension": NUMBER, "tension_low": NUMBER, "tension_high": NUMBER, "relief": NUMBER, "relief_low": NUMBER,
    "relief_high": NUMBER, "balance": NUMBER, "escalation_share": NUMBER, "deescalation_share": NUMBER,
}  # fmt: skip
_ATTENTION = {
    "attention": NUMBER, "attention_low": NUMBER, "attention_high": NUMBER, "attention_share": NUMBER,
}  # fmt: skip
COLUMNS: dict[str, dict[str, str]] = {
    "articles": {
        "id": INT, "feed": TEXT, "publisher": TEXT, "title": TEXT, "summary": TEXT, "link": TEXT, "lang": TEXT,
        "published": TIME, "first_seen": TIME, "at": TIME, "direction": TEXT, "score": NUMBER, "categories": LIST,
        "actors": LIST, "places": LIST, "parts": LIST, "theatre": BOOL, "tier": INT, "country": TEXT, "story_id": INT,
        "published_text": TEXT, "method": TEXT, "confidence": NUMBER, "runner_up": TEXT, "fault": TEXT,
    },
    "signals": {
        "id": INT, "article_id": INT, "at": TIME, "first_seen": TIME, "feed": TEXT, "publisher": TEXT, "tier": INT,
        "lang": TEXT, "title": TEXT, "link": TEXT, "story_id": INT, "category": TEXT, "direction": TEXT, "mode": TEXT,
        "severity": NUMBER, "rule": TEXT, "field": TEXT, "start": INT, "end": INT, "text": TEXT, "source": TEXT,
        "target": TEXT, "place": TEXT, "operators": LIST,
        "method": TEXT, "confidence": NUMBER, "why": TEXT,
    },
    "stories": {
        "id": INT, "title": TEXT, "first_seen": TIME, "last_seen": TIME, "direction": TEXT, "score": NUMBER,
        "categories": LIST, "actors": LIST, "places": LIST, "langs": LIST, "articles": INT, "publishers": INT,
        "state": TEXT, "confirmed_by": INT, "first_publisher": TEXT, "confidence": NUMBER, "titles": LIST,
    },
    "index": {
        "grain": TEXT, "part": TEXT, "at": TIME, "status": TEXT, **_INDEX, "escalation_acts": NUMBER,
        "escalation_words": NUMBER, "deescalation_acts": NUMBER, "deescalation_words": NUMBER, "percentile": NUMBER,
        "entries": INT, "signal_articles": INT, "stories": INT, "publishers": INT, "missing": TEXT, "method": TEXT,
        **_ATTENTION, "theatre_articles": INT,
    },
    "prices": {
        "series": TEXT, "day": DAY, "close": NUMBER, "unit": TEXT, "kind": TEXT, "source": TEXT, "market_time": TIME,
        "fetched_at": TIME,
        "final": BOOL,
    },
    # and, for each price series, NAME_close and NAME_source; for each series of a file, NAME_value and NAME_vintage
    "daily": {"day": DAY, "status": TEXT, **_INDEX, "method": TEXT, **_ATTENTION},
    "feeds": {
        "name": TEXT, "url": TEXT, "state": TEXT, "status": INT, "failure": TEXT, "error": TEXT, "failures": INT,
        "entries": INT, "new_entries": INT, "bad_entries": INT, "last_polled": TIME, "last_success": TIME,
        "last_new": TIME, "next_due": TIME, "moved_to": TEXT,
    },
    "corrections": {
        "id": INT, "article_id": INT, "at": TIME, "kind": TEXT, "category": TEXT, "mode": TEXT, "field": TEXT,
        "start": INT, "end": INT, "text": TEXT, "who": TEXT, "note": TEXT, "method": TEXT, "lang": TEXT, "title": TEXT,
        "publisher": TEXT, "link": TEXT,
    },
    "observations": {"series": TEXT, "day": DAY, "value": NUMBER, "unit": TEXT, "vintage": TIME},
}  # fmt: skip
# what a line of JSON of `corrections` holds: an article as the reader's training takes it; its signals are objects
LABELLED_ROW = {
    "id": TEXT, "lang": TEXT, "title": TEXT, "summary": TEXT, "source": TEXT, "published": TIME, "direction": TEXT,
    "signals": LIST,
}  # fmt: skip
_ARROW = {
    TEXT: pa.string(), INT: pa.int64(), NUMBER: pa.float64(), BOOL: pa.bool_(), TIME: pa.timestamp("us", tz="UTC"),
    DAY: pa.date32(),
    LIST: pa.list_(pa.string()),
}  # fmt: skip
# what makes a spreadsheet read a cell as a formula; the full-width forms do in some of them
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def write(table: str, rows: Iterable[Mapping[str, object]], *, format: str, out: BinaryIO) -> int:
    """Write the rows of a table of COLUMNS to a binary stream,
    and give how many there were. Raises KeyError, ValueError.
    """
    counted = _Counted(iter(rows))
    out.writelines(pieces(table, counted, format=format))
    return counted.count


def pieces(table: str, rows: Iterable[Mapping[str, object]], *, format: str) -> Iterator[bytes]:
    """The same as bytes, piece by piece, for an answer that is sent while it is made. Raises KeyError, ValueError."""
    if format not in FORMATS:
        raise ValueError(f"{format} is not one of {', '.join(FORMATS)}")
    rows = iter(rows)
    first = list(islice(rows, 1))
    columns = (
        LABELLED_ROW if (table, format) == ("corrections", "jsonl") else columns_of(table, first[0] if first else {})
    )
    rows = chain(first, rows)
    if format == "csv":
        yield from (piece.encode() for piece in rows_csv(rows, columns))
    elif format == "jsonl":
        while batch := list(islice(rows, ROWS_A_PIECE)):
            lines = ({name: _json(row.get(name), kind) for name, kind in columns.items()} for row in batch)
            yield "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines).encode()
    else:
        yield from parquet(rows, columns)


def columns_of(table: str, row: Mapping[str, object] = {}) -> dict[str, str]:
    """The columns of a table; those that its rows bring beyond the fixed ones (daily's series) follow them."""
    more = {
        name: TEXT if name.endswith("_source") else TIME if name.endswith("_vintage") else NUMBER
        for name in row
        if table == "daily" and name not in COLUMNS[table]
    }
    return COLUMNS[table] | more


def rows_csv(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str] | Sequence[str]) -> Iterator[str]:
    """CSV text in pieces, the header first. `columns` with their kinds or,
    for a table of the screen's own, their names alone.
    """
    kinds = columns if isinstance(columns, Mapping) else dict.fromkeys(columns)
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, lineterminator="\r\n"
    )  # RFC 4180; with "\n" alone it would leave a CR within a text unquoted
    writer.writerow([_safe(name) for name in kinds])
    rows = iter(rows)
    while batch := list(islice(rows, ROWS_A_PIECE)):
        writer.writerows([[_cell(row.get(name), kind) for name, kind in kinds.items()] for row in batch])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()  # the header, when there was no row


def _safe(text: str) -> str:
    return "'" + text if text and text[0] in _FORMULA else text


def _cell(value: object, kind: str | None) -> object:
    """One CSV cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, date):  # a datetime is one too
        return _moment(value, kind)
    if isinstance(value, (tuple, list)):
        return _safe(";".join(map(str, value)))
    return value


def _json(value: object, kind: str) -> object:
    if isinstance(value, date):
        return _moment(value, kind)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _moment(value: date, kind: str | None) -> str:
    if kind == DAY or not isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.year >= 1000 else value.isoformat()[:10]
    return time_text(value)


def parquet(rows: Iterator[Mapping[str, object]], columns: Mapping[str, str]) -> Iterator[bytes]:
    """Parquet in pieces, of any columns with their kinds."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        while batch := list(islice(rows, 5 * ROWS_A_PIECE)):
            arrays = [
                pa.array(
                    [v.date() if isinstance(v := row.get(name), datetime) and kind == DAY else v for row in batch],
                    _ARROW[kind],
                )
                for name, kind in columns.items()
            ]
            writer.write_table(pa.table(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that is handed on while it is written; Parquet only asks where it is."""

    def __init__(self):
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data) -> int:
        self._pieces.append(bytes(data))
        self._at += len(self._pieces[-1])
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class _Counted:
    """An iterator that remembers how many it gave."""

    def __init__(self, rows: Iterator[Mapping[str, object]]):
        self._rows, self.count = rows, 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> Mapping[str, object]:
        row = next(self._rows)
        self.count += 1
        return row
