"""Names each round of a feed and each run of a step, so that the lines of a log that belong together can be found."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

current: ContextVar[str | None] = ContextVar("round", default=None)


@contextmanager
def named() -> Iterator[str]:
    """One round: eight letters and digits that no other has."""
    name = secrets.token_hex(4)
    token = current.set(name)
    try:
        yield name
    finally:
        current.reset(token)
