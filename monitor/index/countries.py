"""The press by group of countries, as languages.py measures it by language: by the `country` of each feed.

Groups are in countries.yaml. Pure.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from monitor.config import document
from monitor.index.languages import Press, by_press
from monitor.index.parameters import Parameters
from monitor.language import N_
from monitor.models import IndexPoint

FILE = Path(__file__).with_name("countries.yaml")
# the groups that the file ships with, for the catalogues
NAMES = (
    N_("Iran"), N_("Arab Gulf states"), N_("Other Arab states"), N_("Israel"), N_("Turkey and the Caucasus"),
    N_("South Asia"), N_("East Asia"), N_("Russia"), N_("United States and Canada"), N_("United Kingdom"),
    N_("European Union and its neighbours"),
)  # fmt: skip


@lru_cache(maxsize=1)
def groups() -> dict[str, tuple[str, ...]]:
    """The groups of countries.yaml, by name."""
    return {name: tuple(codes) for name, codes in document.read(FILE).data.items()}


def by_country(
    frame: pd.DataFrame, parameters: Parameters, *, since: datetime, now: datetime
) -> dict[Press, list[IndexPoint]]:
    """Daily points of each group of countries that any entry is of; a press is (its group's name,)."""
    found: dict[Press, tuple[str, ...]] = {
        (name,): codes for name, codes in groups().items() if frame["country"].isin(codes).any()
    }
    return by_press(frame, "country", found, parameters, since, now)
