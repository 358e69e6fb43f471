"""The types of columns: what Python has of a value, and what both databases store of it.

Times are integer microseconds, several words one text; text from outside becomes one that both databases can hold.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Float, Integer, Text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time; a naive one is a fault of the caller (ValueError)."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone cannot be stored: {moment!r}")
    gap = moment - EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def moment(stored: int) -> datetime:
    return EPOCH + timedelta(microseconds=stored)


def sound(text: str) -> str:
    """The text as both databases can hold it: NUL and lone surrogates become U+FFFD, one for one,
    so that offsets stay true.
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def joined(words: tuple[str, ...]) -> str:
    return ";".join([w.replace(";", ",") for w in words]) if words else ""


def parted(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


class Converted(sa.types.TypeDecorator[Any]):
    """A column whose Python value differs from the stored one; None stays None both ways."""

    impl: Any = Text
    cache_ok = True
    inward: Any  # a static function of one value, as is `outward`
    outward: Any

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else type(self).inward(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else type(self).outward(value)


class Time(Converted):
    """Aware UTC datetimes as integer microseconds: exact, quick to compare, the same on both databases."""

    impl = BigInteger
    cache_ok = True
    inward, outward = staticmethod(micros), staticmethod(moment)


class Span(Converted):
    """A length of time as integer microseconds."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def inward(value: timedelta) -> int:
        return value // MICROSECOND

    @staticmethod
    def outward(value: int) -> timedelta:
        return timedelta(microseconds=value)


class Words(Converted):
    """A tuple of words joined by `;`, as the CSV has it."""

    cache_ok = True
    inward, outward = staticmethod(joined), staticmethod(parted)


class Hours(Converted):
    """A tuple of hours of the day, joined by `;`."""

    cache_ok = True

    @staticmethod
    def inward(value: tuple[int, ...]) -> str:
        return ";".join(map(str, value))

    @staticmethod
    def outward(value: str) -> tuple[int, ...]:
        return tuple(map(int, value.split(";"))) if value else ()


class Json(Converted):
    """Nested tuples of plain values; they come back as lists."""

    cache_ok = True

    @staticmethod
    def inward(value: object) -> str:
        return sound(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    @staticmethod
    def outward(value: str) -> Any:
        return json.loads(value)


class Pairs(Json):
    """A tuple of pairs of texts."""

    cache_ok = True

    @staticmethod
    def outward(value: str) -> tuple[tuple[str, ...], ...]:
        return tuple(map(tuple, json.loads(value)))


class Plain(sa.types.TypeDecorator[Any]):
    """Text from outside, made sound on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else sound(value)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite's own row number has to be spelled INTEGER


def text(name: str, *, required: bool = True) -> Column[Any]:
    return Column(name, Plain, nullable=not required)


def time(name: str, *, required: bool = True, **more: Any) -> Column[Any]:
    return Column(name, Time, nullable=not required, **more)


def number(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, Float, nullable=not required)


def count(name: str, **more: Any) -> Column[Any]:
    return Column(name, Integer, nullable=False, **more)


def words(name: str) -> Column[Any]:
    return Column(name, Words, nullable=False)
