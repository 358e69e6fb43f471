"""Loads what was read of an archive into the database, as if it had come live: in the order in which it was first seen,
an hour at a time, and each hour into stories before the next; then the index, month by month.

    manifest -> months -> hours -> articles -> stories -> ... -> index

May be killed anywhere. An hour is one transaction, and an entry that is there already is not stored again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from monitor.archive import tables
from monitor.archive.manifest import Manifest, locked
from monitor.archive.rows import Found
from monitor.config.settings import Settings
from monitor.errors import ArchiveError
from monitor.index.indexer import parameters_of, update_index
from monitor.index.word_counter import PAST
from monitor.models import Feed, Reading
from monitor.pipeline import alone
from monitor.storage import articles, index, notes, readings, retention, saving
from monitor.storage.saving import Item
from monitor.storage.store import Store, open_store
from monitor.stories.service import StoryService

HOUR = timedelta(hours=1)
ROWS = 20_000  # of a month that are held at a time, about
POINTS = 2_000  # that are written at a time
INDEX_ONLY = "index.db"  # in the archive's folder, while points are made without the texts


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    rows: int
    new: int  # articles that were not in the database
    points: int  # of the index


@dataclass(frozen=True, slots=True)
class Progress:
    rows: int
    total: int
    at: datetime  # how far it came in the archive's time, or, with all rows done, in the index's


def load(
    store: Store,
    folder: Path,
    settings: Settings | None,
    *,
    method: str,
    now: datetime,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Loaded:
    """All of an archive into the database, which no other process polls into meanwhile.

    Raises ArchiveError where the archive or the database is of another reader, LeaseHeld, StorageError.
    """
    with locked(folder), alone.held(store) as still_held:
        if removed := retention.articles_removed_before(store):
            raise ArchiveError(
                f"articles before {removed:%Y-%m-%d} were removed here (retention in feeds.yaml), and the archive's "
                "would be too: use --index-only, which keeps the points of the index"
            )
        return _load(store, folder, settings, method, now, on_progress, still_held)


def load_points(
    store: Store,
    folder: Path,
    settings: Settings | None,
    *,
    method: str,
    now: datetime,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Loaded:
    """Only the points of the index that lie before those that the database has; texts and signals stay in the archive.

    They are made in a database of their own, in the archive's folder, which is removed afterwards. Raises as `load`.
    """
    with locked(folder):
        beside = open_store(f"sqlite:///{folder / INDEX_ONLY}")
        if readings.current(beside).reader not in ("", method):  # left by a load that an older reader's archive began
            beside.close()
            _remove(folder)
            beside = open_store(f"sqlite:///{folder / INDEX_ONLY}")
        try:
            done = _load(beside, folder, settings, method, now, on_progress, lambda: None)
            formula = parameters_of(settings, method).method
            first = index.first(store, formula)
            points = (p for p in index.all_points(beside, until=first) if p.method == formula)
            count = 0
            while some := list(islice(points, POINTS)):
                count += index.save(store, some)
        finally:
            beside.close()
        _remove(folder)
        return Loaded(done.rows, 0, count)


def _remove(folder: Path) -> None:
    for path in folder.glob(f"{INDEX_ONLY}*"):
        path.unlink()


def _load(
    store: Store,
    folder: Path,
    settings: Settings | None,
    method: str,
    now: datetime,
    on_progress: Callable[[Progress], None],
    still_held: Callable[[], None],
) -> Loaded:
    manifest = Manifest(folder)
    _check(store, manifest, folder, method)
    months = months_of(manifest)
    total, rows, new = sum(rows for files in months.values() for rows in files.values()), 0, 0
    state = blake2b("".join(sorted(manifest.rows)).encode(), digest_size=8).hexdigest()
    key = f"archive {folder.absolute()}"
    noted = notes.all(store).get(key)
    reached = noted.at if noted and noted.value == state else datetime.min.replace(tzinfo=UTC)
    feeds = {feed.name: feed for feed in settings.feeds} if settings else {}
    tier = settings.defaults.tier if settings else 3
    stories = StoryService(store)
    with store.write() as conn:
        readings.use(conn, method)
    for hour, some in hours(folder, months):
        still_held()
        rows += len(some)
        if hour < reached:
            continue
        with store.write() as conn:
            for wave in _waves(some):
                new += saving.add_past(conn, [_item(found, reading, feeds, tier) for found, reading in wave])
        end = hour + HOUR
        stories.update(min(end, now))
        notes.put(store, key, state, end)
        on_progress(Progress(rows, total, hour))
    still_held()
    notes.put(store, PAST, None, now)  # the plain words of days that are new are counted too
    points = update_index(store, settings, now, on_month=lambda month: on_progress(Progress(rows, total, month)))
    return Loaded(rows, new, points)


def _check(store: Store, manifest: Manifest, folder: Path, method: str) -> None:
    """Raises ArchiveError where readings of two readers would be mixed."""
    read_by = manifest.methods()
    if not read_by:
        raise ArchiveError(f"{folder} holds no archive that was read; `archive IN... -o {folder}` reads one")
    others = {name: many for name, many in read_by.items() if name != method}
    if others:
        said = ", ".join(f"{many} shards by {name}" for name, many in sorted(others.items()))
        raise ArchiveError(f"{said}, and this program reads by {method}: run archive with --refresh first")
    stored = readings.current(store).reader
    if stored not in ("", method):
        raise ArchiveError(f"the database is read by {stored}, and the archive by {method}: run tag --stored first")
    if waiting := articles.waiting(store).articles:
        raise ArchiveError(f"{waiting} articles of the database are not read yet: run poll --once first")


# -- the archive in order of time ---------------------------------------------------------------------------


def months_of(manifest: Manifest) -> dict[str, dict[str, int]]:
    """month -> files of it -> rows, oldest first."""
    found: dict[str, dict[str, int]] = {}
    for row in manifest.rows.values():
        for file, rows in row.files.items():
            found.setdefault(file.split("/")[1], {})[file] = rows
    return {month: dict(sorted(found[month].items())) for month in sorted(found)}


Entries = list[tuple[Found, Reading]]


def hours(folder: Path, months: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[datetime, Entries]]:
    """(start, entries) of each hour in which some were first seen, in that order. Raises ArchiveError."""
    for files in months.values():
        try:
            yield from _of_month(ds.dataset([folder / file for file in files], tables.SCHEMA, format="parquet"))
        except (OSError, pa.ArrowException) as error:
            raise ArchiveError(
                f"the archive is damaged ({' '.join(str(error).split())[:200]}); read it again"
            ) from error


def _of_month(month: ds.Dataset) -> Iterator[tuple[datetime, Entries]]:
    seen = pc.cast(month.to_table(columns=["first_seen"])["first_seen"], pa.int64()).combine_chunks()
    length = int(HOUR / timedelta(microseconds=1))
    counts = pc.value_counts(pc.divide(seen, length)).to_pylist()
    numbers = sorted((one["values"], one["counts"]) for one in counts)
    epoch, held, chosen = datetime(1970, 1, 1, tzinfo=UTC), 0, []
    for place, (number, count) in enumerate(numbers):
        held += count
        chosen.append(number)
        if held < ROWS and place + 1 < len(numbers):
            continue
        field, first, last = ds.field("first_seen"), chosen[0], chosen[-1]
        span = (field >= pa.scalar(epoch + first * HOUR)) & (field < pa.scalar(epoch + (last + 1) * HOUR))
        table = month.to_table(filter=span).sort_by(
            [("first_seen", "ascending"), ("input", "ascending"), ("line", "ascending")]
        )
        of_hour: dict[int, Entries] = {}
        for batch in table.to_batches(max_chunksize=1_000):
            for found, reading in tables.entries(batch):
                of_hour.setdefault((found.first_seen - epoch) // HOUR, []).append((found, reading))
        for one in chosen:
            yield epoch + one * HOUR, of_hour.pop(one)
        held, chosen = 0, []


def _waves(some: Sequence[tuple[Found, Reading]]) -> list[Entries]:
    """The entries such that of each identity no wave has two: a later wording is an edit of the earlier one."""
    waves: list[Entries] = []
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for found, reading in some:
        key = found.feed, found.identity
        wave, title = last.get(key, (-1, ""))
        if wave >= 0 and title == found.entry.title:
            continue
        last[key] = wave + 1, found.entry.title
        if wave + 1 == len(waves):
            waves.append([])
        waves[wave + 1].append((found, reading))
    return waves


def _item(found: Found, reading: Reading, feeds: Mapping[str, Feed], tier: int) -> tuple[Feed, Item]:
    known = feeds.get(found.feed)
    feed = Feed(
        found.feed,
        known.url if known else "",
        tier=found.tier or (known.tier if known else tier),
        country=found.country or (known.country if known else None),
    )
    return feed, Item(found.entry, reading, found.publisher, found.identity, found.canonical, found.first_seen)
