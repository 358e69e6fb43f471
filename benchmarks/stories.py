"""How fast articles are put into stories, and how well: 100,000 articles of a made-up week, then one more; the
labelled set; grouped windows.

python -m benchmarks.stories [--articles 20000] [--events FOLDER [--also FILE...] [--vectors
FILE.npz]]

One article in five has a signal; its events share actors, places and the words of this beat, and each is reported by
up to 40 publishers in their own words. The bars: 60 s, 5 ms for one more article at the median and 20 ms at most, 300
MB. Reading is not counted. With --events each window of entries grouped by hand is left out in turn, as
monitor/stories/fit.py does it.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from monitor.models import VECTOR, Article, Signal
from monitor.stories import Grouper, features, fit
from tests.test_stories import FOLDER, labelled, pairs, placed

START = datetime(2027, 3, 1, tzinfo=UTC)
CATEGORIES = ("attack", "attack", "attack", "maritime", "threat", "talks", "sanction", "mobilize")
ACTORS = ("IRN", "USA", "ISR", "LBN", "IRQ", "SAU", "QAT", "YEMREBHTH", "GBR", "FRA")
PLACES = (
    "Tehran",
    "Isfahan",
    "Natanz",
    "Beirut",
    "Strait of Hormuz",
    "Baghdad",
    "Erbil",
    "Haifa",
    "Dubai",
    "Doha",
    "Sanaa",
    "Tabriz",
)
WORN = (
    "iran israel us strikes attack war missile drone tanker embassy base talks sanctions ceasefire "
    "commander refinery minister"
).split()


def week(articles: int, seed: int = 0) -> list[Article]:
    chance, directions = random.Random(seed), np.random.default_rng(seed)
    beat = directions.normal(size=VECTOR)  # what the meanings of all its events have in common
    letters = "bcdfghklmnprstvz"
    vocabulary = [
        "".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
        for _ in range(12_100)
    ]

    def common() -> str:  # words are as unequal as in language, the commonest, which are idle, left out
        return vocabulary[int(12_000 ** chance.random()) + 40]

    made: list[Article] = []
    while len(made) < articles:
        at = START + timedelta(minutes=chance.randrange(7 * 24 * 60))
        topical = chance.random() < 0.05
        subject = [common() for _ in range(12)] + chance.sample(WORN, 4)
        kind, actors, places = (
            chance.choice(CATEGORIES),
            tuple(chance.sample(ACTORS, 2)),
            tuple(chance.sample(PLACES, 1)),
        )
        meaning = directions.normal(size=VECTOR) + beat
        signal = Signal(kind, "escalation", "act", 5.0, "made", "title", 0, 1, "x", actors[0], actors[1], places[0])
        for teller in range(min(40, int(chance.paretovariate(1.0))) if topical else 1 + (chance.random() < 0.05)):
            title = " ".join(chance.sample(subject, 8) + [common() for _ in range(3)])
            summary = " ".join(chance.sample(subject, 12) + [common() for _ in range(18)] + chance.sample(WORN, 5))
            when = at + timedelta(minutes=chance.randrange(240))
            lang = chance.choice(("en", "en", "fr", "ar", "fa"))
            meant = meaning + 0.7 * directions.normal(size=VECTOR)
            vector = np.round(meant * 127 / np.abs(meant).max()).astype(np.int8).tobytes() if topical else None
            made.append(
                Article(
                    0, f"feed {teller}", f"family {teller}", title.capitalize(), summary, None, lang, when, when, when,
                    "escalation" if topical else "none", 5.0 * topical, (kind,) * topical, actors if topical else (),
                    places if topical else (), None, "made",
                    theatre=topical, signals=(signal,) * topical, vector=vector,
                )
            )  # fmt: skip
    chosen = sorted(made[:articles], key=lambda a: a.at)
    return [replace(article, id=id) for id, article in enumerate(chosen, 1)]


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MB


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--articles", type=int, default=100_000)
    arguments.add_argument("--events", type=Path)
    arguments.add_argument("--also", type=Path, nargs="+", default=[])
    arguments.add_argument("--vectors", type=Path)
    given = arguments.parse_args()
    count = given.articles
    made = week(count + 300)
    later = random.Random(1).sample(made, 300)  # from anywhere in the week
    held = {a.id for a in later}
    before = peak()
    grouper = Grouper()
    started = time.perf_counter()
    for article in made:
        if article.id not in held:
            grouper.add(features(article))
    print(f"{len(grouper):,} articles of a week: {time.perf_counter() - started:.1f} s, {peak() - before:.0f} MB")
    took = []
    for article in later:
        started = time.perf_counter()
        grouper.add(features(article))
        took.append((time.perf_counter() - started) * 1000)
    took.sort()
    print(
        f"one more against them: median {took[150]:.2f} ms, 95 % within {took[285]:.2f} ms, slowest {took[-1]:.2f} ms"
    )
    for path in sorted(FOLDER.glob("*.jsonl")):
        truth = labelled(path)
        precision, recall = pairs({a.id: group for group, a in truth}, placed(a for _, a in truth))
        groups = len({group for group, _ in truth})
        print(f"{path.name}: {groups} groups, {len(truth)} articles: precision {precision:.3f}, recall {recall:.3f}")
    if given.events:
        print(fit.as_table(fit.left_out(*fit.load(given.events, given.also, given.vectors))))


if __name__ == "__main__":
    main()
