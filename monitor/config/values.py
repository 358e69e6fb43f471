"""The small values that feeds.yaml is made of: durations, sizes, addresses, dates, header names; each says what to
write instead.

A message never repeats the value of a header.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.config.environment import is_web_address

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SIZES = {"kB": 1_000, "MB": 1_000_000}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(s|m|h|d)")
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(kB|MB)", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What the fetcher itself has to say, or what would break the exchange.
OWN_HEADERS = frozenset(
    (
        "host connection content-length transfer-encoding te trailer upgrade expect accept-encoding "
        "if-none-match if-modified-since range"
    ).split()
)


def wrong(message: str) -> PydanticCustomError:
    """A fault in plain words; braces in the message stand for themselves."""
    return PydanticCustomError("plain", "{message}", {"message": message})


def unknown(name: str, known: Iterable[str]) -> str:
    """What is said of a name that is not one of those known: the nearest of them, or all."""
    known = list(known)
    near = difflib.get_close_matches(name.lower(), known, 1, cutoff=0.6)
    shown = repr(name if len(name) <= 60 else name[:60] + "...")
    if near:
        return f"{shown} is unknown; did you mean {near[0]!r}? Known: {', '.join(known)}"
    return f"{shown} is unknown; use one of {', '.join(known)}"


def duration_text(span: timedelta) -> str:
    """90 s as `90s`, 600 s as `10m`: as it would be written in the file."""
    seconds = span.total_seconds()
    unit = next((u for u in ("d", "h", "m") if seconds >= UNITS[u] and seconds % UNITS[u] == 0), "s")
    return f"{seconds / UNITS[unit]:g}{unit}"


def _duration(given: Any) -> timedelta:
    if isinstance(given, timedelta):
        return given
    if isinstance(given, str) and (found := _DURATION.fullmatch(given.strip())):
        return timedelta(seconds=float(found[1]) * UNITS[found[2]])
    if isinstance(given, int | float) and not isinstance(given, bool):
        raise wrong(f"{given:g} has no unit; write {given:g}s, {given:g}m, {given:g}h or {given:g}d")
    raise wrong("is no length of time; write a number and s, m, h or d, such as 10m")


class Duration(GroupedMetadata):
    """Makes a timedelta in a shape one that is written as 10m and lies between two such lengths."""

    def __init__(self, least: str, most: str):
        self._least, self._most = least, most

    def __iter__(self) -> Iterator[object]:
        low, high = _duration(self._least), _duration(self._most)

        def bounded(span: timedelta) -> timedelta:
            if not low <= span <= high:
                raise wrong(f"has to be from {self._least} to {self._most}")
            return span

        yield BeforeValidator(_duration)
        yield AfterValidator(bounded)
        yield WithJsonSchema(
            {
                "type": "string",
                "pattern": r"^\d{1,6}(\.\d{1,3})? ?(s|m|h|d)$",
                "description": f"A number and s, m, h or d, from {self._least} to {self._most}.",
            }
        )


def _size(given: Any) -> int:
    if isinstance(given, str) and (found := _SIZE.fullmatch(given.strip())):
        size = round(float(found[1]) * SIZES["kB" if found[2].lower() == "kb" else "MB"])
        if 10_000 <= size <= 100_000_000:
            return size
        raise wrong("has to be from 10kB to 100MB")
    if isinstance(given, int) and not isinstance(given, bool) and 10_000 <= given <= 100_000_000:
        return given  # the default, or plain bytes
    raise wrong("is no size; write a number and kB or MB, such as 5MB, from 10kB to 100MB")


Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{1,6}(\.\d{1,3})? ?([kK][bB]|[mM][bB])$"}),
]


def _day(given: Any) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise wrong("is no day; write it as 2026-02-26") from None


Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
]


def _printable(text: str) -> str:
    text = text.strip()
    if not text:
        raise wrong("is empty; write something, or delete the line")
    if not all(c.isprintable() or c in "\u200c\u200d" for c in text):  # the joiners are Persian spelling
        raise wrong("holds a line break or an invisible character; retype it on one line")
    return text


Words = Annotated[str, AfterValidator(_printable), Field(min_length=1, max_length=200)]


def _address(text: str) -> str:
    text = text.strip()
    scheme = text.partition(":")[0].lower()
    if "://" not in text or scheme not in ("http", "https"):
        raise wrong(f"{_short(text)} is no web address; use http:// or https://")
    if any(c.isspace() or not c.isprintable() for c in text):
        raise wrong("holds a blank or an invisible character; write %20 for a blank")
    if not is_web_address(scheme + text[len(scheme) :]):
        raise wrong(f"{_short(text)} has no proper host; write it like https://example.org/rss.xml")
    if "@" in urlsplit(text).netloc:
        raise wrong(
            "holds a user name or password; give them in `headers` instead, as Authorization: "
            "${NAME} from the environment"
        )
    return text


def _short(text: str) -> str:
    """Enough of an address to know it by, without a password that may stand in it."""
    shown = text.rpartition("@")[2]
    return repr(shown if len(shown) <= 60 else shown[:60] + "...")


WebAddress = Annotated[
    str,
    AfterValidator(_address),
    Field(max_length=2_000, json_schema_extra={"format": "uri", "pattern": r"^\s*[Hh][Tt][Tt][Pp][Ss]?://"}),
]


def _headers(given: dict[str, str]) -> dict[str, str]:
    seen: set[str] = set()
    for name, value in given.items():
        if not _HEADER.fullmatch(name):
            raise wrong(f"{name!r} is no header name; use letters, digits and hyphens")
        if name.lower() in OWN_HEADERS:
            raise wrong(f"{name} is set by the program itself; delete it")
        if name.lower() in seen:
            raise wrong(f"{name} is given twice; capitals make no difference, keep one")
        seen.add(name.lower())
        if not is_header_value(value):
            raise wrong(f"{name}: a header has to be one line of plain ASCII, at most 4,000 characters")
    return given


def is_header_value(text: str) -> bool:
    return len(text) <= 4_000 and text.isascii() and all(c.isprintable() or c == "\t" for c in text)


Headers = Annotated[dict[str, str], AfterValidator(_headers)]
