"""What goes over the pipes between the program and its reader processes: msgpack, with the type of every value checked.

A document may be an attack, so what its reader process answers is never unpickled: that would let it run code here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, TypeAlias, TypeVar

import msgspec

from monitor.models import Entry, Failure, Parsed, Reading, Region

MAX_BYTES = 256 << 20  # of one message, or of all pieces of an answer; no reader process may hold that much
PIECE_ENTRIES = 100
Outcome: TypeAlias = Failure | tuple[Parsed, tuple[Reading, ...]]  # of a document: a reading for each entry
_Kind = TypeVar("_Kind")


class MessageError(Exception):
    """What came is no message of the expected kind."""


class Hello(msgspec.Struct):
    """The first thing that a process is sent. `tagger` is a function or classmethod, `module:name`."""

    path: list[str]
    tagger: str
    arguments: dict[str, str | int | float | bool | Region | None]
    seconds: float
    memory: int
    start: float


class Ready(msgspec.Struct):
    """What a process answers when it is warm; `problem` says why it is not."""

    problem: str | None = None


class Job(msgspec.Struct):
    """One document; its bytes follow the message, since to pack and unpack them would copy megabytes."""

    size: int  # bytes of the document
    content_type: str | None
    url: str
    known: frozenset[bytes]
    now: datetime
    lang: str | None


class Answer(msgspec.Struct):
    """What became of a document: a failure, or what was parsed. `stays`: the process takes another."""

    stays: bool
    failure: Failure | None = None
    parsed: Parsed | None = None  # its entries come in pieces, so that neither side holds them twice as a whole
    pieces: int = 0


class Piece(msgspec.Struct):
    """Some of the entries of a document, each with its reading."""

    entries: tuple[Entry, ...]
    readings: tuple[Reading, ...]


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be sent")


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)


def send(pipe: IO[bytes], message: msgspec.Struct, body: bytes = b"") -> None:
    """`body` follows the message as it is. Raises OSError, and UnicodeEncodeError for half a character."""
    data = _encoder.encode(message)
    pipe.write(len(data).to_bytes(4, "big"))
    pipe.write(data)
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes], kind: type[_Kind]) -> _Kind:
    """Raises EOFError at the end, MessageError for anything else than such a message."""
    return _receive(pipe, kind, MAX_BYTES)[0]


def _receive(pipe: IO[bytes], kind: type[_Kind], most: int) -> tuple[_Kind, int]:
    head = pipe.read(4)
    if len(head) < 4:
        raise EOFError
    size = int.from_bytes(head, "big")
    if size > most:
        raise MessageError(f"a message of {size:,} bytes")
    data = receive_bytes(pipe, size)
    try:
        return msgspec.msgpack.decode(data, type=kind), size
    except msgspec.MsgspecError as error:
        raise MessageError(str(error)) from error


def receive_bytes(pipe: IO[bytes], size: int) -> bytes:
    """What follows a message. Raises EOFError where there is less."""
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def send_answer(pipe: IO[bytes], stays: bool, got: Outcome) -> None:
    """A document's failure, or what was parsed with a reading for each entry. Raises as `send`."""
    if isinstance(got, Failure):
        return send(pipe, Answer(stays, got))
    parsed, readings = got
    starts = range(0, len(parsed.entries), PIECE_ENTRIES)
    send(pipe, Answer(stays, None, replace(parsed, entries=()), len(starts)))
    for start in starts:
        some = slice(start, start + PIECE_ENTRIES)
        send(pipe, Piece(parsed.entries[some], readings[some]))


def receive_answer(pipe: IO[bytes]) -> tuple[bool, Outcome]:
    """What `send_answer` sent: whether the process stays, and what became of the document. Raises as `receive`."""
    answer, size = _receive(pipe, Answer, MAX_BYTES)
    if answer.failure is not None:
        return answer.stays, answer.failure
    if answer.parsed is None:
        raise MessageError("neither a document nor a failure")
    entries: list[Entry] = []
    readings: list[Reading] = []
    left = MAX_BYTES - size
    for _ in range(answer.pieces):
        piece, size = _receive(pipe, Piece, left)
        left -= size
        entries += piece.entries
        readings += piece.readings
    if len(entries) != len(readings):
        raise MessageError("entries and readings differ in number")
    return answer.stays, (replace(answer.parsed, entries=tuple(entries)), tuple(readings))
