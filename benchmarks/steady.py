"""Whether `python -m monitor poll` keeps up with thousands of feeds for as long as it runs, and stays polite while it
does.

    python -m benchmarks.steady [--feeds 10000] [--every 120] [--minutes 6]

Asked: 10,000 feeds due over 10 minutes, none later than twice its interval. Run here: as many feeds, each every 2
minutes, five times the rate asked, on 500 made-up hosts behind a proxy of ours, so that per_host and pause hold. Each
minute every twentieth feed has new entries. The server's clock tells how long each feed waited, its counts how many
requests a host had at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._feed_server import FeedServer
from benchmarks.polling import texts
from monitor.storage import articles, feeds, open_store
from tests.processes import Watch, spent, tree

HERE = Path(__file__).resolve().parent
A_HOST = 20  # feeds on one
ENTRIES, LATENCY = 10, 0.7
PER_HOST, PAUSE = 2, 0.5


def configuration(folder: Path, feeds: int, every: int) -> None:
    lines = [
        f"prices: []\ndefaults: {{every: {every}s, per_host: {PER_HOST}, pause: {PAUSE:g}s, language: en}}\nfeeds:\n"
    ]
    lines += [f"  - {{name: Feed {n}, url: 'http://host{n // A_HOST}.example/{n}'}}\n" for n in range(feeds)]
    (folder / "feeds.yaml").write_text("".join(lines))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--feeds", type=int, default=10_000)
    asked.add_argument("--every", type=int, default=120, help="seconds")
    asked.add_argument("--minutes", type=float, default=6)
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        FeedServer(feeds=given.feeds, entries=ENTRIES, latency=LATENCY, texts=texts()) as server,
    ):
        folder = Path(name)
        configuration(folder, given.feeds, given.every)
        database = f"sqlite:///{folder}/steady.db"
        settings = os.environ | {
            "MONITOR_FEEDS": str(folder / "feeds.yaml"),
            "MONITOR_DATABASE_URL": database,
            "http_proxy": f"http://127.0.0.1:{server.port}",
        }
        command = [sys.executable, "-m", "monitor", "poll"]
        quiet = subprocess.DEVNULL
        with (
            subprocess.Popen(command, env=settings, cwd=HERE.parent, stderr=quiet) as process,
            Watch(process.pid, every=0.2) as watch,
        ):
            began = time.monotonic()
            while (left := given.minutes * 60 - (time.monotonic() - began)) > 0 and process.poll() is None:
                time.sleep(min(left, 60))
                seen = server.asked()
                late = max(seen.now - last for last in seen.last.values()) if seen.last else 0.0
                print(
                    f"{time.monotonic() - began:5.0f} s  {seen.requests:7d} requests ({seen.not_modified} not "
                    f"modified), {len(seen.last)} feeds, "
                    f"longest wait {max(late, seen.longest_wait):.0f} s, {spent(tree(process.pid)):.0f} s of "
                    f"processor, {watch.peak} MB",
                    flush=True,
                )
                server.hour_later(given.feeds // 20)
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        store = open_store(database)
        failed = sum(state.error is not None for state in feeds.states(store).values())
        print(f"{articles.count(store)} articles stored, {failed} feeds failing, ended with {process.returncode}")
    wait = max(late, seen.longest_wait)
    judge("feeds asked", len(seen.last), len(seen.last) == given.feeds, f"all {given.feeds}")
    judge("longest wait, seconds", round(wait), wait <= 2 * given.every, f"at most {2 * given.every}")
    judge("requests at once to a host", seen.at_once, seen.at_once <= PER_HOST, f"at most {PER_HOST}")
    judge(
        "closest requests to a host, seconds",
        round(seen.closest, 3),
        seen.closest >= 0.7 * PAUSE,
        f"{PAUSE:g}, give or take the road there",
    )


def judge(name: str, value: object, well: bool, asked: str) -> None:
    print(f"{name:36}{value:>10}   asked: {asked}{'' if well else '   MISSED'}")


if __name__ == "__main__":
    main()
