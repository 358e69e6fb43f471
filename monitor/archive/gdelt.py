"""Rows for `archive` out of GDELT's exports: the Global Knowledge Graph, and article lists of the DOC 2.0 API.

Both name articles and carry no text but the headline. GDELT's own codes are not taken over: the reader reads the
headline itself. `first_seen` is GDELT's time, of the quarter of an hour in which it saw the article, in UTC.

The columns are those of the GKG 2.1 codebook; of the DOC API those that it writes as JSON and CSV.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

COLUMNS = 27  # of GKG 2.1
RECORD, DATE, NAME, LINK, EXTRAS = 0, 1, 3, 4, 26
MAX_LINE = 4 << 20  # bytes: a record lists every person and theme of an article
MAX_LIST = 64 << 20  # bytes of an answer of the DOC API, which holds 250 articles
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.S)

Rows = Iterator[dict[str, str] | str]


def gkg(path: Path) -> Rows:
    """A row for each record of a .gkg.csv or .gkg.csv.zip, or why it is none. Raises OSError."""
    if path.suffix == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    with archive.open(name) as lines:
                        yield from _records(lines)
        except zipfile.BadZipFile as error:
            raise OSError(f"{path}: {error}") from error
        return
    with path.open("rb") as lines:
        yield from _records(lines)


def _records(lines: IO[bytes]) -> Rows:
    while line := lines.readline(MAX_LINE):
        cut = not line.endswith(b"\n") and len(line) == MAX_LINE
        while cut and (rest := lines.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass
        yield "longer than 4 MB" if cut else _record(line.decode("utf-8", "replace").rstrip("\r\n"))


def _record(line: str) -> dict[str, str] | str:
    values = line.split("\t")
    if len(values) != COLUMNS:
        return f"not {COLUMNS} columns, as GKG 2.1 has"
    title = _TITLE.search(values[EXTRAS])
    if not title or not title[1].strip():
        return "no page title"
    seen = _time(values[DATE], "%Y%m%d%H%M%S")
    if seen is None:
        return "no date"
    return {
        "guid": values[RECORD], "title": html.unescape(title[1]), "link": values[LINK], "source": values[NAME],
        "first_seen": seen,
    }  # fmt: skip


def doc(path: Path) -> Rows:
    """A row for each article of an answer of the DOC 2.0 API (mode=artlist), JSON or CSV, or why it is none. Raises
    OSError where it is neither.
    """
    with path.open("rb") as file:
        text = file.read(MAX_LIST).decode("utf-8-sig", "replace")
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text, strict=False)["articles"]
        except (ValueError, KeyError, RecursionError) as error:
            raise OSError(f"{path}: not an article list of the DOC API ({type(error).__name__})") from error
        rows = [row if isinstance(row, dict) else {} for row in found]
    else:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        known = {str(name).lower(): value for name, value in row.items() if isinstance(value, str)}
        title, link = known.get("title", "").strip(), known.get("url", "")
        written = known.get("seendate") or known.get("date") or ""
        seen = _time(written, "%Y%m%dT%H%M%SZ") or _time(written, "%Y-%m-%d %H:%M:%S")
        if not title or seen is None:
            yield "no title" if not title else "no date"
            continue
        yield {"title": title, "link": link, "source": known.get("domain", ""), "first_seen": seen}


def _time(text: str, form: str) -> str | None:
    try:
        return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None
