"""Undoes the compression of an answer piece by piece, within a bound on what comes out.

Takes what the client offers (OFFERED), also nested up to LAYERS, also a gzip file that nobody labelled. Every layer's
output counts, so a bomb within a bomb stops as early. What cannot be undone is an Undecodable, what grows past the
bound a TooLarge.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import brotli
import zstandard

OFFERED = "gzip, deflate, br, zstd"
LAYERS = 3
PIECE = 64 * 1024  # bytes out of a layer at a time
ZSTD_BITE = 64  # bytes into zstd at a time: four of them can become 128 KiB, and its decoder knows no bound on output
ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 8878 asks decoders to take this much
MEMBERS = 1000  # gzip files or zstd frames one after another

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one to skip (RFC 8878, 3.1)
HEAD = 16  # bytes by which the kind of a layer is recognised
PLAIN = (b"<", b"{", b"[", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # how a feed begins

Out = Callable[[bytes], None]
_BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)
_BROKEN_WORDS = "the compression of the answer is broken"


class Undecodable(ValueError):
    """The compression is broken or one that was not offered; the message says which."""


class TooLarge(ValueError):
    """More came out than is allowed."""


class _Zlib:
    """gzip (one file or several, zeros or rubbish behind them ignored, as browsers do) and deflate,
    with its header or raw.
    """

    def __init__(self, out: Out, bits: int):
        self._out, self._bits, self._members = out, bits, 0
        self._decoder = zlib.decompressobj(bits)
        self._behind = b""  # first byte behind a finished file
        self._done = False

    def feed(self, data: bytes) -> None:
        while data and not self._done:
            if self._decoder.eof:
                data, self._behind = self._behind + data, b""
                if self._bits == 31 and len(data) == 1:
                    self._behind = data
                    return
                if self._bits != 31 or not data.startswith(GZIP_MAGIC):
                    self._done = True  # for good: what follows may look like a file again
                    return
                self._members += 1
                if self._members > MEMBERS:
                    raise TooLarge("too many gzip files in one answer")
                self._decoder = zlib.decompressobj(self._bits)
            self._out(self._decoder.decompress(data, PIECE))
            data = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail

    def finish(self) -> None:
        # what was held back because a piece was full
        while not self._decoder.eof and (more := self._decoder.decompress(b"", PIECE)):
            self._out(more)
        if not self._decoder.eof:
            raise Undecodable("the compressed answer ends too early")


class _Brotli:
    def __init__(self, out: Out):
        self._out, self._decoder = out, brotli.Decompressor()

    def feed(self, data: bytes) -> None:
        if self._decoder.is_finished():
            return
        self._out(self._decoder.process(data, output_buffer_limit=PIECE))
        while not self._decoder.can_accept_more_data():
            self._out(self._decoder.process(b"", output_buffer_limit=PIECE))

    def finish(self) -> None:
        # all input may be taken while output is still waiting
        while not self._decoder.is_finished() and (more := self._decoder.process(b"", output_buffer_limit=PIECE)):
            self._out(more)
        if not self._decoder.is_finished():
            raise Undecodable("the compressed answer ends too early")


class _Zstd:
    """zstd: its frames one after another are one text; what else stands behind them is ignored."""

    def __init__(self, out: Out):
        self._out, self._frames = out, 0
        self._behind = b""  # first bytes behind a finished frame
        self._done = False
        self._begin()

    def _begin(self) -> None:
        self._frames += 1
        if self._frames > MEMBERS:
            raise TooLarge("too many zstd frames in one answer")
        self._decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()

    def feed(self, data: bytes) -> None:
        data, self._behind, at = self._behind + data, b"", 0
        while at < len(data) and not self._done:
            if self._decoder.eof:
                if len(data) - at < 4:
                    self._behind = data[at:]
                    return
                if not ZSTD_MAGIC.match(data, at):
                    self._done = True
                    return
                self._begin()
            bite = data[at : at + ZSTD_BITE]
            self._out(self._decoder.decompress(bite))
            at += len(bite) - (len(self._decoder.unused_data) if self._decoder.eof else 0)

    def finish(self) -> None:
        if not self._decoder.eof:
            raise Undecodable("the compressed answer ends too early")


class _Layer:
    """One layer of compression, settled by its label and its first bytes, with the layers below it behind it.

    `labels` are those still to undo, the last applied last. With none left, what looks like gzip is gzip all the same.
    """

    def __init__(self, labels: tuple[str, ...], keep: Out, limit: int, depth: int = 0):
        if depth > LAYERS:
            raise Undecodable("the answer is compressed too many times over")
        self._labels, self._keep, self._limit, self._depth = labels, keep, limit, depth
        self._head: bytes | None = b""  # None once settled
        self._decoder: _Zlib | _Brotli | _Zstd | None = None
        self._below: _Layer | None = None
        self._size = 0

    def feed(self, data: bytes) -> None:
        if self._head is not None:
            data = self._head = self._head + data
            if len(data) < HEAD:
                return
            self._settle(data)
        self._decode(data)

    def finish(self) -> None:
        if self._head is not None:
            head = self._head
            self._settle(head)
            self._decode(head)
        if self._decoder is not None:
            try:
                self._decoder.finish()
            except _BROKEN as error:
                raise Undecodable(_BROKEN_WORDS) from error
        if self._below is not None:
            self._below.finish()

    def _settle(self, head: bytes) -> None:
        self._head = None
        if self._labels:
            self._decoder = _decoder(self._labels[-1], head, self._out)
            self._below = _Layer(self._labels[:-1], self._keep, self._limit, self._depth + 1)
        elif head.startswith(GZIP_MAGIC):
            self._decoder = _Zlib(self._out, 31)
            self._below = _Layer((), self._keep, self._limit, self._depth + 1)

    def _decode(self, data: bytes) -> None:
        if self._decoder is None:
            self._out(data)
            return
        try:
            self._decoder.feed(data)
        except _BROKEN as error:
            raise Undecodable(_BROKEN_WORDS) from error

    def _out(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLarge("the answer is larger than allowed")
        if self._below is not None:
            self._below.feed(piece)
        else:
            self._keep(piece)


def _decoder(label: str, head: bytes, out: Out) -> _Zlib | _Brotli | _Zstd | None:
    """What undoes `label`; None where the label is not true and the text is plain already."""
    plain = head.lstrip(b" \t\r\n").startswith(PLAIN)
    if label in ("gzip", "x-gzip"):
        return None if plain else _Zlib(out, 31)
    if label == "deflate":  # RFC 9110 means zlib's format; some servers send it bare, as RFC 1951
        zlib_header = len(head) >= 2 and head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
        return _Zlib(out, 15 if zlib_header else -15)
    if label == "br":
        return _Brotli(out)
    if label == "zstd":
        return None if plain else _Zstd(out)
    if plain:  # "Content-Encoding: utf-8" and such
        return None
    raise Undecodable(f"the answer is compressed as {label[:30]!r}, which was not offered")


class Inflater:
    """Feed it what came over the wire; `finish` gives the text. `encodings` is the Content-Encoding header, empty
    without one.
    """

    def __init__(self, encodings: str, limit: int):
        labels = tuple(
            label for part in encodings.lower().split(",") if (label := part.strip()) and label != "identity"
        )
        if len(labels) > LAYERS:
            raise Undecodable("the answer is compressed too many times over")
        self._pieces: list[bytes] = []
        self._top = _Layer(labels, self._pieces.append, limit)

    def feed(self, data: bytes) -> None:
        """Raises Undecodable, TooLarge."""
        self._top.feed(data)

    def finish(self) -> bytes:
        """The whole text. Raises Undecodable, TooLarge."""
        self._top.finish()
        return b"".join(self._pieces)
