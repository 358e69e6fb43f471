"""Reads an archive into a folder: finds its files, cuts them into shards, has those read that are not done yet, and
keeps the account.

    addresses -> files -> shards -> (whoever runs them) -> manifest row a shard -> rejected.jsonl

Whatever is killed at whatever moment, the same command goes on: a shard counts when its row is in the manifest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from monitor.archive import shards
from monitor.archive.inputs import File, find, raw
from monitor.archive.manifest import INPUTS, Manifest, Row, locked, row_of
from monitor.archive.shards import Shard
from monitor.archive.work import TEMPORARY, Done, Failed, Job
from monitor.errors import ArchiveError, InputError


class Runner(Protocol):
    """Who has shards read: processes.Pool, or dask.Cluster."""

    def outcomes(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Done | Failed]]: ...


class Planned(msgspec.Struct, frozen=True):
    """A file with its shards, as they were cut when it was this version."""

    file: File
    shards: list[Shard]


@dataclass(slots=True)
class Report:
    """What a run found and did."""

    shards: int = 0
    read: int = 0  # in this run
    rows_in: int = 0  # of all shards that are done
    rows_out: int = 0
    rows_rejected: int = 0
    set_aside: list[Row] = field(default_factory=list)
    older: Counter[str] = field(default_factory=Counter)  # another reader's method -> shards it read


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `total` count bytes of input, so that an estimate is fair however uneven shards are."""

    done: int
    total: int
    shards: int
    shards_total: int
    rows: int


def plan(folder: Path, files: Sequence[File], on_file: Callable[[File], None] = lambda file: None) -> list[Planned]:
    """The files with their shards. A file that has the size and time of change that it had is not read for it again.
    Raises InputError naming the file.
    """
    noted = folder / INPUTS
    known: dict[File, Planned] = {}
    if noted.exists():
        for line in noted.read_bytes().splitlines():
            try:
                one = msgspec.json.decode(line, type=Planned)
            except msgspec.MsgspecError:  # of another version, or cut short: what it says is found out again
                continue
            known[one.file] = one
    planned = []
    with noted.open("ab") as file:
        for given in files:
            on_file(given)
            if given not in known:
                try:
                    known[given] = Planned(given, list(_cut(given)))
                except (OSError, EOFError, pa.ArrowException) as error:
                    raise InputError(f"{given.address} cannot be read: {' '.join(str(error).split())[:200]}") from error
                file.write(b"\n" + msgspec.json.encode(known[given]) + b"\n")
                file.flush()
            planned.append(known[given])
    return planned


def _cut(file: File) -> Iterator[Shard]:
    with raw(file) as stream:
        if file.format == "parquet":
            try:
                metadata = pq.ParquetFile(stream).metadata
            except pa.ArrowException:
                yield shards.whole(file, raw(file))  # to be set aside by name where it is read
                return
            stream.seek(0)
            sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
            yield from shards.of_groups(shards.whole(file, stream), sizes)
        elif file.compression:
            yield shards.whole(file, stream)
        elif file.format == "jsonl":
            yield from shards.of_lines(file, stream, size=shards.SIZE)
        elif file.size:
            yield from shards.of_records(file, stream, size=shards.SIZE)


def run(
    addresses: Sequence[str],
    folder: Path,
    runner: Runner,
    *,
    method: str,
    columns: dict[str, str],
    refresh: bool = False,
    on_file: Callable[[File], None] = lambda file: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Report:
    """Read what is not read yet; with `refresh` also what another reader has read. What was set aside is tried again.

    Raises InputError, LeaseHeld where another works on the folder, ArchiveError where no shard can be read or nothing
    be written.
    """
    try:
        with locked(folder):
            return _run(addresses, folder, runner, method, columns, refresh, on_file, on_progress)
    except OSError as error:
        raise ArchiveError(f"{folder} cannot be written: {error.strerror or error}") from error


def _run(
    addresses: Sequence[str],
    folder: Path,
    runner: Runner,
    method: str,
    columns: dict[str, str],
    refresh: bool,
    on_file: Callable[[File], None],
    on_progress: Callable[[Progress], None],
) -> Report:
    for left in folder.rglob(f"*{TEMPORARY}"):
        left.unlink(missing_ok=True)
    manifest = Manifest(folder)
    own = folder.absolute(), folder.resolve()  # within a folder of inputs it is none of them
    files = [file for file in find(addresses) if not any(Path(file.address).is_relative_to(place) for place in own)]
    planned = plan(folder, files, on_file)
    every = {shard.key(columns): shard for one in planned for shard in one.shards}
    done = {key: row for key in every if (row := manifest.rows.get(key)) and not row.set_aside}
    if refresh:
        done = {key: row for key, row in done.items() if row.method == method}
    total, at = sum(shard.size for shard in every.values()), sum(every[key].size for key in done)
    rows, ended, read = sum(row.rows_in for row in done.values()), len(done), 0
    on_progress(Progress(at, total, ended, len(every), rows))
    missing = [shard for key, shard in every.items() if key not in done]
    jobs = (Job(shard, str(folder.absolute()), columns, method) for shard in missing)
    with closing(runner.outcomes(jobs)) if missing else nullcontext(()) as outcomes:
        for job, got in outcomes:
            if isinstance(got, Failed) and got.fatal:
                raise ArchiveError(got.reason)
            key = job.shard.key(columns)
            row = row_of(job.shard, key, method, got.reason if isinstance(got, Failed) else got)
            manifest.add(row)
            at, ended, read, rows = at + job.shard.size, ended + 1, read + 1, rows + row.rows_in
            on_progress(Progress(at, total, ended, len(every), rows))
    manifest.finish((one.file.address for one in planned), every)
    return _report([manifest.rows[key] for key in every], read, method)


def _report(rows: list[Row], read: int, method: str) -> Report:
    made = Report(shards=len(rows), read=read, set_aside=[row for row in rows if row.set_aside])
    for row in rows:
        made.rows_in += row.rows_in
        made.rows_out += row.rows_out
        made.rows_rejected += row.rows_rejected
        if row.method != method and not row.set_aside:
            made.older[row.method] += 1
    return made
