"""Lets only absolute web addresses through.

What a link leads to is not judged here; identity.py decides which links mean one article.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

MAX_LINK = 4_000  # characters; Google News needs about 600

# browsers drop tab and newline, nobody needs the rest
_DROPPED = re.compile(r"[\ud800-\udfff\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_WHOLE = re.compile(r"https?://[^/?#\s].*[^?#]", re.S)  # joining would change nothing
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


def absolute(href: object, base: str | None = None) -> str | None:
    """Gives the absolute http(s) address, resolved against `base`, or None for anything else (javascript:,
    data:, mailto: ...).
    """
    if not isinstance(href, str) or not (text := _DROPPED.sub("", href).strip()) or len(text) > MAX_LINK:
        return None
    try:
        whole = urljoin(base, text) if base and not _WHOLE.fullmatch(text) else text
        parts = urlsplit(whole)
        host, _ = parts.hostname, parts.port
    except ValueError:  # "http://[1", "http://host:port"
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return None
    return _UNSAFE.sub(lambda m: quote(m[0]), whole)
