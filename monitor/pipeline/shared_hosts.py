"""The turns at hosts that this process shares with others, asked for from one event loop.

take, free, rest -> those of a moment together -> storage/hosts.py, in a thread -> answers
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from concurrent.futures import ThreadPoolExecutor

from monitor.errors import StorageError
from monitor.feeds.fetch.pace import Resting
from monitor.storage import hosts
from monitor.storage.hosts import Answer, Ask, Limits
from monitor.storage.store import Store

log = logging.getLogger(__name__)
AGAIN = (0.1, 0.4)  # seconds until a host is asked again whose connections are all in use
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="hosts")
AWAY = 1.0  # seconds until the database is asked again when it does not answer


class SharedHosts:
    """Fits feeds.fetch.pace.Shared. While the database is away nobody begins: what came could not be stored either."""

    def __init__(self, store: Store, limits: Limits):
        self._store, self._limits = store, limits
        self._asks: list[Ask] = []
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._work: asyncio.Task[None] | None = None

    async def take(self, host: str) -> str:
        ticket = secrets.token_hex(8)
        while True:
            answer = await self._ask(Ask("take", host, ticket))
            if answer.kind == "rest":
                raise Resting(answer.seconds)
            if answer.kind == "go":
                await asyncio.sleep(answer.seconds)
                return ticket
            await asyncio.sleep(random.uniform(*AGAIN))

    def free(self, host: str, ticket: str) -> None:
        self._put(Ask("free", host, ticket))

    def rest(self, host: str, seconds: float) -> None:
        self._put(Ask("rest", host, secrets.token_hex(8), seconds))

    async def _ask(self, ask: Ask) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[ask.ticket] = future
        self._put(ask)
        try:
            return await future
        finally:
            self._waiting.pop(ask.ticket, None)
            if future.cancelled():  # by whoever waited: a turn that comes after all is not used
                self._put(Ask("free", ask.host, ask.ticket))

    def _put(self, ask: Ask) -> None:
        self._asks.append(ask)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._work_off())

    async def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        while self._asks:
            asks, self._asks = self._asks, []
            try:
                answers = await loop.run_in_executor(_THREADS, hosts.settle, self._store, asks, self._limits)
            except StorageError as fault:
                log.warning("whose turn it is at %s cannot be asked: %s", asks[0].host, fault)
                self._asks = asks + self._asks
                await asyncio.sleep(AWAY)
                continue
            for ticket, answer in answers.items():
                if (future := self._waiting.get(ticket)) and not future.done():
                    future.set_result(answer)
