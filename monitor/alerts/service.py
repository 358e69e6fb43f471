"""Looks whether a rule of feeds.yaml has something to tell, keeps it, and sends what is kept; also tries rules on what is stored.

    storage -> alert_rules.Facts -> alert_rules.decide -> stored alerts -> delivery.deliver -> MONITOR_ALERT_URLS

Leaves the rules to alerts.py, claims and retries to dispatch.py and when to look to worker.py. Facts go by the handed-in clock;
sending, its pauses, and whether anybody polls go by real time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from monitor.alerts import delivery, notify
from monitor.alerts import rules as alert_rules
from monitor.clock import Clock, real_now
from monitor.config import JumpRule, LevelRule, PriceRule, Rule, Settings, SignalRule, SilenceRule
from monitor.errors import NotifyError
from monitor.models import Alert, Price
from monitor.storage import alerts as kept
from monitor.storage import feeds, index, prices, stories
from monitor.storage import notes as storage_notes
from monitor.storage.store import Store

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=1)  # by the handed-in clock or by real time, whichever passes first
STARTED_WITHIN = 5.0  # seconds of one delivery in which a message may be begun; with apprise's ten, 15 in all
WAIT = 15.0  # seconds a round waits for a delivery
MANY = 10_000  # alerts of the longest cool-down
ROUND = "round"  # the note under which the last completed round stands; its value is real time


class AlertService:
    """One for each worker; used from one thread at a time."""

    def __init__(self, store: Store, clock: Clock):
        self.store, self.clock = store, clock
        self._looked: tuple[datetime, datetime, Sequence[Rule]] | None = None  # the clock's time, real time, rules
        self._delivery: Delivery | None = None

    def update(self, settings: Settings, *, completed: bool = True, everything: bool = False) -> None:
        """Decide when it is time to, and send what waits. `completed`: the round got this far without a fault. Raises StorageError, ClockError."""
        now, real = self.clock.now(), real_now()
        if everything or self._due(settings.alerts, now, real):
            look(self.store, settings, now, real)
            if completed:
                storage_notes.put(self.store, ROUND, real.isoformat(), now)
            self._looked = (now, real, settings.alerts)
        self._send(settings.environment.alert_urls, now)

    def _due(self, rules: Sequence[Rule], now: datetime, real: datetime) -> bool:
        if self._looked is None or self._looked[2] != rules:
            return True
        return not (timedelta(0) <= now - self._looked[0] < EVERY and timedelta(0) <= real - self._looked[1] < EVERY)

    def _send(self, urls: Sequence[str], now: datetime) -> None:
        """Nothing is sent of synthetic data: a message about a made-up war looks like any other."""
        if not urls or (self._delivery and self._delivery.thread.is_alive()):
            return
        waiting = kept.pending(self.store, real_now())
        if not waiting or "synthetic" in storage_notes.notes(self.store):
            return
        self._delivery = Delivery(self.store, urls, waiting, now)
        self._delivery.thread.join(WAIT)
        if self._delivery.fault:
            raise self._delivery.fault


class Delivery:
    """Sends what waits, in a thread of its own: a service that drips its answer holds up no round, and no exit."""

    def __init__(self, store: Store, urls: Sequence[str], waiting: Sequence[Alert], now: datetime):
        self.store, self.urls, self.now = store, urls, now
        self.fault: Exception | None = None
        self._last = {alert.id: alert for alert in waiting}
        self._until = time.monotonic() + STARTED_WITHIN
        self.thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            # Whoever claimed these no longer runs: only the holder of the lease sends, one delivery at a time.
            for changed in (
                *delivery.after_crash(self._last.values()),
                *delivery.expired(self._last.values(), self.now),
            ):
                self._keep(changed)
            for group in delivery.groups([alert for alert in self._last.values() if alert.next_try != delivery.NEVER]):
                if time.monotonic() > self._until:
                    return
                for alert in delivery.deliver(group, self.urls, send=self._send, store=self._keep, now=real_now()):
                    if alert.sent is None:
                        log.warning("alert %r is not sent: %s", alert.key, alert.error)
        except Exception as fault:  # whatever it is, the thread that waits raises it where faults are shown
            self.fault = fault
            log.error("alerts could not be sent: %s", fault)

    def _keep(self, alert: Alert) -> None:
        kept.update(self.store, alert, was=self._last[alert.id])
        self._last[alert.id] = alert

    def _send(self, url: str, title: str, body: str) -> None:
        if time.monotonic() > self._until:
            raise NotifyError("no time was left in this round")
        notify.send(url, title, body)


def look(store: Store, settings: Settings, now: datetime, real: datetime) -> list[Alert]:
    """Decide for this moment and keep what is new."""
    rules = settings.alerts
    since = now - max((rule.cool_down for rule in rules), default=timedelta(0))
    history = {alert.id: alert for alert in (*kept.latest(store).values(), *kept.find(store, since, limit=MANY))}
    if not rules and not history:
        return []
    found = alert_rules.decide(rules, history.values(), gather(store, settings, now, real), now)
    for alert in found:
        log.info("%s %s: %s", alert.rule, alert.state, alert.message.splitlines()[0])
    return [kept.save(store, alert) for alert in found]


def gather(store: Store, settings: Settings, now: datetime, real: datetime | None = None) -> alert_rules.Facts:
    """What is known now of everything that some rule asks for. Without `real`, nothing of feeds and worker: their past is not kept."""
    rules = [rule for rule in settings.alerts if rule.enabled]
    spans: dict[tuple[str, str], timedelta] = {}
    for rule in rules:
        if isinstance(rule, LevelRule | JumpRule):
            back = (rule.within if isinstance(rule, JumpRule) else timedelta(0)) * alert_rules.SPANS + timedelta(days=3)
            spans[rule.grain, rule.part] = max(back, spans.get((rule.grain, rule.part), back))
    asked = [rule for rule in rules if isinstance(rule, PriceRule)]
    day = max([timedelta(days=1), *(rule.within for rule in rules if isinstance(rule, SignalRule))])
    seen, fault = _worker(store, now, real) if real else (None, None)
    states = feeds.states(store) if real and any(isinstance(rule, SilenceRule) for rule in rules) else {}
    return alert_rules.Facts(
        points={
            (grain, part): index.points(store, grain, part, now - back, now) for (grain, part), back in spans.items()
        },
        sightings=kept.sightings(store, now - day, now) if rules else (),
        prices={
            rule.series: _made_by(
                prices.series(
                    store, rule.series, now - rule.within - 3 * alert_rules.TRADED, until=now + timedelta(days=1)
                ),
                now,
            )
            for rule in asked
        },
        merged=stories.merges(store) if any(isinstance(rule, SignalRule) for rule in rules) else {},
        feeds=tuple(states[feed.name] for feed in settings.feeds if feed.enabled and feed.name in states),
        worker_seen=seen,
        worker_fault=fault,
    )


def _made_by(given: Sequence[Price], now: datetime) -> list[Price]:
    """Prices that the market had made by then, that of Monday on Sunday evening too: of a day without a market time, only once it is over."""
    return [price for price in given if (price.market_time or price.day + timedelta(days=1)) <= now]


def _worker(store: Store, now: datetime, real: datetime) -> tuple[datetime | None, str | None]:
    """When a round was last completed, as long before `now` as it is in real time: a replay that leaps an hour is no silence."""
    notes = storage_notes.notes(store)
    quiet = real - datetime.fromisoformat(notes[ROUND].value) if ROUND in notes else None
    return (now - quiet if quiet is not None else None), (notes["worker"].value if "worker" in notes else None)


# -- rules tried on what is stored ------------------------------------------------------------------------


def rehearsal(store: Store, settings: Settings, since: datetime, until: datetime) -> list[Alert]:
    """What the rules would have told, looking at every full hour; nothing is stored or sent."""
    start = since.replace(minute=0, second=0, microsecond=0)
    return alert_rules.rehearse(
        settings.alerts, lambda now: gather(store, settings, now), start, until, timedelta(hours=1)
    )


def as_table(found: Sequence[Alert]) -> Table:
    table = Table("UTC", "rule", "state", "what")
    for alert in found:
        first, *rest = (Text("".join(c for c in line if c.isprintable())) for line in alert.message.splitlines())
        table.add_row(f"{alert.at:%Y-%m-%d %H:%M}", Text(alert.rule), alert.state, Text("\n").join([first, *rest]))
    return table


def account(rules: Sequence[Rule], found: Sequence[Alert]) -> str:
    """One line a rule: how often it fired, or why it was not tried."""
    lines = []
    for rule in rules:
        fired = sum(alert.rule == rule.name and alert.state == "firing" for alert in found)
        untried = (
            "rests"
            if not rule.enabled
            else "not tried: what was silent when is not kept"
            if isinstance(rule, SilenceRule)
            else None
        )
        lines.append(f"{rule.name}: {untried or f'fired {fired} time' + 's' * (fired != 1)}")
    return "\n".join(lines) or "feeds.yaml has no rules under `alerts`"
