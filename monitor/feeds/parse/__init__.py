"""Reads a feed's bytes into entries: RSS, RDF, Atom and JSON Feed, hostile or sloppy.

    bytes -> UTF-8 (charset) -> safe, mended, known items left out (document, scan) -> feedparser
          -> entries (clean text, absolute links, certain dates), bad ones as values

Pure: no network, no clock. It takes as long as feedparser takes; monitor/feeds/pool runs it in a process that can be
stopped.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from monitor.feeds.parse import charset, clean, files, jsonfeed, pages
from monitor.feeds.parse.document import Document, NotAFeed, open_document
from monitor.feeds.parse.entries import distinct, entries_of, parsed_document
from monitor.feeds.parse.scan import Dangerous
from monitor.models import BadEntry, Failure, Parsed

__all__ = ["parse"]

_SKIP_HOURS = re.compile(rb"<skipHours>(.{1,2000}?)</skipHours>", re.S | re.I)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.I)
_MAX_TTL = 7 * 24 * 60  # minutes


def parse(
    body: bytes, *, content_type: str | None, url: str, known: frozenset[bytes] = frozenset(), now: datetime
) -> Parsed | Failure:
    """Gives the entries of a feed document, or why there are none.

    `known` are slices of the last answer: items with such a hash are counted in `skipped` and not parsed again. `url`
    is where the bytes came from, for relative links. Failures: not a feed, not parseable, dangerous. Raises nothing but
    MemoryError, which the caller that set the bound handles.
    """
    if kind := files.signed(body):
        return Failure("not a feed", f"the answer is {kind}")
    data = charset.utf8(body, content_type)
    if not data:
        return Failure("not a feed", "the answer is empty")
    if data[:1] in (b"{", b"["):
        return jsonfeed.read(data, url=url, known=known, now=now)
    try:
        document = open_document(data)
    except Dangerous as attack:
        return Failure("dangerous", f"the document was refused: {attack}")
    except NotAFeed as other:
        if files.is_binary(body):
            return Failure("not a feed", "the answer is binary data")
        address = pages.advertised(data, url) if "web page" in str(other) else None
        return Failure("not a feed", f"the answer is {other}" + (f"; it offers the feed {address}" if address else ""))
    return _read(document, url=url, known=known, now=now)


def _read(document: Document, *, url: str, known: frozenset[bytes], now: datetime) -> Parsed | Failure:
    reduced = document.reduced(known)
    try:
        feed = parsed_document(reduced.data)
    except MemoryError:
        raise
    except Exception as cause:  # feedparser raises whatever its many parts raise on hostile input
        return Failure("not parseable", f"the feed could not be read: {type(cause).__name__}")
    entries, bad = entries_of(feed, reduced.positions, url=url, now=now)
    if document.scan.unfinished is not None and document.well_formed:
        bad.append(BadEntry(len(document.scan.items), "cut off: the document ends inside it"))
    if not document.well_formed and not entries:
        return Failure("not parseable", f"the document is broken: {document.scan.error}")
    numbered = distinct(entries)
    title = feed.feed.get("title") or ""
    return Parsed(
        title=clean.line(title, marked=clean.looks_marked(title), limit=200) or None,
        kind="rss091n"
        if document.scan.netscape
        else feed.get("version") or {"feed": "atom"}.get(document.scan.root_name, "rss"),
        entries=tuple(entry for _, entry in numbered),
        bad=tuple(bad),
        slices=reduced.slices,
        skipped=reduced.skipped,
        ttl=_ttl(feed.feed.get("ttl")),
        skip_hours=_skip_hours(document.data),
        positions=tuple(position for position, _ in numbered),
    )


def _ttl(text: object) -> timedelta | None:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return None
    minutes = int(text)
    return timedelta(minutes=minutes) if 0 < minutes <= _MAX_TTL else None


def _skip_hours(data: bytes) -> tuple[int, ...]:
    """Hours in UTC in which the feed asks not to be polled; 24 is midnight (RSS 0.91 counts from 1)."""
    match = _SKIP_HOURS.search(data)
    return tuple(sorted({int(hour) % 24 for hour in _HOUR.findall(match[1]) if int(hour) <= 24})) if match else ()
