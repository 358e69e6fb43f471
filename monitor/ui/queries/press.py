"""Reads for the press by language, shared by all viewers: computed when somebody asks, kept for ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pandas as pd
import streamlit as st

from monitor.index import by_language, languages, lookback
from monitor.index.indexer import parameters_of
from monitor.models import IndexPoint
from monitor.storage import index
from monitor.tagging.lexicon import LANGUAGES
from monitor.ui.queries import reads

DAYS = 30  # finished days that are shown and exported


@st.cache_data(ttl=600.0, show_spinner="Reading the press of each language", max_entries=4)
def presses(today: datetime) -> dict[languages.Press, list[IndexPoint]]:
    """Daily points of each language and group of languages over the last finished days; `today` is midnight."""
    store = reads.context().store
    parameters = parameters_of(reads.context().settings.current()[0], reads.readings().reader)
    since, now = today - timedelta(days=DAYS), today - timedelta(microseconds=1)
    start = lookback(since)
    first, last = (datetime.combine(day, time(), UTC) for day in languages.needs(parameters, since))
    entries = index.entries(store, min(start, first) if last + timedelta(days=1) >= start else start, today)
    if last + timedelta(days=1) < start:  # a fixed window that lies further back
        entries = pd.concat([index.entries(store, first, last + timedelta(days=1)), entries], ignore_index=True)
    return by_language(entries, parameters, languages=LANGUAGES, since=since, now=now)
