"""Says in one sentence what a rule of feeds.yaml waits for, for the Alerts page and its file. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce

from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule, SilenceRule
from monitor.language import N_, _, n_, numeral
from monitor.models import PARTS
from monitor.ui.components.wording import commas, kinds, semicolons

MEASURE = {"tension": N_("tension"), "relief": N_("relief"), "attention": N_("attention")}
GRAIN = {"hour": N_("by the hour"), "day": N_("by the day")}
SIDES = {"escalation": N_("escalation"), "deescalation": N_("de-escalation"), "either": N_("either")}
UNITS = ((86_400, N_("{number} d")), (3_600, N_("{number} h")), (60, N_("{number} min")))
LEAVES = {
    "up": N_("{index} {grain}, with its whole 90 % band, is above every band from {first} to {last} ago"),
    "down": N_("{index} {grain}, with its whole 90 % band, is below every band from {first} to {last} ago"),
    "either": N_("{index} {grain}, with its whole 90 % band, is above or below every band from {first} to {last} ago"),
}
MOVES = {
    "up": N_("{series} rises by {percent} % or more within {span}"),
    "down": N_("{series} falls by {percent} % or more within {span}"),
    "either": N_("{series} moves by {percent} % or more within {span}"),
}
SAID = {"act": N_("done, not said"), "words": N_("said, not done")}


def span(length: timedelta) -> str:
    """`6 h`, `15 min`, `2 d`."""
    seconds = int(length.total_seconds())
    size, words = next((one for one in UNITS if seconds % one[0] == 0), UNITS[-1])
    return _(words, number=numeral(seconds / size, "g"))


def means(rule: Rule) -> str:
    """One sentence of what a rule waits for."""
    match rule:
        case LevelRule():
            return _(
                "{index} {grain} reaches {above}; over when it is under {below}", index=_index(rule),
                grain=_(GRAIN[rule.grain]), above=numeral(rule.above, "g"), below=numeral(rule.below, "g"),
            )  # fmt: skip
        case JumpRule():
            first, last = span(rule.within), span(3 * rule.within)
            return _(LEAVES[rule.direction], index=_index(rule), grain=_(GRAIN[rule.grain]), first=first, last=last)
        case SignalRule():
            return _signal(rule)
        case PriceRule():
            percent = numeral(rule.percent, "g")
            return _(MOVES[rule.direction], series=rule.series, percent=percent, span=span(rule.within))
        case SeriesRule():
            named = {"series": rule.series, "above": numeral(rule.above, "g"), "below": numeral(rule.below, "g")}
            if rule.direction == "up":
                return _("{series} reaches {above}; over when it is under {below}", **named)
            return _("{series} falls to {below}; over when it is over {above}", **named)
        case SilenceRule(of="worker"):
            return _("nobody has completed a round of polling for longer than {span}", span=span(rule.longer_than))
        case SilenceRule():
            longer = span(rule.longer_than)
            if rule.feeds:
                feeds = commas(rule.feeds)
                return _("{feeds} fails or brings nothing new for longer than {span}", feeds=feeds, span=longer)
            return _("any feed fails or brings nothing new for longer than {span}", span=longer)
    raise TypeError(f"no such rule: {rule!r}")


def _index(rule: LevelRule | JumpRule) -> str:
    measure = _(MEASURE[rule.measure])
    return measure if rule.part == "all" else _("{measure} of {part}", measure=measure, part=_(PARTS[rule.part]))


def _signal(rule: SignalRule) -> str:
    what = semicolons([kinds(rule.categories) or _(SIDES[rule.direction]), *_asked(rule)])
    filled = {"what": what, "severity": numeral(rule.severity, "g"), "span": span(rule.within)}
    if rule.together == "story":
        return n_(
            "{n} publisher reports one story ({what}) of severity {severity} or more within {span}",
            "{n} publishers report one story ({what}) of severity {severity} or more within {span}",
            rule.publishers,
            **filled,
        )
    return n_(
        "{n} publisher reports the same, in whatever story, ({what}) of severity {severity} or more within {span}",
        "{n} publishers report the same, in whatever story, ({what}) of severity {severity} or more within {span}",
        rule.publishers,
        **filled,
    )


def _asked(rule: SignalRule) -> list[str]:
    """What a rule on signals asks for besides a category, in words."""
    found = []
    if rule.part != "all":
        found.append(_("part {part}", part=_(PARTS[rule.part])))
    if rule.mode:
        found.append(_(SAID[rule.mode]))
    if rule.event:
        found.append(_("event {names}", names=_any(rule.event)))
    if rule.place:
        found.append(_("at {names}", names=_any([_(name) for name in rule.place])))
    if rule.actor:
        found.append(_("by or to {names}", names=_any(rule.actor)))
    if rule.words:
        found.append(_("says {words}", words=_any(rule.words)))
    if rule.confidence is not None:
        found.append(_("read with a confidence of {share} or more", share=numeral(rule.confidence, ".0%")))
    return found


def _any(names: Sequence[str]) -> str:
    return reduce(lambda first, other: _("{first} or {other}", first=first, other=other), names)
