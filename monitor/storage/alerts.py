"""Alerts, what became of sending them, and what rules are decided by: reported signals, and articles that were
edited or corrected.

Written durably (the disk is waited for): an alert that went out must be known to have gone out after a power cut too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.alerts.facts import ChangedArticle, Report
from monitor.errors import StorageError
from monitor.models import UNREAD, Alert, AlertDelivery
from monitor.storage.schema import alert_deliveries, alerts, articles, corrections, signals, versions
from monitor.storage.store import Store
from monitor.stories.account import OPENING

NAMES = [f.name for f in fields(Alert)]
COLUMNS = [alerts.c[name] for name in NAMES]
DELIVERY = [alert_deliveries.c[f.name] for f in fields(AlertDelivery)]
ASKED_AT_ONCE = 500  # values in one IN (...)
UNDELIVERED = ("waiting", "sending", "failed")


def _alert(row: sa.Row[Any]) -> Alert:
    values = dict(zip(NAMES, row, strict=True))
    return Alert(**values | {"stories": tuple(values["stories"]), "articles": tuple(values["articles"])})


def _values(alert: Alert) -> dict[str, Any]:
    return {name: getattr(alert, name) for name in NAMES if name != "id"}


def save(store: Store, alert: Alert) -> Alert:
    """Store a new alert and give it back with its id;
    one of the same key, time and state is there already and comes back as it is.
    """
    same = (alerts.c.key == alert.key, alerts.c.at == alert.at, alerts.c.state == alert.state)
    with store.write(durable=True) as conn:
        if not store.sqlite:
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(alert.key))))
        if row := conn.execute(sa.select(*COLUMNS).where(*same)).first():
            return _alert(row)
        return replace(alert, id=conn.scalar(alerts.insert().values(**_values(alert)).returning(alerts.c.id)))


def find(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    rule: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> list[Alert]:
    """Newest first."""
    query = sa.select(*COLUMNS).where(*_conditions(since, until, rule, state))
    with store.read() as conn:
        found = conn.execute(query.order_by(alerts.c.at.desc(), alerts.c.id.desc()).limit(limit))
        return [_alert(row) for row in found]


def count(
    store: Store, since: datetime | None = None, until: datetime | None = None, *, state: str | None = None
) -> int:
    query = sa.select(sa.func.count()).select_from(alerts).where(*_conditions(since, until, None, state))
    with store.read() as conn:
        return conn.scalar(query) or 0


def _conditions(
    since: datetime | None, until: datetime | None, rule: str | None, state: str | None
) -> list[sa.ColumnElement[bool]]:
    wanted = []
    if since is not None:
        wanted.append(alerts.c.at >= since)
    if until is not None:
        wanted.append(alerts.c.at < until)
    if rule is not None:
        wanted.append(alerts.c.rule == rule)
    if state is not None:
        wanted.append(alerts.c.state == state)
    return wanted


def latest(store: Store) -> dict[str, Alert]:
    """The newest alert of every key: what fires now, and since when it cools down."""
    newest = sa.select(sa.func.max(alerts.c.id)).group_by(alerts.c.key)
    with store.read() as conn:
        found = [_alert(row) for row in conn.execute(sa.select(*COLUMNS).where(alerts.c.id.in_(newest)))]
    return {alert.key: alert for alert in found}


# -- sending ----------------------------------------------------------------------------------------------


def undelivered(store: Store, since: datetime) -> list[Alert]:
    """Alerts that an address may still have to get: those that nobody has, from `since` on,
    and all that are being tried.
    """
    tried = sa.select(alert_deliveries.c.alert_id).where(alert_deliveries.c.state.in_(UNDELIVERED))
    wanted = sa.or_(sa.and_(alerts.c.sent.is_(None), alerts.c.at >= since), alerts.c.id.in_(tried))
    with store.read() as conn:
        return [
            _alert(row) for row in conn.execute(sa.select(*COLUMNS).where(wanted).order_by(alerts.c.at, alerts.c.id))
        ]


def deliveries(store: Store, ids: Collection[int | None]) -> dict[int | None, tuple[AlertDelivery, ...]]:
    """alert -> its deliveries, by address; only those that have any."""
    found: dict[int | None, list[AlertDelivery]] = {}
    with store.read() as conn:
        for some in _chunks(ids):
            query = sa.select(*DELIVERY).where(alert_deliveries.c.alert_id.in_(some))
            for row in conn.execute(query.order_by(alert_deliveries.c.alert_id, alert_deliveries.c.address)):
                found.setdefault(row.alert_id, []).append(AlertDelivery(*row))
    return {id: tuple(values) for id, values in found.items()}


def keep_deliveries(
    store: Store, before: Sequence[AlertDelivery], after: Sequence[AlertDelivery], *, sent_at: datetime | None = None
) -> None:
    """Store what changed from `before` to `after`, whole or not at all.

    Raises StorageError when another process changed one of them meanwhile (optimistic lock). The first delivery that is
    `sent` also makes its alert sent, at `sent_at`.
    """
    was = {(one.alert_id, one.address): one for one in before}
    changed = [one for one in after if was.get((one.alert_id, one.address)) != one]
    if not changed:
        return
    table = alert_deliveries.c
    with store.write(durable=True) as conn:
        for one in changed:
            old = was.get((one.alert_id, one.address))
            here = (table.alert_id == one.alert_id, table.address == one.address)
            values = {"state": one.state, "attempts": one.attempts, "next_try": one.next_try, "error": one.error}
            if old is None:
                taken = conn.execute(sa.select(table.state).where(*here)).first() is not None
                if not taken:
                    conn.execute(alert_deliveries.insert().values(alert_id=one.alert_id, address=one.address, **values))
            else:
                same = (table.state == old.state, table.attempts == old.attempts)
                taken = not conn.execute(alert_deliveries.update().where(*here, *same).values(**values)).rowcount
            if taken:
                raise StorageError(f"alert {one.alert_id} was taken up by another process in the meantime")
            if one.state == "sent" and sent_at is not None:
                mine = (alerts.c.id == one.alert_id, alerts.c.sent.is_(None))
                conn.execute(alerts.update().where(*mine).values(sent=sent_at))


def _chunks(ids: Iterable[int | None]) -> Iterable[list[int]]:
    wanted = sorted({id for id in ids if id is not None})
    return (wanted[at : at + ASKED_AT_ONCE] for at in range(0, len(wanted), ASKED_AT_ONCE))


# -- what rules are decided by ----------------------------------------------------------------------------


_REPORT: list[sa.ColumnElement[Any]] = [
    articles.c.id,
    articles.c.story_id,
    articles.c.publisher,
    signals.c.at,
    signals.c.category,
    signals.c.severity,
    articles.c.title,
    articles.c.link,
    articles.c.parts,
    signals.c.confidence,
    sa.func.substr(articles.c.summary, 1, OPENING),
    signals.c.mode,
    signals.c.rule,
    signals.c.text,
    signals.c.source,
    signals.c.target,
    signals.c.place,
    articles.c.actors,
    articles.c.places,
    articles.c.first_seen,
]


def _report(row: Sequence[Any]) -> Report:
    plain, (source, target, place, actors, places, seen) = row[:-6], row[-6:]
    named = tuple(one for one in (source, target) if one)
    where = (place,) if place else tuple(places)
    return replace(Report(*plain), actors=named or tuple(actors), places=where, seen=seen)


def reports(store: Store, since: datetime, until: datetime, *, upto_id: int | None = None) -> list[Report]:
    """Signals of since <= at < until in articles known by then, oldest first;
    with `upto_id`, in none that was stored later.
    """
    query = sa.select(*_REPORT).join(articles, articles.c.id == signals.c.article_id)
    query = query.where(signals.c.at >= since, signals.c.at < until, articles.c.first_seen <= until)
    if upto_id is not None:
        query = query.where(articles.c.id <= upto_id)
    with store.read() as conn:
        return [_report(tuple(row)) for row in conn.execute(query.order_by(signals.c.at, signals.c.id))]


def reports_of(store: Store, ids: Collection[int]) -> dict[int, list[Report]]:
    """article -> its signals; only those that have any."""
    found: dict[int, list[Report]] = {}
    query = sa.select(*_REPORT).join(articles, articles.c.id == signals.c.article_id).order_by(signals.c.id)
    with store.read() as conn:
        for some in _chunks(ids):
            for row in conn.execute(query.where(signals.c.article_id.in_(some))):
                found.setdefault(row[0], []).append(_report(tuple(row)))
    return found


def changed(store: Store, ids: Collection[int]) -> dict[int, ChangedArticle]:
    """Those of the articles that were edited by their publisher or corrected by a person: when last, and what they
    report now; not those whose new wording is not read yet.
    """
    last: dict[int, tuple[datetime, str]] = {}
    titles: dict[int, str] = {}
    with store.read() as conn:
        for some in _chunks(ids):
            rows = sa.select(versions.c.article_id, versions.c.seen_at, versions.c.title).order_by(versions.c.id)
            for id, seen_at, title in conn.execute(rows.where(versions.c.article_id.in_(some))):
                last[id], titles[id] = (seen_at, "publisher"), title
            said = sa.select(corrections.c.article_id, corrections.c.at).order_by(corrections.c.id)
            for id, at in conn.execute(said.where(corrections.c.article_id.in_(some))):
                last[id] = max(last.get(id, (at, "person")), (at, "person"))
        publishers: dict[int, str] = {}
        for some in _chunks(last):
            query = sa.select(articles.c.id, articles.c.publisher, articles.c.title)
            query = query.where(articles.c.id.in_(some), articles.c.direction != UNREAD, articles.c.fault.is_(None))
            for id, publisher, title in conn.execute(query):
                publishers[id] = publisher
                titles.setdefault(id, title)
    now = reports_of(store, publishers)
    return {
        id: ChangedArticle(id, publishers[id], at, titles[id], tuple(now.get(id, ())), by)
        for id, (at, by) in last.items()
        if id in publishers
    }
