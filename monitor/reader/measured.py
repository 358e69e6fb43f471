"""How right the reader was on entries that it had not learned, as measured when it was made: measured.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from monitor.config import document
from monitor.language import N_

FILE = Path(__file__).with_name("measured.yaml")
# what the file says in words, for the catalogues of the pages
WORDS = (
    N_(
        "11,777 labelled entries of 275 outlets, nearly all of January to July 2026, in English, French, Arabic and "
        "Persian"
    ),
    N_("each month asked of a network and a judge that had not learned that month"),
    N_("July"), N_("June"), N_("May"), N_("April"), N_("January to March"), N_("the months before"), N_("the others"),
    N_("those after"),
)  # fmt: skip


@cache
def measured() -> dict[str, Any]:
    """measured_on, how, rows, together, outlets, languages, folds, categories: as the file has them."""
    found: dict[str, Any] = document.read(FILE).data
    return found
