"""What a process has done since it started: counted while it works, read by /metrics."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Work:
    """Counts that only grow. Safe to use from several threads."""

    rounds: Counter[str] = field(default_factory=Counter)  # of feeds, by the feed's state after it
    entries: Counter[str] = field(default_factory=Counter)  # new, edited, bad
    jobs: Counter[str] = field(default_factory=Counter)  # of the reader processes: documents, batches
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))  # that they took, the same two
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def round(self, state: str, *, new: int, edited: int, bad: int) -> None:
        """A feed was asked, and this came of it."""
        with self._lock:
            self.rounds[state] += 1
            self.entries.update(new=new, edited=edited, bad=bad)

    def job(self, kind: str, seconds: float) -> None:
        """A reader process was busy with a document or a batch of entries."""
        with self._lock:
            self.jobs[kind] += 1
            self.seconds[kind] += seconds
