"""Polls each feed when it is due and runs the steps that follow, as the one owner of a SQLite database or as one of
several processes on PostgreSQL.

    owner -> due feeds -> poll, each feed on its own -> stored articles
          -> steps (stories, prices, index, alerts), each on its own

owner.py says what is this process's to do, feeds/poll.py polls one feed, steps.py lists what follows. Nothing that goes
wrong in a feed or a step stops another: a feed's failure is in its report, a step's failure in its note. The handed-in
clock says what is due; leases, pauses and rests run on real time. The database is never touched in the event loop, only
in threads.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from monitor import reader
from monitor.clock import Clock
from monitor.config.settings import LastGood, Settings
from monitor.errors import LeaseHeld, MonitorError, StorageError, StorageNewer
from monitor.feeds import schedule
from monitor.feeds.fetch import Fetcher
from monitor.feeds.fetch.pace import Shared
from monitor.feeds.poll import FeedReport, PollReport, PollSession
from monitor.feeds.pool import ReaderPool
from monitor.models import Failure, Feed, FeedState
from monitor.pipeline import rounds
from monitor.pipeline.owner import owner_of, released
from monitor.pipeline.process import this_process
from monitor.pipeline.steps import Condition, Run, Runner, Step, in_words, lanes, table
from monitor.pipeline.work import Work
from monitor.storage import notes
from monitor.storage import steps as step_storage
from monitor.storage.steps import StepFailure
from monitor.storage.store import Store

log = logging.getLogger(__name__)
HEARTBEAT = 5.0  # seconds between two signs of life in the lease
TICK = 0.5  # seconds between looks at what is due
SOON = 0.1  # where more is due than was claimed at once
REST, LONGEST_REST = (
    2.0,
    3.0,
)  # a lane rests twice as long as its turn took, seconds at most: it shares two cores with polling
POLLING = "polling"  # its name among the steps that may fail
T = TypeVar("T")


class Pipeline:
    """Polls into one database. `run` goes on until `stop`; `once` polls every enabled feed a single time."""

    def __init__(
        self,
        settings: LastGood,
        store: Store,
        clock: Clock,
        *,
        processes: int = 2,
        steps: Sequence[Step] | None = None,
    ):
        self.settings, self.store, self.clock, self.processes = settings, store, clock, processes
        self._given = steps
        self.runners = [Runner(step, store) for step in self._steps()]
        self.polling = Condition(store, POLLING)
        self.holder = this_process()
        self.owner = owner_of(store, self.holder)
        self.work = Work()
        self.readers: ReaderPool | None = None  # while feeds are polled
        self._running: dict[str, asyncio.Task[FeedReport | None]] = {}  # feeds that are polled now
        self._once: list[str] = []  # likewise, by `once`
        self._unstored = False  # the outcome of the feed that was done last, since the database fails
        self._noted: dict[str, str | None] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def failures(self) -> list[StepFailure]:
        """What fails now."""
        found = [runner.condition.failure for runner in self.runners]
        return [failure for failure in (self.polling.failure, *found) if failure]

    # -- from the app: a thread of its own ---------------------------------------------------------------

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run_in_thread, name="pipeline", daemon=True)
        self._thread.start()

    def _run_in_thread(self) -> None:
        try:
            asyncio.run(self.run())
        except StorageNewer as fault:
            log.error("polling has ended: %s", fault)

    def stop(self, *, wait: float = 10.0) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(wait)

    # -- a single round ----------------------------------------------------------------------------------

    async def once(self, *, on_done: Callable[[FeedReport], None] | None = None) -> PollReport:
        """Poll every enabled feed now, then run every step; what failed of these is in `failures`.

        Raises StorageError, ClockError, and LeaseHeld when another process has or takes the lease: nothing is stored
        from then on.
        """
        settings, _ = self.settings.current()
        await asyncio.to_thread(self.owner.take)
        beat = asyncio.create_task(self._beat())
        try:
            shared = self.owner.shared(settings)
            fetcher, self.readers = fetcher_and_readers(settings, self.processes, self.work, shared)
            async with fetcher, self.readers as readers:
                report = await _unless(beat, self._poll_all(settings, fetcher, readers, on_done))
                for runner in self.runners:
                    await _unless(beat, asyncio.to_thread(self._do, runner, everything=True))
            return report
        finally:
            self.readers, self._once = None, []
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
            await asyncio.to_thread(released, self.owner)

    async def _poll_all(
        self,
        settings: Settings,
        fetcher: Fetcher,
        readers: ReaderPool,
        on_done: Callable[[FeedReport], None] | None,
    ) -> PollReport:
        due = await asyncio.to_thread(self.owner.claim_all, settings, self.clock.now())
        states = {feed.name: state for feed, state in due if state}
        self._once = [feed.name for feed, _ in due]
        async with PollSession(self.store, fetcher, readers, self.clock.now, holder=self.holder) as session:
            return await session.poll([feed for feed, _ in due], states, on_done=on_done)

    # -- again and again ---------------------------------------------------------------------------------

    async def run(self, *, patient: bool = True) -> None:
        """Keep polling and run the steps until `stop`.

        Waits while another process owns the database; when not `patient`, raises LeaseHeld. Raises StorageNewer once a
        newer version of this program upgraded the database.
        """
        waiting = None
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(self.owner.take)
                waiting = None
                await self._as_owner()
            except LeaseHeld as held:
                if not patient:
                    raise
                if str(held) != waiting:
                    waiting = str(held)
                    log.info("%s", held)
                await self._sleep(HEARTBEAT)
            except StorageNewer:
                raise
            except Exception as fault:  # shown and tried again; this loop ends only when it is asked to
                await self._sleep(await asyncio.to_thread(self.polling.failed, fault))

    async def _as_owner(self) -> None:
        """Until stopped. Raises LeaseHeld when another process took the database over, and StorageNewer when a newer
        version of this program upgraded it.
        """
        over = asyncio.Event()
        beat = asyncio.create_task(self._beat())
        names = [POLLING, *(runner.step.name for runner in self.runners)]
        threads = ThreadPoolExecutor(max(1, len(self.runners)), thread_name_prefix="step")
        following = [asyncio.create_task(self._follow(lane, threads, over)) for lane in lanes(self.runners)]
        try:
            await asyncio.to_thread(step_storage.keep_only, self.store, names)
            while not self._stop.is_set() and not beat.done():
                try:
                    await self._poll_session(beat)
                except StorageNewer:
                    raise
                except Exception as fault:  # shown and tried again with new connections and readers; the steps go on
                    await self._sleep(await asyncio.to_thread(self.polling.failed, fault), beat)
            if beat.done():
                beat.result()
        finally:
            over.set()
            beat.cancel()
            await asyncio.gather(beat, *following, return_exceptions=True)
            threads.shutdown(wait=False)
            await asyncio.to_thread(released, self.owner)

    async def _poll_session(self, beat: asyncio.Task) -> None:
        """Poll until stopped, or until the configuration changes what fetcher and readers are made of."""
        settings, _ = self.settings.current()
        made_of = (settings.defaults, settings.theatre)
        shared = self.owner.shared(settings)
        fetcher, readers = fetcher_and_readers(settings, self.processes, self.work, shared)
        async with fetcher, readers:
            async with PollSession(self.store, fetcher, readers, self.clock.now, holder=self.holder) as session:
                self.readers = readers
                try:
                    while not self._stop.is_set() and not beat.done():
                        more = False
                        try:
                            settings = await self._current_settings()
                            if (settings.defaults, settings.theatre) != made_of:
                                return
                            more = await self._poll_due(settings, session)
                            if not self.polling.settled and not self._unstored:
                                await asyncio.to_thread(self.polling.works)
                        except StorageNewer:
                            raise
                        except Exception as fault:  # the feeds under way go on
                            await self._sleep(await asyncio.to_thread(self.polling.failed, fault), beat)
                        await self._sleep(SOON if more else TICK, beat)
                finally:
                    self.readers = None
                    running, self._running = self._running, {}
                    for task in running.values():
                        task.cancel()
                    await asyncio.gather(*running.values(), return_exceptions=True)

    async def _poll_due(self, settings: Settings, session: PollSession) -> bool:
        """Take in the reports of the feeds that are done, and start those that are due; gives whether more are. Raises
        StorageError, ClockError.
        """
        running = self._running
        for name in [name for name, task in running.items() if task.done()]:
            if report := running.pop(name).result():
                self.owner.polled(report.state)
        due, more = await asyncio.to_thread(self.owner.claim, settings, frozenset(running), self.clock.now())
        for feed, state in due:
            running[feed.name] = asyncio.create_task(self._poll_feed(session, feed, state))
        return more

    async def _poll_feed(self, session: PollSession, feed: Feed, state: FeedState | None) -> FeedReport | None:
        """One round of a feed, under a name of its own in the log."""
        with rounds.named():
            report = await self._report(session, feed, state)
            if report:
                self.work.round(report.state.state, new=report.new, edited=report.edited, bad=report.bad)
                if report.new or report.edited or report.error:
                    log.info("%s: %s", feed.name, report.error or f"{report.new} new, {report.edited} edited")
            return report

    async def _report(self, session: PollSession, feed: Feed, state: FeedState | None) -> FeedReport | None:
        """A feed's report; where even its failure could not be stored, that failure. None where another process has
        taken the feed over. Never raises.

        The schedule holds in memory then: a database that is full or away makes no feed be asked more often. None where
        the clock does not say the time either, which also keeps every feed from being due.
        """
        try:
            report = await session.feed(feed, state)
            self._unstored = False
            return report
        except LeaseHeld as fault:
            log.info("%s", fault)
            return None
        except Exception as fault:  # of the program too: the others of this round go on
            expected = isinstance(fault, MonitorError)
            log.error("%s: %s", feed.name, in_words(fault), exc_info=None if expected else fault)
            if isinstance(fault, StorageError) and not self._unstored:  # shown until something can be stored again
                self._unstored = True
                await asyncio.to_thread(self.polling.failed, fault)
            failure = Failure("storage", f"what the feed brought could not be stored: {in_words(fault)}")
        try:
            now = self.clock.now()
            after = schedule.after(feed, state, failure, new=0, parsed=None, now=now, jitter=random.random())
            return FeedReport(after, 0, 0)
        except Exception:  # a clock that does not answer, or a fault of the program: the other feeds go on
            log.exception("%s: its failure could not be reckoned with", feed.name)
            return None

    # -- the steps ---------------------------------------------------------------------------------------

    async def _follow(self, lane: list[Runner], threads: ThreadPoolExecutor, over: asyncio.Event) -> None:
        """Run the steps of one lane turn after turn, in each those that are due."""
        loop = asyncio.get_running_loop()
        while not over.is_set():
            began = loop.time()
            for runner in lane:
                if runner.due and not over.is_set():
                    await loop.run_in_executor(threads, self._do, runner)
            rest = max(TICK, min(REST * (loop.time() - began), LONGEST_REST))
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), rest)

    def _do(self, runner: Runner, *, everything: bool = False) -> None:
        """Run a step, where it is this process's to do. What it remembers is of no use once another has done it."""
        name = runner.step.name
        with self.owner.doing(name) as how:
            if how == "newly":
                runner.step = next(step for step in self._steps() if step.name == name)
            if how:
                runner.run(partial(self._run, runner, everything=everything))

    def _steps(self) -> Sequence[Step]:
        return table(self.store, self.clock) if self._given is None else self._given

    def _run(self, runner: Runner, *, everything: bool = False) -> Run:
        """What a step is handed, seen from now. Raises ClockError, StorageError."""
        failing = self.failures if self.store.sqlite else step_storage.failures(self.store)
        others = [failure for failure in failing if failure.step != runner.step.name]
        return Run(
            self.settings.current()[0],
            self.clock.now(),
            all_well=not others,
            everything=everything,
            readers=self.readers,
        )

    # -- signs of life and notes ---------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Give signs of life. Ends with LeaseHeld when another process took the database over (this one slept too
        long), with StorageNewer when a newer version of this program upgraded it.
        """
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                await asyncio.to_thread(self.owner.renew, [*self._running, *self._once])
            except StorageNewer:
                raise
            except StorageError as fault:  # whether anything was lost meanwhile is seen when the database is back
                log.warning("no sign of life could be given: %s", fault)

    async def _current_settings(self) -> Settings:
        """The settings in force; a fault of feeds.yaml is noted for the screen, once."""
        settings, fault = self.settings.current()
        text = str(fault) if fault else None
        if "configuration" not in self._noted or self._noted["configuration"] != text:
            await asyncio.to_thread(notes.put, self.store, "configuration", text, self.clock.now())
            self._noted["configuration"] = text
        return settings

    async def _sleep(self, seconds: float, beat: asyncio.Task | None = None) -> None:
        """Wake early when asked to stop, or when the signs of life end."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not self._stop.is_set() and not (beat and beat.done()) and (left := deadline - loop.time()) > 0:
            await asyncio.sleep(min(left, 0.2))


def fetcher_and_readers(
    settings: Settings, processes: int, work: Work, shared: Shared | None
) -> tuple[Fetcher, ReaderPool]:
    """What touches the network and what reads documents, as the configuration asks for them."""
    defaults = settings.defaults
    fetcher = Fetcher(
        per_host=defaults.per_host, pause=defaults.pause, timeout=defaults.timeout, max_body=defaults.max_bytes,
        shared=shared,
    )  # fmt: skip
    return fetcher, readers_of(settings, processes, on_job=work.job)


def readers_of(settings: Settings, processes: int, *, on_job: Callable[[str, float], None] | None = None) -> ReaderPool:
    arguments = settings.theatre.tagger_arguments()
    return ReaderPool(processes, make_reader=reader.load, reader_arguments=arguments, on_job=on_job)


async def _unless(beat: asyncio.Task, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, or the error that ended the heartbeat; then `work` is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({beat, task}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        beat.result()
        raise AssertionError("the heartbeat ends only with an error")
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
