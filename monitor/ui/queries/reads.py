"""What the pages read, cached for all viewers: the database, the clock, and frames made of them.

Leaves every decision to the floors below; a page never opens a connection itself. A read is shared for FRESH seconds, so that
twenty open screens cost one query.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from monitor import clock as clocks
from monitor.alerts.rules import LASTING
from monitor.config import LastGood
from monitor.models import Alert, Article, FeedState, IndexPoint, Price, Story
from monitor.storage import alerts, articles, feeds, index, lease, prices, signals, stories
from monitor.storage import notes as storage_notes
from monitor.storage.articles import Filter
from monitor.storage.store import Store, open_store
from monitor.tagging import theatre
from monitor.ui.components.wording import Told, freshness

FRESH = 2.0  # seconds
TICK = 5  # seconds between two looks of an open page for what is new
NUMBERS = [name for name, kind in IndexPoint.__annotations__.items() if kind == "float | None"]


@dataclass(frozen=True)
class Context:
    """What outlives a script run: opened once a process."""

    store: Store
    clock: clocks.Clock
    settings: LastGood


@st.cache_resource(show_spinner=False)
def context() -> Context:
    """Raises ConfigError, StorageError."""
    settings = LastGood(environ=os.environ)
    environment = settings.current()[0].environment
    return Context(open_store(environment.database_url), clocks.from_environment(environment.now), settings)


def now() -> datetime:
    return context().clock.now()


@st.cache_data(ttl=FRESH, show_spinner=False)
def notes() -> dict[str, storage_notes.Note]:
    """What the worker has to say to people: faults, and whether the data is synthetic."""
    return storage_notes.notes(context().store)


def holder() -> lease.Lease | None:
    """Who polls now, by real time."""
    return lease.current(context().store, real_now=clocks.real_now())


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def points(grain: str, since: datetime | None, until: datetime, part: str = "all") -> pd.DataFrame:
    """Index points as a frame with the columns of IndexPoint, gaps as NaN; empty when there are none."""
    frame = frame_of(index.points(context().store, grain, part, since, until), IndexPoint)
    return frame.astype(
        dict.fromkeys(NUMBERS, "float64")
    )  # a column of nothing but None would stay a column of objects


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
def newest_price(series: str, now: datetime) -> Price | None:
    """The newest price that the market had made by now, of the running day too."""
    return prices.newest(context().store, series, now)


@st.cache_data(ttl=FRESH, show_spinner=False)
def price_failures() -> list[prices.PriceFailure]:
    return prices.failures(context().store)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def found(wanted: Filter, limit: int, upto: int) -> list[Article]:
    """The newest articles that pass and were stored by the time `upto` was the newest id: a list that stays still."""
    return articles.find(context().store, replace(wanted, upto_id=upto), limit=limit)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def count(wanted: Filter) -> int:
    return articles.count(context().store, wanted)


def article(id: int) -> Article | None:
    return articles.get(context().store, id)


def newest_id() -> int:
    return articles.newest_id(context().store)


@st.cache_data(ttl=FRESH, show_spinner=False)
def newest_with_signals(limit: int, until: datetime, upto: int) -> list[Article]:
    """The newest articles that carry a signal, with their signals, stored by the time `upto` was the newest id."""
    store = context().store
    ids = dict.fromkeys(
        row.article_id for row in signals.find(store, Filter(until=until, upto_id=upto), limit=limit * 8)
    )
    return [article for id in list(ids)[:limit] if (article := articles.get(store, id))]


@dataclass(frozen=True, slots=True)
class Leading:
    """A story with the article that speaks for it and who tells it, the first to tell it first."""

    story: Story
    face: Article
    publishers: tuple[str, ...]


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=16)
def leading_stories(since: datetime, until: datetime, limit: int, upto: int) -> list[Leading]:
    """Stories with a signal told since then: those that most publishers tell first, then the gravest. `upto` only renews the answer."""
    told = [s for s in stories.find(context().store, since, until, limit=1000) if s.direction != "none"]
    told.sort(key=lambda s: (-s.publishers, -abs(s.score), -s.last_seen.timestamp()))
    found = ((story, stories.get(context().store, story.id)) for story in told[:limit])
    return [
        Leading(story, face(story, members[1]), tuple(dict.fromkeys(article.publisher for article in members[1])))
        for story, members in found
        if members
    ]


def face(story: Story, members: list[Article]) -> Article:
    """The article that speaks for a story, with its signals: of its direction if any, then the gravest, then the earliest."""
    best = max(members, key=lambda a: (a.direction == story.direction, abs(a.score), -a.at.timestamp(), -a.id))
    return articles.get(context().store, best.id) or best


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def stories_told(
    since: datetime | None, direction: str | None, category: str | None, publishers: int, limit: int, signed: bool
) -> list[Story]:
    """Stories told since then by at least so many publishers, last told first; `signed`: only those with a signal."""
    told, before = [], None
    while len(told) < limit:
        page = stories.find(
            context().store,
            since,
            direction=direction,
            category=category,
            publishers=publishers,
            limit=1000,
            before=before,
        )
        told += [s for s in page if not signed or s.direction != "none"]
        if len(page) < 1000:
            break
        before = page[-1].last_seen, page[-1].id
    return told[:limit]


def story(id: int) -> tuple[Story, list[Article]] | None:
    """A story, or the one it was merged into, with its articles, oldest first."""
    return stories.get(context().store, id)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=16)
def places_told(since: datetime | None) -> list[signals.Tally]:
    """Places named by articles with a signal, by direction; places of `mixed` articles stand on both sides."""
    return signals.named(context().store, "place", since)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=16)
def pairs_told(since: datetime | None) -> list[signals.Tally]:
    """Who did what to whom, by direction, where a clause says both."""
    return signals.tally(context().store, ("source", "target"), since)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=64)
def alerts_fired(since: datetime | None, until: datetime) -> list[Alert]:
    """Alerts that began to fire in a span, oldest first."""
    return [a for a in reversed(alerts.find(context().store, since, until)) if a.state == "firing"]


@st.cache_data(ttl=FRESH, show_spinner=False)
def alert_history(limit: int) -> list[Alert]:
    """The newest alerts, newest first."""
    return alerts.find(context().store, limit=limit)


@st.cache_data(ttl=FRESH, show_spinner=False)
def alerts_firing() -> list[Alert]:
    """What began and has not resolved, newest first. An event and a price move have happened and are never among them."""
    newest = alerts.latest(context().store).values()
    return sorted((a for a in newest if a.state == "firing" and a.reason in LASTING), key=lambda a: a.at, reverse=True)


@st.cache_data(ttl=FRESH, show_spinner=False)
def told(since: datetime, until: datetime) -> list[Told]:
    """Each category reported in a span: by how many publishers, in how many articles."""
    return [Told(*row) for row in signals.told(context().store, since, until)]


@st.cache_data(ttl=60.0, show_spinner=False)
def publishers() -> list[str]:
    """Every publisher that has an article, by name."""
    return articles.publishers(context().store)


@st.cache_data(ttl=60.0, show_spinner=False)
def known_tags(kind: str) -> list[str]:
    """Every actor or place that some article names, in order."""
    return signals.known_tags(context().store, kind)


@st.cache_resource(show_spinner=False)
def gazetteer() -> tuple[theatre.Entity, ...]:
    return tuple(theatre.load().entities)


def actor_names() -> dict[str, str]:
    """Actor code -> its name in English."""
    return {entity.code: entity.name for entity in reversed(gazetteer()) if entity.code}


def coordinates() -> dict[str, tuple[float, float]]:
    """Place -> (latitude, longitude)."""
    return {entity.place: entity.at for entity in gazetteer() if entity.place and entity.at}


def later_versions(id: int) -> list[articles.Version]:
    """The wordings of an article after its first."""
    return articles.versions_of(context().store, id)[1:]


@st.cache_data(ttl=FRESH, show_spinner=False)
def feed_states() -> dict[str, FeedState]:
    return feeds.states(context().store)


def fresh(now: datetime) -> tuple[str, str, str]:
    """(sign, one word, the rest) of how far the news can be trusted to be complete."""
    settings, _ = context().settings.current()
    enabled = {feed.name for feed in settings.feeds if feed.enabled}
    return freshness([state for name, state in feed_states().items() if name in enabled], len(enabled), now)


def rounds_of(feed: str) -> list[feeds.Round]:
    """A feed's rounds, newest first."""
    return feeds.log(context().store, feed)


def all_asked() -> bool:
    """Whether every enabled feed has been asked once: before that the first round is still coming in."""
    settings, _ = context().settings.current()
    return all(feed.name in feed_states() for feed in settings.feeds if feed.enabled)


def frame_of(rows: list, kind: type) -> pd.DataFrame:
    """Dataclass rows as a frame with a column for each field, also when there is no row."""
    names = list(kind.__dataclass_fields__)
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)
