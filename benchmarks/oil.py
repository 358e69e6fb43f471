"""Size of the event study's tests: how often random dates, on which nothing is known to have happened, are called
significant.

    python -m benchmarks.oil                     on simulated prices with fat tails
    python -m benchmarks.oil PRICES.csv brent    on a CSV with a `date` column and one of closes

A test at 5 % should reject 3 to 7 % of a thousand random sets of ten dates.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta

import numpy as np
import pandas as pd

from monitor.prices.event_study import WINDOWS, event_study

SETS, DATES = 1_000, 10


def simulated() -> pd.Series:
    random = np.random.default_rng(1)
    days = [day for n in range(3_650) if (day := date(2015, 1, 1) + timedelta(days=n)).weekday() < 5]
    spread = np.exp(np.cumsum(random.normal(0, 0.02, len(days))) * 0.3)  # volatility comes in spells
    return pd.Series(70 * np.exp(np.cumsum(0.012 * spread * random.standard_t(4, len(days)))), index=days)


def read(path: str, column: str) -> pd.Series:
    with open(path, newline="", encoding="utf-8") as lines:
        rows = {date.fromisoformat(row["date"]): float(row[column]) for row in csv.DictReader(lines) if row[column]}
    return pd.Series(rows).sort_index()


def main() -> None:
    prices = read(*sys.argv[1:3]) if len(sys.argv) == 3 else simulated()
    random, pool = np.random.default_rng(1), np.array(prices.index[71:-5])
    rejected = {kind: dict.fromkeys(WINDOWS, 0) for kind in ("cross-sectional t", "Wilcoxon", "placebo")}
    for _ in range(SETS):
        for one in event_study(prices, list(random.choice(pool, DATES, replace=False))).across:
            for kind, p in (("cross-sectional t", one.p), ("Wilcoxon", one.wilcoxon_p), ("placebo", one.placebo_p)):
                rejected[kind][one.window] += p is not None and p < 0.05
    print(f"{len(prices):,} closes, {SETS:,} sets of {DATES} random dates, rejected at 5 %:")
    for kind, windows in rejected.items():
        print(f"  {kind:18}", "  ".join(f"{window} {count / SETS:.1%}" for window, count in windows.items()))


if __name__ == "__main__":
    main()
