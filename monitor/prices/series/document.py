"""Reads two columns of a CSV, XLS, XLSX or JSON file, that of the day and that of the value; or says why not.

    bytes -> what kind of file -> rows of cells -> the two columns, by name -> days and numbers

All or nothing: one row that cannot be right makes the whole file wrong, since nobody can say which of its rows are
right then. Columns are found by their names, so a new order changes nothing; a new name is a fault. Pure; hostile
files are read in a process with limits (child.py).
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from monitor.models import DataSeries

MAX_ROWS = 200_000  # five hundred years of days
MAX_COLUMNS = 1_000
HEADER_WITHIN = 30  # rows above the names of columns: titles, notes
MAX_UNPACKED = 100_000_000  # bytes of an XLSX file
EARLIEST = 1800
MISSING = frozenset({"", ".", "-", "na", "n/a", "nan", "null", "none", "#n/a"})
_DIGITS = re.compile(r"\d{8}(?:\.0)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_MONTH = re.compile(r"\d{4}-\d{2}")


class Unreadable(Exception):
    """The file is not what feeds.yaml says it is; in plain words."""


def read(body: bytes, series: DataSeries, now: datetime) -> list[tuple[datetime, float]]:
    """(00:00 UTC of the day, value) of every row with a value, oldest first. Raises Unreadable."""
    found: dict[datetime, float] = {}
    count = 0
    for number, day_cell, cell in _pairs(body, series):
        count += 1
        if count > MAX_ROWS:
            raise Unreadable(f"the file has more than {MAX_ROWS:,} rows")
        if _is_missing(day_cell) and _is_missing(cell):
            continue
        day = _day(day_cell, series, f"row {number}, {series.date}")
        if day > now:
            raise Unreadable(f"row {number}, {series.date}: {day:%Y-%m-%d} lies in the future")
        if _is_missing(cell):
            continue
        value = _value(cell, f"row {number}, {series.value}")
        if found.setdefault(day, value) != value:
            raise Unreadable(f"row {number}: {day:%Y-%m-%d} stands there twice, with different values")
    if not found:
        raise Unreadable("the file has no row with a value")
    return sorted(found.items())


# -- kinds of files -----------------------------------------------------------------------------------------


def _pairs(body: bytes, series: DataSeries) -> Iterator[tuple[int, Any, Any]]:
    """(number of the row, cell of the day, cell of the value), counted from 1 as an editor sees them."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
    if not start:
        raise Unreadable("the file is empty")
    if body.startswith(b"PK\x03\x04"):
        return _in_columns(_xlsx(body, series.sheet), series)
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return _in_columns(_xls(body, series.sheet), series)
    if start[:1] in (b"{", b"["):
        return _in_json(body, series)
    if start[:1] == b"<":
        raise Unreadable(
            "the answer is a web page or XML, not a CSV, XLS, XLSX or JSON file; open the address in a browser"
        )
    return _in_csv(body, series)


def _in_csv(body: bytes, series: DataSeries) -> Iterator[tuple[int, Any, Any]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    if "\0" in text[:1000]:
        raise Unreadable("the file is no text, and no XLS, XLSX or JSON either")
    fault = None
    for separator in ",;\t":
        try:
            return _in_columns(csv.reader(io.StringIO(text), delimiter=separator), series)
        except Unreadable as cause:
            fault = fault or cause
    raise fault or Unreadable("the file cannot be read")


def _in_columns(rows: Iterable[Sequence[Any]], series: DataSeries) -> Iterator[tuple[int, Any, Any]]:
    """Find the row with both names, then take the two cells of each row below it."""
    numbered = enumerate(_bounded(rows), 1)
    first: list[str] = []
    for number, row in numbered:
        names = [str(cell).strip() for cell in row]
        if series.date in names and series.value in names:
            for name in (series.date, series.value):
                if names.count(name) > 1:
                    raise Unreadable(f"row {number} names the column {name!r} twice")
            return _cells(numbered, names.index(series.date), names.index(series.value))
        first = first or [name for name in names if name]
        if number >= HEADER_WITHIN:
            break
    lacking = " and ".join(repr(name) for name in (series.date, series.value) if name not in first)
    shown = ", ".join(name[:40] for name in first[:20]) or "no names"
    raise Unreadable(f"the file has no column {lacking}; it begins with {shown}: write its names as `date` and `value`")


def _cells(numbered: Iterator[tuple[int, Sequence[Any]]], day: int, value: int) -> Iterator[tuple[int, Any, Any]]:
    for number, row in numbered:
        if len(row) <= max(day, value):
            if any(not _is_missing(cell) for cell in row):
                yield number, row[day] if len(row) > day else None, row[value] if len(row) > value else None
            continue
        yield number, row[day], row[value]


def _bounded(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    try:
        for row in rows:
            if len(row) > MAX_COLUMNS:
                raise Unreadable(f"the file has more than {MAX_COLUMNS:,} columns")
            yield row
    except csv.Error as error:
        raise Unreadable(f"the file is no sound CSV: {error}") from error


def _xlsx(body: bytes, sheet: str | None) -> Iterator[Sequence[Any]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable("the file is larger than allowed when it is unpacked")
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        names = book.sheetnames
        yield from book[_sheet(sheet, names)].iter_rows(values_only=True, max_col=MAX_COLUMNS)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # of whatever library: the file is damaged
        raise Unreadable(f"the XLSX file cannot be read ({type(error).__name__})") from error


def _xls(body: bytes, sheet: str | None) -> Iterator[Sequence[Any]]:
    import xlrd

    try:
        with open("/dev/null", "w") as nowhere:  # it prints what it finds odd
            book = xlrd.open_workbook(file_contents=body, on_demand=True, ragged_rows=True, logfile=nowhere)
        found = book.sheet_by_name(_sheet(sheet, book.sheet_names()))
        for number in range(found.nrows):
            row: list[Any] = found.row_values(number)
            for at, kind in enumerate(found.row_types(number)):
                if kind == xlrd.XL_CELL_DATE:
                    row[at] = xlrd.xldate_as_datetime(row[at], book.datemode)
                elif kind == xlrd.XL_CELL_ERROR:
                    row[at] = None
            yield row
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # of whatever library: the file is damaged
        raise Unreadable(f"the XLS file cannot be read ({type(error).__name__})") from error


def _sheet(wanted: str | None, names: Sequence[str]) -> str:
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise Unreadable(f"the file has no sheet {wanted!r}; it has {', '.join(names[:10])}: write one as `sheet`")
    return wanted


def _in_json(body: bytes, series: DataSeries) -> Iterator[tuple[int, Any, Any]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is no sound JSON: {error}"[:200]) from error
    rows = _at(found, series.rows) if series.rows else found
    if not isinstance(rows, list):
        said = found.get("error") or found.get("message") if isinstance(found, dict) else None
        said = f"; it says {str(said)[:100]!r}" if said else ""
        raise Unreadable(f"the JSON has no list at {series.rows or 'its root'}{said}: write the path as `rows`")
    if not rows:
        raise Unreadable("the file has no rows")
    for name in (series.date, series.value):
        if all(_at(row, name) is None for row in rows[:1000]):
            raise Unreadable(f"no row of the JSON has {name!r}; the first is {json.dumps(rows[0])[:100]}")
    return ((number, _at(row, series.date), _at(row, series.value)) for number, row in enumerate(rows, 1))


def _at(found: Any, path: str) -> Any:
    """What lies at a dotted path of keys and positions, None where nothing does."""
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


# -- cells --------------------------------------------------------------------------------------------------


def _is_missing(cell: Any) -> bool:
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in MISSING)


def _day(cell: Any, series: DataSeries, where: str) -> datetime:
    """00:00 UTC of the day that a cell names. Raises Unreadable."""
    found = _date(cell, series.date_format, where)
    if not EARLIEST <= found.year <= 2200:
        raise Unreadable(f"{where}: {_shown(cell)} is no day of this series")
    return datetime.combine(found, time(), UTC)


def _date(cell: Any, form: str | None, where: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        if form:
            return datetime.strptime(str(cell).strip(), form).replace(tzinfo=UTC).date()
        text = str(cell).strip() if not isinstance(cell, bool) else ""
        if _DIGITS.fullmatch(text):
            return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date()
        if isinstance(cell, int | float) and cell > 10**11:  # milliseconds, as ArcGIS has them
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=cell)).date()
        if _MONTH.fullmatch(text):
            return date.fromisoformat(f"{text}-01")
        if isinstance(cell, str):
            return datetime.fromisoformat(text).date()
    except (ValueError, OverflowError, IndexError):
        pass
    remedy = (
        "does not look like `date_format`" if form else "is no date such as 2026-02-26; write its form as `date_format`"
    )
    raise Unreadable(f"{where}: {_shown(cell)} {remedy}")


def _value(cell: Any, where: str) -> float:
    if isinstance(cell, bool):
        raise Unreadable(f"{where}: {_shown(cell)} is no number")
    if isinstance(cell, int | float):
        number = float(cell)
    else:
        text = str(cell).strip()
        if not _NUMBER.fullmatch(text):
            comma = (
                ", with a comma: whether it stands for a point or for thousands nobody can know" if "," in text else ""
            )
            raise Unreadable(f"{where}: {_shown(cell)} is no number{comma}")
        number = float(text)
    if not math.isfinite(number):
        raise Unreadable(f"{where}: {_shown(cell)} is no finite number")
    return number


def _shown(cell: Any) -> str:
    return repr(cell if len(str(cell)) <= 40 else str(cell)[:40] + "...")
