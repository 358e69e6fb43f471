"""Reads the sections of a lexicon's file into a Lexicon: words, rules, operators, idioms, examples.

What is wrong is noted with file, line and remedy by the Value that holds it, and the rest is read on.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from monitor.models import CATEGORIES, DEESCALATION, ESCALATION
from monitor.tagging.forms import FormError, Phrase, expand, phrases
from monitor.tagging.lexicon import (
    AIMED_AT,
    ANY_ACTOR,
    ANY_PLACE,
    BUILT_IN,
    IN_WORDS,
    OPERATORS,
    ORDERS,
    SCOPES,
    Cue,
    Events,
    EventType,
    Example,
    Exclusion,
    Idiom,
    Lexicon,
    Rule,
)  # fmt: skip
from monitor.tagging.word_file import Value

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


def read_types(value: Value, events: Events) -> None:
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
            named_type(keys["undone"], events)


def _unknown_type(name: str, events: Events) -> str:
    near = difflib.get_close_matches(name, events.types, 1)
    return f"'{name}' is no event type; " + (
        f"did you mean '{near[0]}'?" if near else "the types stand in lexicon/events.yaml"
    )


def named_type(value: Value, events: Events) -> EventType | None:
    """The event type that is named."""
    name = value.text()
    if name not in events.types:
        value.fault(_unknown_type(name, events))
    return events.types.get(name)


def read_words(value: Value, lexicon: Lexicon) -> frozenset[str]:
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
    found = read_words(value, lexicon)
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


def read_groups(value: Value, lexicon: Lexicon) -> None:
    for name, members in value.mapping().items():
        if name in BUILT_IN:
            members.fault(f"'{name}' is built in (whatever the gazetteer knows); choose another name")
            continue
        lexicon.groups[name] = tuple(sorted(read_words(members, lexicon) | set(lexicon.groups.get(name, ()))))
        if name in AIMED_AT:
            lexicon.conditions.update(lexicon.groups[name])


def read_who(value: Value, lexicon: Lexicon) -> None:
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
            found = read_words(words, lexicon)
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


def read_own_types(value: Value, lexicon: Lexicon) -> None:
    """Types of a user's own file, beside those of the table."""
    read_types(value, lexicon.events)


def read_events(value: Value, lexicon: Lexicon) -> None:
    """The words of each event type: one rule, or a list of several."""
    for name, body in value.mapping().items():
        if name not in lexicon.events.types:
            body.fault(_unknown_type(name, lexicon.events))
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


def read_operators(value: Value, lexicon: Lexicon) -> None:
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
                makes=named_type(keys["makes"], lexicon.events) if "makes" in keys else None,
                where=keys["where"].choice(("any", "title", "summary")) if "where" in keys else "any",
            )
            lexicon.cues.extend((phrase, cue) for _, phrase in _phrases(keys["forms"], lexicon))


def _on(value: Value) -> frozenset[str]:
    found: set[str] = set()
    for item in value.items():
        name = item.choice((*CATEGORIES, "escalation", "deescalation"))
        found.update(ESCALATION if name == "escalation" else DEESCALATION if name == "deescalation" else (name,))
    return frozenset(found)


def read_idioms(value: Value, lexicon: Lexicon) -> None:
    for name, body in value.mapping().items():
        keys = body.mapping(("forms", "scope", "note")) if body.is_mapping() else {"forms": body}
        idiom = Idiom(name, "scope" in keys and keys["scope"].choice(SCOPES) == "theatre")
        if "forms" in keys:
            lexicon.idioms.extend((phrase, idiom) for _, phrase in _phrases(keys["forms"], lexicon))
        else:
            body.fault("has no words; add `forms: [...]`")


def read_describing(value: Value, lexicon: Lexicon) -> None:
    """Participles that describe a noun: an event inside one is background, unless one of `verb` follows."""
    for name, body in value.mapping().items():
        keys = body.mapping(("forms", "verb", "note")) if body.is_mapping() else {"forms": body}
        idiom = Idiom(name, describes=True, verb=_condition(keys.get("verb"), lexicon))
        if "forms" in keys:
            lexicon.idioms.extend((phrase, idiom) for _, phrase in _phrases(keys["forms"], lexicon))
        else:
            body.fault("has no words; add `forms: [...]`")


def read_exclusions(value: Value, lexicon: Lexicon) -> None:
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


def read_examples(value: Value, lexicon: Lexicon) -> None:
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
