"""Reads one file in a process with limits of time and memory: a hostile workbook costs its series and nothing else.

parent: body, columns -> process: document.read -> parent: days and values, or why not
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import monitor
from monitor.clock import parse_time, time_text
from monitor.models import DataSeries, Failure
from monitor.prices.series import document

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment] # a module or nothing

SECONDS = 20  # of the processor; three times as many by the clock, for a machine with much else to do
MEMORY = 600_000_000  # bytes of address space, the libraries included
_COLUMNS = ("date", "value", "rows", "sheet", "date_format")


def read(body: bytes, series: DataSeries, now: datetime) -> list[tuple[datetime, float]] | Failure:
    """(day, value), oldest first. Whatever the file holds, nothing is raised for it."""
    job = {name: value for name, value in asdict(series).items() if name in _COLUMNS} | {"now": time_text(now)}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "monitor.prices.series.child"],
            input=json.dumps(job).encode() + b"\n" + body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(Path(monitor.__file__).parent.parent), "OPENBLAS_NUM_THREADS": "1"},
            timeout=3 * SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Failure("parser", f"reading the file took more than {SECONDS} seconds")
    except OSError as error:
        return Failure("parser", f"no process could be started to read the file: {error}")
    try:
        said = json.loads(done.stdout)
        if "fault" in said:
            return Failure("not a series", said["fault"])
        return [(parse_time(day), value) for day, value in said["found"]]
    except (ValueError, KeyError, TypeError):
        return Failure("parser", f"reading the file took too much time or memory (status {done.returncode})")


def main() -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if hasattr(resource, "RLIMIT_AS"):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    head, _, body = sys.stdin.buffer.read().partition(b"\n")
    job = json.loads(head)
    now = parse_time(job.pop("now"))
    try:
        found = document.read(body, DataSeries("", "", **job), now)
        said: dict[str, object] = {"found": [(f"{day:%Y-%m-%d}", value) for day, value in found]}
    except document.Unreadable as fault:
        said = {"fault": str(fault)}
    except MemoryError:
        said = {"fault": "reading the file took more memory than allowed"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
