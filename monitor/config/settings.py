"""The configuration as the program uses it, and keeping the last good one while an editor works on the file."""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.config import crosschecks, document, faults
from monitor.config.alerting import Rule
from monitor.config.briefs import ScheduledBrief
from monitor.config.environment import Environment, environment
from monitor.config.shapes import Defaults, FeedShape, File, Index, Retention, SeriesShape
from monitor.errors import ConfigError, LexiconError, Problem
from monitor.models import DataSeries, Feed, Region, Series

EXAMPLE = Path(__file__).parents[1] / "example" / "feeds.yaml"  # in an installed package only; a checkout has its own


@dataclass(frozen=True, slots=True)
class Theatre:
    """What counts as the region, and the user's own words."""

    lexicon: Path | None = None
    region: Region = Region()
    digest: str | None = None  # of the word file, so that an edit of it makes another theatre

    def tagger_arguments(self) -> dict[str, Any]:
        """For Tagger.load, here or in another process."""
        return {"extra": self.lexicon, "theatre": self.region}


@dataclass(frozen=True, slots=True)
class Settings:
    """All of feeds.yaml and the environment, defaults filled in."""

    path: Path
    feeds: tuple[Feed, ...]
    defaults: Defaults
    prices: tuple[Series, ...]
    series: tuple[DataSeries, ...]
    index: Index
    alerts: tuple[Rule, ...]
    theatre: Theatre
    board: tuple[str, ...]  # keys of PARTS, in the order in which the board shows them
    retention: Retention
    briefs: tuple[ScheduledBrief, ...]
    environment: Environment

    @property
    def export_folder(self) -> Path | None:
        """Where what is no longer kept is written before it goes."""
        return crosschecks.beside(str(self.path), self.retention.export) if self.retention.export else None


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `path`, or what MONITOR_FEEDS names. Raises ConfigError with every fault of the file and the environment."""
    problems: list[Problem] = []
    try:
        around = environment(environ)
    except ConfigError as error:
        around = None
        problems += error.problems
    try:
        path = path or (around.feeds if around else Path(environ.get("MONITOR_FEEDS") or "feeds.yaml"))
        file = _file(path, environ)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from error
    if around is None:
        raise ConfigError(problems)
    return Settings(
        path=path,
        feeds=tuple(_feed(feed, file.defaults, environ) for feed in file.feeds),
        defaults=file.defaults,
        prices=tuple(
            Series(p.name, p.symbol, unit=p.unit, kind=p.kind, fred=p.fred, calendar=p.calendar, settles=p.settles)
            for p in file.prices
        ),
        series=tuple(_series(one, environ) for one in file.series),
        index=file.index,
        alerts=file.alerts,
        theatre=_theatre(path, file),
        board=file.board,
        retention=file.retention,
        briefs=file.briefs,
        environment=around,
    )


def _absent() -> str:
    example = f", or begin with a copy of {EXAMPLE}" if EXAMPLE.exists() else ""
    return f"check the path, or set MONITOR_FEEDS to the right one{example}"


def _file(path: Path, environ: Mapping[str, str]) -> File:
    """The checked file. Raises ConfigError, its faults in the order of their lines."""
    read = document.read(path, absent=_absent())
    file = None
    try:
        file = File.model_validate(read.data)
    except ValidationError as error:
        faults.note(read, error)
    crosschecks.check(read, environ)
    if file is not None and not read.problems:
        _check_words(read, _theatre(path, file))
    if read.problems or file is None:
        raise ConfigError(sorted(read.problems, key=lambda problem: (problem.file != read.file, problem.line or 0)))
    return file


def _theatre(path: Path, file: File) -> Theatre:
    written = file.theatre
    lexicon = crosschecks.beside(str(path), written.lexicon) if written.lexicon else None
    return Theatre(lexicon, Region(written.widen, written.replace), _digest(lexicon) if lexicon else None)


def _digest(lexicon: Path) -> str | None:
    try:
        return hashlib.sha256(lexicon.read_bytes()).hexdigest()
    except OSError:  # checking the words names it
        return None


def _check_words(read: document.Document, theatre: Theatre) -> None:
    """Note every fault of the user's own words and of the names of the region, by loading the tagger that they make."""
    if theatre == Theatre():
        return
    for problem in _word_problems(theatre):
        section, _, key = problem.where.partition(".")
        names = read.data.get("theatre", {}).get(key) if section == "theatre" else None
        if names is None:
            read.problems.append(problem)
            continue
        at = next((n for n, name in enumerate(names) if f"'{name}'" in problem.message), None)
        read.fault(("theatre", key) if at is None else ("theatre", key, at), problem.message)


@lru_cache(maxsize=4)  # an edit of a feed's address need not read the words again
def _word_problems(theatre: Theatre) -> tuple[Problem, ...]:
    from monitor.tagging.tagger import Tagger  # costs more time than all other settings together

    try:
        Tagger.load(**theatre.tagger_arguments())
    except LexiconError as error:
        return error.problems
    return ()


def _series(series: SeriesShape, environ: Mapping[str, str]) -> DataSeries:
    written = {name: getattr(series, name) for name in SeriesShape.model_fields if name != "headers"}
    headers = tuple((name, crosschecks.expand(value, environ)) for name, value in series.headers.items())
    return DataSeries(**written, headers=headers)


def _feed(feed: FeedShape, defaults: Defaults, environ: Mapping[str, str]) -> Feed:
    return Feed(
        name=feed.name,
        url=feed.url,
        language=feed.language or defaults.language,
        publisher=feed.publisher,
        aggregator=feed.aggregator,
        tier=feed.tier or defaults.tier,
        country=feed.country,
        every=feed.every or defaults.every,
        tags=feed.tags,
        enabled=feed.enabled,
        headers=tuple((name, crosschecks.expand(value, environ)) for name, value in feed.headers.items()),
        allow_private=feed.allow_private,
    )


class LastGood:
    """The settings of files that may be edited while the program runs: feeds.yaml and the word file that it names.

    The word file is copied when it is found sound, and the settings name the copy, which stays as it is while the
    original is being edited. Safe to ask from several threads.
    """

    def __init__(self, path: Path | None = None, environ: Mapping[str, str] = os.environ):
        self._path, self._environ, self._lock = path, environ, threading.Lock()
        self._settings: Settings | None = None
        self._fault: ConfigError | None = None
        self._lexicon: Path | None = None  # the original
        self._seen: object = None

    def current(self) -> tuple[Settings, ConfigError | None]:
        """The newest settings that were without fault, and the fault of the file as it is now, if it has one.

        Raises ConfigError while there never were any.
        """
        with self._lock:
            if self._settings is None:
                self._load()
            elif (seen := self._look(self._settings.path, self._lexicon)) != self._seen:
                try:
                    self._load()
                except ConfigError as fault:
                    self._fault, self._seen = fault, seen
            assert self._settings is not None  # or _load has raised
            return self._settings, self._fault

    def _load(self) -> None:
        """Look before reading: an edit in between is then seen the next time."""
        path = self._path or environment(self._environ).feeds
        seen = self._look(path)
        settings = load(path, self._environ)
        self._lexicon = lexicon = settings.theatre.lexicon
        if lexicon:
            seen = (*seen, *self._look(lexicon))
            settings = replace(settings, theatre=replace(settings.theatre, lexicon=_copied(lexicon, settings.theatre)))
        self._settings, self._fault, self._seen = settings, None, seen

    @staticmethod
    def _look(*paths: Path | None) -> tuple[object, ...]:
        """What tells one version of the files from the next without reading them."""
        return tuple(_version(path) for path in paths if path)


def _version(path: Path) -> object:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=1)
def _folder() -> Path:
    """For copies of word files; gone with the process."""
    kept = tempfile.TemporaryDirectory(prefix="gulf-tension-words-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    return Path(kept.name)


def _copied(lexicon: Path, theatre: Theatre) -> Path:
    """A copy of the word file as it was checked. Raises ConfigError if it was edited meanwhile;
    the next look reads it again.
    """
    copy = _folder() / f"{theatre.digest}{lexicon.suffix}"
    if not copy.exists():
        text = lexicon.read_bytes() if lexicon.is_file() else b""
        if hashlib.sha256(text).hexdigest() != theatre.digest:
            raise ConfigError([Problem(str(lexicon), None, "", "was edited while it was read; it is read again")])
        copy.write_bytes(text)
    return copy
