"""What the page "How far to trust it" shows, shared by all viewers. Points, counts and values are read, no articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import streamlit as st

from monitor.clock import time_text
from monitor.models import IndexPoint
from monitor.operation import trust
from monitor.operation.trust import Coverage, Yardstick
from monitor.prices import validation
from monitor.prices.validation import Association, Line, TurningPoints
from monitor.storage import corrections, index
from monitor.ui.components import speech
from monitor.ui.queries import reads

COLUMNS = (
    "measure", "yardstick", "form", "lag", "unit", "n", "correlation", "low", "high", "note", "method",
)  # fmt: skip
said_of_readings = reads.shared(corrections.tally)  # right, wrong, missing by category


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=4)
def daily(today: datetime) -> list[IndexPoint]:
    """The finished days of the index, all years."""
    return index.points(reads.context().store, "day", until=today)


@speech.by_language(st.cache_data(ttl=60.0, show_spinner=False, max_entries=8))
def lines(today: datetime) -> list[Line]:
    """The measures of the finished days, and the word count beside them."""
    return trust.lines(reads.context().store, daily(today))


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=4)
def yardsticks(minute: datetime) -> dict[str, Yardstick]:
    return {one.name: one for one in trust.yardsticks(reads.context().store, minute)}


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=4)
def coverage(today: datetime, minute: datetime) -> Coverage:
    settings, _ = reads.context().settings.current()
    return trust.coverage(reads.context().store, settings, daily(today), minute)


@speech.by_language(st.cache_data(ttl=600.0, show_spinner="Correlating", max_entries=32))
def associations(lines: list[Line], yardstick: Yardstick, form: str | None = None) -> list[Association]:
    """Every line against a yardstick at every lag, in one form or all."""
    return validation.associations(lines, yardstick.name, yardstick.values, form=form)


@speech.by_language(st.cache_data(ttl=600.0, show_spinner=False, max_entries=32))
def turning_points(lines: list[Line], yardstick: Yardstick) -> list[TurningPoints]:
    return [validation.turning_points(line, yardstick.name, yardstick.values) for line in lines]


def rows(today: datetime, minute: datetime, name: str) -> Iterator[Mapping[str, object]]:
    """Every form, lag and measure against one yardstick, for a file."""
    if yardstick := yardsticks(minute).get(name):
        points = daily(today)
        made_by = f"{points[-1].method}; " if points else ""
        method = f"{made_by}values known by {time_text(yardstick.vintage)}"
        for one in associations(lines(today), yardstick):
            yield {name: getattr(one, name) for name in COLUMNS[:-1]} | {"method": method}
