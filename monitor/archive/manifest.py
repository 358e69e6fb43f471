"""The account of an archive's output folder: who works on it, which shards are done, and by which reader.

manifest.jsonl   a line a shard, written after its files; the newest of a shard holds
rejected.jsonl   every row that is no entry, with file, line and reason
lock             who works on the folder
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from monitor.archive.shards import Shard
from monitor.archive.work import ARTICLES, REJECTED, TEMPORARY, Done, put
from monitor.errors import InputError, LeaseHeld
from monitor.pipeline.process import this_process

MANIFEST, REJECTED_FILE, LOCK, INPUTS = "manifest.jsonl", "rejected.jsonl", "lock", "inputs.jsonl"


class Row(msgspec.Struct, frozen=True):
    """A shard that is done, or was set aside, with why."""

    shard: str  # its name
    key: str
    input: str
    digest: str
    method: str
    first_line: int
    rows_in: int = 0
    rows_out: int = 0
    rows_rejected: int = 0
    files: dict[str, int] = {}
    rejected: str | None = None
    set_aside: str | None = None  # why


def row_of(shard: Shard, key: str, method: str, got: Done | str) -> Row:
    """`got` is what became of it, or why it was set aside."""
    facts = (shard.name, key, shard.file.address, shard.digest, method, shard.first_line)
    if isinstance(got, str):
        return Row(*facts, set_aside=got)
    return Row(*facts, got.rows_in, got.rows_out, got.rows_rejected, got.files, got.rejected)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes the folder and keeps others off it. Raises LeaseHeld naming who works on it, InputError where it cannot be
    made. The system frees the lock when its holder ends, however that is.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); check the folder and its rights") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 500).decode("utf-8", "replace").strip() or "another process"
            raise LeaseHeld(f"{holder} works on {folder} already; wait for it, or stop it") from None
        except OSError as error:
            raise InputError(
                f"{folder} cannot be locked ({error.strerror}); use a file system that has locks"
            ) from None
        os.ftruncate(file, 0)
        os.write(file, this_process().encode())
        yield
    finally:
        os.close(file)


class Manifest:
    """The rows of a folder by key, of which only the holder of the lock writes any."""

    def __init__(self, folder: Path):
        """Reads it, without the line that a process was killed in. Raises InputError where it is damaged."""
        self.folder, self.path = folder, folder / MANIFEST
        self.rows: dict[str, Row] = {}
        self._whole = 0  # bytes up to the end of the last whole line
        if self.path.exists():
            data = self.path.read_bytes()
            self._whole = data.rfind(b"\n") + 1
            for number, line in enumerate(data[: self._whole].splitlines(), 1):
                try:
                    row = msgspec.json.decode(line, type=Row)
                except msgspec.MsgspecError as error:
                    raise InputError(
                        f"{self.path}:{number}: {error}; restore the file, or begin a new folder"
                    ) from None
                self.rows[row.key] = row

    def add(self, row: Row) -> None:
        """Raises OSError."""
        with self.path.open("r+b" if self.path.exists() else "xb") as file:
            file.truncate(self._whole)
            file.seek(self._whole)
            file.write(msgspec.json.encode(row) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._whole = file.tell()
        self.rows[row.key] = row

    def finish(self, inputs: Iterable[str], keys: Iterable[str]) -> None:
        """Leave out the shards of these inputs that are none of these keys, since the input was another one then;
        remove files that no row names; gather the rejected rows. Raises OSError.
        """
        given, kept = set(inputs), set(keys)
        self.rows = {key: row for key, row in self.rows.items() if row.input not in given or key in kept}
        ordered = sorted(self.rows.values(), key=lambda row: (row.input, row.first_line, row.key))
        self._replace(self.path, (msgspec.json.encode(row) + b"\n" for row in ordered))
        self._whole = self.path.stat().st_size
        named = {name for row in ordered for name in (*row.files, row.rejected)}
        for part in (ARTICLES, REJECTED):
            for path in (self.folder / part).rglob("*"):
                if path.is_file() and path.relative_to(self.folder).as_posix() not in named:
                    path.unlink(missing_ok=True)
        rejected = (self.folder / row.rejected for row in ordered if row.rejected)
        self._replace(self.folder / REJECTED_FILE, (path.read_bytes() for path in rejected))

    def _replace(self, path: Path, lines: Iterable[bytes]) -> None:
        temporary = path.with_name(path.name + TEMPORARY)
        with temporary.open("wb") as file:
            file.writelines(lines)
        put(temporary, path)

    def methods(self) -> Counter[str]:
        """Reader's method -> shards that it read."""
        return Counter(row.method for row in self.rows.values() if row.set_aside is None)
