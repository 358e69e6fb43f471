"""Direction and score of an entry from its signals, the title's weighing more (rule 12 of the codebook). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.models import Signal

TITLE, SUMMARY = 1.0, 0.5  # how much a signal counts for an entry's direction, by where it stands
CLEAR = 0.8  # share of one direction above which the other does not matter
TITLE_LEADS = 0.62  # share of the other direction up to which the title's own decides
# magnitude of the score of an entry with a direction: it shows that direction's sign, however unsure the signals are
LEAST = 0.01


def balance(signals: Sequence[Signal]) -> tuple[str, float]:
    """Direction and score: what escalates and what calms, summed.

    Of each category the gravest signal counts, by its confidence where it has one, in the summary by half. What the
    title puts first leads: the other sum counts the less, by TITLE_LEADS. The score is the difference of the two sums,
    positive for escalation, from -10 to 10; where neither sum is clearly the greater, and the title does not decide,
    the direction is "mixed".
    """
    if not signals:
        return "none", 0.0
    up, down = _sums(signals)
    title = next((signal.direction for signal in signals if signal.field == "title"), None)
    share = up / (up + down) if up + down else 0.5
    if title == "escalation":
        down *= (1 - TITLE_LEADS) / TITLE_LEADS
    elif title == "deescalation":
        up *= (1 - TITLE_LEADS) / TITLE_LEADS
    score = round(max(-10.0, min(10.0, up - down)), 2)
    if share >= CLEAR or (title == "escalation" and up > down):
        return "escalation", score
    if share <= 1 - CLEAR or (title == "deescalation" and down > up):
        return "deescalation", score
    return "mixed", score


def score(direction: str, signals: Sequence[Signal]) -> float:
    """The title-led sum of the signals, each category once by its confidence,
    whose sign is that of a direction decided before; -10 to 10.
    """
    up, down = _sums(signals)
    total = up - down
    if direction == "escalation":
        total = max(total if total > 0 else up, LEAST)
    elif direction == "deescalation":
        total = min(total if total < 0 else -down, -LEAST)
    return round(max(-10.0, min(10.0, total)), 2)


def _sums(signals: Sequence[Signal]) -> tuple[float, float]:
    """What escalates and what calms, both positive."""
    best: dict[str, float] = {}
    for signal in signals:
        sure = 1.0 if signal.confidence is None else signal.confidence
        counted = signal.severity * sure * (TITLE if signal.field == "title" else SUMMARY)
        best[signal.category] = max(best.get(signal.category, 0.0), counted, key=abs)
    return sum(x for x in best.values() if x > 0), -sum(x for x in best.values() if x < 0)
