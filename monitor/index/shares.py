"""The formula: what one entry adds to a measure of a window.

The same for all three measures. Of tension and relief `e/10` is the entry's severity of escalation or de-escalation; of
attention it is 1 for an entry about the theatre.

With n_p entries of publisher p in the window, weight w_p, and its normal share r_p,

    s_p = (sum of e/10 + k r_p R) / (n_p + k) shrunk to "as the others in this window", R = sum(w n s) / sum(w n r)
    index = 100 sum(w_p s_p) / sum(w_p r_p)              over the same publishers above and below

R is itself a sum over entries, so the index is a sum over entries too: index = sum of c_p e/10 with

    c_p = 100 w_p / W (1 / (n_p + k) + U / D),   W = sum(w r),  D = sum(w n r),  U = sum(w r k / (n + k))

which is why a change can be taken apart exactly (why.py). Shrinking towards r_p itself would pull every change towards
100.
"""

from __future__ import annotations

import numpy as np


def coefficients(entries: np.ndarray, weight: np.ndarray, normal: np.ndarray, shrink: float) -> np.ndarray:
    """c_p for each publisher and replicate; NaN in a column where no publisher with a normal share is live.

    `entries` and `normal` are publishers x columns, `weight` one number a publisher. A publisher without entries in the
    window, or without signals in the reference (column 0 of `normal`), gets 0: it stays outside the ratio.
    """
    inside = (entries > 0) & (normal[:, :1] > 0)
    w = np.where(inside, weight[:, None], 0.0)
    expected = w * normal
    whole = expected.sum(axis=0)
    volume = (expected * entries).sum(axis=0)
    borrowed = (expected * (shrink / (entries + shrink))).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, 100 * w / whole * (1 / (entries + shrink) + borrowed / volume), np.nan)
