"""Rules on silence: of a feed, and of the poller itself."""

from __future__ import annotations

from datetime import datetime

from monitor.alerts import wording
from monitor.alerts.facts import Facts, Finding
from monitor.config.alerting import SilenceRule
from monitor.models import FeedState

NEVER_ANSWERED = 5  # failures in a row of a feed that never answered


def findings(rule: SilenceRule, facts: Facts, now: datetime) -> list[Finding]:
    if rule.of == "worker":
        return [_worker(rule, facts, now)]
    return [_feed(rule, state, now) for state in facts.feeds if not rule.feeds or state.name in rule.feeds]


def _feed(rule: SilenceRule, state: FeedState, now: datetime) -> Finding:
    """Silent by the time when it was last asked: after a night without power no feed is to blame before it had its
    turn.
    """
    asked = state.last_polled or now
    key = f"{rule.name}:{state.name}"
    if state.last_success is None:
        return Finding(key, True if state.failures >= NEVER_ANSWERED else None, wording.never_answered(state))
    if state.failures and asked - state.last_success > rule.longer_than:
        return Finding(key, True, wording.fails(state, state.last_success))
    if state.last_new is not None and asked - state.last_new > rule.longer_than:
        return Finding(key, True, wording.nothing_new(state, state.last_new))
    return Finding(key, False, f"{state.name} brings news again")


def _worker(rule: SilenceRule, facts: Facts, now: datetime) -> Finding:
    if facts.worker_seen is None:
        return Finding(rule.name, None)
    quiet = now - facts.worker_seen > rule.longer_than
    return Finding(
        rule.name, quiet, wording.no_round(facts.worker_seen, facts.worker_fault) if quiet else wording.ROUNDS_AGAIN
    )
