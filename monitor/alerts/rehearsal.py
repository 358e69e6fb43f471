"""Tries rules on what is stored: which alerts they would have given. Stores and sends nothing.

Stories and index are as they are now, so an alert may come a little earlier here than it did, or would have. What was
silent when is not kept, and rules on silence are not tried.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from rich.table import Table
from rich.text import Text

from monitor.alerts import index_rules, rules, service, signal_rules
from monitor.alerts.facts import Facts, Report
from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SignalRule, SilenceRule
from monitor.config.settings import Settings
from monitor.models import Alert, IndexPoint
from monitor.storage import alerts, index, stories
from monitor.storage.store import Store

STEP = timedelta(hours=1)
PAGE = timedelta(days=7)  # of signals read at once; those that no rule asks for are not kept


def rehearse(store: Store, settings: Settings, since: datetime, until: datetime) -> list[Alert]:
    """The alerts that the rules would have given, deciding at every full hour and at the end. Raises StorageError."""
    start = since.replace(minute=0, second=0, microsecond=0)
    facts_at = past(store, settings, start, until)
    found = rules.rehearse(settings.alerts, facts_at, start, until, STEP)
    return found + rules.decide(settings.alerts, found, facts_at(until), until)


def past(store: Store, settings: Settings, since: datetime, until: datetime) -> Callable[[datetime], Facts]:
    """Gives the facts of each moment of a span. What rules ask for is read once."""
    enabled = [rule for rule in settings.alerts if rule.enabled]
    on_signals = [rule for rule in enabled if isinstance(rule, SignalRule)]
    span = signal_rules.NEWS + max((rule.within for rule in on_signals), default=timedelta(0))
    reports = _reports(store, on_signals, since - span, until) if on_signals else []
    times = [report.at for report in reports]
    points: dict[tuple[str, str], list[IndexPoint]] = {}
    for rule in enabled:
        if isinstance(rule, LevelRule | JumpRule):
            begin = since - index_rules.look_back(rule)
            known = points.get((rule.grain, rule.part))
            if known is None or known[:1] and known[0].at > begin:
                points[rule.grain, rule.part] = index.points(store, rule.grain, rule.part, begin, until)
    merged = stories.merges(store) if on_signals else {}
    priced = [rule for rule in enabled if isinstance(rule, PriceRule)]

    def facts_at(now: datetime) -> Facts:
        inside = reports[bisect_right(times, now - span) : bisect_right(times, now)]
        return Facts(
            points={key: line[: bisect_left(line, now, key=lambda point: point.at)] for key, line in points.items()},
            reports=[one for one in inside if one.seen is None or one.seen <= now],
            prices={rule.series: service.prices_by(store, rule, now) for rule in priced},
            values=service.fresh_values(store, settings, enabled, now),
            merged=merged,
            raised=partial(service.raised, store, settings, now),
        )

    return facts_at


def _reports(store: Store, on_signals: Sequence[SignalRule], since: datetime, until: datetime) -> list[Report]:
    found: list[Report] = []
    while since <= until:
        page = alerts.reports(store, since, min(since + PAGE, until + timedelta(microseconds=1)))
        found += [one for one in page if any(signal_rules.fits(rule, one) for rule in on_signals)]
        since += PAGE
    return found


# -- for the command line ---------------------------------------------------------------------------------


def as_table(found: Sequence[Alert]) -> Table:
    table = Table("UTC", "rule", "state", "what")
    for alert in found:
        first, *rest = (Text("".join(c for c in line if c.isprintable())) for line in alert.message.splitlines())
        table.add_row(f"{alert.at:%Y-%m-%d %H:%M}", Text(alert.rule), alert.state, Text("\n").join([first, *rest]))
    return table


def account(configured: Sequence[Rule], found: Sequence[Alert]) -> str:
    """One line a rule: how often it fired, or why it was not tried."""
    lines = []
    for rule in configured:
        fired = sum(alert.rule == rule.name and alert.state == "firing" for alert in found)
        untried = (
            "switched off"
            if not rule.enabled
            else "not tried: what was silent when is not kept"
            if isinstance(rule, SilenceRule)
            else None
        )
        lines.append(f"{rule.name}: {untried or f'fired {fired} time' + 's' * (fired != 1)}")
    return "\n".join(lines) or "feeds.yaml has no rules under `alerts`"
