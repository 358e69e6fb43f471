"""Caches what is slow to compute from the word files in the user's cache folder, for every process that starts later.

A cache that cannot be read or written is no fault: the value is computed, as it would be without. A file of another
user is not read, since a pickle may do anything. The key says what a value is computed from.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, TypeVar

from platformdirs import user_cache_path

Thing = TypeVar("Thing")
HERE = Path(__file__).parent
_UNUSED = 30 * 86_400  # seconds after which what nobody read is removed


def source() -> bytes:
    """What the code and the words of this package are now."""
    digest = sha256()
    for path in sorted([*HERE.rglob("*.py"), *HERE.rglob("*.yaml")]):
        digest.update(path.read_bytes())
    return digest.digest()


def place(name: str, key: bytes) -> Path:
    """The file that holds a thing made of what `key` names, by this Python."""
    whole = sha256(key + str(sys.implementation.cache_tag).encode()).hexdigest()
    return user_cache_path("gulf-tension-monitor") / f"{name}-{whole[:20]}"


def own(path: Path) -> bool:
    """Whether it is there and nobody else can have written it."""
    try:
        stat = path.stat()
    except OSError:
        return False
    return stat.st_uid == os.getuid() and not stat.st_mode & 0o022


def kept(name: str, key: bytes, make: Callable[[], Thing]) -> Thing:
    """What `make` gives, read back where it was made before under the same key."""
    path = place(name, key)
    if own(path):
        try:
            with path.open("rb") as file:
                return pickle.load(file)
        except (
            Exception
        ):  # cut off, of another version: a pickle may raise anything, and the value can be computed again
            pass
    thing = make()
    write(path, lambda file: pickle.dump(thing, file, protocol=pickle.HIGHEST_PROTOCOL))
    return thing


def write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Put a file there whole or not at all, and remove what was long unused beside it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*"):
            if time.time() - max(old.stat().st_atime, old.stat().st_mtime) > _UNUSED:
                old.unlink()
        try:
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
                fill(file)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
