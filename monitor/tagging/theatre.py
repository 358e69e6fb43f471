"""The gazetteer of actors and places, and what ties a text to the Gulf theatre (codebook, rule 8).

`core` names make a text part of the theatre. `acting` ones (the USA, France, Russia ...) count only beside a core one.
`elsewhere` names take the clause they stand in out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from monitor.errors import LexiconError, Problem
from monitor.tagging import word_file
from monitor.tagging.forms import FormError, Phrase, expand
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.word_file import Value

FILE = Path(__file__).parent / "gazetteer.yaml"
TIES = ("core", "acting", "elsewhere")


@dataclass(frozen=True, slots=True)
class Entity:
    """An actor (`code`), a place (`place`), or both: a country, or a capital that stands for its government."""

    name: str  # English
    ties: str
    code: str | None = None  # ISO 3166 alpha-3, or CAMEO for groups
    place: str | None = None  # its name as a place
    at: tuple[float, float] | None = None  # latitude, longitude

    def __str__(self) -> str:
        return self.code or self.name


@dataclass(slots=True)
class Gazetteer:
    """Every entity, and the phrases it is found by: (language, phrase, entity). A demonym or a leader is no place."""

    entities: list[Entity]
    phrases: list[tuple[str, Phrase, Entity]]
    homonyms: list[tuple[str, Phrase]]


def load(widen: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> Gazetteer:
    """The gazetteer; `widen` makes further entries core, `only` makes them the whole core. Raises LexiconError."""
    problems: list[Problem] = []
    found = Gazetteer([], [], [])
    for document in word_file.read(FILE, problems):
        sections = document.mapping(("actors", "places", "homonyms"))
        for section in ("actors", "places"):
            if section in sections:
                for key, body in sections[section].mapping().items():
                    _entity(section, key, body, found)
        if "homonyms" in sections:
            for lang, forms in sections["homonyms"].mapping(LANGUAGES).items():
                found.homonyms.extend((lang, phrase) for phrase in _forms(forms))
    known = {name for entity in found.entities for name in (entity.code, entity.name) if name}
    for where, names in (("theatre.widen", widen), ("theatre.replace", only)):
        for name in names:
            if name not in known:
                problems.append(
                    Problem(
                        "feeds.yaml",
                        None,
                        where,
                        f"'{name}' is not in the gazetteer; use a code such as IRN or its name in English",
                    )
                )
    if problems:
        raise LexiconError(problems)
    if widen or only:
        swap = {id(e): _tied(e, widen, only) for e in found.entities}
        found.phrases = [(lang, phrase, _retie(entity, swap, widen, only)) for lang, phrase, entity in found.phrases]
        found.entities = list(swap.values())
    return found


@lru_cache(maxsize=1)
def shipped() -> Gazetteer:
    """The gazetteer as it is shipped, read once."""
    return load()


def _tied(entity: Entity, widen: tuple[str, ...], only: tuple[str, ...]) -> Entity:
    named = {entity.code, entity.name}
    if named & set(widen) or named & set(only):
        return replace(entity, ties="core")
    return replace(entity, ties="acting") if only and entity.ties == "core" else entity


def _retie(entity: Entity, swap: dict[int, Entity], widen: tuple[str, ...], only: tuple[str, ...]) -> Entity:
    return swap.get(id(entity)) or _tied(entity, widen, only)


def _entity(section: str, key: str, body: Value, found: Gazetteer) -> None:
    keys = body.mapping(("name", "ties", "at", "for", "note", *LANGUAGES))
    name = keys["name"].text() if "name" in keys else key
    ties = keys["ties"].choice(TIES) if "ties" in keys else "core"
    at = None
    if "at" in keys:
        numbers = keys["at"].items()
        if len(numbers) == 2:
            at = (numbers[0].number(-90, 90), numbers[1].number(-180, 180))
        else:
            keys["at"].fault("needs two numbers, [latitude, longitude]")
    if section == "actors":
        both = Entity(name, ties, code=key, place=name if at else None, at=at)
        person = replace(both, place=None, at=None)
    else:
        both = person = Entity(name, ties, code=keys["for"].text() if "for" in keys else None, place=name, at=at)
    found.entities.append(both)
    for lang in LANGUAGES:
        if lang not in keys:
            continue
        forms = keys[lang].mapping(("names", "people")) if keys[lang].is_mapping() else {"names": keys[lang]}
        for kind, value in forms.items():
            found.phrases.extend((lang, phrase, both if kind == "names" else person) for phrase in _forms(value))


def _forms(value: Value) -> list[Phrase]:
    found = []
    for item in value.items():
        try:
            found.extend(expand(item.text(), {}))
        except FormError as error:
            item.fault(f"'{item.text()}' {error}")
    return found
