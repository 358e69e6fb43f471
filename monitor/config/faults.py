"""Turns what the checks found into faults that an editor can mend: place, what is wrong, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.alerting import RULES
from monitor.config.document import Document, Place
from monitor.config.shape import Shape
from monitor.config.shapes import File
from monitor.config.values import unknown

# pydantic's name for a fault -> what to do; braces are filled from its context
REMEDIES = {
    "missing": "is missing; add `{key}: ...`",
    "string_type": "has to be text; put quotes round it",
    "string_too_long": "is too long; at most {max_length} characters",
    "string_too_short": "is empty; write something, or delete the line",
    "string_pattern_mismatch": "has to look like {pattern}",
    "int_type": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "finite_number": "has to be a number",
    "bool_type": "write true or false",
    "greater_than": "has to be more than {gt:g}",
    "greater_than_equal": "has to be at least {ge:g}",
    "less_than": "has to be less than {lt:g}",
    "less_than_equal": "has to be at most {le:g}",
    "tuple_type": "has to be a list: lines that begin with `- `, or [a, b]",
    "dict_type": "has to hold names with values: `name: value` lines, indented below it",
    "model_type": "has to hold names with values: `name: value` lines, indented below it",
    "model_attributes_type": "has to hold names with values: `name: value` lines, indented below it",
    "union_tag_not_found": "has no `kind`; add one of " + ", ".join(RULES),
}


def note(document: Document, error: ValidationError) -> None:
    """Every fault of the shapes, in words, at its place."""
    for found in error.errors(include_url=False):
        place = _place(found["loc"])
        document.fault(place, _words(document, found, place))


def _place(loc: Iterable[str | int]) -> Place:
    """pydantic's path without the names of kinds that it puts in:
    ("alerts", 0, "level", "above") is alerts[0].above.
    """
    steps = list(loc)
    if len(steps) > 2 and steps[0] == "alerts" and steps[2] in RULES:
        del steps[2]
    return tuple(steps)


def _words(document: Document, found: ErrorDetails, place: Place) -> str:
    kind, context = found["type"], found.get("ctx") or {}
    if kind == "extra_forbidden":
        return unknown(str(place[-1]), _names(document, place[:-1]))
    if kind == "literal_error":
        return unknown(str(found["input"]), context["expected"].split("'")[1::2])  # "'en', 'fr' or 'ar'"
    if kind == "union_tag_invalid":
        return "kind: " + unknown(str(context["tag"]), list(RULES))
    if remedy := REMEDIES.get(kind):
        return remedy.format(**context, key=place[-1] if place else "")
    return found["msg"]


def _names(document: Document, place: Place) -> list[str]:
    """The names that the mapping at a place may hold."""
    shape: type[Shape] = File
    held = document.data
    for step in place:
        held = held[step]
        if isinstance(step, int):
            continue
        shape = _shape_in(shape, step)
    if place[:1] == ("alerts",):
        shape = RULES[held["kind"]]
    return [field.alias or name for name, field in shape.model_fields.items()]


def _shape_in(shape: type[Shape], step: str) -> type[Shape]:
    """The shape that a field holds, alone, optional or in a list."""
    waiting = [field.annotation for name, field in shape.model_fields.items() if step in (name, field.alias)]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, Shape):
            return kind
        waiting.extend(get_args(kind))
    return shape
