"""Values of series from files on the web, each with the time from which it was known, and how asking for them went.

A revised value is a new row, never a changed one, so that what was known at any earlier time can be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.models import Observation, SeriesState
from monitor.storage.bulk import upsert
from monitor.storage.schema import observations, series_states
from monitor.storage.store import Store

_NAMES = [f.name for f in fields(Observation)]
_OBSERVATION = [observations.c[name] for name in _NAMES]
_STATE = [series_states.c[f.name] for f in fields(SeriesState)]
PAGE = 10_000  # rows of an export that are read at a time


def save(store: Store, state: SeriesState, found: Iterable[tuple[datetime, float]], *, unit: str, now: datetime) -> int:
    """Keep the state and the values that differ from what was known by now, in one transaction; gives their number."""
    with store.write() as conn:
        known = {day: value for day, value in conn.execute(_newest(state.series, now, ("day", "value")))}
        rows = [
            {"series": state.series, "day": day, "vintage": now, "value": value, "unit": unit}
            for day, value in found
            if known.get(day) != value
        ]
        for start in range(0, len(rows), PAGE):
            upsert(conn, observations, rows[start : start + PAGE])
        row = {f.name: getattr(state, f.name) for f in fields(SeriesState)}
        upsert(conn, series_states, [row | ({"last_new": now} if rows else {})])
    return len(rows)


def _newest(series: str, known_at: datetime | None, columns: Iterable[str] = _NAMES) -> sa.Select[Any]:
    """Of each day the value with the newest vintage, of those known at a time."""
    known = [observations.c.series == series]
    if known_at is not None:
        known.append(observations.c.vintage <= known_at)
    last = sa.select(observations.c.day, sa.func.max(observations.c.vintage).label("vintage"))
    last_of_day = last.where(*known).group_by(observations.c.day).subquery()
    joined = sa.and_(observations.c.day == last_of_day.c.day, observations.c.vintage == last_of_day.c.vintage)
    return (
        sa.select(*(observations.c[name] for name in columns))
        .join(last_of_day, joined)
        .where(observations.c.series == series)
    )


def values(
    store: Store,
    series: str,
    since: datetime | None = None,
    *,
    until: datetime | None = None,
    known_at: datetime | None = None,
) -> list[Observation]:
    """One value a day, oldest first, day >= since and < until: as known at a time, or now."""
    query = _newest(series, known_at).order_by(observations.c.day)
    if since is not None:
        query = query.where(observations.c.day >= since)
    if until is not None:
        query = query.where(observations.c.day < until)
    with store.read() as conn:
        return [Observation(*row) for row in conn.execute(query)]


def newest(store: Store, series: str, known_at: datetime) -> Observation | None:
    """The value of the newest day, as known at a time; None where nothing was known."""
    query = sa.select(*_OBSERVATION).where(observations.c.series == series, observations.c.vintage <= known_at)
    with store.read() as conn:
        row = conn.execute(query.order_by(observations.c.day.desc(), observations.c.vintage.desc()).limit(1)).first()
    return Observation(*row) if row else None


def stream(store: Store, since: datetime | None = None, until: datetime | None = None) -> Iterator[Observation]:
    """Every value with every vintage, by series, day and vintage, read page by page."""
    key = sa.tuple_(observations.c.series, observations.c.day, observations.c.vintage)
    query = sa.select(*_OBSERVATION).order_by(observations.c.series, observations.c.day, observations.c.vintage)
    if since is not None:
        query = query.where(observations.c.day >= since)
    if until is not None:
        query = query.where(observations.c.day < until)
    after = None
    while True:
        page = query if after is None else query.where(key > after)
        with store.read() as conn:
            found = [Observation(*row) for row in conn.execute(page.limit(PAGE))]
        yield from found
        if len(found) < PAGE:
            return
        last = found[-1]
        after = sa.tuple_(
            sa.literal(last.series, observations.c.series.type),
            sa.literal(last.day, observations.c.day.type),
            sa.literal(last.vintage, observations.c.vintage.type),
        )


def names(store: Store) -> list[str]:
    """The series of which there is any value."""
    with store.read() as conn:
        return list(conn.scalars(sa.select(observations.c.series).distinct().order_by(observations.c.series)))


def keep_state(store: Store, state: SeriesState) -> None:
    with store.write() as conn:
        upsert(conn, series_states, [{f.name: getattr(state, f.name) for f in fields(SeriesState)}])


def states(store: Store) -> dict[str, SeriesState]:
    """How asking went, by the series' name, also of those that feeds.yaml names no more."""
    with store.read() as conn:
        return {row[0]: SeriesState(*row) for row in conn.execute(sa.select(*_STATE))}
