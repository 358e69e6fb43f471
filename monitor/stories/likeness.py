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
from monitor.stories.features import CLASSES, LIVE, MEANT, SKETCH, TOPICAL

FILE = Path(__file__).with_name("likeness.yaml")
SPAN = timedelta(hours=36)  # further apart, two articles are two stories
SAME_TEXT = 0.62  # of title and words alone: a wire copied or slightly edited
SERIES = timedelta(hours=6)  # so far apart, two texts that differ in a number are two of a series: day six, day seven
ELSEWHERE = 0.3  # factor where both name narrow places and none in common
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


def _count(bits: np.ndarray) -> np.ndarray:
    """How many bits of each row are set."""
    counted = np.bitwise_count(bits)
    return counted.sum(-1, dtype=np.int64) if counted.ndim > 1 else counted.astype(np.int64)


def _shares(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cosine of two sets, damped for small ones; whether both have members and none in common)"""
    one, other, both = _count(a), _count(b), _count(a & b)
    return both / (np.sqrt(one * other) + 0.5), (both == 0) & (one > 0) & (other > 0)


def title_share(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cosine of two titles' words, each by how rare it is."""
    one, other, both = (np.bitwise_count(bits).sum(-1, dtype=np.int64) @ _RARITY for bits in (a, b, a & b))
    return both / (np.sqrt(one * other) + 0.2)


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of vectors in signed bytes, row by row; 0 where one is empty."""
    a, b = a.astype(np.float32), b.astype(np.float32)  # whole numbers up to 2**24 are exact
    norms = np.sqrt((a * a).sum(-1, dtype=np.float64) * (b * b).sum(-1, dtype=np.float64))
    return (a * b).sum(-1, dtype=np.float64) / np.maximum(norms, 1.0)


def signs(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """name -> its value for each pair; `a` and `b` are sketches, one of them may be a single one."""
    a, b = np.broadcast_arrays(np.atleast_1d(a), np.atleast_1d(b))
    near, apart = cosine(a["vector"], b["vector"]), a["lang"] != b["lang"]
    within = ~apart
    title, text = title_share(a["title"], b["title"]), _shares(a["text"], b["text"])[0]
    names = np.minimum(_count(a["names"] & b["names"]), 3)
    actors, other_actors = _shares(a["actors"], b["actors"])
    places, other_places = _shares(a["places"], b["places"])
    narrow = _count(a["narrow"] & b["narrow"])
    elsewhere = (narrow == 0) & (a["narrow"] != 0) & (b["narrow"] != 0)
    categories, other_categories = _shares(a["categories"], b["categories"])
    acts, other_acts = _shares(a["acts"], b["acts"])
    numbers, other_numbers = _shares(a["numbers"], b["numbers"])
    none = (a["categories"] == 0).astype(int) + (b["categories"] == 0)
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
        "title's words": title * within,
        "rarest words of both titles": np.minimum(_count(a["title"][:, 2] & b["title"][:, 2]), 3) * within,
        "text's rare words": text * within,
        "names, other language": names * apart,
        "names": np.minimum(names, 2) * within,
        "actors": actors,
        "the same actors": (a["actors"] == b["actors"]) & (a["actors"] != 0),
        "other actors": other_actors,
        "places": places,
        "narrow places": np.minimum(narrow, 2),
        "other places": other_places,
        "other narrow places": elsewhere,
        "categories": categories,
        "other categories": other_categories,
        "one without a category": none == 1,
        "both without a category": none == 2,
        "first signal's category": (a["main"] == b["main"]) & (a["main"] != 0),
        "acts": acts,
        "other acts": other_acts,
        "opposite directions": a["sign"] * b["sign"] < 0,
        "numbers": numbers,
        "other numbers": other_numbers,
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


_TITLE, _TEXT, _ELSEWHERE = map(SIGNS.index, ("title's words", "text's rare words", "other narrow places"))


def sign_table(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(pairs, SIGNS)"""
    found = signs(a, b)
    return np.stack([found[name] for name in SIGNS], 1).astype(np.float64)


def weigh(table: np.ndarray, a: np.ndarray, b: np.ndarray, weights: Weights) -> np.ndarray:
    """The probability for each pair of sketches with these signs. Articles that are not tied to the theatre are alike
    by their words alone.
    """
    both = a["flags"] & b["flags"]
    meant = (table * weights.meant).sum(1) + weights.start[0]
    unmeant = (table * weights.unmeant).sum(1) + weights.start[1]
    logits = np.clip(np.where(both & MEANT != 0, meant, unmeant), -30, 30)
    probability = np.where(both & TOPICAL != 0, 1 / (1 + np.exp(-logits)), 0.0)
    # two strikes on two cities are two events, however alike they are told
    probability = np.where(table[:, _ELSEWHERE] > 0, probability * ELSEWHERE, probability)
    gap = np.abs(a["second"] - b["second"])
    copies = ((table[:, _TITLE] + table[:, _TEXT]) / 2 >= SAME_TEXT) & (table[:, _ELSEWHERE] == 0)
    probability = np.where(copies, np.maximum(probability, SAME), probability)
    series = copies & (gap > _SERIES) & (a["title_numbers"] != b["title_numbers"])
    return np.where(series | (gap > _SPAN), 0.0, probability)


def likeness(a: np.ndarray, b: np.ndarray, weights: Weights | None = None) -> np.ndarray:
    """The probability for each pair of sketches; `a` or `b` may be a single one."""
    a, b = np.broadcast_arrays(np.atleast_1d(a), np.atleast_1d(b))
    return weigh(sign_table(a, b), a, b, weights or shipped())
