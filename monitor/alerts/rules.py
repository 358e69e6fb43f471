"""Decides what is worth an alert: the rules, the alerts so far and the facts of now in; new alerts out.

    rules + alerts so far + facts -> findings (fires | does not | cannot be said) -> cool-down -> new alerts

Pure: `service.py` gathers the facts and stores what comes out; a module for each kind of rule says what it finds. A
level, a jump and a silence last: they fire once and resolve when they are over. A signal and a price move have
happened: they are reported once and do not resolve. When articles that a signal rests on are edited or corrected and no
longer say it, a correction follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from monitor.alerts import index_rules, number_rules, signal_rules, silence_rules, wording
from monitor.alerts.facts import Facts, Finding
from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule, SilenceRule
from monitor.models import Alert

LASTING = ("level", "jump", "series", "silence")


def decide(rules: Iterable[Rule], history: Iterable[Alert], facts: Facts, now: datetime) -> list[Alert]:
    """New alerts. `history` are the stored ones: the newest of every key, and all of the longest cool-down.

    What was stored last holds, also where its time is later than now: a clock that was set back reports nothing twice.
    """
    rules = list(rules)
    history = sorted(history, key=lambda alert: (alert.id is None, alert.id or 0))
    newest, fired = _newest(history, facts), {}
    by_name = {rule.name: rule for rule in rules}
    for alert in history:
        if alert.state == "firing":
            fired[_cooling(by_name.get(alert.rule), alert.rule, alert.key)] = alert.at
    reported: dict[str, set[int]] = {}
    for alert in history:
        if alert.kind == "signal":
            reported.setdefault(alert.rule, set()).update(alert.articles)
    found: list[Alert] = []
    watched: set[str] = set()
    for rule in (rule for rule in rules if rule.enabled):
        behind = reported.get(rule.name, set())
        for finding in findings(rule, facts, now, behind):
            watched.add(finding.key)
            before = newest.get(finding.key)
            firing = before is not None and before.state == "firing"
            known = before is not None or not behind.isdisjoint(finding.articles)
            last = fired.get(_cooling(rule, rule.name, finding.key))
            cooling = last is not None and abs(now - last) < rule.cool_down
            if finding.fires and not cooling and not firing and (rule.kind in LASTING or not known):
                found.append(_alert(rule.name, rule.kind, "firing", finding, now))
            elif finding.fires is False and firing:
                found.append(_alert(rule.name, rule.kind, "resolved", finding, now))
    for key, before in newest.items():
        if before.state == "firing" and before.kind in LASTING and key not in watched:
            over = Finding(key, False, wording.NO_LONGER_WATCHED)
            found.append(_alert(before.rule, before.kind, "resolved", over, now))
    on_signals = {name: rule for name, rule in by_name.items() if isinstance(rule, SignalRule)}
    return found + signal_rules.corrections(on_signals, history, facts, now)


def _newest(history: Sequence[Alert], facts: Facts) -> Mapping[str, Alert]:
    """key -> the newest alert; one of a story that was merged stands under both stories."""
    newest: dict[str, Alert] = {}
    for alert in history:
        newest[alert.key] = alert
        if alert.kind == "signal":
            into = [facts.merged[story] for story in alert.stories if story in facts.merged]
            newest |= {signal_rules.event_key(alert.rule, ("story", story)): alert for story in into}
    return newest


def _cooling(rule: Rule | None, name: str, key: str) -> str:
    """What a cool-down holds back: more of the same, never something else that the same rule finds.

    The key, as in Alertmanager's groups; the rule where its keys tell one time from another: a price, whose key holds
    the day, and a rule that takes all reports together.
    """
    all_one = isinstance(rule, PriceRule) or (isinstance(rule, SignalRule) and rule.together == "all")
    return name if all_one else key


def rehearse(
    rules: Sequence[Rule], facts_at: Callable[[datetime], Facts], since: datetime, until: datetime, step: timedelta
) -> list[Alert]:
    """The alerts that the rules would have given from `since` to `until`, deciding every `step`;
    stores and sends nothing.
    """
    history: list[Alert] = []
    now = since
    while now <= until:
        history += decide(rules, history, facts_at(now), now)
        now += step
    return history


def findings(rule: Rule, facts: Facts, now: datetime, reported: Set[int] = frozenset()) -> list[Finding]:
    """What one rule says of everything it watches. `reported` are the articles behind its earlier alerts."""
    match rule:
        case LevelRule():
            return [index_rules.level(rule, facts, now)]
        case JumpRule():
            return [index_rules.jump(rule, facts, now)]
        case SignalRule():
            return signal_rules.findings(rule, facts, now, reported)
        case PriceRule():
            return number_rules.price(rule, facts, now)
        case SeriesRule():
            return [number_rules.series(rule, facts)]
        case SilenceRule():
            return silence_rules.findings(rule, facts, now)
    raise TypeError(f"no such rule: {rule!r}")


def _alert(rule: str, kind: str, state: str, finding: Finding, now: datetime) -> Alert:
    reports = finding.reasons() if finding.reasons and state == "firing" else finding.reports
    stories = tuple(dict.fromkeys(report.story_id for report in reports if report.story_id is not None))
    message = "\n".join([finding.message, *(wording.listed_article(one.title, one.link) for one in reports)])
    articles = finding.articles or tuple(dict.fromkeys(report.article_id for report in reports))
    return Alert(None, rule, kind, now, state, message, finding.key, stories=stories, articles=articles)
