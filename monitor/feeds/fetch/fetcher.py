"""Asks a feed's server for the document, politely and guarded, within one deadline and fixed bounds.

    address -> host's turn -> connect (addresses judged) -> status, redirects -> body (bounded) -> inflate (bounded) ->
        outcome

Two sets of connections are kept: a guarded one, which reaches public addresses only, and an open one for the very host
and port of allow_private feeds and for the operator's proxies. A feed's request goes through the open one only while it
asks its own host and port, also after redirects, so what one feed opened serves no other place and no other feed.

Through a proxy the proxy finds the address: then literal addresses and localhost are still judged here, names by the
proxy's rules. allow_private feeds never go through a proxy.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import ClientPayloadError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from multidict import CIMultiDict
from yarl import URL

from monitor import __version__
from monitor.feeds.fetch import answer, guard
from monitor.feeds.fetch.faults import PROGRAM, failure
from monitor.feeds.fetch.inflate import OFFERED, Inflater, TooLarge
from monitor.feeds.fetch.pace import Pace, Resting, Shared
from monitor.feeds.fetch.proxies import Proxies
from monitor.feeds.fetch.sockets import HEAD_ALLOWANCE, Connector, Lookup, Resolver, Sockets
from monitor.models import Failure, Feed, FeedState, Fetched, NotModified

log = logging.getLogger(__name__)

USER_AGENT = f"gulf-tension-monitor/{__version__} (feed reader; asks politely)"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
MEGABYTE = 1024 * 1024
MAX_REDIRECTS = 5
MAX_REDIRECT_URL_CHARS = 8000  # characters, as long as common servers take an address
MAX_HEADERS = 128
MAX_HEADER_LINE_BYTES = 32 * 1024  # some security policies are that long
FRAMING_SHARE = 2  # bytes on the wire for one of the body, beyond the first megabyte: chunks of one byte take six
CONNECT_SECONDS = 10.0  # seconds for one address of a host, then the next is tried
IDLE_SECONDS = 20.0  # seconds that an unused connection is kept
NAME_SECONDS = 60  # seconds that a looked-up name is believed
NAME_THREADS = 32  # look-ups that hang keep a thread for as long as the system's resolver tries
REST = timedelta(minutes=1)  # of a host that answers 429 without saying how long
REST_LONGEST = timedelta(hours=1)  # for the other feeds of a host that asked one feed to wait
FRAMING = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect", "accept-encoding"}
)


@dataclass(slots=True)
class _Walk:
    """One feed's request with the redirects it followed."""

    feed: Feed
    state: FeedState | None
    deadline: asyncio.Timeout
    own: URL  # as written: the host that gets its headers and that allow_private opens
    url: URL  # where it is now
    start: URL
    room: Callable[[], Awaitable[None]] | None
    seen: set[URL] = field(default_factory=set)
    permanent: bool = True  # every redirect so far was

    @property
    def host(self) -> str:
        return self.url.raw_host or ""


class Fetcher:
    """Use as an async context manager; `fetch` may be called many times side by side.

    `max_body` bounds the document in bytes, `max_wire` what its transfer may take (the same by default). `concurrency`
    bounds the exchanges under way, all hosts together. `lookup` stands in for socket.getaddrinfo, `proxies` for the
    environment's; `shared` makes the limits of a host hold for other processes too.
    """

    def __init__(
        self,
        *,
        per_host: int = 2,
        pause: timedelta = timedelta(seconds=1),
        timeout: timedelta = timedelta(seconds=20),
        max_body: int = 10 * MEGABYTE,
        max_wire: int | None = None,
        concurrency: int = 128,
        user_agent: str = USER_AGENT,
        lookup: Lookup = socket.getaddrinfo,
        proxies: Proxies | None = None,
        shared: Shared | None = None,
    ):
        self._shared = shared
        self._per_host, self._pause, self._timeout = per_host, pause.total_seconds(), timeout.total_seconds()
        self._max_body, self._max_wire = max_body, max_wire or max_body
        self._concurrency, self._lookup = concurrency, lookup
        self._proxies = proxies or Proxies()
        self._headers = {"User-Agent": user_agent, "Accept": ACCEPT}

    async def __aenter__(self) -> Fetcher:
        self._pace = Pace(self._per_host, self._pause, shared=self._shared)
        self._places = asyncio.Semaphore(self._concurrency)
        self._threads = ThreadPoolExecutor(NAME_THREADS, thread_name_prefix="names")
        self._sockets = Sockets()
        self._guarded = self._session(guarded=True)
        self._open = self._session(guarded=False)
        return self

    async def __aexit__(self, *_) -> None:
        await self._guarded.close()
        await self._open.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _session(self, *, guarded: bool) -> ClientSession:
        connector = Connector(
            self._sockets,
            resolver=Resolver(self._threads, self._lookup, guarded=guarded),
            socket_factory=self._sockets.guarded if guarded else self._sockets.open,
            ttl_dns_cache=NAME_SECONDS,
            keepalive_timeout=IDLE_SECONDS,
            limit=0,  # `concurrency` and `per_host` bound it
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=min(CONNECT_SECONDS, self._timeout)),
            max_field_size=MAX_HEADER_LINE_BYTES,
            max_headers=MAX_HEADERS,
        )

    async def fetch(
        self,
        feed: Feed,
        state: FeedState | None,
        *,
        url: str | None = None,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> Fetched | NotModified | Failure:
        """Ask once. Whatever a server does comes back as a value; nothing is raised for it.

        `url` is where to ask, the feed's own address if left out. `room` is awaited when it is the feed's turn, before
        each exchange: a caller that has no room for an answer waits there.
        """
        try:
            own = guard.place(feed.url)
            start = guard.place(url or feed.url)
        except guard.BadPlace as error:
            return Failure("redirects", str(error))
        conditional = state if state is not None and state.url == feed.url else None
        walk = None
        try:
            async with asyncio.timeout(None) as deadline:
                walk = _Walk(feed, conditional, deadline, own, start, start, room)
                return await self._follow(walk)
        except TimeoutError as error:
            if walk is not None and walk.deadline.expired():
                return Failure("timeout", f"{walk.host} did not finish answering within {self._timeout:g} s")
            return failure(error, own.raw_host or "")
        except Exception as error:  # whatever it is, it must not stop the round
            found = failure(error, walk.host if walk else "")
            level = logging.ERROR if found.kind == PROGRAM else logging.DEBUG
            log.log(level, "%s: %s", feed.name, found.message, exc_info=error)
            return found

    # -- one exchange after the other --------------------------------------------------------------------

    async def _follow(self, walk: _Walk) -> Fetched | NotModified | Failure:
        """Through at most MAX_REDIRECTS redirects. The deadline runs while a server is waited for,
        not while the feed waits for its turn.
        """
        remaining = self._timeout
        loop = asyncio.get_running_loop()
        while True:
            host = walk.host
            try:
                async with self._turn(walk) as turn, self._places:
                    if walk.room is not None:
                        await walk.room()
                    if turn:
                        await turn.begin()
                    began = loop.time()
                    walk.deadline.reschedule(began + remaining)
                    outcome = await self._ask(walk)
                    while outcome is None and walk.host == host:  # a redirect within the host needs no new turn
                        outcome = await self._ask(walk)
                    walk.deadline.reschedule(None)
                    remaining -= loop.time() - began
            except Resting as rest:
                wait = max(timedelta(seconds=rest.remaining), answer.RETRY_SHORTEST)
                return Failure(
                    "rate limited", f"{host} asked for a pause when another of its feeds was polled", None, wait
                )
            if outcome is not None:
                return outcome

    def _turn(self, walk: _Walk):
        return nullcontext() if walk.feed.allow_private else self._pace.turn(walk.host)

    async def _ask(self, walk: _Walk) -> Fetched | NotModified | Failure | None:
        """One request. None when it led to a redirect, which `walk` then points at."""
        session, proxy = self._way(walk)
        headers, conditional = self._request_headers(walk)
        more = {}
        if proxy is not None:
            more["proxy"] = proxy.url
            if proxy.authorization and walk.url.scheme == "http":
                headers["Proxy-Authorization"] = proxy.authorization
            elif proxy.authorization:
                more["proxy_headers"] = {"Proxy-Authorization": proxy.authorization}
        got = await session.get(walk.url, headers=headers, allow_redirects=False, **more)
        try:
            if got.status in answer.REDIRECTS:
                return self._redirected(walk, got)
            refused = answer.refusal(got.status, got.headers, asked_conditionally=conditional)
            if refused is not None:
                self._let_rest(walk, refused)
                return refused
            facts: dict[str, Any] = {
                "etag": answer.validator(got.headers, "ETag"),
                "last_modified": answer.validator(got.headers, "Last-Modified"),
                "max_age": answer.max_age(got.headers),
                "moved_to": str(walk.url) if walk.permanent and walk.url != walk.start else None,
            }
            if got.status == 304:
                return NotModified(**facts)
            body = await self._body(got)
            if not body.strip():
                return Failure("not a feed", "the server's answer is empty", got.status)
            return Fetched(body, got.status, str(walk.url), got.headers.get("Content-Type"), **facts)
        finally:
            if not got.content.is_eof() and got.connection is not None and got.connection.transport is not None:
                got.connection.transport.abort()  # a close would wait for a hostile server's goodbye
            got.close()

    def _way(self, walk: _Walk):
        """Which set of connections, and which proxy. Raises RefusedAddress, ProxyKind."""
        if walk.feed.allow_private and guard.endpoint(walk.url) == guard.endpoint(walk.own):
            return self._open, None
        guard.check_host(walk.host)
        proxy = self._proxies.of(walk.url)
        return (self._guarded, None) if proxy is None else (self._open, proxy)

    def _request_headers(self, walk: _Walk) -> tuple[CIMultiDict[str], bool]:
        headers = CIMultiDict(self._headers)
        here, written = guard.origin(walk.url), guard.origin(walk.own)
        upgraded = here == ("https", written[1], 443) and written[::2] == ("http", 80)
        if here == written or upgraded:
            headers.update((name, value) for name, value in walk.feed.headers if name.lower() not in FRAMING)
        headers["Accept-Encoding"] = OFFERED
        conditional = False
        if walk.state is not None:
            if walk.state.etag:
                headers["If-None-Match"] = walk.state.etag
                conditional = True
            # a date means nothing to a server that did not give it; an ETag that does not fit does no harm
            if walk.state.last_modified and guard.origin(walk.start) == here:
                headers["If-Modified-Since"] = walk.state.last_modified
                conditional = True
        return headers, conditional

    def _redirected(self, walk: _Walk, got: ClientResponse) -> Failure | None:
        location = got.headers.get("Location", "").strip()
        if not location:
            return Failure("redirects", f"the server redirects to nowhere ({got.status})", got.status)
        if len(location) > MAX_REDIRECT_URL_CHARS:
            return Failure("redirects", "the server redirects to an address that is too long", got.status)
        walk.seen.add(walk.url)
        try:
            walk.url = guard.place(location, walk.url)
        except guard.BadPlace as error:
            return Failure("redirects", f"the server redirects to a place that is not followed: {error}", got.status)
        if walk.url in walk.seen:
            return Failure("redirects", "the server redirects in a circle", got.status)
        if len(walk.seen) > MAX_REDIRECTS:
            return Failure("redirects", f"the server redirects more than {MAX_REDIRECTS} times", got.status)
        walk.permanent = walk.permanent and got.status in answer.PERMANENT
        return None

    def _let_rest(self, walk: _Walk, refused: Failure) -> None:
        if refused.status == 429 and not walk.feed.allow_private:
            self._pace.rest(walk.host, min(refused.retry_after or REST, REST_LONGEST).total_seconds())

    async def _body(self, got: ClientResponse) -> bytes:
        """The document. Raises TooLarge, Undecodable, and what the connection broke with."""
        if (got.content_length or 0) > self._max_wire:
            raise TooLarge(f"the answer is {got.content_length:,} bytes long, more than allowed")
        source = self._sockets.of(got.connection)
        inflater = Inflater(", ".join(got.headers.getall("Content-Encoding", ())), self._max_body)
        if source is not None:
            source.allowance = HEAD_ALLOWANCE + FRAMING_SHARE * self._max_wire
        size = 0
        try:
            while chunk := await got.content.readany():
                size += len(chunk)
                if size > self._max_wire:
                    raise TooLarge("the answer is longer than allowed")
                if source is not None and source.taken > HEAD_ALLOWANCE + FRAMING_SHARE * size:
                    raise TooLarge("the answer is mostly framing")
                inflater.feed(chunk)
        except ClientPayloadError:
            if source is None or source.broken is None:
                raise
        if (
            source is not None and source.broken is not None
        ):  # where no length was said, aiohttp takes even a reset for the end
            raise source.broken
        return inflater.finish() if size else b""
