"""Rules on the index: a level that it reaches, and a jump out of the bands of the days before."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from monitor.alerts import wording
from monitor.alerts.facts import Facts, Finding, Report
from monitor.config.alerting import JumpRule, LevelRule
from monitor.models import IndexPoint

FRESH_POINT = timedelta(hours=3)  # an older newest point says nothing of now
SPANS = 3  # a jump is outside every band from one to three times `within` ago
REASONS = 3  # stories named below a message


def look_back(rule: LevelRule | JumpRule) -> timedelta:
    """How far back the points go that a rule looks at; some days more, for days without numbers."""
    return (rule.within if isinstance(rule, JumpRule) else timedelta(0)) * SPANS + timedelta(days=3)


def _points(rule: LevelRule | JumpRule, facts: Facts, now: datetime) -> list[IndexPoint]:
    """Points with numbers, up to now; a day only once it is over, since half a day says nothing of it."""
    whole = timedelta(days=1) if rule.grain == "day" else timedelta(0)
    known = facts.points.get((rule.grain, rule.part), ())
    return [point for point in known if getattr(point, rule.measure) is not None and point.at + whole <= now]


def _fresh(points: list[IndexPoint], rule: LevelRule | JumpRule, now: datetime) -> bool:
    return bool(points) and now - points[-1].at <= FRESH_POINT + (
        timedelta(days=1) if rule.grain == "day" else timedelta(0)
    )


def level(rule: LevelRule, facts: Facts, now: datetime) -> Finding:
    """Not while provisional: a level against a built-in share says little of these sources."""
    points = _points(rule, facts, now)
    if not _fresh(points, rule, now) or points[-1].status != "ok":
        return Finding(rule.name, None)
    value = getattr(points[-1], rule.measure)
    fires = True if value >= rule.above else False if value < rule.below else None
    message = wording.level(rule, points[-1], over=fires is False)
    return Finding(rule.name, fires, message, reasons=partial(_reasons, rule, facts, points[-1], None))


def jump(rule: JumpRule, facts: Facts, now: datetime) -> Finding:
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
    return Finding(rule.name, up or down, message, reasons=partial(_reasons, rule, facts, last, before[-1]))


def _reasons(
    rule: LevelRule | JumpRule, facts: Facts, last: IndexPoint, before: IndexPoint | None
) -> tuple[Report, ...]:
    """One report of each of the stories that added most to the measure, or to its change."""
    if facts.raised is None:
        return ()
    return tuple(facts.raised(rule.measure, rule.part, last.at, before.at if before else None)[:REASONS])
