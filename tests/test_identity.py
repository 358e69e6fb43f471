"""What makes two entries one article, and what keeps two apart."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.feeds.identity import canonical_link, identity
from monitor.models import Entry

ONE_PAGE = [
    [
        "https://www.example.org/a/b",
        "http://example.org/a/b/",
        "HTTPS://Example.ORG:443/a/b#top",
        "https://m.example.org/a/b",
        "https://example.org./a/b",
    ],
    [
        "https://example.org/a",
        "https://example.org/a?utm_source=x&utm_medium=rss",
        "https://example.org/a?fbclid=1&gclid=2&xtor=RSS-3208",
    ],
    [
        "https://example.org/a",
        "https://example.org/a?at_medium=RSS&at_campaign=rss",
        "https://example.org/a?partner=rss&traffic_source=rss",
    ],
    [
        "https://example.org/a",
        "https://example.org/amp/a",
        "https://example.org/a/amp/",
        "https://amp.example.org/a?amp=1",
        "https://example.org/a.amp",
    ],
    ["https://example.org/a.html", "https://example.org/a.amp.html", "https://www.google.com/amp/s/example.org/a.html"],
    [
        "https://example.org/a",
        "https://example-org.cdn.ampproject.org/c/s/example.org/a",
        "https://www.google.com/url?rct=j&url=https://example.org/a&ct=ga",
    ],
    ["https://example.org/a?id=1&page=2", "https://example.org/a?page=2&id=1"],
    [
        "https://example.org/أخبار",
        "https://example.org/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1",
        "https://example.org/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1",
    ],
    ["https://en.wikipedia.org/wiki/Hormuz", "https://en.m.wikipedia.org/wiki/Hormuz"],
    [
        "https://news.google.com/rss/articles/CBMiabcdefgh?oc=5",
        "https://news.google.com/articles/CBMiabcdefgh?hl=fr&gl=FR",
        "https://news.google.com/read/CBMiabcdefgh",
    ],
]
TWO_PAGES = [
    ("https://example.org/a?id=1", "https://example.org/a?id=2"),
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/a", "https://example.org:8080/a"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://news.google.com/rss/articles/CBMiabcdefgh", "https://news.google.com/rss/articles/CBMiabcdefgi"),
    ("https://fr.example.org/a", "https://en.example.org/a"),
    ("https://mail.example.org/", "https://example.org/"),
    ("https://m.com/a", "https://com/a"),
]  # fmt: skip
ENTRY = Entry(guid=None, title="A title", link=None, summary="", published=None, published_text=None)


@pytest.mark.parametrize("addresses", ONE_PAGE, ids=lambda row: row[0])
def test_one_page_has_one_key(addresses):
    assert len({canonical_link(address) for address in addresses}) == 1


@pytest.mark.parametrize(("one", "other"), TWO_PAGES)
def test_two_pages_have_two(one, other):
    assert canonical_link(one) != canonical_link(other)


@pytest.mark.parametrize(
    "address",
    ["", "http://[1", "mailto:a@b", "https://x.org:port/", "https://example.org/%ff%zz?%=&&=", "https://example.org/%"],
)
def test_anything_has_a_key(address):
    assert canonical_link(canonical_link(address)) is not None


def test_guid_before_link_before_title_and_date():
    whole = replace(ENTRY, guid="tag:1", link="https://example.org/a", published=datetime(2026, 3, 2, tzinfo=UTC))
    assert identity(whole) == identity(replace(whole, link="https://example.org/b", title="Edited"))
    linked = replace(whole, guid=None)
    assert identity(linked) == identity(replace(linked, link="https://m.example.org/a?utm_source=x", title="Edited"))
    bare = replace(linked, link=None)
    assert identity(bare) == identity(replace(bare, title=" a  TITLE"))
    assert identity(bare) != identity(replace(bare, published=None))
    assert identity(bare) != identity(replace(bare, title="Another"))
    assert len({identity(whole), identity(linked), identity(bare)}) == 3


@pytest.mark.parametrize("name", ["ref", "cmp", "output", "rss", "oc", "share", "at_id"])
def test_within_a_feed_the_query_names_the_article(name):
    pages = [f"https://example.org/story?{name}={number}&utm_source=rss" for number in (1, 2)]
    for key in ("guid", "link"):
        one, other = (replace(ENTRY, **{key: page}) for page in pages)
        assert identity(one) != identity(other)
    assert len({canonical_link(page) for page in pages}) == 1  # another feed may link to the same page by another `ref`


def test_a_front_page_names_no_article():
    for home in ("https://www.example.org", "http://m.example.org/?utm_source=rss"):
        one, other = (replace(ENTRY, guid=home, link=home, title=title) for title in ("One", "Other"))
        assert identity(one) != identity(other) and identity(one) == identity(replace(one, guid=None)) == identity(
            replace(one, link=None)
        )
    assert identity(replace(ENTRY, link="https://example.org/a", title="One")) == identity(
        replace(ENTRY, link="https://example.org/a")
    )


def test_a_guid_that_counts_its_edits_stays_one():
    guid = "https://www.example.org/news/abc"
    assert (
        identity(replace(ENTRY, guid=guid + "#0"))
        == identity(replace(ENTRY, guid=guid + "#12"))
        == identity(replace(ENTRY, guid=guid))
    )
    assert identity(replace(ENTRY, guid=guid + "#post-1")) != identity(replace(ENTRY, guid=guid + "#post-2"))
