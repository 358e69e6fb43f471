"""A process and all that it starts, looked at from outside:
what the tree of them holds in memory, and how many there are.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    found = [root]
    for process in found:
        for task in _listed(f"/proc/{process}/task"):
            try:
                found += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
            except OSError:  # it ended meanwhile
                continue
    return found


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def resident(process: int) -> int:
    """Megabytes, pages shared with others counted in full."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_KB // 1024
    except OSError:
        return 0


def spent(processes: list[int]) -> float:
    """Seconds of processor that they have used."""
    ticks = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Watch:
    """Looks at a process tree all the time: `peak` is the most that all its processes together held, in megabytes."""

    def __init__(self, root: int, *, every: float = 0.05):
        self.root, self.every, self.peak = root, every, 0
        self.each: dict[int, int] = {}  # process -> megabytes, at the peak
        self.seen: set[int] = set()  # every process that there was
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(self.every):
            found = {process: resident(process) for process in tree(self.root)}
            self.seen.update(found)
            if sum(found.values()) > self.peak:
                self.peak, self.each = sum(found.values()), found
