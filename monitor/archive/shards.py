"""Cuts the files of an archive into shards: fixed stretches that are read each by itself, in any order, as often as it
takes.

file -> row groups (Parquet), byte ranges that end with a record (JSON lines, CSV), or all of it (compressed) -> shards
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import IO

import msgspec

from monitor.archive.inputs import HEADER, File, Hashed, Records, columns_in, lines

SIZE = 1 << 19  # bytes of a range, about: a second of reading where no entry passes the gate, 15 where all do
FORM = 1  # of what is made of a shard; counted up with any change of it
BLOCK = 1 << 20


class Shard(msgspec.Struct, frozen=True):
    """A stretch of a file: a row group, the bytes from `start` to `end`, or, with neither, all of it."""

    file: File
    digest: str  # of these bytes; of a row group's whole file
    size: int  # what the progress counts
    start: int = 0
    end: int | None = None
    group: int | None = None
    first_line: int = 1
    header: tuple[str, ...] = ()  # of a CSV file, of which this is a range

    @property
    def name(self) -> str:
        if self.group is not None:
            return f"{self.file.address}, row group {self.group}"
        return self.file.address if self.end is None else f"{self.file.address}, bytes {self.start} to {self.end}"

    def key(self, columns: Mapping[str, str]) -> str:
        """The same for the same bytes of the same file under the same columns, and for nothing else."""
        place = [self.file.address, self.start, self.end, self.group, self.header]
        facts = json.dumps([FORM, place, self.digest, sorted(columns.items())])
        return blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def of_lines(file: File, stream: IO[bytes], *, size: int) -> Iterator[Shard]:
    """The shards of a file of JSON lines: each ends with the first line that ends `size` bytes on. Raises OSError."""
    start, at, first, newlines, made = 0, 0, 1, 0, blake2b(digest_size=16)
    while block := stream.read(BLOCK):
        while cut := block.find(b"\n", max(0, start + size - at - 1)) + 1:
            made.update(block[:cut])
            at, newlines = at + cut, newlines + block.count(b"\n", 0, cut)
            yield Shard(file, made.hexdigest(), at - start, start, at, None, first)
            start, first, newlines, made = at, first + newlines, 0, blake2b(digest_size=16)
            block = block[cut:]
        made.update(block)
        at, newlines = at + len(block), newlines + block.count(b"\n")
    if at > start:
        yield Shard(file, made.hexdigest(), at - start, start, at, None, first)


def of_records(file: File, stream: IO[bytes], *, size: int) -> Iterator[Shard]:
    """The shards of a CSV file behind the line of its header; each ends with a record. Raises InputError, OSError."""
    header = stream.readline(HEADER)
    names, begin = columns_in(header, file), len(header)
    heard = Hashed(stream)
    start, first, records = 0, 2, Records(lines(heard, 2), file)

    def made() -> Shard:
        place = begin + start, begin + records.end
        return Shard(file, heard.digest(), records.end - start, *place, None, first, names)

    for _ in records:
        if records.end - start >= size:
            yield made()
            start, first = records.end, records.next_line
    if records.end > start:
        yield made()


def of_groups(all_of_it: Shard, sizes: list[int]) -> Iterator[Shard]:
    """A shard for each row group of a Parquet file; `sizes` are their numbers of rows."""
    bounds = [0]
    for rows in sizes:
        bounds.append(bounds[-1] + rows)
    for group, (first, end) in enumerate(pairwise(bounds)):
        size = all_of_it.size * (end - first) // max(1, bounds[-1])
        yield Shard(all_of_it.file, all_of_it.digest, size, group=group, first_line=first + 1)


def whole(file: File, stream: IO[bytes]) -> Shard:
    """All of a file, as it is stored. Raises OSError."""
    heard = Hashed(stream)
    while heard.read(BLOCK):
        pass
    return Shard(file, heard.digest(), file.size)
