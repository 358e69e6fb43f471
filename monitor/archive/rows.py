"""Makes an entry of a row of an archive, or says why it is none. Pure.

What an archive calls its columns differs, so ours may be mapped to theirs; texts are cleaned as those of feeds are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from monitor.errors import InputError
from monitor.feeds.identity import canonical_link, identity
from monitor.feeds.parse import clean, dates
from monitor.feeds.parse.links import absolute
from monitor.feeds.publishers import registrable_domain
from monitor.models import Entry

# ours -> what it is, in the words of docs/archives.md
COLUMNS = {
    "title": "the headline",
    "summary": "what follows it",
    "link": "its address on the web",
    "guid": "its key within its feed",
    "lang": "the language that its feed declares",
    "source": "who published it: feed and publisher, where these are left out",
    "feed": "the feed it came by",
    "publisher": "who published it",
    "country": "the publisher's",
    "tier": "of the publisher, 1 to 4",
    "published": "the time that it bears",
    "first_seen": "when it was first seen; published, where that is left out",
}
EARLIEST, LATEST = 1990, 2200  # years
FAR = datetime(LATEST, 1, 1, tzinfo=UTC)
MAX_NAME = 200  # characters


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of an archive, with what its feed would say."""

    entry: Entry
    feed: str
    publisher: str
    lang: str | None
    country: str | None
    tier: int | None
    first_seen: datetime
    identity: str
    canonical: str | None


def columns_of(text: str | None) -> dict[str, str]:
    """ours -> theirs, from `title=headline,summary=body`. Raises InputError."""
    found = {}
    for pair in filter(None, (text or "").split(",")):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or ours not in COLUMNS or not theirs:
            raise InputError(f"--map {pair.strip()}: write ours=theirs, with ours one of {', '.join(COLUMNS)}")
        found[ours] = theirs
    return found


def found_in(row: Mapping[str, object], columns: Mapping[str, str]) -> Found:
    """The entry of a row, whose columns are those of COLUMNS or, where `columns` says so, called otherwise.

    Raises ValueError saying what is wrong and what to do.
    """
    values = {ours: row.get(columns.get(ours, ours)) for ours in COLUMNS}
    title = _cleaned(values, "title")
    summary = _cleaned(values, "summary")
    if not title and not summary:
        raise ValueError("it has neither title nor summary; --map says which columns they are")
    link = absolute(_text(values, "link"))
    source = _name(values, "source")
    publisher = _name(values, "publisher") or source or _site(link) or _name(values, "feed")
    if not publisher:
        raise ValueError("nothing says who published it; give source, publisher, feed or link")
    published_text = values["published"]
    first_seen = _first_seen(values["first_seen"])
    published = _certain(published_text, first_seen or FAR)
    first_seen = first_seen or published or _first_seen(published_text)
    if first_seen is None:
        raise ValueError("nothing says when it was seen; give first_seen or published, like 2016-04-07T12:13:20Z")
    written = None if published_text is None else _plain(str(published_text))[: dates.MAX_TEXT]
    entry = Entry(_text(values, "guid") or None, title, link, summary, published, written)
    return Found(
        entry,
        _name(values, "feed") or source or publisher,
        publisher,
        _name(values, "lang").lower()[:2] or None,
        _name(values, "country") or None,
        _tier(values["tier"]),
        first_seen,
        identity(entry),
        canonical_link(link) if link else None,
    )


def _site(link: str | None) -> str | None:
    return (registrable_domain(link) or urlsplit(link).hostname) if link else None


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def _text(values: Mapping[str, object], name: str) -> str:
    value = values[name]
    if value is None:
        return ""
    if not isinstance(value, str):
        if name in ("title", "summary") or isinstance(value, list | dict | bytes):
            raise ValueError(f"{name} is not text")
        value = str(value)
    return _plain(value)


def _name(values: Mapping[str, object], name: str) -> str:
    return clean.line(_text(values, name), marked=False, limit=MAX_NAME)


def _cleaned(values: Mapping[str, object], name: str) -> str:
    text = _text(values, name)
    make = clean.line if name == "title" else clean.blocks
    return make(text, marked=("<" in text or "&" in text) and clean.looks_marked(text))


def _tier(value: object) -> int | None:
    if value is None or value == "":
        return None
    if str(value) not in ("1", "2", "3", "4"):
        raise ValueError(f"tier is {str(value)[:20]!r}; write 1, 2, 3 or 4, or leave it out")
    return int(str(value))


def _first_seen(value: object) -> datetime | None:
    """A time of the archive's own: one without a zone is UTC, and a day its midnight. Raises ValueError."""
    if value is None or value == "":
        return None
    found = _moment(value)
    if found is None:
        found = dates.read(str(value), now=FAR, offset=timedelta(0))
    if found is None:
        raise ValueError(f"{str(value)[:40]!r} is no time; write it like 2016-04-07T12:13:20Z")
    found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    if not EARLIEST <= found.year < LATEST:
        raise ValueError(f"{str(value)[:40]} is outside the years {EARLIEST} to {LATEST - 1}")
    return found


def _certain(value: object, first_seen: datetime) -> datetime | None:
    """When it was published, where a full date, a time and a zone say so."""
    if value is None or value == "":
        return None
    found = _moment(value)
    if found is None or found.tzinfo is None:
        return dates.read(str(value), now=first_seen)
    found = found.astimezone(UTC)
    return found if EARLIEST <= found.year < LATEST else None


def _moment(value: object) -> datetime | None:
    """Of ISO text, or of a column that holds times or days; the calendar's ends are none."""
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            found = datetime.combine(value, time())
        elif isinstance(value, str) and len(value) >= 10 and "-" in value[4:8]:
            found = datetime.fromisoformat(value)
        else:
            return None
        return found if 1 < found.year < 9999 else None
    except ValueError:
        return None
