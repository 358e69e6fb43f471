"""Which press moves first: the share of coverage of one press beside that of all others, some hours apart.

    entries -> 24 hours of each press, every six hours -> changes of both -> cross-correlation -> a band of chance

A share needs no reference, so nothing is scaled. Pure. "Ahead" says that the changes went together in this order, not
that one press follows the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitor.index.entry_arrays import EntryArrays
from monitor.index.parameters import WINDOW_HOURS
from monitor.language import _
from monitor.models import MEASURES, Measure
from monitor.prices.lead_lag import cross_correlation

STEP = 6  # hours
LAGS = 8  # steps to either side: two days
BLOCK = 20  # steps that a shuffle takes together: five days
ENOUGH = 80  # steps with a change of both: twenty days
KNOWN = 0.9  # of the steps from the first to the last


@dataclass(frozen=True, slots=True)
class Lead:
    """The lag at which a press and all others went together most closely."""

    press: str
    measure: Measure
    n: int  # steps of six hours
    hours: int | None = None  # above zero: this press is ahead
    correlation: float | None = None
    band: float | None = None  # what 95 % of unrelated presses stay under at every lag
    note: str | None = None

    @property
    def clear(self) -> bool:
        """Whether any lag stands out, and none to the other side is as close."""
        return (
            self.hours is not None
            and self.hours != 0
            and self.correlation is not None
            and self.band is not None
            and (self.correlation > self.band)
        )


def shares(arrays: EntryArrays, own: np.ndarray, fewest: int) -> tuple[np.ndarray, dict[Measure, np.ndarray]]:
    """(number of each step of six hours, per cent of coverage in the 24 hours to its end by measure), of the entries in
    `own`. NaN where fewer publishers are live in them; each publisher's share counts alike."""
    mine = arrays.take(own)
    if not len(mine):
        return np.array([], dtype=int), {measure: np.array([]) for measure in MEASURES}
    first, last = int(mine.hour[0]) // STEP, int(mine.hour[-1]) // STEP
    names, publisher = np.unique(mine.publisher, return_inverse=True)
    shape = (last - first + 1, len(names))
    cells = (mine.hour // STEP - first) * len(names) + publisher

    def windows(weights: np.ndarray | None) -> np.ndarray:
        sums = np.cumsum(np.bincount(cells, weights, shape[0] * shape[1]).reshape(shape), axis=0)
        back = WINDOW_HOURS // STEP
        sums[back:] -= sums[:-back].copy()
        sums[: back - 1] = 0  # not 24 hours yet
        return sums

    counts = windows(None)
    live = counts > 0
    enough = live.sum(axis=1) >= fewest
    found: dict[Measure, np.ndarray] = {}
    for measure in MEASURES:
        with np.errstate(invalid="ignore", divide="ignore"):
            each = np.where(live, windows(getattr(mine, measure)) / counts, 0.0)
            found[measure] = np.where(enough, 100 * each.sum(axis=1) / live.sum(axis=1), np.nan)
    return np.arange(first, last + 1), found


def leads(arrays: EntryArrays, press: str, own: np.ndarray, fewest: int) -> list[Lead]:
    """How far a press (the entries in `own`) is ahead of all others, by measure."""
    sides = [pd.DataFrame(values, index=steps) for steps, values in (
        shares(arrays, own, fewest), shares(arrays, ~own, fewest)
    )]  # fmt: skip
    return [_lead(press, measure, sides[0][measure], sides[1][measure]) for measure in MEASURES]


def _lead(press: str, measure: Measure, own: pd.Series, others: pd.Series) -> Lead:
    changes = pd.concat([own.diff(), others.diff()], axis=1, join="inner", keys=("own", "others"))
    known = changes.dropna()
    n = len(known)
    if n < ENOUGH or n < KNOWN * (known.index[-1] - known.index[0] + 1):
        note = _(
            "too little: {days} of at least {least} days in which both presses have enough publishers",
            days=f"{n * STEP / WINDOW_HOURS:.0f}",
            least=ENOUGH * STEP // WINDOW_HOURS,
        )
        return Lead(press, measure, n, note=note)
    if np.ptp(known["own"]) == 0 or np.ptp(known["others"]) == 0:
        return Lead(press, measure, n, note=_("one of them did not change"))
    whole = changes.loc[known.index[0] : known.index[-1]]
    whole = whole.fillna(known.mean())  # a gap says nothing
    lags = cross_correlation(whole["own"].to_numpy(), whole["others"].to_numpy(), lags=LAGS, block=BLOCK)
    best = max(lags, key=lambda lag: lag.correlation)
    return Lead(press, measure, n, STEP * best.lag, best.correlation, best.high)
