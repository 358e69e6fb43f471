"""Decides whether a rule of feeds.yaml has something to report, stores it and sends it.

    storage -> Facts -> rules.decide -> stored alerts -> delivery -> the addresses of MONITOR_ALERT_URLS

Facts go by the handed-in clock; sending, its pauses, and whether anybody polls go by real time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from monitor.alerts import delivery, index_rules, notify, number_rules, rules, signal_rules
from monitor.alerts.facts import ChangedArticle, Facts, Report
from monitor.clock import Clock, parse_time, real_now
from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule, SilenceRule
from monitor.config.settings import Settings
from monitor.errors import ClockError, NotifyError, StorageError
from monitor.index.indexer import parameters_of, what_raised
from monitor.models import Alert, AlertDelivery, Measure, Observation, Price
from monitor.prices.series import age
from monitor.storage import alerts, articles, feeds, index, notes, observations, prices, readings, steps, stories
from monitor.storage.store import Store

log = logging.getLogger(__name__)
DECIDE_EVERY = timedelta(minutes=1)  # by the handed-in clock or by real time, whichever passes first
BEGUN_WITHIN_SECONDS = 5.0  # seconds of one delivery in which a message may be begun; with apprise's ten, 15 in all
DELIVERY_WAIT_SECONDS = 15.0  # seconds that an update waits for a delivery
MOST_REASONS = 10  # stories whose reports are looked up
MAX_HISTORY = 10_000  # alerts of the longest cool-down
ROUND = "round"  # the note under which the last completed round stands; its value is real time
SENDING = "alert sending"  # the note that says why nothing can be sent, while that is so


class AlertService:
    """One for each worker; used from one thread at a time."""

    def __init__(self, store: Store, clock: Clock):
        self.store, self.clock = store, clock
        self._decided: tuple[datetime, datetime, Sequence[Rule]] | None = None  # the clock's time, real time, rules
        self._sending: Sending | None = None

    def update(self, settings: Settings, *, completed: bool = True, everything: bool = False) -> None:
        """Decide when it is time to, and send what waits. `completed`: the round got this far without a fault.

        Raises StorageError and ClockError of deciding. A fault of sending is noted under SENDING and never raised.
        """
        now, real = self.clock.now(), real_now()
        if everything or self._due(settings.alerts, now, real):
            decide(self.store, settings, now, real)
            if completed:
                notes.put(self.store, ROUND, real.isoformat(), now)
            self._decided = (now, real, settings.alerts)
        self._send(settings.environment.alert_urls, now)

    def _due(self, configured: Sequence[Rule], now: datetime, real: datetime) -> bool:
        if self._decided is None or self._decided[2] != configured:
            return True
        return not (
            timedelta(0) <= now - self._decided[0] < DECIDE_EVERY
            and timedelta(0) <= real - self._decided[1] < DECIDE_EVERY
        )

    def _send(self, urls: Sequence[str], now: datetime) -> None:
        """In a thread of its own: a service that drips its answer holds up no round. Synthetic data is never sent:
        a message about a made-up war looks like any other."""
        if not urls or (self._sending and self._sending.thread.is_alive()):
            return
        noted = notes.all(self.store)
        if "synthetic" in noted:
            return
        waiting = alerts.undelivered(self.store, now - delivery.OLD)
        if not waiting:
            return
        self._sending = Sending(self.store, urls, waiting, now)
        self._sending.thread.join(DELIVERY_WAIT_SECONDS)
        fault = self._sending.fault
        if fault != (noted[SENDING].value if SENDING in noted else None):
            notes.put(self.store, SENDING, fault, now)


class Sending:
    """Sends what waits, as long as a message may be begun."""

    def __init__(self, store: Store, urls: Sequence[str], waiting: Sequence[Alert], now: datetime):
        self.store, self.urls, self.waiting, self.now = store, urls, waiting, now
        self.fault: str | None = None
        self._until = time.monotonic() + BEGUN_WITHIN_SECONDS
        self.thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._deliver_all()
        except (StorageError, ClockError) as fault:
            self.fault = str(fault)
            log.error("alerts could not be sent: %s", fault)
        except Exception as fault:  # a fault of this program, which must not end the thread unseen
            self.fault = f"an unexpected fault, see the log: {type(fault).__name__}"
            log.exception("alerts could not be sent")

    def _deliver_all(self) -> None:
        stored = alerts.deliveries(self.store, [alert.id for alert in self.waiting])
        planned: dict[int | None, Sequence[AlertDelivery]] = {}
        for alert in self.waiting:
            before = stored.get(alert.id, ())
            # Only the holder of the lease sends, and one delivery at a time: whoever was sending these no longer runs.
            planned[alert.id] = delivery.plan(alert, before, self.urls, self.now)
            alerts.keep_deliveries(self.store, before, planned[alert.id])
        for batch in delivery.due(self.waiting, planned, self.urls, real_now()):
            if time.monotonic() > self._until:
                return
            for one in delivery.deliver(batch, send=self._send, store=self._keep, now=real_now()):
                if one.state == "failed":
                    log.warning("alert %d is not sent to %s: %s", one.alert_id, one.address, one.error)

    def _keep(self, before: Sequence[AlertDelivery], after: Sequence[AlertDelivery]) -> None:
        alerts.keep_deliveries(self.store, before, after, sent_at=real_now())

    def _send(self, url: str, title: str, body: str) -> None:
        if time.monotonic() > self._until:
            raise NotifyError("no time was left in this round")
        notify.send(url, title, body)


def decide(store: Store, settings: Settings, now: datetime, real: datetime) -> list[Alert]:
    """Decide for this moment and store what is new."""
    longest = max((rule.cool_down for rule in settings.alerts), default=timedelta(0))
    recent = alerts.find(store, now - longest, limit=MAX_HISTORY)
    history = {alert.id: alert for alert in (*alerts.latest(store).values(), *recent)}
    if not settings.alerts and not history:
        return []
    facts = gather_facts(store, settings, now, real, history=tuple(history.values()))
    found = rules.decide(settings.alerts, history.values(), facts, now)
    for alert in found:
        log.info("%s %s: %s", alert.rule, alert.state, alert.message.splitlines()[0])
    return [alerts.save(store, alert) for alert in found]


def gather_facts(
    store: Store, settings: Settings, now: datetime, real: datetime | None = None, *, history: Sequence[Alert] = ()
) -> Facts:
    """What is known now of everything that some rule asks for.

    Without `real`, nothing of feeds and worker, nor when rules were decided before: their past is not kept. Of the
    articles behind `history`, what became of them.
    """
    enabled = [rule for rule in settings.alerts if rule.enabled]
    spans: dict[tuple[str, str], timedelta] = {}
    for rule in enabled:
        if isinstance(rule, LevelRule | JumpRule):
            back = index_rules.look_back(rule)
            spans[rule.grain, rule.part] = max(back, spans.get((rule.grain, rule.part), back))
    priced = [rule for rule in enabled if isinstance(rule, PriceRule)]
    noted = notes.all(store) if real else {}
    decided = noted[ROUND].at if ROUND in noted else None
    longest = max([timedelta(0), *(rule.within for rule in enabled if isinstance(rule, SignalRule))])
    span = signal_rules.look_back(Facts(decided=decided), now) + longest
    seen, fault = _worker(store, noted, now, real) if real else (None, None)
    states = feeds.states(store) if real and any(isinstance(rule, SilenceRule) for rule in enabled) else {}
    return Facts(
        points={
            (grain, part): index.points(store, grain, part, now - back, now) for (grain, part), back in spans.items()
        },
        reports=alerts.reports(store, now - span, now, upto_id=articles.read_up_to(store)) if enabled else (),
        prices={rule.series: prices_by(store, rule, now) for rule in priced},
        values=fresh_values(store, settings, enabled, now),
        merged=stories.merges(store) if any(isinstance(rule, SignalRule) for rule in enabled) else {},
        changed=changed_since(store, [alert for alert in history if alert.kind == "signal"], now),
        raised=partial(raised, store, settings, now),
        decided=decided,
        feeds=tuple(states[feed.name] for feed in settings.feeds if feed.enabled and feed.name in states),
        worker_seen=seen,
        worker_fault=fault,
    )


def changed_since(store: Store, history: Sequence[Alert], now: datetime) -> dict[int, ChangedArticle]:
    """Of the articles behind alerts of the last days, those that were edited or corrected since."""
    recent = [alert for alert in history if now - alert.at <= signal_rules.CORRECTED_WITHIN]
    return alerts.changed(store, {article for alert in recent for article in alert.articles})


def prices_by(store: Store, rule: PriceRule, now: datetime) -> list[Price]:
    """Prices that the market had made by then, that of Monday on Sunday evening too: of a day without a market time,
    only once it is over."""
    since = now - rule.within - 3 * number_rules.FRESH_PRICE
    given = prices.series(store, rule.series, since, until=now + timedelta(days=1))
    return [price for price in given if (price.market_time or price.day + timedelta(days=1)) <= now]


def fresh_values(store: Store, settings: Settings, enabled: Sequence[Rule], now: datetime) -> dict[str, Observation]:
    """The newest value that was known then of each series that a rule asks for, where it was not stale."""
    asked = {rule.series for rule in enabled if isinstance(rule, SeriesRule)}
    found = {}
    for series in settings.series:
        newest = observations.newest(store, series.name, now) if series.name in asked and series.enabled else None
        if newest and age.stale(series, newest, now) is None:
            found[series.name] = newest
    return found


def raised(
    store: Store, settings: Settings, now: datetime, measure: Measure, part: str, at: datetime, before: datetime | None
) -> list[Report]:
    """facts.Raised: the first rows of the Why page, by story. Of a story without a signal, which may add to attention,
    there is no report.
    """
    parameters = parameters_of(settings, readings.current(store).reader)
    stories = what_raised(store, parameters, measure, part, at, before, now=now)[:MOST_REASONS]
    said = alerts.reports_of(store, {article for story in stories for article in story})
    toward: dict[str, Callable[[float], bool]] = {"tension": lambda one: one > 0, "relief": lambda one: one < 0}
    counts, found = toward.get(measure, bool), []
    for story in stories:
        each = [[one for one in said.get(article, ()) if counts(one.severity)] for article in story]
        if reports := next(filter(None, each), None):
            found.append(max(reports, key=lambda one: abs(one.severity)))
    return found


def _worker(
    store: Store, noted: Mapping[str, notes.Note], now: datetime, real: datetime
) -> tuple[datetime | None, str | None]:
    """When a round was last completed, as long before `now` as it is in real time:
    a replay that leaps an hour is no silence.
    """
    quiet = real - parse_time(noted[ROUND].value) if ROUND in noted else None
    failing = "; ".join(f"{failure.step}: {failure.error}" for failure in steps.failures(store))
    return (now - quiet if quiet is not None else None), failing or None
