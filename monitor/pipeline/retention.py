"""Removes what feeds.yaml asks to keep only for so long: once a day, in small transactions, exported before on demand.

    retention of feeds.yaml + now -> cutoffs -> what is older -> Parquet files -> removed -> space given back

storage/retention.py says what goes with what. `gulf-monitor prune` does the same at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from monitor.clock import parse_time, time_text
from monitor.config.settings import Settings
from monitor.config.shapes import Retention
from monitor.storage import articles, notes, signals
from monitor.storage import retention as storage
from monitor.storage.foreign_errors import translated_of_file
from monitor.storage.retention import Cutoffs, Place
from monitor.storage.store import Store
from monitor.storage.tables import article_row, signal_row

PRUNED = "pruned"  # the note of the last time
EVERY = timedelta(days=1)
LEAP = timedelta(days=7)  # a clock that went on by more since the last time is not believed at once
SECONDS_A_RUN = 2.0  # then other steps have their turn
EXPORTED_AT_ONCE = 20_000  # articles a file
ALERT = {
    "id": "int", "key": "text", "rule": "text", "kind": "text", "at": "time", "state": "text", "message": "text",
    "sent": "time", "stories": "list", "articles": "list",
}  # fmt: skip
ROUND = {
    "id": "int", "feed": "text", "at": "time", "state": "text", "status": "int", "entries": "int",
    "new_entries": "int", "bad_entries": "int", "failure": "text", "error": "text",
}  # fmt: skip


def cutoffs(kept: Retention, reference: tuple[date, date] | None, now: datetime) -> Cutoffs:
    """From when on each kind is kept. The articles of the index's fixed reference window always are, with those of the
    day before, which the first hours of the window count.
    """
    spans = {kind: getattr(kept, kind) for kind in storage.KINDS}
    first, last = (datetime.combine(day, time_of_day(), UTC) for day in reference) if reference else (None, None)
    window = (first - timedelta(days=1), last + timedelta(days=1)) if first and last else None
    return Cutoffs(**{kind: now - span for kind, span in spans.items() if span}, kept=window)


def due(last: datetime | None, now: datetime) -> str:
    """`prune` a day after the last time; `note` only that the clock was seen, where there was no last time or the clock
    leapt: one that runs years ahead for an hour must not empty the database; else `wait`.
    """
    if last is None or now < last - EVERY or now - last > LEAP:
        return "note"
    return "prune" if now - last >= EVERY else "wait"


def prune(store: Store, older: Cutoffs, folder: Path | None, now: datetime) -> Iterator[tuple[str, int]]:
    """Remove everything older, and give (kind, rows) after each transaction; may be left off anywhere. Raises
    StorageError; what could not be exported is not removed.

    After a kill between an export and its removal the same rows stand in the next file too.
    """
    files = _Files(folder, now) if folder else None
    for kind, columns in (("slices", {}), ("feed_log", ROUND), ("alerts", ALERT)):
        while rows := storage.old_rows(store, kind, older):
            if files and columns:
                files.write(kind, rows, columns)
            yield kind, storage.remove_rows(store, kind, rows)
    ways = (("texts", storage.texts_to_remove, storage.remove_texts),
            ("articles", storage.articles_to_remove, storage.remove_articles))  # fmt: skip
    gone = 0
    for kind, find, remove in ways:
        after: Place | None = None
        limit = EXPORTED_AT_ONCE if files else storage.AT_ONCE
        while places := find(store, older, after=after, limit=limit):
            if files:
                files.write_articles(store, kind, [place.id for place in places])
            for start in range(0, len(places), storage.AT_ONCE):
                some = remove(store, places[start : start + storage.AT_ONCE], older)
                gone += some
                yield kind, some
            after = places[-1]
    storage.tidy_search(store, gone)
    storage.give_back_space(store)


class Pruner:
    """The step; a pass goes on from run to run. Used from one thread at a time."""

    def __init__(self, store: Store):
        self.store = store
        self._pass: Iterator[tuple[str, int]] | None = None

    def update(self, settings: Settings, now: datetime) -> None:
        """Raises StorageError."""
        if not any(getattr(settings.retention, kind) for kind in storage.KINDS):
            return
        if self._pass is None:
            noted = notes.all(self.store).get(PRUNED)
            what = due(parse_time(noted.value) if noted else None, now)
            if what == "note":
                notes.put(self.store, PRUNED, time_text(now), now)
            if what != "prune":
                return
            older = cutoffs(settings.retention, settings.index.span, now)
            self._pass = prune(self.store, older, settings.export_folder, now)
        going, self._pass = self._pass, None  # begun anew after a fault
        until = time.monotonic() + SECONDS_A_RUN
        for _ in going:
            if time.monotonic() > until:
                self._pass = going
                return
        notes.put(self.store, PRUNED, time_text(now), now)


class _Files:
    """The files of one pass, each whole under its name or not there."""

    def __init__(self, folder: Path, now: datetime):
        self._folder, self._stamp, self._count = folder, f"{now:%Y%m%dT%H%M%SZ}", 0

    def write(self, table: str, rows: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> None:
        from monitor import export  # pyarrow: most processes never need it

        while (file := self._folder / f"{table}-{self._stamp}-{self._count}.parquet").exists():
            self._count += 1
        partial = file.with_suffix(".partial")
        with translated_of_file(file):
            with partial.open("wb") as out:
                out.writelines(export.parquet(iter(rows), columns))
                out.flush()
                os.fsync(out.fileno())
            partial.rename(file)

    def write_articles(self, store: Store, kind: str, ids: Sequence[int]) -> None:
        from monitor.export import COLUMNS

        pages = [ids[start : start + storage.AT_ONCE] for start in range(0, len(ids), storage.AT_ONCE)]
        self.write(
            kind, (article_row(one) for page in pages for one in articles.several(store, page)), COLUMNS["articles"]
        )
        if kind == "articles":
            rows = (signal_row(one) for page in pages for one in signals.of_articles(store, page))
            self.write("signals", rows, COLUMNS["signals"])
