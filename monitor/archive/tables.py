"""The columns in which read entries are kept, from an entry with its reading to Arrow and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from monitor.archive.rows import Found
from monitor.models import Entry, Reading, Signal, Suppressed

_TIME, _TEXTS = pa.timestamp("us", tz="UTC"), pa.list_(pa.string())
_SIGNAL = {
    "category": pa.string(), "direction": pa.string(), "mode": pa.string(), "severity": pa.float64(),
    "rule": pa.string(), "field": pa.string(), "start": pa.int32(), "end": pa.int32(), "text": pa.string(),
    "source": pa.string(), "target": pa.string(), "place": pa.string(), "operators": _TEXTS,
    "confidence": pa.float64(), "why": pa.string(),
}  # fmt: skip
SCHEMA = pa.schema([
    ("input", pa.string()), ("line", pa.int64()),  # where it stands in the archive
    ("first_seen", _TIME), ("published", _TIME), ("feed", pa.string()), ("publisher", pa.string()),
    ("country", pa.string()), ("tier", pa.int8()), ("lang", pa.string()), ("direction", pa.string()),
    ("score", pa.float64()), ("theatre", pa.bool_()), ("categories", _TEXTS), ("actors", _TEXTS), ("places", _TEXTS),
    ("parts", _TEXTS), ("confidence", pa.float64()), ("runner_up", pa.string()), ("method", pa.string()),
    ("identity", pa.string()), ("guid", pa.string()), ("link", pa.string()), ("canonical", pa.string()),
    ("published_text", pa.string()), ("title", pa.string()), ("summary", pa.string()),
    ("signals", pa.list_(pa.struct(list(_SIGNAL.items())))), ("suppressed", pa.string()), ("vector", pa.binary()),
])  # fmt: skip
_OF_SIGNAL = [field.name for field in fields(Signal)]


def row(input: str, line: int, found: Found, reading: Reading) -> dict[str, Any]:
    """A row of SCHEMA. `lang` is what the reader says."""
    entry = found.entry
    return {
        "input": input, "line": line, "first_seen": found.first_seen, "published": entry.published,
        "feed": found.feed, "publisher": found.publisher, "country": found.country, "tier": found.tier,
        "lang": reading.lang, "direction": reading.direction, "score": reading.score, "theatre": reading.theatre,
        "categories": reading.categories, "actors": reading.actors, "places": reading.places, "parts": reading.parts,
        "confidence": reading.confidence, "runner_up": reading.runner_up, "method": reading.method,
        "identity": found.identity, "guid": entry.guid, "link": entry.link, "canonical": found.canonical,
        "published_text": entry.published_text, "title": entry.title, "summary": entry.summary,
        "signals": [{name: getattr(signal, name) for name in _OF_SIGNAL} for signal in reading.signals],
        "suppressed": json.dumps(
            [[s.category, s.reason, s.field, s.start, s.end, s.text] for s in reading.suppressed], ensure_ascii=False
        ),
        "vector": reading.vector,
    }  # fmt: skip


def table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), SCHEMA)


def entries(read: pa.Table | pa.RecordBatch) -> Iterator[tuple[Found, Reading]]:
    """What `row` was made of, from a table of SCHEMA."""
    for kept in read.to_pylist():
        entry = Entry(*(kept[name] for name in ("guid", "title", "link", "summary", "published", "published_text")))
        found = Found(
            entry, kept["feed"], kept["publisher"], kept["lang"], kept["country"], kept["tier"], kept["first_seen"],
            kept["identity"], kept["canonical"],
        )  # fmt: skip
        signals = tuple(Signal(**{**one, "operators": tuple(one["operators"])}) for one in kept["signals"])
        reading = Reading(
            kept["lang"], kept["direction"], kept["score"], kept["theatre"], tuple(kept["actors"]),
            tuple(kept["places"]), signals, tuple(Suppressed(*one) for one in json.loads(kept["suppressed"])),
            kept["method"], tuple(kept["parts"]), kept["confidence"], kept["runner_up"], None, kept["vector"],
        )  # fmt: skip
        yield found, reading
