"""Names the publisher family behind an entry, so that one house never counts as two independent sources.

Leaves telling stories apart to stories.py.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from monitor.models import Entry, Feed

# Hosts that relay other houses' news and name them in each entry's <source>.
AGGREGATORS = ("news.google.com", "news.yahoo.com", "www.bing.com", "www.msn.com")


def family(feed: Feed, entry: Entry) -> str:
    """The entry's <source> for an aggregator; else the feed's `publisher`; else the registrable domain of the feed's
    host (Public Suffix List); for an IP address or localhost, the feed's name."""
    relayed = urlsplit(feed.url).hostname in AGGREGATORS
    if entry.source and (relayed or not feed.publisher):
        return entry.source
    if relayed and entry.source_url and (domain := registrable_domain(entry.source_url)):
        return domain
    return feed.publisher or registrable_domain(feed.url) or feed.name


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str | None:
    """The domain that somebody registered: `bbci.co.uk` for `https://feeds.bbci.co.uk/...`. None where there is none."""
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
