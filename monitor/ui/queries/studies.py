"""Statistics of prices and index for the Oil page, shared by all viewers: closes, the event study, leads and lags.

An answer is cached by the closes, dates and index it is made of, so it is computed again only when one of them changes.
The formulas are in monitor/prices/event_study.py.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import pandas as pd
import streamlit as st

from monitor.clock import time_text
from monitor.models import IndexPoint
from monitor.prices import event_study
from monitor.storage import index, observations, prices
from monitor.ui.queries import reads

MOST_EVENTS = 100  # dates that one study takes
DIRECTIONS = {"escalation": "escalation", "deescalation": "de-escalation"}
STUDY_METHOD = (
    f"mean of {event_study.FAR} to {event_study.NEAR} trading days before; placebo of {event_study.PLACEBO} days"
)
LAG_METHOD = f"changes and log returns; {event_study.SHUFFLES} shuffles in blocks of {event_study.BLOCK} days"
STUDY_COLUMNS = (
    "event",
    "trading day",
    "window",
    "abnormal return %",
    "t",
    "p of t",
    "placebo p",
    "adjusted p",
    "significant",
    "note",
)
ACROSS_COLUMNS = (
    "window",
    "events",
    "mean abnormal return %",
    "t",
    "p of t",
    "Wilcoxon p",
    "placebo p",
    "significant",
    "note",
)
LAG_COLUMNS = ("lag in trading days", "correlation", "band low", "band high", "p", "significant")


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def closes(series: str, until: datetime) -> pd.Series:
    """Finished days' closes by date, of one kind; of a series of a file the values as known now."""
    store = reads.context().store
    if series in {one.name for one in reads.context().settings.current()[0].series}:
        return event_study.values(observations.values(store, series, until=until, known_at=reads.now()))
    return event_study.closes(prices.series(store, series, until=until))


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def vintage(series: str) -> str:
    """`; values known by 2026-03-02T12:00:00Z` for a series of a file, which may be revised; empty for a price."""
    known = observations.values(reads.context().store, series, known_at=reads.now())
    return f"; values known by {time_text(max(one.vintage for one in known))}" if known else ""


@st.cache_data(ttl=60.0, show_spinner=False)
def daily(until: datetime) -> list[IndexPoint]:
    """The finished days of the index, all years."""
    return index.points(reads.context().store, "day", until=until)


def levels(points: list[IndexPoint], measure: str) -> pd.Series:
    """A measure of daily points by date; gaps left out."""
    return pd.Series({p.at.date(): getattr(p, measure) for p in points}, dtype=float).dropna()


def episodes(points: list[IndexPoint], directions: list[str]) -> dict[date, str]:
    """First days of the episodes that the rule finds, each with what it was an episode of."""
    found: dict[date, str] = {}
    for direction in directions:
        for day in event_study.episodes(points, direction):
            found[day] = f"{found[day]}, {DIRECTIONS[direction]}" if day in found else DIRECTIONS[direction]
    return dict(sorted(found.items()))


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=8)
def episodes_found(until: datetime) -> dict[date, str]:
    """The episodes of either direction in the finished days before `until`."""
    return episodes(daily(until), list(DIRECTIONS))


def dates_of(text: str) -> tuple[list[date], list[str]]:
    """(dates in order, what is none): `2025-06-13, 2025-06-24`, with commas, semicolons or spaces between."""
    found, faults = set(), []
    for word in re.split(r"[\s,;]+", text.strip()):
        try:
            found.add(date.fromisoformat(word)) if word else None
        except ValueError:
            faults.append(word)
    return sorted(found), faults


@st.cache_data(show_spinner="Comparing with two years of other days", max_entries=32)
def study(prices: pd.Series, events: tuple[date, ...]) -> event_study.Study:
    return event_study.event_study(prices, events)


@st.cache_data(show_spinner="Correlating with shuffled blocks", max_entries=32)
def lead_lag(levels: pd.Series, prices: pd.Series) -> event_study.LeadLag:
    return event_study.lead_lag(levels, prices)


def study_rows(study: event_study.Study) -> list[dict]:
    """One row an event and window, under STUDY_COLUMNS; abnormal returns in per cent of log return."""
    return [
        dict(zip(STUDY_COLUMNS, (
            row.event, row.day, row.window, percent(row.ar), row.t, row.p, row.placebo_p, row.adjusted_p,
            yes(row.adjusted_p, row.significant), row.note,
        ), strict=True))
        for row in study.rows
    ]  # fmt: skip


def across_rows(study: event_study.Study) -> list[dict]:
    return [
        dict(zip(ACROSS_COLUMNS, (
            one.window, one.events, percent(one.mean), one.t, one.p, one.wilcoxon_p, one.placebo_p,
            yes(one.placebo_p, one.significant), one.note or "",
        ), strict=True))
        for one in study.across
    ]  # fmt: skip


def lag_rows(found: event_study.LeadLag) -> list[dict]:
    return [
        dict(
            zip(
                LAG_COLUMNS,
                (lag.lag, lag.correlation, lag.low, lag.high, lag.p, yes(lag.p, lag.significant)),
                strict=True,
            )
        )
        for lag in found.lags
    ]


def percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def yes(p: float | None, significant: bool) -> str:
    """A test that could not be made is neither yes nor no."""
    return "not tested" if p is None else "yes" if significant else "no"
