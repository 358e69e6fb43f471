"""Reads for the Alerts page and the marks of charts: what fired, what became of sending, what was corrected since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from monitor.alerts.facts import ChangedArticle
from monitor.alerts.rules import LASTING
from monitor.alerts.signal_rules import no_longer_said
from monitor.config.alerting import SignalRule
from monitor.models import Alert, AlertDelivery
from monitor.storage import alerts
from monitor.ui.queries import reads


@st.cache_data(ttl=reads.FRESH, show_spinner=False, max_entries=64)
def fired(since: datetime | None, until: datetime, limit: int) -> tuple[list[Alert], int]:
    """The newest alerts that began to fire in a span, oldest first, and how many there were in all."""
    store = reads.context().store
    newest = alerts.find(store, since, until, state="firing", limit=limit)
    return newest[::-1], alerts.count(store, since, until, state="firing")


@st.cache_data(ttl=reads.FRESH, show_spinner=False)
def history(limit: int, since: datetime | None = None, until: datetime | None = None) -> list[Alert]:
    """The newest alerts of a period, newest first."""
    return alerts.find(reads.context().store, since, until, limit=limit)


@st.cache_data(ttl=reads.FRESH, show_spinner=False)
def deliveries(ids: tuple[int | None, ...]) -> dict[int | None, tuple[AlertDelivery, ...]]:
    return alerts.deliveries(reads.context().store, ids)


@st.cache_data(ttl=reads.FRESH, show_spinner=False)
def since_corrected(limit: int) -> dict[int | None, list[ChangedArticle]]:
    """alert -> the articles behind it that were edited or corrected after it and no longer report what it rests on,
    for the newest alerts.
    """
    return corrections_of(history(limit))


def corrections_of(found: Sequence[Alert]) -> dict[int | None, list[ChangedArticle]]:
    """As `since_corrected`, for these alerts."""
    fired = [alert for alert in found if alert.state == "firing"]
    since = alerts.changed(reads.context().store, {article for alert in fired for article in alert.articles})
    configured = {
        rule.name: rule for rule in reads.context().settings.current()[0].alerts if isinstance(rule, SignalRule)
    }
    changed = {alert.id: no_longer_said(configured.get(alert.rule), alert, since) for alert in fired}
    return {number: articles for number, articles in changed.items() if articles}


@st.cache_data(ttl=reads.FRESH, show_spinner=False)
def firing() -> list[Alert]:
    """What began and has not resolved, newest first. A signal and a price move have happened and are
    never among them.
    """
    newest = alerts.latest(reads.context().store).values()
    return sorted((a for a in newest if a.state == "firing" and a.kind in LASTING), key=lambda a: a.at, reverse=True)
