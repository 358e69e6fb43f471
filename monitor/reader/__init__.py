"""Reads entries by two witnesses, phrases and a small network, and a judge that weighs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.models import Region
    from monitor.reader.reader import Reader


def load(extra: Path | None = None, theatre: Region | None = None) -> Reader:
    """The reader, with a user's own words and region. Imported when it is called:
    the parent of the reader processes needs none of it.
    """
    from monitor.reader.reader import Reader

    return Reader.load(extra, theatre)
