"""One cheap pass with expat over a feed document: is it safe, is it well formed, and where is each item?

Counts everything before a slow parser sees the document; feedparser needs minutes for 100,000 attributes on one tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_TAGS = 250_000  # and attributes; a feed of 5,000 items has about 75,000; feedparser needs some 30 us for each
MAX_ITEMS = 20_000  # reading more takes longer than a reader process may
MAX_ATTRIBUTES = 256  # on one tag
MAX_DEPTH = 200  # XHTML in Atom nests, but not like this
MAX_ENTITIES = 300  # as many as HTML 4 has, with some to spare

# What an entry is made of. Everything else in an item (categories, thumbnails, enclosures) is cut out before
# feedparser, whose time goes by the tag.
_KEPT = frozenset(
    ("title", "link", "guid", "id", "description", "summary", "abstract", "content", "encoded", "fullitem", "body",
        "div", "group", "base")
    + ("pubdate", "published", "issued", "created", "updated", "modified", "date", "source")
)  # fmt: skip
_CUT = frozenset(("media:content", "itunes:title", "atom:link"))  # pictures with captions of their own
_TAG = re.compile(rb"<[^\"'>]*+(?:\"[^\"]*\"[^\"'>]*+|'[^']*'[^\"'>]*+)*+>")
# no element found, unclosed token, partial character, unclosed CDATA section
_CUT_OFF = frozenset((3, 5, 6, 20))


class Dangerous(Exception):
    """The document carries an attack; the message names it. Only used inside this package."""


@dataclass(slots=True)
class Item:
    """Where an item stands in the bytes, and what may be cut out of it."""

    start: int
    end: int = -1
    cuts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Scan:
    """What the pass found. Offsets count bytes."""

    root: str | None = None  # as written, with its prefix
    root_start: int = 0
    items: list[Item] = field(default_factory=list)
    unfinished: Item | None = None
    parents: list[str] = field(default_factory=list)  # open tags around the last item
    doctype: bool = False
    netscape: bool = False
    entities: dict[str, str] = field(default_factory=dict)
    undeclared: set[str] = field(default_factory=set)  # prefixes without a namespace
    error: str | None = None  # why it is not well formed
    cut_off: bool = False  # the error is that the document ends too early

    @property
    def root_name(self) -> str:
        return self.root.rpartition(":")[2].lower() if self.root else ""


def scan(data: bytes) -> Scan:
    """Reads UTF-8 bytes once. Raises Dangerous."""
    found = Scan()
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    stack: list[str] = []
    declared, used = {"xml", "xmlns"}, set()
    tags = item_depth = cut_from = 0
    item_name = "item"
    item: Item | None = None

    def start(name: str, attributes: list[str]) -> None:
        nonlocal tags, item, item_depth, item_name, cut_from
        tags += 1 + len(attributes) // 2
        stack.append(name)
        depth = len(stack)
        if tags > MAX_TAGS:
            raise Dangerous(f"it has more than {MAX_TAGS} tags and attributes")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise Dangerous(f"a tag has {len(attributes) // 2} attributes")
        if depth > MAX_DEPTH:
            raise Dangerous(f"its tags are nested more than {MAX_DEPTH} deep")
        for key in attributes[::2]:
            if ":" in key:
                prefix, _, rest = key.partition(":")
                (declared.add(rest) if prefix == "xmlns" else used.add(prefix))
        prefix, _, local = name.rpartition(":")
        if prefix:
            used.add(prefix)
        if depth == 1:
            found.root, found.root_start = name, parser.CurrentByteIndex
            item_name = "entry" if local.lower() == "feed" else "item"
        elif item is None:
            if local.lower() == item_name and depth <= 4:
                if len(found.items) >= MAX_ITEMS:
                    raise Dangerous(f"it has more than {MAX_ITEMS} items")
                item, item_depth = Item(parser.CurrentByteIndex), depth
                found.parents = stack[:-1]
        elif depth == item_depth + 1 and (local.lower() not in _KEPT or name.lower() in _CUT):
            cut_from = parser.CurrentByteIndex

    def end(name: str) -> None:
        nonlocal item, cut_from
        depth = len(stack)
        stack.pop()
        if item is None:
            return
        if depth == item_depth:
            item.end = _end_of(data, name, item.start, parser.CurrentByteIndex)
            found.items.append(item)
            item = None
        elif cut_from and depth == item_depth + 1:
            item.cuts.append((cut_from, _end_of(data, name, cut_from, parser.CurrentByteIndex)))
            cut_from = 0

    def doctype(name: str, system: str | None, public: str | None, _internal: int) -> None:
        found.doctype = True
        found.netscape = "netscape" in f"{system} {public}".lower()

    def entity(name: str, parameter: int, value: str | None, _base, _system, _public, notation) -> None:
        if parameter or value is None or notation is not None:
            raise Dangerous("it declares an outside or parameter entity")
        if len(value) > 100 or "&" in value or "<" in value or len(found.entities) >= MAX_ENTITIES:
            raise Dangerous("it declares entities that expand")
        found.entities.setdefault(name, value)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = doctype, entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        found.error = str(error)
        found.cut_off = error.code in _CUT_OFF
        if "amplification" in found.error:
            raise Dangerous("its entities expand without bound") from error
    found.unfinished = item
    found.undeclared = used - declared
    return found


def _end_of(data: bytes, name: str, start: int, here: int) -> int:
    """Where an element's last byte is followed: `here` is where expat stands at its end,
    which differs for <empty/> ones.
    """
    closing = b"</" + name.encode()
    if data.startswith(closing, here) and data[here + len(closing)] in b" \t\r\n>":
        return data.index(b">", here) + 1
    tag = _TAG.match(data, start)
    return tag.end() if tag else here
