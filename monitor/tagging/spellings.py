"""The other spellings of a name, in every language and script that the gazetteer knows. Reads one file, then pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from monitor.tagging import theatre

Words = tuple[str, ...]
ARTICLE = "\u0627\u0644"  # ال; folding for search takes it off, and a common noun is left: the strait, the gulf


def spellings(gazetteer: theatre.Gazetteer, fold: Callable[[str], str]) -> dict[Words, tuple[Words, ...]]:
    """Each name, as the folded words that a question has, with every name of what it names, itself among them.

    A people, a leader and a capital are other names than a state's. Names that only their capital letters or their
    article make one are left out.
    """
    named: dict[str, dict[Words, None]] = {}
    for lang, phrase, entity in gazetteer.phrases:
        if phrase.exact or phrase.tails or (entity.code and not entity.place and _has_place(gazetteer, entity)):
            continue
        if (lang == "ar" and phrase.head.startswith(ARTICLE) and " " not in phrase.head) or phrase.head.startswith(
            "the "
        ):
            continue
        if words := tuple(fold(phrase.head).split()):
            named.setdefault(entity.name, {})[words] = None
    found: dict[Words, dict[Words, None]] = {}
    for names in named.values():
        for name in names:
            found.setdefault(name, {}).update(names)
    return {name: tuple(others) for name, others in found.items()}


def _has_place(gazetteer: theatre.Gazetteer, person: theatre.Entity) -> bool:
    """Whether this is a people or a leader of a state that has a place of its own."""
    return any(
        entity.code == person.code and entity.name == person.name and entity.place for entity in gazetteer.entities
    )


@lru_cache(maxsize=1)
def known(fold: Callable[[str], str]) -> Mapping[Words, tuple[Words, ...]]:
    """`spellings` of the gazetteer that the program has."""
    return spellings(theatre.shipped(), fold)
