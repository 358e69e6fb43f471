"""Names of the gazetteer and of the lexicon's event types, as rules ask for them. Both are read when a rule asks for
one and not before: the other commands need neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from monitor.config.values import unknown, wrong
from monitor.errors import LexiconError
from monitor.models import CATEGORIES


def actor(name: str) -> str:
    """The code of an actor that is named by its code or its name in English."""
    return _known(name, _gazetteer()[0])


def place(name: str) -> str:
    """A place as the gazetteer writes it."""
    return _known(name, _gazetteer()[1])


def actor_names() -> dict[str, str]:
    """code -> name in English, in the order of the gazetteer."""
    return _gazetteer()[2]


def place_names() -> list[str]:
    """Every place of the gazetteer, as it is written there."""
    return sorted(_gazetteer()[1].values())


def _known(name: str, names: dict[str, str]) -> str:
    if found := names.get(name.lower()):
        return found
    near = sorted({known for known in names if name.lower() in known})
    raise wrong(unknown(name.lower(), near[:20] or sorted(names)))


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Small letters -> code of an actor; small letters -> place; code -> name.

    A capital stands for its government, which has the same code: the country comes first in the gazetteer.
    """
    from monitor.tagging import theatre

    entities = theatre.load().entities
    names: dict[str, str] = {}
    for one in entities:
        if one.code:
            names.setdefault(one.code, one.name)
    actors = {one.name.lower(): one.code for one in entities if one.code} | {code.lower(): code for code in names}
    return actors, {one.place.lower(): one.place for one in entities if one.place}, names


def event_types(lexicon: Path | None) -> Iterable[str]:
    """The event types of the shipped lexicon and of the user's own words, and those of what has no type of its own."""
    types = _shipped_types()
    if lexicon is not None:
        from monitor.tagging import loading

        try:
            types = tuple(loading.load(lexicon)["en"].events.types)
        except LexiconError:  # named as a fault of that file
            pass
    return (*types, *(f"{category}.other" for category in CATEGORIES))


@lru_cache(maxsize=1)
def _shipped_types() -> tuple[str, ...]:
    from monitor.tagging import loading

    return tuple(loading.event_types().types)
