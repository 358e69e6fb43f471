"""Says in one sentence what a rule of feeds.yaml waits for, for the Alerts page and its file. Pure."""

from __future__ import annotations

from datetime import timedelta

from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule, SilenceRule
from monitor.models import PARTS
from monitor.ui.components.wording import CATEGORY_WORDS, many


def span(length: timedelta) -> str:
    """`6 h`, `15 min`, `2 d`."""
    seconds = int(length.total_seconds())
    size, unit = next(
        ((size, unit) for size, unit in ((86_400, "d"), (3_600, "h")) if seconds % size == 0), (60, "min")
    )
    return f"{seconds / size:g} {unit}"


def means(rule: Rule) -> str:
    """One sentence of what a rule waits for."""
    match rule:
        case LevelRule():
            where = "" if rule.part == "all" else f" of {PARTS[rule.part]}"
            return (
                f"{rule.measure}{where} by the {rule.grain} reaches {rule.above:g}; "
                f"over when it is under {rule.below:g}"
            )
        case JumpRule():
            where = "" if rule.part == "all" else f" of {PARTS[rule.part]}"
            way = {"up": "above", "down": "below", "either": "above or below"}[rule.direction]
            return (
                f"{rule.measure}{where} by the {rule.grain}, with its whole 90 % band, is {way} every band from "
                f"{span(rule.within)} to {span(3 * rule.within)} ago"
            )
        case SignalRule():
            what = ", ".join(CATEGORY_WORDS[one] for one in rule.categories) or {"deescalation": "de-escalation"}.get(
                rule.direction, rule.direction
            )
            one = "one story" if rule.together == "story" else "the same, in whatever story,"
            return (
                f"{many(rule.publishers, 'publisher')} {'reports' if rule.publishers == 1 else 'report'} {one} "
                f"({'; '.join([what, *_asked(rule)])}) of severity {rule.severity:g} or more within {span(rule.within)}"
            )
        case PriceRule():
            way = {"up": "rises", "down": "falls", "either": "moves"}[rule.direction]
            return f"{rule.series} {way} by {rule.percent:g} % or more within {span(rule.within)}"
        case SeriesRule(direction="up"):
            return f"{rule.series} reaches {rule.above:g}; over when it is under {rule.below:g}"
        case SeriesRule():
            return f"{rule.series} falls to {rule.below:g}; over when it is over {rule.above:g}"
        case SilenceRule(of="worker"):
            return f"nobody has completed a round of polling for longer than {span(rule.longer_than)}"
        case SilenceRule():
            which = ", ".join(rule.feeds) or "any feed"
            return f"{which} fails or brings nothing new for longer than {span(rule.longer_than)}"
    raise TypeError(f"no such rule: {rule!r}")


def _asked(rule: SignalRule) -> list[str]:
    """What a rule on signals asks for besides a category, in words."""
    found = []
    if rule.part != "all":
        found.append(f"part {PARTS[rule.part]}")
    if rule.mode:
        found.append({"act": "done, not said", "words": "said, not done"}[rule.mode])
    for label, names in (("event", rule.event), ("at", rule.place), ("by or to", rule.actor), ("says", rule.words)):
        if names:
            found.append(f"{label} {' or '.join(names)}")
    if rule.confidence is not None:
        found.append(f"read with a confidence of {rule.confidence:.0%} or more")
    return found
