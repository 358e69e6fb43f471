"""What a page shows as part of an address: a filter as query parameters and back, so that a copied link asks for the
same rows.

    Filter(since=..., categories=("attack",)) <-> since=2026-03-01T00:00:00Z&category=attack

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from monitor.clock import parse_time, time_text
from monitor.errors import InputError
from monitor.models import CATEGORIES, FORMER_CATEGORIES, FORMER_PARTS, PARTS
from monitor.storage.articles import Filter

# parameter -> field of Filter; each may be given several times, any of its values passes
SEVERAL = {
    "direction": "directions", "category": "categories", "mode": "modes", "lang": "langs", "publisher": "publishers",
    "tier": "tiers", "actor": "actors", "place": "places", "part": "parts", "feed": "feeds", "country": "countries",
}  # fmt: skip
KNOWN = {
    "direction": ("escalation", "deescalation", "mixed", "none", "unread"),
    "category": CATEGORIES,
    "mode": ("act", "words"),
    "part": PARTS,
}
SINGLE = ("since", "until", "text", "source", "target", "story", "theatre")
PARAMETERS = (*SEVERAL, *SINGLE)
LONGEST = 200  # of one value


def query_of(wanted: Filter, **more: str | None) -> str:
    """The filter, and what else is asked, as a query string."""
    given: list[tuple[str, str]] = []
    for name in ("since", "until"):
        if (at := getattr(wanted, name)) is not None:
            given.append((name, time_text(at)))
    for name, field in SEVERAL.items():
        given += [(name, str(value)) for value in getattr(wanted, field)]
    given += [("source", wanted.pair[0]), ("target", wanted.pair[1])] if wanted.pair else []
    given += [
        (name, str(value))
        for name, value in (("story", wanted.story), ("text", wanted.text or None))
        if value is not None
    ]
    given += [("theatre", str(wanted.theatre).lower())] if wanted.theatre is not None else []
    return urlencode(given + [(name, value) for name, value in more.items() if value is not None])


def filter_of(given: Sequence[tuple[str, str]]) -> Filter:
    """The filter that a link asks for. Raises InputError naming the parameter that has no valid value."""
    several: dict[str, list] = {}
    single: dict[str, str] = {}
    for name, value in given:
        if len(value) > LONGEST:
            raise InputError(f"{name}: longer than {LONGEST} characters")
        value = renamed(name, value)
        if name in SEVERAL:
            if value not in KNOWN.get(name, (value,)):
                raise InputError(f"{name}: {value!r} is not one of {', '.join(KNOWN[name])}")
            several.setdefault(SEVERAL[name], []).append(_number(name, value) if name == "tier" else value)
        elif name in SINGLE:
            single[name] = value
        else:
            raise InputError(f"{name}: not a filter; there are {', '.join(PARAMETERS)}")
    since, until = span_of(single)
    if ("source" in single) != ("target" in single):
        raise InputError("source and target are asked together")
    if (theatre := single.get("theatre")) not in (None, "true", "false"):
        raise InputError("theatre: true or false")
    chosen: dict[str, Any] = {field: tuple(values) for field, values in several.items()}
    return Filter(
        since=since, until=until, text=single.get("text", ""), theatre=None if theatre is None else theatre == "true",
        story=_number("story", single["story"]) if "story" in single else None,
        pair=(single["source"], single["target"]) if "source" in single else None,
        **chosen,
    )  # fmt: skip


def renamed(name: str, value: str) -> str:
    """A parameter's value as it is called now: a link that was made before a value was renamed still works."""
    former = {"category": FORMER_CATEGORIES, "story_category": FORMER_CATEGORIES, "part": FORMER_PARTS}.get(name, {})
    return former.get(value, value)


def span_of(given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """since and until. Raises InputError."""
    since, until = (moment(name, given[name]) if given.get(name) else None for name in ("since", "until"))
    return since, until


def moment(name: str, text: str) -> datetime:
    """The time that a parameter names. Raises InputError."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputError(f"{name}: {text!r} is not a number")
    return int(text)
