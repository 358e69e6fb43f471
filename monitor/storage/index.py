"""Reads what the index is computed from, and stores its points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from monitor.models import PARTS, UNREAD, IndexPoint
from monitor.storage.bulk import upsert
from monitor.storage.columns import micros, moment
from monitor.storage.schema import articles, index_points, meta
from monitor.storage.store import Store

if TYPE_CHECKING:
    import pandas as pd

IN_USE = "index method"  # the note that names the formula whose points were computed last
_NAMES = [f.name for f in fields(IndexPoint)]
_POINT = [index_points.c[name] for name in _NAMES]
_NUMBERS = ("escalation_act", "escalation_words", "deescalation_act", "deescalation_words")
_ABOUT = ("theatre", "lang", "country", "categories", "parts", "text_key", "story_id")
_COLUMNS = ("id", "at", "publisher", "tier", *_NUMBERS, *_ABOUT)
_FAULTY = sa.select(articles.c.id).where(
    articles.c.fault.is_not(None)
)  # from its index: the column itself stands behind long texts
_READ = 50_000  # rows taken from the driver at a time
_DAY, _HOUR = 86_400_000_000, 3_600_000_000  # microseconds

DAY_OF = sa.type_coerce(articles.c.at, sa.BigInteger) // sa.literal(
    _DAY, sa.BigInteger
)  # an article's UTC day, numbered


def moment_of(number: int) -> datetime:
    """The midnight with which a day begins that DAY_OF numbered."""
    return moment(number * _DAY)


def entries(
    store: Store, since: datetime | None = None, until: datetime | None = None, *, upto_id: int | None = None
) -> pd.DataFrame:
    """Every entry read with since <= at < until, off-topic ones included, oldest first; with `upto_id`, none that was
    stored later.

    What is not read yet and what could not be read are left out: of them it is not known whether they report anything.

    Columns: article_id, at (datetime64[us, UTC]), publisher, tier, the strongest magnitudes 0..10 of each kind, theatre
    (whether it has a tie to the theatre), lang, and country of the feed (missing where they are not known), categories
    and parts joined by `;`, text_key (equal for near-identical texts), story_id (missing while not grouped).
    """
    query = sa.select(*(sa.type_coerce(articles.c[name], sa.types.NullType) for name in _COLUMNS)).order_by(
        articles.c.at, articles.c.id
    )
    if since is not None:
        query = query.where(articles.c.at >= since)
    if until is not None:
        query = query.where(articles.c.at < until)
    if upto_id is not None:
        query = query.where(articles.c.id <= upto_id)
    query = query.where(articles.c.direction != UNREAD, articles.c.id.not_in(_FAULTY))
    import pandas as pd

    frames = [_frame([])]
    with store.read() as conn:
        cursor = conn.execute(query).cursor  # the driver's own rows: a million of SQLAlchemy's would take seconds more
        while rows := cursor.fetchmany(_READ):
            frames.append(_frame(list(rows)))
    return pd.concat(frames, ignore_index=True).astype(dict.fromkeys(("publisher", "lang", "country"), "category"))


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    found = dict(zip(_COLUMNS, zip(*rows, strict=True) if rows else [()] * len(_COLUMNS), strict=True))
    return pd.DataFrame({
        "article_id": np.array(found["id"], dtype="int64"),
        "at": pd.to_datetime(np.array(found["at"], dtype="int64").view("datetime64[us]"), utc=True),
        "publisher": pd.Series(found["publisher"], dtype="str"),
        "tier": np.array(found["tier"], dtype="int8"),
        **{name: np.array(found[name], dtype="float64") for name in _NUMBERS},
        "theatre": np.array(found["theatre"], dtype=bool),
        "lang": pd.Series(found["lang"], dtype="str"),
        "country": pd.Series(found["country"], dtype="str"),
        "categories": pd.Series(found["categories"], dtype="str"),
        "parts": pd.Series(found["parts"], dtype="str"),
        "text_key": np.array(found["text_key"], dtype="int64"),
        "story_id": pd.array(found["story_id"], dtype="Int64"),
    })  # fmt: skip


def full_days(store: Store, enough: int, before: datetime) -> list[datetime]:
    """The UTC days that began before a time and have at least so many entries, oldest first."""
    query = (
        sa.select(DAY_OF)
        .where(articles.c.at < before)
        .group_by(DAY_OF)
        .having(sa.func.count() >= enough)
        .order_by(DAY_OF)
    )
    with store.read() as conn:
        return [moment_of(day) for day in conn.scalars(query)]


def days_of_late(store: Store, id: int, before: datetime) -> list[datetime]:
    """The UTC days before that of `before` to which articles stored later than this one belong."""
    query = sa.select(DAY_OF).distinct().where(articles.c.id > id, DAY_OF < micros(before) // _DAY)
    with store.read() as conn:
        return [moment_of(day) for day in conn.scalars(query)]


def save(store: Store, points: Iterable[IndexPoint]) -> int:
    """Keep points; one of the same grain, part, time and method is replaced."""
    rows = [{name: getattr(point, name) for name in _NAMES} for point in points]
    with store.write() as conn:
        upsert(conn, index_points, rows)
    return len(rows)


def points(
    store: Store,
    grain: str,
    part: str = "all",
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    method: str | None = None,
    hours: Iterable[int] = (),
) -> list[IndexPoint]:
    """Points with since <= at < until, oldest first; `part` "*" gives every part, `hours` only those of these hours of
    the UTC day. Without `method`, those of the formula that is in use.

    Two formulas are never mixed in one line, nor does the time asked for change which one it is.
    """
    wanted = [index_points.c.grain == grain]
    if part != "*":
        wanted.append(index_points.c.part == part)
    if since is not None:
        wanted.append(index_points.c.at >= since)
    if until is not None:
        wanted.append(index_points.c.at < until)
    if hours:
        of_day = sa.type_coerce(index_points.c.at, sa.BigInteger) % sa.literal(_DAY, sa.BigInteger)
        wanted.append(of_day.in_([hour * _HOUR for hour in hours]))
    with store.read() as conn:
        method = method or conn.scalar(sa.select(meta.c.value).where(meta.c.key == IN_USE))
        if method is None:
            newest = (
                sa.select(index_points.c.method)
                .where(*wanted)
                .order_by(index_points.c.at.desc(), index_points.c.method.desc())
            )
            method = conn.scalar(newest.limit(1))
        query = (
            sa.select(*_POINT)
            .where(*wanted, index_points.c.method == method)
            .order_by(index_points.c.at, index_points.c.part)
        )
        return [IndexPoint(*row) for row in conn.execute(query)]


def newest(store: Store, until: datetime, method: str) -> datetime | None:
    """The time of a formula's newest hourly point before `until`."""
    query = sa.select(sa.func.max(index_points.c.at)).where(
        index_points.c.grain == "hour", index_points.c.part == "all"
    )
    with store.read() as conn:
        found: datetime | None = conn.scalar(query.where(index_points.c.at < until, index_points.c.method == method))
    return found


def begin(store: Store) -> datetime | None:
    """The day of the first point of any formula; None while there is none."""
    query = sa.select(sa.func.min(index_points.c.at)).where(index_points.c.grain == "day", index_points.c.part == "all")
    with store.read() as conn:
        found: datetime | None = conn.scalar(query)
    return found


def first(store: Store, method: str) -> datetime | None:
    """The time of a formula's first point."""
    with store.read() as conn:
        found: datetime | None = conn.scalar(
            sa.select(sa.func.min(index_points.c.at)).where(index_points.c.method == method)
        )
    return found


def history(store: Store, since: datetime, until: datetime, method: str) -> list[tuple[str, datetime, float]]:
    """(part, day, tension) of the days that percentiles are taken from:
    those with a number that is not provisional, oldest first.
    """
    wanted = (
        index_points.c.grain == "day",
        index_points.c.at >= since,
        index_points.c.at < until,
        index_points.c.method == method,
    )
    columns = (index_points.c.part, sa.type_coerce(index_points.c.at, sa.BigInteger), index_points.c.tension)
    query = sa.select(*columns).where(*wanted, index_points.c.status == "ok", index_points.c.tension.is_not(None))
    with store.read() as conn:
        return [(part, moment(at), tension) for part, at, tension in conn.execute(query.order_by(index_points.c.at))]


def all_points(store: Store, since: datetime | None = None, until: datetime | None = None) -> Iterator[IndexPoint]:
    """Every point of every grain, part and method, for exports."""
    order = [index_points.c[name] for name in ("grain", "part", "at", "method")]
    place, last = sa.tuple_(*order), None
    while True:
        query = sa.select(*_POINT).order_by(*order).limit(2_000)
        if since is not None:
            query = query.where(index_points.c.at >= since)
        if until is not None:
            query = query.where(index_points.c.at < until)
        if last is not None:
            query = query.where(place > sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(last, order, strict=True))))
        with store.read() as conn:
            found = [IndexPoint(*row) for row in conn.execute(query)]
        yield from found
        if len(found) < 2_000:
            return
        last = (found[-1].grain, found[-1].part, found[-1].at, found[-1].method)


def methods(store: Store) -> list[str]:
    """The formulas there are points of."""
    with store.read() as conn:
        return list(conn.scalars(sa.select(index_points.c.method).distinct().order_by(index_points.c.method)))


class Hour(NamedTuple):
    """As much of an hourly point as a line of the board needs."""

    at: datetime
    tension: float | None
    tension_low: float | None
    tension_high: float | None
    relief: float | None
    relief_low: float | None
    relief_high: float | None
    missing: str | None


def hours_by_part(store: Store, since: datetime, until: datetime) -> dict[str, list[Hour]]:
    """The hourly points of every part with since <= at < until, oldest first, of the formula that is in use."""
    columns = [sa.type_coerce(index_points.c.at, sa.BigInteger), *(index_points.c[name] for name in Hour._fields[1:])]
    # by name, so that the key answers for each part and not with every hour that there ever was
    part = index_points.c.part.in_(("all", *PARTS))
    wanted = index_points.c.grain == "hour", part, index_points.c.at >= since, index_points.c.at < until
    found: dict[str, list[Hour]] = {}
    with store.read() as conn:
        method = conn.scalar(sa.select(meta.c.value).where(meta.c.key == IN_USE))
        if method is None:
            newest = sa.select(index_points.c.method).where(*wanted).order_by(index_points.c.at.desc())
            method = conn.scalar(newest.limit(1))
        query = sa.select(index_points.c.part, *columns).where(*wanted, index_points.c.method == method)
        times: dict[int, datetime] = {}  # ten parts share an hour
        for part, at, *numbers in conn.execute(query.order_by(index_points.c.at)):
            hour = times.get(at) or times.setdefault(at, moment(at))
            found.setdefault(part, []).append(Hour(hour, *numbers))
    return found
