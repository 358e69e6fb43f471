"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not know."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import blake2b

from monitor.feeds.parse import clean, dates, links
from monitor.feeds.parse.entries import distinct, finished, written
from monitor.feeds.parse.scan import MAX_ITEMS
from monitor.models import BadEntry, Entry, Failure, Parsed

MAX_VALUES = 300_000  # as counted by what stands between and around them; each takes 60 bytes and more


def read(data: bytes, *, url: str, known: frozenset[bytes], now: datetime) -> Parsed | Failure:
    """Like parse(), for UTF-8 that begins like JSON."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        return Failure("dangerous", f"it has more than {MAX_VALUES} values")
    try:
        # numbers stay as written: an id is a name, and a number of a million digits takes minutes to read
        feed = json.loads(data, strict=False, parse_int=str, parse_float=str)
    except ValueError as error:
        return Failure("not parseable", f"broken JSON: {error}")
    except RecursionError:
        return Failure("dangerous", "the JSON is nested too deep")
    version = _text(feed.get("version")) if isinstance(feed, dict) else ""
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org/version/" not in version:
        return Failure("not a feed", "the answer is JSON, but not a JSON Feed")
    if len(items) > MAX_ITEMS:
        return Failure("dangerous", f"it has more than {MAX_ITEMS} items")
    slices = tuple(_digest(item) for item in items)
    entries: list[tuple[int, Entry]] = []
    bad: list[BadEntry] = []
    for position, (item, digest) in enumerate(zip(items, slices, strict=True)):
        if digest in known:
            continue
        entry = _entry(item, url=url, now=now) if isinstance(item, dict) else None
        if entry is None:
            bad.append(
                BadEntry(position, "neither title, text nor link" if isinstance(item, dict) else "not an object")
            )
        else:
            entries.append((position, entry))
    title = clean.line(_text(feed.get("title")), marked=False, limit=200)
    kind = "json11" if version.rstrip("/").endswith("1.1") else "json1"
    numbered = distinct(entries)
    return Parsed(
        title or None,
        kind,
        tuple(entry for _, entry in numbered),
        tuple(bad),
        slices,
        skipped=sum(d in known for d in slices),
        positions=tuple(position for position, _ in numbered),
    )


def _digest(item: object) -> bytes:
    return blake2b(json.dumps(item, sort_keys=True).encode(), digest_size=16).digest()


def _entry(item: dict, *, url: str, now: datetime) -> Entry | None:
    texts = [
        clean.blocks(_text(item.get("content_html")), marked=True),
        clean.blocks(_text(item.get("content_text")), marked=False),
        clean.blocks(_text(item.get("summary")), marked=False),
    ]
    stamps = [text for text in (_text(item.get("date_published")), _text(item.get("date_modified"))) if text]
    moments = ((dates.read(text, now=now), text) for text in stamps)
    moment, stamp = next(((m, text) for m, text in moments if m is not None), (None, stamps[0] if stamps else None))
    link = links.absolute(item.get("url"), url) or links.absolute(item.get("external_url"), url)
    title = clean.line(_text(item.get("title")), marked=False)
    return finished(
        _text(item.get("id")), title, link, max(texts, key=len), (moment, written(stamp) if stamp else None)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
