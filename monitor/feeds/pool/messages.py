"""What goes over the pipes between the program and its reader processes: msgpack, with the type of every value checked.

A document may be an attack, so what its reader process answers is never unpickled: that would let it run code here.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from monitor.models import Failure, Parsed, Reading, Region

MAX_BYTES = 256 << 20  # of one message; no reader process may hold that much
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
    """What became of a document: a failure, or what was parsed with a reading for each entry. `stays`: the process takes another."""

    stays: bool
    failure: Failure | None = None
    parsed: Parsed | None = None
    readings: tuple[Reading, ...] = ()


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
    head = pipe.read(4)
    if len(head) < 4:
        raise EOFError
    size = int.from_bytes(head, "big")
    if size > MAX_BYTES:
        raise MessageError(f"a message of {size:,} bytes")
    data = receive_bytes(pipe, size)
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise MessageError(str(error)) from error


def receive_bytes(pipe: IO[bytes], size: int) -> bytes:
    """What follows a message. Raises EOFError where there is less."""
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data
