"""Hostile and broken servers by name: what each does, and what must come of it.

Adding a kind is adding a row to HOSTILE. `kind` is the failure's kind, or None where the document must come through
whole; several where it depends on how the bytes arrive, each of them right. `{canary}` in a redirect is the
neighbouring port that must never be touched, `{port}` the server's own.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import zstandard

from tests.internet import Behaviour, Internet, Page, Request, redirect

ITEMS = b"<item><title>Tanker sails</title></item>" * 50
FEED = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>" + ITEMS + b"</channel></rss>"
ZEROS = bytes(40_000_000)


@dataclass(frozen=True)
class Hostile:
    name: str
    kind: str | tuple[str | None, ...] | None
    behaviour: Behaviour | Callable[[Internet], Behaviour]
    words: str = ""  # must be in the failure's message
    status: int | None = None


def says(*parts: bytes, hang: bool = False, reset: bool = False) -> Behaviour:
    """Writes these bytes, then closes, resets or stays silent."""

    async def behaviour(request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if hang:
            await asyncio.sleep(60)
        if reset:
            await asyncio.sleep(0.05)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    return behaviour


def endless(start: bytes, again: bytes, *, pause: float = 0) -> Behaviour:
    """Writes `start`, then `again` until the client goes away."""

    async def behaviour(request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)

    return behaviour


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


def document(body: bytes, *lines: str) -> Behaviour:
    return says(head(f"Content-Length: {len(body)}", *lines) + body)


def encoded(label: str, body: bytes) -> Behaviour:
    return Page(body, headers={"Content-Encoding": label})


def to(address: str, status: int = 302) -> Callable[[Internet], Behaviour]:
    return lambda net: redirect(address.format(port=net.port, canary=net.canary_port), status)


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return (
        head("Transfer-Encoding: chunked") + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end
    )


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


TO_REFUSED = (
    "http://127.0.0.1:{canary}/", "http://localhost:{canary}/", "http://localhost.:{canary}/",
    "http://LOCALHOST:{port}/feed", "http://a.localhost:{canary}/", "http://127.1:{canary}/",
    "http://127.0.0.1.:{port}/feed", "http://0x7f.1:{canary}/", "http://0x7f000001:{port}/feed",
    "http://2130706433:{canary}/", "http://0177.0.0.1:{canary}/", "http://127.000.000.001:{canary}/",
    "http://0:{canary}/", "http://0.0.0.0:{canary}/", "http://[::1]:{canary}/", "http://[::]:{canary}/",
    "http://[::ffff:127.0.0.1]:{canary}/",
    "http://[::ffff:7f00:1]:{port}/feed", "http://[::127.0.0.1]:{canary}/", "http://[64:ff9b::127.0.0.1]:{canary}/",
    "http://[2002:7f00:1::]:{canary}/", "http://[2001:0:1:2:3:4:80ff:fffe]:{canary}/",
    "http://[fe80::1%25lo]:{canary}/", "http://[fc00::1]/", "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/latest/", "http://10.0.0.1/",
    "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/", "http://100.127.255.254/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://198.18.0.1/", "//127.0.0.1:{canary}/",
    "http://\u2460\u2461\u2466.0.0.1:{canary}/",
    "https://127.0.0.1:{canary}/",
)  # fmt: skip
TO_NOWHERE = (
    "file:///etc/passwd", "ftp://127.0.0.1:{canary}/", "gopher://127.0.0.1:{canary}/", "data:text/xml,<rss/>",
    "javascript:alert(1)", "http://user:password@127.0.0.1:{port}/feed", "http://user@127.0.0.1:{port}/feed", "http://",
    "http:///feed", "https:", "http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:0/",
    "http://127.0.0.1\\@127.0.0.1:{canary}/", "http://exa mple/",
)  # fmt: skip

HOSTILE = [
    # -- time
    Hostile("never answers", "timeout", says(hang=True)),
    Hostile("half a status line", "timeout", says(b"HTTP/1.1 20", hang=True)),
    Hostile("half a head", "timeout", says(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n", hang=True)),
    Hostile("body that stops", "timeout", says(head("Content-Length: 5000") + FEED[:100], hang=True)),
    Hostile("drip of head", "timeout", endless(b"HTTP/1.1 200 OK\r\nX: ", b"a", pause=0.05)),
    Hostile("drip of body", "timeout", endless(head("Content-Length: 100000"), b" ", pause=0.05)),
    Hostile("drip of chunks", "timeout", endless(head("Transfer-Encoding: chunked"), b"1\r\n \r\n", pause=0.05)),
    Hostile("drip of interim answers", "timeout", endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", pause=0.05)),
    Hostile("redirects, each in time, together too slow", "timeout", lambda net: _slower),
    # -- size
    Hostile("endless body", "too large", endless(head(), b"<item/>" * 5000)),
    Hostile(
        "endless chunks",
        "too large",
        endless(head("Transfer-Encoding: chunked"), b"7000\r\n" + b" " * 0x7000 + b"\r\n"),
    ),
    Hostile("endless tiny chunks", "too large", endless(head("Transfer-Encoding: chunked"), b"1\r\n \r\n" * 5000)),
    Hostile("endless chunk extension", "too large", endless(head("Transfer-Encoding: chunked") + b"1;", b"x" * 60_000)),
    Hostile("endless interim answers", "too large", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)),
    Hostile("endless empty lines", "too large", endless(b"", b"\r\n" * 30_000)),
    Hostile("huge content-length", "too large", says(head("Content-Length: 99999999999"), hang=True)),
    Hostile("endless header", "http", endless(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 60_000)),
    Hostile("endless headers", "http", endless(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n" * 1000)),
    Hostile(
        "endless trailers",
        ("network", "http"),
        endless(head("Transfer-Encoding: chunked") + b"0\r\n", b"X: a\r\n" * 1000),
    ),
    Hostile("endless status line", "http", endless(b"HTTP/1.1 200 ", b"a" * 60_000)),
    Hostile("gzip bomb", "too large", encoded("gzip", gzip.compress(ZEROS))),
    Hostile("gzip bomb in a gzip", "too large", encoded("gzip, gzip", gzip.compress(gzip.compress(ZEROS)))),
    Hostile("gzip bomb without a label", "too large", Page(gzip.compress(ZEROS))),
    Hostile("gzip of many files", "too large", encoded("gzip", gzip.compress(b"") * 2000)),
    Hostile("deflate bomb", "too large", encoded("deflate", zlib.compress(ZEROS))),
    Hostile("br bomb", "too large", encoded("br", brotli.compress(ZEROS, quality=5))),
    Hostile("zstd bomb", "too large", encoded("zstd", zstd(ZEROS))),
    # -- compression
    Hostile("broken gzip", "encoding", encoded("gzip", gzip.compress(FEED)[:20] + b"rubbish" * 20)),
    Hostile("cut gzip", "encoding", encoded("gzip", gzip.compress(FEED)[:-9])),
    Hostile("cut br", "encoding", encoded("br", brotli.compress(FEED)[:-5])),
    Hostile("cut zstd", "encoding", encoded("zstd", zstd(FEED)[:-5])),
    Hostile("rubbish as br", "encoding", encoded("br", b"\xff" * 100)),
    Hostile("rubbish as deflate", "encoding", encoded("deflate", b"\xff" * 100)),
    Hostile("not offered", "encoding", encoded("compress", b"\x1f\x9d\x90rubbish of another age"), "compress"),
    Hostile("compressed many times", "encoding", encoded("gzip, gzip, gzip, gzip", b"anything"), "too many"),
    Hostile("gzip", None, encoded("gzip", gzip.compress(FEED))),
    Hostile("gzip with rubbish behind", None, encoded("gzip", gzip.compress(FEED) + b"rubbish")),
    Hostile("gzip in two files", None, encoded("gzip", gzip.compress(FEED[:99]) + gzip.compress(FEED[99:]))),
    Hostile("gzip without a label", None, Page(gzip.compress(FEED))),
    Hostile("gzip twice, one label", None, encoded("gzip", gzip.compress(gzip.compress(FEED)))),
    Hostile("gzip label on plain text", None, encoded("gzip", FEED)),
    Hostile("odd label on plain text", None, encoded("utf-8", FEED)),
    Hostile("deflate", None, encoded("deflate", zlib.compress(FEED))),
    Hostile("bare deflate", None, encoded("deflate", bare_deflate(FEED))),
    Hostile("br", None, encoded("br", brotli.compress(FEED))),
    Hostile("zstd", None, encoded("zstd", zstd(FEED))),
    Hostile("br of gzip", None, encoded("gzip, br", brotli.compress(gzip.compress(FEED)))),
    # -- framing
    Hostile("closes at once", "network", says()),
    Hostile("resets at once", "network", says(reset=True)),
    Hostile("resets in the body", "network", says(head() + FEED[:500], reset=True)),
    Hostile("closes in the head", "network", says(b"HTTP/1.1 200 OK\r\nContent-Ty")),
    Hostile("content-length too long", "network", says(head(f"Content-Length: {len(FEED) + 10}") + FEED)),
    Hostile("content-length too short", (None, "http"), says(head(f"Content-Length: {len(FEED)}") + FEED + b"more")),
    Hostile("content-length twice", "http", says(head("Content-Length: 5", "Content-Length: 9") + FEED)),
    Hostile("negative content-length", "http", says(head("Content-Length: -5") + FEED)),
    Hostile("no length, closes", None, says(head() + FEED)),
    Hostile("chunks", None, says(chunked(FEED[:700], FEED[700:]))),
    Hostile("chunk size is no number", ("network", "http"), says(chunked(FEED[:700], end=b"zz\r\nmore\r\n"))),
    Hostile(
        "chunk larger than said",
        ("network", "http"),
        says(head("Transfer-Encoding: chunked") + b"3\r\n<rss>\r\n0\r\n\r\n"),
    ),
    Hostile("chunks that stop", "network", says(chunked(FEED[:700], end=b""))),
    Hostile(
        "interim answers first",
        None,
        says(head(status="103 Early Hints") * 3 + head(f"Content-Length: {len(FEED)}") + FEED),
    ),
    Hostile("HTTP/0.9", "http", says(FEED)),
    Hostile("another protocol", "http", says(b"SSH-2.0-OpenSSH_9.6\r\n")),
    Hostile("binary rubbish", "http", says(bytes(range(256)) * 20)),
    Hostile("status is no number", "http", says(b"HTTP/1.1 abc OK\r\n\r\n")),
    Hostile("HTTP/1.0", None, says(b"HTTP/1.0 200 OK\r\n\r\n" + FEED)),
    Hostile("NUL in a header", "http", says(head("X: a\0b", f"Content-Length: {len(FEED)}") + FEED)),
    Hostile(
        "header that is not UTF-8", None, says(b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nX-Name: \xe9\r\n\r\n' + FEED)
    ),
    # -- statuses
    Hostile(
        "101",
        "http",
        says(head("Upgrade: websocket", "Connection: upgrade", status="101 Switching Protocols"), hang=True),
    ),
    Hostile("204", "http", says(head(status="204 No Content")), status=204),
    Hostile("206 unasked", "http", Page(FEED[:10], 206, headers={"Content-Range": "bytes 0-9/100"}), status=206),
    Hostile("304 unasked", "http", says(head(status="304 Not Modified")), status=304),
    Hostile("300 with a choice", "http", Page(FEED, 300, headers={"Location": "/feed"}), status=300),
    Hostile("401", "http", Page(b"who are you", 401), status=401),
    Hostile("404", "http", Page(b"not here", 404), status=404),
    Hostile("410", "gone", Page(b"gone", 410), status=410),
    Hostile("429", "rate limited", Page(b"slow down", 429, headers={"Retry-After": "120"}), "2 min", 429),
    Hostile("500", "http", Page(b"oops", 500), status=500),
    Hostile("503", "http", Page(b"busy", 503), status=503),
    Hostile(
        "503 with a date",
        "rate limited",
        Page(b"", 503, headers={"Retry-After": "Fri, 31 Dec 2060 23:59:59 GMT"}),
        "1440 min",
        503,
    ),
    Hostile("999", "http", Page(b"no", 999), status=999),
    Hostile("200 without a body", "not a feed", Page(b""), "empty", 200),
    Hostile("200 with blanks only", "not a feed", Page(b" \r\n" * 100), "empty", 200),
    Hostile("gzip label on nothing", "not a feed", encoded("gzip", b""), "empty", 200),
    # -- redirects
    Hostile("redirect to an endless address", "redirects", lambda net: redirect("/" + "a" * 9000), "too long"),
    Hostile("redirect to nowhere", "redirects", Page(status=302), "nowhere", 302),
    Hostile("redirect to itself", "redirects", to("/redirect%20to%20itself"), "circle"),
    Hostile("redirect without end", "redirects", lambda net: _longer, "more than 5"),
    Hostile("redirect to TLS on a plain port", "tls", to("https://127.0.0.1:{port}/feed", 307)),
    *(Hostile(f"redirect to {where}", "refused address", to(where)) for where in TO_REFUSED),
    *(Hostile(f"redirect to {where}", "redirects", to(where)) for where in TO_NOWHERE),
]


async def _longer(request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    path, _, query = request.path.partition("?")
    await redirect(f"{path}?{query}x")(request, reader, writer)


async def _slower(request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.5)
    await _longer(request, reader, writer)
