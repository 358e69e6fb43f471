"""The chart of the index beside prices, drawn once for all viewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.models import MEASURES, DataSeries, Series
from monitor.ui.charts import index_and_prices
from monitor.ui.queries import reads


def by_kind(series: Series, prices: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Closes as lines of a chart, one for each kind: spot that stands in for the front month is never drawn as if it
    were the same.
    """
    found = {}
    for kind in prices["kind"].value_counts().index:
        stands_in = kind == "spot" and series.kind != "spot"
        found[f"{series.name}, spot" if stands_in else series.name] = prices[prices["kind"] == kind]
    return found


def lines_of(
    series: Series | DataSeries, since: datetime | None, until: datetime, now: datetime
) -> dict[str, pd.DataFrame]:
    """A price, or a series of a file as it was known at `now`, as lines of a chart; none where there is no value."""
    if isinstance(series, Series):
        return by_kind(series, reads.price_frame(series.name, since, until))
    frame = reads.value_frame(series.name, since, until, now)
    return {} if frame.empty else {series.name: frame}


@dataclass(frozen=True)
class Drawing:
    """The main chart without its marks, and what is said of it."""

    option: dict
    clipped: bool  # a band is cut off
    end: str  # the newest numbers; empty where the index has none
    lines: tuple[str, ...]  # of prices


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def index_beside_prices(
    grain: str, since: datetime | None, until: datetime, shown: tuple[Series | DataSeries, ...], zone: str
) -> Drawing | None:
    """The index beside some prices; None where there is nothing to draw."""
    points = reads.points(grain, since, until)
    lines: dict[str, Any] = {}
    for series in shown[: len(index_and_prices.PRICE_COLORS)]:
        lines |= lines_of(series, since and midnight(since), until, until)
    known = points.dropna(subset=["tension"])
    if points[list(MEASURES)].isna().all(axis=None) and not lines:
        return None
    end = (
        ""
        if known.empty
        else ", ".join(f"{name} {known[name].iloc[-1]:.0f}" for name in MEASURES if known[name].iloc[-1:].notna().all())
        + " at the end"
    )
    return Drawing(*index_and_prices.tension_and_prices(points, lines, zone=zone), end, tuple(lines))
