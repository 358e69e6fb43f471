"""Readings as lines of JSON for programs and as a page for people.

Feed text is shown as text: it never becomes markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.errors import InputError
from monitor.models import Reading
from monitor.models import Text as Entry


class Reader(Protocol):
    """What is needed of reader.Reader."""

    def read(self, texts: Sequence[Entry], *, anywhere: bool = False) -> list[Reading]: ...


STYLES = {"escalation": "bold red", "deescalation": "bold blue"}


def as_record(reading: Reading, id: object = None) -> dict:
    """The line of one entry, in the fixed format."""
    return {
        "id": id,
        "lang": reading.lang,
        "direction": reading.direction,
        "score": reading.score,
        "theatre": reading.theatre,
        "actors": list(reading.actors),
        "places": list(reading.places),
        "signals": [
            {
                "category": signal.category,
                "direction": signal.direction,
                "mode": signal.mode,
                "severity": signal.severity,
                "rule": signal.rule,
                "field": signal.field,
                "start": signal.start,
                "end": signal.end,
                "text": signal.text,
                "source": signal.source,
                "target": signal.target,
                "place": signal.place,
                "confidence": signal.confidence,
                "why": signal.why,
            }
            for signal in reading.signals
        ],
        "confidence": reading.confidence,
        "runner_up": reading.runner_up,
    }


def line(reading: Reading, id: object = None) -> str:
    """The record as one line of JSON; one with half a character (a lone surrogate),
    which no file can hold, in ASCII escapes.
    """
    record = as_record(reading, id)
    written = json.dumps(record, ensure_ascii=False)
    return written if written.isascii() or not any("\ud800" <= c <= "\udfff" for c in written) else json.dumps(record)


def tag_lines(reader: Reader, lines: Iterable[str], *, anywhere: bool = False) -> Iterator[str]:
    """JSON lines in (id, title, summary, optional lang), JSON lines out, one each,
    in order. Raises InputError naming the line.
    """
    for number, given in enumerate(lines, 1):
        if not given.strip():
            continue
        try:
            row = json.loads(given)
        except ValueError as error:
            raise InputError(f"line {number} is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"line {number} is not an object with id, title and summary")
        title, summary, lang = (row.get(key) for key in ("title", "summary", "lang"))
        for key, value in (("title", title), ("summary", summary), ("lang", lang)):
            if value is not None and not isinstance(value, str):
                raise InputError(f"line {number}: {key} is not text")
        (reading,) = reader.read([Entry(title or "", summary or "", lang)], anywhere=anywhere)
        yield line(reading, row.get("id"))


def marked(text: str, reading: Reading, field: str) -> Text:
    """A field with its evidence coloured."""
    shown = Text(text)
    for signal in reading.signals:
        if signal.field == field:
            shown.stylize(STYLES[signal.direction], signal.start, signal.end)
    for off in reading.suppressed:
        if off.field == field:
            shown.stylize("dim strike", off.start, off.end)
    return shown


def show(reading: Reading, title: str, summary: str = "") -> Group:
    """One reading for people: the text with its evidence marked, every signal, and what was suppressed and why."""
    head = Text(
        f"{reading.direction}  {reading.score:+g}   language {reading.lang or '?'}   "
        f"{'in' if reading.theatre else 'outside'} the theatre"
    )
    if reading.confidence is not None:
        head.append(f"   confidence {reading.confidence:.0%}")
    if reading.runner_up:
        head.append(f"   next {reading.runner_up}")
    fields = [("title", title), *([("summary", summary)] if summary else [])]
    parts: list[RenderableType] = [*(marked(text, reading, field) for field, text in fields), head]
    if reading.actors or reading.places:
        parts.append(Text(f"actors {', '.join(reading.actors) or '-'}   places {', '.join(reading.places) or '-'}"))
    if reading.signals:
        table = Table("category", "mode", "severity", "confidence", "rule", "evidence", "who, where", "operators")
        for signal in reading.signals:
            who = " -> ".join(x for x in (signal.source, signal.target) if x) + (
                f" @ {signal.place}" if signal.place else ""
            )
            row = (
                signal.category,
                signal.mode,
                f"{signal.severity:+g}",
                "" if signal.confidence is None else f"{signal.confidence:.0%}",
                signal.rule,
                signal.text,
                who,
                "; ".join(signal.operators),
            )
            table.add_row(*map(Text, row), style=STYLES[signal.direction].replace("bold ", ""))
        parts.append(table)
        parts.extend(Text(f"{signal.category}: {signal.why}") for signal in reading.signals if signal.why)
    parts.extend(
        Text(f"{off.category} suppressed: {off.reason} («{off.text}», {off.field})", style="dim")
        for off in reading.suppressed
    )
    parts.append(Text(reading.method, style="dim"))
    return Group(*parts)
