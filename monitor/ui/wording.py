"""Says what the numbers mean, in plain words: pure functions from facts to sentences.

Every word shown for a category, a state or a level stands here once, so that screen, title and test agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import DEESCALATION, ESCALATION, IndexPoint

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
LEVELS = ((75, "Below normal"), (125, "Normal"), (200, "Elevated"), (400, "High"))
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


def trend(now: IndexPoint, before: IndexPoint | None) -> str:
    """Rising or falling only where the two 90 % intervals do not overlap; otherwise steady. Empty without an earlier number."""
    if before is None or None in (before.tension, before.tension_low, before.tension_high, now.tension_low, now.tension_high):
        return ""
    if now.tension_low > before.tension_high:
        return "rising"
    if now.tension_high < before.tension_low:
        return "falling"
    return "steady"


def status_line(now: IndexPoint | None, before: IndexPoint | None, told: Sequence[Told]) -> str:
    """One sentence: level, trend, and who tells what on both sides."""
    if now is None:
        return "No news polled yet."
    if now.tension is None:
        return f"Not enough news to say: {now.missing}." if now.missing else "Not enough news to say."
    words = [level(now.tension), trend(now, before)]
    head = " and ".join(word for word in words if word)
    if now.status == "provisional":
        head += " (provisional: measured against a built-in reference until there are 14 days of history)"
    up = _leading(told, ESCALATION)
    down = _leading(told, DEESCALATION)
    if up and down:
        return f"{head}; {up}; {down}."
    return f"{head}; {up or down}." if up or down else f"{head}; no signals in the last 24 hours."


def _leading(told: Sequence[Told], categories: tuple[str, ...]) -> str:
    ours = sorted((t for t in told if t.category in categories), key=lambda t: (-t.publishers, -t.articles, t.category))[:2]
    return ", ".join(f"{CATEGORY_WORDS[t.category]} reported by {t.publishers} publisher{'s' * (t.publishers != 1)}" for t in ours)


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
