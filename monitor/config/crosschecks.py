"""What one place of feeds.yaml has to do with another, with the environment or with the disk. Works on the data as
written, so that these faults are named together with those of the shapes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.config.document import Document, Place
from monitor.config.names import event_types
from monitor.config.shapes import OIL
from monitor.config.values import is_header_value, unknown

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(document: Document, environ: Mapping[str, str]) -> None:
    """Note every fault of this sort."""
    for section in ("feeds", "prices", "series", "alerts", "briefs"):
        _names_once(document, section)
    _series_apart(document)
    for place, header in _headers(document):
        _variables(document, place, header, environ)
    theatre = document.data.get("theatre")
    own = theatre.get("lexicon") if isinstance(theatre, dict) else None
    check_rules(document, beside(document.file, own) if isinstance(own, str) else None)
    _board(document)
    _lexicon(document)
    _export_folder(document)


def check_rules(document: Document, lexicon: Path | None) -> None:
    """Note every fault of `alerts` that has to do with the other sections and with the user's own words."""
    _references(document)
    _events(document, lexicon)


def expand(text: str, environ: Mapping[str, str]) -> str:
    """A header's value with its environment variables put in."""
    return _VARIABLE.sub(lambda found: environ[found[1]].strip(), text)


def _rows(document: Document, section: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    rows = document.data.get(section)
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield (section, number), row


def _names(document: Document, section: str) -> list[str]:
    return [row["name"].strip() for _, row in _rows(document, section) if isinstance(row.get("name"), str)]


def _names_once(document: Document, section: str) -> None:
    first: dict[str, Place] = {}
    for place, row in _rows(document, section):
        name = row.get("name")
        if not isinstance(name, str):
            continue
        here = (*place, "name")
        if (earlier := first.setdefault(name.strip(), here)) != here:
            document.fault(
                here,
                (
                    f"{name.strip()!r} is the name of {section}[{earlier[1]}] too, on line {document.line(earlier)}; "
                    "rename one of them"
                ),
            )


def _series_apart(document: Document) -> None:
    """A price and a series of a file are shown, exported and asked for side by side, by name."""
    prices = _names(document, "prices") if "prices" in document.data else [price.name for price in OIL]
    for place, row in _rows(document, "series"):
        if isinstance(name := row.get("name"), str) and name.strip() in prices:
            document.fault((*place, "name"), f"{name.strip()!r} is the name of one of `prices` too; rename one of them")


def _headers(document: Document) -> Iterator[tuple[Place, str]]:
    for place, row in [*_rows(document, "feeds"), *_rows(document, "series")]:
        headers = row.get("headers")
        for name, value in headers.items() if isinstance(headers, dict) else ():
            if isinstance(value, str):
                yield (*place, "headers", name), value


def _variables(document: Document, place: Place, header: str, environ: Mapping[str, str]) -> None:
    if "${" in _VARIABLE.sub("", header):
        document.fault(place, "has a `${` without its `}`; write ${NAME}")
    for name in _VARIABLE.findall(header):
        if not _NAME.fullmatch(name):
            document.fault(place, "has no proper name in `${...}`; write ${NAME} with letters, digits and _")
        elif not environ.get(name, "").strip():
            document.fault(place, f"the environment variable {name} is not set; set it, or delete this header")
        elif not is_header_value(environ[name].strip()):
            document.fault(
                place,
                (
                    f"the environment variable {name} cannot be a header: it has to be one line of plain ASCII, "
                    "at most 4,000 characters"
                ),
            )


def _references(document: Document) -> None:
    """Rules name prices, series and feeds that exist."""
    prices = _names(document, "prices") if "prices" in document.data else [price.name for price in OIL]
    feeds = _names(document, "feeds")
    for place, row in _rows(document, "alerts"):
        section, series = ("series", _names(document, "series")) if row.get("kind") == "series" else ("prices", prices)
        if isinstance(asked := row.get("series"), str) and asked.strip() not in series:
            document.fault(
                (*place, "series"), unknown(asked, series) if series else f"{asked!r} is unknown; add it to `{section}`"
            )
        asked = row.get("feeds")
        for number, name in enumerate(asked if isinstance(asked, list) else ()):
            if isinstance(name, str) and name.strip() not in feeds:
                document.fault(
                    (*place, "feeds", number), f"there is no feed of the name {name!r}; write it as in `feeds`"
                )


def _board(document: Document) -> None:
    """The board names each part once, and at least one."""
    board = document.data.get("board")
    if not isinstance(board, list):
        return
    if not board:
        document.fault(("board",), "is empty; name at least one part, or delete the line to show all")
    for number, part in enumerate(board):
        if isinstance(part, str) and part in board[:number]:
            document.fault(("board", number), f"{part!r} stands in the list already; delete it here")


def _events(document: Document, lexicon: Path | None) -> None:
    """Rules ask for event types that there are, in the shipped lexicon or in the user's own words."""
    asked = [
        ((*place, "event", number), name)
        for place, row in _rows(document, "alerts")
        if isinstance(row.get("event"), list)
        for number, name in enumerate(row["event"])
        if isinstance(name, str)
    ]
    if not asked:
        return
    known = list(event_types(lexicon if lexicon and lexicon.is_file() else None))
    for place, name in asked:
        if name.strip() not in known:
            category = [one for one in known if one.startswith(name.partition(".")[0] + ".")]
            document.fault(place, unknown(name, category or known))


def _lexicon(document: Document) -> None:
    theatre = document.data.get("theatre")
    name = theatre.get("lexicon") if isinstance(theatre, dict) else None
    if isinstance(name, str) and not beside(document.file, name).is_file():
        document.fault(
            ("theatre", "lexicon"), f"there is no file {name!r} beside {Path(document.file).name}; check the path"
        )


def _export_folder(document: Document) -> None:
    retention = document.data.get("retention")
    name = retention.get("export") if isinstance(retention, dict) else None
    if isinstance(name, str) and not ((folder := beside(document.file, name)).is_dir() and os.access(folder, os.W_OK)):
        document.fault(
            ("retention", "export"),
            f"there is no folder {str(folder)!r} that may be written; make it, or give it rights",
        )


def beside(file: str, name: str) -> Path:
    """A path relative to the folder of feeds.yaml."""
    return Path(file).parent / name.strip()
