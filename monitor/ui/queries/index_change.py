"""Reads for the Why page, shared by all viewers: the points that each entry adds to an hour of the index, and the
change between two hours.

The parts are computed from what is stored now; the points beside them are those that were published, so a late article
shows as a difference and is named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from monitor.clock import hour_of
from monitor.index import ReferenceCache, contributions, decompose, lookback
from monitor.index.indexer import parameters_of, whole_from
from monitor.language import _, n_
from monitor.models import IndexPoint
from monitor.storage import articles, index, stories
from monitor.ui.components import safe_html
from monitor.ui.components.wording import CATEGORY_WORDS
from monitor.ui.queries import reads

NEAR = 31  # days between two moments up to which their references are read together


FAR = timedelta(days=3)  # from an end of a period to the hour with an index that stands for it


def ends(since: datetime | None, until: datetime) -> tuple[IndexPoint | None, IndexPoint | None]:
    """The first and the last hour of a period that have an index, each at most FAR from its end. What lies before the
    index began is no part of the period.
    """
    began = reads.index_begin() or until
    begin = max(since or began, began)
    return _with_index(begin, min(begin + FAR, until), 0), _with_index(max(begin, until - FAR), until, -1)


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=32)
def _with_index(since: datetime, until: datetime, which: int) -> IndexPoint | None:
    found = index.points(
        reads.context().store, "hour", since=hour_of(since), until=hour_of(until) + timedelta(hours=1),
        method=_parameters().method,
    )  # fmt: skip
    known = [point for point in found if point.tension is not None]
    return known[which] if known else None


def _parameters():
    return parameters_of(reads.context().settings.current()[0], reads.readings().reader)


def method() -> str:
    """The version of the formula."""
    return _parameters().method


def can_be_split(at: datetime) -> bool:
    """Whether all articles are still kept that the point of an hour was made of."""
    removed = reads.articles_removed_before()
    return removed is None or at >= whole_from(removed, _parameters())


def sides(moments: tuple[datetime, datetime], measure: str, now: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points that each entry and category adds to the index of two hours;
    `now` in whole minutes, so that a read is shared.
    """
    ends = [min(at + timedelta(hours=1), now) for at in moments]
    first, last = sorted(at.date() for at in moments)
    return tuple(
        _parts(at, measure, end, (first, last), _parameters().method, reads.newest_id())
        for at, end in zip(moments, ends, strict=True)
    )


@st.cache_data(ttl=60.0, show_spinner="Splitting the index", max_entries=32)
def _parts(at: datetime, measure: str, now: datetime, days: tuple[date, date], method: str, upto: int) -> pd.DataFrame:
    """`days` are those whose reference is learned in one read; `method` and `upto` only renew the answer."""
    entries = index.entries(reads.context().store, lookback(at), at + timedelta(hours=1))
    return contributions(
        entries,
        cache=_cache(days if (days[1] - days[0]).days <= NEAR else (at.date(), at.date()), method),
        at=at,
        now=now,
        measure=measure,
    )


@st.cache_data(ttl=600.0, show_spinner=False, max_entries=16)
def _cache(days: tuple[date, date], method: str) -> ReferenceCache:
    """The reference of two days and those between; each caller has its own copy. Without bootstrap:
    the split has no interval.
    """
    cache = ReferenceCache(replace(_parameters(), replicates=0))
    first, last = (datetime.combine(day, time(), UTC) for day in (cache.span(days[0])[0], cache.span(days[1])[1]))
    entries = index.entries(reads.context().store, first, last + timedelta(days=1))
    if cache.parameters.over_at and cache.parameters.over_at <= reads.now():
        cache.add_window(entries)
    elif not cache.parameters.over_at:
        cache.add(entries)
    return cache


def table(before: pd.DataFrame, after: pd.DataFrame, by: str) -> pd.DataFrame:
    """The change by category, publisher or story, largest first, what adds nothing left out; it sums to the whole
    change.

    Columns: `by`, before, after, change, and for stories the number of articles behind each.
    """
    found = decompose(before, after, by)
    found = found[(found["before"] != 0) | (found["after"] != 0)].reset_index(drop=True)
    if by == "story":
        found["articles"] = found["articles"].map(len)
    return found


def shortened(found: pd.DataFrame, by: str, count: int) -> pd.DataFrame:
    """The first rows, the rest in one, so that what is shown still sums to the change."""
    if len(found) <= count + 1:
        return found
    rest = found.iloc[count:]
    last = {name: rest[name].sum() for name in found.columns if name != by} | {by: None}
    both = (found.head(count), pd.DataFrame([last], columns=found.columns))
    return pd.concat([frame.astype({by: object}) for frame in both], ignore_index=True)


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=256)
def title_of(story: int) -> str:
    """A story's title; its article's where it is not grouped."""
    store = reads.context().store
    found = stories.get(store, story) or articles.get(store, story)
    return found.title if found else ""


def name_of(value: object, by: str, rest: int) -> str:
    """What a row is called on screen and in the file; `rest` is how many parts the last row sums."""
    if value is None:
        return n_("all others ({n})", "all others ({n})", rest)
    if by == "category":
        return _(CATEGORY_WORDS.get(str(value), str(value)))
    return (
        safe_html.sound(str(value))
        if by == "publisher"
        else " ".join(safe_html.sound(title_of(int(str(value)))).split())[:300]
    )
