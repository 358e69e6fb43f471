"""The sentences of alerts, in plain words and plain text. Pure; titles of articles are never taken for markup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts.facts import ChangedArticle
from monitor.config.alerting import JumpRule, LevelRule, SeriesRule
from monitor.models import PARTS, Alert, FeedState, IndexPoint, Observation, Price

NO_LONGER_WATCHED = "the rule, or what it watched, was taken out of feeds.yaml"
ROUNDS_AGAIN = "rounds of polling are completed again"
MAX_NAMED = 8  # publishers in one sentence
EVENT_WORDS = {
    "attack": "an attack",
    "maritime": "an incident at sea",
    "threat": "a threat",
    "mobilize": "a military move",
    "nuclear": "a nuclear step",
    "sanction": "sanctions",
    "rupture": "a diplomatic rupture",
    "unrest": "unrest",
    "energy": "a hit on energy works",
    "talks": "talks",
    "accord": "an accord",
    "ceasefire": "a cease-fire",
    "concession": "a concession",
    "release": "a release",
    "withdrawal": "a withdrawal",
    "sanctions_relief": "relief from sanctions",
    "appeal": "an appeal for calm",
}


def many(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def plain(title: str) -> str:
    """One line of at most 200 characters."""
    return " ".join(title.split())[:200]


def listed_article(title: str, link: str | None) -> str:
    return f"- {plain(title)}{f' {link}' if link else ''}"


def signal(category: str, severity: float, publishers: Sequence[str]) -> str:
    """`3 publishers report an attack (severity 9): AFP, AP, Reuters`"""
    event = EVENT_WORDS.get(category, category.replace("_", " "))
    verb = "reports" if len(publishers) == 1 else "report"
    left = f" and {len(publishers) - MAX_NAMED} more" if len(publishers) > MAX_NAMED else ""
    names = ", ".join(publishers[:MAX_NAMED])
    return f"{many(len(publishers), 'publisher')} {verb} {event} (severity {severity:g}): {names}{left}"


def correction(alert: Alert, changed: Sequence[ChangedArticle]) -> str:
    """What became of an alert whose articles were edited or corrected."""
    first = alert.message.partition("\n")[0]
    head = (
        f"Since corrected: {len(changed)} of the {many(len(alert.articles), 'article')} behind this "
        f"alert of {utc(alert.at)} {no_longer(changed)}. The alert was: {first}"
    )
    named = (f"- {one.publisher}: {plain(one.title)}{BY[one.by]}" for one in changed[:5])
    return "\n".join([head, *named])


BY = {"publisher": "", "person": " (its reading was corrected here)"}


def no_longer(changed: Sequence[ChangedArticle]) -> str:
    """`was edited and no longer says so`"""
    one = len(changed) == 1
    by = {article.by for article in changed}
    how = "edited" if by == {"publisher"} else "corrected here" if by == {"person"} else "edited or corrected here"
    return f"{'was' if one else 'were'} {how} and no longer {'says' if one else 'say'} so"


def _measure(rule: LevelRule | JumpRule) -> str:
    name = rule.measure.capitalize()
    return name if rule.part == "all" else f"{name} ({PARTS[rule.part]})"


def _band(point: IndexPoint, measure: str) -> str:
    low, high = getattr(point, f"{measure}_low"), getattr(point, f"{measure}_high")
    band = f" (90 % band {low:.0f} to {high:.0f})" if low is not None and high is not None else ""
    return f"{getattr(point, measure):.0f}{band}"


def level(rule: LevelRule, point: IndexPoint, *, over: bool) -> str:
    bound = f"under {rule.below:g}" if over else f"at or above {rule.above:g}"
    return f"{_measure(rule)} is {_band(point, rule.measure)} at {utc(point.at)}, {bound}"


def jump(rule: JumpRule, last: IndexPoint, before: IndexPoint, *, moved: str | None) -> str:
    """`moved` is rose or fell; None when the index is back among the values of before."""
    past = f"{_band(before, rule.measure)} at {utc(before.at)}"
    if moved is None:
        return f"{_measure(rule)} no longer stands out: {_band(last, rule.measure)} at {utc(last.at)}, {past}"
    return f"{_measure(rule)} {moved} to {_band(last, rule.measure)} at {utc(last.at)}, from {past}"


def price(series: str, percent: float, last: Price, before: Price) -> str:
    way = "rose" if percent > 0 else "fell"
    state = "at the close of" if last.final else "so far on"
    return (
        f"{series} {way} by {abs(percent):.1f} %: {last.close:.2f} {last.unit} {state} {last.day:%Y-%m-%d}, "
        f"after {before.close:.2f} on {before.day:%Y-%m-%d} ({last.source}, {last.kind})"
    )


def series(rule: SeriesRule, newest: Observation, *, over: bool) -> str:
    """`Hormuz transits is 4 ships a day on 2026-03-04, at or below 20`"""
    bounds = {
        ("up", False): f"at or above {rule.above:g}", ("up", True): f"under {rule.below:g}",
        ("down", False): f"at or below {rule.below:g}", ("down", True): f"over {rule.above:g}",
    }  # fmt: skip
    said = f"{rule.series} is {newest.value:,g} {newest.unit} on {newest.day:%Y-%m-%d}"
    return f"{said}, {bounds[rule.direction, over]} (known since {utc(newest.vintage)})"


def never_answered(state: FeedState) -> str:
    return f"{state.name} has never answered: {state.error or 'no reason known'}"


def fails(state: FeedState, since: datetime) -> str:
    return f"{state.name} has failed since {utc(since)}: {state.error or 'no reason known'}"


def nothing_new(state: FeedState, since: datetime) -> str:
    return f"{state.name} has brought nothing new since {utc(since)}"


def no_round(since: datetime, fault: str | None) -> str:
    return f"no round of polling was completed since {utc(since)}{f': {fault}' if fault else ''}"
