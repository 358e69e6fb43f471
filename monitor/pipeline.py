"""Decides when what is done: polls each feed when it is due, then prices, index and alerts, as the one owner of the database.

    lease -> due feeds -> poll (each feed on its own, a slow one holds up nobody) -> prices -> index -> alerts -> again

Leaves how a feed is polled to poll.py, what follows new articles to upkeep.py and alerts to alarm.py. The handed-in clock says what is due;
leases and pauses run on real time.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time

from monitor.alerts.service import AlertService
from monitor.clock import Clock, real_now
from monitor.config import LastGood, Settings
from monitor.errors import ClockError, LeaseHeld, MonitorError, StorageError
from monitor.feeds.fetch import Fetcher
from monitor.feeds.poll import FeedReport, PollReport, PollSession, due_feeds
from monitor.feeds.pool import ReaderPool
from monitor.index.indexer import IndexUpdater
from monitor.prices.update import PriceUpdater
from monitor.process import is_gone, this_process
from monitor.storage import feeds, lease, notes
from monitor.storage.store import Store
from monitor.stories.service import StoryService
from monitor.tagging.tagger import Tagger

log = logging.getLogger(__name__)
BEAT = 5.0  # seconds between heartbeats of the lease
TICK = 0.5  # seconds between looks at what is due
PAUSE_AFTER_FAULT = 5.0
PAUSES, LONGEST_PAUSE = (
    2.0,
    3.0,
)  # following up rests twice as long as it took: while thousands of articles come in, it must not hold up the polling


def fetcher_and_readers(
    settings: Settings, store: Store, clock: Clock, *, processes: int = 2
) -> tuple[Fetcher, ReaderPool]:
    """What touches the outside, as the configuration asks for it."""
    defaults = settings.defaults
    fetcher = Fetcher(
        per_host=defaults.per_host, pause=defaults.pause, timeout=defaults.timeout, max_body=defaults.max_bytes
    )
    return fetcher, ReaderPool(processes, make_tagger=Tagger.load, tagger_arguments=settings.theatre.tagger_arguments())


class Pipeline:
    """Runs the rounds of one database. `run` goes on until `stop`; `once` polls every enabled feed a single time."""

    def __init__(self, settings: LastGood, store: Store, clock: Clock, *, processes: int = 2):
        self.settings, self.store, self.clock, self.processes = settings, store, clock, processes
        self.grouping, self.prices, self.index = StoryService(store), PriceUpdater(store), IndexUpdater(store)
        self.alerts = AlertService(store, clock)
        self.holder = this_process()
        self._noted: dict[str, str | None] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # -- from the app: a thread of its own ---------------------------------------------------------------

    def start(self) -> None:
        self._thread = threading.Thread(target=lambda: asyncio.run(self.run()), name="worker", daemon=True)
        self._thread.start()

    def stop(self, *, wait: float = 10.0) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(wait)

    # -- a single round ----------------------------------------------------------------------------------

    async def once(self, *, on_done=None) -> PollReport:
        """Poll every enabled feed now, then prices, index, alerts. Raises StorageError, LeaseHeld."""
        settings, _ = self.settings.current()
        self._take_lease()
        beat = asyncio.create_task(self._keep_lease())
        fetcher, readers = fetcher_and_readers(settings, self.store, self.clock, processes=self.processes)
        try:
            async with fetcher, readers:
                states = feeds.states(self.store)
                chosen = due_feeds(settings.feeds, states, self.clock.now(), everything=True)
                async with PollSession(self.store, fetcher, readers, self.clock.now) as session:
                    report = await session.poll(chosen, states, on_done=on_done)
            await asyncio.to_thread(self._follow_up, settings, everything=True)
            return report
        finally:
            beat.cancel()
            lease.release(self.store, self.holder)

    # -- again and again ---------------------------------------------------------------------------------

    async def run(self, *, patient: bool = True) -> None:
        """Hold the lease and keep polling. A fault is noted where the screen shows it, and tried again.

        Waits while another process holds the lease; when not `patient`, raises LeaseHeld.
        """
        waiting = None
        while not self._stop.is_set():
            try:
                self._take_lease()
                waiting = None
                await self._as_owner()
            except LeaseHeld as held:
                if not patient:
                    raise
                if str(held) != waiting:
                    waiting = str(held)
                    log.info("%s", held)
                await self._sleep(BEAT)
            except MonitorError as fault:
                log.error("%s", fault)
                self._note("worker", str(fault))
                await self._sleep(PAUSE_AFTER_FAULT)
            except (
                Exception
            ) as fault:  # a fault of this program: it must not end the watch unseen, so it is shown and tried again
                log.exception("the worker stumbled")
                self._note("worker", f"an unexpected fault, see the log: {fault!r}")
                await self._sleep(PAUSE_AFTER_FAULT)

    async def _as_owner(self) -> None:
        """Until stopped or the configuration changes what connections and readers are made of."""
        settings, _ = self.settings.current()
        made_of = (settings.defaults, settings.theatre)
        fetcher, readers = fetcher_and_readers(settings, self.store, self.clock, processes=self.processes)
        beat = asyncio.create_task(self._keep_lease())
        try:
            async with fetcher, readers:
                async with PollSession(self.store, fetcher, readers, self.clock.now) as session:
                    await self._poll_while(made_of, session, beat)
        finally:
            beat.cancel()
            lease.release(self.store, self.holder)

    async def _poll_while(self, made_of: tuple, session: PollSession, beat: asyncio.Task) -> None:
        states = feeds.states(self.store)
        running: dict[str, asyncio.Task[FeedReport]] = {}
        follow_up: asyncio.Task[float] | None = None
        rested = 0.0  # when it may follow up again
        try:
            while not self._stop.is_set() and not beat.done():
                settings = self._current_settings()
                if (settings.defaults, settings.theatre) != made_of:
                    return
                for name in [name for name, task in running.items() if task.done()]:
                    report = running.pop(name).result()
                    if report.new or report.edited or report.error:
                        log.info("%s: %s", name, report.error or f"{report.new} new, {report.edited} edited")
                    states[name] = report.state
                idle = [feed for feed in settings.feeds if feed.name not in running]
                for feed in due_feeds(idle, states, self.clock.now()):
                    running[feed.name] = asyncio.create_task(session.feed(feed, states.get(feed.name)))
                if follow_up and follow_up.done():
                    rested = time.monotonic() + min(PAUSES * follow_up.result(), LONGEST_PAUSE)
                    follow_up = None
                    self._note("worker", None)
                if follow_up is None and time.monotonic() >= rested:
                    follow_up = asyncio.create_task(asyncio.to_thread(self._follow_up, settings))
                await self._sleep(TICK)
            if beat.done():
                beat.result()
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), *([follow_up] if follow_up else []), return_exceptions=True)

    def _follow_up(self, settings: Settings, *, everything: bool = False) -> float:
        """What new articles bring about, in its order: the index counts stories, so they are told first. Gives the seconds it took."""
        completed, began = False, time.monotonic()
        try:
            self.grouping.update(self.clock.now())
            now = self.clock.now()
            self.prices.update(settings, now)
            self.index.update(settings, now)
            completed = True
        finally:  # a round that fails again and again is what an alert is for
            self.alerts.update(settings, completed=completed, everything=everything)
        return time.monotonic() - began

    def _current_settings(self) -> Settings:
        settings, fault = self.settings.current()
        self._note("configuration", str(fault) if fault else None)
        return settings

    def _take_lease(self) -> None:
        """Become the owner. What a process of this machine left when it died is free at once. Raises LeaseHeld naming the holder."""
        held = lease.current(self.store, real_now=real_now())
        if held and is_gone(held.holder):
            lease.release(self.store, held.holder)
        lease.take(self.store, self.holder, real_now())

    async def _keep_lease(self) -> None:
        """Beat while owner. Ends with LeaseHeld when another process took over (this one slept too long)."""
        while True:
            await asyncio.sleep(BEAT)
            await asyncio.to_thread(lease.renew, self.store, self.holder, real_now())

    def _note(self, key: str, text: str | None) -> None:
        """Leave a note for the screen, only when it changed; a database that cannot take it has its own error on screen."""
        if key in self._noted and self._noted[key] == text:
            return
        try:
            notes.put(self.store, key, text, self.clock.now())
            self._noted[key] = text
        except (StorageError, ClockError) as fault:
            log.warning("could not note %s: %s", key, fault)

    async def _sleep(self, seconds: float) -> None:
        """Wake early when asked to stop."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not self._stop.is_set() and (left := deadline - loop.time()) > 0:
            await asyncio.sleep(min(left, 0.2))
