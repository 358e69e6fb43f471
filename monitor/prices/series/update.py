"""Brings the stored series of files up to date when they are due: each file once, however many series are read from it.

    due series -> by address -> fetch, asking whether it is new -> child.read -> new and revised values, or the fault

What went wrong is kept beside the series and shown; the values known before stay, and grow old by their own lag.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.config.settings import Settings
from monitor.feeds.fetch import Fetcher
from monitor.models import DataSeries, Failure, Feed, FeedState, Fetched, NotModified, SeriesState
from monitor.prices.series import child
from monitor.storage import notes, observations
from monitor.storage.store import Store

log = logging.getLogger(__name__)
MAX_BYTES = 20_000_000  # of a file; two hundred columns over sixty years of days are fewer
AGAIN = timedelta(hours=1)  # after the first failure; doubled with each, up to a day
Answer = Fetched | NotModified | Failure


class SeriesUpdater:
    """Remembers between calls how asking went; used from one thread at a time."""

    def __init__(self, store: Store):
        self.store = store
        self._states: dict[str, SeriesState] | None = None

    def update(self, settings: Settings, now: datetime) -> None:
        """Fetch what is due. Raises StorageError; a server or file that fails is a stored fault."""
        if self._states is None:
            self._states = observations.states(self.store)
        states = self._states
        wanted = [one for one in settings.series if due(one, states.get(one.name), now)]
        for state in update_series(self.store, settings, wanted, states, now) if wanted else ():
            states[state.series] = state


def due(series: DataSeries, state: SeriesState | None, now: datetime) -> bool:
    """Whether to ask now; at once where feeds.yaml names another address or column, or the clock was set back."""
    if not series.enabled:
        return False
    if state is None or state.next_due is None or (state.url, state.columns) != (series.url, series.columns):
        return True
    return state.next_due <= now or (state.last_asked is not None and now < state.last_asked)


def update_series(
    store: Store, settings: Settings, wanted: Sequence[DataSeries], states: dict[str, SeriesState], now: datetime
) -> list[SeriesState]:
    """Ask for these series and store what came; gives their states.

    Nothing real is ever put into a database of synthetic data.
    """
    if "synthetic" in notes.all(store):
        return []
    files: dict[object, list[DataSeries]] = {}
    for one in wanted:
        files.setdefault((one.url, one.headers, one.allow_private), []).append(one)
    answers = asyncio.run(_fetch(settings, list(files.values()), states))
    found = []
    for some, answer in zip(files.values(), answers, strict=True):
        for one in some:
            found.append(_store(store, one, states.get(one.name), answer, now))
    return found


async def _fetch(settings: Settings, files: Iterable[list[DataSeries]], states: dict[str, SeriesState]) -> list[Answer]:
    defaults = settings.defaults
    async with Fetcher(
        per_host=defaults.per_host, pause=defaults.pause, timeout=defaults.timeout, max_body=MAX_BYTES
    ) as fetcher:
        return await asyncio.gather(*(fetcher.fetch(*_asked(some, states)) for some in files))


def _asked(some: list[DataSeries], states: dict[str, SeriesState]) -> tuple[Feed, FeedState | None]:
    """What the fetcher is handed for one file.

    Whether it is new is asked only where every one of its series was read from the same answer.
    """
    first = some[0]
    feed = Feed(first.name, first.url, headers=first.headers, allow_private=first.allow_private)
    known = [states.get(one.name) for one in some]
    said = {
        (s.url, s.etag, s.last_modified) if s and s.columns == one.columns else None
        for s, one in zip(known, some, strict=True)
    }
    if len(said) != 1 or (same := said.pop()) is None:
        return feed, None
    return feed, FeedState(first.name, same[0], etag=same[1], last_modified=same[2])


def _store(store: Store, series: DataSeries, before: SeriesState | None, answer: Answer, now: datetime) -> SeriesState:
    """Keep what an answer brought, or what is wrong with it."""
    before = before or SeriesState(series.name, series.url)
    found = child.read(answer.body, series, now) if isinstance(answer, Fetched) else answer
    if isinstance(found, Failure):
        state = failed(series, before, found, now)
        log.warning("%s: %s", series.name, state.error)
        observations.keep_state(store, state)
        return state
    state = SeriesState(
        series.name, series.url, series.columns, last_asked=now, last_success=now, last_new=before.last_new,
        next_due=now + series.every, etag=before.etag, last_modified=before.last_modified,
    )  # fmt: skip
    if isinstance(found, NotModified):
        observations.keep_state(store, state)
        return state
    assert isinstance(answer, Fetched)
    state = replace(state, etag=answer.etag, last_modified=answer.last_modified)
    if observations.save(store, state, found, unit=series.unit, now=now):
        state = replace(state, last_new=now)
    return state


def failed(series: DataSeries, before: SeriesState, failure: Failure, now: datetime) -> SeriesState:
    """The state after a failure. The ETag is forgotten: the same file is read again once feeds.yaml is mended."""
    failures = before.failures + 1
    wait = min(AGAIN * 2 ** min(failures - 1, 10), max(timedelta(days=1), series.every))
    kind = "not a series" if failure.kind == "not a feed" else failure.kind
    return replace(
        before, url=series.url, columns=series.columns, failure=kind, error=failure.message, failures=failures,
        last_asked=now, next_due=now + max(wait, failure.retry_after or wait), etag=None, last_modified=None,
    )  # fmt: skip
