"""Lists of feeds as OPML, which feed readers exchange: entries of feeds.yaml from such a file, and the way back.

Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ElementTree, SubElement, TreeBuilder, indent
from xml.parsers import expat

from monitor.config.environment import is_web_address
from monitor.errors import InputError
from monitor.models import Feed

MOST_BYTES = 5_000_000
MOST_FEEDS, DEEPEST = 20_000, 50
_UNSAFE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed of an OPML file: its title, address, and the folders that it lies in."""

    name: str
    url: str
    tags: tuple[str, ...] = ()


def read(text: bytes) -> tuple[list[Listed], list[str]]:
    """The feeds of an OPML file, each address once, and a sentence for each that was left out. Raises InputError.

    Names are made to differ, since a feed's name is its key.
    """
    feeds: list[Listed] = []
    left_out: list[str] = []
    names: set[str] = set()
    seen: set[str] = set()
    for outline, folders in _outlines(_tree(text)):
        url = (outline.get("xmlUrl") or "").strip()
        title = _line(outline.get("title") or outline.get("text") or url)
        if not is_web_address(url) or "@" in url.split("/")[2]:
            left_out.append(f"{title}: its address is not http:// or https:// without user and password")
        elif url in seen:
            left_out.append(f"{title}: its address is listed twice")
        else:
            if len(feeds) >= MOST_FEEDS:
                raise InputError(f"the file lists more than {MOST_FEEDS:,} feeds; split it")
            seen.add(url)
            feeds.append(Listed(_unlike(title, names), url, folders))
    return feeds, left_out


def as_yaml(feeds: Iterable[Listed]) -> str:
    """Entries to be pasted under `feeds:` of feeds.yaml. Strings are in double quotes, where JSON's are YAML's too."""
    lines = []
    for feed in feeds:
        lines += [f"  - name: {_quoted(feed.name)}", f"    url: {_quoted(feed.url)}"]
        if feed.tags:
            lines.append(f"    tags: [{', '.join(map(_quoted, feed.tags))}]")
    return "".join(f"{line}\n" for line in lines)


def write(feeds: Iterable[Feed]) -> bytes:
    """An OPML file of the enabled feeds. Headers, which may hold secrets, and private addresses are left out."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = "Gulf tension monitor"
    body = SubElement(root, "body")
    for feed in feeds:
        if not feed.enabled or feed.allow_private:
            continue
        more = {"language": feed.language} if feed.language else {}
        if feed.tags:
            more["category"] = ",".join(tag.replace(",", " ") for tag in feed.tags)
        name = _line(feed.name)
        SubElement(body, "outline", {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url, **more})
    indent(root)
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    from io import BytesIO

    out = BytesIO()
    ElementTree(root).write(out, encoding="utf-8", xml_declaration=True)
    return out.getvalue() + b"\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    return " ".join(_UNSAFE.sub(" ", text).split())[:200]


def _unlike(title: str, names: set[str]) -> str:
    """The title, with a number where another feed has it already."""
    name, number = title, 2
    while name.casefold() in names:
        name, number = f"{title} ({number})", number + 1
    names.add(name.casefold())
    return name


def _outlines(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Every outline with an address, and the names of those around it."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(child, ()) for child in reversed(root.findall("body/outline"))]
    while waiting:
        outline, folders = waiting.pop()
        if outline.get("xmlUrl"):
            yield outline, folders
            continue
        name = _line(outline.get("title") or outline.get("text") or "")
        inside = (*folders, name) if name and name not in folders else folders
        waiting += [(child, inside) for child in reversed(outline.findall("outline"))]


def _tree(text: bytes) -> Element:
    """The document. It may be an attack: no entities, no other files, no depth without end. Raises InputError."""
    if len(text) > MOST_BYTES:
        raise InputError(f"the file has more than {MOST_BYTES // 1_000_000} MB; split it")
    builder, parser, depth = TreeBuilder(), expat.ParserCreate(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise InputError(f"line {parser.CurrentLineNumber}: folders lie more than {DEEPEST} deep")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def declared(*_: object) -> None:
        raise InputError(f"line {parser.CurrentLineNumber}: a document type, which OPML has none of; it is not read")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(text, True)
        root = builder.close()
    except expat.ExpatError as fault:
        raise InputError(f"line {fault.lineno}: {expat.ErrorString(fault.code)}; is it an OPML file?") from fault
    if root.tag != "opml":
        raise InputError(f"the file is no OPML: it begins with <{root.tag[:40]}>")
    return root
