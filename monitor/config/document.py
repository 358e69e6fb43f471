"""Reads a YAML file that people edit into plain data with line numbers, and refuses what does not belong into it.

Scalars follow YAML 1.2 (`NO` is Norway, not false). Anchors, tags and second documents are refused, nesting and size
are bounded, so that no file can blow up. libyaml gives the events, since ten thousand feeds are many lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from monitor.errors import ConfigError, Problem

EXAMPLE = Path(__file__).parents[1] / "example" / "feeds.yaml"  # in an installed package only; a checkout has its own
MAX_BYTES = 20_000_000  # bytes; ten thousand feeds are about two million
MAX_DEPTH = 20

Place = tuple[str | int, ...]  # ("feeds", 3, "url")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?")


def where(place: Place) -> str:
    """`feeds[3].url`, as people see it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


@dataclass
class Document:
    """One file's data, the line of each place in it, and the faults found so far."""

    file: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[Place] = field(default_factory=set)  # places that have a fault already: one each is enough

    def fault(self, place: Place, message: str, *, line: int | None = None) -> None:
        """Note a fault; the line is that of the place, or of what holds it."""
        if place in self.faulty:
            return
        self.faulty.add(place)
        self.problems.append(Problem(self.file, line or self.line(place), where(place), message))

    def line(self, place: Place) -> int | None:
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


def read(path: Path) -> Document:
    """The file's document; its root is a mapping. Raises ConfigError where it cannot be read or is not YAML."""
    document = Document(str(path))
    text = _text(document, path)
    try:
        _build(document, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refusal(
            document,
            mark.line + 1 if mark else None,
            f"is not valid YAML: {error.problem or error.context}; {_remedy(error)}",
        ) from error
    except yaml.reader.ReaderError as error:
        line = next(
            (n for n, row in enumerate(text.splitlines(), 1) if yaml.reader.Reader.NON_PRINTABLE.search(row)), None
        )
        raise _refusal(
            document, line, "holds a control character; delete it (retype the line if it does not show)"
        ) from error
    if document.data is None:
        raise _refusal(
            document,
            None,
            "is empty; begin with a line `feeds:` and a feed below it, `  - name: ...` and `    url: ...`",
        )
    if not isinstance(document.data, dict):
        raise _refusal(document, 1, "has to begin with names such as `feeds:`, with their values indented below them")
    return document


def _text(document: Document, path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        example = f", or begin with a copy of {EXAMPLE}" if EXAMPLE.exists() else ""
        remedy = f"check the path, or set MONITOR_FEEDS to the right one{example}"
        raise _refusal(document, None, f"there is no such file; {remedy}") from error
    except IsADirectoryError as error:
        raise _refusal(document, None, "is a folder; MONITOR_FEEDS has to name a file") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _refusal(
            document,
            None,
            f"cannot be read ({getattr(error, 'strerror', None) or error}); check the path and its rights",
        ) from error
    if len(raw) > MAX_BYTES:
        raise _refusal(document, None, f"is larger than {MAX_BYTES // 1_000_000} MB; split it or remove feeds")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(document, line, "is not UTF-8; save the file with the encoding UTF-8") from error


def _refusal(document: Document, line: int | None, message: str) -> ConfigError:
    return ConfigError([Problem(document.file, line, "", message)])


def _remedy(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.problem} {error.context}"
    if "cannot start any token" in said or "tab character" in said:
        return "indent with blanks, not tabs, and put quotes round values that begin with @ ` % or a tab"
    if "mapping values are not allowed" in said:
        return "put quotes round a value that holds `: `, and check the indentation"
    if "quoted scalar" in said:
        return "close the quotes"
    return "check indentation, quotes, brackets and colons here and in the line above"


def _build(document: Document, text: str) -> None:
    """Walk the parser's events with a stack of our own: no recursion, faults noted on the way."""
    stack: list[tuple[Place, Any]] = []
    key: Any = None  # of the innermost mapping, once read: a str
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refusal(
                    document, line, "holds a second document; delete this line with `---` and what does not belong here"
                )
        if isinstance(event, yaml.NodeEvent):
            _refuse_tricks(document, event, line)
        if isinstance(event, yaml.CollectionEndEvent):
            place, held = stack.pop()
            key = None
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        place, held = stack[-1] if stack else ((), None)
        if isinstance(held, dict) and key is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise _refusal(document, line, "a name has to be plain text; check brackets and braces here")
            key = event.value
            if place + (key,) in document.lines:
                first = document.lines[place + (key,)]
                document.faulty.discard(place + (key,))
                document.fault(place + (key,), f"is written twice, first on line {first}; keep one", line=line)
            document.lines.setdefault(place + (key,), line)
            continue
        here = place if held is None else place + ((key,) if isinstance(held, dict) else (len(held),))
        document.lines.setdefault(here, line)
        value = (
            _scalar(event)
            if isinstance(event, yaml.ScalarEvent)
            else {}
            if isinstance(event, yaml.MappingStartEvent)
            else []
        )
        if value is None and here:
            document.fault(here, "has no value; write one, or delete the line")
        if held is None:
            document.data = value
        elif isinstance(held, dict):
            if value is not None:
                held[key] = value
        else:
            held.append(value)
        key = None
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= MAX_DEPTH:
                raise _refusal(
                    document, line, f"is nested more than {MAX_DEPTH} levels deep; check indentation and brackets"
                )
            stack.append((here, value))


def _refuse_tricks(document: Document, event: yaml.NodeEvent, line: int) -> None:
    if event.anchor is not None:
        raise _refusal(
            document,
            line,
            "anchors (&name) and references (*name) are not allowed; write the value out, or use `defaults`, or put quotes round it",
        )
    tag = getattr(event, "tag", None)
    if tag and tag != "!":
        raise _refusal(
            document,
            line,
            f"the tag {tag.replace('tag:yaml.org,2002:', '!!')} is not allowed; write the plain value, or put quotes round it",
        )


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Text unless it is written plainly and is null, a truth value or a number in YAML 1.2."""
    text = event.value
    if event.style in ("'", '"', "|", ">") or event.tag == "!":
        return text
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
