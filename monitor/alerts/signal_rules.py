"""Rules on signals: enough independent publishers report one event, and what becomes of it when they take it back.

    reports -> those that the rule asks for -> by story, or all together -> copies of one text once
            -> enough publishers within so long of each other -> finding

How far apart the reports are counts, not how long ago they are: after a pause, of this program or of a feed, an event
is reported that nobody has heard of yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.alerts import wording
from monitor.alerts.facts import ChangedArticle, Facts, Finding, Report
from monitor.config.alerting import SignalRule
from monitor.models import Alert
from monitor.stories import account
from monitor.tagging.letters import fold_letters

NEWS = timedelta(days=1)  # an event whose last report that was needed is older is no news, unless there was a pause
LONGEST_PAUSE = timedelta(days=7)  # of deciding, after which older events are left to the screen
CORRECTED_WITHIN = timedelta(days=7)  # a later change brings no correction of an alert any more
LISTED = 5  # reports below a message


def look_back(facts: Facts, now: datetime) -> timedelta:
    """How old the last report that an event needed may be: a day, and longer after a pause."""
    pause = now - facts.decided if facts.decided else timedelta(0)
    return max(NEWS, min(pause, LONGEST_PAUSE))


def fits(rule: SignalRule, report: Report) -> bool:
    """Whether one signal is of the sort that the rule asks for. Of a signal without a confidence it is not known
    whether it is sure enough.
    """
    return (
        (rule.direction == "either" or (report.severity > 0) == (rule.direction == "escalation"))
        and abs(report.severity) >= rule.severity
        and rule.part in ("all", *report.parts)
        and (not rule.categories or report.category in rule.categories)
        and (rule.mode is None or report.mode == rule.mode)
        and (not rule.event or report.event in rule.event)
        and (not rule.place or not set(rule.place).isdisjoint(report.places))
        and (not rule.actor or not set(rule.actor).isdisjoint(report.actors))
        and (rule.confidence is None or (report.confidence is not None and report.confidence >= rule.confidence))
        and (not rule.words or _says(rule.words, report))
    )


def _says(words: tuple[str, ...], report: Report) -> bool:
    return any(_pattern(words).search(fold_letters(text)) for text in (report.title, report.text))


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words, whatever their case, accents and spelling of letters; a star at the end stands for any ending."""
    each = (
        r"\s+".join(map(re.escape, fold_letters(word.rstrip("*")).split())) + (r"\w*" if word.endswith("*") else "")
        for word in words
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)")


def findings(rule: SignalRule, facts: Facts, now: datetime, reported: Set[int] = frozenset()) -> list[Finding]:
    """The events that enough independent publishers report. `reported` are the articles behind earlier alerts of the
    rule: where it takes all reports together, they count no more.
    """
    recent = now - look_back(facts, now)
    events: dict[tuple[str, int], list[Report]] = {}
    for one in facts.reports:
        if recent - rule.within < one.at <= now and fits(rule, one):
            if rule.together == "story":
                events.setdefault(one.story, []).append(one)
            elif one.article_id not in reported:
                events.setdefault(("all", 0), []).append(one)
    found = []
    for event, reports in events.items():
        if len({one.publisher for one in reports}) < rule.publishers:
            continue
        owners = _owners(reports)
        enough = _close_together(rule, reports, owners, recent)
        first: dict[str, Report] = {}
        for one in enough:
            first.setdefault(owners[one.article_id], one)
        if first:
            gravest = max(enough, key=lambda one: abs(one.severity))
            message = wording.signal(gravest.category, abs(gravest.severity), sorted(first))
            articles = tuple(dict.fromkeys(report.article_id for report in enough))
            key = event_key(rule.name, event if rule.together == "story" else ("articles from", articles[0]))
            found.append(Finding(key, True, message, tuple(first.values())[:LISTED], articles))
    return found


def _close_together(
    rule: SignalRule, reports: Sequence[Report], owners: Mapping[int, str], recent: datetime
) -> list[Report]:
    """The reports of the first `within` in which enough publishers report and whose last report that was needed is
    news, oldest first; none where there is no such time.
    """
    ordered = sorted(reports, key=lambda report: (report.at, report.article_id))
    begin, inside = 0, Counter[str]()
    for last in ordered:
        inside[owners[last.article_id]] += 1
        while last.at - ordered[begin].at >= rule.within:
            owner = owners[ordered[begin].article_id]
            inside[owner] -= 1
            if not inside[owner]:
                del inside[owner]
            begin += 1
        if len(inside) >= rule.publishers and last.at > recent:
            return [one for one in ordered[begin:] if one.at - ordered[begin].at < rule.within]
    return []


def _owners(reports: Sequence[Report]) -> dict[int, str]:
    """article id -> the publisher that its text is counted for."""
    ordered = sorted({(one.at, one.article_id, one.publisher, one.title, one.opening) for one in reports})
    return account.owners(row[1:] for row in ordered)


def event_key(rule: str, event: tuple[str, int]) -> str:
    """What makes two findings of a rule one and the same event."""
    return f"{rule}:{event[0]} {event[1]}"


# -- what is taken back -----------------------------------------------------------------------------------


def no_longer_said(
    rule: SignalRule | None, alert: Alert, changed: Mapping[int, ChangedArticle]
) -> list[ChangedArticle]:
    """The articles behind an alert that were edited or corrected after it and no longer report what it rests on, oldest
    change first.

    Without a rule, because it was taken out or because the index has no single signal: that no longer report any
    signal.
    """
    found = [changed[article] for article in alert.articles if article in changed]
    found = [
        one
        for one in found
        if one.changed_at > alert.at and not any(rule is None or fits(rule, report) for report in one.reports)
    ]
    return sorted(found, key=lambda one: one.changed_at)


def corrections(rules: Mapping[str, SignalRule], history: Sequence[Alert], facts: Facts, now: datetime) -> list[Alert]:
    """One correction for each signal that was reported, when articles it rests on no longer say it."""
    if not facts.changed:
        return []
    corrected = {alert.key for alert in history if alert.state == "corrected"}
    found = []
    for alert in history:
        if alert.kind != "signal" or alert.state != "firing" or alert.key in corrected:
            continue
        if now - alert.at > CORRECTED_WITHIN:
            continue
        if changed := no_longer_said(rules.get(alert.rule), alert, facts.changed):
            message = wording.correction(alert, changed)
            found.append(replace(alert, id=None, at=now, state="corrected", message=message, sent=None))
    return found
