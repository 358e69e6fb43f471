"""Says what the numbers mean, in plain words: pure functions from facts to sentences.

Every word shown for a category, a state or a level stands here once, so that screen, title and test agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.models import DEESCALATION, ESCALATION, FeedState, IndexPoint

CATEGORY_WORDS = {
    "attack": "strikes and clashes",
    "maritime": "incidents at sea",
    "threat": "threats",
    "mobilize": "military moves",
    "nuclear": "nuclear steps",
    "sanction": "sanctions",
    "rupture": "ruptures",
    "unrest": "unrest",
    "energy": "energy works hit",
    "talks": "talks",
    "accord": "accords",
    "ceasefire": "cease-fires",
    "concession": "concessions",
    "release": "releases",
    "withdrawal": "withdrawals",
    "relief": "relief",
    "appeal": "appeals for calm",
}
DIRECTION_WORDS = {"escalation": "▲ escalation", "deescalation": "▼ de-escalation", "mixed": "◆ mixed", "none": "· none"}
STATE_WORDS = {
    "new": "○ not asked yet",
    "well": "● well",
    "empty": "○ no items",
    "silent": "◐ silent",
    "failing": "✕ failing",
    "gone": "✕ gone (410)",
    "off": "– switched off",
}
STATE_MEANS = {
    "new": "its turn has not come yet",
    "well": "it answers, with entries",
    "empty": "it answers, as a feed without entries",
    "silent": "it answers, but has brought nothing new for much longer than it uses to",
    "failing": "its last answer was an error or none; it is asked again, less often",
    "gone": "it said that it is gone for good (410) and is not asked again",
    "off": "feeds.yaml says that it is not polled",
}
LEVELS = ((75, "Below normal"), (125, "Normal"), (200, "Elevated"), (400, "High"))
MODE_WORDS = {"act": "acts", "words": "words"}
LANGUAGES = {"en": "English", "fr": "French", "ar": "Arabic", "fa": "Persian", "he": "Hebrew (not tagged)"}


@dataclass(frozen=True, slots=True)
class Told:
    """A category as reported lately: by how many publishers, in how many articles."""

    category: str
    publishers: int
    articles: int


def level(tension: float) -> str:
    """100 is the reference window's own level."""
    return next((word for bound, word in LEVELS if tension < bound), "Very high")


def provisional(reference: tuple[date, date] | None) -> str:
    """What a provisional index is measured against; `reference` is the fixed window, if there is one."""
    if reference:
        return f"Provisional: the reference window {reference[0]} to {reference[1]} is not over, or held too little news to say what is normal."
    return "Provisional: measured against a built-in reference until there are 14 days of history."


def trend(now: IndexPoint, before: IndexPoint | None) -> str:
    """Rising or falling only where the two 90 % intervals do not overlap; otherwise steady. Empty without an earlier number."""
    if before is None or None in (before.tension, before.tension_low, before.tension_high, now.tension_low, now.tension_high):
        return ""
    if now.tension_low > before.tension_high:
        return "rising"
    if now.tension_high < before.tension_low:
        return "falling"
    return "steady"


def since_when(levels: Sequence[tuple[datetime, float | None]]) -> tuple[datetime, bool] | None:
    """(since when the level of the last number holds unbroken, whether it may have held before the first number known).

    `levels` are (time, tension), oldest first. None without a number at the end.
    """
    if not levels or levels[-1][1] is None:
        return None
    word, start = level(levels[-1][1]), len(levels) - 1
    while start and levels[start - 1][1] is not None and level(levels[start - 1][1]) == word:
        start -= 1
    return levels[start][0], start == 0


def status_line(now: IndexPoint | None, before: IndexPoint | None, told: Sequence[Told], since: str = "") -> tuple[str, str]:
    """(level, trend and since when; the reasons): `High since 14:00 and rising`, `strikes reported by 6 publishers; talks by 3.`

    `since` is such as "since 14:00", in the viewer's time.
    """
    if now is None:
        return "No news polled yet.", ""
    if now.tension is None:
        return "Not enough news to say", f"{now.missing}." if now.missing else ""
    head = " ".join(word for word in (level(now.tension), since) if word)
    if moving := trend(now, before):
        head += f", {moving} over 24 hours"
    sides = [words for categories in (ESCALATION, DEESCALATION) if (words := _leading(told, categories))]
    return head, "; ".join(sides) + "." if sides else "no signals in the last 24 hours."


def _leading(told: Sequence[Told], categories: tuple[str, ...]) -> str:
    ours = sorted((t for t in told if t.category in categories), key=lambda t: (-t.publishers, -t.articles, t.category))[:2]
    return ", ".join(
        f"{CATEGORY_WORDS[t.category]} {'by' if number else 'reported by'} {many(t.publishers, 'publisher')}" for number, t in enumerate(ours)
    )


def many(count: int, noun: str) -> str:
    """`1 publisher`, `2 publishers`, `3 stories`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


FRESH_FOR, STALE_FOR = timedelta(minutes=45), timedelta(hours=3)


def freshness(states: Sequence[FeedState], enabled: int, now: datetime) -> tuple[str, str, str]:
    """(sign, one word, the rest) of how far the news can be trusted to be complete, from the states of the enabled feeds."""
    answers = [state.last_success for state in states if state.last_success]
    failing = sum(state.state in ("failing", "gone") for state in states)
    if not enabled:
        return "○", "Not polling", "no feed is switched on."
    if not states:
        return "○", "Nothing asked yet", f"{many(enabled, 'feed')} configured."
    if failing == len(states):
        newest = f"the last news answer was {age(max(answers), now)}" if answers else "nothing was ever had"
        return "✕", "No feed answers", f"Is there a network? What is shown was stored before; {newest}."
    trouble = f", {failing} failing" if failing else ""
    waiting = f", {enabled - len(states)} not asked yet" if enabled > len(states) else ""
    if not answers:
        return "○", "No answer yet", f"from {many(len(states), 'feed')}{trouble}{waiting}."
    gap = now - max(answers)
    sign, word = ("●", "Fresh") if gap <= FRESH_FOR else ("◐", "Stale") if gap <= STALE_FOR else ("✕", "Silent")
    return sign, word, f"last answer {age(max(answers), now)}; {len(states) - failing} of {many(enabled, 'feed')} answer{trouble}{waiting}."


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: `5 min ago`. A time ahead of the clock says so; a missing one stays missing."""
    if then is None:
        return "never"
    gap = now - then
    if gap < timedelta(0):
        return "ahead of the clock"
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if gap >= (2 * length if unit != "min" else length):
            return f"{gap // length} {unit} ago"
    return "just now"
