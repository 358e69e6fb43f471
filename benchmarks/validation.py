"""How often the intervals of `validate` hold the truth: Spearman's correlation of simulated pairs of lines.

    python -m benchmarks.validation [--draws 400]

Two autoregressive lines of the first order, steady (0.5) or slow (0.8), the second a mixture of the first and of one of
its own; their true correlation is that of a line of 60,000 days. A 90 % interval should hold it in 88 to 95 %.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from monitor.prices.validation import FEWEST, FORMS, _shaped, block_of, spearman

TOGETHER = 0.6
DAYS = (16, 30, 60, 90, 365)


def drawn(random: np.random.Generator, days: int, slow: float) -> np.ndarray:
    """An autoregressive line of variance one."""
    steps, line = random.standard_normal(days + 50), np.zeros(days + 50)
    for day in range(1, days + 50):
        line[day] = slow * line[day - 1] + np.sqrt(1 - slow**2) * steps[day]
    return line[50:]


def pairs(random: np.random.Generator, days: int, slow: float, length: int, change: bool) -> np.ndarray:
    first, own = drawn(random, days, slow), drawn(random, days, slow)
    second = TOGETHER * first + np.sqrt(1 - TOGETHER**2) * own
    return np.column_stack([_shaped(pd.Series(line), length, change) for line in (first, second)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=400)
    draws, random = parser.parse_args().draws, np.random.default_rng(1)
    print(f"{'form':16}{'slow':>6}{'true':>6}" + "".join(f"{days:>7} days" for days in DAYS))
    for form, (length, change) in FORMS["day"].items():
        for slow in (0.5, 0.8):
            known = pairs(random, 60_000, slow, length, change)
            known = known[~np.isnan(known).any(axis=1)]
            truth = spearman(known[:, 0], known[:, 1], len(known))[0]
            line = f"{form:16}{slow:>6}{truth:>6.2f}"
            for days in DAYS:
                held = []
                for _ in range(draws):
                    found = pairs(random, days, slow, length, change)
                    found = found[~np.isnan(found).any(axis=1)]
                    if len(found) >= FEWEST:
                        _, low, high = spearman(found[:, 0], found[:, 1], block_of(len(found), length))
                        held += [] if low is None or high is None else [low <= truth <= high]
                line += f"{100 * np.mean(held):>10.1f} %" if held else f"{'none':>12}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
