"""Do oil prices move with the news: the index above a price, returns around events, leads and lags.

The page says "associated with" and never more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.language import N_, _, n_, spoken
from monitor.models import PARTS, DataSeries, Series
from monitor.ui.charts import drag, panels
from monitor.ui.components import (
    event_list,
    period,
    row_selection,
    safe_html,
    series_faults,
    speech,
    times,
    who_moves_first,
)
from monitor.ui.components.wording import SOURCES
from monitor.ui.exports.periods import Period
from monitor.ui.queries import main_chart, reads, studies
from monitor.ui.queries.studies import Event

BY_HOUR = timedelta(days=8)  # the longest period whose chart has a point an hour
UNKNOWN = timedelta(days=366)  # of prices, where all is asked for and no index has begun
MARKS = 40  # events on the chart, the newest
DIRECTIONS = {name: direction for direction, name in studies.DIRECTIONS.items()}
INDICES = {**PARTS, "all": N_("the whole theatre")}


def chart(series: Series | DataSeries, part: str, events: Sequence[Event], spanned: Period, now: datetime) -> None:
    """The index of a part above the series, the events marked; a mark that is clicked is chosen in their list too."""
    until = spanned.until
    since = spanned.since or until - UNKNOWN
    grain = "hour" if until - since <= BY_HOUR else "day"
    settled = studies.settled(series.name)
    marks = [event for event in events if since <= studies.moment(event.day, settled) < until][-MARKS:]
    drawing = main_chart.board_chart(
        grain, since, until, (series,),
        tuple(
            panels.Event(
                studies.moment(event.day, settled),
                safe_html.sound(event.title)[:90] or studies.in_words(event.what),
                DIRECTIONS.get(event.what, "none"),
            )
            for event in marks
        ),
        None, part,
    )  # fmt: skip
    if not drawing:
        st.info(_("Nothing to draw: no index and no value in this time."))
        return
    look = period.dragging("oil_chart", spanned)

    def chosen() -> None:
        look["on_select"]()
        days = [str(event.day) for event in marks]
        if (day := row_selection.mark(look["key"], {panels.EVENTS: days})) is not None:
            st.query_params["event"] = str(day)

    st.echarts_chart(
        period.captioned(
            drawing.option,
            _("Tension and relief of {part}, and {series}", part=_(INDICES[part]), series=series.name),
            spanned,
        ),
        height=drawing.height + drag.CAPTION, key=look["key"], on_select=chosen,
        alt=n_(
            "Tension and relief of {part} with 90 % bands above {series}, {period}: {end}; {n} event marked",
            "Tension and relief of {part} with 90 % bands above {series}, {period}: {end}; {n} events marked",
            len(marks), part=_(INDICES[part]), series=series.name, period=period.in_words(spanned),
            end=drawing.end or _("no index yet"),
        ),
    )  # fmt: skip
    lines = [
        _("One point an hour.") if grain == "hour" else _("One point a day."),
        _(
            "A close stands at the time of its settlement until the next one, an event at the settlement of its day. "
            "The chart shows the time chosen above; what stands below is of the whole index."
        ),
        *values_of(series, since, until, now),
    ]
    if not drawing.end:
        lines.append(_("No index in this time."))
    if drawing.clipped:
        lines.append(_("Some bands are cut off: little news, wide uncertainty."))
    safe_html.note(" ".join(lines))


def values_of(series: Series | DataSeries, since: datetime, until: datetime, now: datetime) -> list[str]:
    """Which values are drawn: their kind, whose they are and the newest that was made by then."""
    settled = studies.settled(series.name)
    found = main_chart.lines_of(series, midnight(since), until, now)
    made = [frame[[settled(day.date()) <= until for day in frame["day"]]] for frame in found.values()]
    if not any(map(len, made)):
        return [_("No value of {series} in this time.", series=series.name)]
    last = pd.concat(made).sort_values("day").iloc[-1]
    about = {"series": series.name, "day": f"{last['day']:%Y-%m-%d}"}
    if isinstance(series, DataSeries):
        known = times.local(last["vintage"], now)
        return [
            _(
                "{series}: {unit}, newest value of {day}, as known since {time}.",
                unit=last["unit"],
                time=known,
                **about,
            )
        ]
    kind, source = _(last["kind"]), _(SOURCES[last["source"]])
    return [_("{series}: {kind}, {source}, last close {day}.", kind=kind, source=source, **about)]


def asked(names: list[str]) -> tuple[str, str, str, list[str]]:
    """(price series, part of the index, dates as typed, directions of the episodes)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series = st.selectbox(_("Series"), names, key="series", bind="query-params", width=200)
        board = reads.context().settings.current()[0].board
        speech.bound("index_of", [*board, "all"], lambda code: _(INDICES[code]))
        part = st.selectbox(
            _("Index of"),
            [*board, "all"],
            format_func=lambda code: _(INDICES[code]),
            key="index_of",
            bind="query-params",
            width=200,
        )
        text = st.text_input(
            _("Dates of your own"),
            key="events",
            bind="query-params",
            max_chars=1500,
            width=420,
            placeholder=_("2026-02-28, 2026-04-07T22:45; empty: episodes found in the index"),
            help=_("A time is in UTC; after the settlement it belongs to the next trading day."),
        )
        kinds = list(studies.DIRECTIONS)  # those of attention mostly begin with one of these
        if not text:
            speech.bound("episodes", studies.EPISODES_OF, lambda code: _(studies.EPISODES_OF[code]))
            kinds = st.pills(
                _("Episodes of"),
                list(studies.EPISODES_OF),
                default=kinds,
                format_func=lambda code: _(studies.EPISODES_OF[code]),
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
            "warning", _("Not a date such as 2025-06-13, left out:"), safe_html.sound(", ".join(faults)[:200])
        )
    if len(given) > studies.MOST_EVENTS:
        said = _("{n} dates; the last {most} are studied.", n=len(given), most=studies.MOST_EVENTS)
        safe_html.banner("warning", said)
    if given:
        return dict.fromkeys(given[-studies.MOST_EVENTS :], studies.YOURS)
    return studies.episodes(series, part, kinds, now)


st.title(_("Oil"), anchor=False)
beside = {one.name: one for one in reads.beside_index()}
if not beside:
    st.info(_("feeds.yaml names no price and no series, so there is nothing to compare the news with."))
    st.stop()
name, part, text, kinds = asked(list(beside))
now = reads.now().replace(second=0, microsecond=0)
series_faults.banner(beside[name], now)
closes = studies.closes(name, midnight(now))
days = chosen_days(name, part, text, kinds, now)
events = studies.named(days, name, part, spoken())
chart(beside[name], part, events, period.chosen(), now)
if closes.empty:
    st.info(_("No value of {series} is stored yet, so nothing can be compared with it.", series=name))
else:
    known = list(studies.levels(name, "escalation_share", part, now).index)
    given = studies.YOURS in days.values()
    dates = {"events": ",".join(map(str, days))} if given else {"episodes": ",".join(kinds)}
    event_list.show(name, part, closes, events, known, dates | {"part": part})
    who_moves_first.show(name, part, closes, now)
