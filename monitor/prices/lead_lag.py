"""Asks which moves first, the index or a price: the correlation of their daily changes, some days apart.

    index by day, closes -> changes of both by trading day -> cross-correlation -> a band from shuffled blocks

Pure. "Associated with", never "caused". docs/method.md has the formulas' sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitor.language import _
from monitor.prices.returns import returns

LEVEL = 0.05
LAGS, BLOCK, SHUFFLES, ENOUGH_JOINT = 10, 10, 1_000, 60


@dataclass(frozen=True, slots=True)
class Lag:
    """Correlation of index changes with returns `lag` trading days later; negative: the price moved first."""

    lag: int
    correlation: float
    low: float  # band that 95 % of unrelated series leave at no lag at all: the same at each
    high: float
    p: float  # of this lag alone
    adjusted_p: float  # of any lag: how often the largest of all lags is as large in unrelated series
    significant: bool  # outside the band


@dataclass(frozen=True, slots=True)
class LeadLag:
    lags: tuple[Lag, ...]
    days: int
    note: str | None = None


def lead_lag(index: pd.Series, prices: pd.Series) -> LeadLag:
    """Cross-correlation at -10..+10 trading days of changes in the daily index (by date) with log returns.

    The index of a trading day is the mean since the trading day before, so that a weekend's news meets Monday's price.
    The band comes of returns put together anew from blocks of ten days: they keep what is in each series and lose what
    is between them. It is of the largest correlation at any lag (Westfall and Young 1993), since 21 lags are asked at
    once: a bar stands out exactly where it leaves the band.
    """
    joint = _joint(index, prices)
    if len(joint) < ENOUGH_JOINT:
        note = _("too few days with both index and price: {n} of at least {least}", n=len(joint), least=ENOUGH_JOINT)
        return LeadLag((), len(joint), note)
    change, change_of_price = joint["index"].to_numpy(), joint["price"].to_numpy()
    if np.ptp(change) == 0 or np.ptp(change_of_price) == 0:
        return LeadLag((), len(joint), _("index or price did not change, so nothing can go with it"))
    return LeadLag(cross_correlation(change, change_of_price), len(joint))


def cross_correlation(
    change: np.ndarray, moves: np.ndarray, *, lags: int = LAGS, block: int = BLOCK
) -> tuple[Lag, ...]:
    """Of two lines of changes at every lag to either side, with the band that 95 % of unrelated ones keep inside at all
    of them: `moves` put together anew from blocks, 1,000 times."""
    found = _correlations(change, moves, lags)
    random = np.random.default_rng(0)
    count = len(change)
    starts = random.integers(0, count, (SHUFFLES, -(-count // block)))
    order = ((starts[:, :, None] + np.arange(block)) % count).reshape(SHUFFLES, -1)[:, :count]
    unrelated = _correlations(change, moves[order], lags)
    p = (1 + (np.abs(unrelated) >= np.abs(found)).sum(axis=0)) / (1 + SHUFFLES)
    largest = np.sort(np.abs(unrelated).max(axis=1))
    limit = float(largest[-int(LEVEL * (1 + SHUFFLES))])
    adjusted = (1 + SHUFFLES - np.searchsorted(largest, np.abs(found))) / (1 + SHUFFLES)
    return tuple(
        Lag(lag, float(r), -limit, limit, float(alone), float(any_lag), bool(abs(r) > limit))
        for lag, r, alone, any_lag in zip(range(-lags, lags + 1), found, p, adjusted, strict=True)
    )


def _joint(index: pd.Series, prices: pd.Series) -> pd.DataFrame:
    """Changes of both by trading day, days lacking either left out."""
    moves = returns(prices)
    index = index.dropna().sort_index()
    if index.empty or moves.empty:
        return pd.DataFrame({"index": [], "price": []}, dtype=float)
    trading = np.array(moves.index, dtype="datetime64[D]")
    slot = np.searchsorted(trading, np.array(index.index, dtype="datetime64[D]"))
    level = index.groupby(slot).mean()
    level = level[level.index < len(trading)]
    level.index = moves.index[level.index]
    return pd.DataFrame({"index": level.reindex(moves.index).diff(), "price": moves}).dropna()


def _correlations(change: np.ndarray, moves: np.ndarray, lags: int) -> np.ndarray:
    """Cross-correlations at each lag (last axis) of one series of changes with one or more of moves (days on the
    last axis).

    At lag k the sum of change[i] * moves[i + k], both standardised over all n days, divided by n: Box & Jenkins'
    estimator.
    """
    days = len(change)
    x = (change - change.mean()) / change.std()
    y = (moves - moves.mean(axis=-1, keepdims=True)) / moves.std(axis=-1, keepdims=True)
    at_lag = [y[..., max(k, 0) : days + min(k, 0)] @ x[max(-k, 0) : days - max(k, 0)] for k in range(-lags, lags + 1)]
    return np.stack(at_lag, axis=-1) / days
