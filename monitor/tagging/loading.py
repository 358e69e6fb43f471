"""Reads the lexicons from YAML and checks them: one file a language, a user's own file merged in.

`load` gives every language, or raises LexiconError with every Problem: file, line, remedy.
"""

from __future__ import annotations

from pathlib import Path

from monitor.errors import LexiconError, Problem
from monitor.models import CATEGORIES
from monitor.tagging import word_file
from monitor.tagging.lexicon import LANGUAGES, SCOPES, TURNS, Events, Example, Lexicon
from monitor.tagging.sections import (
    named_type,
    read_describing,
    read_events,
    read_examples,
    read_exclusions,
    read_groups,
    read_idioms,
    read_operators,
    read_own_types,
    read_types,
    read_who,
    read_words,
)
from monitor.tagging.text import folded_form
from monitor.tagging.word_file import Value

FOLDER = Path(__file__).parent / "lexicon"

SECTIONS = (
    "language", "name", "home", "scope", "function_words", "letters", "article", "prefixes", "prefixes_before",
    "suffixes", "before_suffixes", "contractions", "abbreviations", "groups", "clauses", "who", "types", "events",
    "operators", "idioms", "describing", "exclusions", "examples",
)  # fmt: skip


def files() -> list[Path]:
    """The shipped files."""
    return [FOLDER / "events.yaml", *(FOLDER / f"{code}.yaml" for code in LANGUAGES)]


def event_types() -> Events:
    """The shipped table of event types. Raises LexiconError."""
    problems: list[Problem] = []
    events = Events()
    for document in word_file.read(FOLDER / "events.yaml", problems):
        _table(document, events)
    if problems:
        raise LexiconError(problems)
    return events


def load(extra: Path | None = None) -> dict[str, Lexicon]:
    """Every language's lexicon; `extra` is a user's own file in the same form,
    merged into its language. Raises LexiconError.
    """
    problems: list[Problem] = []
    events = event_types()
    found = {code: Lexicon(code, events=events) for code in LANGUAGES}
    for path in files()[1:]:
        for document in word_file.read(path, problems):
            _read(document, found)
    if problems:
        raise LexiconError(problems)
    if extra:
        extend(found, extra)
    return found


def extend(lexicons: dict[str, Lexicon], extra: Path) -> None:
    """Merges a user's own file into the lexicons. Raises LexiconError."""
    problems: list[Problem] = []
    for document in word_file.read(Path(extra), problems):
        _read(document, lexicons)
    if problems:
        raise LexiconError(problems)


def examples(path: Path) -> list[Example]:
    """The examples of a file that holds nothing else but its language. Raises LexiconError."""
    problems: list[Problem] = []
    found: list[Example] = []
    for document in word_file.read(path, problems):
        sections = document.mapping(("language", "examples"))
        lexicon = Lexicon(sections["language"].choice(LANGUAGES) if "language" in sections else "en")
        if "examples" in sections:
            read_examples(sections["examples"], lexicon)
        found += lexicon.examples
    if problems:
        raise LexiconError(problems)
    return found


def _table(document: Value, events: Events) -> None:
    """The event types, then what each turn makes of a category."""
    sections = document.mapping(("types", *TURNS))
    if "types" in sections:
        read_types(sections["types"], events)
    for turn in TURNS:
        for category, made in sections[turn].mapping(CATEGORIES).items() if turn in sections else ():
            if event := named_type(made, events):
                events.turned[turn][category] = event


def _read(document: Value, found: dict[str, Lexicon]) -> None:
    sections = document.mapping(SECTIONS)
    if "language" not in sections:
        if document.is_mapping():
            document.fault(f"names no language; begin with `language: {'|'.join(LANGUAGES)}`")
        return
    lexicon = found[sections["language"].choice(LANGUAGES)]
    lexicon.reading_anywhere = "scope" in sections and sections["scope"].choice(SCOPES) == "anywhere"
    if "name" in sections:
        lexicon.name = sections["name"].text()
    if "home" in sections:
        lexicon.home = sections["home"].flag()
    if "letters" in sections:
        lexicon.letters |= frozenset(sections["letters"].text())
    if "article" in sections:
        lexicon.article = folded_form(sections["article"].text())
    for name in ("contractions", "before_suffixes"):
        if name in sections:
            pairs = [(folded_form(key), folded_form(value.text())) for key, value in sections[name].mapping().items()]
            setattr(lexicon, name, (*getattr(lexicon, name), *pairs))
    if "groups" in sections:
        read_groups(sections["groups"], lexicon)
    for name in ("function_words", "prefixes", "prefixes_before", "suffixes", "abbreviations", "clauses"):
        if name in sections:
            setattr(lexicon, name, getattr(lexicon, name) | read_words(sections[name], lexicon))
    readers = {
        "who": read_who,
        "types": read_own_types,
        "events": read_events,
        "operators": read_operators,
        "idioms": read_idioms,
        "describing": read_describing,
        "exclusions": read_exclusions,
        "examples": read_examples,
    }
    for section, reader in readers.items():
        if section in sections:
            reader(sections[section], lexicon)
