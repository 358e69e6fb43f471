"""How quick the dashboard is with 200,000 articles and five years of prices: in Chromium, and from raw websocket
clients.

    python -m benchmarks.ui [--articles N] [--keep FOLDER] [--no-peer]     FOLDER keeps the database for the next time

Measured: first paint of the Overview (cold: the server's first visitor; warm), a filter change on Articles, the time
that the server spends on a run of each page and on a tick of the fragments (the clock, and processor time of the server
process), 20 sessions that start together, memory of the server with 50 sessions. A paint counts when headline, numbers
and main chart stand on the page. Articles are the demo's, repeated; index points are drawn. In the same run, by the
same client: a rerun of a stand-in for tension-dashboard with 250 of the articles (_other_dashboard.py says what it is).
"""

import argparse
import asyncio
import json
import math
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks._other_environment import peer
from monitor.config.settings import load
from monitor.feeds import demo
from monitor.models import PARTS, Entry, FeedState, IndexPoint, Price
from monitor.pipeline.process import this_process
from monitor.storage import articles, index, lease, notes, prices, stories
from monitor.storage.articles import Filter, Item
from monitor.storage.store import Store, open_store
from monitor.tagging.tagger import Tagger
from tests import running
from tests.browser import find_chromium

ROOT = Path(__file__).resolve().parent.parent

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = 90  # that the articles are spread over
PUBLISHERS = 60
SIGNED = 0.3  # share of articles with a signal
PAGES = ("", "stories", "articles", "map")
PEER = 250  # articles that the stand-in has


def build(path: Path, count: int) -> None:
    """Articles of 60 publishers in four languages, in stories of four where they carry a signal."""
    store, tagger, drawn = open_store(f"sqlite:///{path}"), Tagger.load(), random.Random(1)
    notes.put(store, "synthetic", "made up to measure", now=NOW)
    feeds = load(demo.HERE / "feeds.yaml", {}).feeds
    signed, other = [], []
    for feed_name, _, entry in demo.entries(
        demo.yaml.safe_load((demo.HERE / "news.yaml").read_text(encoding="utf-8")), feeds, NOW
    ):
        feed = next(f for f in feeds if f.name == feed_name)
        reading = tagger.read(entry.title, entry.summary, lang=feed.language)
        (signed if reading.signals else other).append((feed, entry, reading))
    for start in range(0, count, 2000):
        feed = feeds[start // 2000 % len(feeds)]
        items = []
        for number in range(start, min(start + 2000, count)):
            _, entry, reading = drawn.choice(signed if drawn.random() < SIGNED else other)
            at = NOW - timedelta(days=DAYS) * drawn.random() ** 1.3
            new = Entry(
                str(number), f"{entry.title} ({number})", f"https://bench.example/{number}", entry.summary, at, None
            )
            items.append(Item(new, reading, f"Publisher {number % PUBLISHERS:02d}", str(number)))
        state = FeedState(feed.name, feed.url, state="well", last_polled=NOW, last_success=NOW)
        articles.save(store, feed, items, state=state, slices=None, now=NOW)
    placed, stored = {}, []
    for article in articles.stream(store, Filter(directions=("escalation", "deescalation", "mixed"))):
        stored.append(article.id)
        placed[article.id] = stored[-1 - (len(stored) - 1) % 4]
    for start in range(0, len(stored), 10_000):
        stories.assign(store, {id: placed[id] for id in stored[start : start + 10_000]})
    index.save(store, points("hour", timedelta(hours=1), 24 * DAYS))
    index.save(store, points("day", timedelta(days=1), 365 * 5))
    for seed, series in enumerate(("Brent", "WTI")):
        prices.save(store, closes(series, seed))
    store.close()


def points(grain: str, step: timedelta, many: int) -> list[IndexPoint]:
    drawn, made = random.Random(grain), []
    for part in ("all", *PARTS):
        level = math.log(120)
        for back in range(many, -1, -1):
            level += drawn.gauss(0, 0.05) - 0.02 * (level - math.log(120))
            value = math.exp(level)
            made.append(IndexPoint(
                grain, NOW - back * step, "drawn", "ok", value, value * 0.85, value * 1.2, 80.0, 60.0, 110.0, 0.2,
                value / 20, 3.0, value / 30, value / 60, 2.0, 1.0, 60.0, 2000, 600, 150, PUBLISHERS, part,
            ))  # fmt: skip
    return made


def closes(series: str, seed: int) -> list[Price]:
    drawn, level, made = random.Random(seed), math.log(70), []
    for back in range(5 * 365, 0, -1):
        day = (NOW - timedelta(days=back)).replace(hour=0)
        level += drawn.gauss(0, 0.015)
        if day.weekday() < 5:
            made.append(Price(series, day, round(math.exp(level), 2), "synthetic", "synthetic", "USD/bbl", day, NOW))
    return made


# -- websocket clients ------------------------------------------------------------------------------------


class Client:
    """One session as a browser holds it, without drawing anything."""

    def __init__(self, http: aiohttp.ClientSession, address: str):
        self.http, self.address = http, address
        self.fragments: set[str] = set()

    async def open(self, page: str = "") -> float:
        """Connect and run the page once; seconds until its script finished."""
        self.socket = await self.http.ws_connect(
            f"{self.address.replace('http', 'ws')}/_stcore/stream", protocols=("streamlit",), max_msg_size=0
        )
        return await self.run(page_name=page)

    async def run(self, **how) -> float:
        """Ask for a run, of the page or of a fragment (fragment_id); seconds until it finished."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        for name, value in how.items():
            setattr(message.rerun_script, name, value)
        started = time.perf_counter()
        await self.socket.send_bytes(message.SerializeToString())
        while True:
            forward = ForwardMsg.FromString((await self.socket.receive()).data)
            if forward.HasField("auto_rerun"):
                self.fragments.add(forward.auto_rerun.fragment_id)
            if (
                forward.HasField("delta")
                and forward.delta.HasField("new_element")
                and forward.delta.new_element.HasField("exception")
            ):
                raise SystemExit(f"a page failed: {forward.delta.new_element.exception.type}")
            if forward.HasField("script_finished") and forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.perf_counter() - started


async def reruns(http: aiohttp.ClientSession, address: str, pid: int, page: str = "") -> tuple[float, float]:
    """(median seconds of a warm run of a page, processor seconds of one)."""
    client = Client(http, address)
    await client.open(page)
    before = cpu(pid)
    times = [await client.run(page_name=page) for _ in range(15)]
    return statistics.median(times), (cpu(pid) - before) / len(times)


async def sockets(address: str, pid: int) -> tuple[float, float]:
    """Gives the figures of a run of the Overview, to compare."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        runs = {}
        for page in PAGES:
            runs[page] = await reruns(http, address, pid, page)
            show(f"script run, {page or 'overview'}", runs[page][0], 0.060, runs[page][1])
        client = Client(http, address)
        await client.open()
        ticks, before = [], cpu(pid)
        for _ in range(10):
            for fragment in client.fragments:
                ticks.append(await client.run(fragment_id=fragment))
        show(
            f"a tick of one of {len(client.fragments)} fragments, median",
            statistics.median(ticks),
            None,
            used := (cpu(pid) - before) / len(ticks),
        )
        show("a tick, server time", used, 0.030)
        show("a tick, slowest in a hundred", sorted(ticks)[int(len(ticks) * 0.99)], None)
        started, before = time.perf_counter(), cpu(pid)
        many = [Client(http, address) for _ in range(20)]
        await asyncio.gather(*(client.open() for client in many))
        show(
            "20 sessions start together, all painted by the server",
            time.perf_counter() - started,
            1.5,
            cpu(pid) - before,
        )
        for client in (Client(http, address) for _ in range(50 - len(many) - len(PAGES) - 1)):
            await client.open(random.choice(PAGES))
        print(f"{'memory of the server with 50 sessions':58} {memory(pid):6.0f} MB   bar 400 MB")
        return runs[""]


async def peer_rerun(address: str, pid: int) -> tuple[float, float]:
    async with aiohttp.ClientSession() as http:
        return await reruns(http, address, pid)


def against_peer(python: Path, store: Store, folder: Path, ours: tuple[float, float]) -> None:
    """Starts the stand-in as its users would, with nothing of our settings, and sets its rerun beside ours."""
    newest = [
        {"title": a.title, "link": a.link, "publisher": a.publisher, "at": a.at.isoformat()}
        for a in articles.find(store, Filter(theatre=True), limit=PEER)
    ]
    (folder / "articles.json").write_text(json.dumps(newest), encoding="utf-8")
    command = [
        str(python),
        "-m",
        "streamlit",
        "run",
        str(ROOT / "benchmarks" / "_other_dashboard.py"),
        "--server.headless",
        "true",
    ]
    settings = {"BENCH_ARTICLES": str(folder / "articles.json"), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    with served(command, folder / "peer.log", settings, cwd=folder) as (address, pid):
        theirs = asyncio.run(peer_rerun(address, pid))
    show(f"script run, stand-in for tension-dashboard, {len(newest)} articles", theirs[0], None, theirs[1])
    print(
        f"{'theirs / ours (Overview)':58} {theirs[0] / ours[0]:6.1f}      bar "
        f"1.0{'' if theirs[0] > ours[0] else '   MISSED'}   (processor {theirs[1] / ours[1]:.1f})"
    )


@contextmanager
def served(command: list[str], log: Path, settings: dict[str, str], *, cwd: Path) -> Iterator[tuple[str, int]]:
    """A Streamlit server's address and process, gone at the end. Its settings are those of `cwd`."""
    port = running.free_port()
    with log.open("ab") as out:
        server = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=cwd,
            env={**os.environ, **settings},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            running.wait_for(lambda: running.healthy(port), 60, "no server")
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


def cpu(pid: int) -> float:
    """Processor seconds that a process has used: what a run costs, however busy the machine is with other things."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident megabytes of a process without its children (the readers are the poller's)."""
    return (
        int(
            next(
                line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
            ).split()[1]
        )
        / 1024
    )


# -- the browser ------------------------------------------------------------------------------------------


def browser(address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = [
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=flags)

        def paint(context) -> float:
            page = context.new_page()
            started = time.perf_counter()
            page.goto(address)
            page.locator(".headline").wait_for()
            page.locator(".kpi").nth(4).wait_for()
            page.locator(".stEChartsChart canvas").first.wait_for()
            took = time.perf_counter() - started
            page.close()
            return took

        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        show("first paint of the Overview, cold server and browser", paint(context), 3.0)
        show("first paint of the Overview, warm, median of 5", statistics.median(paint(context) for _ in range(5)), 1.5)
        page = context.new_page()
        page.goto(f"{address}/articles")
        count = page.get_by_text("The newest ")
        count.wait_for()
        times = []
        for name in ("24 hours", "3 days", "30 days", "7 days", "▲ escalation"):
            before = count.inner_text()
            started = time.perf_counter()
            page.get_by_text(name, exact=True).first.click()
            page.wait_for_function(
                "before => ![...document.querySelectorAll('[data-testid=stText]')].some(e => e.innerText === before)",
                arg=before,
            )
            times.append(time.perf_counter() - started)
        show("a filter change on Articles, median of 5", statistics.median(times), 0.4)
        chromium.close()


def show(what: str, seconds: float, bar: float | None, processor: float | None = None) -> None:
    said = f"   bar {bar * 1000:.0f} ms{'' if seconds <= bar else '   MISSED'}" if bar else ""
    used = f"   (processor {processor * 1000:.0f} ms)" if processor is not None else ""
    print(f"{what:58} {seconds * 1000:6.0f} ms{said}{used}", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--articles", type=int, default=200_000)
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--no-peer", action="store_true", help="ours alone")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"ui-{given.articles}.db"
        if not path.exists():
            started = time.perf_counter()
            build(path, given.articles)
            print(f"{given.articles:,} articles made in {time.perf_counter() - started:.0f} s", flush=True)
        store = open_store(
            f"sqlite:///{path}"
        )  # nothing is to be polled or computed beside: the screen alone is measured
        lease.take(store, this_process(), datetime.now(UTC), ttl=timedelta(hours=1))
        settings = {
            "MONITOR_DATABASE_URL": f"sqlite:///{path}",
            "MONITOR_FEEDS": str(demo.HERE / "feeds.yaml"),
            "MONITOR_NOW": NOW.isoformat(),
        }
        try:
            with served(
                [sys.executable, "-m", "streamlit", "run", "app.py"], folder / "server.log", settings, cwd=ROOT
            ) as (address, pid):
                if find_chromium():
                    browser(address)
                ours = asyncio.run(sockets(address, pid))
            if not given.no_peer and (python := peer()):
                against_peer(python, store, folder, ours)
        finally:
            lease.release(store, this_process())


if __name__ == "__main__":
    main()
