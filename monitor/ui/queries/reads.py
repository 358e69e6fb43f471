"""What the pages read: the database, the clock and the configuration of the app's process, and the frames made of them.

A page opens no connection of its own. What a read gives is shared by all viewers for FRESH seconds, so that twenty open
screens cost one query.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, get_args, get_type_hints

import pandas as pd
import streamlit as st

from monitor import clock as clocks
from monitor.config.settings import LastGood
from monitor.index import strait
from monitor.language import _
from monitor.models import (
    Article,
    Correction,
    DataSeries,
    IndexPoint,
    Observation,
    Price,
    Series,
    Story,
)
from monitor.operation.brief import content
from monitor.storage import (
    articles,
    corrections,
    counts,
    feeds,
    index,
    leading,
    lease,
    observations,
    prices,
    retention,
    saving,
    signals,
    steps,
    stories,
    team,
)
from monitor.storage import notes as storage_notes
from monitor.storage import readings as reading_storage
from monitor.storage.articles import Filter
from monitor.storage.news import News
from monitor.storage.opening import Opening
from monitor.storage.steps import StepFailure
from monitor.storage.store import Store, open_store
from monitor.storage.team import Poller
from monitor.stories.account import Account
from monitor.tagging import theatre
from monitor.ui.components.wording import freshness
from monitor.ui.components.wording import waiting as waiting_words

FRESH = 2.0  # seconds
TICK = 5  # seconds between two looks of an open page for what is new


@dataclass(frozen=True)
class Context:
    """What outlives a script run: opened once a process."""

    store: Store
    clock: clocks.Clock
    settings: LastGood
    news: News | None = None  # of a PostgreSQL database
    failures: Callable[[], list[StepFailure]] = list  # of the pipeline of this process


_provided: Context | None = None
_expected: tuple[Opening, LastGood] | None = None


def expect(opening: Opening, settings: LastGood) -> None:
    """What the app's process will provide once it is open."""
    global _expected
    _expected = opening, settings


def provide(opened: Context) -> None:
    """What the app's process has opened already: the pages use the same store,
    whose lock then spans all of its writers.
    """
    global _provided
    _provided = opened


@st.cache_resource(show_spinner=False)
def context() -> Context:
    """Raises ConfigError, StorageError."""
    if _provided is not None:
        return _provided
    if _expected is not None and (fault := _expected[0].fault()):
        raise fault
    settings = LastGood(environ=os.environ)
    environment = settings.current()[0].environment
    return Context(open_store(environment.database_url), clocks.from_environment(environment.now), settings)


def settings() -> LastGood:
    """Also while the database is not open. Raises ConfigError, StorageError."""
    return _expected[1] if _expected is not None else context().settings


def now() -> datetime:
    return context().clock.now()


def soon(now: datetime) -> datetime:
    """The end of what has happened by now, in whole minutes so that reads are shared."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


# -- functions of storage as they are: called without their first argument, the store --------------------------


def shared(read: Callable, seconds: float = FRESH, entries: int = 64) -> Callable:
    """`read(store, ...)` on the store of this process;
    its answer is kept for all viewers. Arguments must be hashable values.
    """

    def of_app(*args, **named):
        return read(context().store, *args, **named)

    of_app.__module__, of_app.__qualname__, of_app.__doc__ = (
        read.__module__,
        read.__qualname__,
        read.__doc__,
    )  # cache key
    return st.cache_data(ttl=seconds, show_spinner=False, max_entries=entries)(of_app)


def on_news(read: Callable) -> Callable:
    """`read(store)`, asked only after news where the database tells of it, and at each call elsewhere."""

    def of_app():
        opened = context()
        heard = opened.news.heard if opened.news else None
        if opened.news is None or heard is None:
            return read(opened.store)
        known = opened.news.remembered.get(read)
        if known is None or known[0] != heard:
            known = opened.news.remembered[read] = (heard, read(opened.store))
        return known[1]

    return of_app


def anew(read: Callable) -> Callable:
    """`read(store, ...)` on the store of this process, asked at each call."""
    return lambda *args, **named: read(context().store, *args, **named)


standing = shared(Store.standing)  # the schema of the database, and whether a newer program upgrades it
notes = shared(storage_notes.all)  # key -> Note: faults of polling and what follows it, synthetic data
feed_states = shared(feeds.states)  # feed name -> FeedState
count = shared(articles.count)  # (Filter)
publishers = shared(articles.publishers, seconds=60.0)
known_tags = shared(signals.known_tags, seconds=60.0)  # ("actor" or "place")
reported = shared(signals.reported)  # (since, until)
# (since, until, modes): the numbers of the map, and who to whom; they cost a tenth of a second where there is much news
stories_of_places = shared(counts.of_places, seconds=30.0)
stories_of_pairs = shared(counts.of_pairs, seconds=30.0)
index_begin = shared(index.begin, seconds=60.0)  # where "all" begins
newest_price = shared(prices.newest)  # (series, now): of the running day too
price_failures = shared(prices.failures)
newest_value = shared(observations.newest)  # (series of a file, known at)
series_states = shared(observations.states)  # series of a file -> SeriesState
readings = shared(reading_storage.current)  # reader in use, generation
stored_failures = shared(steps.failures)  # of the pipeline: polling and what follows it
waiting = shared(articles.waiting)  # how many articles are not read yet, and since when
unreadable = shared(articles.faults)  # feed name -> how many of its articles could not be read
articles_removed_before = shared(retention.articles_removed_before)
newest_id = on_news(articles.newest_id)
# (since, until, Filter): the first stories, the leading ones first, and how many there are
stories_listed = shared(leading.listed)
# as far as every article has been read: lists that announce what is new go no further
arrived_id = on_news(partial(articles.read_up_to, edited=False))
article = anew(articles.get)  # (id)
versions_of = anew(articles.versions_of)  # (article id): every wording, oldest first
said_of = anew(corrections.history)  # (article id): every correction, oldest first
story = anew(stories.get)  # (id): the story it was merged into, if it was
members = anew(stories.members)  # (story id): oldest first
account_of = anew(stories.account_of)  # (story): who followed, and which reports deny, oppose or correct it
rounds_of = anew(feeds.log)  # (feed name): newest first


def correct(said: Correction) -> None:
    """Keep a correction, the only thing that pages write;
    what lists show of its article is asked anew. Raises InputError, StorageError.
    """
    saving.correct(context().store, said)
    lists: tuple[Any, ...] = (
        count,
        found,
        newest_with_signals,
        leading_stories,
        stories_listed,
        reported,
        stories_of_places,
        stories_of_pairs,
    )
    for kept in lists:
        kept.clear()


# -- reads that are made of several --------------------------------------------------------------------------


def check() -> None:
    """Raises StorageError where nothing is to be read: the database is not open, was upgraded by a newer version of
    this program, or is being upgraded and locked.
    """
    standing().check()


def failing_steps() -> list[StepFailure]:
    """What fails now of polling and the steps that follow, the longest first: as stored, and as this process knows it
    where the database takes no note.
    """
    found = {failure.step: failure for failure in (*stored_failures(), *context().failures())}
    return sorted(found.values(), key=lambda failure: failure.since)


@st.cache_data(ttl=FRESH, show_spinner=False)
def pollers() -> list[Poller]:
    """Who polls now, by real time."""
    store = context().store
    if not store.sqlite:
        return [one for one in team.pollers(store) if one.alive]
    held = lease.current(store, real_now=clocks.real_now())
    return [Poller(held.holder, held.taken_at, held.heartbeat, True, 0, ())] if held else []


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def points(grain: str, since: datetime | None, until: datetime, part: str = "all") -> pd.DataFrame:
    """Index points as a frame with the columns of IndexPoint, gaps as NaN; empty when there are none."""
    return frame_of(index.points(context().store, grain, part, since, until), IndexPoint)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def latest_point(grain: str, until: datetime, part: str = "all") -> IndexPoint | None:
    """The newest point before `until`, if there is one of the three days before."""
    found = index.points(context().store, grain, part, until - timedelta(days=3), until)
    return found[-1] if found else None


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def price_frame(series: str, since: datetime | None, until: datetime) -> pd.DataFrame:
    """Closes of the days before `until`, oldest first, with the columns of Price."""
    return frame_of(prices.series(context().store, series, since, until=until), Price)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def value_frame(series: str, since: datetime | None, until: datetime, known_at: datetime) -> pd.DataFrame:
    """The values of a series of a file as known at a time, oldest first: day, close, unit, vintage."""
    found = observations.values(context().store, series, since, until=until, known_at=known_at)
    return frame_of(found, Observation).rename(columns={"value": "close"})


def beside_index() -> tuple[Series | DataSeries, ...]:
    """What can be shown beside the index: the prices, then the series of files that are switched on."""
    settings, _ = context().settings.current()
    return (*settings.prices, *(series for series in settings.series if series.enabled))


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def closes(series: str, source: str, since: datetime, until: datetime) -> list[float]:
    """The finished closes that one source gave, oldest first."""
    found = prices.series(context().store, series, since, until=until)
    return [price.close for price in found if price.final and price.source == source]


@st.cache_data(ttl=FRESH, show_spinner=False)
def last_prices(before: datetime) -> dict[str, Price]:
    """The newest finished close of each series before a day; a series without any is absent."""
    store = context().store
    found = {name: prices.last(store, name, before) for name in prices.names(store)}
    return {name: price for name, price in found.items() if price}


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def found(wanted: Filter, limit: int, upto: int) -> list[Article]:
    """The newest articles that pass and were stored by the time `upto` was the newest id: a list that stays still."""
    return articles.find(context().store, replace(wanted, upto_id=upto), limit=limit)


@st.cache_data(ttl=FRESH, show_spinner=False)
def newest_with_signals(limit: int, until: datetime, upto: int) -> list[Article]:
    """The newest articles that carry a signal, with their signals, stored by the time `upto` was the newest id."""
    store = context().store
    return articles.several(store, signals.newest_articles(store, limit, until, upto))


@dataclass(frozen=True, slots=True)
class LeadingStory:
    """A story with how it reads and the article that represents it, with its signals."""

    story: Story
    account: Account
    face: Article


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=16)
def leading_stories(
    since: datetime, until: datetime, limit: int, upto: int, language: str | None
) -> list[LeadingStory]:
    """The leading stories of a span, named in this language where they can be. `upto` only renews the answer."""
    store = context().store
    found = leading.leading(store, since, until, limit)
    wanted = {one.story.id: face(one.account, language) for one in found}
    faces = {article.id: article for article in articles.several(store, list(wanted.values()))}
    named = ((one, faces.get(wanted[one.story.id])) for one in found)
    return [LeadingStory(one.story, one.account, article) for one, article in named if article]


def face(account: Account, language: str | None) -> int:
    """The article that represents a story to a viewer of this language."""
    return dict(account.faces).get(language or "", account.face)


def title(story: Story, language: str | None) -> str:
    """The name of a story in this language, where one of its reports is in it."""
    return dict(story.titles).get(language or "", story.title)


@st.cache_resource(show_spinner=False)
def gazetteer() -> tuple[theatre.Entity, ...]:
    return tuple(theatre.shipped().entities)


def actor_names() -> dict[str, str]:
    """Actor code -> its name in the viewer's language."""
    return {entity.code: _(entity.name) for entity in reversed(gazetteer()) if entity.code}


def coordinates() -> dict[str, tuple[float, float]]:
    """Place -> (latitude, longitude)."""
    return {entity.place: entity.at for entity in gazetteer() if entity.place and entity.at}


def strait_sentence(now: datetime) -> str:
    """Whether the strait is open, since when and according to whom, as far as it is known in this minute."""
    by = strait.rules()
    measured = any(one.name == by.series and one.enabled for one in context().settings.current()[0].series)
    minute = now.replace(second=0, microsecond=0)
    return strait.sentence(_strait(minute, measured), minute)


@st.cache_data(ttl=60.0, show_spinner=False, max_entries=4)
def _strait(now: datetime, measured: bool) -> strait.Strait:
    return content.strait_now(context().store, now, measured=measured)


def fresh(now: datetime) -> tuple[str, str, str]:
    """(sign, one word, the rest) of how far the news can be trusted to be complete."""
    settings, _ = context().settings.current()
    enabled = {feed.name for feed in settings.feeds if feed.enabled}
    return freshness([state for name, state in feed_states().items() if name in enabled], len(enabled), now)


def waits(now: datetime) -> list[str]:
    """The sentence that says how many articles wait to be read; none where none does."""
    said = waiting()
    return [sentence] if (sentence := waiting_words(said.articles, said.since, now)) else []


def all_asked() -> bool:
    """Whether every enabled feed has been asked once: before that the first round is still coming in."""
    settings, _ = context().settings.current()
    return all(feed.name in feed_states() for feed in settings.feeds if feed.enabled)


def frame_of(rows: list, kind: type) -> pd.DataFrame:
    """Dataclass rows as a frame with a column for each field, also when there is no row;
    fields of floats are float64, None is NaN.
    """
    types = get_type_hints(kind)
    frame = pd.DataFrame([[getattr(row, name) for name in types] for row in rows], columns=list(types))
    return frame.astype({name: "float64" for name, type in types.items() if float in (type, *get_args(type))})
