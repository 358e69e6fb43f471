"""The numbers of /metrics, in the text format of Prometheus.

Those from the database are the same on every process that works on it; those that begin with
`gulf_monitor_process_` are what this process has done since it started. They are read when they are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily

import monitor
from monitor.feeds import schedule
from monitor.models import Feed
from monitor.operation import health
from monitor.pipeline.work import Work
from monitor.storage.gauges import Gauges

PREFIX = "gulf_monitor_"
FEED_STATES = ("new", "well", "empty", "silent", "failing", "gone", "off")
ENTRIES = ("new", "edited", "bad")
JOBS = ("documents", "batches")
QUEUE = ("waiting", "sending", "failed")


def exposition(
    gauges: Gauges | None,
    feeds: tuple[Feed, ...],
    work: Work | None,
    now: datetime,
    real_now: datetime,
    size: int | None,
) -> bytes:
    """All numbers; without `gauges` the database does not answer, and what it would say is left out.

    `work` is None where this process does not poll; `size` is that of the database in bytes, where it is known.
    """
    registry = CollectorRegistry()
    registry.register(_Families([*_of_database(gauges, feeds, now, real_now, size), *_of_process(work)]))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return generate_latest(registry)


class _Families:
    def __init__(self, families: list[Metric]):
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _of_database(
    gauges: Gauges | None, feeds: tuple[Feed, ...], now: datetime, real_now: datetime, size: int | None
) -> Iterator[Metric]:
    yield _gauge("up", "1 where the database answers and has the schema of this program.", float(gauges is not None))
    yield _labelled("build_info", "The version of the program.", "version", {monitor.__version__: 1})
    if gauges is None:
        return
    states = health.of_enabled(feeds, gauges.feeds)
    found = Counter(state.state for state in states.values())
    yield _labelled("feeds", "Enabled feeds by state.", "state", {state: found[state] for state in FEED_STATES})
    total = CounterMetricFamily(f"{PREFIX}entries_stored", "Entries stored of all feeds, those no longer polled too.")
    total.add_metric([], sum(state.entries for state in gauges.feeds.values()))
    yield total
    if last := health.last_round(states.values()):
        yield _gauge("last_round_timestamp_seconds", "When a feed was last asked.", last.timestamp())
    if longest := health.bound([feed for feed in feeds if feed.enabled], gauges.feeds):
        yield _gauge("round_bound_seconds", "How old the last round may be.", longest.total_seconds())
    yield _gauge("unread_articles", "Articles that wait to be read.", gauges.unread)
    yield _gauge(
        "unread_lag_seconds", "Age of the oldest article that waits to be read.", _age(gauges.unread_since, now)
    )
    lag = _age(gauges.uncounted_since, now)
    yield _gauge("index_lag_seconds", "Age of the oldest article that the index has not seen yet.", lag)
    queue = {state: gauges.deliveries[state] for state in QUEUE}
    yield _labelled("alert_deliveries", "Deliveries of alerts that are not done, by state.", "state", queue)
    yield _labelled("step_failures", "Failures in a row of each step that fails now.", "step", gauges.failing)
    late, longest = schedule.behind(states.values(), now)
    yield _gauge("feeds_due", "Enabled feeds that are due and not polled yet.", late)
    yield _gauge("polling_lag_seconds", "For how long the feed is due that waits longest.", longest.total_seconds())
    holders = {holder: 1 for holder, until in gauges.holders.items() if until > real_now}
    yield _labelled("holder", "The processes that poll; none while nobody does.", "holder", holders)
    if size is not None:
        yield _gauge("database_bytes", "Size of the database.", size)


def _of_process(work: Work | None) -> Iterator[Metric]:
    if work is None:
        return
    rounds = CounterMetricFamily(
        f"{PREFIX}process_rounds", "Rounds of feeds, by the feed's state after it.", labels=["state"]
    )
    for state in FEED_STATES:
        rounds.add_metric([state], work.rounds[state])
    yield rounds
    entries = CounterMetricFamily(
        f"{PREFIX}process_entries", "Entries that were new, edited, or could not be read.", labels=["kind"]
    )
    for kind in ENTRIES:
        entries.add_metric([kind], work.entries[kind])
    yield entries
    spent = SummaryMetricFamily(
        f"{PREFIX}process_reading_seconds",
        "Time of the reader processes: for documents (parsing, the gate) and batches of entries (tagging).",
        labels=["job"],
    )
    for job in JOBS:
        spent.add_metric([job], work.jobs[job], work.seconds[job])
    yield spent


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _gauge(name: str, sentence: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, sentence, value=value)


def _labelled(name: str, sentence: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, sentence, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
