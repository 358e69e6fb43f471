"""Gets daily prices: the first provider of PROVIDERS that answers, with every failure named beside what came.

    series, newest stored closes -> provider in turn (resting after failures) -> prices, faults

A price service cannot hold the program up: a round over all series ends within its budget, and a provider that failed
rests before it is asked again. Each provider is asked from where its own closes end: what another stood in for in the
meantime is still missing from its series.
"""

from __future__ import annotations

import atexit
import tempfile
import time as stopwatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from monitor.errors import PriceError
from monitor.models import Price, Series
from monitor.prices import fred, yahoo

Provider = Callable[..., tuple[list[Price], list[PriceError]]]
PROVIDERS: dict[str, Provider] = {"yahoo": yahoo.fetch, "fred": fred.fetch}  # in the order in which they are asked

FIRST_FETCH = timedelta(days=3653)  # ten, on the first fetch
ROUND_SECONDS = 12.0  # seconds for a round over all series: a round of polling is to be held up by fifteen at most
CALL_SECONDS = 6.0  # seconds for one call of one provider, so that a silent one leaves time for the next
FIRST_REST, LONGEST_REST = 60.0, 3600.0  # seconds
MAX_RETRY_AFTER_SECONDS = 86_400.0  # seconds that a provider may ask to be left alone
ABOUT_THE_SERIES = ("symbol", "empty", "unreadable", "not a number", "clock", "unit")  # the provider itself is well
ADJUSTED = 0.2  # a finished close that now differs by so much was adjusted, as after a split: then all closes were
Stored = Mapping[str, Price]  # provider -> the newest close kept of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fetch gave: prices oldest first (none when every provider failed) and what went wrong on the way."""

    series: str
    prices: tuple[Price, ...]
    faults: tuple[PriceError, ...] = ()


@lru_cache(maxsize=1)
def _folder() -> str:
    """For yfinance's small databases of cookies, gone with the process: nothing in them is worth keeping."""
    kept = tempfile.TemporaryDirectory(prefix="gulf-tension-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    return kept.name


@dataclass(slots=True)
class _Rest:
    until: float  # monotonic seconds: pacing runs on real time, also in a replay
    length: float
    cause: PriceError


class PriceClient:
    """Where prices are asked for; remembers who failed. One for each worker, used from one thread."""

    def __init__(self, *, yahoo_url: str | None = None, fred_url: str | None = None, cache: str | None = None):
        self._bases = {"yahoo": yahoo_url, "fred": fred_url}
        self._cache = cache or _folder()
        self._rests: dict[tuple[str, str], _Rest] = {}  # (provider, series or "" for all)
        self._asked: dict[str, float] = {}

    def fetch(self, series: Series, stored: Stored, *, now: datetime, budget: float = ROUND_SECONDS) -> Answer:
        """Prices from each provider's newest stored close on, ten years where it has none.

        Never raises for a failing service: the faults are in the answer.
        """
        ends = stopwatch.monotonic() + budget
        self._asked[series.name] = stopwatch.monotonic()
        faults = []
        for name in PROVIDERS:
            if resting := self._resting(name, series):
                faults.append(resting)
                continue
            try:
                prices, notes = self._ask(name, series, stored.get(name), now, ends)
            except PriceError as error:
                if error.kind != "not carried":
                    faults.append(error)
                if error.kind not in ("not carried", "no time"):
                    self._rest(name, series, error)
                continue
            self._rests.pop((name, ""), None)
            self._rests.pop((name, series.name), None)
            return Answer(series.name, tuple(prices), (*faults, *notes))
        return Answer(series.name, (), tuple(faults))

    def _ask(
        self, name: str, series: Series, last: Price | None, now: datetime, ends: float
    ) -> tuple[list[Price], list[PriceError]]:
        """From the last close on; from the beginning where that close is not what it was."""
        prices, notes = self._call(name, series, last.day.date() if last else None, now, ends)
        if last is None or not last.final or not last.close:
            return prices, notes
        again = next((price for price in prices if price.final and price.day == last.day), None)
        if again and abs(again.close / last.close - 1) > ADJUSTED:
            return self._call(name, series, None, now, ends)
        return prices, notes

    def _call(
        self, name: str, series: Series, since: date | None, now: datetime, ends: float
    ) -> tuple[list[Price], list[PriceError]]:
        left = min(CALL_SECONDS, ends - stopwatch.monotonic())
        if left < 0.5:
            raise PriceError(name, "no time left in this round", kind="no time")
        return PROVIDERS[name](
            series,
            since or (now - FIRST_FETCH).date(),
            now=now,
            base=self._bases.get(name),
            timeout=left,
            cache=self._cache,
        )

    def fetch_all(
        self, wanted: Iterable[tuple[Series, Stored]], *, now: datetime, budget: float = ROUND_SECONDS
    ) -> list[Answer]:
        """Fetch several series within one budget; the series that waited longest comes first,
        so that none is left out for ever.
        """
        ends = stopwatch.monotonic() + budget
        ordered = sorted(wanted, key=lambda item: self._asked.get(item[0].name, 0.0))
        return [self.fetch(series, stored, now=now, budget=ends - stopwatch.monotonic()) for series, stored in ordered]

    def _resting(self, provider: str, series: Series) -> PriceError | None:
        for key in ((provider, ""), (provider, series.name)):
            rest = self._rests.get(key)
            if rest and (left := rest.until - stopwatch.monotonic()) > 0:
                fault = PriceError(provider, rest.cause.cause, kind=rest.cause.kind)
                fault.again, fault.rested = left, True
                return fault
        return None

    def _rest(self, provider: str, series: Series, error: PriceError) -> None:
        key = (provider, series.name if error.kind in ABOUT_THE_SERIES else "")
        before = self._rests.get(key)
        length = min(before.length * 2, LONGEST_REST) if before else FIRST_REST
        error.again = max(length, min(error.wait or 0.0, MAX_RETRY_AFTER_SECONDS))
        self._rests[key] = _Rest(stopwatch.monotonic() + error.again, length, error)
