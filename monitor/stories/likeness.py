"""How alike two articles are: the probability that both report one event, from meaning, words, facts and time.

    sketches of two -> signs for and against (SIGNS) -> weights of likeness.yaml -> probability

A pure function of the two and of nothing else that was read, so that the order of arrival cannot matter. The weights
are fitted to events grouped by hand (`python -m monitor.stories.fit`). Everything is counted for many pairs at once,
in whole numbers as far as they are added up, so that a likeness is the same in whatever company it is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.config import document
from monitor.models import VECTOR
from monitor.stories.features import CLASSES, LIVE, MEANT, SKETCH, TOPICAL

FILE = Path(__file__).with_name("likeness.yaml")
SPAN = timedelta(hours=36)  # further apart, two articles are two stories
SAME_TEXT = 0.62  # of title and words alone: a wire copied or slightly edited
SERIES = timedelta(hours=6)  # so far apart, two texts that differ in a number are two of a series: day six, day seven
ELSEWHERE = 0.1  # factor where both name narrow places and none in common
SAME = 0.97  # how likely two copies of one text report one event

_SPAN, _SERIES = SPAN.total_seconds(), SERIES.total_seconds()
_RARITY = np.array([((low + min(high, 1.0)) / 2) ** 2 for low, high in CLASSES])


@dataclass(frozen=True)
class Weights:
    """What likeness.yaml says: a weight for each sign, once for two articles with vectors and once for any others."""

    meant: np.ndarray
    unmeant: np.ndarray
    start: tuple[float, float]
    join: float  # from this mean likeness on, two groups of reports are one story


def read(data: Mapping) -> Weights:
    """Raises KeyError where a sign has no weight."""
    table = data["signs"]
    both = np.array([table[name] for name in SIGNS], float)
    return Weights(both[:, 0], both[:, 1], tuple(data["start"]), float(data["join"]))


@lru_cache(maxsize=1)
def shipped() -> Weights:
    return read(document.read(FILE).data)


# -- signs ------------------------------------------------------------------------------------------------


# The sets of a sketch as they lie in it, one beside the other, so that the bits of all are counted at once.
_SETS = np.dtype([
    ("vector", np.int8, VECTOR), ("bits", np.uint64, 25), ("rest", np.uint8, SKETCH.itemsize - VECTOR - 25 * 8)
])  # fmt: skip
_STARTS = np.array([0, 2, 4, 6, 14, *range(18, 25)])  # of each set within them
_SECOND, _THIRD = 1, 2  # classes of a title's words; the first is 0
_TEXT, _NAMES, _ACTORS, _PLACES, _NARROW, _ACTS, _NUMBERS, _TITLE_NUMBERS, _CATEGORIES = range(3, 12)


class _Sets:
    """What pairs of sketches have in common: members of each set of one, of the other and of both. One of them may be
    a single one.
    """

    def __init__(self, a: np.ndarray, b: np.ndarray) -> None:
        of_one, of_other = (np.ascontiguousarray(each.view(_SETS)["bits"]) for each in (a, b))
        self.one, self.other, self.both = map(_count, (of_one, of_other, of_one & of_other))
        # cosine of two sets, damped for small ones; whether both have members and none in common
        self.shares = self.both / (np.sqrt(self.one * self.other) + 0.5)
        self.others = (self.both == 0) & (self.one > 0) & (self.other > 0)

    def of_titles(self) -> np.ndarray:
        """The cosine of two titles' words, each by how rare it is."""
        one, other, both = (_by_rarity(counted) for counted in (self.one, self.other, self.both))
        return both / (np.sqrt(one * other) + 0.2)


def _count(bits: np.ndarray) -> np.ndarray:
    """How many members each set has."""
    return np.add.reduceat(np.bitwise_count(bits), _STARTS, axis=1, dtype=np.int64)


def _by_rarity(counted: np.ndarray) -> np.ndarray:
    # not by `@`, which adds up in another way for one row than for many
    return counted[:, 0] * _RARITY[0] + counted[:, _SECOND] * _RARITY[_SECOND] + counted[:, _THIRD] * _RARITY[_THIRD]


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of vectors in signed bytes, row by row; 0 where one is empty."""
    a, b = a.astype(np.float32), b.astype(np.float32)  # whole numbers up to 2**24 are exact, and so are these sums
    norms = np.sqrt((a * a).sum(-1).astype(np.float64) * (b * b).sum(-1).astype(np.float64))
    return (a * b).sum(-1).astype(np.float64) / np.maximum(norms, 1.0)


def signs(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """name -> its value for each pair; `a` and `b` are sketches, one of them may be a single one."""
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    sets, near, apart = _Sets(a, b), cosine(a["vector"], b["vector"]), a["lang"] != b["lang"]
    within = ~apart
    names = np.minimum(sets.both[:, _NAMES], 3)
    categories = sets.shares[:, _CATEGORIES]
    none = (sets.one[:, _CATEGORIES] == 0).astype(int) + (sets.other[:, _CATEGORIES] == 0)
    hours = np.minimum(np.abs(a["second"] - b["second"]) / 3600, 48)
    live = (a["flags"] & LIVE != 0).astype(int) + (b["flags"] & LIVE != 0)
    publisher = a["publisher"] == b["publisher"]
    return {
        "other language": apart,
        "meaning": near,
        "meaning, other language": near * apart,
        "meaning above 0.3": np.maximum(near - 0.3, 0),
        "meaning above 0.45": np.maximum(near - 0.45, 0),
        "meaning and a category": near * (categories > 0),
        "title's words": sets.of_titles() * within,
        "rarest words of both titles": np.minimum(sets.both[:, _THIRD], 3) * within,
        "text's rare words": sets.shares[:, _TEXT] * within,
        "names, other language": names * apart,
        "names": np.minimum(names, 2) * within,
        "actors": sets.shares[:, _ACTORS],
        "the same actors": (a["actors"] == b["actors"]) & (a["actors"] != 0),
        "other actors": sets.others[:, _ACTORS],
        "places": sets.shares[:, _PLACES],
        "narrow places": np.minimum(sets.both[:, _NARROW], 2),
        "other places": sets.others[:, _PLACES],
        "other narrow places": sets.others[:, _NARROW],
        "categories": categories,
        "other categories": sets.others[:, _CATEGORIES],
        "one without a category": none == 1,
        "both without a category": none == 2,
        "first signal's category": (a["main"] == b["main"]) & (a["main"] != 0),
        "acts": sets.shares[:, _ACTS],
        "other acts": sets.others[:, _ACTS],
        "opposite directions": a["sign"] * b["sign"] < 0,
        "numbers": sets.shares[:, _NUMBERS],
        "other numbers": sets.others[:, _NUMBERS],
        "days between": hours / 24,
        "over 12 hours": hours > 12,
        "within 6 hours": hours <= 6,
        "within minutes": np.exp(-hours),
        "one publisher": publisher,
        "one publisher within hours": publisher * np.exp(-hours / 4),
        "one is a live page": live == 1,
        "both are live pages": live == 2,
    }


SIGNS = tuple(signs(*np.zeros((2, 1), SKETCH)))  # their names
OF_COPIES = "title's words", "text's rare words", "other narrow places"


def sign_table(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(pairs, SIGNS)"""
    table = np.empty((np.broadcast(a, b).size, len(SIGNS)))
    for place, values in enumerate(signs(a, b).values()):
        table[:, place] = values
    return table


def weigh(table: np.ndarray, a: np.ndarray, b: np.ndarray, weights: Weights) -> np.ndarray:
    """The probability for each pair of sketches with these signs. Articles that are not tied to the theatre are alike
    by their words alone.
    """
    both = a["flags"] & b["flags"]
    meant = (table * weights.meant).sum(1) + weights.start[0]
    unmeant = (table * weights.unmeant).sum(1) + weights.start[1]
    logits = np.clip(np.where(both & MEANT != 0, meant, unmeant), -30, 30)
    probability = np.where(both & TOPICAL != 0, 1 / (1 + np.exp(-logits)), 0.0)
    title, text, elsewhere = (table[:, SIGNS.index(name)] for name in OF_COPIES)
    return _with_copies(probability, (title + text) / 2 >= SAME_TEXT, elsewhere > 0, a, b)


def _with_copies(
    probability: np.ndarray, same: np.ndarray, elsewhere: np.ndarray, a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """`same`: they have the words of one text; `elsewhere`: they name other narrow places."""
    # two strikes on two cities are two events, however alike they are told
    probability = np.where(elsewhere, probability * ELSEWHERE, probability)
    gap = np.abs(a["second"] - b["second"])
    copies = same & ~elsewhere
    probability = np.where(copies, np.maximum(probability, SAME), probability)
    series = copies & (gap > _SERIES) & (a["title_numbers"] != b["title_numbers"])
    return np.where(series | (gap > _SPAN), 0.0, probability)


def likeness(a: np.ndarray, b: np.ndarray, weights: Weights | None = None) -> np.ndarray:
    """The probability for each pair of sketches; `a` or `b` may be a single one."""
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    if (a["flags"] & b["flags"] & TOPICAL).any():
        return weigh(sign_table(a, b), a, b, weights or shipped())
    sets, within = _Sets(a, b), a["lang"] == b["lang"]  # as most are: only their words count
    same = (sets.of_titles() * within + sets.shares[:, _TEXT] * within) / 2 >= SAME_TEXT
    return _with_copies(np.zeros(len(same)), same, sets.others[:, _NARROW], a, b)
