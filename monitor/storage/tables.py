"""What can be exported, row by row, as plain values under their column names: for the command line, the screen and
other people's scripts.

Rows are read page by page, so memory stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime

from monitor.models import UNREAD, Article, Correction, Feed, FeedState, IndexPoint, Observation, Price, Signal, Story
from monitor.storage import articles, corrections, feeds, index, observations, prices, signals, stories
from monitor.storage.filters import Filter
from monitor.storage.store import Store

Row = dict[str, object]
_INDEX_OF_A_DAY = (
    "tension", "tension_low", "tension_high", "relief", "relief_low", "relief_high", "balance", "escalation_share",
    "deescalation_share", "status", "method", "attention", "attention_low", "attention_high", "attention_share",
)  # fmt: skip


def _names(kind: type, *but: str) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in but)


_ARTICLE = _names(Article, "signals", "suppressed")
_SIGNAL_ROW, _SIGNAL = _names(signals.SignalRow, "signal"), _names(Signal)
Time = datetime | None
_STORY, _POINT, _PRICE, _FEED = _names(Story), _names(IndexPoint), _names(Price), _names(FeedState)
_CORRECTION, _OBSERVATION = _names(Correction), _names(Observation)


def rows(
    store: Store, table: str, *, since: datetime | None = None, until: datetime | None = None,
    wanted: Filter | None = None, configured: Iterable[Feed] | None = None, format: str = "csv",
) -> Iterator[Row] | Iterator[Mapping[str, object]]:  # fmt: skip
    """The rows of a table with since <= time < until, oldest first. Raises KeyError for a table that is not in TABLES.

    `wanted` narrows articles and signals, whose times it then says itself. `configured` are the feeds of feeds.yaml:
    those alone are given, with those never polled; feeds are the health of now and know no times. Of corrections the
    format `jsonl` has labelled rows.
    """
    if table == "corrections" and format == "jsonl":
        return corrections.labelled_rows(store, since, until)
    return TABLES[table](store, since, until, wanted, configured)


def article_row(article: Article) -> Row:
    row: Row = {name: getattr(article, name) for name in _ARTICLE}
    return row if article.direction != UNREAD and article.fault is None else row | {"score": None, "theatre": None}


def story_row(story: Story) -> Row:
    row: Row = {name: getattr(story, name) for name in _STORY}
    return row | {"titles": tuple(f"{lang}: {title}" for lang, title in story.titles)}


def signal_row(row: signals.SignalRow) -> Row:
    return {name: getattr(row, name) for name in _SIGNAL_ROW} | {name: getattr(row.signal, name) for name in _SIGNAL}


def _articles(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    return map(article_row, articles.stream(store, wanted or Filter(since=since, until=until)))


def _signals(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    return map(signal_row, signals.stream(store, wanted or Filter(since=since, until=until)))


def _stories(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    return map(story_row, stories.stream(store, since, until))


def _index(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    for point in index.all_points(store, since, until):
        yield {name: getattr(point, name) for name in _POINT}


def _prices(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    for name in prices.names(store):
        for price in prices.all_sources(store, name, since, until):
            yield {column: getattr(price, column) for column in _PRICE}


def _observations(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    for one in observations.stream(store, since, until):
        yield {column: getattr(one, column) for column in _OBSERVATION}


def _daily(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    """One row a UTC day that has the index, a price or a value of a series; of the last the newest vintage."""
    points = {point.at: point for point in index.points(store, "day", since=since, until=until)}
    closes = {name: {p.day: p for p in prices.series(store, name, since, until=until)} for name in prices.names(store)}
    names = observations.names(store)
    values = {name: {v.day: v for v in observations.values(store, name, since, until=until)} for name in names}
    for day in sorted(set(points).union(*closes.values(), *values.values())):
        point = points.get(day)
        row: Row = {"day": day} | {name: getattr(point, name, None) for name in _INDEX_OF_A_DAY}
        for name, series in closes.items():
            price = series.get(day)
            row[f"{name}_close"], row[f"{name}_source"] = (price.close, price.source) if price else (None, None)
        for name, known in values.items():
            one = known.get(day)
            row[f"{name}_value"], row[f"{name}_vintage"] = (one.value, one.vintage) if one else (None, None)
        yield row


def _feeds(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    states = feeds.states(store)
    if configured is not None:
        known = ((feed, states.get(feed.name) or FeedState(feed.name, feed.url)) for feed in configured)
        states = {feed.name: state if feed.enabled else replace(state, state="off") for feed, state in known}
    for state in states.values():
        yield {name: getattr(state, name) for name in _FEED}


def _corrections(
    store: Store, since: Time, until: Time, wanted: Filter | None, configured: Iterable[Feed] | None
) -> Iterator[Row]:
    for said, article in corrections.stream(store, since, until):
        about: Row = {
            "lang": article.lang,
            "title": article.title,
            "publisher": article.publisher,
            "link": article.link,
        }
        yield {name: getattr(said, name) for name in _CORRECTION} | about


TABLES: dict[str, Callable[..., Iterator[Row]]] = {
    "articles": _articles, "signals": _signals, "stories": _stories, "index": _index, "prices": _prices,
    "daily": _daily, "feeds": _feeds, "corrections": _corrections, "observations": _observations,
}  # fmt: skip
