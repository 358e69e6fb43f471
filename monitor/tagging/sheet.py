"""A YAML file that people edit, read with its line numbers: faults are collected as Problems, all of them, never just the first.

Values are text as written (`no` and `on` are words here). libyaml composes the nodes, since lexicons are long and
start-up is counted.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import yaml

from monitor.errors import Problem


class Sheet:
    """One file: its name as shown to people and the problems found in it so far."""

    def __init__(self, path: Path, problems: list[Problem]):
        self.file, self.problems = path.name if path.parent.name in ("lexicon", "tagging") else str(path), problems
        self.documents: list[Value] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
            nodes = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
        except OSError as error:
            self.fault(None, "", f"cannot be read ({error.strerror}); check the path and its rights")
        except UnicodeDecodeError:
            self.fault(None, "", "is not UTF-8; save it as UTF-8")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fault(
                mark.line + 1 if mark else None,
                "",
                f"is not valid YAML: {error.problem}; check indentation, quotes and colons",
            )
        except yaml.YAMLError as error:
            self.fault(None, "", f"is not valid YAML: {error}; remove the characters that YAML does not allow")
        else:
            self.documents = [Value(self, node, "") for node in nodes if node is not None]
            if not self.documents:
                self.fault(None, "", "is empty; start it with `language: en`")

    def fault(self, line: int | None, where: str, message: str) -> None:
        self.problems.append(Problem(self.file, line, where, message))


class Value:
    """One value with its place. Every reader gives a usable value even where it notes a fault."""

    __slots__ = ("node", "sheet", "where")

    def __init__(self, sheet: Sheet, node: yaml.Node, where: str):
        self.sheet, self.node, self.where = sheet, node, where

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    def fault(self, message: str) -> None:
        self.sheet.fault(self.line, self.where, message)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def mapping(self, known: tuple[str, ...] | None = None) -> dict[str, Value]:
        """Key -> value; duplicates and, where `known` is given, unknown keys are faults."""
        if not isinstance(self.node, yaml.MappingNode):
            if not self.is_null():
                self.fault("has to be a mapping, `name: value` lines indented below it")
            return {}
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            value = Value(self.sheet, node, f"{self.where}.{key}" if self.where else key)
            if key in found:
                self.sheet.fault(
                    key_node.start_mark.line + 1,
                    value.where,
                    f"is a duplicate, first on line {found[key].line}; keep one",
                )
            elif known is not None and key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
                self.sheet.fault(key_node.start_mark.line + 1, value.where, f"is unknown; {hint}")
            else:
                found[key] = value
        return found

    def items(self) -> list[Value]:
        """The values of a list; a lone value is a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Value(self.sheet, node, f"{self.where}[{place}]") for place, node in enumerate(self.node.value)]
        if isinstance(self.node, yaml.MappingNode):
            self.fault("has to be a list, [a, b] or lines that begin with `- `")
            return []
        return [] if self.is_null() else [self]

    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.value == ""

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.fault("has to be one word or phrase")
            return ""
        return self.node.value.strip()

    def choice(self, allowed: tuple[str, ...]) -> str:
        text = self.text()
        if text not in allowed:
            near = difflib.get_close_matches(text, allowed, 1)
            self.fault(
                f"'{text}' is unknown; "
                + (f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(allowed)}")
            )
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

    def strings(self) -> list[str]:
        return [text for item in self.items() if (text := item.text())]
