"""Weights of the Poisson bootstrap over stories, the same for a story wherever and whenever it is asked for.

Each replicate gives every story an independent Poisson(1) weight: the limit of drawing stories with replacement when
there are many (Hanley & MacGibbon 2006; Chamandy et al. 2012). The weight is a hash of story and replicate, so that all
entries of a story share it, a story that spans two windows has one weight in both, and a run can be repeated exactly.
"""

from __future__ import annotations

import math

import numpy as np

SEED = np.uint64(0x9E3779B97F4A7C15)
_CUMULATIVE = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(9)])
_POISSON = np.searchsorted(_CUMULATIVE, (np.arange(65_536) + 0.5) / 65_536).astype(
    np.float32
)  # a 16-bit number -> Poisson(1)


def weights(stories: np.ndarray, replicates: int) -> np.ndarray:
    """Stories x (1 + replicates): column 0 is all ones, the estimate itself."""
    quads = replicates // 4
    with np.errstate(over="ignore"):
        mixed = _mix(stories[:, None] * SEED + _mix(np.arange(1, quads + 1, dtype=np.uint64))[None, :])
    found = np.empty((len(stories), 1 + 4 * quads), dtype=np.float32)
    found[:, 0] = 1
    found[:, 1:] = _POISSON[mixed.view(np.uint16).reshape(len(stories), 4 * quads)]
    return found


def _mix(value: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014): spreads neighbouring numbers over all bits."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = value ^ (value >> np.uint64(31))
    return mixed
