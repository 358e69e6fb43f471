"""Brings the stored prices up to date when they are due.

price series -> due? -> prices.PriceClient -> stored closes, failures by name
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from monitor.clock import midnight, real_now
from monitor.config.settings import Settings
from monitor.models import Series
from monitor.prices import PROVIDERS, Answer, PriceClient
from monitor.storage import notes, prices
from monitor.storage.prices import PriceFailure
from monitor.storage.store import Store

log = logging.getLogger(__name__)
PRICES_EVERY = timedelta(minutes=10)  # by the handed-in clock
PRICED = "prices of"  # the note that spares another process what this one was just answered


class PriceUpdater:
    """Remembers between calls what was asked when; used from one thread at a time."""

    def __init__(self, store: Store):
        self.store = store
        self._client: PriceClient | None = None
        self._prices_at: datetime | None = None
        self._priced: tuple[Series, ...] = ()

    def update(self, settings: Settings, now: datetime) -> None:
        """Fetch as far as it is due. Raises StorageError; a failing price service is a stored fault."""
        if not self._due(settings.prices, now):
            return
        self._client = self._client or price_client(settings)
        faults = [
            (answer.series, fault)
            for answer in update_prices(self.store, settings, now, client=self._client)
            for fault in answer.faults
        ]
        for series, fault in faults:
            log.warning("%s: %s", series, fault)
        self._prices_at, self._priced = now, settings.prices
        notes.put(self.store, PRICED, None if faults else _names(settings.prices), now)

    def _due(self, wanted: tuple[Series, ...], now: datetime) -> bool:
        """Every ten minutes, and when others are wanted; what another process was answered without a fault counts as
        well.
        """
        if self._prices_at is None and (note := notes.all(self.store).get(PRICED)) and note.value == _names(wanted):
            self._prices_at, self._priced = note.at, wanted
        return (
            self._prices_at is None
            or self._priced != wanted
            or not timedelta(0) <= now - self._prices_at < PRICES_EVERY
        )


def _names(wanted: tuple[Series, ...]) -> str:
    return "; ".join(f"{series.name} {series.symbol}" for series in wanted)


def price_client(settings: Settings) -> PriceClient:
    environment = settings.environment
    return PriceClient(yahoo_url=environment.yahoo_url, fred_url=environment.fred_url)


def update_prices(
    store: Store, settings: Settings, now: datetime, *, client: PriceClient | None = None
) -> list[Answer]:
    """Fetch what is new of each series; store closes and faults. Gives the answers.

    Nothing real is ever put into a database of synthetic data.
    """
    if "synthetic" in notes.all(store):
        return []
    today = midnight(now)
    wanted = []
    for series in settings.prices:
        newest = {source: prices.last(store, series.name, today, source=source) for source in PROVIDERS}
        wanted.append((series, {source: price for source, price in newest.items() if price}))
    answers = (client or price_client(settings)).fetch_all(wanted, now=now)
    noted = {(failure.series, failure.provider, failure.kind) for failure in prices.failures(store)}
    for answer in answers:
        if answer.prices:
            prices.save(store, answer.prices)
            prices.mended(store, answer.series, [fault.provider for fault in answer.faults])
        for fault in answer.faults:
            if (
                not fault.rested or (answer.series, fault.provider, fault.kind) not in noted
            ):  # who rests has not failed again
                again = real_now() + timedelta(seconds=fault.again) if fault.again else None
                prices.fail(
                    store, PriceFailure(answer.series, fault.provider, now, fault.kind, fault.cause, next_try=again)
                )
    return answers
