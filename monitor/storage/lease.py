"""One process at a time has a database for itself: a row with a heartbeat says which. By real time, whatever the clock
of a replay says.

On SQLite whoever polls needs it. On PostgreSQL several poll side by side (team.py), and who wants to be alone, to load
an archive, needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.errors import LeaseHeld
from monitor.storage.bulk import upsert
from monitor.storage.schema import lease
from monitor.storage.store import Store

NAME = "worker"
POLLER = "poller "  # rows of processes that poll side by side begin with this
TTL = timedelta(seconds=30)  # a holder without a heartbeat for so long counts as dead


@dataclass(frozen=True, slots=True)
class Lease:
    holder: str  # host, process and what it does, for people
    taken_at: datetime
    heartbeat: datetime
    until: datetime


def take(store: Store, holder: str, real_now: datetime, *, ttl: timedelta = TTL) -> None:
    """Make `holder` the owner for `ttl`, or raise LeaseHeld naming who is, or who polls side by side with others.
    Taking one's own lease again prolongs it.

    A heartbeat later than now by more than `ttl` was made before the computer's clock was set back: such a lease is
    void, since its holder, if it lives, would have beaten again.
    """
    row = {"name": NAME, "holder": holder, "taken_at": real_now, "heartbeat": real_now, "until": real_now + ttl}
    free = sa.or_(lease.c.until <= real_now, lease.c.holder == holder, lease.c.heartbeat > real_now + ttl)
    with store.write() as conn:
        upsert(conn, lease, [row], where=lambda new: free)
        # asked, not counted: PostgreSQL's driver does not say how many rows were written; the row is locked till the
        # end
        if conn.scalar(sa.select(lease.c.holder).where(lease.c.name == NAME)) != holder:
            raise _held(conn)
        others = sa.select(lease.c.holder).where(lease.c.name.startswith(POLLER), lease.c.until > real_now)
        if other := conn.scalar(others.where(lease.c.holder != holder).limit(1)):
            raise LeaseHeld(f"{other} polls into this database; stop it first")


def renew(store: Store, holder: str, real_now: datetime, *, ttl: timedelta = TTL) -> None:
    """The heartbeat. Raises LeaseHeld when the lease is no longer this holder's, who then has to stop working."""
    mine = lease.update().where(lease.c.name == NAME, lease.c.holder == holder)
    with store.write() as conn:
        if not conn.execute(mine.values(heartbeat=real_now, until=real_now + ttl)).rowcount:
            raise _held(conn)


def check(conn: sa.Connection, holder: str) -> None:
    """Within another's writing transaction: raise LeaseHeld unless `holder` has the lease until that transaction ends.

    What is stored is thus never stored by a process that slept through its lease while another took over.
    """
    row = sa.select(lease.c.holder).where(lease.c.name == NAME).with_for_update(read=True)
    if conn.scalar(row) != holder:
        raise _held(conn)


def _held(conn: sa.Connection) -> LeaseHeld:
    row = conn.execute(sa.select(lease.c.holder, lease.c.until).where(lease.c.name == NAME)).first()
    if row is None:
        return LeaseHeld("the lease on this database was given back")
    return LeaseHeld(f"{row.holder} works on this database already (until {row.until:%H:%M:%S} UTC unless it goes on)")


def release(store: Store, holder: str) -> None:
    with store.write() as conn:
        conn.execute(lease.delete().where(lease.c.name == NAME, lease.c.holder == holder))


def current(store: Store, *, real_now: datetime) -> Lease | None:
    """Who holds it now, or None."""
    with store.read() as conn:
        columns = (lease.c.holder, lease.c.taken_at, lease.c.heartbeat, lease.c.until)
        row = conn.execute(sa.select(*columns).where(lease.c.name == NAME, lease.c.until > real_now)).first()
    return Lease(*row) if row else None
