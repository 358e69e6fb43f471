"""Turns what feedparser read into entries: text cleaned, links absolute, dates certain or missing."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import feedparser
import feedparser.api

from monitor.feeds.parse import clean, dates, links, sax
from monitor.models import BadEntry, Entry

MAX_GUID = 1_000  # characters
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_MARKUP = ("text/html", "application/xhtml+xml")
feedparser.api.PREFERRED_XML_PARSERS[:] = [sax.__name__]
# what it is given is UTF-8 without a document type; looking for both would copy the document four times
feedparser.api.convert_to_utf8 = lambda headers, data, result: result.update(encoding="utf-8") or data
feedparser.api.replace_doctype = lambda data: (None, data, {})
# it copies the parameters of each text deeply, which are strings: a tenth of its time
feedparser.FeedParserDict.__deepcopy__ = lambda self, _: type(self)(self)
feedparser.registerDateHandler(
    lambda text: (1, 1, 1, 0, 0, 0, 0, 1, 0)
)  # spares its own attempts: dates.py reads the texts


def parsed_document(data: bytes) -> feedparser.FeedParserDict:
    """Hands the bytes to feedparser, as a stream: a string could be opened as a file or an address.

    It is not given the address: it would make addresses of guids that are none.
    """
    return feedparser.parse(BytesIO(data), response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False)


def entries_of(
    document: feedparser.FeedParserDict, positions: tuple[int, ...], *, url: str, now: datetime
) -> tuple[list[tuple[int, Entry]], list[BadEntry]]:
    """Gives every entry that can be read with its position, in the document's order, and why the others could not."""
    atom = document.get("version", "").startswith("atom")
    raw = document.entries
    offset = _stated_offset(document)
    entries: list[tuple[int, Entry]] = []
    bad: list[BadEntry] = []
    for number, item in enumerate(raw):
        raw[number] = None  # its texts are twice as large as what becomes of them
        position = positions[number] if len(positions) == len(raw) else number
        try:
            entry = _entry(item, atom=atom, url=url, now=now, offset=offset)
        except MemoryError:
            raise
        except Exception as cause:  # feedparser's values have any shape on hostile input; the neighbours must live
            bad.append(BadEntry(position, f"unreadable: {failed_at(cause)}", mendable=True))
            continue
        if entry is None:
            bad.append(BadEntry(position, "neither title, text nor link"))
        else:
            entries.append((position, entry))
    return entries, bad


def failed_at(error: Exception) -> str:
    """An error's kind and the line that raised it. Its message may hold anything that the feed does,
    and is left out.
    """
    raised = traceback.extract_tb(error.__traceback__)[-1:]
    return type(error).__name__ + "".join(f" at {Path(at.filename).name}:{at.lineno}" for at in raised)


def distinct(entries: Iterable[tuple[int, Entry]]) -> list[tuple[int, Entry]]:
    """Entries with their positions: drops guids that entries with different links share, and leaves repetitions out.

    Some feeds give every item the same guid; such a guid names nothing, and the link takes its place.
    """
    entries = list(entries)
    uses = Counter(e.guid for _, e in entries if e.guid)
    if all(count == 1 for count in uses.values()):
        return entries
    targets: dict[str, set[str | None]] = {}
    for _, e in entries:
        if e.guid and uses[e.guid] > 1:
            targets.setdefault(e.guid, set()).add(e.link)
    result, seen = [], set()
    for position, e in entries:
        if e.guid and len(targets.get(e.guid, ())) > 1:
            e = Entry(None, e.title, e.link, e.summary, e.published, e.published_text, e.source, e.source_url)
        elif e.guid in targets:
            if (e.guid, e.title) in seen:
                continue
            seen.add((e.guid, e.title))
        result.append((position, e))
    return result


def finished(
    guid: object,
    title: str,
    link: str | None,
    summary: str,
    date: tuple[datetime | None, str | None],
    source: str | None = None,
    source_url: str | None = None,
) -> Entry | None:
    """The last touches that every format shares; None when the entry says nothing."""
    if source and title.endswith(source) and (suffix := re.search(r"\s+[-–—|]\s+$", title[: -len(source)])):
        title = title[: suffix.start()]  # an aggregator's "Title - Publisher"
        if summary in (title, f"{title} {source}"):
            summary = ""  # which it repeats as a summary, with nothing to add
    if not title and not summary and not link:
        return None
    name = clean.line(str(guid), marked=False, limit=MAX_GUID) if guid not in (None, "") else None
    return Entry(name or None, title, link, summary, date[0], date[1], source, source_url)


def _entry(
    item: feedparser.FeedParserDict, *, atom: bool, url: str, now: datetime, offset: timedelta | None
) -> Entry | None:
    detail = dict.get(item, "title_detail") or {}
    base = _base(item, detail, url)
    title = dict.get(item, "title") or ""
    literal = atom and detail.get("type") == "text/plain"
    title = clean.line(title, marked=not literal and (_is_markup(detail) or clean.looks_marked(title)))
    source = dict.get(item, "source") or {}
    source_title = source.get("title") or ""
    return finished(
        dict.get(item, "id"),
        title,
        _link(item, base),
        _summary(item, atom=atom),
        _published(item, now=now, offset=offset),
        clean.line(source_title, marked=clean.looks_marked(source_title), limit=200) or None,
        _link(source, base) or links.absolute(source.get("href"), base),
    )


def _base(item: feedparser.FeedParserDict, title: dict, url: str) -> str:
    """What the entry's links are relative to: xml:base where the document has it, else where the document came from."""
    base = title.get("base") or (dict.get(item, "summary_detail") or {}).get("base")
    return (links.absolute(base, url) if base else None) or url


def _is_markup(detail: dict) -> bool:
    return detail.get("type") == "application/xhtml+xml"


def _summary(item: feedparser.FeedParserDict, *, atom: bool) -> str:
    """The longer of summary and full content, as plain text."""
    texts: dict[str, bool] = {}
    for detail in (
        dict.get(item, "summary_detail") or {"value": dict.get(item, "summary")},
        *(dict.get(item, "content") or ()),
    ):
        value, kind = detail.get("value") or "", detail.get("type") or "text/html"
        if value and (kind.startswith("text/") or kind in _MARKUP or kind.endswith("xml")):
            # by the letter Atom's text/plain is literal; summaries full of tags are sloppy feeds, not lessons in HTML
            literal = atom and kind == "text/plain"
            texts[value] = (
                texts.get(value, False) or _is_markup(detail) or clean.looks_marked(value, entities=not literal)
            )
    return max((clean.blocks(text, marked=marked) for text, marked in texts.items()), key=len, default="")


def _link(item: dict, base: str) -> str | None:
    """The entry's own page: its link, else any alternate one that may be followed."""
    permalink = dict.get(item, "guidislink")  # then the guid stands in, and only a whole address can
    if found := links.absolute(dict.get(item, "link"), None if permalink else base):
        return found
    others = (
        links.absolute(other.get("href"), base)
        for other in dict.get(item, "links") or ()
        if other.get("rel") == "alternate"
    )
    return next((link for link in others if link), None)


def _date_texts(item: dict) -> list[str]:
    texts = (dict.get(item, key) for key in ("published", "updated", "created"))
    return [text for text in texts if isinstance(text, str) and text.strip()]


def _published(item: dict, *, now: datetime, offset: timedelta | None) -> tuple[datetime | None, str | None]:
    """The first date that is certain, with its text; else no date and the first text."""
    texts = _date_texts(item)
    for text in texts:
        if (moment := dates.read(text.strip(), now=now, offset=offset)) is not None:
            return moment, written(text)
    return None, written(texts[0]) if texts else None


def written(text: str) -> str:
    """A date as the feed wrote it, fit to be shown."""
    return clean.line(text, marked=False, limit=dates.MAX_TEXT)


def _stated_offset(document: feedparser.FeedParserDict) -> timedelta | None:
    """The zone for naive times: stated elsewhere in the document, always the same one, and not UTC.

    UTC does not count: many programs stamp the channel in UTC beside items in local time.
    """
    texts = [text for item in (document.feed, *document.entries) for text in _date_texts(item)]
    offsets = {dates.offset_of(text) for text in texts} - {None}
    return offsets.pop() if len(offsets) == 1 and timedelta(0) not in offsets else None
