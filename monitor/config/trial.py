"""One rule on its own, as it would stand under `alerts` in feeds.yaml: checked as there, and written as there.

For a page that makes a rule from a form and for whoever tries one before pasting it. Pure but for the word files that
a rule names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from monitor.config import crosschecks, document, faults
from monitor.config.alerting import AnyRule, Rule
from monitor.config.settings import Settings
from monitor.config.shape import Shape
from monitor.config.values import duration_text
from monitor.errors import ConfigError

FILE = "the rule"  # what a fault names in the place of a file
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.\-]*")
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off"}


class _Rules(Shape):
    alerts: tuple[AnyRule, ...]


def rule_of(text: str, settings: Settings) -> Rule:
    """The rule of a text such as `- {name: Seized, kind: signal, words: [seiz*]}`. Raises ConfigError with every fault:
    its line in the text, and what to write instead.
    """
    read = document.of_text(FILE, text)
    given = read.data if isinstance(read.data, list) else [read.data]
    above: document.Place = ("alerts",) if isinstance(read.data, list) else ("alerts", 0)
    read.lines = {(*above, *place): line for place, line in read.lines.items()}
    for problem in read.problems:
        raise ConfigError([problem])
    if len(given) != 1:
        read.fault(("alerts",), "has to be one rule; try them one after the other")
        raise ConfigError(read.problems)
    # what a rule may name: only names are looked at
    read.data = {
        "alerts": given,
        "feeds": [{"name": feed.name} for feed in settings.feeds],
        "prices": [{"name": price.name} for price in settings.prices],
        "series": [{"name": one.name} for one in settings.series],
    }
    rules: tuple[Rule, ...] = ()
    try:
        rules = _Rules.model_validate({"alerts": given}).alerts
    except ValidationError as error:
        faults.note(read, error)
    crosschecks.check_rules(read, settings.theatre.lexicon)
    if read.problems:
        raise ConfigError(read.problems)
    return rules[0]


def as_yaml(given: Mapping[str, Any]) -> str:
    """A rule as one line to paste under `alerts`; keys that hold nothing are left out."""
    written = ", ".join(f"{key}: {_value(value)}" for key, value in given.items() if value not in (None, "", [], ()))
    return f"- {{{written}}}"


def as_given(rule: Rule) -> dict[str, Any]:
    """What feeds.yaml has to say for this rule: its name and kind, and what is not the default."""
    said = rule.model_dump(exclude_defaults=True) | {"name": rule.name, "kind": rule.kind}
    return {key: said[key] for key in type(rule).model_fields if key in said}


def _value(value: Any) -> str:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    text = str(value).strip()
    plain = _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT
    return text if plain else json.dumps(text, ensure_ascii=False)
