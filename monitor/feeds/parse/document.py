"""Makes a feed document ready for feedparser: checked, mended where the fix is plain, known items left out.

    UTF-8 -> safe? -> a feed? -> well formed, or mended -> its items' hashes -> the bytes that are left to parse

feedparser sees neither prolog nor document type, only what scan.py has counted. Of a document that cannot be
mended, everything goes to feedparser's loose parser, and nothing is skipped next time.
"""

from __future__ import annotations

import html.entities
import re
from dataclasses import dataclass
from hashlib import blake2b

from monitor.feeds.parse.scan import MAX_ATTRIBUTES, Dangerous, Scan, scan

ROOTS = ("rss", "rdf", "feed")
MAX_LOOSE = 100_000  # opening and closing tags for feedparser's loose parser, which needs some 20 us for each
MAX_EXPANDED = 300_000  # characters that entities stand for
_HEAD = b"<?xml version='1.0' encoding='utf-8'?>\n"
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:rss|rdf|feed)(?=[\s/>])", re.I)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)(?=[\s/>])", re.I)
_CDATA = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.S)
_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_][\w.-]{0,31});")
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)")
_NUMBERED = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_END = re.compile(rb"</(?:[A-Za-z][\w.-]*:)?(?:rss|rdf|feed)\s*>", re.I)
_LONE = re.compile(rb"<(?=[\s\d=])")
_LONG_TAG = re.compile(rb"<[^<>]{4000,}")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_INLINE = re.compile(rb"(?<=;base64,)[A-Za-z0-9+/=\s]{200,}")  # pictures within the text, megabytes of them
_GUID = re.compile(rb"<(?:[\w.-]+:)?(?:guid|id)(?:\s[^>]*)?>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</", re.S)
_NAMESPACES = {  # what a prefix means where a feed forgot to say
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


class NotAFeed(Exception):
    """The text is something else; the message says what. Only used inside this package."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A document without the items that are known. `positions` are those of the items left, in the whole document."""

    data: bytes
    slices: tuple[bytes, ...]
    positions: tuple[int, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class Document:
    """A safe feed document and where its items are."""

    data: bytes  # UTF-8
    scan: Scan

    @property
    def well_formed(self) -> bool:
        return self.scan.error is None

    def reduced(self, known: frozenset[bytes]) -> Reduced:
        """The document without items whose hash is known, and without parts of items that no entry is made of.

        Items that share a guid always stay: what such a guid is worth shows only when they are seen together.
        """
        data, found = self.data, self.scan
        if not self.well_formed:
            return Reduced(_HEAD + _INLINE.sub(b"", data[found.root_start :]), (), (), 0)
        raw = [data[item.start : item.end] for item in found.items]
        slices = tuple(blake2b(piece, digest_size=16).digest() for piece in raw)
        shared = _shared_guids(raw) if known else frozenset()
        pieces, positions, at = [_HEAD], [], found.root_start
        for position, (item, digest) in enumerate(zip(found.items, slices, strict=True)):
            if digest in known and position not in shared:
                cuts = ((item.start, item.end),)
            else:
                cuts = item.cuts
                positions.append(position)
            for start, end in cuts:
                pieces.append(data[at:start])
                at = end
        pieces.append(data[at:])
        return Reduced(_INLINE.sub(b"", b"".join(pieces)), slices, tuple(positions), len(slices) - len(positions))


def open_document(data: bytes) -> Document:
    """UTF-8 in. Raises Dangerous or NotAFeed."""
    found = scan(data)
    if found.root_name not in ROOTS and (found.error or found.root is None):
        data = _from_root(data)
        found = scan(data)
        if not found.root and (root := _ROOT.match(data)):  # even its own tag may be broken
            found.root = data[1 : root.end()].decode()
    if found.root is None or found.root_name not in ROOTS:
        page = found.root_name in ("html", "head", "body")
        raise NotAFeed("a web page" if page else f"an XML document of another kind (<{(found.root or '')[:50]}>)")
    netscape = found.netscape
    data, found = _repaired(data, found)
    if found.error and found.cut_off and found.items:
        data, found = _closed(data, found)
    if found.error:
        _check_loose(data)
    found.netscape = netscape
    return Document(data, found)


def _from_root(data: bytes) -> bytes:
    """Drops junk that stands before the root element: a script's warning, a second declaration."""
    root, page = _ROOT.search(data), _PAGE.search(data)
    before = data[: root.start()] if root else data[:10_000]
    if b"<!entity" in before.lower():
        raise Dangerous("it declares entities in a broken document type")
    if root is None or (page and page.start() < root.start()):
        raise NotAFeed("a web page" if page or b"</" in before else "plain text")
    return data[root.start() :]


def _repaired(data: bytes, found: Scan) -> tuple[bytes, Scan]:
    """Mends what is not well formed, spells out a document type's entities, names the prefixes that were forgotten."""
    if found.error or found.doctype:
        data = _mended(data[found.root_start :], found.entities)
        found = scan(data)
    if found.undeclared and found.root:
        at = found.root_start + len(found.root.encode()) + 1
        names = "".join(f' xmlns:{p}="{_NAMESPACES.get(p, "urn:undeclared:" + p)}"' for p in sorted(found.undeclared))
        data = data[:at] + names.encode() + data[at:]
        found = scan(data)
    return data, found


def _mended(data: bytes, entities: dict[str, str]) -> bytes:
    """The plain mistakes: outside CDATA HTML's entities, bare ampersands, lone smaller-thans,
    numbers of no character; junk at the end.
    """

    grown = 0

    def spelled(match: re.Match[bytes]) -> bytes:
        nonlocal grown
        name = match[1].decode()
        value = entities.get(name) or html.entities.html5.get(name + ";")
        if not value:
            return match[0]
        grown += len(value)
        if grown > MAX_EXPANDED:
            raise Dangerous("its entities expand without bound")
        return "".join(f"&#{ord(c)};" for c in value).encode()

    pieces = _CDATA.split(data)
    pieces[::2] = [
        _LONE.sub(b"&lt;", _BARE.sub(b"&amp;", _NUMBERED.sub(_allowed, _NAMED.sub(spelled, piece))))
        for piece in pieces[::2]
    ]
    data = b"".join(pieces)
    end = None
    for found in _END.finditer(data):
        end = found
    return data[: end.end()] if end else data


def _allowed(reference: re.Match[bytes]) -> bytes:
    """A character reference, or the replacement sign where XML 1.0 has no such character (section 2.2)."""
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    code = int(digits, base) if len(digits) <= 8 else -1
    fine = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return b"&#%d;" % code if fine else "\ufffd".encode()


def _closed(data: bytes, found: Scan) -> tuple[bytes, Scan]:
    """A document that ends too early is closed after its last whole item."""
    tail = "".join(f"</{name}>" for name in reversed(found.parents)).encode()
    whole = data[: found.items[-1].end] + tail
    again = scan(whole)
    again.unfinished = found.unfinished
    return whole, again


def _check_loose(data: bytes) -> None:
    """Counts what the pass could not reach, because it stopped at an error."""
    data = _CDATA.sub(b"", data)
    if data.count(b"<") > MAX_LOOSE:
        raise Dangerous(f"it is broken and has more than {MAX_LOOSE} tags")
    for tag in _LONG_TAG.finditer(data):
        if _QUOTED.sub(b"", tag[0]).count(b"=") > MAX_ATTRIBUTES:
            raise Dangerous(f"a tag has more than {MAX_ATTRIBUTES} attributes")


def _shared_guids(items: list[bytes]) -> frozenset[int]:
    """Positions of items whose guid another item of the document has too."""
    places: dict[bytes, list[int]] = {}
    for position, item in enumerate(items):
        if match := _GUID.search(item):
            places.setdefault(match[1], []).append(position)
    return frozenset(p for group in places.values() if len(group) > 1 for p in group)
