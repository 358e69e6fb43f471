"""How right the reader was on entries that it had not learned, as measured when it was made: measured.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from monitor.config import document

FILE = Path(__file__).with_name("measured.yaml")


@cache
def measured() -> dict[str, Any]:
    """measured_on, how, rows, together, languages, folds, categories: as the file has them."""
    found: dict[str, Any] = document.read(FILE).data
    return found
