"""The values of a word file, each with its line: faults are collected as Problems, all of them, never just the first.

config/document.py reads the YAML; every value is text as written, a list or a mapping.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from monitor.config import document
from monitor.config.document import Document, Place
from monitor.errors import ConfigError, Problem


def read(path: Path, problems: list[Problem]) -> list[Value]:
    """The root of every document of a file; what is wrong with it is added to the problems."""
    name = path.name if path.parent.name in ("lexicon", "tagging") else str(path)
    try:
        documents = document.read_words(path)
    except ConfigError as error:
        problems += [Problem(name, problem.line, problem.where, problem.message) for problem in error.problems]
        return []
    if not documents:
        problems.append(Problem(name, None, "", "is empty; start it with `language: en`"))
    for each in documents:
        problems += [Problem(name, problem.line, problem.where, problem.message) for problem in each.problems]
        each.file, each.problems = name, problems
    return [Value(each, (), each.data) for each in documents]


class Value:
    """One value with its place. Every method gives a usable value even where it notes a fault."""

    __slots__ = ("data", "document", "place")

    def __init__(self, document: Document, place: Place, data: Any):
        self.document, self.place, self.data = document, place, data

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def line(self) -> int:
        return self.document.line(self.place) or 1

    @property
    def where(self) -> str:
        return document.where(self.place)

    def fault(self, message: str) -> None:
        self.document.problems.append(Problem(self.file, self.line, self.where, message))

    def is_mapping(self) -> bool:
        return isinstance(self.data, dict)

    def is_list(self) -> bool:
        return isinstance(self.data, list)

    def is_null(self) -> bool:
        return self.data == ""

    def mapping(self, known: tuple[str, ...] | None = None) -> dict[str, Value]:
        """Key -> value; where `known` is given, other keys are faults."""
        if not isinstance(self.data, dict):
            if not self.is_null():
                self.fault("has to be a mapping, `name: value` lines indented below it")
            return {}
        found: dict[str, Value] = {}
        for key, data in self.data.items():
            value = Value(self.document, (*self.place, key), data)
            if known is None or key in known:
                found[key] = value
            else:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
                value.fault(f"is unknown; {hint}")
        return found

    def items(self) -> list[Value]:
        """The values of a list; a lone value is a list of one."""
        if isinstance(self.data, list):
            return [Value(self.document, (*self.place, number), data) for number, data in enumerate(self.data)]
        if isinstance(self.data, dict):
            self.fault("has to be a list, [a, b] or lines that begin with `- `")
            return []
        return [] if self.is_null() else [self]

    def text(self) -> str:
        if not isinstance(self.data, str):
            self.fault("has to be one word or phrase")
            return ""
        return self.data.strip()

    def choice(self, allowed: tuple[str, ...]) -> str:
        text = self.text()
        if text not in allowed:
            near = difflib.get_close_matches(text, allowed, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(allowed)}"
            self.fault(f"'{text}' is unknown; {hint}")
            return allowed[0]
        return text

    def number(self, low: float, high: float) -> float:
        text = self.text()
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.fault(f"'{text}' is no number from {low:g} to {high:g}; write one")
            return low
        return value

    def flag(self) -> bool:
        return self.choice(("true", "false")) == "true"
