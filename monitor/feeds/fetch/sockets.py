"""The sockets and name look-ups that aiohttp is given: every address is judged, every byte is counted.

A custom resolver is not asked about literal addresses and a socket factory sees the final one of each connection, so
the factory decides. It checks the very address that is connected to: a name that resolves differently in between gains
nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection

from monitor.feeds.fetch.guard import RefusedAddress, refusal

Lookup = Callable[..., list[tuple]]  # as socket.getaddrinfo


class TooMuch(OSError):
    """A server sent more for one request than is accepted."""


HEAD_ALLOWANCE = 1024 * 1024  # bytes before a body is read: headers, interim answers, TLS, what is read ahead


class MeteredSocket(socket.socket):
    """A socket that stops taking after `allowance` bytes for one request; what it sends begins a new count.

    This bounds what a limit on the body does not see: endless headers, interim answers, empty lines, chunk extensions.
    The code that reads a body raises the allowance for it.
    """

    allowance = HEAD_ALLOWANCE
    taken = 0
    used = False  # an exchange went over it
    broken: OSError | None = None

    def _count(self, size: int) -> None:
        self.taken += size
        if self.taken > self.allowance:
            raise TooMuch("more was sent than is taken")

    def recv(self, *args) -> bytes:
        try:
            data = super().recv(*args)
            self._count(len(data))
        except (BlockingIOError, InterruptedError):
            raise
        except OSError as error:
            self.broken = error
            raise
        return data

    def recv_into(self, *args) -> int:
        try:
            size = super().recv_into(*args)
            self._count(size)
        except (BlockingIOError, InterruptedError):
            raise
        except OSError as error:
            self.broken = error
            raise
        return size

    def _again(self) -> None:
        self.taken, self.allowance = 0, HEAD_ALLOWANCE

    def send(self, *args) -> int:
        self._again()
        return super().send(*args)

    def sendmsg(self, *args) -> int:
        self._again()
        return super().sendmsg(*args)


class Sockets:
    """Makes the sockets of one Fetcher and finds the one of a connection."""

    def __init__(self) -> None:
        self._by_number: WeakValueDictionary[int, MeteredSocket] = WeakValueDictionary()

    def guarded(self, info: tuple) -> MeteredSocket:
        """A socket for a public address. Raises RefusedAddress for any other."""
        if word := refusal(info[4][0]):
            raise RefusedAddress(f"{info[4][0]} is a {word} address")
        return self.open(info)

    def open(self, info: tuple) -> MeteredSocket:
        """A socket for an address that an editor or the operator has named."""
        made = MeteredSocket(info[0], info[1], info[2])
        self._by_number[made.fileno()] = made
        return made

    def of(self, connection: Connection | None) -> MeteredSocket | None:
        """The socket of a connection in use; None for one given back, as it is once an answer is read to its end."""
        transport = connection.transport if connection else None
        found = transport.get_extra_info("socket") if transport else None
        return self._by_number.get(found.fileno()) if found else None


class Connector(TCPConnector):
    """Keeps connections for later requests, except those on which the server kept sending:
    that would be read as the next answer.
    """

    def __init__(self, sockets: Sockets, **options):
        super().__init__(**options)
        self._sockets = sockets

    async def connect(self, req, traces, timeout) -> Connection:
        while True:
            connection = await super().connect(req, traces, timeout)
            through = self._sockets.of(connection)
            if through is None or not through.used or not (connection.protocol and connection.protocol.should_close):
                break
            connection.close()
        if through is not None:
            through.used = True
        return connection


class Resolver(AbstractResolver):
    """Asks the system's resolver in threads of its own: slow name servers delay nothing else.

    `guarded` drops the addresses that feeds may not lead to and raises RefusedAddress when none is left.
    """

    def __init__(self, threads: ThreadPoolExecutor, lookup: Lookup, *, guarded: bool):
        self._threads, self._lookup, self._guarded = threads, lookup, guarded

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        try:
            infos = await loop.run_in_executor(
                self._threads, lambda: self._lookup(host, port, family=family, type=socket.SOCK_STREAM)
            )
        except UnicodeError as error:  # a label that is empty or longer than 63 letters
            raise socket.gaierror(socket.EAI_NONAME, "the host name cannot be looked up") from error
        found, refused = [], None
        for kind, _, proto, _, address in infos:
            word = refusal(address[0]) if self._guarded else None
            if word:
                refused = f"{host} leads to {address[0]}, a {word} address"
            else:
                numeric = socket.AI_NUMERICHOST
                found.append(
                    ResolveResult(hostname=host, host=address[0], port=port, family=kind, proto=proto, flags=numeric)
                )
        if not found:
            raise RefusedAddress(refused) if refused else socket.gaierror(socket.EAI_NONAME, "no address")
        return found

    async def close(self) -> None:
        """The threads belong to the Fetcher."""
