"""Converts an entry with its reading to table rows, and a table row to an Article. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from monitor.models import VECTOR, Article, Entry, Feed, Reading, Signal, Suppressed
from monitor.storage.schema import articles, signals
from monitor.storage.search import fold

# characters of what stands in an index, which takes 2,700 bytes at PostgreSQL: an entry names its own publisher
MAX_KEY_CHARS = 200
ALIKE = 0.2  # share of common words from which two titles may be wordings of one article
KEY_WORDS = 40  # words of title and summary that make the text key: reposts differ in how much of the text they bring


class Item(NamedTuple):
    """One entry on its way into the database. `identity` is its key within its feed (guid, link, or title and date);
    `first_seen` is when it was, of an archive, and otherwise now.
    """

    entry: Entry
    reading: Reading
    publisher: str
    identity: str
    canonical: str | None = None  # its link in canonical form
    first_seen: datetime | None = None


def digest(identity: str) -> bytes:
    """16 bytes that stand for an identity, which may be of any length."""
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def another(first: tuple[str, str | None], second: tuple[str, str | None]) -> bool:
    """Whether two entries of one guid, (title, canonical link) each, are two articles: other addresses, and titles with
    little in common.

    An edited headline keeps some of its words, or its address, or both.
    """
    if first[0] == second[0] or (first[1] == second[1] and first[1] is not None):
        return False
    ours, theirs = set(fold(first[0]).split()), set(fold(second[0]).split())
    return len(ours & theirs) < ALIKE * len(ours | theirs)


def text_key(folded: str) -> int:
    """Equal for texts whose first words are equal once folded."""
    head = " ".join(folded.split(" ", KEY_WORDS)[:KEY_WORDS])
    return int.from_bytes(blake2b(head.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def when(published: datetime | None, first_seen: datetime) -> datetime:
    """An article's time: published where that is certain and not later than first seen."""
    return published if published is not None and published <= first_seen else first_seen


def read_values(reading: Reading) -> dict[str, Any]:
    """The columns of `articles` that a reading fills."""
    strongest = {(d, m): 0.0 for d in ("escalation", "deescalation") for m in ("act", "words")}
    for s in reading.signals:
        strongest[s.direction, s.mode] = max(strongest[s.direction, s.mode], abs(s.severity))
    return {
        "lang": reading.lang, "direction": reading.direction, "score": reading.score, "theatre": reading.theatre,
        "escalation_act": strongest["escalation", "act"], "escalation_words": strongest["escalation", "words"],
        "deescalation_act": strongest["deescalation", "act"], "deescalation_words": strongest["deescalation", "words"],
        "categories": reading.categories, "actors": reading.actors, "places": reading.places, "parts": reading.parts,
        "method": reading.method,
        "suppressed": [(t.category, t.reason, t.field, t.start, t.end, t.text) for t in reading.suppressed],
        "confidence": reading.confidence, "runner_up": reading.runner_up, "fault": reading.fault,
    }  # fmt: skip


def article_values(id: int, feed: Feed, item: Item, identity: bytes, folded: str, now: datetime) -> dict[str, Any]:
    entry, now = item.entry, item.first_seen or now
    return {
        "id": id, "feed": feed.name, "publisher": item.publisher[:MAX_KEY_CHARS], "country": feed.country,
        "tier": feed.tier, "published": entry.published, "first_seen": now, "at": when(entry.published, now),
        "story_id": None, "text_key": text_key(folded), "identity": identity,
        "link": entry.link, "canonical": item.canonical, "published_text": entry.published_text,
        "title": entry.title, "summary": entry.summary,
        **read_values(item.reading),
    }  # fmt: skip


def signal_values(article_id: int, at: datetime, found: tuple[Signal, ...]) -> list[dict[str, Any]]:
    return [
        {
            "article_id": article_id, "at": at, "category": s.category, "direction": s.direction, "mode": s.mode,
            "severity": s.severity, "rule": s.rule, "field": s.field, "start": s.start, "end": s.end, "text": s.text,
            "source": s.source, "target": s.target, "place": s.place, "operators": s.operators,
            "confidence": s.confidence,
            "why": s.why,
        }
        for s in found
    ]  # fmt: skip


def vector_values(article_id: int, at: datetime, reading: Reading) -> list[dict[str, Any]]:
    """The row of a reading's vector, if it has one; what a reader process that was attacked made longer or shorter is
    none.
    """
    fits = reading.vector is not None and len(reading.vector) == VECTOR
    return [{"article_id": article_id, "at": at, "vector": reading.vector}] if fits else []


def tag_values(
    article_id: int,
    at: datetime,
    actors: Sequence[str],
    places: Sequence[str],
    parts: Sequence[str],
    found: tuple[Signal, ...],
) -> list[dict[str, Any]]:
    """What the article can be asked for by; a fact of stored values alone,
    so that old tags can be named and removed.
    """
    tags = {("actor", a) for a in actors} | {("place", p) for p in places} | {("part", p) for p in parts}
    for s in found:
        tags.add((s.mode, s.category))
        tags |= {("actor", a) for a in (s.source, s.target) if a}
        if s.place:
            tags.add(("place", s.place))
        if s.source and s.target:
            tags.add(("pair", f"{s.source}>{s.target}"))
    return [
        {"kind": kind, "value": value[:MAX_KEY_CHARS], "at": at, "article_id": article_id}
        for kind, value in sorted(tags)
    ]


# the columns of an Article, in the order that `article_of` takes them
BRIEF = [
    articles.c[name]
    for name in (
        "id", "feed", "publisher", "title", "summary", "link", "lang", "published", "first_seen", "at", "direction",
        "score", "categories", "actors", "places", "story_id", "method", "tier", "theatre", "published_text", "country",
        "parts",
        "confidence", "runner_up", "fault",
    )
]  # fmt: skip
SIGNAL = [
    signals.c[name]
    for name in (
        "category",
        "direction",
        "mode",
        "severity",
        "rule",
        "field",
        "start",
        "end",
        "text",
        "source",
        "target",
        "place",
        "operators",
        "confidence",
        "why",
    )
]


def article_of(
    row: Sequence[Any],
    signals: tuple[Signal, ...] = (),
    suppressed: tuple[Suppressed, ...] = (),
    vector: bytes | None = None,
) -> Article:
    (id, feed, publisher, title, summary, link, lang, published, first_seen, at, direction, score, categories, actors,
        places,
     story_id, method, tier, theatre, published_text, country, parts,
     confidence, runner_up, fault) = row[: len(BRIEF)]  # fmt: skip
    return Article(
        id, feed, publisher, title, summary, link, lang, published, first_seen, at, direction, score, categories,
        actors, places, story_id, method, tier, theatre, published_text, signals, country, parts, suppressed,
        confidence, runner_up, fault, vector,
    )  # fmt: skip


def signal_of(row: Sequence[Any]) -> Signal:
    """From the SIGNAL columns, standing last in the row."""
    values = list(row[-len(SIGNAL) :])
    values[-3] = tuple(values[-3])  # operators
    return Signal(*values)


def suppressed_of(stored: list[Any]) -> tuple[Suppressed, ...]:
    return tuple(Suppressed(*values) for values in stored)
