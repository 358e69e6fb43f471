"""Weighs what phrases and network say of an entry, and says how sure it is: which categories are meant, and which way
the entry points.

    candidates (phrases) + network's outputs -> named features -> logistic models -> probabilities, with the points
        behind each

Both models are logistic regressions whose weights stand in judge.yaml, fitted by `python -m monitor.reader.fit_judge`
on labelled entries of which the network had not seen the month. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from monitor.language import N_
from monitor.models import CATEGORIES, ESCALATION
from monitor.reader.network import DIRECTIONS, Seen
from monitor.reader.spans import Span
from monitor.tagging.candidates import Candidate

FILE = Path(__file__).with_name("judge.yaml")
INDEX = {category: n for n, category in enumerate(CATEGORIES)}
SEEN = (
    0.02  # a category that the network gives less, and the phrases not at all, is not judged: its probability is zero
)
CLOSE = 0.25  # probability from which the next direction is named
FLOOR = 1e-4  # probabilities are kept this far from 0 and 1 before their logit is taken
Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """One category of one entry: how probable it is that a reader of the codebook finds it there, and why."""

    category: str
    confidence: float  # 0..1
    points: tuple[tuple[str, float], ...]  # what spoke for it (> 0) and against it, in logits, the largest first


@dataclass(frozen=True, slots=True)
class Weights:
    """The two models and their thresholds, as judge.yaml holds them."""

    version: str
    category: Features
    direction: dict[str, Features]  # for each direction the weight of each feature
    threshold: float  # confidence from which a category is a signal
    margins: dict[str, float]  # logits that each direction has to lead by

    @classmethod
    def load(cls, file: Path = FILE) -> Weights:
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
        return cls(table["version"], table["category"], table["direction"], table["threshold"], table["margins"])


def logit(p: float) -> float:
    p = min(max(p, FLOOR), 1 - FLOOR)
    return math.log(p / (1 - p))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


# -- categories -------------------------------------------------------------------------------------------


def category_features(category: str, candidates: Sequence[Candidate], seen: Seen, lang: str) -> Features:
    """What speaks for and against one category, by name; a name that is absent counts as zero."""
    own = [each for each in candidates if each.category == category]
    counted = [each for each in own if each.suppressed is None]
    escalates = category in ESCALATION
    meant = float(seen.meant[INDEX[category]])
    said = logit(meant)
    toward = math.log(max(float(seen.direction[1 if escalates else 2]), FLOOR))
    toward -= math.log(max(float(seen.direction[0]), FLOOR))
    span = seen.spans.get(category)
    features = {
        f"category {category}": 1.0,
        "network": said,
        f"network {category}": said,
        "network: direction": toward,
        f"network: direction {category}": toward,
        "network: categories before it": int((seen.meant > meant).sum()) / 4,
        "network: its words": span.score if span else 0.0,
    }
    if any(each.suppressed is None and each.category != category for each in candidates):
        features["phrases: another category"] = 1.0
    if (
        not counted
        and span is not None
        and any(_opposed(each, escalates) and _share(each, span) for each in candidates)
    ):
        features |= {"network: its words state the opposite in a phrase": 1.0, "opposite and network": said}
    best = max(counted, key=lambda each: (each.in_title, each.severity), default=None)
    if best is not None:
        features |= {
            "phrase": 1.0,
            f"phrase {category}": 1.0,
            f"phrase, {lang}": 1.0,
            f"type {best.event}": 1.0,
            "phrase and network": said,
            "phrase and direction": toward,
            "phrases: how many": min(len(counted), 3) / 3,
            "phrase: only in the summary": float(not any(each.in_title for each in counted)),
            "phrase: an act": float(best.mode == "act"),
            "phrase: turned by words around": float(best.stated != best.event),
            "phrase: in a question": float(best.question),
            "phrase: under a condition": float(best.condition),
            "phrase: background": float(best.background),
            "phrase: quoted": float(best.quoted),
            f"phrase: tied by {best.tie or 'nothing'}": 1.0,
            f"phrase: tied to {best.ties or 'nothing'}": 1.0,
        }
    elif own:
        first = max(own, key=lambda each: each.in_title)
        features |= {
            "suppressed": 1.0,
            f"suppressed by {kind(first.suppressed)}": 1.0,
            "suppressed and network": said,
            "suppressed in the title": float(first.in_title),
        }
    return features


def _opposed(candidate: Candidate, escalates: bool) -> bool:
    return candidate.suppressed is None and (candidate.category in ESCALATION) != escalates


def _share(candidate: Candidate, span: Span) -> bool:
    """Whether a phrase and the network point at the same words:
    in "hands back seized tanker" both see "seized tanker".
    """
    return candidate.field == span.field and candidate.start < span.end and span.start < candidate.end


def kind(reason: str | None) -> str:
    """negation: did not -> negation."""
    return (reason or "").split(":")[0]


def judged(candidates: Sequence[Candidate], seen: Seen, lang: str, weights: Weights) -> dict[str, Judged]:
    """Every category that either witness names, with its confidence."""
    named = {each.category for each in candidates} | {
        c for c, p in zip(CATEGORIES, seen.meant, strict=True) if p >= SEEN
    }
    found = {}
    for category in (c for c in CATEGORIES if c in named):
        features = category_features(category, candidates, seen, lang)
        points = [(name, value * weights.category.get(name, 0.0)) for name, value in features.items()]
        total = sum(point for _, point in points)
        points = tuple(sorted(((n, p) for n, p in points if abs(p) >= 0.05), key=lambda each: -abs(each[1])))
        found[category] = Judged(category, sigmoid(total), points)
    return found


# features that tell of this entry, in words
CIRCUMSTANCES = {
    "phrase: only in the summary": N_("only in the summary"),
    "phrase: an act": N_("an act"),
    "phrase: turned by words around": N_("turned by words around it"),
    "phrase: in a question": N_("in a question"),
    "phrase: under a condition": N_("under a condition"),
    "phrase: background": N_("background"),
    "phrase: quoted": N_("quoted"),
    "phrase: tied by clause": N_("a name in its clause"),
    "phrase: tied by sentence": N_("a name in its sentence"),
    "phrase: tied by entry": N_("a name only elsewhere in the entry"),
    "phrase: tied by nothing": N_("no name"),
    "phrase: tied to core": N_("a name of the theatre"),
    "phrase: tied to acting": N_("the name of an outside power"),
    "phrase: tied to elsewhere": N_("a name from elsewhere"),
    "phrases: another category": N_("phrases state another category"),
    "suppressed in the title": N_("suppressed in the title"),
    "network: its words state the opposite in a phrase": N_("the network's words state the opposite"),
}
MOST_WHY = 3  # circumstances that are named
LEAST_WHY = 0.2  # logits; a circumstance that says less is not named
WHY_CHARS = 300


def in_words(found: Judged, candidates: Sequence[Candidate], seen: Seen) -> str:
    """Why a category is a signal, for people: `phrase ship.seize; network 0.91; only in the summary -0.4`.

    First what each witness says, then the circumstances that weighed most, in logits: above zero for it, below against
    it.
    """
    own = [each for each in candidates if each.category == found.category]
    counted = [each for each in own if each.suppressed is None]
    if counted:
        said = f"phrase {max(counted, key=lambda each: (each.in_title, each.severity)).event}"
    elif own:
        first = max(own, key=lambda each: each.in_title)
        said = f"phrase {first.event}, suppressed by {kind(first.suppressed)}"
    else:
        said = "no phrase"
    parts = [said, f"network {float(seen.meant[INDEX[found.category]]):.2f}"]
    telling = [
        (CIRCUMSTANCES[n], points) for n, points in found.points if n in CIRCUMSTANCES and abs(points) >= LEAST_WHY
    ]
    parts += [f"{words} {points:+.1f}" for words, points in telling[:MOST_WHY]]
    return "; ".join(parts)[:WHY_CHARS]


# -- direction --------------------------------------------------------------------------------------------


def direction_features(found: Iterable[Judged], candidates: Sequence[Candidate], seen: Seen, phrases: str) -> Features:
    """What speaks for each direction. `phrases` is the direction that the phrases alone give."""
    sure = {True: [FLOOR], False: [FLOOR]}
    for each in found:
        sure[each.category in ESCALATION].append(each.confidence)
    title = {True: 0.0, False: 0.0}
    for each in candidates:
        if each.suppressed is None and each.in_title:
            escalates = each.category in ESCALATION
            title[escalates] = max(title[escalates], each.severity / 10)
    features = {"constant": 1.0, f"phrases: {phrases}": 1.0}
    features |= {
        f"network: {name}": math.log(max(float(p), FLOOR)) for name, p in zip(DIRECTIONS, seen.direction, strict=True)
    }
    for escalates, name in ((True, "escalation"), (False, "deescalation")):
        features[f"any category of {name}"] = logit(1 - math.prod(1 - p for p in sure[escalates]))
        features[f"surest category of {name}"] = logit(max(sure[escalates]))
        features[f"title's {name}"] = title[escalates]
        named = [c for c in seen.spans if (c in ESCALATION) == escalates]
        surest = max(named, key=lambda c: float(seen.meant[INDEX[c]]), default=None)
        if surest is not None and any(
            _opposed(each, escalates) and _share(each, seen.spans[surest]) for each in candidates
        ):
            features[f"network: its words of {name} state the opposite in a phrase"] = 1.0
    return features


def directed(features: Features, weights: Weights) -> dict[str, float]:
    """The probability of each direction."""
    totals = {
        name: sum(value * weights.direction[name].get(feature, 0.0) for feature, value in features.items())
        for name in DIRECTIONS
    }
    top = max(totals.values())
    shares = {name: math.exp(total - top) for name, total in totals.items()}
    whole = sum(shares.values())
    return {name: share / whole for name, share in shares.items()}


# -- the decision -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    direction: str
    confidence: float  # of the direction
    runner_up: tuple[str, float] | None  # the next direction, where it is close
    categories: tuple[str, ...]  # those that become signals, surest first


def decide(found: dict[str, Judged], shares: dict[str, float], weights: Weights) -> Decision:
    """The direction of most weight and the categories that are sure enough; the two never contradict each other.

    An entry without direction has no signals; one with a direction has at least its surest category of that direction.
    """
    lead = {name: math.log(max(share, FLOOR)) - weights.margins.get(name, 0.0) for name, share in shares.items()}
    order = sorted(lead, key=lambda name: -lead[name])
    ranked = sorted(found.values(), key=lambda each: -each.confidence)
    for direction in order:
        if direction == "none":
            chosen: list[str] = []
            break
        chosen = [each.category for each in ranked if each.confidence >= weights.threshold]
        needed = [True, False] if direction == "mixed" else [direction == "escalation"]
        for escalates in needed:
            if not any((category in ESCALATION) == escalates for category in chosen):
                best = next((each for each in ranked if (each.category in ESCALATION) == escalates), None)
                if best is None:
                    break
                chosen.append(best.category)
        else:
            break
    second = next((name for name in order if name != direction), None)
    close = (second, shares[second]) if second and shares[second] >= CLOSE else None
    return Decision(direction, shares[direction], close, tuple(chosen))
