"""Prices as they were received, with source and time, and the providers that fail now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.models import Price
from monitor.storage.bulk import upsert
from monitor.storage.schema import price_failures, prices
from monitor.storage.store import Store

LOOK_BACK = timedelta(days=14)  # in which the newest price usually lies
_NAMES = [f.name for f in fields(Price)]
_PRICE = [prices.c[name] for name in _NAMES]
# of two sources for one day: what trades before what is only quoted on the spot, then by name, so that the choice is
# the same each time
_RANK = (sa.case((prices.c.kind == "spot", 1), else_=0), prices.c.source.desc())


@dataclass(frozen=True, slots=True)
class PriceFailure:
    """A provider that gives no usable answer for a series, since it last did."""

    series: str
    provider: str
    at: datetime
    kind: str
    cause: str
    failures: int = 1  # in a row
    next_try: datetime | None = None


def save(store: Store, given: Iterable[Price]) -> int:
    """Keep prices; a close of a finished day is never overwritten by one of a day still trading."""
    rows = [{name: getattr(price, name) for name in _NAMES} for price in given]
    if not rows:
        return 0
    with store.write() as conn:
        upsert(conn, prices, rows, where=lambda new: sa.or_(new.final, sa.not_(prices.c.final)))
    return len(rows)


def series(
    store: Store, name: str, since: datetime | None = None, *, until: datetime | None = None, source: str | None = None
) -> list[Price]:
    """One close a day, oldest first, day >= since and < until. Without `source`, futures go before spot:
    see each price's kind.
    """
    days: dict[datetime, Price] = {}
    for price in all_sources(store, name, since, until):
        if source is None or price.source == source:
            days.setdefault(price.day, price)
    return list(days.values())


def all_sources(store: Store, name: str, since: datetime | None = None, until: datetime | None = None) -> list[Price]:
    """Every close kept of a series, of each source, oldest first."""
    query = sa.select(*_PRICE).where(prices.c.series == name).order_by(prices.c.day, *_RANK)
    if since is not None:
        query = query.where(prices.c.day >= since)
    if until is not None:
        query = query.where(prices.c.day < until)
    with store.read() as conn:
        return [Price(*row) for row in conn.execute(query)]


def last(store: Store, name: str, before: datetime | None = None, *, source: str | None = None) -> Price | None:
    """The newest close of a day earlier than `before` (00:00 of the clock's day: the last finished one);
    None when there is none.
    """
    query = sa.select(*_PRICE).where(prices.c.series == name).order_by(prices.c.day.desc(), *_RANK).limit(1)
    if before is not None:
        query = query.where(prices.c.day < before)
    if source is not None:
        query = query.where(prices.c.source == source)
    with store.read() as conn:
        row = conn.execute(query).first()
    return Price(*row) if row else None


def newest(store: Store, name: str, now: datetime) -> Price | None:
    """The newest price that the market had made by now, of the running day too:
    that of a day may have been made on the evening before.
    """
    for price in reversed(series(store, name, now - LOOK_BACK, until=now + timedelta(days=1))):
        if (price.market_time or price.day + timedelta(days=1)) <= now:
            return price
    return last(store, name, now - LOOK_BACK)


def names(store: Store) -> list[str]:
    """The series of which there is any price."""
    with store.read() as conn:
        return list(conn.scalars(sa.select(prices.c.series).distinct().order_by(prices.c.series)))


def fail(store: Store, failure: PriceFailure) -> PriceFailure:
    """Note that a provider failed; gives the note back with the failures in a row counted."""
    key = (price_failures.c.series == failure.series, price_failures.c.provider == failure.provider)
    row = {f.name: getattr(failure, f.name) for f in fields(PriceFailure)}
    with store.write() as conn:
        before = conn.scalar(sa.select(price_failures.c.failures).where(*key)) or 0
        row["failures"] = before + 1
        upsert(conn, price_failures, [row])
    return PriceFailure(**row)


def mended(store: Store, series: str, still: Iterable[str] = ()) -> None:
    """A provider answered for a series: forget the failures of all but those that failed on the way."""
    with store.write() as conn:
        conn.execute(
            price_failures.delete().where(
                price_failures.c.series == series, price_failures.c.provider.not_in(list(still))
            )
        )


def failures(store: Store) -> list[PriceFailure]:
    """Every series and provider that fails now."""
    columns = [price_failures.c[f.name] for f in fields(PriceFailure)]
    with store.read() as conn:
        rows = conn.execute(sa.select(*columns).order_by(price_failures.c.series, price_failures.c.provider))
        return [PriceFailure(*row) for row in rows]
