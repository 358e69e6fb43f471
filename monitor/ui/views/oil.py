"""Do oil prices move with the news: index and price on one chart, returns around events, leads and lags.

The page says "associated with" and never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.models import PARTS, DataSeries, Series
from monitor.ui.charts import index_and_prices, marks
from monitor.ui.components import event_list, safe_html, series_faults, times, who_moves_first
from monitor.ui.components.wording import SOURCES, many
from monitor.ui.queries import main_chart, reads, studies
from monitor.ui.queries.studies import Event

RANGES = {"30 days": 30, "90 days": 90, "1 year": 366, "all": None}
INDICES = {**PARTS, "all": "the whole theatre"}


def together(series: Series | DataSeries, part: str, events: Sequence[Event], now: datetime) -> None:
    """Index and the series on one chart, the events marked."""
    today = midnight(now)
    chosen = st.segmented_control(
        "Range",
        list(RANGES),
        default="90 days",
        key="oil_range",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    days = RANGES[chosen]
    since = None if days is None else today - timedelta(days=days)
    points = reads.points("day", since, today, part)
    found = main_chart.lines_of(series, since, today, now)
    prices = pd.concat(found.values()).sort_values("day") if found else pd.DataFrame()
    if points["tension"].isna().all() and prices.empty:
        st.info("Nothing to draw: no index and no value in this range.")
        return
    option, clipped = index_and_prices.tension_and_prices(points, found, zone=times.zone_name())
    start = min(frame[column].min() for frame, column in ((points, "at"), (prices, "day")) if not frame.empty)
    titles = {event.day: event.title for event in events}
    every = [
        replace(mark, name=f"{mark.name}: {safe_html.sound(title)}") if (title := titles[mark.at.date()]) else mark
        for mark in marks.of_days({e.day: e.what for e in events if start.date() <= e.day < today.date()})
    ]
    drawn = marks.newest(every)
    known = points.dropna(subset=["tension"])
    said = "no index in it" if known.empty else f"tension {known['tension'].iloc[-1]:.0f} at the end"
    said += "" if prices.empty else f", {series.name} {prices['close'].iloc[-1]:,.2f} {prices['unit'].iloc[-1]}"
    st.echarts_chart(
        marks.marked(option, drawn),
        height=360,
        key="oil_chart",
        alt=(
            f"Daily index of {INDICES[part]} with 90 % bands and {series.name}, {chosen}: {said}; "
            f"{many(len(drawn), 'event')} marked"
        ),
    )
    lines = ["One point for each finished UTC day."]
    if not prices.empty:
        last = prices.iloc[-1]
        if isinstance(series, DataSeries):
            vintage = times.local(prices["vintage"].max(), now)
            lines.append(
                f"{series.name}: {last['unit']}, newest value of {last['day']:%Y-%m-%d}, as known since {vintage}."
            )
        else:
            lines.append(
                f"{series.name}: {last['kind']}, {SOURCES[last['source']]}, last close {last['day']:%Y-%m-%d}."
            )
    if len(drawn) < len(every):
        lines.append(f"Of {many(len(every), 'event')}, only the newest {len(drawn)} are drawn.")
    if known.empty:
        lines.append("No index in this range.")
    if clipped:
        lines.append("Some bands are cut off at the top: little news, wide uncertainty.")
    safe_html.note(" ".join(lines))


def asked(names: list[str]) -> tuple[str, str, str, list[str]]:
    """(price series, part of the index, dates as typed, directions of the episodes)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series = st.selectbox("Series", names, key="series", bind="query-params", width=200)
        board = reads.context().settings.current()[0].board
        part = st.selectbox(
            "Index of",
            [*board, "all"],
            format_func=INDICES.__getitem__,
            key="index_of",
            bind="query-params",
            width=200,
        )
        text = st.text_input(
            "Dates of your own",
            key="events",
            bind="query-params",
            max_chars=1500,
            width=420,
            placeholder="2026-02-28, 2026-04-07T22:45; empty: episodes found in the index",
            help="A time is in UTC; after the settlement it belongs to the next trading day.",
        )
        kinds = list(studies.DIRECTIONS)  # those of attention mostly begin with one of these
        if not text:
            kinds = st.pills(
                "Episodes of",
                list(studies.EPISODES_OF),
                default=kinds,
                format_func=studies.EPISODES_OF.__getitem__,
                selection_mode="multi",
                key="episodes",
                bind="query-params",
            )
    return series, part, text or "", list(kinds)


def chosen_days(series: str, part: str, text: str, kinds: list[str], now: datetime) -> dict[date, str]:
    """Dates that the reader gives, or the episodes that the rule finds, each with what it is."""
    given, faults = studies.dates_of(text, studies.settled(series))
    if faults:
        safe_html.banner(
            "warning", "Not a date such as 2025-06-13, left out:", safe_html.sound(", ".join(faults)[:200])
        )
    if len(given) > studies.MOST_EVENTS:
        safe_html.banner("warning", f"{len(given)} dates; the last {studies.MOST_EVENTS} are studied.")
    if given:
        return dict.fromkeys(given[-studies.MOST_EVENTS :], studies.YOURS)
    return studies.episodes(series, part, kinds, now)


st.title("Oil", anchor=False)
beside = {one.name: one for one in reads.beside_index()}
if not beside:
    st.info("feeds.yaml names no price and no series, so there is nothing to compare the news with.")
    st.stop()
name, part, text, kinds = asked(list(beside))
now = reads.now().replace(second=0, microsecond=0)
series_faults.banner(beside[name], now)
closes = studies.closes(name, midnight(now))
days = chosen_days(name, part, text, kinds, now)
events = studies.named(days, name, part, times.language())
together(beside[name], part, events, now)
if closes.empty:
    st.info(f"No value of {name} is stored yet, so nothing can be compared with it.")
else:
    known = list(studies.levels(name, "escalation_share", part, now).index)
    given = studies.YOURS in days.values()
    dates = {"events": ",".join(map(str, days))} if given else {"episodes": ",".join(kinds)}
    event_list.show(name, part, closes, events, known, dates | {"part": part})
    who_moves_first.show(name, part, closes, now)
