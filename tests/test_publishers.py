"""Who published an entry."""

import pytest

from monitor.feeds.publishers import publisher_of, registrable_domain
from monitor.models import Entry, Feed


def entry(source=None, source_url=None):
    return Entry(None, "t", None, "", None, None, source, source_url)


GOOGLE = "https://news.google.com/rss/search?q=Hormuz"


@pytest.mark.parametrize(
    ("feed", "item", "expected"),
    [
        (
            Feed("G", GOOGLE, publisher="Google News", aggregator=True),
            entry("Reuters", "https://www.reuters.com"),
            "Reuters",
        ),
        (
            Feed("G", GOOGLE, publisher="Google News", aggregator=True),
            entry(None, "https://www.reuters.com"),
            "reuters.com",
        ),
        (Feed("G", GOOGLE, publisher="Google News", aggregator=True), entry(), "Google News"),
        (Feed("B", "https://feeds.bbci.co.uk/news/rss.xml", publisher="BBC"), entry("AFP"), "BBC"),
        (Feed("B", "https://feeds.bbci.co.uk/news/rss.xml"), entry(), "bbci.co.uk"),
        (Feed("G", GOOGLE), entry("Reuters"), "google.com"),
        (Feed("My search", "http://127.0.0.1:8000/s.xml", aggregator=True), entry("Reuters"), "Reuters"),
        (Feed("Mine", "http://127.0.0.1:8000/f.xml"), entry(), "Mine"),
        (Feed("Mine", "http://localhost:8000/f.xml"), entry(), "Mine"),
        (Feed("Six", "http://[::1]/f.xml"), entry(), "Six"),
    ],
)
def test_publisher_of(feed, item, expected):
    assert publisher_of(feed, item) == expected


def test_one_feed_cannot_pass_for_three_publishers():
    blog = Feed("Blog", "https://blog.example.org/rss.xml")
    assert {publisher_of(blog, entry(name)) for name in ("Reuters", "AFP", "AP")} == {"example.org"}


def test_a_public_suffix_is_nobodys_domain():
    assert registrable_domain("https://co.uk/feed") is None
