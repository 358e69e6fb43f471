"""Stories counted by place, or by who acts on whom, as one table for the page and its file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import pandas as pd

from monitor.language import N_
from monitor.storage.counts import Count

SIDES = ("escalation", "deescalation")
NUMBERS = ("stories", *SIDES, "change", "publishers", "articles", "severity")
PLACE, PAIR = ("place",), ("source", "target")
# what is counted -> the modes of its signals; none: either
COUNTED: Mapping[str, tuple[str, ...]] = {
    N_("acts and words"): (),
    N_("acts"): ("act",),
    N_("words"): ("words",),
}


def before(since: datetime | None, until: datetime) -> tuple[datetime, datetime] | None:
    """The period of the same length before one, which changes are against; None where there is no beginning."""
    return None if since is None else (since - (until - since), since)


def table(found: Sequence[Count], earlier: Sequence[Count] | None, columns: tuple[str, ...]) -> pd.DataFrame:
    """One row for each place or pair, most stories first, with its change against the period before (`earlier`); no
    change where there is none to compare with.
    """
    stories = {count.values: count.stories for count in earlier or ()}
    rows = [
        dict(zip(columns, count.values, strict=True))
        | {name: value for name, value in asdict(count).items() if name != "values"}
        | {"change": None if earlier is None else count.stories - stories.get(count.values, 0)}
        for count in found
    ]
    return pd.DataFrame(rows, columns=[*columns, *NUMBERS])
