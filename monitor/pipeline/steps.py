"""What is done with articles once they are stored: a table of steps, each run so that its failure stops nothing else.

    step -> succeeded: runs again in the next turn | failed: noted in the database, tried again ever more rarely

To add a step, add a row to `table`. pipeline.py runs it; the banner and the Feeds page say when it fails.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.service import AlertService
from monitor.clock import Clock, real_now
from monitor.config.settings import Settings
from monitor.errors import LeaseHeld, MonitorError, ReaderError, StorageError
from monitor.feeds.pool import ReaderPool
from monitor.feeds.reading import read_unread
from monitor.index.indexer import IndexUpdater
from monitor.index.word_counter import WordCounter
from monitor.operation.brief.service import BriefService
from monitor.pipeline import rounds
from monitor.pipeline.retention import Pruner
from monitor.prices.series.update import SeriesUpdater
from monitor.prices.update import PriceUpdater
from monitor.storage import steps as step_storage
from monitor.storage.steps import StepFailure
from monitor.storage.store import Store
from monitor.stories.service import StoryService

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = (
    5.0,
    300.0,
)  # seconds after the first failure and at most; each further failure doubles the pause
ERROR_CHARS = 500


@dataclass(frozen=True, slots=True)
class Run:
    """What a step is handed when it runs."""

    settings: Settings
    now: datetime  # by the handed-in clock
    all_well: bool = True  # no other step fails
    everything: bool = False  # do it now, due or not: `poll --once`
    readers: ReaderPool | None = None  # None while there are none


@dataclass(frozen=True, slots=True)
class Step:
    """`run` raises whatever goes wrong.

    The steps of one lane run one after the other, in the order of the table: what a step needs stands above it in its
    lane. It runs also while a step above it fails, on what there is then. Lanes do not wait for each other.
    """

    name: str  # on screen and in the database
    lane: str
    run: Callable[[Run], object]


def table(store: Store, clock: Clock) -> tuple[Step, ...]:
    """Every step, with what it remembers between runs."""
    stories, prices, index = StoryService(store), PriceUpdater(store), IndexUpdater(store)
    alerts, series, words = AlertService(store, clock), SeriesUpdater(store), WordCounter(store)
    pruner, briefs = Pruner(store), BriefService(store, clock)
    return (
        Step("reading", "reading", lambda run: _read(store, run)),
        Step("stories", "articles", lambda run: stories.update(run.now)),
        Step("index", "articles", lambda run: index.update(run.settings, run.now)),
        Step("prices", "prices", lambda run: prices.update(run.settings, run.now)),
        Step("series", "series", lambda run: series.update(run.settings, run.now)),
        Step("word count", "word count", lambda run: words.update(run.now)),
        Step("briefs", "articles", lambda run: briefs.update(run.settings, run.now)),  # the step after it sends them
        Step(
            "alerts",
            "articles",
            lambda run: alerts.update(run.settings, completed=run.all_well, everything=run.everything),
        ),
        Step("retention", "articles", lambda run: pruner.update(run.settings, run.now)),
    )


def _read(store: Store, run: Run) -> None:
    """Read what is not read yet; the steps of the other lanes go as far as everything is read."""
    if run.readers is None:
        return
    try:
        read_unread(store, run.readers, langs={feed.name: feed.language for feed in run.settings.feeds})
    except ReaderError:
        if not run.readers.closed:  # closed in the middle, to stop or for another configuration: the rest is read later
            raise


class Condition:
    """Whether one thing works, noted in the database as long as it does not. Never raises;
    used from one thread at a time.
    """

    def __init__(self, store: Store, name: str):
        self.store, self.name = store, name
        self.failure: StepFailure | None = None
        self._noted = True  # an earlier process may have left a note

    @property
    def settled(self) -> bool:
        """It works, and the database does not say otherwise."""
        return self.failure is None and not self._noted

    def failed(self, fault: Exception) -> float:
        """Note the fault; gives the seconds to wait before the next try."""
        now, before, error = real_now(), self.failure, in_words(fault)
        failures = before.failures + 1 if before else 1
        pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
        if before is None or before.error != error:
            log.error("%s failed: %s", self.name, error, exc_info=None if isinstance(fault, MonitorError) else fault)
        since = before.since if before else now
        self.failure = StepFailure(self.name, since, now, failures, error, now + timedelta(seconds=pause))
        try:
            step_storage.fail(self.store, self.failure)
            self._noted = True
        except StorageError as unnoted:
            log.warning("the failure of %s could not be noted: %s", self.name, unnoted)
        return pause

    def works(self) -> None:
        """Take the note away, if there may be one."""
        if self.settled:
            return
        if self.failure:
            log.info("%s works again", self.name)
        self.failure = None
        try:
            step_storage.mended(self.store, self.name)
            self._noted = False
        except StorageError as unnoted:
            log.warning("the note that %s failed could not be removed: %s", self.name, unnoted)


class Runner:
    """One step, and when it is tried again after a failure; used from one thread at a time."""

    def __init__(self, step: Step, store: Store):
        self.step, self.condition = step, Condition(store, step.name)
        self._resume = 0.0  # time.monotonic()

    @property
    def due(self) -> bool:
        return time.monotonic() >= self._resume

    def run(self, prepare: Callable[[], Run]) -> None:
        """Run the step once. Whatever it raises is noted, never raised."""
        with rounds.named():
            try:
                self.step.run(prepare())
            except LeaseHeld as fault:  # another process does it now
                log.info("%s", fault)
            except (
                Exception
            ) as fault:  # of the program too: a step that fails must stop neither polling nor another step
                self._resume = time.monotonic() + self.condition.failed(fault)
            else:
                self.condition.works()


def lanes(runners: Sequence[Runner]) -> list[list[Runner]]:
    """The runners of each lane, in the order of the table."""
    found: dict[str, list[Runner]] = {}
    for runner in runners:
        found.setdefault(runner.step.lane, []).append(runner)
    return list(found.values())


def in_words(fault: Exception) -> str:
    """What went wrong, for the screen. A fault of the program is named as one."""
    if isinstance(fault, MonitorError):
        return str(fault)[:ERROR_CHARS]
    return f"a fault of this program, see its log: {type(fault).__name__}: {fault}"[:ERROR_CHARS]
