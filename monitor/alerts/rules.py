"""Decides what is worth an alert: rules, what was told before and the facts of now in; new alerts with a named reason out.

    rules + history + facts -> findings (fires | clear | cannot be said) -> cool-down, told before -> alerts to store and send

Pure. Leaves gathering facts and storing to the round above, wording the message to dispatch.py and sending to notify.py.
A level, a jump and a silence last: they fire once and resolve when they are over. An event and a price move have happened: they
are told once and never resolve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.config import JumpRule, LevelRule, PriceRule, Rule, SignalRule, SilenceRule
from monitor.models import Alert, FeedState, IndexPoint, Price

REASONS = {
    "level": "the index is at or above a level",
    "jump": "the index left the bands of the days before",
    "grave signal": "several independent publishers tell a grave event",
    "price move": "a price moved by at least so much",
    "feed silence": "a feed is silent or failing",
    "worker silence": "nobody polls",
    "no longer watched": "the rule or feed was taken out of feeds.yaml",
}
LASTING = ("level", "jump", "feed silence", "worker silence")
FRESH = timedelta(hours=3)  # an older newest point says nothing of now
SPANS = 3  # a jump is outside every band from one to three spans ago
NEVER_ANSWERED = 5  # failures in a row of a feed that never answered
TRADED = timedelta(days=5)  # an older price is no news


@dataclass(frozen=True, slots=True)
class Sighting:
    """One signal in one article, as far as alerts need it."""

    article_id: int
    story_id: int | None
    publisher: str
    at: datetime
    category: str
    weight: float  # signed
    title: str
    link: str | None
    parts: tuple[str, ...] = ()

    @property
    def story(self) -> tuple[str, int]:
        """What makes two sightings one event; an article without story stands for itself."""
        return ("story", self.story_id) if self.story_id is not None else ("article", self.article_id)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment. Nothing in it is later than that moment."""

    points: Mapping[tuple[str, str], Sequence[IndexPoint]] = field(
        default_factory=dict
    )  # (grain, part) -> oldest first
    sightings: Sequence[Sighting] = ()  # of at least the last day and the longest `within`
    prices: Mapping[str, Sequence[Price]] = field(default_factory=dict)  # series -> oldest first
    merged: Mapping[int, int] = field(default_factory=dict)  # story -> the one that it turned out to be
    feeds: Sequence[FeedState] = ()  # of the enabled feeds
    worker_seen: datetime | None = None  # when a round was last completed
    worker_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one thing it watches. `fires` is None where it cannot be said: then nothing changes."""

    key: str
    fires: bool | None
    reason: str
    message: str = ""
    sightings: tuple[Sighting, ...] = ()


def decide(rules: Iterable[Rule], history: Iterable[Alert], facts: Facts, now: datetime) -> list[Alert]:
    """New alerts, firing and resolved. `history` are the stored ones: every key's newest and all of the longest cool-down.

    What was stored last holds, also where its time is later than now: a clock that was set back tells nothing twice.
    """
    told: dict[str, Alert] = {}
    fired: dict[str, datetime] = {}
    for alert in sorted(history, key=lambda alert: (alert.id is None, alert.id or 0)):
        told[alert.key] = alert
        if alert.reason == "grave signal":
            told |= {
                _event(alert.rule, ("story", facts.merged[story])): alert
                for story in alert.stories
                if story in facts.merged
            }
        if alert.state == "firing":
            fired[alert.rule] = alert.at
    found: list[Alert] = []
    watched: set[str] = set()
    for rule in (rule for rule in rules if rule.enabled):
        cooling = rule.name in fired and abs(now - fired[rule.name]) < rule.cool_down
        for finding in findings(rule, facts, now):
            watched.add(finding.key)
            before = told.get(finding.key)
            firing = before is not None and before.state == "firing"
            if finding.fires and not cooling and not firing and (before is None or finding.reason in LASTING):
                found.append(_alert(rule.name, "firing", finding, now))
            elif finding.fires is False and firing:
                found.append(_alert(rule.name, "resolved", finding, now))
    for key, before in told.items():
        if before.state == "firing" and before.reason in LASTING and key not in watched:
            over = Finding(key, False, "no longer watched", REASONS["no longer watched"])
            found.append(_alert(before.rule, "resolved", over, now))
    return found


def rehearse(
    rules: Sequence[Rule], facts_at: Callable[[datetime], Facts], since: datetime, until: datetime, step: timedelta
) -> list[Alert]:
    """What the rules would have told from `since` to `until`, looking every `step`; nothing is stored or sent."""
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
        case SilenceRule(of="feeds"):
            return [_feed(rule, state, now) for state in facts.feeds if not rule.feeds or state.name in rule.feeds]
        case SilenceRule():
            return [_worker(rule, facts, now)]
    raise TypeError(f"no such rule: {rule!r}")


def _alert(rule: str, state: str, finding: Finding, now: datetime) -> Alert:
    stories = tuple(dict.fromkeys(s.story_id for s in finding.sightings if s.story_id is not None))
    lines = [finding.message, *(f"- {_plain(s.title)}{f' {s.link}' if s.link else ''}" for s in finding.sightings)]
    return Alert(None, rule, finding.reason, now, state, "\n".join(lines), finding.key, stories=stories)


def _plain(title: str) -> str:
    return " ".join(title.split())[:200]


# -- the index --------------------------------------------------------------------------------------------


def _points(rule: LevelRule | JumpRule, facts: Facts, now: datetime) -> list[IndexPoint]:
    """Points with numbers, up to now; a day only once it is over, since half a day says nothing of it."""
    whole = timedelta(days=1) if rule.grain == "day" else timedelta(0)
    known = facts.points.get((rule.grain, rule.part), ())
    return [point for point in known if getattr(point, rule.measure) is not None and point.at + whole <= now]


def _fresh(points: list[IndexPoint], rule: LevelRule | JumpRule, now: datetime) -> bool:
    return bool(points) and now - points[-1].at <= FRESH + (timedelta(days=1) if rule.grain == "day" else timedelta(0))


def _band(point: IndexPoint, measure: str) -> str:
    low, high = getattr(point, f"{measure}_low"), getattr(point, f"{measure}_high")
    band = f" ({low:.0f} to {high:.0f})" if low is not None and high is not None else ""
    return f"{getattr(point, measure):.0f}{band}"


def _of(rule: LevelRule | JumpRule) -> str:
    return rule.measure if rule.part == "all" else f"{rule.measure}, {rule.part}"


def _level(rule: LevelRule, facts: Facts, now: datetime) -> Finding:
    """Not while provisional: a level against a built-in share says little of these sources."""
    points = _points(rule, facts, now)
    if not _fresh(points, rule, now) or points[-1].status != "ok":
        return Finding(rule.name, None, "level")
    last, value = points[-1], getattr(points[-1], rule.measure)
    fires = True if value >= rule.above else False if value < rule.below else None
    bound = f"under {rule.below:g}" if fires is False else f"at or above {rule.above:g}"
    message = f"{_of(rule)}: {_band(last, rule.measure)} at {last.at:%Y-%m-%d %H:%M} UTC, {bound}"
    return Finding(rule.name, fires, "level", message, _gravest(rule, facts, now) if fires else ())


def _jump(rule: JumpRule, facts: Facts, now: datetime) -> Finding:
    """Outside every band from one to three spans ago.

    Against the one band a span ago alone, an index in which nothing happens left it in every second month of hourly looks
    (benchmarks/index.py); against three spans in one month of thirty or fewer.
    """
    points = _points(rule, facts, now)
    reason = Finding(rule.name, None, "jump")
    if not _fresh(points, rule, now):
        return reason
    last = points[-1]
    before = [point for point in points if last.at - SPANS * rule.within <= point.at <= last.at - rule.within]
    steps = (SPANS - 1) * rule.within / (timedelta(days=1) if rule.grain == "day" else timedelta(hours=1))
    if len(before) < max(1, steps / 2):
        return reason
    lows, highs = ([getattr(point, f"{rule.measure}_{end}") for point in [*before, last]] for end in ("low", "high"))
    if None in lows or None in highs:
        return reason
    up = rule.direction != "down" and lows[-1] > max(highs[:-1])
    down = rule.direction != "up" and highs[-1] < min(lows[:-1])
    past = before[-1]
    words = "rose" if up else "fell" if down else "is back within what it was"
    message = f"{_of(rule)} {words}: {_band(last, rule.measure)} at {last.at:%Y-%m-%d %H:%M} UTC, after {_band(past, rule.measure)} at {past.at:%m-%d %H:%M}"
    return Finding(rule.name, up or down, "jump", message, _gravest(rule, facts, now) if up or down else ())


def _gravest(rule: LevelRule | JumpRule, facts: Facts, now: datetime, count: int = 3) -> tuple[Sighting, ...]:
    """One article of each of the stories behind a reading: told by most publishers first, then the gravest."""
    sign = 1 if rule.measure == "tension" else -1
    stories: dict[tuple[str, int], list[Sighting]] = {}
    for one in facts.sightings:
        if now - timedelta(days=1) < one.at <= now and one.weight * sign > 0 and rule.part in ("all", *one.parts):
            stories.setdefault(one.story, []).append(one)
    ranked = sorted(
        stories.values(),
        key=lambda told: (-len({s.publisher for s in told}), -max(abs(s.weight) for s in told), told[0].at),
    )
    return tuple(max(told, key=lambda s: abs(s.weight)) for told in ranked[:count])


# -- events, prices, silence ------------------------------------------------------------------------------


def _signal(rule: SignalRule, facts: Facts, now: datetime) -> list[Finding]:
    """A story that enough publisher families tell as gravely as asked; each story once."""
    stories: dict[tuple[str, int], list[Sighting]] = {}
    for one in facts.sightings:
        fits = rule.direction == "either" or (one.weight > 0) == (rule.direction == "escalation")
        fits = fits and abs(one.weight) >= rule.weight and (not rule.categories or one.category in rule.categories)
        if fits and rule.part in ("all", *one.parts) and now - rule.within < one.at <= now:
            stories.setdefault(one.story, []).append(one)
    found = []
    for story, told in stories.items():
        first: dict[str, Sighting] = {}
        for one in sorted(told, key=lambda s: s.at):
            first.setdefault(one.publisher, one)
        if len(first) >= rule.publishers:
            names = ", ".join(sorted(first))
            message = f"{told[0].category}, weight {max(abs(s.weight) for s in told):g}, told by {len(first)}: {names}"
            found.append(Finding(_event(rule.name, story), True, "grave signal", message, tuple(first.values())[:5]))
    return found


def _event(rule: str, story: tuple[str, int]) -> str:
    """What makes two findings of a rule one and the same event."""
    return f"{rule}:{story[0]} {story[1]}"


def _price(rule: PriceRule, facts: Facts, now: datetime) -> list[Finding]:
    """The newest price against the finished close so long before its day, of the same source; once a trading day."""
    prices = [price for price in facts.prices.get(rule.series, ()) if (price.market_time or price.day) <= now]
    if not prices or now - prices[-1].day > TRADED:
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
    state = "close" if last.final else "price so far"
    message = f"{rule.series} {percent:+.1f} %: {state} of {last.day:%Y-%m-%d} {last.close:.2f} {last.unit}, after {before[-1].close:.2f} on {before[-1].day:%Y-%m-%d}"
    return [Finding(f"{rule.name}:{last.day:%Y-%m-%d}", True, "price move", f"{message} ({last.source}, {last.kind})")]


def _feed(rule: SilenceRule, state: FeedState, now: datetime) -> Finding:
    """Silent by the time when it was last asked: after a night without power no feed is to blame before it had its turn."""
    asked = state.last_polled or now
    key, reason = f"{rule.name}:{state.name}", "feed silence"
    if state.last_success is None:
        fires = True if state.failures >= NEVER_ANSWERED else None
        return Finding(key, fires, reason, f"{state.name}: never answered: {state.error or 'no reason known'}")
    if state.failures and asked - state.last_success > rule.longer_than:
        return Finding(
            key,
            True,
            reason,
            f"{state.name}: fails since {state.last_success:%Y-%m-%d %H:%M} UTC: {state.error or 'no reason known'}",
        )
    if state.last_new is not None and asked - state.last_new > rule.longer_than:
        return Finding(key, True, reason, f"{state.name}: nothing new since {state.last_new:%Y-%m-%d %H:%M} UTC")
    return Finding(key, False, reason, f"{state.name}: answers with news again")


def _worker(rule: SilenceRule, facts: Facts, now: datetime) -> Finding:
    reason = "worker silence"
    if facts.worker_seen is None:
        return Finding(rule.name, None, reason)
    quiet = now - facts.worker_seen > rule.longer_than
    fault = f": {facts.worker_fault}" if facts.worker_fault else ""
    message = f"no round since {facts.worker_seen:%Y-%m-%d %H:%M} UTC{fault}" if quiet else "rounds are completed again"
    return Finding(rule.name, quiet, reason, message)
