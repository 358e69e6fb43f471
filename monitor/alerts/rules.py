"""Decides what is worth an alert: the rules, the alerts so far and the facts of now in; new alerts out.

    rules + alerts so far + facts -> findings (fires | does not | cannot be said) -> cool-down -> new alerts

Pure: `service.py` gathers the facts and stores what comes out. A level, a jump and a silence last: they fire once and
resolve when they are over. A signal and a price move have happened: they are reported once and do not resolve. When
articles that a signal rests on are edited and no longer say it, a correction follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.alerts import wording
from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule, SilenceRule
from monitor.models import Alert, FeedState, IndexPoint, Observation, Price
from monitor.stories import account

LASTING = ("level", "jump", "series", "silence")
FRESH_POINT = timedelta(hours=3)  # an older newest point says nothing of now
SPANS = 3  # a jump is outside every band from one to three times `within` ago
NEVER_ANSWERED = 5  # failures in a row of a feed that never answered
FRESH_PRICE = timedelta(days=5)  # an older price is no news
CORRECTED_WITHIN = timedelta(days=7)  # a later edit brings no correction of an alert any more


@dataclass(frozen=True, slots=True)
class Report:
    """One signal that one article reports, as far as alerts need it."""

    article_id: int
    story_id: int | None
    publisher: str  # the family
    at: datetime
    category: str
    severity: float  # signed: above 0 is escalation
    title: str
    link: str | None
    parts: tuple[str, ...] = ()
    confidence: float | None = None
    opening: str = ""  # the beginning of the summary, by which copies of one text are known

    @property
    def event(self) -> tuple[str, int]:
        """What makes two reports one event; an article without story stands for itself."""
        return ("story", self.story_id) if self.story_id is not None else ("article", self.article_id)


@dataclass(frozen=True, slots=True)
class EditedArticle:
    """An article whose words were changed after it was first read, and what it reports now."""

    article_id: int
    publisher: str
    edited_at: datetime
    title: str  # the newest
    # (category, signed severity, confidence) of every signal it has now
    reports: tuple[tuple[str, float, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment. Nothing in it is later than that moment."""

    points: Mapping[tuple[str, str], Sequence[IndexPoint]] = field(default_factory=dict)  # (grain, part): oldest first
    reports: Sequence[Report] = ()  # of at least the last day and the longest `within`
    prices: Mapping[str, Sequence[Price]] = field(default_factory=dict)  # series -> oldest first
    # series of a file -> its newest value; one that is stale is left out, as it says nothing of now
    values: Mapping[str, Observation] = field(default_factory=dict)
    merged: Mapping[int, int] = field(default_factory=dict)  # story -> the one that it turned out to be
    edited: Mapping[int, EditedArticle] = field(default_factory=dict)  # article -> what became of it
    feeds: Sequence[FeedState] = ()  # of the enabled feeds
    worker_seen: datetime | None = None  # when a round was last completed
    worker_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one thing that it watches. `fires` is None where it cannot be said: then nothing changes."""

    key: str
    fires: bool | None
    message: str = ""
    reports: tuple[Report, ...] = ()  # those listed below the message
    articles: tuple[int, ...] = ()


def decide(rules: Iterable[Rule], history: Iterable[Alert], facts: Facts, now: datetime) -> list[Alert]:
    """New alerts. `history` are the stored ones: the newest of every key, and all of the longest cool-down.

    What was stored last holds, also where its time is later than now: a clock that was set back reports nothing twice.
    """
    rules = list(rules)
    history = sorted(history, key=lambda alert: (alert.id is None, alert.id or 0))
    newest, fired = _newest(history, facts), {}
    for alert in history:
        if alert.state == "firing":
            fired[_cooling(alert.kind, alert.rule, alert.key)] = alert.at
    reported = {(alert.rule, article) for alert in history if alert.kind == "signal" for article in alert.articles}
    found: list[Alert] = []
    watched: set[str] = set()
    for rule in (rule for rule in rules if rule.enabled):
        for finding in findings(rule, facts, now):
            watched.add(finding.key)
            before = newest.get(finding.key)
            firing = before is not None and before.state == "firing"
            known = before is not None or any((rule.name, article) in reported for article in finding.articles)
            last = fired.get(_cooling(rule.kind, rule.name, finding.key))
            cooling = last is not None and abs(now - last) < rule.cool_down
            if finding.fires and not cooling and not firing and (rule.kind in LASTING or not known):
                found.append(_alert(rule.name, rule.kind, "firing", finding, now))
            elif finding.fires is False and firing:
                found.append(_alert(rule.name, rule.kind, "resolved", finding, now))
    for key, before in newest.items():
        if before.state == "firing" and before.kind in LASTING and key not in watched:
            over = Finding(key, False, wording.NO_LONGER_WATCHED)
            found.append(_alert(before.rule, before.kind, "resolved", over, now))
    return found + _corrections(rules, history, facts, now)


def _newest(history: Sequence[Alert], facts: Facts) -> dict[str, Alert]:
    """key -> the newest alert; one of a story that was merged stands under both stories."""
    newest: dict[str, Alert] = {}
    for alert in history:
        newest[alert.key] = alert
        if alert.kind == "signal":
            into = [facts.merged[story] for story in alert.stories if story in facts.merged]
            newest |= {_event_key(alert.rule, ("story", story)): alert for story in into}
    return newest


def _cooling(kind: str, rule: str, key: str) -> str:
    """What a cool-down holds back: more of the same, never something else that the same rule finds.

    The key, as in Alertmanager's groups; for a price, whose key holds the day, the rule, which has one series.
    """
    return rule if kind == "price" else key


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


def findings(rule: Rule, facts: Facts, now: datetime) -> list[Finding]:
    """What one rule says of everything it watches."""
    match rule:
        case LevelRule():
            return [_level(rule, facts, now)]
        case JumpRule():
            return [_jump(rule, facts, now)]
        case SignalRule():
            return _signal(rule, facts, now)
        case PriceRule():
            return _price(rule, facts, now)
        case SeriesRule():
            return [_series(rule, facts)]
        case SilenceRule(of="feeds"):
            return [_feed(rule, state, now) for state in facts.feeds if not rule.feeds or state.name in rule.feeds]
        case SilenceRule():
            return [_worker(rule, facts, now)]
    raise TypeError(f"no such rule: {rule!r}")


def _alert(rule: str, kind: str, state: str, finding: Finding, now: datetime) -> Alert:
    stories = tuple(dict.fromkeys(report.story_id for report in finding.reports if report.story_id is not None))
    message = "\n".join([finding.message, *(wording.listed_article(one.title, one.link) for one in finding.reports)])
    articles = finding.articles or tuple(dict.fromkeys(report.article_id for report in finding.reports))
    return Alert(None, rule, kind, now, state, message, finding.key, stories=stories, articles=articles)


# -- the index --------------------------------------------------------------------------------------------


def _points(rule: LevelRule | JumpRule, facts: Facts, now: datetime) -> list[IndexPoint]:
    """Points with numbers, up to now; a day only once it is over, since half a day says nothing of it."""
    whole = timedelta(days=1) if rule.grain == "day" else timedelta(0)
    known = facts.points.get((rule.grain, rule.part), ())
    return [point for point in known if getattr(point, rule.measure) is not None and point.at + whole <= now]


def _fresh(points: list[IndexPoint], rule: LevelRule | JumpRule, now: datetime) -> bool:
    return bool(points) and now - points[-1].at <= FRESH_POINT + (
        timedelta(days=1) if rule.grain == "day" else timedelta(0)
    )


def _level(rule: LevelRule, facts: Facts, now: datetime) -> Finding:
    """Not while provisional: a level against a built-in share says little of these sources."""
    points = _points(rule, facts, now)
    if not _fresh(points, rule, now) or points[-1].status != "ok":
        return Finding(rule.name, None)
    value = getattr(points[-1], rule.measure)
    fires = True if value >= rule.above else False if value < rule.below else None
    message = wording.level(rule, points[-1], over=fires is False)
    return Finding(rule.name, fires, message, _leading_reports(rule, facts, now) if fires else ())


def _jump(rule: JumpRule, facts: Facts, now: datetime) -> Finding:
    """Whether the newest band is outside every band from one to three times `within` ago.

    Against the one band a span ago alone, an index in which nothing happens left it in every second month of hourly
    looks (benchmarks/index.py); against three spans in one month of thirty or fewer.
    """
    points = _points(rule, facts, now)
    unsaid = Finding(rule.name, None)
    if not _fresh(points, rule, now):
        return unsaid
    last = points[-1]
    before = [point for point in points if last.at - SPANS * rule.within <= point.at <= last.at - rule.within]
    steps = (SPANS - 1) * rule.within / (timedelta(days=1) if rule.grain == "day" else timedelta(hours=1))
    if len(before) < max(1, steps / 2):
        return unsaid
    lows, highs = ([getattr(point, f"{rule.measure}_{end}") for point in [*before, last]] for end in ("low", "high"))
    if None in lows or None in highs:
        return unsaid
    up = rule.direction != "down" and lows[-1] > max(highs[:-1])
    down = rule.direction != "up" and highs[-1] < min(lows[:-1])
    message = wording.jump(rule, last, before[-1], moved="rose" if up else "fell" if down else None)
    return Finding(rule.name, up or down, message, _leading_reports(rule, facts, now) if up or down else ())


def _leading_reports(rule: LevelRule | JumpRule, facts: Facts, now: datetime, count: int = 3) -> tuple[Report, ...]:
    """One article of each of the leading stories behind the index: most publishers first, then the most severe."""
    toward: dict[str, Callable[[float], bool]] = {"tension": lambda one: one > 0, "relief": lambda one: one < 0}
    counts = toward.get(rule.measure, bool)
    events: dict[tuple[str, int], list[Report]] = {}
    for one in facts.reports:
        if now - timedelta(days=1) < one.at <= now and counts(one.severity) and rule.part in ("all", *one.parts):
            events.setdefault(one.event, []).append(one)
    ranked = sorted(
        events.values(),
        key=lambda found: (
            -len({*_owners(found).values()}),
            -max(abs(one.severity) for one in found),
            found[0].at,
        ),
    )
    return tuple(max(found, key=lambda one: abs(one.severity)) for found in ranked[:count])


# -- signals and their corrections ------------------------------------------------------------------------


def _fits(rule: SignalRule, category: str, severity: float, confidence: float | None = None) -> bool:
    """Whether one signal is of the sort that the rule asks for. Of a signal without a confidence it is not known
    whether it is sure enough.
    """
    return (
        (rule.direction == "either" or (severity > 0) == (rule.direction == "escalation"))
        and abs(severity) >= rule.severity
        and (not rule.categories or category in rule.categories)
        and (rule.confidence is None or (confidence is not None and confidence >= rule.confidence))
    )


def _signal(rule: SignalRule, facts: Facts, now: datetime) -> list[Finding]:
    """The stories that enough independent publishers report as severely as asked;
    each story once. Copies of one text are one report.
    """
    events: dict[tuple[str, int], list[Report]] = {}
    for one in facts.reports:
        if (
            _fits(rule, one.category, one.severity, one.confidence)
            and rule.part in ("all", *one.parts)
            and now - rule.within < one.at <= now
        ):
            events.setdefault(one.event, []).append(one)
    found = []
    for event, reports in events.items():
        if len({one.publisher for one in reports}) < rule.publishers:
            continue
        owners = _owners(reports)
        first: dict[str, Report] = {}
        for one in sorted(reports, key=lambda report: (report.at, report.article_id)):
            first.setdefault(owners[one.article_id], one)
        if len(first) >= rule.publishers:
            gravest = max(reports, key=lambda one: abs(one.severity))
            message = wording.signal(gravest.category, abs(gravest.severity), sorted(first))
            articles = tuple(dict.fromkeys(report.article_id for report in reports))
            found.append(Finding(_event_key(rule.name, event), True, message, tuple(first.values())[:5], articles))
    return found


def _owners(reports: Sequence[Report]) -> dict[int, str]:
    """article id -> the publisher that its text is counted for."""
    ordered = sorted({(one.at, one.article_id, one.publisher, one.title, one.opening) for one in reports})
    return account.owners(row[1:] for row in ordered)


def _event_key(rule: str, event: tuple[str, int]) -> str:
    """What makes two findings of a rule one and the same event."""
    return f"{rule}:{event[0]} {event[1]}"


def no_longer_said(rule: SignalRule | None, alert: Alert, edited: Mapping[int, EditedArticle]) -> list[EditedArticle]:
    """The articles behind an alert that were edited after it and no longer report what it rests on, oldest edit first.

    Without a rule, because it was taken out or because the index has no single signal: that no longer report any
    signal.
    """
    found = [edited[article] for article in alert.articles if article in edited]
    found = [
        one
        for one in found
        if one.edited_at > alert.at and not any(rule is None or _fits(rule, *said) for said in one.reports)
    ]
    return sorted(found, key=lambda one: one.edited_at)


def _corrections(rules: Sequence[Rule], history: Sequence[Alert], facts: Facts, now: datetime) -> list[Alert]:
    """One correction for each signal that was reported, when articles it rests on no longer say it."""
    if not facts.edited:
        return []
    by_name = {rule.name: rule for rule in rules if isinstance(rule, SignalRule)}
    corrected = {alert.key for alert in history if alert.state == "corrected"}
    found = []
    for alert in history:
        if alert.kind != "signal" or alert.state != "firing" or alert.key in corrected:
            continue
        if now - alert.at > CORRECTED_WITHIN:
            continue
        if changed := no_longer_said(by_name.get(alert.rule), alert, facts.edited):
            message = wording.correction(alert, [(one.publisher, one.title) for one in changed])
            found.append(
                Alert(
                    None,
                    alert.rule,
                    "signal",
                    now,
                    "corrected",
                    message,
                    alert.key,
                    stories=alert.stories,
                    articles=alert.articles,
                )
            )
    return found


# -- prices and silence -----------------------------------------------------------------------------------


def _price(rule: PriceRule, facts: Facts, now: datetime) -> list[Finding]:
    """The newest price against the finished close so long before its day, of the same source; once a trading day."""
    prices = [price for price in facts.prices.get(rule.series, ()) if (price.market_time or price.day) <= now]
    if not prices or now - prices[-1].day > FRESH_PRICE:
        return []
    last = prices[-1]
    before = [
        price for price in prices if price.final and price.source == last.source and price.day <= last.day - rule.within
    ]
    if not before or before[-1].close <= 0:
        return []
    percent = 100 * (last.close / before[-1].close - 1)
    wanted = {"up": percent, "down": -percent, "either": abs(percent)}[rule.direction]
    if wanted < rule.percent:
        return []
    return [Finding(f"{rule.name}:{last.day:%Y-%m-%d}", True, wording.price(rule.series, percent, last, before[-1]))]


def _series(rule: SeriesRule, facts: Facts) -> Finding:
    newest = facts.values.get(rule.series)
    if newest is None:
        return Finding(rule.name, None)
    up = rule.direction == "up"
    at, over = (
        (newest.value >= rule.above, newest.value < rule.below)
        if up
        else (newest.value <= rule.below, newest.value > rule.above)
    )
    fires = True if at else False if over else None
    return Finding(rule.name, fires, wording.series(rule, newest, over=over))


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
