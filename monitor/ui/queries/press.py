"""Reads for the press by language or country, shared by all viewers: computed when somebody asks, kept ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pandas as pd
import streamlit as st

from monitor.index import by_language, countries, languages, leads, lookback
from monitor.index.entry_arrays import read
from monitor.index.indexer import parameters_of
from monitor.index.languages import FEWEST_PUBLISHERS, Press
from monitor.index.leads import Lead
from monitor.models import IndexPoint
from monitor.storage import index
from monitor.tagging.lexicon import LANGUAGES
from monitor.ui.components import speech
from monitor.ui.queries import reads

DAYS = 30  # finished days that are shown and exported
BY = ("language", "country")
LEADS = ("press", "measure", "n", "hours", "correlation", "band", "clear", "note")


@dataclass(frozen=True, slots=True)
class Presses:
    """Daily points of each press over the last finished days, and how far each is ahead of all others."""

    points: dict[Press, list[IndexPoint]]
    leads: list[Lead]


@speech.by_language(st.cache_data(ttl=600.0, show_spinner="Reading each press", max_entries=8))
def presses(today: datetime, by: str = "language") -> Presses:
    """`today` is midnight; `by` is one of BY."""
    store = reads.context().store
    parameters = parameters_of(reads.context().settings.current()[0], reads.readings().reader)
    since, now = today - timedelta(days=DAYS), today - timedelta(microseconds=1)
    start = lookback(since)
    first, last = (datetime.combine(day, time(), UTC) for day in languages.needs(parameters, since))
    entries = index.entries(store, min(start, first) if last + timedelta(days=1) >= start else start, today)
    recent = entries[entries["at"] >= pd.Timestamp(start)]
    if last + timedelta(days=1) < start:  # a fixed window that lies further back
        entries = pd.concat([index.entries(store, first, last + timedelta(days=1)), entries], ignore_index=True)
    if by == "country":
        points = countries.by_country(entries, parameters, since=since, now=now)
        values: Mapping[Press, tuple[str, ...]] = {press: countries.groups()[press[0]] for press in points}
        column = recent["country"]
    else:
        points = by_language(entries, parameters, languages=LANGUAGES, since=since, now=now)
        values, column = {press: press for press in points}, recent["lang"]
    arrays = read(recent, {}, parameters)
    column = column.iloc[arrays.row]
    found: list[Lead] = []
    for press, codes in values.items():
        own = np.asarray(column.isin(codes))
        found += leads.leads(arrays, languages.named(press), own, FEWEST_PUBLISHERS)
    return Presses(points, found)
