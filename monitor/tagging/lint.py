"""Looks over the word files for what the loader takes but an editor did not mean,
and says which event types lack words in a language.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from monitor.errors import Problem
from monitor.tagging import word_file
from monitor.tagging.forms import FormError, Phrase, expand
from monitor.tagging.lexicon import LANGUAGES, Lexicon
from monitor.tagging.loading import FOLDER, files
from monitor.tagging.word_file import Value

LONGEST_LINE = 160
ILLEGAL = re.compile(r"[?*+\[\]{}\\^$<>_#]")  # regular expressions are not read; as punctuation these are only spaces
UNCONDITIONAL = ("near", "before", "after", "unless", "matching", "not matching", "scope", "speaker")


def faults(lexicons: dict[str, Lexicon], extra: Path | None = None) -> list[Problem]:
    """Every fault, with file, line and remedy: long lines, forms that cannot match, forms implied by others,
    words in two senses.
    """
    return [problem for path in [*files(), *([extra] if extra else [])] for problem in faults_of(path, lexicons)]


def faults_of(path: Path, lexicons: dict[str, Lexicon]) -> list[Problem]:
    """The faults of one file."""
    found: list[Problem] = []
    name = path.name if path.parent == FOLDER else str(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > LONGEST_LINE:
            found.append(Problem(name, number, "", f"has {len(line)} characters; wrap it, {LONGEST_LINE} are allowed"))
    for document in word_file.read(path, []):
        sections = document.mapping()
        if "language" in sections:
            lexicon = lexicons[sections["language"].text()]
            found += _impossible(sections, lexicon)
            found += _implied(sections, lexicon)
            found += _two_senses(sections, lexicon)
    return found


def _rules(sections: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    """Every rule of a document, with the event type that it states."""
    for event, body in sections["events"].mapping().items() if "events" in sections else ():
        several = body.items() if body.is_list() else []
        for rule in several if several and all(each.is_mapping() for each in several) else [body]:
            yield event, rule


def _forms(rule: Value, keys: tuple[str, ...] = ("forms", "passive")) -> list[Value]:
    given = rule.mapping() if rule.is_mapping() else {"forms": rule}
    return [item for key in keys if key in given for item in given[key].items()]


def _texts(value: Value) -> Iterator[Value]:
    """Every text below a value, keys left out."""
    if value.is_mapping():
        for key, each in value.mapping().items():
            if key not in ("note", "matching", "not matching", "makes", "on"):
                yield from _texts(each)
    elif value.is_list():
        for each in value.items():
            yield from _texts(each)
    elif value.text():
        yield value


def _impossible(sections: dict[str, Value], lexicon: Lexicon) -> Iterator[Problem]:
    for name in ("groups", "clauses", "who", "events", "operators", "idioms", "describing", "exclusions"):
        for item in _texts(sections[name]) if name in sections else ():
            if sign := ILLEGAL.search(item.text()):
                say = (
                    f"'{item.text()[:60]}' holds '{sign.group()}', which is read as a space, "
                    "so it never matches as meant"
                )
                yield Problem(
                    item.file, item.line, item.where, f"{say}; write the letters that may be missing in brackets"
                )


def _expanded(item: Value, lexicon: Lexicon) -> list[Phrase]:
    try:
        return expand(item.text(), lexicon.groups)
    except FormError:  # the loader says so
        return []


def _implied(sections: dict[str, Value], lexicon: Lexicon) -> Iterator[Problem]:
    """A form every phrase of which holds another form of its rule adds nothing."""
    for rule, key in ((rule, key) for _, rule in _rules(sections) for key in ("forms", "passive")):
        forms = [(item, _expanded(item, lexicon)) for item in _forms(rule, (key,))]
        bare = {phrase.head: item for item, found in forms for phrase in found if not phrase.tails and not phrase.exact}
        for item, found in forms:
            within = (next(_within(phrase.head, bare, item), None) for phrase in found)
            held = [other for other in within if other is not None]
            if held and len(held) == len(found):
                say = f"'{item.text()[:60]}' is implied by '{held[0].text()[:60]}' of line {held[0].line}; remove it"
                yield Problem(item.file, item.line, item.where, say)


def _within(head: str, bare: dict[str, Value], item: Value) -> Iterator[Value]:
    words = head.split()
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            other = bare.get(" ".join(words[first:last]))
            if other is not None and other.place != item.place:
                yield other


def _two_senses(sections: dict[str, Value], lexicon: Lexicon) -> Iterator[Problem]:
    """A phrase without any condition that states two types: the second is never read."""
    first: dict[Phrase, tuple[str, Value]] = {}
    for event, rule in _rules(sections):
        if rule.is_mapping() and any(key in rule.mapping() for key in UNCONDITIONAL):
            continue
        for item in _forms(rule):
            for phrase in _expanded(item, lexicon):
                other, at = first.setdefault(phrase, (event, item))
                if other != event:
                    say = (
                        f"'{item.text()[:60]}' also states {other}, line {at.line}; keep one, "
                        "or say in `near` which is meant"
                    )
                    yield Problem(item.file, item.line, item.where, say)
                    break


def matrix(lexicons: dict[str, Lexicon]) -> dict[str, dict[str, int]]:
    """Event type -> language -> how many forms state it."""
    forms: dict[str, dict[str, set]] = {
        event: {lang: set() for lang in LANGUAGES} for event in lexicons["en"].events.types
    }
    for lang, lexicon in lexicons.items():
        for phrase, rule in lexicon.rules:
            forms[rule.event.id][lang].add((rule.line, phrase.form))
    return {event: {lang: len(found) for lang, found in each.items()} for event, each in forms.items()}


def wordless(lexicons: dict[str, Lexicon]) -> dict[str, list[str]]:
    """Language -> the event types that no form of it states, and no words around another event make."""
    lacking: dict[str, list[str]] = defaultdict(list)
    for lang, lexicon in lexicons.items():
        events = lexicon.events
        made = {event.id for table in events.turned.values() for event in table.values()}
        made |= {event.undone for event in events.types.values() if event.undone}
        stated = {rule.event.id for _, rule in lexicon.rules}
        lacking[lang] = [event for event in events.types if event not in stated and event not in made]
    return dict(lacking)


def as_table(lexicons: dict[str, Lexicon]) -> Table:
    """The matrix of event types and languages; a dash where a language has no words."""
    table = Table(
        "event", "category", "severity", "mode", *LANGUAGES, title="Forms that state each event type, by language"
    )
    for event, counts in matrix(lexicons).items():
        kind = lexicons["en"].events.types[event]
        table.add_row(
            event, kind.category, f"{kind.severity:g}", kind.mode, *(str(counts[lang] or "-") for lang in LANGUAGES)
        )
    return table
