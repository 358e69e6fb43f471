"""Rows for `archive` out of WARC files, as Common Crawl's news crawl has them: the pages of news sites as they were
fetched.

A page gives its title, its description or first paragraphs, its language and the time that it says it was published;
`first_seen` is when it was fetched. Pages of sections and lists are taken as well.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

MAX_PAGE = 300_000  # bytes that are looked at
MAX_TAGS = 20_000  # past that no tree is built: parsing is not linear in hostile nesting
LEAD = 1_000  # characters of paragraphs, where there is no description
SHORTEST = 60  # characters of a paragraph: shorter ones are captions and menus
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?([A-Za-z0-9_-]{2,30})""", re.I)
_SAID = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,30})", re.I)

Rows = Iterator[dict[str, str] | str]


def pages(path: Path) -> Rows:
    """A row for each page that a site answered with, or why it is none; requests and the like give nothing. Raises
    OSError where the file is damaged.
    """
    with path.open("rb") as file:
        try:
            _check(path)
            for record in ArchiveIterator(file):
                if record.rec_type == "response":
                    yield _page(record)
        except (ArchiveLoadFailed, EOFError, ValueError) as error:
            raise OSError(f"{path}: {str(error)[:200]}") from error


def _check(path: Path) -> None:
    """Raises OSError, EOFError where it is no web archive, or cut short: warcio would end there in silence."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as whole:
        if not whole.read(5) == b"WARC/":
            raise ValueError("not a web archive")
        while path.suffix == ".gz" and whole.read(1 << 20):
            pass


def _page(record) -> dict[str, str] | str:
    status = record.http_headers.get_statuscode() if record.http_headers else ""
    if status != "200":
        return "not answered with 200"
    kind = record.http_headers.get_header("Content-Type") or ""
    if "html" not in kind.lower():
        return "not a page"
    body = record.content_stream().read(MAX_PAGE)
    if body.count(b"<") > MAX_TAGS:
        return "too many tags"
    tree = LexborHTMLParser(_decoded(body, kind))
    title = _meta(tree, "og:title") or _text(tree.css_first("title"))
    if not title:
        return "no title"
    html = tree.css_first("html")
    return {
        "title": title,
        "summary": _meta(tree, "og:description") or _meta(tree, "description") or _lead(tree),
        "link": record.rec_headers.get_header("WARC-Target-URI") or "",
        "lang": (html.attributes.get("lang") if html else None) or "",
        "published": _meta(tree, "article:published_time"),
        "first_seen": record.rec_headers.get_header("WARC-Date") or "",
    }


def _decoded(body: bytes, kind: str) -> str:
    """By the answer's charset, else the page's own, else UTF-8."""
    found = _SAID.search(kind)
    inside = _CHARSET.search(body[:4096])
    for name in (found and found[1], inside and inside[1].decode()):
        if name:
            try:
                return body.decode(name, "replace")
            except LookupError:  # no such charset
                continue
    return body.decode("utf-8", "replace")


def _meta(tree: LexborHTMLParser, name: str) -> str:
    found = tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return (found.attributes.get("content") or "").strip() if found else ""


def _text(node) -> str:
    return " ".join(node.text().split()) if node else ""


def _lead(tree: LexborHTMLParser) -> str:
    lead = ""
    for node in tree.css("p"):
        if len(text := _text(node)) >= SHORTEST:
            lead = f"{lead} {text}".strip()
        if len(lead) >= LEAD:
            break
    return lead[: 2 * LEAD]
