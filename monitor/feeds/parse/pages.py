"""Says what a web page offers that answered in a feed's place."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from monitor.feeds.parse import links

_MAX_PAGE = 300_000  # bytes; feeds are named in the head
_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


def advertised(data: bytes, url: str) -> str | None:
    """The address of the first feed that the page names with <link rel=alternate>, or None."""
    page = LexborHTMLParser(data[: _head_end(data)].decode("utf-8", "ignore"))
    base_tag = page.css_first("base[href]")
    base = links.absolute(base_tag.attributes.get("href"), url) if base_tag else url
    for link in page.css("link[rel][href][type]"):
        values = link.attributes
        if (
            "alternate" in (values.get("rel") or "").lower().split()
            and (values.get("type") or "").split(";")[0].strip().lower() in _TYPES
        ):
            if address := links.absolute(values.get("href"), base or url):
                return address
    return None


def _head_end(data: bytes) -> int:
    """Pages put their feeds into the head; a tree of the body would only take time."""
    end = data[:_MAX_PAGE].lower().find(b"</head>")
    return end if end > 0 else _MAX_PAGE
