"""The chart of tension and relief above prices, drawn once for all viewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.language import _
from monitor.models import DataSeries, Series
from monitor.prices import market
from monitor.ui.charts import panels
from monitor.ui.charts.colors import PRICE_COLORS
from monitor.ui.components import speech
from monitor.ui.components.wording import commas
from monitor.ui.queries import reads


def by_kind(series: Series, prices: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Closes as lines of a chart, one for each kind: spot that stands in for the front month is never drawn as if it
    were the same.
    """
    found = {}
    for kind in prices["kind"].value_counts().index:
        stands_in = kind == "spot" and series.kind != "spot"
        found[_("{series}, spot", series=series.name) if stands_in else series.name] = prices[prices["kind"] == kind]
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
    """The chart and what is said of it."""

    option: dict
    height: int  # pixels
    clipped: bool  # a band is cut off
    end: str  # the newest numbers; empty where the index has none
    lines: tuple[str, ...]  # of prices


# nobody changes what is given
@speech.by_language(st.cache_resource(ttl=reads.FRESH, show_spinner=False, max_entries=32))
def board_chart(
    grain: str,
    since: datetime,
    until: datetime,
    shown: tuple[Series | DataSeries, ...],
    events: tuple[panels.Event, ...],
    looked: datetime | None,
    part: str = "all",
) -> Drawing | None:
    """Tension and relief of a span above some prices; None where there is nothing to draw."""
    points = reads.points(grain, since, until, part)
    lines: dict[str, pd.DataFrame] = {}
    for series in shown[: len(PRICE_COLORS)]:
        for name, frame in lines_of(series, midnight(since), until, until).items():
            made = frame.assign(at=[market.settled_at(series, day.date()) for day in frame["day"]])
            made = made[made["at"] <= until]  # a close that is not made yet is not known
            if len(made):
                lines[name] = made
    known = points.dropna(subset=["tension"])
    if points[list(panels.MEASURES)].isna().all(axis=None) and not lines:
        return None
    option, clipped = panels.panels(points, lines, events, since=since, until=until, looked=looked)
    newest = (
        "" if known[name].iloc[-1:].isna().all() else f"{_(name)} {known[name].iloc[-1]:.0f}"
        for name in panels.MEASURES
    )
    end = "" if known.empty else _("{numbers} at the end", numbers=commas(one for one in newest if one))
    return Drawing(option, panels.height(lines), clipped, end, tuple(lines))
