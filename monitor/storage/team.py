"""Several processes on one PostgreSQL database: who polls which feed, who does which step.

    due feeds -> claimed in small batches, for LEASE -> prolonged while they are polled -> given back as they are stored

A feed that is claimed is asked by nobody else, and its outcome is stored only by who still holds it. A process that
dies holds nothing once LEASE is over. Times are those of the database's clock, so the clocks of several machines need
not agree. On SQLite one process owns the whole database (lease.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.feeds.schedule import CLOCK_SLACK, LATEST
from monitor.models import Feed, FeedState
from monitor.storage.bulk import add_missing, upsert
from monitor.storage.columns import moment
from monitor.storage.feeds import STATE_COLUMNS
from monitor.storage.lease import POLLER
from monitor.storage.schema import feeds, lease
from monitor.storage.store import Store

LEASE = timedelta(seconds=30)  # without a sign of life for so long a process counts as dead
STEP = "step "  # rows of the table of leases that say who does a step begin with this
AT_ONCE = 1_000  # names in one statement


@dataclass(frozen=True, slots=True)
class Poller:
    """A process that polls."""

    holder: str  # host, process and when it began, for people
    since: datetime
    heartbeat: datetime
    alive: bool  # it gave a sign of life within LEASE
    feeds: int  # that it polls now
    steps: tuple[str, ...]  # that it does


@dataclass(frozen=True, slots=True)
class Asked:
    """Which feeds a process would poll: those that are due, without `not_ours`, and `whatever` their time."""

    not_ours: Collection[str] = ()  # not configured here, switched off, or looked at a moment ago
    whatever: Collection[str] = ()  # their address was edited
    only: Collection[str] | None = None  # these alone, due or not


def clock_of(conn: Connection) -> datetime:
    """The database's time of day, now and not when the transaction began."""
    micros = conn.exec_driver_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").scalar_one()
    return moment(int(micros))


# -- feeds ----------------------------------------------------------------------------------------------------------


def known(store: Store) -> dict[str, str]:
    """name -> address of every feed that has a row."""
    with store.read() as conn:
        return {name: url for name, url in conn.execute(sa.select(feeds.c.name, feeds.c.url))}


def add(store: Store, new: Sequence[Feed]) -> None:
    """Give feeds that were never polled a row, so that they can be claimed."""
    columns = [column.name for column in STATE_COLUMNS]
    for start in range(0, len(new), AT_ONCE):
        with store.write() as conn:
            rows = [FeedState(feed.name, feed.url) for feed in sorted(new[start : start + AT_ONCE], key=_by_name)]
            values = [{name: getattr(row, name) for name in columns} for row in rows]
            add_missing(conn, feeds, values)


def _by_name(feed: Feed) -> str:
    return feed.name


def claim(
    store: Store, holder: str, asked: Asked, wanted: Callable[[FeedState], bool], *, now: datetime, limit: int
) -> tuple[list[FeedState], list[FeedState]]:
    """Claim at most `limit` feeds that nobody holds, longest overdue first; gives their states, and those of feeds that
    were looked at and not wanted.

    `now` is the program's time, which says what is due; `wanted` is asked of each state once its row is locked, so that
    what another process polled meanwhile is not polled again.
    """
    with store.write() as conn:
        at = clock_of(conn)
        free = sa.or_(feeds.c.held_until.is_(None), feeds.c.held_until <= at)
        query = sa.select(*STATE_COLUMNS).where(free, *_due(asked, now))
        query = query.order_by(feeds.c.next_due.asc().nulls_first(), feeds.c.name).limit(limit)
        states = [FeedState(*row) for row in conn.execute(query.with_for_update(skip_locked=True))]
        taken = [state for state in states if wanted(state)]
        if taken:
            names = [state.name for state in taken]
            held = {"held_by": holder, "held_until": at + LEASE}
            conn.execute(feeds.update().where(feeds.c.name.in_(names)).values(**held))
    return taken, [state for state in states if state not in taken]


def _due(asked: Asked, now: datetime) -> list[sa.ColumnElement[bool]]:
    """Every feed that `schedule.due` may find due, and few others."""
    if asked.only is not None:
        return [feeds.c.name.in_(list(asked.only))]
    due = sa.and_(
        feeds.c.state != "gone",
        sa.or_(
            feeds.c.next_due.is_(None),
            feeds.c.next_due <= now,
            feeds.c.next_due > now + LATEST,
            feeds.c.last_polled > now + CLOCK_SLACK,
        ),
    )
    return [sa.or_(due, feeds.c.name.in_(list(asked.whatever))), feeds.c.name.not_in(list(asked.not_ours))]


def prolong(store: Store, holder: str, names: Collection[str]) -> None:
    """Hold these feeds for another LEASE, as far as they still are this process's. One that is being stored at this
    moment is left alone: waiting for it could end in a deadlock.
    """
    if names:
        with store.write() as conn:
            query = sa.select(feeds.c.name).where(feeds.c.held_by == holder, feeds.c.name.in_(list(names)))
            mine = list(conn.scalars(query.with_for_update(skip_locked=True)))
            until = clock_of(conn) + LEASE
            conn.execute(feeds.update().where(feeds.c.name.in_(mine)).values(held_until=until))


def still_held(conn: Connection, holder: str, names: Collection[str]) -> set[str]:
    """Within another's transaction: those of these feeds that are this process's until that transaction ends."""
    query = sa.select(feeds.c.name).where(feeds.c.name.in_(list(names)), feeds.c.held_by == holder)
    return set(conn.scalars(query.order_by(feeds.c.name).with_for_update()))


def give_back(conn: Connection, names: Collection[str]) -> None:
    """Within another's transaction, which has locked them: these feeds are free again."""
    conn.execute(feeds.update().where(feeds.c.name.in_(list(names))).values(held_by=None, held_until=None))


def held(store: Store) -> dict[str, str]:
    """feed -> the process that polls it now."""
    with store.read() as conn:
        query = sa.select(feeds.c.name, feeds.c.held_by).where(
            feeds.c.held_by.is_not(None), feeds.c.held_until > clock_of(conn)
        )
        return {name: holder for name, holder in conn.execute(query)}


# -- processes --------------------------------------------------------------------------------------------------------


def sign_of_life(store: Store, holder: str, steps: Iterable[str] = ()) -> None:
    """Join, or say that one is still there, and which steps one does."""
    with store.write() as conn:
        at = clock_of(conn)
        since = conn.scalar(sa.select(lease.c.taken_at).where(lease.c.name == POLLER + holder)) or at
        row = {"holder": holder, "taken_at": since, "heartbeat": at, "until": at + LEASE}
        upsert(conn, lease, [{"name": POLLER + holder, **row}])
        names = sorted(STEP + step for step in steps)
        conn.execute(lease.delete().where(lease.c.name.startswith(STEP), lease.c.holder == holder))
        for name in names:
            upsert(conn, lease, [{"name": name, **row, "taken_at": at}])


def leave(store: Store, holder: str) -> None:
    """Free all that a process holds: one that ends, or one that is known to be dead."""
    with store.write() as conn:
        query = sa.select(feeds.c.name).where(feeds.c.held_by == holder)
        give_back(conn, list(conn.scalars(query.with_for_update(skip_locked=True))))
        conn.execute(lease.delete().where(lease.c.holder == holder, _of_team()))


def pollers(store: Store) -> list[Poller]:
    """Every process that polls or did until it fell silent, the longest first."""
    with store.read() as conn:
        at = clock_of(conn)
        rows = conn.execute(sa.select(lease).where(_of_team()).order_by(lease.c.taken_at, lease.c.name)).all()
        count = sa.select(feeds.c.held_by, sa.func.count()).where(feeds.c.held_until > at).group_by(feeds.c.held_by)
        busy: dict[str, int] = {holder: many for holder, many in conn.execute(count)}
    steps: dict[str, list[str]] = {}
    for row in rows:
        if row.name.startswith(STEP):
            steps.setdefault(row.holder, []).append(row.name.removeprefix(STEP))
    return [
        Poller(
            row.holder,
            row.taken_at,
            row.heartbeat,
            row.until > at,
            busy.get(row.holder, 0),
            tuple(steps.get(row.holder, ())),
        )
        for row in rows
        if row.name.startswith(POLLER)
    ]


def forget(store: Store) -> None:
    """Drop the rows of processes that have been silent for ten times LEASE."""
    with store.write() as conn:
        conn.execute(lease.delete().where(_of_team(), lease.c.until < clock_of(conn) - 10 * LEASE))


def _of_team() -> sa.ColumnElement[bool]:
    return sa.or_(lease.c.name.startswith(POLLER), lease.c.name.startswith(STEP))
