"""What is known of how far the numbers can be trusted: gathers what is stored, for `validate` and for its page.

points, word counts -> lines         -> beside each stored series: associations, turning points
series              -> yardsticks    /
feeds, hours, points -> coverage; what people said of the reader; how right it was when it was made
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import pandas as pd

from monitor.clock import hour_of, midnight, time_text
from monitor.config.settings import Settings
from monitor.index import word_count
from monitor.language import _, n_
from monitor.models import FeedState, IndexPoint
from monitor.prices import validation
from monitor.prices.returns import values
from monitor.prices.validation import Association, Line, TurningPoints
from monitor.reader.measured import measured
from monitor.storage import corrections, feeds, index, observations, word_counts
from monitor.storage.corrections import Tally
from monitor.storage.store import Store

LOOK_BACK = timedelta(days=30)  # hours without a poll are looked for in these days
ALIVE = timedelta(days=1)  # a feed that answered within it is alive
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A stored series as it is known now."""

    name: str
    unit: str
    values: pd.Series  # by date
    vintage: datetime  # when its newest value, or the newest revision of one, was fetched


@dataclass(frozen=True, slots=True)
class Language:
    """The feeds of one declared language."""

    language: str | None
    feeds: int
    alive: int
    publishers: int  # of those that are alive


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the numbers rest on."""

    feeds: int  # switched on
    alive: int  # of them: answered within the last day
    bringing: int  # of them: brought something new within the last day
    languages: tuple[Language, ...]
    hours: int  # of the last 30 days, since the first poll
    hours_unheard: int  # of them: no feed was asked, and nothing came
    newest_unheard: datetime | None
    days: int  # finished days of the index
    days_measured: int  # of them: against a measured reference
    days_provisional: int
    days_without_numbers: int


@dataclass(frozen=True, slots=True)
class Report:
    method: str | None  # of the index in use
    words: str  # the list of the word count
    first: datetime | None  # finished days of the index
    last: datetime | None
    yardsticks: tuple[Yardstick, ...]
    note: str | None  # which days were left out
    associations: tuple[Association, ...]
    turning_points: tuple[TurningPoints, ...]
    corrections: tuple[Tally, ...]
    coverage: Coverage


def report(store: Store, settings: Settings, now: datetime) -> Report:
    """All of it. Raises StorageError."""
    points = index.points(store, "day", until=midnight(now))
    found, others = lines(store, points), yardsticks(store, now)
    return Report(
        points[-1].method if points else None,
        word_count.method(),
        points[0].at if points else None,
        points[-1].at if points else None,
        others,
        found[0].note,
        tuple(one for other in others for one in validation.associations(found, other.name, other.values)),
        tuple(validation.turning_points(line, other.name, other.values) for other in others for line in found),
        tuple(corrections.tally(store)),
        coverage(store, settings, points, now),
    )


def lines(store: Store, points: Iterable[IndexPoint]) -> list[Line]:
    """The measures of these daily points and the word count beside them."""
    counted = word_counts.days(store, word_count.method())
    return validation.lines(points, ((one.day.date(), one.entries, one.counted) for one in counted))


def yardsticks(store: Store, now: datetime) -> tuple[Yardstick, ...]:
    """Every series of a file of which there are values, by name."""
    found = []
    for name in observations.names(store):
        known = observations.values(store, name, until=now, known_at=now)
        if known:
            found.append(Yardstick(name, known[-1].unit, values(known), max(one.vintage for one in known)))
    return tuple(found)


def coverage(store: Store, settings: Settings, points: Iterable[IndexPoint], now: datetime) -> Coverage:
    """`points` are the finished days of the index."""
    states, wanted = feeds.states(store), [feed for feed in settings.feeds if feed.enabled]
    alive = {feed.name for feed in wanted if _within(states.get(feed.name), "last_success", now)}
    spoken = sorted({feed.language for feed in wanted}, key=lambda lang: (lang is None, lang))
    languages = []
    for lang in spoken:
        own = [feed for feed in wanted if feed.language == lang]
        living = [feed for feed in own if feed.name in alive]
        publishers = {feed.publisher or feed.name for feed in living}
        languages.append(Language(lang, len(own), len(living), len(publishers)))
    until = hour_of(now)
    heard = feeds.hours_heard(store, until - LOOK_BACK, until)
    hours = [min(heard) + n * HOUR for n in range((until - min(heard)) // HOUR)] if heard else []
    unheard = [hour for hour in hours if hour not in heard]
    days = [point for point in points if point.part == "all"]
    with_numbers = [point.status for point in days if point.tension is not None]
    return Coverage(
        len(wanted), len(alive), sum(_within(states.get(feed.name), "last_new", now) for feed in wanted),
        tuple(languages), len(hours), len(unheard), max(unheard, default=None), len(days), with_numbers.count("ok"),
        with_numbers.count("provisional"), len(days) - len(with_numbers),
    )  # fmt: skip


def _within(state: FeedState | None, what: str, now: datetime) -> bool:
    at = getattr(state, what) if state else None
    return at is not None and now - at <= ALIVE


def as_json(found: Report) -> dict[str, object]:
    """Plain values: times as texts, what is not known as None."""
    return {
        "words": "associated with, never predicts",
        "method": found.method, "word_count": found.words, "first": _day(found.first), "last": _day(found.last),
        "note": found.note,
        "yardsticks": [
            {"name": one.name, "unit": one.unit, "days": len(one.values), "first": str(one.values.index[0]),
             "last": str(one.values.index[-1]), "known_by": time_text(one.vintage)}
            for one in found.yardsticks
        ],
        "associations": [asdict(one) for one in found.associations],
        "turning_points": [
            asdict(one) | {"found": [
                {"ours": _day(row.ours), "theirs": _day(row.theirs), "lead": row.lead} for row in one.found
            ]}
            for one in found.turning_points
        ],
        "reader": measured(),
        "corrections": [asdict(one) for one in found.corrections],
        "coverage": asdict(found.coverage) | {
            "newest_unheard": found.coverage.newest_unheard and time_text(found.coverage.newest_unheard)
        },
    }  # fmt: skip


def _day(at: object) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d}"


def in_words(one: Coverage) -> list[str]:
    """A sentence each for feeds, languages, polling and index."""
    languages = _(", ").join(
        _(
            "{language} {alive} of {feeds} ({publishers} publishers)",
            language=row.language or _("no language named"),
            alive=row.alive,
            feeds=row.feeds,
            publishers=row.publishers,
        )
        for row in one.languages
    )
    hours = {"hours": str(one.hours), "n": str(one.hours_unheard)}
    if one.newest_unheard:
        polling = _(
            "Polling: {n} of the last {hours} hours without a poll, the newest {time}.",
            time=time_text(one.newest_unheard),
            **hours,
        )
    else:
        polling = _("Polling: {n} of the last {hours} hours without a poll.", **hours)
    return [
        _(
            "Feeds: {alive} of {feeds} answered in the last day, {bringing} brought something new.",
            alive=one.alive,
            feeds=one.feeds,
            bringing=one.bringing,
        ),
        _("Alive by language: {languages}.", languages=languages or _("none")),
        polling,
        n_(
            "Index: {n} finished days, {measured} against a measured reference, {provisional} provisional, {without} "
            "without numbers.",
            "Index: {n} finished days, {measured} against a measured reference, {provisional} provisional, {without} "
            "without numbers.",
            one.days,
            measured=one.days_measured,
            provisional=one.days_provisional,
            without=one.days_without_numbers,
        ),
    ]
