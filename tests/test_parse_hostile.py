"""Documents built to hurt by their size: refused by count before anything slow sees them,
or read as far as they are sound.
"""

from datetime import UTC, datetime

import pytest

from monitor.feeds.parse import parse
from monitor.models import Failure, Parsed

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def feed(inside: str, *, root: str = "<rss version='2.0'>", end: str = "</channel></rss>") -> bytes:
    return f"{root}<channel><title>T</title><item><title>Healthy</title></item>{inside}{end}".encode()


MANY = " ".join(f'a{n}="1"' for n in range(100_000))
REFUSED = {
    "100,000 attributes on a tag": feed(f"<item {MANY}><title>x</title></item>"),
    "100,000 attributes on the root": feed("", root=f"<rss {MANY}>"),
    "100,000 namespaces": feed("", root="<rss " + " ".join(f'xmlns:a{n}="u{n}"' for n in range(100_000)) + ">"),
    "attributes behind a mistake": feed(f"<item><b></item><item {MANY}><title>x</title></item>"),
    "deep nesting": feed("<item><description>" + "<div>" * 50_000 + "</div>" * 50_000 + "</description></item>"),
    "deep nesting without an end": feed("<item>" + "<a>" * 50_000),
    "millions of tags": feed("<item/>" * 400_000),
    "millions of tags behind a mistake": feed("<item><b></item>" + "<item/>" * 400_000),
    "quadratic entity": b'<!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 100_000
    + b'">]>'
    + feed("<item><title>" + "&a;" * 1000 + "</title></item>"),
    "many entities": b"<!DOCTYPE rss [" + b"".join(b'<!ENTITY e%d "x">' % n for n in range(5000)) + b"]>" + feed(""),
    "attributes by the million": feed(("<item " + " ".join(f'a{n}=""' for n in range(250)) + "/>") * 2000),
    "entities that grow together": b'<!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 99
    + b'">]>'
    + feed("<item><title>" + "&a;" * 100_000 + "</title></item>"),
    "tags by the thousand behind a mistake": feed("<item><b></item>" + "<a " * 150_000),
    "JSON of empty lists": b'{"version":"https://jsonfeed.org/version/1.1","items":[],"more":['
    + b"[]," * 400_000
    + b"[]]}",
    "deep JSON": b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
}
ENDURED = {
    "blank lines before the root": b"\n" * 4_000_000 + feed(""),
    "marks before the root": b"\xef\xbb\xbf" * 1_000_000 + feed(""),
    "a comment of a megabyte": b"<?xml version='1.0'?><!--" + b"<item>" * 170_000 + b"-->" + feed(""),
    "a title of a megabyte": feed("<item><title>" + "x" * 1_000_000 + "</title></item>"),
    "a summary of deep markup": feed(
        "<item><title>t</title><description><![CDATA[" + "<div>" * 100_000 + "]]></description></item>"
    ),
    "a summary of open formatting": feed(
        "<item><title>t</title><description><![CDATA["
        + "".join(f"<b a={n}>" for n in range(20_000))
        + "<p>x" * 20_000
        + "]]></description></item>"
    ),
    "a summary of half tags": feed(
        "<item><title>t</title><description><![CDATA[" + "<a href='" * 100_000 + "]]></description></item>"
    ),
    "a summary of ampersands": feed(
        "<item><title>t</title><description><![CDATA[" + "&" * 1_000_000 + "]]></description></item>"
    ),
    "a date of a megabyte": feed("<item><title>t</title><pubDate>" + "1" * 1_000_000 + "</pubDate></item>"),
    "emoji among megabytes": feed("<item><title>\U0001f600" + "x" * 4_000_000 + "</title></item>"),
    "a link of a megabyte": feed("<item><title>t</title><link>http://x/" + "a" * 1_000_000 + "</link></item>"),
    "a namespace named by attack": feed("<item><title>t</title><x:y>z</x:y></item>"),
    "numbers too large to read": b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":'
    + b"9" * 1_000_000
    + b',"title":"Healthy"}]}',
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    got = parse(REFUSED[name], content_type=None, url="https://x.example/", now=NOW)
    assert isinstance(got, Failure) and got.kind == "dangerous"


@pytest.mark.parametrize("name", ENDURED)
def test_endured(name):
    got = parse(ENDURED[name], content_type=None, url="https://x.example/", now=NOW)
    assert isinstance(got, Parsed) and got.entries[0].title == "Healthy"
    assert all(len(e.title) <= 500 and len(e.summary) <= 10_000 and len(e.link or "") <= 4_000 for e in got.entries)
