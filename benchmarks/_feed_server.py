"""A loopback press for benchmarks: many healthy feeds on one server, in a process of its own so that it is not counted
as ours.

    with FeedServer(feeds=1000, entries=25, latency=0.06, texts=[(title, summary) ...]) as server:
        server.url(7)                       # every feed answers 304 to the ETag it gave
        server.hour_later(changed=450)      # so many feeds now have some new entries before the old ones

It also answers as a proxy, for feeds on made-up hosts: the last part of the path is the feed's number whatever the
host. What it serves depends on its arguments alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from zlib import crc32

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEWEST, MOST = 3, 7  # new entries of a feed that changed
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>FeedServer {n}</title>'
    "<link>https://server{n}.example/</link><description>News of server "
    "{n}</description><language>en</language><ttl>15</ttl>"
    '<atom:link href="https://server{n}.example/rss" rel="self" type="application/rss+xml"/>'
)


def item(feed: int, number: int, text: tuple[str, str]) -> str:
    """As agencies write them: markup in the summary, categories, a picture."""
    title, summary = (escape(part) for part in text)
    link = f"https://server{feed}.example/world/2026/03/{number}-report"
    return (
        f"<item><title>{title} ({feed}-{number})</title><link>{link}?utm_source=rss&amp;utm_medium=feed</link>"
        f'<guid isPermaLink="false">server{feed}:{number}</guid>'
        f"<pubDate>{format_datetime(START + timedelta(minutes=number))}</pubDate>"
        f"<dc:creator>Staff</dc:creator><category>World</category><category>Report {number % 9}</category>"
        f"<description>&lt;p&gt;{summary}&lt;/p&gt;&lt;p&gt;&lt;a href=&quot;{link}&quot;&gt;Continue "
        "reading&lt;/a&gt;&lt;/p&gt;</description>"
        f'<media:content url="https://server{feed}.example/{number}.jpg" type="image/jpeg" width="140"/>'
        f'<media:content url="https://server{feed}.example/{number}.jpg" type="image/jpeg" width="460"/></item>'
    )


def documents(feeds: int, entries: int, texts: Sequence[tuple[str, str]], more: Sequence[int]) -> list[bytes]:
    """The feeds' documents when feed n has had `more[n]` entries since the start:
    the newest `entries` of them, newest first.
    """
    made = []
    for feed in range(feeds):
        numbers = range(entries + more[feed] - 1, more[feed] - 1, -1)
        items = "".join(item(feed, number, texts[(feed * 7919 + number * 31) % len(texts)]) for number in numbers)
        made.append(f"{_HEAD.format(n=feed)}{items}</channel></rss>".encode())
    return made


@dataclass
class Asked:
    """How the server was treated."""

    requests: int = 0
    not_modified: int = 0
    at_once: int = 0  # the most requests under way to one host
    closest: float = 1e9  # seconds between two requests to one host
    longest_wait: float = 0.0  # seconds between two requests for one feed
    last: dict[int, float] = field(default_factory=dict)  # feed -> when it was asked last, by the server's clock
    now: float = 0.0


class FeedServer:
    """The server and the handle on it. `chances` draws which feeds change."""

    def __init__(self, *, feeds: int, entries: int, latency: float, texts: Sequence[tuple[str, str]], seed: int = 1):
        self.feeds, self.entries, self.latency, self.texts = feeds, entries, latency, list(texts)
        self.chances = random.Random(seed)
        self._context = multiprocessing.get_context("spawn")

    def __enter__(self) -> FeedServer:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs, self.latency), daemon=True)
        self._process.start()
        self.port = self._pipe.recv()
        self.reset()
        return self

    def __exit__(self, *_) -> None:
        self._pipe.send(None)
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()

    def url(self, feed: int) -> str:
        return f"http://127.0.0.1:{self.port}/{feed}"

    def reset(self) -> None:
        """Every feed as at the start."""
        self.more = [0] * self.feeds  # entries that each has had since then
        self._show()

    def hour_later(self, changed: int) -> int:
        """`changed` more feeds get new entries; gives how many entries in all."""
        before = sum(self.more)
        for feed in self.chances.sample(range(self.feeds), changed):
            self.more[feed] += self.chances.randint(FEWEST, MOST)
        self._show()
        return sum(self.more) - before

    def asked(self) -> Asked:
        """What was asked since the start."""
        self._pipe.send("asked")
        return self._pipe.recv()

    def _show(self) -> None:
        self._pipe.send(documents(self.feeds, self.entries, self.texts, self.more))
        self._pipe.recv()


class _Connection(asyncio.Protocol):
    """The least server that can be: what it costs is taken from the processors that are measured."""

    pages: list[tuple[bytes, bytes]] = []  # (ETag, document)
    latency = 0.0
    asked = Asked()
    under_way: Counter[bytes] = Counter()
    started: dict[bytes, float] = {}

    def connection_made(self, transport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            self._note(head, asyncio.get_running_loop().time())
            asyncio.get_running_loop().call_later(self.latency, self._answer, head)

    def _note(self, head: bytes, now: float) -> None:
        asked, host, feed = self.asked, _host(head), _feed(head)
        asked.requests += 1
        self.under_way[host] += 1
        asked.at_once = max(asked.at_once, self.under_way[host])
        asked.closest = min(asked.closest, now - self.started.get(host, -1e9))
        asked.longest_wait = max(asked.longest_wait, now - asked.last.get(feed, now))
        self.started[host] = asked.last[feed] = asked.now = now

    def _answer(self, head: bytes) -> None:
        self.under_way[_host(head)] -= 1
        if self.transport.is_closing():
            return
        tag, document = self.pages[_feed(head)]
        if tag in head:
            self.asked.not_modified += 1
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag)
        else:
            fields = (tag, len(document), document)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n%s"
                % fields
            )


def _feed(head: bytes) -> int:
    return int(head.split(b" ", 2)[1].rpartition(b"/")[2])


def _host(head: bytes) -> bytes:
    return head.partition(b"\r\nHost: ")[2].partition(b"\r\n")[0]


def _serve(pipe, latency: float) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_main(pipe, latency))


async def _main(pipe, latency: float) -> None:
    loop = asyncio.get_running_loop()
    _Connection.latency = latency
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=1000)
    pipe.send(server.sockets[0].getsockname()[1])
    while (said := await asyncio.to_thread(pipe.recv)) is not None:
        if said == "asked":
            _Connection.asked.now = loop.time()
            pipe.send(_Connection.asked)
        else:
            _Connection.pages = [(b'"%x"' % (crc32(page)), page) for page in said]
            pipe.send("ready")
    server.close()
