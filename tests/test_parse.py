"""Feed documents and what must be read of them: one file a case in tests/feeds, adding a case is adding a file.

A file has a description, the body as text ("{x x 1000}" in it is that repeated), how it is encoded (with or without a
byte order mark), the Content-Type header, and what to expect: fields that must be so, positions of bad items, or the
kind of failure and words of its message.
"""

import codecs
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import yaml

from monitor.feeds.parse import parse
from monitor.models import Failure, FailureKind

CASES = sorted((Path(__file__).parent / "feeds").glob("*.yaml"))
NOW = datetime(2026, 3, 10, tzinfo=UTC)
URL = "https://feeds.example/world/rss"


def read(body: bytes, **more):
    return parse(body, **{"content_type": None, "url": URL, "now": NOW} | more)


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    encoding = case.get("encoding", "utf-8")
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding] if case.get("bom") else b""
    body = re.sub(r"\{(\w+) x (\d+)\}", lambda m: m[1] * int(m[2]), case["body"])
    got = read(mark + body.encode(encoding), content_type=case.get("content_type"))
    want = case["expect"]
    if "failure" in want:
        assert isinstance(got, Failure)
        assert got.kind == want["failure"] and got.kind in get_args(FailureKind)
        assert want.get("message", "") in got.message
        return
    assert not isinstance(got, Failure), got
    assert len(got.entries) == len(want["entries"])
    for entry, fields in zip(got.entries, want["entries"], strict=True):
        seen = {name: getattr(entry, name) for name in fields}
        if seen.get("published"):
            seen["published"] = seen["published"].isoformat()
        assert seen == fields
    assert [bad.position for bad in got.bad] == want.get("bad", [])
    for name in {"kind", "title"} & set(want):
        assert getattr(got, name) == want[name]
    if "ttl" in want:
        assert (got.ttl, got.skip_hours) == (timedelta(minutes=want["ttl"]), tuple(want["skip_hours"]))
    if "slices" in want:
        assert len(got.slices) == want["slices"]


def test_known_items_are_not_parsed_again():
    old = [f"<item><title>Old {n}</title><guid>g{n}</guid></item>" for n in range(3)]
    first = read(rss(*old))
    assert len(first.entries) == len(first.slices) == 3 and first.skipped == 0
    again = read(rss(*old), known=frozenset(first.slices))
    assert again.entries == () and again.skipped == 3 and again.slices == first.slices and again.title == "T"
    edited = "<item><title>Old 1, edited</title><guid>g1</guid></item>"
    later = read(
        rss("<item><title>New</title></item>", old[0], edited, old[2], "<item/>"), known=frozenset(first.slices)
    )
    assert [e.title for e in later.entries] == ["New", "Old 1, edited"]
    assert later.skipped == 2 and len(later.slices) == 5
    assert [bad.position for bad in later.bad] == [4]


def test_a_shared_guid_is_judged_alike_at_every_poll():
    items = [
        f"<item><title>T{n}</title><link>https://x.example/{n}</link><guid isPermaLink='false'>same</guid></item>"
        for n in range(3)
    ]
    first = read(rss(*items[:2]))
    later = read(rss(*items), known=frozenset(first.slices))
    assert [e.guid for e in first.entries] == [None, None]
    assert [e.guid for e in later.entries] == [None, None, None]


def test_what_is_cut_before_feedparser_changes_no_entry():
    plain = "<title>T</title><link>https://x.example/1</link><description>D</description>"
    extra = (
        '<category>a</category><media:thumbnail xmlns:media="m" '
        'url="a>b"/><x><title>no</title></x><comments>https://c.example</comments>'
    )
    bare = read(rss(f"<item>{plain}</item>")).entries
    full = read(rss(f"<item>{extra}{plain.replace('><', f'>{extra}<', 1)}{extra}</item>")).entries
    assert bare == full


def test_json_feeds_skip_known_items_too():
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"a"},{"id":"2","title":"b"}]}'
    first = read(body)
    again = read(body, known=frozenset(first.slices[:1]))
    assert first.kind == "json1" and [e.guid for e in again.entries] == ["2"] and again.skipped == 1


def test_long_texts_are_bounded_between_words():
    [entry] = read(
        rss(f"<item><title>{'word ' * 300}</title><description>{'warship ' * 5000}</description></item>")
    ).entries
    assert len(entry.title) <= 500 and entry.title.endswith("word…")
    assert 9_900 < len(entry.summary) <= 10_000 and entry.summary.endswith("warship")


@pytest.mark.parametrize("bad", [b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"\x1b[2J"])
def test_odd_bytes_spoil_nothing_else(bad):
    got = read(
        rss(*(f"<item><title>{title}</title></item>" for title in ("café one", "a@b", "مسقط"))).replace(b"@", bad)
    )
    assert [got.entries[0].title, got.entries[2].title] == ["café one", "مسقط"]
    assert got.entries[1].title[0] == "a" and got.entries[1].title[-1] == "b"
