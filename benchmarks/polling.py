"""How fast many healthy feeds are polled, beside the `reader` library on the same feeds in the same run.

    python -m benchmarks.polling [--feeds 1000] [--no-peer]

One loopback server: 25 entries a feed, 60 ms until each answer. Three rounds: cold; all answer 304; an hour later, when
450 of 1,000 feeds have some new entries. Ours goes through to stored, tagged articles; the untagged figure is with a
tagger that finds nothing. `reader` is installed into .venv-bench, of its own; where that is impossible its lines say
so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from benchmarks._feed_server import FeedServer
from benchmarks._other_environment import peer
from benchmarks.tagger import CALM
from monitor.tagging import loading
from monitor.tagging.lexicon import LANGUAGES
from tests.processes import Watch, spent, tree

HERE = Path(__file__).resolve().parent
WORKERS = 32
ENTRIES, LATENCY, CHANGED = 25, 0.06, 0.45
ROUNDS = ("cold", "all answer 304", "an hour later")
BARS = (2.0, 2.0, 5.0)
MEMORY = 400


def texts() -> list[tuple[str, str]]:
    """One text of the examples that are tests to four calm ones."""
    news = [
        (e.title, f"{e.title}. {e.summary or e.title}")
        for lang in LANGUAGES
        for e in loading.examples(HERE.parent / "tests" / "lexicon" / f"{lang}.yaml")
    ]
    calm, loud = cycle(CALM), cycle(news)
    return list(islice((next(loud) if place % 5 == 0 else next(calm) for place in range(5 * len(news))), 5 * len(news)))


def rounds(server: FeedServer, command: list[str], *, changed: int) -> tuple[list[dict], Watch]:
    """Each round's facts as the process tells them, and what it and its children held."""
    server.reset()
    server.chances.seed(1)  # the same feeds change for everybody
    settings = os.environ | {"READER_NO_VENDORED_FEEDPARSER": "1"}
    reports = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=settings, cwd=HERE.parent
    ) as process:
        assert process.stdin and process.stdout  # both are pipes
        with Watch(process.pid) as watch:
            print(*(server.url(feed) for feed in range(server.feeds)), "", sep="\n", file=process.stdin, flush=True)
            json.loads(process.stdout.readline())
            for name in ROUNDS:
                fresh = server.hour_later(changed) if name == ROUNDS[-1] else 0
                before = spent(tree(process.pid))
                print(name, file=process.stdin, flush=True)
                reports.append(json.loads(process.stdout.readline()) | {"fresh": fresh})
                reports[-1]["processor"] = spent(tree(process.pid)) - before
        process.stdin.close()
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    first, second, last = (facts["entries"] for facts in reports)
    assert first == second == server.feeds * server.entries and last == first + reports[-1]["fresh"], reports
    return reports, watch


def whole_command(server: FeedServer, folder: Path) -> float:
    """Seconds of `python -m monitor poll --once` when everything answers 304,
    start of the interpreter and prices included.
    """
    feeds = "".join(
        f"  - {{name: Feed {n}, url: '{server.url(n)}', allow_private: true}}\n" for n in range(server.feeds)
    )
    (folder / "feeds.yaml").write_text("prices: []\nfeeds:\n" + feeds)
    settings = os.environ | {
        "MONITOR_FEEDS": str(folder / "feeds.yaml"),
        "MONITOR_DATABASE_URL": f"sqlite:///{folder / 'whole.db'}",
    }
    spent = 0.0
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "monitor", "poll", "--once"],
            check=True,
            env=settings,
            cwd=HERE.parent,
            stderr=subprocess.DEVNULL,
        )
        first, spent = spent, time.perf_counter() - began
    print(f"python -m monitor poll --once, with start and index:  cold {first:.1f} s, all answer 304 {spent:.1f} s")
    return spent


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--feeds", type=int, default=1000)
    asked.add_argument("--no-peer", action="store_true", help="ours alone")
    given = asked.parse_args()
    python = None if given.no_peer else peer()
    changed = round(given.feeds * CHANGED)
    with (
        tempfile.TemporaryDirectory() as folder,
        FeedServer(feeds=given.feeds, entries=ENTRIES, latency=LATENCY, texts=texts()) as server,
    ):
        runs = {}
        for name in ("tagged", "untagged"):
            runs[name] = rounds(
                server,
                [sys.executable, "-m", "benchmarks._poll_our_way", f"sqlite:///{folder}/{name}.db", name],
                changed=changed,
            )
        if python:
            runs["reader"] = rounds(
                server,
                [str(python), str(HERE / "_poll_with_reader.py"), f"{folder}/reader.db", str(WORKERS)],
                changed=changed,
            )
        report(runs, given.feeds, changed)
        server.reset()
        whole_command(server, Path(folder))


def report(runs: dict, feeds: int, changed: int) -> None:
    ours, untagged, theirs = runs["tagged"], runs["untagged"], runs.get("reader")
    print(
        f"{feeds} feeds of {ENTRIES} entries, {LATENCY * 1000:.0f} ms latency; {changed} changed an hour later: seconds"
    )
    print(f"{'':18}{'tagged':>8}{'untagged':>10}{'reader':>8}{'ratio':>8}")
    for place, name in enumerate(ROUNDS):
        mine, plain = ours[0][place]["seconds"], untagged[0][place]["seconds"]
        line = f"{name:18}{mine:8.2f}{plain:10.2f}"
        if theirs:
            ratio = theirs[0][place]["seconds"] / mine
            line += (
                f"{theirs[0][place]['seconds']:8.2f}{ratio:8.1f}   asked: "
                f"{BARS[place]:g}{'' if ratio >= BARS[place] else '   MISSED'}"
            )
        print(line)
    for place, name in enumerate(ROUNDS):  # what a busy machine does not change
        print(
            f"{'processor, ' + name:28}"
            + "".join(f"   {run} {reports[place]['processor']:.1f} s" for run, (reports, _) in runs.items())
        )
    held = f"{'most memory, MB':18}{ours[1].peak:8d}{untagged[1].peak:10d}"
    held += f"{theirs[1].peak:8d}{'':8}" if theirs else ""
    print(held + f"   asked of ours: at most {MEMORY}{'' if ours[1].peak <= MEMORY else '   MISSED'}")


if __name__ == "__main__":
    main()
