"""Fits how alike two reports of one event are to events grouped by hand, and says how well it does on windows that it
did not learn.

    python -m monitor.stories.fit --events FOLDER [--also FILE...] [--vectors FILE.npz] [--dry]

events -> readings -> features -> signs of pairs -> weights by ridge logistic regression -> likeness.yaml

FOLDER holds one *.jsonl a window of a day or two, rows {id, lang, at, title, summary, source, event}; rows with one
`event` report one happening, null reports none. `--also` are files of such entries that are learned from and never
asked: tests/stories/tuned.jsonl is invented and tells what days on end of real news may not show, such as strikes on
two cities within an hour.
FILE.npz gives `id` and `vector` of the windows' rows instead of the shipped network's vectors: those of a network that
has not learned the events, so that the figures are honest. Each window's figures are those of weights, and of a level
from which reports are joined, that were fitted to the other windows.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from monitor.models import Reading, Text
from monitor.stories.archive import Row, article_of, read_rows
from monitor.stories.features import SKETCH, features
from monitor.stories.likeness import FILE, SIGNS, Weights, sign_table, weigh
from monitor.stories.linkage import groups

RIDGE = 0.5  # of weights that are scaled to their sign's deviation, against a thousand pairs
LEVELS = tuple(np.arange(0.1, 0.46, 0.02).round(2))


@dataclass(frozen=True)
class Window:
    """The entries of a window, oldest first, with what they report."""

    name: str
    sketches: np.ndarray
    events: list[str | None]
    langs: list[str]
    pairs: tuple[np.ndarray, np.ndarray]
    table: np.ndarray  # signs of each pair
    one: np.ndarray  # whether both report one event
    told: np.ndarray  # whether one of them reports an event at all
    weight: np.ndarray


def window(name: str, rows: Sequence[Row], given: Sequence[str | None], readings: Sequence[Reading]) -> Window:
    """`given`: the event of each row, or None."""
    made = [features(article_of(n, row, reading)) for n, (row, reading) in enumerate(zip(rows, readings, strict=True))]
    order = sorted(range(len(made)), key=lambda n: made[n].order)
    sketches = np.array([made[n].sketch for n in order], SKETCH)
    events = [given[n] for n in order]
    a, b = np.triu_indices(len(events), 1)
    named = np.array([event is not None for event in events])
    number = np.unique([event or "" for event in events], return_inverse=True)[1]
    one = (number[a] == number[b]) & named[a] & named[b]
    sizes = Counter(events)
    # an event of n reports has n(n-1)/2 pairs, and counts like n - 1
    weight = np.array([2 / sizes[events[n]] if same else 1.0 for n, same in zip(a, one, strict=True)]) ** 0.5
    table = sign_table(sketches[a], sketches[b])
    return Window(
        name, sketches, events, [rows[n].lang or "" for n in order], (a, b), table, one, named[a] | named[b], weight
    )


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float) -> tuple[np.ndarray, float]:
    """Weights and start of a ridge logistic regression whose mean probability is that of `y`."""
    from scipy.optimize import minimize

    weight = np.where(y, weight * y.sum() / weight[y].sum(), weight)
    weight = weight * (1000 / weight.sum())
    middle = np.average(x, 0, weight)
    scale = np.sqrt(np.average(np.square(x), 0, weight) - middle**2 + 1e-9)
    z = np.column_stack([(x - middle) / scale, np.ones(len(x))])
    penalty = np.append(np.full(x.shape[1], ridge), 1e-6)  # none on the start

    def loss(t: np.ndarray) -> tuple[float, np.ndarray]:
        logits = z @ t
        p = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return (
            float(weight @ (np.logaddexp(0, logits) - y * logits) + penalty @ (t * t) / 2),
            z.T @ (weight * (p - y)) + penalty * t,
        )

    begin = np.append(np.zeros(x.shape[1]), np.log(weight[y].sum() / weight[~y].sum()))
    t = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return t[:-1] / scale, float(t[-1] - (middle * t[:-1] / scale).sum())


MEANING = np.array(["meaning" in name for name in SIGNS])


def fit(windows: Sequence[Window], join: float = 0.0, *, whole: bool = True) -> Weights:
    """Of the pairs that nothing speaks for one in ten stands for ten. `whole` False: without the weights for articles
    without vectors.
    """
    table = np.concatenate([w.table[w.told] for w in windows])
    one, weight = (np.concatenate([getattr(w, name)[w.told] for w in windows]) for name in ("one", "weight"))
    idle = ~one & (table[:, SIGNS.index("meaning")] < 0.15) & (table[:, SIGNS.index("title's words")] < 0.1)
    kept = ~idle | (np.cumsum(idle) % 10 == 0)
    table, one, weight = table[kept], one[kept], np.where(idle, 10.0, weight)[kept]
    meant, start = logistic(table, one, weight, RIDGE)
    unmeant, other = logistic(table * ~MEANING, one, weight, RIDGE) if whole else (meant, start)
    return Weights(meant.round(4), (unmeant * ~MEANING).round(4), (round(start, 4), round(other, 4)), join)


@dataclass(frozen=True)
class Figures:
    """How well a window's entries were grouped: BCubed (Bagga and Baldwin 1998), and pairs of entries."""

    f1: float
    joined: int  # pairs of one event in one story
    of: int  # pairs of one event
    claimed: int  # pairs in one story
    across: int
    of_across: int


def figures(events: Sequence[str | None], langs: Sequence[str], found: Sequence[int] | np.ndarray) -> Figures:
    chosen = [n for n, event in enumerate(events) if event]
    event, story = np.array([events[n] for n in chosen]), np.array([found[n] for n in chosen])
    lang = np.array([langs[n] for n in chosen])
    same_event, same_story, other = (x[:, None] == x[None] for x in (event, story, lang))
    both = same_event & same_story
    precision, recall = (both.sum(1) / same_story.sum(1)).mean(), (both.sum(1) / same_event.sum(1)).mean()
    pair = np.triu(np.ones_like(both), 1)
    counts = [int((x & pair).sum()) for x in (both, same_event, same_story, both & ~other, same_event & ~other)]
    return Figures(float(2 * precision * recall / (precision + recall)), *counts)


def matrix(window: Window, weights: Weights) -> np.ndarray:
    a, b = window.pairs
    made = np.zeros((len(window.events),) * 2)
    made[a, b] = made[b, a] = weigh(window.table, window.sketches[a], window.sketches[b], weights)
    return made


def best_level(windows: Sequence[Window], matrices: Sequence[np.ndarray]) -> float:
    """The level from which reports are joined that does best on these windows: BCubed, smoothed over neighbouring
    levels.
    """
    means = [
        np.mean([figures(w.events, w.langs, groups(m, level)).f1 for w, m in zip(windows, matrices, strict=True)])
        for level in LEVELS
    ]
    smooth = np.convolve(np.pad(means, 1, "edge"), [0.25, 0.5, 0.25], "valid")
    return float(LEVELS[int(np.argmax(smooth))])


def left_out(windows: Sequence[Window], also: Sequence[Window] = ()) -> list[tuple[Window, Weights, Figures]]:
    """Each window as weights and level that were fitted to the others group it. The level by windows that the weights
    did not learn either: what they have learned would ask for too high a one.
    """
    made = []
    for out in windows:
        others = [w for w in windows if w is not out]
        inner = [matrix(w, fit([*also, *(v for v in others if v is not w)], whole=False)) for w in others]
        weights = fit([*also, *others], whole=False)
        level = best_level(others, inner)
        weights = replace(weights, join=level)
        made.append((out, weights, figures(out.events, out.langs, groups(matrix(out, weights), weights.join))))
    return made


def written(weights: Weights) -> str:
    width = max(map(len, SIGNS)) + 4
    rows = [
        f"  {json.dumps(name) + ':':{width}}[{meant:.4g}, {unmeant:.4g}]"
        for name, meant, unmeant in zip(SIGNS, weights.meant, weights.unmeant, strict=True)
    ]
    return "\n".join([
        "# What speaks for and against two reports being of one event, in logits.",
        "# Written by python -m monitor.stories.fit; what each sign counts is in monitor/stories/likeness.py.",
        "# The first number holds for two entries whose meaning is known, the second for any others. `start` is what",
        "# two entries without any sign have, `join` the mean likeness from which two groups of reports are one story.",
        "",
        f"join: {weights.join:.2f}",
        f"start: [{weights.start[0]:.4g}, {weights.start[1]:.4g}]",
        "signs:",
        *rows,
        "",
    ])  # fmt: skip


def as_table(made: Sequence[tuple[Window, Weights, Figures]]) -> str:
    lines = ["window       rows  events  join  BCubed F1  pairs joined  precision  across languages"]
    for w, weights, f in made:
        chosen = [event for event in w.events if event]
        lines.append(
            f"{w.name:12} {len(chosen):4}  {len(set(chosen)):6}  {weights.join:.2f}  {f.f1:9.3f}  "
            f"{f.joined / max(1, f.of):12.2f}  "
            f"{f.joined / max(1, f.claimed):9.2f}  {f.across:3} of {f.of_across}"
        )
    every = [f for _, _, f in made]
    across = sum(f.of_across for f in every)
    lines.append(
        f"{'mean':12} {'':4}  {'':6}  {'':4}  {np.mean([f.f1 for f in every]):9.3f}  "
        f"{np.mean([f.joined / max(1, f.of) for f in every]):12.2f}  "
        f"{np.mean([f.joined / max(1, f.claimed) for f in every]):9.2f}  "
        f"{sum(f.across for f in every) / max(1, across):.2f}"
    )
    return "\n".join(lines)


def load(folder: Path, also: Sequence[Path] = (), vectors: Path | None = None) -> tuple[list[Window], list[Window]]:
    """(the windows, what is also learned), read with the product's reader. `vectors` has one for each row of the
    windows; raises KeyError where it does not.
    """
    from monitor.reader.network import packed
    from monitor.reader.reader import Reader

    reader, other = Reader.load(), {}
    if vectors is not None:
        given = np.load(vectors)
        other = dict(zip(given["id"].tolist(), map(packed, given["vector"]), strict=True))

    def made(file: Path, vectors: Mapping[str | int, bytes]) -> Window:
        rows, events = _rows(file)
        readings = reader.read([Text(row.title, row.summary, row.lang) for row in rows])
        if vectors:
            readings = [replace(reading, vector=vectors[row.id]) for row, reading in zip(rows, readings, strict=True)]
        return window(file.stem, rows, events, readings)

    return [made(file, other) for file in sorted(folder.glob("*.jsonl"))], [made(file, {}) for file in also]


def _rows(file: Path) -> tuple[list[Row], list[str | None]]:
    """The rows of a file with what each reports, `event` or `group`. A row without id gets its number."""
    given = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    lines = [json.dumps({"id": n, "source": row.get("publisher"), **row}) for n, row in enumerate(given, 1)]
    return read_rows(lines, str(file)), [row.get("event", row.get("group")) for row in given]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    arguments.add_argument("--events", type=Path, required=True)
    arguments.add_argument("--also", type=Path, nargs="+", default=[])
    arguments.add_argument("--vectors", type=Path)
    arguments.add_argument("--dry", action="store_true", help="print the figures, write nothing")
    given = arguments.parse_args()
    windows, also = load(given.events, given.also, given.vectors)
    made = left_out(windows, also)
    print(as_table(made))
    weights = replace(fit([*also, *windows]), join=round(float(np.mean([w.join for _, w, _ in made])), 2))
    if not given.dry:
        FILE.write_text(written(weights), encoding="utf-8")
        print(f"{FILE} written")


if __name__ == "__main__":
    main()
