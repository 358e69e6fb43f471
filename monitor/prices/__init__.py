"""Gets daily prices: the first provider of PROVIDERS that answers, with every failure named beside what came.

    series, newest stored day -> provider in turn (resting after failures) -> prices, faults

Leaves keeping prices to storage/prices.py and the market's hours to market.py. A price service is never trusted with our time:
a round over all series ends within its budget, and who failed rests before it is asked again.
"""

from __future__ import annotations

import atexit
import tempfile
import time as stopwatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from monitor.errors import PriceError
from monitor.models import Price, Series
from monitor.prices import fred, yahoo

Provider = Callable[..., tuple[list[Price], list[PriceError]]]
PROVIDERS: dict[str, Provider] = {"yahoo": yahoo.fetch, "fred": fred.fetch}  # in the order in which they are asked

YEARS = timedelta(days=3653)  # ten, on the first fetch
BUDGET = 15.0  # seconds for a round over all series
CALL = 8.0  # seconds for one call of one provider, so that a silent one leaves time for the next
FIRST_REST, LONGEST_REST = 60.0, 3600.0  # seconds
ABOUT_THE_SERIES = ("symbol", "empty", "unreadable", "not a number", "clock")  # the provider itself is well


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fetch gave: prices oldest first (none when every provider failed) and what went wrong on the way."""

    series: str
    prices: tuple[Price, ...]
    faults: tuple[PriceError, ...] = ()


@lru_cache(maxsize=1)
def _folder() -> str:
    """For yfinance's small databases of cookies, gone with the process: the home folder is not ours to write in."""
    kept = tempfile.TemporaryDirectory(prefix="gulf-tension-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    return kept.name


@dataclass(slots=True)
class _Rest:
    until: float  # monotonic seconds: pacing runs on real time, also in a replay
    length: float
    cause: PriceError


class Desk:
    """Where prices are asked for; remembers who failed. One for each worker, used from one thread."""

    def __init__(self, *, yahoo_url: str | None = None, fred_url: str | None = None, cache: str | None = None):
        self._bases = {"yahoo": yahoo_url, "fred": fred_url}
        self._cache = cache or _folder()
        self._rests: dict[tuple[str, str], _Rest] = {}  # (provider, series or "" for all)
        self._asked: dict[str, float] = {}

    def fetch(self, series: Series, since: date | None, *, now: datetime, budget: float = BUDGET) -> Answer:
        """Prices from `since` on (ten years where None). Never raises for a failing service: the faults are in the answer."""
        ends = stopwatch.monotonic() + budget
        self._asked[series.name] = stopwatch.monotonic()
        start, faults = since or (now - YEARS).date(), []
        for name, provider in PROVIDERS.items():
            if resting := self._resting(name, series):
                faults.append(resting)
                continue
            left = min(CALL, ends - stopwatch.monotonic())
            if left < 0.5:
                faults.append(PriceError(name, "no time left in this round", kind="no time"))
                continue
            try:
                prices, notes = provider(series, start, now=now, base=self._bases[name], timeout=left, cache=self._cache)
            except PriceError as error:
                if error.kind != "not carried":
                    faults.append(error)
                    self._rest(name, series, error)
                continue
            self._rests.pop((name, ""), None)
            self._rests.pop((name, series.name), None)
            return Answer(series.name, tuple(prices), (*faults, *notes))
        return Answer(series.name, (), tuple(faults))

    def round(self, wanted: Iterable[tuple[Series, date | None]], *, now: datetime, budget: float = BUDGET) -> list[Answer]:
        """Fetch several series within one budget; whoever waited longest comes first, so that nobody is left out for ever."""
        ends = stopwatch.monotonic() + budget
        ordered = sorted(wanted, key=lambda item: self._asked.get(item[0].name, 0.0))
        return [self.fetch(series, since, now=now, budget=ends - stopwatch.monotonic()) for series, since in ordered]

    def _resting(self, provider: str, series: Series) -> PriceError | None:
        for key in ((provider, ""), (provider, series.name)):
            rest = self._rests.get(key)
            if rest and (left := rest.until - stopwatch.monotonic()) > 0:
                return PriceError(provider, f"{rest.cause.cause}; asked again in {left / 60:.0f} min", kind=rest.cause.kind)
        return None

    def _rest(self, provider: str, series: Series, error: PriceError) -> None:
        key = (provider, series.name if error.kind in ABOUT_THE_SERIES else "")
        before = self._rests.get(key)
        length = min(before.length * 2, LONGEST_REST) if before else FIRST_REST
        self._rests[key] = _Rest(stopwatch.monotonic() + length, length, error)
