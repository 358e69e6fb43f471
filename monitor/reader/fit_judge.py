"""Fits the judge's weights to labelled entries and measures them on folds: python -m monitor.reader.fit_judge (needs
requirements-train.txt).

    labels + phrases' candidates + the network's out-of-fold predictions -> logistic regressions -> judge.yaml, figures

Every figure is of rows whose month (with --by outlet: whose outlet) neither the network nor the judge had seen.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from monitor.models import CATEGORIES, Reading, Text
from monitor.reader import judge, labels
from monitor.reader.judge import INDEX, SEEN, Features, Judged, Weights
from monitor.reader.network import DIRECTIONS, Network, Seen
from monitor.reader.reader import Reader
from monitor.reader.spans import Span
from monitor.tagging.candidates import Candidate
from monitor.tagging.tagger import Tagger

STRENGTH = 0.3  # scikit-learn's C: the smaller, the closer to zero the weights stay
NO_VECTOR = np.zeros(0, np.float32)
RARE = 5  # a feature of fewer training rows is left out
# chosen on the folds by month: false alarms near one in ten, categories near their best F1, which is flat from 0.33 to
# 0.4, and a margin for mixed that finds a quarter of the mixed entries without costing the other directions
THRESHOLD = 0.38
MARGINS = {"escalation": 0.25, "deescalation": 0.0, "mixed": -0.3}
SMALL = 0.03  # a weight nearer to zero is not written


@dataclass(frozen=True)
class Row:
    """A labelled entry with what both witnesses say of it."""

    id: str
    lang: str
    outlet: str
    month: str
    direction: str  # as labelled
    signals: tuple[Mapping[str, str], ...]  # as labelled: category, mode, field, evidence
    text: Text
    found: Reading  # by the phrases
    candidates: tuple[Candidate, ...]
    seen: Seen

    @property
    def categories(self) -> frozenset[str]:
        return frozenset(signal["category"] for signal in self.signals)


def rows_of(folder: Path, predictions: Path, tagger: Tagger, corrections: Path | None = None) -> list[Row]:
    """Labelled entries for which there is a prediction. `predictions`:
    an .npz of train.py's out-of-fold predictions; `corrections` as train.py takes them. Raises ValueError for a damaged
    row.
    """
    given = networks_of(predictions)
    rows = []
    for one in labels.read([folder], corrections):
        if one["id"] not in given:
            continue
        reading, candidates = tagger.examine(one["title"], one["summary"], lang=one["lang"])
        rows.append(
            Row(
                one["id"],
                one["lang"],
                one["source"],
                one["published"][:7],
                one["direction"],
                tuple(one["signals"]),
                Text(one["title"], one["summary"], one["lang"]),
                reading,
                tuple(candidates),
                given[one["id"]],
            )
        )
    return rows


def networks_of(file: Path) -> dict[str, Seen]:
    """The out-of-fold predictions that train.py writes, by entry."""
    with np.load(file, allow_pickle=False) as opened:
        table = {name: opened[name] for name in opened.files}
    made = {}
    for n, id in enumerate(table["id"]):
        spans = {}
        for k, category in enumerate(CATEGORIES):
            field, start, end = map(int, table["span"][n, k])
            if field >= 0:
                spans[category] = Span(("title", "summary")[field], start, end, float(table["span_score"][n, k]))
        made[str(id)] = Seen(table["direction"][n], table["meant"][n], table["act"][n], spans, NO_VECTOR)
    return made


# -- fitting ----------------------------------------------------------------------------------------------


def fit(rows: Sequence[Row], version: str = "") -> Weights:
    """Weights fitted to rows. The direction's model sees the categories' confidences as they come out of folds inside
    `rows`.
    """
    asked = [named(row) for row in rows]
    category = _categories(rows, asked)
    own: list[dict[str, Judged]] = [{} for _ in rows]
    parts = [{"2026-03": 0, "2026-04": 1, "2026-05": 2, "2026-06": 3}.get(max(row.month, "2026-03"), 4) for row in rows]
    for part in sorted(set(parts)):
        inner = [n for n, p in enumerate(parts) if p != part]
        weights = _categories([rows[n] for n in inner], [asked[n] for n in inner]) if inner else category
        given = Weights(version, weights, {}, THRESHOLD, MARGINS)
        for n in (n for n, p in enumerate(parts) if p == part):
            own[n] = judge.judged(rows[n].candidates, rows[n].seen, rows[n].lang, given)
    made = [
        judge.direction_features(found.values(), row.candidates, row.seen, row.found.direction)
        for row, found in zip(rows, own, strict=True)
    ]
    direction = _multinomial(made, [row.direction for row in rows])
    return Weights(version, category, direction, THRESHOLD, MARGINS)


def named(row: Row) -> list[str]:
    """The categories that are judged for a row."""
    mentioned = {each.category for each in row.candidates}
    return [c for c in CATEGORIES if c in mentioned or row.seen.meant[INDEX[c]] >= SEEN]


def _categories(rows: Sequence[Row], asked: Sequence[Sequence[str]]) -> Features:
    made, truth = [], []
    for row, categories in zip(rows, asked, strict=True):
        for category in categories:
            made.append(judge.category_features(category, row.candidates, row.seen, row.lang))
            truth.append(category in row.categories)
    matrix, names = _matrix(made)
    model = LogisticRegression(C=STRENGTH, max_iter=400, fit_intercept=False).fit(matrix, truth)
    return _table(names, model.coef_[0])


def _multinomial(made: Sequence[Features], truth: Sequence[str]) -> dict[str, Features]:
    matrix, names = _matrix(made)
    model = LogisticRegression(C=STRENGTH, max_iter=800, fit_intercept=False).fit(matrix, truth)
    return {str(name): _table(names, weights) for name, weights in zip(model.classes_, model.coef_, strict=True)}


def _matrix(made: Sequence[Features]):
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(made)
    often = np.asarray((matrix != 0).sum(0)).ravel() >= RARE
    return matrix[:, often], vectors.get_feature_names_out()[often]


def _table(names, weights) -> Features:
    return {str(name): round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= SMALL}


# -- measuring --------------------------------------------------------------------------------------------

FOLDS: dict[str, tuple[Callable[[Row], bool], Callable[[Row], bool]]] = {  # asked, learned from
    "July, from the months before": (lambda row: row.month >= "2026-07", lambda row: row.month < "2026-07"),
    "June, from the others": (lambda row: row.month == "2026-06", lambda row: row.month != "2026-06"),
    "January to March, from those after": (lambda row: row.month <= "2026-03", lambda row: row.month > "2026-03"),
    "April, from the others": (lambda row: row.month == "2026-04", lambda row: row.month != "2026-04"),
    "May, from the others": (lambda row: row.month == "2026-05", lambda row: row.month != "2026-05"),
}


class _NoNetwork(Network):
    """In place of the network, whose answers are given."""

    def __init__(self) -> None:
        self.version, self.means = "given", {}

    def read(self, entries: Iterable[tuple[str, str]], *, anywhere: bool = False) -> list[Seen]:
        raise NotImplementedError("what the network says is in the predictions")


def read(rows: Sequence[Row], tagger: Tagger, weights: Weights) -> list[Reading]:
    """What the reader with these weights makes of rows and the network's answers in them."""
    reader = Reader(tagger, weights, _NoNetwork())
    return [reader.weigh(row.text, row.found, row.candidates, row.seen)[0] for row in rows]


def f1(hit: int, said: int, true: int) -> float:
    return 2 * hit / (said + true) if said + true else 0.0


def macro(pairs: Sequence[tuple[str, str]]) -> tuple[float, dict[str, float]]:
    """Macro-F1 of direction over escalation, de-escalation and none;
    pairs of labelled and said, rows labelled mixed left out.
    """
    pairs = [(true, said) for true, said in pairs if true != "mixed"]
    scores = {
        name: f1(
            sum(t == s == name for t, s in pairs), sum(s == name for _, s in pairs), sum(t == name for t, _ in pairs)
        )
        for name in DIRECTIONS[:3]
        if any(t == name for t, _ in pairs)
    }
    return sum(scores.values()) / max(1, len(scores)), scores


def figures(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, float]:
    """What the folds are judged by, as the model card names it."""
    pairs = [(row.direction, reading.direction) for row, reading in zip(rows, readings, strict=True)]
    score, each = macro(pairs)
    calm = [said for true, said in pairs if true == "none"]
    made: dict[str, float] = {
        "rows": len(rows),
        "direction": score,
        "de-escalation": each.get("deescalation", 0.0),
        "false alarms": sum(said != "none" for said in calm) / max(1, len(calm)),
    }
    for lang in sorted({row.lang for row in rows}):
        own = [pair for row, pair in zip(rows, pairs, strict=True) if row.lang == lang]
        if len(own) >= 100:
            made[f"direction {lang}"] = macro(own)[0]
    hit = said = true = 0
    modes: list[bool] = []
    overlaps: list[bool] = []
    sure: list[tuple[float, bool]] = []
    for row, reading in zip(rows, readings, strict=True):
        named = set(reading.categories)
        hit, said, true = hit + len(named & row.categories), said + len(named), true + len(row.categories)
        for category in named & row.categories:
            labelled = [one for one in row.signals if one["category"] == category]
            found = [one for one in reading.signals if one.category == category]
            modes.append(found[0].mode in {one["mode"] for one in labelled})
            for one in labelled:
                if own := [s for s in found if s.field == one["field"]]:
                    start = getattr(row.text, one["field"]).find(one["evidence"])
                    end = start + len(one["evidence"])
                    overlaps.append(any(s.start < end and start < s.end for s in own))
        sure += [(s.confidence or 0.0, s.category in row.categories) for s in reading.signals]
    made |= {
        "categories, precision": hit / max(1, said),
        "categories, recall": hit / max(1, true),
        "categories": f1(hit, said, true),
        "act or words": sum(modes) / max(1, len(modes)),
        "evidence overlaps": sum(overlaps) / max(1, len(overlaps)),
        "calibration error": calibration_error(sure),
    }
    return {name: value if isinstance(value, int) else round(value, 3) for name, value in made.items()}


def calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of confidence (Naeini et al. 2015)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in sure:
        bins.setdefault(min(9, int(confidence * 10)), []).append((confidence, right))
    return sum(abs(sum(c for c, _ in own) - sum(right for _, right in own)) for own in bins.values()) / max(
        1, len(sure)
    )


def by_month(rows: Sequence[Row], tagger: Tagger) -> dict[str, dict[str, float]]:
    """Figures of each fold, whose rows neither witness that learns, nor the judge, had seen."""
    made = {}
    for name, (asked, learned) in FOLDS.items():
        there = [row for row in rows if asked(row)]
        made[name] = figures(there, read(there, tagger, fit([row for row in rows if learned(row)])))
        print(name, made[name], flush=True)
    return made


def by_outlet(rows: Sequence[Row], tagger: Tagger) -> None:
    """As by_month, of each group of outlets and of all of them; only printed."""
    read_as: dict[int, Reading] = {}
    for name, (learned, asked) in labels.outlet_folds([{"source": row.outlet} for row in rows]).items():
        there = [rows[n] for n in asked]
        readings = read(there, tagger, fit([rows[n] for n in learned]))
        read_as |= zip(asked, readings, strict=True)
        print(name, figures(there, readings), flush=True)
    print("all outlets", figures(rows, [read_as[n] for n in range(len(rows))]))


def main(arguments: Sequence[str] | None = None) -> None:
    asked = argparse.ArgumentParser(
        prog="python -m monitor.reader.fit_judge", description=(__doc__ or "").split("\n")[0]
    )
    asked.add_argument("--labels", type=Path, required=True, metavar="FOLDER", help="a folder of *.jsonl")
    asked.add_argument(
        "--predictions", type=Path, required=True, metavar="NPZ", help="the network's, out of fold by month"
    )
    asked.add_argument(
        "--by", choices=["outlet"], help="measure on folds by outlet, of predictions made so; nothing is written"
    )
    asked.add_argument("--corrections", type=Path, metavar="FILE", help="as given to train.py")
    asked.add_argument("-o", "--out", type=Path, default=judge.FILE)
    given = asked.parse_args(arguments)
    tagger = Tagger.load()
    rows = rows_of(given.labels, given.predictions, tagger, given.corrections)
    if given.by:
        return by_outlet(rows, tagger)
    folds = by_month(rows, tagger)
    weights = fit(rows)
    table = {
        "threshold": weights.threshold,
        "margins": weights.margins,
        "category": dict(sorted(weights.category.items())),
        "direction": {name: dict(sorted(each.items())) for name, each in weights.direction.items()},
    }
    version = hashlib.sha256(repr(table).encode()).hexdigest()[:8]
    lines = yaml.safe_dump({"version": version, **table}, allow_unicode=True, sort_keys=False, width=120)
    report = yaml.safe_dump(folds, allow_unicode=True, sort_keys=False, width=120).replace("\n", "\n# ").rstrip("# ")
    given.out.write_text(
        "# The judge's weights, in logits: made by python -m monitor.reader.fit_judge, not by hand. Fitted on all "
        "rows; figures of folds by month,\n"
        f"# each fitted and asked apart:\n# {report}{lines}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
