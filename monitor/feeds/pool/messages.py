"""What goes over the pipes between the program and its reader processes: msgpack, with the type of every value checked.

A document may be an attack, so what its reader process answers is never unpickled: that would let it run code here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeAlias

import msgspec

from monitor.errors import ReaderError
from monitor.models import Entry, Failure, Parsed, Reading, Region, Text

MAX_BYTES = 256 << 20  # of one message, or of all pieces of an answer; no reader process may hold that much
PIECE_ENTRIES = 100
Outcome: TypeAlias = Failure | tuple[Parsed, tuple[Reading, ...]]  # of a document: a reading for each entry
Readings: TypeAlias = Failure | tuple[Reading, ...]  # of a batch: one for each text


class MessageError(Exception):
    """What came is no message of the expected kind."""


class Hello(msgspec.Struct):
    """The first thing that a process is sent. `reader` is a function or classmethod that makes one, `module:name`."""

    path: list[str]
    reader: str
    arguments: dict[str, str | int | float | bool | Region | None]
    seconds: float
    memory: int
    start: float


class Ready(msgspec.Struct):
    """What a process answers when it is warm; `problem` says why it is not."""

    problem: str | None = None


class Document(msgspec.Struct, tag=True):
    """One document, to be parsed and its entries to pass the gate;
    its bytes follow, since to pack and unpack them would copy megabytes.
    """

    size: int  # bytes of the document
    content_type: str | None
    url: str
    known: frozenset[bytes]
    now: datetime
    lang: str | None


class Batch(msgspec.Struct, tag=True):
    """Entries to be read."""

    texts: tuple[Text, ...]


class BatchAnswer(msgspec.Struct):
    """What became of a batch: a failure, or readings. `stays`: the process takes another job. `problem`:
    it cannot read any text, and why.
    """

    stays: bool
    failure: Failure | None = None
    readings: tuple[Reading, ...] = ()
    problem: str | None = None


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


def receive(pipe: IO[bytes], kind: Any) -> Any:
    """A message of that type, which may be a union. Raises EOFError at the end,
    MessageError for anything else than such a message.
    """
    return _receive(pipe, kind, MAX_BYTES)[0]


def _receive(pipe: IO[bytes], kind: Any, most: int) -> tuple[Any, int]:
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


def send_readings(pipe: IO[bytes], stays: bool, got: Readings) -> None:
    """A batch's failure, or its readings. Raises as `send`."""
    send(pipe, BatchAnswer(stays, got) if isinstance(got, Failure) else BatchAnswer(stays, None, got))


def receive_readings(pipe: IO[bytes], texts: int) -> tuple[bool, Readings]:
    """What `send_readings` sent of so many texts: whether the process stays, and the readings. Raises as `receive`, and
    ReaderError where the process cannot read any text."""
    answer = receive(pipe, BatchAnswer)
    if answer.problem is not None:
        raise ReaderError(f"the reader process cannot read: {answer.problem}")
    if answer.failure is None and len(answer.readings) != texts:
        raise MessageError("texts and readings differ in number")
    return answer.stays, answer.failure or answer.readings
