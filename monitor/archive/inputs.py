"""Finds the files of an archive and reads them: JSON lines, CSV and Parquet, gzip or zstd, on this machine or wherever
fsspec reaches.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple, Protocol

import fsspec
import msgspec
import zstandard
from fsspec.core import url_to_fs

from monitor.errors import InputError

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".pq": "parquet",
}  # fmt: skip
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
MAX_LINE = 16 << 20  # bytes; a longer line is no entry, and is set aside without being held
HEADER = 1 << 20  # bytes in which a CSV file's first line has to end
FIELD = 4 << 20  # characters of one CSV value


class Source(Protocol):
    def readline(self, size: int = -1, /) -> bytes: ...


class Line(NamedTuple):
    """A line of a file; its `text` is None where it is longer than MAX_LINE. `end` counts bytes, from where the reading
    began.
    """

    number: int
    text: bytes | None
    end: int


class File(msgspec.Struct, frozen=True):
    """A file of the archive. `version` is its size and time of change, or what its server calls this version."""

    address: str
    format: str  # jsonl | csv | tsv | parquet
    compression: str | None
    size: int
    version: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.address).name


def find(addresses: Sequence[str]) -> list[File]:
    """The files that paths, folders, globs and fsspec addresses name, each once, by address.

    Of a folder those whose names end as FORMATS says; a file that is named itself has to. Raises InputError.
    """
    found: dict[str, File] = {}
    for given in addresses:
        try:
            system, path = url_to_fs(given)
            some = _under(system, path)
        except (OSError, ValueError, ImportError) as error:
            raise InputError(
                f"{given} cannot be reached ({error}); check the address, and that its driver is installed"
            ) from error
        if not some:
            raise InputError(f"{given} names no file that ends in {' '.join(FORMATS)}, perhaps with .gz or .zst")
        found.update((file.address, file) for file in some)
    return [found[address] for address in sorted(found)]


def _under(system: Any, path: str) -> list[File]:
    if any(mark in path for mark in "*?["):
        paths = [name for name in system.glob(path) if system.isfile(name)]
    elif system.isdir(path):
        paths = system.find(path)
    elif system.exists(path):
        if kind_of(path) is None:
            raise ValueError(f"its name does not end in {' '.join(FORMATS)}, perhaps with .gz or .zst")
        paths = [path]
    else:
        paths = []
    return [_file(system, name) for name in paths if kind_of(name)]


def kind_of(path: str) -> tuple[str, str | None] | None:
    """(format, compression) by the ends of a name; None where it names none."""
    name = PurePosixPath(path.lower())
    compression = COMPRESSIONS.get(name.suffix)
    if compression:
        name = name.with_suffix("")
    format = FORMATS.get(name.suffix)
    return (format, compression) if format and not (format == "parquet" and compression) else None


def _file(system: Any, path: str) -> File:
    info = system.info(path)
    kind = kind_of(path)
    assert kind is not None  # its callers have looked
    local = "file" in (system.protocol if isinstance(system.protocol, tuple) else (system.protocol,))
    marks = [info.get(name) for name in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")]
    version = f"{info['size']} {next((mark for mark in marks if mark), '')}"
    return File(path if local else system.unstrip_protocol(path), *kind, int(info["size"] or 0), version)


def raw(file: File) -> IO[bytes]:
    """The file's bytes as they are stored. Raises OSError."""
    stream: IO[bytes] = fsspec.open(file.address, "rb").open()
    return stream


def unpacked(stream: IO[bytes], file: File) -> IO[bytes]:
    """What the bytes of a file hold, decompressed where they are. Reading damaged ones raises OSError or EOFError."""
    if file.compression == "gzip":
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if file.compression == "zstd":
        return io.BufferedReader(_Zstd(stream), 1 << 18)
    return stream


class _Zstd(io.RawIOBase):
    """Frame after frame, and an error where the last one is not whole: zstandard's own reader would end there in
    silence.
    """

    def __init__(self, source: IO[bytes]):
        self._source, self._left = source, b""
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._rest = b""  # unpacked and not yet taken

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            data = self._left or self._source.read(1 << 16)
            self._left = b""
            if not data:
                if self._frame is not None:
                    raise EOFError("its last zstd frame is cut short")
                return 0
            self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            try:
                self._rest = self._frame.decompress(data)
            except zstandard.ZstdError as error:
                raise OSError(f"not zstd: {error}") from error
            if self._frame.eof:
                self._left, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


class Hashed:
    """A stream that makes a digest of all that is read of it."""

    def __init__(self, stream: IO[bytes]):
        self._stream, self._made = stream, blake2b(digest_size=16)

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._made.update(data)
        return data

    def readline(self, size: int = -1) -> bytes:
        data = self._stream.readline(size)
        self._made.update(data)
        return data

    def digest(self) -> str:
        """Of what was read since the last time."""
        made, self._made = self._made, blake2b(digest_size=16)
        return made.hexdigest()


def lines(stream: Source, first: int, *, until: int | None = None) -> Iterator[Line]:
    """Every line, numbered from `first` on; with `until`, those that begin within the next so many bytes."""
    number, taken = first, 0
    while until is None or taken < until:
        line = stream.readline(MAX_LINE)
        if not line:
            return
        taken += len(line)
        rest, whole = line, True
        while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
            rest, whole = stream.readline(MAX_LINE), False
            taken += len(rest)
        yield Line(number, line if whole else None, taken)
        number += 1


def columns_in(line: bytes, file: File) -> tuple[str, ...]:
    """The columns that the first line of a CSV file names. Raises InputError."""
    try:
        names = next(csv.reader([line.decode("utf-8-sig", "replace")], delimiter=delimiter(file)))
    except (StopIteration, csv.Error):
        names = []
    if not any(names):
        raise InputError(f"{file.address}: its first line names no columns; CSV begins with a header")
    return tuple(name.strip() for name in names)


def delimiter(file: File) -> str:
    return "\t" if file.format == "tsv" else ","


class Records:
    """The records of a CSV file's lines; `end` is where the last of them ended.

    Python's own reader says where a record ends, so that a shard begins where the reader of the whole file would go on.
    """

    def __init__(self, source: Iterator[Line], file: File):
        csv.field_size_limit(FIELD)
        self._source, self._begun, self._last = source, 0, 0
        self.end = 0
        self._reader = csv.reader(self._texts(), delimiter=delimiter(file))

    def _texts(self) -> Iterator[str]:
        for line in self._source:
            self._begun, self._last, self.end = self._begun or line.number, line.number, line.end
            yield (line.text or b"\n").decode("utf-8", "replace")

    @property
    def next_line(self) -> int:
        """The number of the line after the last record."""
        return self._last + 1

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        """(line, values), or (line, why it is no record). Empty lines are left out."""
        while True:
            self._begun = 0
            try:
                values: list[str] | str = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                values = f"not CSV: {error}"
            if values:
                yield self._begun, values
