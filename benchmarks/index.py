"""Known answers and speed of the index, on simulated news: what docs/method.md claims, run again.

python -m benchmarks.index coverage    how often the 90 % interval holds a planted ratio
python -m benchmarks.index alarms      how often a month in which nothing happens raises a jump alert
python -m benchmarks.index speed       one million articles: a year, and one new hour
python -m benchmarks.index misread     the same of news read by a reader with errors, and counted by its confidence
python -m benchmarks.index             all of them
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

from monitor.alerts.facts import Facts
from monitor.alerts.rules import decide
from monitor.config.alerting import JumpRule
from monitor.index import Parameters, ReferenceCache, compute, lookback
from tests.newsroom import START, day_of, misread, news

SHAPES = (  # publishers, entries a day each, times a story is reported, days of reference, planted ratio
    (12, 25, 2, 14, 1.0), (12, 25, 2, 14, 3.0), (12, 25, 4, 14, 3.0), (40, 25, 2, 14, 3.0), (12, 25, 2, 2, 3.0),
    (4, 20, 2, 14, 1.0),
)  # fmt: skip


Read = Callable[[pd.DataFrame, int], pd.DataFrame]


def as_they_are(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Entries read without an error."""
    return frame


def coverage(runs: int, read: Read = as_they_are) -> None:
    for publishers, a_day, times, days, ratio in SHAPES:
        parameters = Parameters(reference=(START.date(), day_of(days - 1).date()))
        points = []
        for seed in range(runs):
            frame = news(
                days=days + 1,
                publishers=publishers,
                a_day=a_day,
                ratio=ratio,
                change_on=days,
                reports_each=times,
                seed=seed,
            )
            frame = read(frame, seed)
            cache = ReferenceCache(parameters)
            cache.add(frame[frame["at"] < day_of(days)])
            until = day_of(days + 1) - timedelta(seconds=1)
            found = compute(
                frame[frame["at"] >= day_of(days - 1)], cache=cache, since=day_of(days), now=until, hourly=False
            )
            points += [p for p in found if p.part == "all" and p.tension is not None]
        held = np.mean([p.tension_low <= 100 * ratio <= p.tension_high for p in points])
        print(
            f"{publishers:3} publishers of {a_day} entries, stories reported {times}x, reference {days:2} days, "
            f"ratio {ratio}: "
            f"held in {held:.1%} of {len(points)}, mean {np.mean([p.tension for p in points]):.0f}, "
            f"mean width {np.mean([p.tension_high - p.tension_low for p in points]):.0f}",
            flush=True,
        )


def alarms(runs: int, read: Read = as_they_are) -> None:
    rule = JumpRule(name="Jump", kind="jump", within="24h", direction="either", cool_down="6h")
    for publishers, a_day in ((12, 25), (40, 40)):
        count = 0
        for seed in range(runs):
            frame = read(news(days=44, publishers=publishers, a_day=a_day, seed=seed), seed)
            cache = ReferenceCache(Parameters(reference=(START.date(), day_of(13).date())))
            cache.add(frame[frame["at"] < day_of(14)])
            until = day_of(44) - timedelta(minutes=1)
            line = [
                p
                for p in compute(
                    frame[frame["at"] >= day_of(13)], cache=cache, since=day_of(14), now=until, daily=False
                )
                if p.part == "all"
            ]
            count += any(
                decide([rule], [], Facts(points={("hour", "all"): line[n - 73 : n]}), line[n - 1].at)
                for n in range(73, len(line))
            )
        print(
            (
                f"{publishers} publishers of {a_day} entries: {count} of {runs} calm months with a jump alert, "
                "up or down, looking hourly"
            ),
            flush=True,
        )


def speed() -> None:
    frame = news(days=365, publishers=50, a_day=60, seed=1)
    cache, started = ReferenceCache(Parameters()), time.perf_counter()
    points = compute(frame, cache=cache, since=START, now=day_of(365) - timedelta(seconds=1))
    print(
        f"{len(frame):,} articles, a year of hours and days, ten scopes: {len(points):,} points in "
        f"{time.perf_counter() - started:.1f} s"
    )
    now, cache = day_of(364) + timedelta(hours=12, minutes=30), ReferenceCache(Parameters())
    started = time.perf_counter()
    cache.add(frame[(frame["at"] >= day_of(364 - 91)) & (frame["at"] < day_of(363))])
    print(f"learning 90 days of reference, once a process: {time.perf_counter() - started:.2f} s")
    short = frame[frame["at"] >= lookback(now)]
    for name in ("first", "next"):
        started = time.perf_counter()
        compute(short, cache=cache, since=now, now=now)
        print(f"one new hour, {name}: {time.perf_counter() - started:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("coverage", "alarms", "misread", "speed"))
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    if options.what in (None, "speed"):
        speed()
    if options.what in (None, "coverage"):
        coverage(options.runs)
    if options.what in (None, "alarms"):
        alarms(min(options.runs, 60))
    if options.what in (None, "misread"):
        for by_probability in (False, True):
            print("-- read with errors" + (", counted by confidence" if by_probability else ""))
            read = partial(misread, by_probability=by_probability)
            coverage(options.runs, read)
            alarms(min(options.runs, 60), read)


if __name__ == "__main__":
    main()
