"""A feed internet of our own on the loopback: one server with healthy and hostile paths, and a canary on the port
beside it.

    with Internet() as net:
        net.serve("/rss", Page(b"<rss/>", etag='"1"'))
        net.serve("/drip", slow_drip)                  # async (Request, reader, writer) -> None, writes what it likes
        ... ask net.url("/rss") ...
        assert not net.canary and net.asked("/rss")[0].headers["user-agent"]

It runs in a thread of its own, so synchronous tests, browsers and other processes can ask it too.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = (
    Path(__file__).parent / "certificates" / "localhost.pem"
)  # signed by itself, its key beside it; for tests only


@dataclass(frozen=True)
class Request:
    """What a client asked. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    connection: int  # which one it came over, counted from 1


@dataclass
class Page:
    """A well-behaved answer; 304 by itself where the client's validators fit."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/rss+xml"
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    close: bool = False

    async def __call__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        asked_tag, asked_date = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        fits = (
            asked_tag == self.etag
            if asked_tag is not None
            else asked_date is not None and asked_date == self.last_modified
        )
        same = self.status == 200 and fits and (self.etag or self.last_modified)
        fields = {
            "Date": email.utils.formatdate(usegmt=True),
            "ETag": self.etag,
            "Last-Modified": self.last_modified,
            **self.headers,
        }
        if not same:
            fields |= {"Content-Type": self.content_type, "Content-Length": str(len(self.body))}
        if self.close:
            fields["Connection"] = "close"
        status = "304 Not Modified" if same else f"{self.status} Some Reason"
        head = f"HTTP/1.1 {status}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in fields.items() if value is not None
        )
        writer.write(head.encode("utf-8", "surrogateescape") + b"\r\n" + (b"" if same else self.body))
        await writer.drain()
        if self.close:
            writer.close()


def redirect(to: str, status: int = 302, **headers: str) -> Page:
    return Page(status=status, headers={"Location": to, **headers})


Behaviour = Callable[[Request, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Internet:
    """One server, its canary, and the log of what was asked. `tls` serves https with a certificate
    that nobody signed.
    """

    def __init__(self, *, tls: bool = False):
        self.requests: list[Request] = []
        self.canary: list[bytes] = []  # one entry a touch of the neighbouring port; it has to stay empty
        self.most_at_once = 0
        self._pages: dict[str, Behaviour] = {}
        self._connections = 0
        self._busy = 0
        self._tasks: set[asyncio.Task] = set()
        self._tls = tls

    def serve(self, path: str, behaviour: Behaviour) -> str:
        """Answer `path` like this from now on; gives its URL."""
        self._pages[path] = behaviour
        return self.url(path)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    # -- life --------------------------------------------------------------------------------------------

    def __enter__(self) -> Internet:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), name="internet", daemon=True)
        self._thread.start()
        if not ready.wait(60):
            raise RuntimeError("the loopback internet did not start")
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        here, beside = _two_ports()
        self.port, self.canary_port = here.getsockname()[1], beside.getsockname()[1]
        context = None
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        server = await asyncio.start_server(self._connected, sock=here, ssl=context)
        canary = await asyncio.start_server(self._touched, sock=beside)
        ready.set()
        await self._stop.wait()
        server.close()
        canary.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _touched(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.canary.append(b"connected")
        with contextlib.suppress(OSError, TimeoutError):
            self.canary.append(await asyncio.wait_for(reader.read(1000), 1))
        writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while not writer.is_closing() and (request := await _read_request(reader, writer, number)):
                self.requests.append(request)
                behaviour = (
                    self._pages.get(request.path)
                    or self._pages.get(request.path.partition("?")[0])
                    or Page(b"not here", 404)
                )
                self._busy += 1
                self.most_at_once = max(self.most_at_once, self._busy)
                try:
                    await behaviour(request, reader, writer)
                finally:
                    self._busy -= 1
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went, or the test is over
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if self._stop.is_set() else writer.close()


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> Request | None:
    first = await reader.read(1)
    if first == b"\x16":  # a TLS greeting on a plain port
        await reader.read(4096)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return None
    line = (first + await reader.readline()).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while field := (await reader.readline()).decode("utf-8", "surrogateescape").rstrip("\r\n"):
        name, _, value = field.partition(":")
        name = name.lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return Request(line[0], line[1], headers, number)


def _two_ports() -> tuple[socket.socket, socket.socket]:
    """Two listening sockets on neighbouring ports."""
    for _ in range(200):
        here = socket.create_server(("127.0.0.1", 0))
        beside = socket.socket()
        try:
            beside.bind(("127.0.0.1", here.getsockname()[1] + 1))
            beside.listen()
        except (OSError, OverflowError):
            here.close()
            beside.close()
        else:
            return here, beside
    raise RuntimeError("no two neighbouring ports are free")
