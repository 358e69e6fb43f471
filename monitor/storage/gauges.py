"""What whoever runs the program asks of the database, in one transaction: how far everything is, and what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.models import UNREAD, FeedState
from monitor.storage import index, migrations
from monitor.storage.alerts import UNDELIVERED
from monitor.storage.feeds import STATE_COLUMNS
from monitor.storage.schema import alert_deliveries, articles, lease, meta, step_failures
from monitor.storage.store import Store


@dataclass(frozen=True, slots=True)
class Gauges:
    """As the database says; times by the clock that stored them."""

    version: int  # of the schema
    feeds: dict[str, FeedState]
    unread: int  # articles that wait to be read
    unread_since: datetime | None
    index_method: str | None  # of the index in use; None while none was computed
    uncounted_since: datetime | None  # first_seen of the oldest article that the index has not seen yet
    deliveries: Counter[str]  # of alerts that an address still has to get, by state
    failing: dict[str, int]  # step -> failures in a row
    holders: dict[str, datetime]  # who polls, and until when by real time without another sign of life


def read(store: Store) -> Gauges:
    """Raises StorageError: StorageNewer and StorageUpgrading at once, without waiting for any lock."""
    with store.read() as conn:
        found = migrations.standing(conn)
        found.check()
        version = found.version
        if version != migrations.newest():
            return Gauges(version, {}, 0, None, None, None, Counter(), {}, {})
        states = {row.name: FeedState(*row) for row in conn.execute(sa.select(*STATE_COLUMNS))}
        oldest = sa.func.min(articles.c.first_seen)
        unread, unread_since = conn.execute(
            sa.select(sa.func.count(), oldest).where(articles.c.direction == UNREAD)
        ).one()
        method, uncounted = _index(conn)
        states_of = sa.select(alert_deliveries.c.state, sa.func.count()).where(
            alert_deliveries.c.state.in_(UNDELIVERED)
        )
        queue: Counter[str] = Counter(dict(conn.execute(states_of.group_by(alert_deliveries.c.state)).all()))
        failing = dict(conn.execute(sa.select(step_failures.c.step, step_failures.c.failures)).all())
        holders = dict(conn.execute(sa.select(lease.c.holder, lease.c.until).order_by(lease.c.until)).all())
    return Gauges(version, states, unread, unread_since, method, uncounted, queue, failing, holders)


def _index(conn: Connection) -> tuple[str | None, datetime | None]:
    """The method in use, and since when an article waits to be counted by it."""
    method = conn.scalar(sa.select(meta.c.value).where(meta.c.key == index.IN_USE))
    noted = conn.scalar(sa.select(meta.c.value).where(meta.c.key == f"index {method}"))
    upto = int(noted.split()[0]) if noted else 0  # the id of the newest article that it has seen
    first = sa.select(articles.c.first_seen).where(articles.c.id > upto).order_by(articles.c.id).limit(1)
    return method, conn.scalar(first)
