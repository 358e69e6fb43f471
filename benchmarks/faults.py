"""A step that always fails: polling goes on as if nothing were wrong, the screen's note names the step, and it recovers
by itself.

    python -m benchmarks.faults [--seconds 60]

For each step in turn: loopback feeds bring a new entry every other second while the step raises a ValueError whenever
it runs, for two thirds of the time. Every entry that was served has to be stored, each feed asked no more often than
feeds.yaml says, the note has to name the step and only this one, and it has to go by itself once the step works again.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import RealClock
from monitor.config.settings import LastGood
from monitor.pipeline import polling as pipeline
from monitor.pipeline import steps
from monitor.storage import articles, open_store
from monitor.storage import steps as step_storage
from tests import running
from tests.internet import Internet, Page

FEEDS = 4
EVERY = 1.0  # seconds between two polls of a feed, as feeds.yaml says
STEPS = ("stories", "index", "prices", "alerts")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened while one step failed."""

    served: int  # entries
    stored: int  # of them
    asked: int  # requests
    shortest_gap: float  # seconds between two requests for one feed
    tries: int  # of the step that fails
    noted: tuple[str, ...]  # the names in the database while it failed
    left: tuple[str, ...]  # and once it worked again
    recovered: int  # successful runs of the step after it was mended


class Faulty:
    """A step that raises until it is mended."""

    def __init__(self, run: Callable[[steps.Run], object]):
        self._run, self.broken, self.tries, self.successes = run, True, 0, 0

    def __call__(self, run: steps.Run) -> None:
        if self.broken:
            self.tries += 1
            raise ValueError("made to fail")
        self._run(run)
        self.successes += 1


class Served:
    """The feeds, each with one more entry whenever `more` is called; the last twenty are in the document."""

    def __init__(self, net: Internet):
        self.net, self.count = net, 0
        self.times: dict[str, list] = {f"/{n}": [] for n in range(FEEDS)}
        self.more()

    def more(self) -> None:
        self.count += 1
        for path in self.times:
            body = running.rss([entry(path, number) for number in range(max(1, self.count - 19), self.count + 1)])
            self.net.serve(path, self._noting(path, Page(body)))

    def _noting(self, path: str, page: Page):
        async def answer(request, reader, writer) -> None:
            self.times[path].append(time.monotonic())
            await page(request, reader, writer)

        return answer

    @property
    def links(self) -> set[str]:
        return {entry(path, number)["link"] for path in self.times for number in range(1, self.count + 1)}

    @property
    def gaps(self) -> list[float]:
        return [late - early for times in self.times.values() for early, late in zip(times, times[1:], strict=False)]


def entry(path: str, number: int) -> dict:
    return {
        "title": f"Strike {number} on a tanker off Fujairah, {path} says",
        "link": f"https://press.example{path}/{number}",
        "published": datetime.now(UTC) - timedelta(minutes=5),
    }


def inject(folder: Path, name: str, seconds: float) -> Outcome:
    """Run the pipeline for so many seconds, and until the step has recovered;
    the step fails for the first two thirds.
    """
    with Internet() as net:
        served = Served(net)
        lines = [
            f"  - {{name: 'Feed {path}', url: '{net.url(path)}', allow_private: true, every: {EVERY:g}s}}\n"
            for path in served.times
        ]
        (folder / "feeds.yaml").write_text("prices: []\nfeeds:\n" + "".join(lines), encoding="utf-8")
        store = open_store(f"sqlite:///{folder}/{name}.db")
        environment = {"MONITOR_YAHOO_URL": "http://127.0.0.1:9", "MONITOR_FRED_URL": "http://127.0.0.1:9"}
        settings = LastGood(folder / "feeds.yaml", environment)
        table = steps.table(store, RealClock())
        faulty = Faulty(next(step.run for step in table if step.name == name))
        table = [replace(step, run=faulty) if step.name == name else step for step in table]
        running_pipeline = pipeline.Pipeline(settings, store, RealClock(), steps=table)
        running_pipeline.start()
        try:
            pause = threading.Event()
            began, noted = time.monotonic(), set()
            while (passed := time.monotonic() - began) < seconds:
                pause.wait(2 * EVERY)
                served.more()
                noted |= {failure.step for failure in step_storage.failures(store)}
                if passed > seconds * 2 / 3:
                    faulty.broken = False
            faulty.broken = False
            running.wait_for(
                lambda: len(served.links) == articles.count(store), 30, f"all entries to be stored while {name} failed"
            )
            running.wait_for(lambda: faulty.successes, steps.LONGEST_PAUSE + 30, f"{name} to recover")
            running.wait_for(lambda: not step_storage.failures(store), 30, "the note to go")
            left = tuple(failure.step for failure in step_storage.failures(store))
        finally:
            running_pipeline.stop(wait=30)
        stored = {article.link for article in articles.stream(store)}
        store.close()
        return Outcome(
            served=len(served.links),
            stored=len(served.links & stored),
            asked=sum(map(len, served.times.values())),
            shortest_gap=min(served.gaps),
            tries=faulty.tries,
            noted=tuple(sorted(noted)),
            left=left,
            recovered=faulty.successes,
        )


def check(name: str, found: Outcome) -> None:
    """Raises AssertionError."""
    assert found.stored == found.served, f"{name}: {found.served - found.stored} entries were not stored"
    assert found.shortest_gap >= EVERY, f"{name}: a feed was asked again after {found.shortest_gap:.2f} s"
    assert found.tries and found.noted == (name,), f"{name}: the notes name {found.noted}"
    assert found.recovered and not found.left, f"{name}: did not recover"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--seconds", type=float, default=60.0, help="for each step")
    given = asked.parse_args()
    for name in STEPS:
        with tempfile.TemporaryDirectory() as folder:
            found = inject(Path(folder), name, given.seconds)
        check(name, found)
        print(
            f"{name} failed {found.tries} times: {found.stored} of {found.served} entries stored, "
            f"{found.asked} requests, "
            f"at least {found.shortest_gap:.2f} s apart for one feed; noted as {', '.join(found.noted)}, recovered",
            flush=True,
        )


if __name__ == "__main__":
    main()
