"""Which of some articles are one story: those that are, on average, likely to report one event (average linkage)."""

from __future__ import annotations

import numpy as np

ROUNDING = 1e-9  # more than a mean of likenesses is wrong by


def groups(likeness: np.ndarray, join: float) -> np.ndarray:
    """The number of each article's group. `likeness`: (n, n), symmetric; two groups become one while their mean
    likeness is at least `join`.

    Average linkage (Sokal and Michener 1958), the most alike first. It resists chaining: who is a little like a
    neighbour joins no group that is not like him on the whole.
    """
    if len(likeness) == 1:
        return np.ones(1, int)
    if len(likeness) == 2:
        return np.array([1, 1 if likeness[0, 1] >= join else 2])
    if likeness.min() >= join + ROUNDING:  # as copies of one text are: no mean can be less
        return np.ones(len(likeness), int)
    from scipy.cluster.hierarchy import fcluster, linkage

    upper = np.triu_indices(len(likeness), 1)
    return fcluster(linkage(1 - likeness[upper].astype(np.float64), "average"), 1 - join, "distance")
