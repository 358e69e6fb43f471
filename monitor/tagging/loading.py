"""Reads the lexicons from YAML and checks them: one file a language, a user's own file merged in.

`load` gives every language, or raises LexiconError with every Problem: file, line, remedy.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from pathlib import Path

from monitor.errors import LexiconError, Problem
from monitor.models import CATEGORIES, DEESCALATION, ESCALATION
from monitor.tagging import word_file
from monitor.tagging.forms import FormError, Phrase, expand, phrases
from monitor.tagging.lexicon import (
    AIMED_AT,
    ANY_ACTOR,
    ANY_PLACE,
    BUILT_IN,
    IN_WORDS,
    LANGUAGES,
    OPERATORS,
    ORDERS,
    SCOPES,
    TURNS,
    Cue,
    Events,
    EventType,
    Example,
    Exclusion,
    Idiom,
    Lexicon,
    Rule,
)  # fmt: skip
from monitor.tagging.text import folded_form
from monitor.tagging.word_file import Value

FOLDER = Path(__file__).parent / "lexicon"

SECTIONS = (
    "language", "name", "home", "scope", "function_words", "letters", "article", "prefixes", "prefixes_before",
    "suffixes", "before_suffixes", "contractions", "abbreviations", "groups", "clauses", "who", "types", "events",
    "operators", "idioms", "describing", "exclusions", "examples",
)  # fmt: skip
RULE_KEYS = (
    "part", "forms", "passive", "near", "before", "after", "within", "unless", "backed", "matching", "not matching",
    "whole",
    "speaker", "scope", "note",
)  # fmt: skip
TYPE_KEYS = ("category", "severity", "mode", "undone", "note")
CUE_KEYS = ("forms", "side", "within", "on", "unless", "makes", "where", "note")
EXAMPLE_KEYS = (
    "title",
    "summary",
    "direction",
    "categories",
    "not",
    "source",
    "target",
    "place",
    "mode",
    "anywhere",
    "note",
)


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
            _examples(sections["examples"], lexicon)
        found += lexicon.examples
    if problems:
        raise LexiconError(problems)
    return found


def _table(document: Value, events: Events) -> None:
    """The event types, then what each turn makes of a category."""
    sections = document.mapping(("types", *TURNS))
    if "types" in sections:
        _types(sections["types"], events)
    for turn in TURNS:
        for category, made in sections[turn].mapping(CATEGORIES).items() if turn in sections else ():
            if event := _type(made, events):
                events.turned[turn][category] = event


def _types(value: Value, events: Events) -> None:
    read = []
    for name, body in value.mapping().items():
        keys = body.mapping(TYPE_KEYS)
        if lacking := [key for key in ("category", "severity") if key not in keys]:
            body.fault(f"has no {' and no '.join(lacking)}; write `{{category: attack, severity: 8}}`")
            continue
        category = keys["category"].choice(CATEGORIES)
        mode = keys["mode"].choice(("act", "words")) if "mode" in keys else "words" if category in IN_WORDS else "act"
        undone = keys["undone"].text() if "undone" in keys else None
        if name in events.types:
            body.fault(f"'{name}' is a type already; choose another name")
            continue
        events.types[name] = EventType(name, category, keys["severity"].number(0.5, 10), mode, undone)
        read.append((name, keys))
    for name, keys in read:
        if events.types[name].undone:
            _type(keys["undone"], events)


def _type(value: Value, events: Events) -> EventType | None:
    """The event type that is named."""
    name = value.text()
    if name not in events.types:
        near = difflib.get_close_matches(name, events.types, 1)
        value.fault(
            f"'{name}' is no event type; "
            + (f"did you mean '{near[0]}'?" if near else "the types stand in lexicon/events.yaml")
        )
    return events.types.get(name)


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
        _groups(sections["groups"], lexicon)
    for name in ("function_words", "prefixes", "prefixes_before", "suffixes", "abbreviations", "clauses"):
        if name in sections:
            setattr(lexicon, name, getattr(lexicon, name) | _words(sections[name], lexicon))
    readers = {
        "who": _who,
        "types": _own_types,
        "events": _events,
        "operators": _operators,
        "idioms": _idioms,
        "describing": _describing,
        "exclusions": _exclusions,
        "examples": _examples,
    }
    for section, reader in readers.items():
        if section in sections:
            reader(sections[section], lexicon)


def _words(value: Value, lexicon: Lexicon) -> frozenset[str]:
    """Folded phrases of a list of forms."""
    found: set[str] = set()
    for item in value.items():
        if item.text() in (ANY_ACTOR, ANY_PLACE):
            found.add(item.text())
            continue
        try:
            found.update(phrases(item.text(), lexicon.groups))
        except FormError as error:
            item.fault(f"'{item.text()}' {error}")
    return frozenset(found)


def _condition(value: Value | None, lexicon: Lexicon) -> frozenset[str] | None:
    if value is None:
        return None
    found = _words(value, lexicon)
    lexicon.conditions |= found
    return found


def _phrases(value: Value, lexicon: Lexicon) -> list[tuple[Value, Phrase]]:
    found = []
    for item in value.items():
        if not (text := item.text()):
            continue
        try:
            expanded = expand(text, lexicon.groups, item.line)
        except FormError as error:
            item.fault(f"'{text}' {error}")
            continue
        for phrase in expanded:
            for tail in phrase.tails:
                lexicon.conditions |= tail
            found.append((item, phrase))
    return found


def _groups(value: Value, lexicon: Lexicon) -> None:
    for name, members in value.mapping().items():
        if name in BUILT_IN:
            members.fault(f"'{name}' is built in (whatever the gazetteer knows); choose another name")
            continue
        lexicon.groups[name] = tuple(sorted(_words(members, lexicon) | set(lexicon.groups.get(name, ()))))
        if name in AIMED_AT:
            lexicon.conditions.update(lexicon.groups[name])


def _who(value: Value, lexicon: Lexicon) -> None:
    for name, words in value.mapping(
        (
            "order",
            "adjective",
            "agents",
            "targets",
            "places",
            "others",
            "passive",
            "active",
            "modifies",
            "objects",
            "and",
        )
    ).items():
        if name == "order":
            lexicon.order = words.choice(ORDERS)
        elif name == "adjective":
            lexicon.adjective = words.choice(("after", "before"))
        else:
            found = _words(words, lexicon)
            lexicon.who[name] = lexicon.who.get(name, frozenset()) | found
            lexicon.conditions |= found


def _pattern(value: Value | None) -> re.Pattern | None:
    if value is None:
        return None
    try:
        return re.compile(value.text())
    except re.error as error:
        value.fault(f"is no regular expression: {error}; correct it or list the words under `near` instead")
        return None


def _own_types(value: Value, lexicon: Lexicon) -> None:
    """Types of a user's own file, beside those of the table."""
    _types(value, lexicon.events)


def _events(value: Value, lexicon: Lexicon) -> None:
    """The words of each event type: one rule, or a list of several."""
    for name, body in value.mapping().items():
        if name not in lexicon.events.types:
            near = difflib.get_close_matches(name, lexicon.events.types, 1)
            body.fault(
                f"'{name}' is no event type; "
                + (f"did you mean '{near[0]}'?" if near else "the types stand in lexicon/events.yaml")
            )
            continue
        several = body.items() if body.is_list() else []
        for rule in several if several and all(each.is_mapping() for each in several) else [body]:
            _rule(lexicon.events.types[name], rule, lexicon)


def _rule(event: EventType, body: Value, lexicon: Lexicon) -> None:
    keys = body.mapping(RULE_KEYS) if body.is_mapping() else {"forms": body}
    if "forms" not in keys and "passive" not in keys:
        body.fault("has no words; add `forms: [...]`")
        return
    plain = Rule(
        event=event,
        lang=lexicon.lang,
        file=body.file,
        line=body.line,
        part=keys["part"].choice(("noun", "verb")) if "part" in keys else "noun",
        near=_condition(keys.get("near"), lexicon),
        before=_condition(keys.get("before"), lexicon),
        after=_condition(keys.get("after"), lexicon),
        unless=_condition(keys.get("unless"), lexicon),
        within=int(keys["within"].number(1, 20)) if "within" in keys else 8,
        backed=_condition(keys.get("backed"), lexicon),
        matching=_pattern(keys.get("matching")),
        not_matching=_pattern(keys.get("not matching")),
        speaker=keys["speaker"].flag() if "speaker" in keys else False,
        whole=keys["whole"].flag() if "whole" in keys else False,
        anywhere=keys["scope"].choice(SCOPES) == "anywhere" if "scope" in keys else lexicon.reading_anywhere,
    )
    for key in ("forms", "passive"):
        if key in keys:
            rule = replace(plain, passive=key == "passive")
            for item, phrase in _phrases(keys[key], lexicon):
                if _unique(item, phrase, rule, lexicon):
                    lexicon.rules.append((phrase, rule))


def _unique(item: Value, phrase: Phrase, rule: Rule, lexicon: Lexicon) -> bool:
    """Whether a form is new; the same form twice without a condition to tell which is a fault."""
    if rule.conditional:
        return True
    key = ("anchor", phrase, rule.anywhere, rule.speaker)
    if key not in lexicon.first:
        lexicon.first[key] = (
            rule,
            f"{item.file}:{item.line}",
        )  # no more of it: it would hold on to the whole YAML tree
        return True
    other, at = lexicon.first[key]
    if other is rule:
        return False  # two spellings of one form that fold alike
    place = f"{at} ({other.name})"
    if other.event.escalates != rule.event.escalates:
        item.fault(
            f"'{item.text()}' stands for both directions, also at {place}; keep one or add `near`, `before` or "
            "`after` to tell them apart"
        )
    else:
        item.fault(f"'{item.text()}' is a duplicate of {place}; remove one")
    return False


def _operators(value: Value, lexicon: Lexicon) -> None:
    for kind, cues in value.mapping(OPERATORS).items():
        for name, body in cues.mapping().items():
            keys = body.mapping(CUE_KEYS) if body.is_mapping() else {"forms": body}
            if "forms" not in keys:
                body.fault("has no words; add `forms: [...]`")
                continue
            cue = Cue(
                kind,
                name,
                side=keys["side"].choice(("both", "before", "after")) if "side" in keys else "both",
                within=int(keys["within"].number(0, 20)) if "within" in keys else 4,
                on=_on(keys["on"]) if "on" in keys else None,
                unless=_condition(keys.get("unless"), lexicon),
                makes=_type(keys["makes"], lexicon.events) if "makes" in keys else None,
                where=keys["where"].choice(("any", "title", "summary")) if "where" in keys else "any",
            )
            lexicon.cues.extend((phrase, cue) for _, phrase in _phrases(keys["forms"], lexicon))


def _on(value: Value) -> frozenset[str]:
    found: set[str] = set()
    for item in value.items():
        name = item.choice((*CATEGORIES, "escalation", "deescalation"))
        found.update(ESCALATION if name == "escalation" else DEESCALATION if name == "deescalation" else (name,))
    return frozenset(found)


def _idioms(value: Value, lexicon: Lexicon) -> None:
    for name, body in value.mapping().items():
        keys = body.mapping(("forms", "scope", "note")) if body.is_mapping() else {"forms": body}
        idiom = Idiom(name, "scope" in keys and keys["scope"].choice(SCOPES) == "theatre")
        if "forms" in keys:
            lexicon.idioms.extend((phrase, idiom) for _, phrase in _phrases(keys["forms"], lexicon))
        else:
            body.fault("has no words; add `forms: [...]`")


def _describing(value: Value, lexicon: Lexicon) -> None:
    """Participles that describe a noun: an event inside one is background, unless one of `verb` follows."""
    for name, body in value.mapping().items():
        keys = body.mapping(("forms", "verb", "note")) if body.is_mapping() else {"forms": body}
        idiom = Idiom(name, describes=True, verb=_condition(keys.get("verb"), lexicon))
        if "forms" in keys:
            lexicon.idioms.extend((phrase, idiom) for _, phrase in _phrases(keys["forms"], lexicon))
        else:
            body.fault("has no words; add `forms: [...]`")


def _exclusions(value: Value, lexicon: Lexicon) -> None:
    for name, body in value.mapping().items():
        keys = body.mapping(("forms", "where", "off", "note"))
        exclusion = Exclusion(
            name,
            keys["where"].choice(("title", "any")) if "where" in keys else "title",
            keys["off"].choice(("entry", "summary", "sentence")) if "off" in keys else "summary",
            lexicon.reading_anywhere,
        )
        if "forms" in keys:
            lexicon.exclusions.extend((phrase, exclusion) for _, phrase in _phrases(keys["forms"], lexicon))
        else:
            body.fault("has no words; add `forms: [...]`")


def _examples(value: Value, lexicon: Lexicon) -> None:
    for item in value.items():
        keys = item.mapping(EXAMPLE_KEYS)
        if "title" not in keys:
            item.fault("has no `title`")
            continue
        lists = {}
        for key in ("categories", "not"):
            lists[key] = tuple(part.choice(CATEGORIES) for part in keys[key].items()) if key in keys else ()
        lexicon.examples.append(
            Example(
                lexicon.lang,
                keys["title"].text(),
                keys["summary"].text() if "summary" in keys else "",
                keys["direction"].choice(("none", "escalation", "deescalation", "mixed"))
                if "direction" in keys
                else None,
                lists["categories"],
                lists["not"],
                tuple((key, keys[key].text()) for key in ("source", "target", "place", "mode") if key in keys),
                keys["anywhere"].flag() if "anywhere" in keys else False,
                item.file,
                item.line,
            )
        )
