"""Articles counted by place, or by who acts on whom, as one table for the page and its file. Pure."""

from __future__ import annotations

import pandas as pd

from monitor.storage.signals import Tally

SIDES = ("escalation", "deescalation")


def by_place_or_pair(found: list[Tally], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row for each place or pair: articles of either direction, the highest severity; most articles first."""
    rows: dict[tuple, dict] = {}
    for tally in found:
        row = rows.setdefault(
            tally.values,
            {**dict(zip(columns, tally.values, strict=True)), "escalation": 0, "deescalation": 0, "severity": 0.0},
        )
        row[tally.direction] += tally.articles
        row["severity"] = max(row["severity"], tally.strongest)
    frame = pd.DataFrame(list(rows.values()), columns=[*columns, *SIDES, "severity"])
    return (
        frame.assign(all=frame["escalation"] + frame["deescalation"])
        .sort_values(["all", "severity"], ascending=False)
        .drop(columns="all")
    )
