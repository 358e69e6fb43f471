"""Limits the requests to one host: how many at once, a pause between two starts, none while the host asked for rest.

Runs on the event loop's clock, not on the program's. Where several processes poll, `Shared` makes the limits hold for
all of them together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

MAX_HOSTS = 1000  # hosts remembered before idle ones are dropped


class Resting(Exception):
    """The host asked for rest; `remaining` seconds of it are left."""

    def __init__(self, remaining: float):
        self.remaining = remaining
        super().__init__(f"{remaining:.0f} s left")


class Shared(Protocol):
    """Turns that several processes share."""

    async def take(self, host: str) -> str:
        """Wait for a turn; gives a ticket. Raises Resting."""

    def free(self, host: str, ticket: str) -> None: ...

    def rest(self, host: str, seconds: float) -> None: ...


@dataclass(slots=True)
class Turn:
    """One exchange with a host."""

    pace: Pace
    host: str
    ticket: str | None = None

    async def begin(self) -> None:
        """Right before the exchange. Raises Resting."""
        await self.pace.begin(self)


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    next_start: float = 0.0
    begun: float = float("-inf")  # the last exchange
    rest_until: float = 0.0
    users: int = field(default=0)


class Pace:
    """`async with pace.turn(host) as turn` around each exchange with a host, `await turn.begin()` right before it."""

    def __init__(
        self,
        per_host: int,
        pause: float,
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        shared: Shared | None = None,
    ):
        self._shared = shared
        self._per_host, self._pause = per_host, pause
        self._clock = clock or asyncio.get_running_loop().time
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait for a place and the pause. Raises Resting."""
        host, turn = self._host(name), Turn(self, name)
        host.users += 1
        try:
            async with host.places:
                self._check_rest(host)
                now = self._clock()
                start = max(now, host.next_start)
                host.next_start = start + self._pause  # claimed before waiting, so that the next one waits behind it
                if start > now:
                    await self._sleep(start - now)
                    self._check_rest(host)
                yield turn
        finally:
            host.users -= 1
            if self._shared and turn.ticket:
                self._shared.free(name, turn.ticket)

    async def begin(self, turn: Turn) -> None:
        """Within a turn, right before the exchange: a request that waited for something else in between must not start
        together with the next one.
        """
        host = self._host(turn.host)
        now = self._clock()
        host.begun = max(now, host.begun + self._pause)
        if host.begun > now:
            await self._sleep(host.begun - now)
        if self._shared:
            turn.ticket = await self._shared.take(turn.host)

    def rest(self, name: str, seconds: float) -> None:
        """The host asked to be left alone for so long."""
        host = self._host(name)
        host.rest_until = max(host.rest_until, self._clock() + seconds)
        if self._shared:
            self._shared.rest(name, seconds)

    def _check_rest(self, host: _Host) -> None:
        if (remaining := host.rest_until - self._clock()) > 0:
            raise Resting(remaining)

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            if len(self._hosts) >= MAX_HOSTS:
                now = self._clock()
                self._hosts = {n: h for n, h in self._hosts.items() if h.users or max(h.next_start, h.rest_until) > now}
            self._hosts[name] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[name]
