"""Alerts as they were raised, sent or not, and the signals that rules look at.

Written durably (the disk is waited for): an alert that went out must be known to have gone out after a power cut too.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

import sqlalchemy as sa

from monitor.alerts.rules import Sighting
from monitor.errors import StorageError
from monitor.models import Alert
from monitor.storage.schema import alerts, articles, signals
from monitor.storage.store import Store

_NAMES = [f.name for f in fields(Alert)]
_ALERT = [alerts.c[name] for name in _NAMES]


def _alert(row) -> Alert:
    *values, stories = row
    return Alert(*values, stories=tuple(stories))


def _values(alert: Alert) -> dict:
    return {name: getattr(alert, name) for name in _NAMES if name != "id"}


def save(store: Store, alert: Alert) -> Alert:
    """Keep a new alert and give it back with its id; one of the same key, time and state is there already and comes back as it is."""
    same = (alerts.c.key == alert.key, alerts.c.at == alert.at, alerts.c.state == alert.state)
    with store.write(durable=True) as conn:
        if not store.sqlite:
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(alert.key))))
        if row := conn.execute(sa.select(*_ALERT).where(*same)).first():
            return _alert(row)
        return replace(alert, id=conn.execute(alerts.insert().values(**_values(alert))).inserted_primary_key[0])


def update(store: Store, alert: Alert, *, was: Alert | None = None) -> None:
    """Keep what became of an alert: sent, attempts, error, next try.

    With `was`, only if it is still as it was then; StorageError otherwise: of two that would send it one has to let go.
    """
    query = alerts.update().where(alerts.c.id == alert.id)
    if was is not None:
        query = query.where(
            alerts.c.sent.is_(None), alerts.c.attempts == was.attempts, alerts.c.error.is_not_distinct_from(was.error)
        )
    with store.write(durable=True) as conn:
        if not conn.execute(query.values(**_values(alert))).rowcount and was is not None:
            raise StorageError(f"alert {alert.id} was taken up by another process in the meantime")


def find(
    store: Store,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    rule: str | None = None,
    limit: int = 200,
) -> list[Alert]:
    """Newest first."""
    query = sa.select(*_ALERT).order_by(alerts.c.at.desc(), alerts.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(alerts.c.at >= since)
    if until is not None:
        query = query.where(alerts.c.at < until)
    if rule is not None:
        query = query.where(alerts.c.rule == rule)
    with store.read() as conn:
        return [_alert(row) for row in conn.execute(query)]


def pending(store: Store, now: datetime) -> list[Alert]:
    """Not sent and due for a try, oldest first."""
    due = (alerts.c.sent.is_(None), sa.or_(alerts.c.next_try.is_(None), alerts.c.next_try <= now))
    with store.read() as conn:
        return [_alert(row) for row in conn.execute(sa.select(*_ALERT).where(*due).order_by(alerts.c.at, alerts.c.id))]


def latest(store: Store) -> dict[str, Alert]:
    """The newest alert of every key: what fires now, and since when it cools down."""
    newest = sa.select(sa.func.max(alerts.c.id)).group_by(alerts.c.key)
    with store.read() as conn:
        found = [_alert(row) for row in conn.execute(sa.select(*_ALERT).where(alerts.c.id.in_(newest)))]
    return {alert.key: alert for alert in found}


def sightings(store: Store, since: datetime, until: datetime) -> list[Sighting]:
    """Signals of since <= at < until in articles known by then, oldest first."""
    about = [articles.c[name] for name in ("title", "link", "parts")]
    columns = (
        articles.c.id,
        articles.c.story_id,
        articles.c.publisher,
        signals.c.at,
        signals.c.category,
        signals.c.severity,
        *about,
    )
    query = sa.select(*columns).join(articles, articles.c.id == signals.c.article_id)
    query = query.where(signals.c.at >= since, signals.c.at < until, articles.c.first_seen <= until).order_by(
        signals.c.at, signals.c.id
    )
    with store.read() as conn:
        return [Sighting(*row) for row in conn.execute(query)]
