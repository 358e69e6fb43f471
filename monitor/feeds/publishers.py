"""Names the publisher of an entry: several feeds of one owner are one independent source.

Pure.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from monitor.models import Entry, Feed


def publisher_of(feed: Feed, entry: Entry) -> str:
    """The entry's `<source>`, by name or else by domain, if the feed is marked as an aggregator; else the feed's
    `publisher`; else the registrable domain of the feed's host (Public Suffix List); for an IP address or localhost,
    the feed's name.

    Any other feed's `<source>` is not believed: its author could pass for any number of publishers.
    """
    if feed.aggregator:
        if entry.source:
            return entry.source
        if entry.source_url and (domain := registrable_domain(entry.source_url)):
            return domain
    return feed.publisher or registrable_domain(feed.url) or feed.name


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str | None:
    """The domain that somebody registered: `bbci.co.uk` for `https://feeds.bbci.co.uk/...`. None
    where there is none.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if not host or _is_address(host):
        return None
    return _suffixes().privatesuffix(host)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
