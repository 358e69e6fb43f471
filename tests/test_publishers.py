"""Whose voice an entry is."""

import pytest

from monitor.feeds.publishers import family, registrable_domain
from monitor.models import Entry, Feed


def entry(source=None, source_url=None):
    return Entry(None, "t", None, "", None, None, source, source_url)


GOOGLE = "https://news.google.com/rss/search?q=Hormuz"


@pytest.mark.parametrize(
    ("feed", "item", "expected"),
    [
        (Feed("G", GOOGLE, publisher="Google News"), entry("Reuters", "https://www.reuters.com"), "Reuters"),
        (Feed("G", GOOGLE, publisher="Google News"), entry(None, "https://www.reuters.com"), "reuters.com"),
        (Feed("G", GOOGLE, publisher="Google News"), entry(), "Google News"),
        (Feed("B", "https://feeds.bbci.co.uk/news/rss.xml", publisher="BBC"), entry("AFP"), "BBC"),
        (Feed("B", "https://feeds.bbci.co.uk/news/rss.xml"), entry(), "bbci.co.uk"),
        (Feed("Mine", "http://127.0.0.1:8000/f.xml"), entry(), "Mine"),
        (Feed("Mine", "http://localhost:8000/f.xml"), entry(), "Mine"),
        (Feed("Six", "http://[::1]/f.xml"), entry(), "Six"),
    ],
)
def test_family(feed, item, expected):
    assert family(feed, item) == expected


def test_a_public_suffix_is_nobodys_domain():
    assert registrable_domain("https://co.uk/feed") is None
