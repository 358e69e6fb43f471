"""Statistics of prices and index for the Oil page, shared by all viewers: closes, the event study, leads and lags.

An answer is cached by the closes, dates and index it is made of, so it is computed again only when one of them changes.
The formulas are in monitor/prices/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from monitor.clock import hour_of, time_text
from monitor.language import N_, _
from monitor.prices import event_study, market, returns
from monitor.prices import lead_lag as prices_lead_lag
from monitor.prices.episodes import Settled, at_settlement, event_day, last_hour
from monitor.prices.episodes import episodes as first_days
from monitor.storage import index, observations, prices
from monitor.ui.charts.returns_and_lags import WINDOW_LOOKS
from monitor.ui.components import speech
from monitor.ui.components.wording import commas, semicolons
from monitor.ui.queries import reads

MOST_EVENTS = 100  # dates that one study takes
LED = 20  # leading stories of a day among which that of an event is looked for
YOURS = N_("your date")
FURTHEST = 36_500  # days ago of an event that can have a story
DIRECTIONS = {"escalation": N_("escalation"), "deescalation": N_("de-escalation")}
EPISODES_OF = DIRECTIONS | {"attention": N_("attention")}  # the shares in which episodes are looked for
STUDY_METHOD = (
    f"mean of {event_study.FAR} to {event_study.NEAR} trading days before; placebo of {event_study.PLACEBO} days"
)
LAG_METHOD = f"changes and log returns; {prices_lead_lag.SHUFFLES} shuffles in blocks of {prices_lead_lag.BLOCK} days"
WINDOW_WORDS = {window: name for window, (name, color) in WINDOW_LOOKS.items()}
LIST_COLUMNS = (
    N_("event"), N_("trading day"), N_("what it is"), N_("news of the day"), *WINDOW_WORDS.values(), N_("unusual"),
    N_("note"),
)  # fmt: skip
STUDY_COLUMNS = (
    N_("event"),
    N_("trading day"),
    N_("window"),
    N_("abnormal return %"),
    "t",
    N_("p of t"),
    N_("placebo p"),
    N_("adjusted p"),
    N_("significant"),
    N_("note"),
)
ACROSS_COLUMNS = (
    N_("window"),
    N_("events"),
    N_("mean abnormal return %"),
    "t",
    N_("p of t"),
    N_("Wilcoxon p"),
    N_("placebo p"),
    N_("significant"),
    N_("note"),
)
LAG_COLUMNS = (
    N_("lag in trading days"),
    N_("correlation"),
    N_("band low"),
    N_("band high"),
    "p",
    N_("adjusted p"),
    N_("significant"),
)


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def closes(series: str, until: datetime) -> pd.Series:
    """Finished days' closes by date, of one kind; of a series of a file the values as known now."""
    store = reads.context().store
    if series in {one.name for one in reads.context().settings.current()[0].series}:
        return returns.values(observations.values(store, series, until=until, known_at=reads.now()))
    return returns.closes(prices.series(store, series, until=until))


def vintage(series: str) -> str:
    """`; values known by 2026-03-02T12:00:00Z` for a series of a file, which may be revised; empty for a price."""
    known = _known_by(series)
    return _("; ") + _("values known by {time}", time=known) if known else ""


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def _known_by(series: str) -> str | None:
    known = observations.values(reads.context().store, series, known_at=reads.now())
    return time_text(max(one.vintage for one in known)) if known else None


def settled(series: str) -> Settled:
    """When the close of a day is made, by the name of the price or series."""
    return partial(market.settled_at, next(one for one in reads.beside_index() if one.name == series))


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=64)
def levels(series: str, measure: str, part: str, until: datetime) -> pd.Series:
    """The index of a part by day, each as it stood when the close of that day was made; gaps left out. All years."""
    at = settled(series)
    year = (until.date() - timedelta(days=n) for n in range(0, 366, 7))  # clocks change between two of them
    hours = sorted({last_hour(day, at).hour for day in year})
    points = index.points(reads.context().store, "hour", part, until=hour_of(until), hours=hours)
    return at_settlement(points, measure, at)


@dataclass(frozen=True, slots=True)
class Event:
    """What is studied: a day, what it is, and the story that led its news."""

    day: date
    what: str  # YOURS, or the directions of which an episode began
    title: str = ""
    story: int | None = None
    publishers: int = 0


def in_words(what: str) -> str:
    """What an event is, as `Event.what` has it."""
    return commas(_(one) for one in what.split(", "))


def moment(day: date, at: Settled) -> datetime:
    """When the day of an event ends: at its settlement. Of a day that no clock reaches, the first or last there is."""
    try:
        return at(day)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if day.year < 2 else datetime.max.replace(tzinfo=UTC)


def episodes(series: str, part: str, directions: Iterable[str], until: datetime) -> dict[date, str]:
    """First days of the episodes that the rule finds, each with what it was an episode of."""
    found: dict[date, str] = {}
    for direction in directions:
        for day in first_days(levels(series, f"{direction}_share", part, until)):
            found[day] = f"{found[day]}, {EPISODES_OF[direction]}" if day in found else EPISODES_OF[direction]
    return dict(sorted(found.items()))


def episodes_found(until: datetime) -> dict[date, str]:
    """The episodes of either direction in the whole index, by the settlements of the first price."""
    beside = reads.beside_index()
    return episodes(beside[0].name, "all", DIRECTIONS, until) if beside else {}


def dates_of(text: str, at: Settled) -> tuple[list[date], list[str]]:
    """(days in order, what is no date): `2025-06-13, 2026-04-07T22:45`, with commas, semicolons or spaces between.

    A time (UTC) after the settlement belongs to the next day.
    """
    found, faults = set(), []
    for word in re.split(r"[\s,;]+", text.strip()):
        try:
            if word:
                found.add(event_day(word, at))
        except (ValueError, OverflowError):
            faults.append(word)
    return sorted(found), faults


def named(days: Mapping[date, str], series: str, part: str, language: str | None) -> list[Event]:
    """The events, each with the story that led the news of the 24 hours up to its settlement."""
    return [_named(day, what, series, part, language) for day, what in days.items()]


@st.cache_data(ttl=600.0, show_spinner=False, max_entries=512)
def _named(day: date, what: str, series: str, part: str, language: str | None) -> Event:
    """Of an episode, a story of its direction; of a part, one whose report is about it."""
    now = reads.now()
    if not timedelta() <= now.date() - day < timedelta(days=FURTHEST):
        return Event(day, what)
    since, until = (min(settled(series)(one), now) for one in (day - timedelta(days=1), day))
    wanted = [direction for direction, name in DIRECTIONS.items() if name in what.split(", ")] or list(DIRECTIONS)
    for lead in reads.leading_stories(since, until, LED, reads.newest_id(), language):
        if lead.story.direction in wanted and (part == "all" or part in lead.face.parts):
            return Event(day, what, reads.title(lead.story, language), lead.story.id, lead.story.publishers)
    return Event(day, what)


@speech.by_language(st.cache_data(show_spinner="Comparing with two years of other days", max_entries=32))
def study(prices: pd.Series, events: tuple[date, ...]) -> event_study.Study:
    return event_study.event_study(prices, events)


@speech.by_language(st.cache_data(show_spinner="Correlating with shuffled blocks", max_entries=32))
def lead_lag(levels: pd.Series, prices: pd.Series) -> prices_lead_lag.LeadLag:
    return prices_lead_lag.lead_lag(levels, prices)


def listing(study: event_study.Study, events: Iterable[Event]) -> list[tuple[Event, dict]]:
    """The events, newest first, each with its row of LIST_COLUMNS: abnormal returns in per cent, and in which of the
    windows the move was unusual. Of dates that are one event, the one whose story has most publishers names it.
    """
    of_day = {event.day: event for event in events}
    rows = []
    for first in (row for row in study.rows if row.window == "[0,0]"):
        ours = [row for row in study.rows if row.event == first.event]
        shown = max((of_day[day] for day in (first.event, *first.also)), key=lambda event: event.publishers)
        clear = [WINDOW_WORDS[row.window] for row in ours if row.significant]
        tested = any(row.placebo_p is not None for row in ours)
        moves = {WINDOW_WORDS[row.window]: percent(row.ar) for row in ours}
        unusual = commas(map(_, clear)) if clear else _("no") if tested else _("not tested")
        notes = dict.fromkeys(row.note for row in ours if row.note)
        about = (first.event, first.day, in_words(shown.what), shown.title)
        rows.append(
            (shown, dict(zip(LIST_COLUMNS, (*about, *moves.values(), unusual, semicolons(notes)), strict=True)))
        )
    return rows[::-1]


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


def lag_rows(found: prices_lead_lag.LeadLag) -> list[dict]:
    return [
        dict(
            zip(
                LAG_COLUMNS,
                (lag.lag, lag.correlation, lag.low, lag.high, lag.p, lag.adjusted_p, yes(lag.p, lag.significant)),
                strict=True,
            )
        )
        for lag in found.lags
    ]


def percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def yes(p: float | None, significant: bool) -> str:
    """A test that could not be made is neither yes nor no."""
    return _("not tested") if p is None else _("yes") if significant else _("no")
