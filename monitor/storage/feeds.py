"""Feeds between rounds: their state, the log of their rounds, and the item hashes that spare parsing again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.models import FeedState
from monitor.storage.bulk import insert, upsert
from monitor.storage.columns import moment
from monitor.storage.schema import articles, feed_log, feeds, slices
from monitor.storage.store import Store

ROUNDS_LOGGED = 200  # rounds in the log of a feed
_NAMES = [f.name for f in fields(FeedState)]
STATE_COLUMNS = [feeds.c[name] for name in _NAMES]
_ENTRIES = sa.select(feeds.c.entries).where(feeds.c.name == sa.bindparam("feed"))
_STORED = sa.select(sa.func.count()).select_from(articles).where(articles.c.feed == sa.bindparam("feed"))
_OF_FEED = feed_log.c.feed == sa.bindparam("name")
_OLDEST_KEPT = sa.select(feed_log.c.id).where(_OF_FEED).order_by(feed_log.c.id.desc()).limit(1).offset(ROUNDS_LOGGED)
_SLICES = sa.select(slices.c.feed, slices.c.width, slices.c.hashes).where(
    slices.c.feed.in_(sa.bindparam("names", expanding=True))
)
_PRUNE = feed_log.delete().where(_OF_FEED, feed_log.c.id <= _OLDEST_KEPT.scalar_subquery())


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought of one feed. `entries` are those stored by then."""

    feed: str
    at: datetime
    state: str
    status: int | None
    entries: int
    new_entries: int
    bad_entries: int
    failure: str | None
    error: str | None


def states(store: Store) -> dict[str, FeedState]:
    """Every feed that was ever polled, by name."""
    with store.read() as conn:
        return {row.name: FeedState(*row) for row in conn.execute(sa.select(*STATE_COLUMNS).order_by(feeds.c.name))}


def write(conn: Connection, state: FeedState, *, new: int, now: datetime) -> FeedState:
    """State and log row within another's transaction; what is stored counts, not what the caller remembers."""
    before = conn.scalar(_ENTRIES, {"feed": state.name})
    if before is None:  # of a feed that was never polled an archive may have brought some
        before = (conn.scalar(_STORED, {"feed": state.name}) or 0) - new
    state = replace(state, entries=before + new, new_entries=new, last_new=now if new else state.last_new)
    upsert(conn, feeds, [{name: getattr(state, name) for name in _NAMES}])
    at = state.last_polled or now
    insert(conn, feed_log, [{
        "feed": state.name, "at": at, "state": state.state, "status": state.status, "entries": state.entries,
        "new_entries": new, "bad_entries": state.bad_entries,
        "failure": state.failure, "error": state.error,
    }])  # fmt: skip
    conn.execute(_PRUNE, {"name": state.name})
    return state


def count_past(conn: Connection, name: str, new: int) -> None:
    """Entries that an archive brought, of a feed that is or will be polled, within another's transaction."""
    conn.execute(feeds.update().where(feeds.c.name == name).values(entries=feeds.c.entries + new))


def log(store: Store, name: str, *, limit: int = ROUNDS_LOGGED) -> list[Round]:
    """A feed's rounds, newest first."""
    columns = [feed_log.c[f.name] for f in fields(Round)]
    with store.read() as conn:
        query = sa.select(*columns).where(feed_log.c.feed == name).order_by(feed_log.c.id.desc()).limit(limit)
        return [Round(*row) for row in conn.execute(query)]


def hours_heard(store: Store, since: datetime, until: datetime) -> set[datetime]:
    """The full hours in which some feed was asked, as far as the logs of feeds reach back, or an article was stored."""
    hour, found = 3_600_000_000, set()
    for column in (feed_log.c.at, articles.c.first_seen):
        number = sa.type_coerce(column, sa.BigInteger) // sa.literal(hour, sa.BigInteger)
        query = sa.select(number).distinct().where(column >= since, column < until)
        with store.read() as conn:
            found |= {moment(one * hour) for one in conn.scalars(query)}
    return found


def slices_of(store: Store, names: Sequence[str]) -> dict[str, frozenset[bytes]]:
    """The hashes of the raw items in each feed's last answer."""
    with store.read() as conn:
        rows = conn.execute(_SLICES, {"names": list(names)}).all()
    found: dict[str, frozenset[bytes]] = dict.fromkeys(names, frozenset())
    for name, width, hashes in rows:
        whole = bytes(hashes)
        found[name] = frozenset(whole[i : i + width] for i in range(0, len(whole), width)) if width else frozenset()
    return found


def write_slices(conn: Connection, name: str, hashes: Sequence[bytes]) -> None:
    """Replace a feed's hashes within another's transaction. They all have one length (ValueError)."""
    widths = {len(h) for h in hashes}
    if len(widths) > 1:
        raise ValueError("hashes of one feed differ in length")
    upsert(conn, slices, [{"feed": name, "width": max(widths, default=0), "hashes": b"".join(hashes)}])
