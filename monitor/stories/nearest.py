"""Which articles may report the event of another one: of half a day those near to it in meaning or words.

sketches of half a day -> cosine of vectors, words in common -> (rows, how near)

Only what is near is compared in earnest (likeness.py), so this looks at every article of three days and is made to be
fast.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.models import VECTOR
from monitor.stories.features import SKETCH

NEAR = 0.2  # how near they have to be: cosine of their meaning ...
WORD = 0.07  # ... and this for each rare word that they share
COPIED = 0.5  # share of its words that what has no tie to the theatre has in common with what may be its copy
WORDS = 64 * (SKETCH["text"].shape[0] + int(np.prod(SKETCH["title"].shape)))  # bits that words may set

NOTHING = np.zeros(1, SKETCH)[0]


class HalfDay:
    """The articles of half a day, of one kind: tied to the theatre or not. Only those in rows are compared with; the
    others follow one of those.
    """

    def __init__(self, topical: bool) -> None:
        self.topical = topical
        self.nodes: list[Any] = []  # by row
        self.followers: dict[int, Any] = {}
        self._free: list[int] = []  # rows that nobody has any more: of hundreds of copies few are compared with
        self.sketches = np.zeros(32, SKETCH)
        # Whole numbers, so that sums are exact and the same in any order; what has no tie to the theatre has no vector.
        self.vectors = np.zeros((32 if topical else 0, VECTOR), np.float32)
        self.norms = np.ones(len(self.vectors), np.float32)
        # A row for each bit that a word may set, in it a bit for each article: those of one article's words are counted
        # together, which is three times as fast as comparing it with each other one.
        self.words = np.zeros((WORDS, 4), np.uint8)

    def put(self, node: Any, sketch: np.void) -> int:
        """From now on the article is compared with, in this row."""
        if self._free:
            row = self._free.pop()
            self.nodes[row] = node
        else:
            row = len(self.nodes)
            self.nodes.append(node)
        if row == len(self.sketches):
            self.sketches, self.vectors, self.norms = (
                np.concatenate([kept, np.zeros_like(kept)]) for kept in (self.sketches, self.vectors, self.norms)
            )
            self.words = np.concatenate([self.words, np.zeros_like(self.words)], 1)
        self._write(row, sketch)
        return row

    def change(self, row: int, sketch: np.void) -> None:
        """The article in this row has other words or another reading."""
        self._forget_words(row)
        self._write(row, sketch)

    def take(self, row: int) -> None:
        """Nothing is compared with the article in this row any more."""
        self._forget_words(row)
        self._write(row, NOTHING)
        self.nodes[row] = None
        self._free.append(row)

    def _write(self, row: int, sketch: np.void) -> None:
        self.sketches[row] = sketch
        self.words[words(sketch), row // 8] |= 128 >> row % 8
        if self.topical:
            self.vectors[row] = sketch["vector"]
            self.norms[row] = max(1.0, float(np.sqrt(np.square(self.vectors[row]).sum())))

    def _forget_words(self, row: int) -> None:
        self.words[:, row // 8] &= 255 - (128 >> row % 8)

    def near(self, sketch: np.void, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(rows, how near) of the articles that may be like it; `own`: the bits of its words."""
        size = len(self.nodes)
        shared = np.unpackbits(self.words[own, : -(-size // 8)], axis=1, count=size)
        shared = shared.sum(0, dtype=np.uint8 if len(own) < 256 else np.uint16)  # a byte each is counted fastest
        if not self.topical:
            rows = np.flatnonzero(shared >= max(3.0, COPIED * len(own)))
            return rows, WORD * shared[rows]
        vector = sketch["vector"].astype(np.float32)
        norm = max(1.0, float(np.sqrt(np.square(vector).sum())))
        found = (self.vectors[:size] @ vector) / (self.norms[:size] * norm) + np.float32(WORD) * shared
        rows = np.flatnonzero(found >= NEAR)
        return rows, found[rows]


def words(sketch: np.void) -> np.ndarray:
    """The bits that the words of title and lead set."""
    bits = np.concatenate([sketch["text"], sketch["title"].ravel()])
    return np.flatnonzero(np.unpackbits(bits.view(np.uint8)))
