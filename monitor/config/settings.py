"""The configuration as the program uses it, and keeping the last good one while an editor works on the file."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from monitor.config import crosschecks, document, faults
from monitor.config.alerting import Rule
from monitor.config.environment import Environment, environment
from monitor.config.shapes import Defaults, FeedShape, File, Index
from monitor.errors import ConfigError, Problem
from monitor.models import Feed, Region, Series


@dataclass(frozen=True, slots=True)
class Theatre:
    """What counts as the region, and the user's own words."""

    lexicon: Path | None = None
    region: Region = Region()

    def tagger_arguments(self) -> dict[str, Path | Region | None]:
        """For Tagger.load, here or in another process."""
        return {"extra": self.lexicon, "theatre": self.region}


@dataclass(frozen=True, slots=True)
class Settings:
    """All of feeds.yaml and the environment, defaults filled in."""

    path: Path
    feeds: tuple[Feed, ...]
    defaults: Defaults
    prices: tuple[Series, ...]
    index: Index
    alerts: tuple[Rule, ...]
    theatre: Theatre
    environment: Environment


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
    lexicon = crosschecks.lexicon_path(str(path), file.theatre.lexicon) if file.theatre.lexicon else None
    return Settings(
        path=path,
        feeds=tuple(_feed(feed, file.defaults, environ) for feed in file.feeds),
        defaults=file.defaults,
        prices=tuple(
            Series(p.name, p.symbol, unit=p.unit, kind=p.kind, fred=p.fred, calendar=p.calendar) for p in file.prices
        ),
        index=file.index,
        alerts=file.alerts,
        theatre=Theatre(lexicon, Region(file.theatre.widen, file.theatre.replace)),
        environment=around,
    )


def _file(path: Path, environ: Mapping[str, str]) -> File:
    """The checked file. Raises ConfigError, its faults in the order of their lines."""
    read = document.read(path)
    file = None
    try:
        file = File.model_validate(read.data)
    except ValidationError as error:
        faults.note(read, error)
    crosschecks.check(read, environ)
    if read.problems or file is None:
        raise ConfigError(sorted(read.problems, key=lambda problem: problem.line or 0))
    return file


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
    """The settings of a file that may be edited while the program runs. Safe to ask from several threads."""

    def __init__(self, path: Path | None = None, environ: Mapping[str, str] = os.environ):
        self._path, self._environ, self._lock = path, environ, threading.Lock()
        self._settings: Settings | None = None
        self._fault: ConfigError | None = None
        self._seen: object = None

    def current(self) -> tuple[Settings, ConfigError | None]:
        """The newest settings that were without fault, and the fault of the file as it is now, if it has one.

        Raises ConfigError while there never were any.
        """
        with self._lock:
            if self._settings is None:
                self._load()
            elif (seen := self._look(self._settings.path)) != self._seen:
                try:
                    self._load()
                except ConfigError as fault:
                    self._fault, self._seen = fault, seen
            return self._settings, self._fault

    def _load(self) -> None:
        """Look before reading: an edit in between is then seen the next time."""
        path = self._path or environment(self._environ).feeds
        seen = self._look(path)
        self._settings, self._fault, self._seen = load(path, self._environ), None, seen

    @staticmethod
    def _look(path: Path) -> object:
        """What tells one version of the file from the next without reading it."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
