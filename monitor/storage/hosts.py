"""The turns of several processes at one host: connections, the pause between two requests, and the rest that it asked
for, in one row a host. By the database's clock.

    asks of a moment -> rows locked, in the order of their names -> `turn` for each -> rows written -> answers
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from monitor.storage.bulk import add_missing, upsert
from monitor.storage.columns import micros, moment
from monitor.storage.schema import hosts
from monitor.storage.store import Store
from monitor.storage.team import clock_of

SLACK = timedelta(milliseconds=50)  # added to each pause: between a start and its request lie threads and a network
REST_LONGEST = timedelta(hours=2)  # a rest that ends later was written by a clock that was set back since
ATTIC = timedelta(days=1)  # a host that was not asked for so long needs no row


@dataclass(frozen=True, slots=True)
class Host:
    """Who is at a host now, as tickets with the time at which each is void at the latest."""

    places: tuple[tuple[str, datetime], ...] = ()
    next_start: datetime | None = None
    rest_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    per_host: int
    pause: timedelta
    longest: timedelta  # that an exchange may take


@dataclass(frozen=True, slots=True)
class Ask:
    """`take`: a turn. `free`: it is over. `rest`: the host asked to be left alone for `seconds`."""

    kind: Literal["take", "free", "rest"]
    host: str
    ticket: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`go` in so many seconds; `full`: all connections are in use; `rest`: it wants to be left alone for so long."""

    kind: Literal["go", "full", "rest"]
    seconds: float = 0.0


def turn(host: Host, ask: Ask, now: datetime, limits: Limits) -> tuple[Host, Answer | None]:
    """What an ask makes of a host, and the answer to a `take`. A start is given out before it comes, so that the next
    one asks for a later one.
    """
    kept = replace(host, places=tuple(place for place in host.places if place[1] > now and place[0] != ask.ticket))
    if ask.kind == "free":
        return kept, None
    if ask.kind == "rest":
        until = now + timedelta(seconds=ask.seconds)
        return replace(kept, rest_until=max(until, kept.rest_until) if kept.rest_until else until), None
    if kept.rest_until and now < kept.rest_until <= now + REST_LONGEST:
        return kept, Answer("rest", (kept.rest_until - now).total_seconds())
    if len(kept.places) >= limits.per_host:
        return kept, Answer("full")
    pause = limits.pause + SLACK if limits.pause else timedelta(0)
    start = now
    if kept.next_start and kept.next_start <= now + limits.per_host * pause:  # later only by a clock that was set back
        start = max(now, kept.next_start)
    places = (*kept.places, (ask.ticket, start + limits.longest))
    return replace(kept, places=places, next_start=start + pause), Answer("go", (start - now).total_seconds())


def settle(store: Store, asks: Sequence[Ask], limits: Limits) -> dict[str, Answer]:
    """Every ask in one transaction, in order: ticket -> answer. Raises StorageError."""
    names = sorted({ask.host for ask in asks})
    answers: dict[str, Answer] = {}
    with store.write() as conn:
        add_missing(conn, hosts, [_row(name, Host()) for name in names])
        query = sa.select(hosts).where(hosts.c.name.in_(names)).order_by(hosts.c.name).with_for_update()
        known = {row.name: _host(row) for row in conn.execute(query)}
        now = clock_of(conn)
        for ask in asks:
            known[ask.host], answer = turn(known[ask.host], ask, now, limits)
            if answer:
                answers[ask.ticket] = answer
        upsert(conn, hosts, [_row(name, known[name]) for name in names])
    return answers


def forget(store: Store) -> None:
    """Drop the rows of hosts that nobody asks any more."""
    with store.write() as conn:
        now = clock_of(conn)
        resting = sa.and_(hosts.c.rest_until.is_not(None), hosts.c.rest_until > now)
        conn.execute(hosts.delete().where(hosts.c.next_start < now - ATTIC, sa.not_(resting)))


def _row(name: str, host: Host) -> dict[str, object]:
    places = [(ticket, micros(until)) for ticket, until in host.places]
    return {"name": name, "places": places, "next_start": host.next_start, "rest_until": host.rest_until}


def _host(row: sa.Row[Any]) -> Host:
    places = tuple((ticket, moment(until)) for ticket, until in row.places)
    return Host(places, row.next_start, row.rest_until)
