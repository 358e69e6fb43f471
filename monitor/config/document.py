"""Reads a YAML file that people edit into plain data with line numbers, and refuses what does not belong into it.

In feeds.yaml scalars follow YAML 1.2 (`NO` is Norway, not false); in word files they are text as written (`no` and `on`
are words). Anchors and tags are refused, nesting and size are bounded, so that no file can blow up. libyaml gives the
events, since ten thousand feeds are many lines and the word files are read while the program starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from monitor.errors import ConfigError, Problem

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


def read(path: Path, *, absent: str = "check the path") -> Document:
    """The file's document; its root is a mapping. `absent` says what to do where there is no such file.
    Raises ConfigError where it cannot be read or is not YAML.
    """
    found = _documents(path, absent, words=False)
    document = found[0] if found else Document(str(path))
    if document.data is None:
        message = "is empty; begin with a line `feeds:` and a feed below it, `  - name: ...` and `    url: ...`"
        raise _refusal(document.file, None, message)
    if not isinstance(document.data, dict):
        message = "has to begin with names such as `feeds:`, with their values indented below them"
        raise _refusal(document.file, 1, message)
    return document


def read_words(path: Path) -> list[Document]:
    """Every document of a word file, scalars as text. Raises ConfigError where it cannot be read or is not YAML."""
    return _documents(path, "check the path", words=True)


def of_text(name: str, text: str) -> Document:
    """The document of a text that is not in a file, by a name that faults give in its place. Raises ConfigError where
    it is not YAML.
    """
    found = _parsed(name, text, words=False)
    return found[0] if found else Document(name)


def _documents(path: Path, absent: str, *, words: bool) -> list[Document]:
    return _parsed(str(path), _text(path, absent), words=words)


def _parsed(file: str, text: str, *, words: bool) -> list[Document]:
    try:
        return _build(file, text, words=words)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"is not valid YAML: {error.problem or error.context}; {_remedy(error)}"
        raise _refusal(file, mark.line + 1 if mark else None, message) from error
    except yaml.reader.ReaderError as error:
        control = yaml.reader.Reader.NON_PRINTABLE
        line = next((n for n, row in enumerate(text.splitlines(), 1) if control.search(row)), None)
        message = "holds a control character; delete it (retype the line if it does not show)"
        raise _refusal(file, line, message) from error


def _text(path: Path, absent: str) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _refusal(file, None, f"there is no such file; {absent}") from error
    except IsADirectoryError as error:
        raise _refusal(file, None, "is a folder; write the path of a file") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        cause = getattr(error, "strerror", None) or error
        raise _refusal(file, None, f"cannot be read ({cause}); check the path and its rights") from error
    if len(raw) > MAX_BYTES:
        raise _refusal(file, None, f"is larger than {MAX_BYTES // 1_000_000} MB; split it or remove entries")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(file, line, "is not UTF-8; save the file with the encoding UTF-8") from error


def _refusal(file: str, line: int | None, message: str) -> ConfigError:
    return ConfigError([Problem(file, line, "", message)])


def _remedy(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.problem} {error.context}"
    if "cannot start any token" in said or "tab character" in said:
        return "indent with blanks, not tabs, and put quotes round values that begin with @ ` % or a tab"
    if "mapping values are not allowed" in said:
        return "put quotes round a value that holds `: `, and check the indentation"
    if "quoted scalar" in said:
        return "close the quotes"
    return "check indentation, quotes, brackets and colons here and in the line above"


def _build(file: str, text: str, *, words: bool) -> list[Document]:
    """Walk the parser's events with a stack of our own: no recursion, faults noted on the way."""
    found: list[Document] = []
    stack: list[tuple[Place, Any]] = []
    place: Place = ()
    held: Any = None  # the innermost mapping or list, and its place
    key: Any = None  # of that mapping, once read: a str
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.ScalarEvent):
            pass
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            place, held = stack[-1] if stack else ((), None)
            key = None
            continue
        elif isinstance(event, yaml.DocumentStartEvent):
            if found and not words:
                message = "holds a second document; delete this line with `---` and what does not belong here"
                raise _refusal(file, event.start_mark.line + 1, message)
            document = Document(file)
            found.append(document)
            continue
        elif not isinstance(event, yaml.NodeEvent):
            continue
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            _refuse_tricks(file, event, line)
        if key is None and type(held) is dict:
            if not isinstance(event, yaml.ScalarEvent):
                raise _refusal(file, line, "a name has to be plain text; check brackets and braces here")
            key = event.value
            here = (*place, key)
            if here in document.lines:
                first = document.lines[here]
                document.faulty.discard(here)
                document.fault(here, f"is written twice, first on line {first}; keep one", line=line)
            document.lines.setdefault(here, line)
            continue
        if held is None:
            here = place
        elif key is None:
            here = (*place, len(held))
        else:
            here = (*place, key)
        document.lines.setdefault(here, line)
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = event.value if words else _scalar(event)
        else:
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
        if value is None and here:
            document.fault(here, "has no value; write one, or delete the line")
        if held is None:
            document.data = value
        elif key is None:
            held.append(value)
        elif value is not None:
            held[key] = value
        key = None
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= MAX_DEPTH:
                message = f"is nested more than {MAX_DEPTH} levels deep; check indentation and brackets"
                raise _refusal(file, line, message)
            stack.append((here, value))
            place, held = here, value
    return found


def _refuse_tricks(file: str, event: yaml.NodeEvent, line: int) -> None:
    if event.anchor is not None:
        message = "anchors (&name) and references (*name) are not allowed; write the value out, or put quotes round it"
        raise _refusal(file, line, message)
    if event.tag and event.tag != "!":
        name = event.tag.replace("tag:yaml.org,2002:", "!!")
        message = f"the tag {name} is not allowed; write the plain value, or put quotes round it"
        raise _refusal(file, line, message)


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
