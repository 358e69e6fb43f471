"""Reads one shard: its rows -> entries -> gate, reader -> Parquet by month of first sight, and a file of rejected rows.

What it makes depends on the shard, the columns and the reader alone, and gets its name from them. Each file is written
beside its place, flushed to the disk and renamed, so that under its name it is whole or not there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from monitor.archive import tables
from monitor.archive.inputs import HEADER, Hashed, Records, columns_in, lines, raw, unpacked
from monitor.archive.rows import COLUMNS, Found, found_in
from monitor.archive.shards import Shard
from monitor.errors import InputError
from monitor.models import Reading, Text

ROWS = 2_000  # of a month that are held until they are written; a row group
ARTICLES, REJECTED = "articles", "rejected"  # folders within the output
TEMPORARY = ".part"  # how the names of files end that are not whole yet


class Job(msgspec.Struct, frozen=True):
    """A shard to be read into a folder by the reader with this method."""

    shard: Shard
    folder: str
    columns: dict[str, str]
    method: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """What became of a shard: rows in are rows out and rows rejected. `files` are within the output folder."""

    rows_in: int
    rows_out: int
    rows_rejected: int
    files: dict[str, int]  # Parquet -> rows
    rejected: str | None  # the file of rejected rows


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Why a shard could not be read; `fatal`: no other can be either, since it is no fault of the input."""

    reason: str
    fatal: bool = False


class Reader(Protocol):
    """What is needed of reader.Reader."""

    method: str

    def gate(self, text: Text) -> Reading | None: ...

    def read(self, texts: list[Text]) -> list[Reading]: ...


class TooSlow(Exception):
    """Reading a row took more time than allowed."""


Guard = Callable[[], Any]  # gives a context in which a row may take so long, and no longer


def read_shard(job: Job, reader: Reader, guarded: Guard) -> Done | Failed:
    """Read a shard and leave its files. Never raises for what the input holds, nor for what the output refuses."""
    if reader.method != job.method:
        reason = f"this worker's reader is {reader.method}, and {job.method} was asked for"
        return Failed(f"{reason}: install one version and one word file everywhere", fatal=True)
    if not Path(job.folder).is_dir():
        return Failed(f"this worker does not see the folder {job.folder}; it has to be shared", fatal=True)
    output = _Output(job)
    try:
        for line, row in rows_of(job.shard, job.columns):
            output.count += 1
            if isinstance(row, str):
                output.reject(line, row)
                continue
            try:
                found = found_in(row, job.columns)
                with guarded():
                    reading = _read(reader, found)
            except ValueError as error:
                output.reject(line, str(error))
            except TooSlow as error:
                output.reject(line, str(error))
            except MemoryError:
                output.reject(line, "reading it took more memory than allowed")
            except RecursionError:
                output.reject(line, "it is nested too deep to be read")
            except Exception as error:  # a fault of the reader costs this row, by name, and not the shard
                output.reject(line, f"the reader failed: {type(error).__name__}")
            else:
                output.keep(line, found, reading)
        return output.finish()
    except Unreadable as error:
        output.drop()
        return Failed(str(error))
    except OSError as error:  # of the output: reading the input raises Unreadable
        output.drop()
        return Failed(f"{job.folder} cannot be written: {error.strerror or error}", fatal=True)
    except Exception as error:  # a fault of ours costs one shard, by name
        output.drop()
        return Failed(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")


def _read(reader: Reader, found: Found) -> Reading:
    text = Text(found.entry.title, found.entry.summary, found.lang)
    return reader.gate(text) or reader.read([text])[0]


# -- reading ------------------------------------------------------------------------------------------------


class Unreadable(Exception):
    """The input cannot be read, or is not what it was when it was cut into shards."""


Rows = Iterator[tuple[int, Mapping[str, object] | str]]


def rows_of(shard: Shard, columns: Mapping[str, str]) -> Rows:
    """(line, row), or (line, why it is none), of every row of a shard. Of Parquet, rows are numbered as lines are, and
    only the columns that are looked at are read.

    Raises Unreadable, and at the end too, when the bytes were not those that were planned.
    """
    try:
        with raw(shard.file) as stream:
            if shard.file.format == "parquet":
                yield from _of_group(stream, shard, {columns.get(ours, ours) for ours in COLUMNS})
                return
            heard = Hashed(stream)
            if shard.end is not None:
                stream.seek(shard.start)
                yield from _of_text(heard, shard, shard.header, shard.end - shard.start)
            else:
                with unpacked(heard, shard.file) as plain:  # type: ignore[arg-type]
                    yield from _of_text(plain, shard, _header(plain, shard), None)
                while heard.read(1 << 20):
                    pass
            if heard.digest() != shard.digest:
                raise Unreadable("the file was changed while it was read; run the command again")
    except (OSError, EOFError, InputError, pa.ArrowException) as error:
        raise Unreadable(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from error


def _header(plain: Any, shard: Shard) -> tuple[str, ...]:
    if shard.file.format == "jsonl":
        return ()
    return columns_in(plain.readline(HEADER), shard.file)


def _of_text(stream: Any, shard: Shard, names: tuple[str, ...], size: int | None) -> Rows:
    first = shard.first_line if size is not None or not names else 2
    source = lines(stream, first, until=size)
    if shard.file.format != "jsonl":
        for number, values in Records(source, shard.file):
            if isinstance(values, str):
                yield number, values
            elif len(values) > len(names):
                yield number, f"it has {len(values)} values for {len(names)} columns"
            else:
                yield number, dict(zip(names, values, strict=False))
        return
    for line in source:
        if line.text is None:
            yield line.number, "it is longer than 16 MB"
        elif text := line.text.strip():
            yield line.number, _object(text)


def _object(text: bytes) -> Mapping[str, object] | str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {str(error)[:100]}"
    return found if isinstance(found, dict) else "not an object; write one object a line"


def _of_group(stream: Any, shard: Shard, wanted: set[str]) -> Rows:
    # piece by piece: as one, a row group of 300,000 rows took 285 MB where this takes 29
    file = pq.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20)
    if shard.group is None or shard.group >= file.num_row_groups:
        raise Unreadable("the file was changed since it was looked at; run the command again")
    number = shard.first_line
    names = [name for name in file.schema_arrow.names if name in wanted]
    for batch in file.iter_batches(500, row_groups=[shard.group], columns=names):
        for row in batch.to_pylist():
            yield number, row
            number += 1


# -- writing ------------------------------------------------------------------------------------------------


class _Output:
    """The files of a shard while they are made."""

    def __init__(self, job: Job):
        self._shard, self._folder, self.count, self._kept = job.shard, Path(job.folder), 0, 0
        self._name = f"{job.shard.key(job.columns)}-{_short(job.method)}"
        self._held: dict[str, list[dict[str, Any]]] = {}  # month -> rows
        self._writers: dict[str, tuple[Path, pq.ParquetWriter]] = {}
        self._files: dict[str, int] = {}
        self._rejected: list[tuple[int, str]] = []

    def keep(self, line: int, found: Found, reading: Reading) -> None:
        self._kept += 1
        month = f"{found.first_seen:%Y-%m}"
        rows = self._held.setdefault(month, [])
        rows.append(tables.row(self._shard.file.address, line, found, reading))
        if len(rows) == ROWS:
            self._write(month)

    def reject(self, line: int, reason: str) -> None:
        self._rejected.append((line, reason))

    def _write(self, month: str) -> None:
        rows, self._held[month] = self._held[month], []
        if month not in self._writers:
            path = self._path(ARTICLES, month, f"{self._name}.parquet")
            temporary = _beside(path)
            self._writers[month] = path, pq.ParquetWriter(temporary, tables.SCHEMA, compression="zstd")
        path, writer = self._writers[month]
        writer.write_table(tables.table(rows))
        self._files[self._within(path)] = self._files.get(self._within(path), 0) + len(rows)

    def finish(self) -> Done:
        for month, rows in self._held.items():
            if rows:
                self._write(month)
        for path, writer in self._writers.values():
            writer.close()
            put(_beside(path), path)
        rejected = None
        if self._rejected:
            path = self._path(REJECTED, f"{self._name}.jsonl")
            facts = ({"file": self._shard.file.address, "line": n, "reason": why} for n, why in self._rejected)
            _beside(path).write_text("".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts), "utf-8")
            put(_beside(path), path)
            rejected = self._within(path)
        return Done(self.count, self._kept, len(self._rejected), dict(sorted(self._files.items())), rejected)

    def drop(self) -> None:
        """Leave nothing of a shard that failed."""
        for path, writer in self._writers.values():
            with suppress(OSError, pa.ArrowException):
                writer.close()
            with suppress(OSError):
                _beside(path).unlink()

    def _path(self, *parts: str) -> Path:
        path = self._folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _within(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def _short(method: str) -> str:
    return blake2b(method.encode(), digest_size=4).hexdigest()


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")


def put(temporary: Path, path: Path) -> None:
    """Give a written file its name: it is there, whole and on the disk, or not at all. Raises OSError."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
