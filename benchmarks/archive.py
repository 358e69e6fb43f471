"""How fast an archive is read by one process, by two and by a Dask cluster of two workers, and what kills leave of it.

    python -m benchmarks.archive [--ended 1000000] [--passed 20000] [--alone 0.5] [--kills 20] [--stream FILE.jsonl.gz]

Entries that the reader's gate ends, and entries that pass on to its network, are two archives, since the one costs 30
times the other. One process reads half of each, two read all, so that starting weighs the same. Texts are the invented
ones of training/, some of one language together so that they are as long as what feeds bring, or those of a recorded
stream.

Memory is that of the command and all that it starts, with Dask that of scheduler and workers as well.

The bars: two processes read at 1.8 times the rate of one, within 1.5 GB; Dask within 10 % of two processes; after
kills at random moments, of the client and of workers, of pool and cluster, the output is the same byte for byte.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from monitor.models import Text
from monitor.reader import labels
from monitor.reader.reader import Reader
from tests.processes import Watch
from tests.test_archive import everything
from tests.test_archive_dask import Loopback

ROOT = Path(__file__).resolve().parent.parent
RATIO, MEMORY, NEAR = 1.8, 1_500, 0.9  # the bars
TOGETHER = 3  # invented texts that make one entry
FILES, ROWS = 100, 100  # of the archive that is killed
LONGEST = 8.0  # seconds until a kill
YEARS, FEEDS, A_DAY, PASSING = 10, 200, 30, 0.25  # of the estimate: entries of a feed a day, share that passes the gate
CORES = (2, 16, 128)


def texts(stream: Path | None) -> tuple[list[Text], list[Text]]:
    """Those that the gate ends, those that pass."""
    if stream:
        with gzip.open(stream, "rt", encoding="utf-8") as lines:
            found = [Text(row["title"] or "", row["summary"] or "", "en") for row in map(json.loads, lines)]
    else:
        rows = labels.invented([ROOT / "training"])
        reader = Reader.load()
        found = []
        for lang in sorted({row["lang"] for row in rows}):
            own = [Text(row["title"], row["summary"], lang) for row in rows if row["lang"] == lang]
            ended = [text for text in own if reader.gate(text)]
            for some in (ended, own):
                for place, first in enumerate(some):
                    more = [some[(place + n) % len(some)] for n in range(TOGETHER)]
                    found.append(Text(first.title, " ".join(f"{t.summary} {t.title}." for t in more), lang))
    reader = Reader.load()
    gated = [(text, reader.gate(text) is not None) for text in found]
    return [text for text, ended in gated if ended], [text for text, ended in gated if not ended]


def rows(some: list[Text], count: int) -> Iterator[str]:
    began = datetime(2016, 1, 1, tzinfo=UTC)
    for number, text in enumerate(islice(cycle(some), count)):
        seen = (began + timedelta(minutes=number)).isoformat()
        row = {"guid": str(number), "title": text.title, "summary": text.summary, "lang": text.lang}
        yield json.dumps(row | {"source": f"feed {number % 200}", "first_seen": seen}, ensure_ascii=False) + "\n"


def command(inputs: Path, output: Path, *words: str) -> subprocess.Popen:
    asked = [sys.executable, "-m", "monitor", "archive", str(inputs), "-o", str(output), *words]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    return subprocess.Popen(
        asked, cwd=output.parent, env=settings | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    )


def timed(inputs: Path, output: Path, *words: str) -> tuple[float, int]:
    """Seconds of the whole command, and the most megabytes that it held."""
    began = time.perf_counter()
    with command(inputs, output, *words) as process, Watch(process.pid, every=0.2) as watch:
        said = process.communicate()[1]
    if process.returncode:
        raise SystemExit(f"archive ended with {process.returncode}: {said[-500:]}")
    return time.perf_counter() - began, watch.peak


def rates(name: str, some: list[Text], count: int, alone: float, folder: Path) -> float:
    """Measures and says the rates of one kind of entries; gives that of one process."""
    few, all_of_them = folder / f"{name}-few.jsonl", folder / f"{name}.jsonl"
    part = max(1, int(count * alone))
    for path, number in ((few, part), (all_of_them, count)):
        with path.open("w", encoding="utf-8") as file:
            file.writelines(rows(some, number))
    one, one_held = timed(few, folder / f"{name}-1", "--processes", "1")
    two, two_held = timed(all_of_them, folder / f"{name}-2", "--processes", "2")
    place = folder / f"{name}-cluster"
    place.mkdir()
    cluster = Loopback(place)
    try:
        with Watch(os.getpid(), every=0.2) as watch:  # scheduler and workers are this process's children
            before = watch_of(os.getpid())
            dask, _ = timed(all_of_them, folder / f"{name}-dask", "--scheduler", cluster.address)
    finally:
        cluster.close()
    single, double, there = part / one, count / two, count / dask
    ratio, near = double / single, there / double
    print(f"{name}: {part:,} entries by one process, {count:,} by two")
    print(f"  one process    {single:9.1f} entries/s   {one_held:5} MB")
    fast_enough = met(ratio >= RATIO and two_held <= MEMORY)
    print(f"  two processes  {double:9.1f} entries/s   {two_held:5} MB   {ratio:.2f} times   {fast_enough}")
    held = watch.peak - before
    print(f"  Dask, 2 x 1    {there:9.1f} entries/s   {held:5} MB   {near:.0%} of two  {met(near >= NEAR)}", flush=True)
    return single


def watch_of(process: int) -> int:
    """Megabytes of this process alone."""
    return psutil.Process(process).memory_info().rss >> 20


def met(well: bool) -> str:
    return "" if well else "MISSED"


def estimate(gate: float, network: float) -> None:
    """Hours for years of feeds, by the rates of one process."""
    count = YEARS * 365 * FEEDS * A_DAY
    seconds = count * ((1 - PASSING) / gate + PASSING / network)
    print(
        f"computed: {YEARS} years of {FEEDS} feeds, {A_DAY} entries a day each, {PASSING:.0%} past the gate: "
        f"{count:,} entries"
    )
    print("  " + ", ".join(f"{cores} cores: {seconds / cores / 3600:,.1f} h" for cores in CORES))


def killed(some: list[Text], kills: int, folder: Path, seed: int = 1) -> None:
    """Kills a run again and again, on the pool and on a cluster by turns, and compares what is there at the end."""
    chances, inputs = random.Random(seed), folder / "killed"
    inputs.mkdir()
    lines = list(rows(some, FILES * ROWS))
    for number in range(FILES):
        (inputs / f"{number:03}.jsonl").write_text("".join(lines[number * ROWS : (number + 1) * ROWS]), "utf-8")
    timed(inputs, folder / "whole", "--processes", "2")
    place, counts = folder / "cluster", {"client": 0, "worker": 0}
    place.mkdir()
    cluster = Loopback(place)
    output = folder / "often"
    try:
        for turn in range(kills):
            words = ("--scheduler", cluster.address) if turn % 2 else ("--processes", "2")
            with command(inputs, output, *words) as process:
                time.sleep(chances.uniform(0.5, LONGEST))
                victim = chances.choice(("client", "worker"))
                assert process.poll() is None, "the archive was read before all kills: make ROWS more"
                if victim == "client":
                    process.kill()
                elif turn % 2:
                    cluster.workers.pop(0).kill()
                    cluster.replace()
                else:
                    for child in psutil.Process(process.pid).children()[:1]:
                        child.kill()
                counts[victim] += 1
                if victim == "worker":
                    time.sleep(chances.uniform(0, 2))
                    process.kill()  # so that there is something left for the next turn
                process.wait()
        timed(inputs, output, "--processes", "2")
    finally:
        cluster.close()
    tables = [pq.read_table(path, columns=["input", "line"]) for path in output.rglob("*.parquet")]
    read = sorted((row["input"], row["line"]) for table in tables for row in table.to_pylist())
    assert len(read) == len(set(read)) == FILES * ROWS, f"{len(read)} rows, {len(set(read))} of them different"
    assert everything(output) == everything(folder / "whole"), "the output differs"
    print(
        f"{kills} kills ({counts['client']} of the client, {counts['worker']} of a worker): {len(read):,} rows, "
        "none lost, none doubled, the output the same"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--ended", type=int, default=1_000_000, help="entries that the gate ends")
    asked.add_argument("--passed", type=int, default=20_000, help="entries that pass it")
    asked.add_argument("--alone", type=float, default=0.5, help="the share of them that one process reads")
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--stream", type=Path, help="a recorded stream whose texts are taken")
    given = asked.parse_args()
    ended, passed = texts(given.stream)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at first; {len(ended)} and {len(passed)} texts")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.ended and given.passed:
            gate = rates("gate", ended, given.ended, given.alone, folder)
            network = rates("network", passed, given.passed, given.alone, folder)
            estimate(gate, network)
        if given.kills:
            killed(passed, given.kills, folder)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
