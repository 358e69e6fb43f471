"""How right the reader is: on folds by month, on entries invented for the purpose, and on labelled entries of your own.

    python -m benchmarks.quality                                        in a clean clone
    python -m benchmarks.quality --labels FOLDER --predictions NPZ folds by language and category too (needs the extra
        [train])
    python -m benchmarks.quality --labels FOLDER [--every N] [--anywhere]

Three readings stand side by side: the phrases alone, the network alone (no gate, its likeliest direction, categories
from the threshold of its card) and the reader, which is both and the judge. Figures of folds are copied from the model
card and the judge's table, where training wrote them; with the network's out-of-fold predictions (month.npz of
monitor.reader.train) they are made again, the judge fitted anew for each fold. The phrases do not learn, but the labels
were looked at while they were written and pruned: they are in-sample everywhere but on the invented entries. Rows of
--labels: id, title, summary, lang, direction (or label) and signals (category, mode, field, evidence); without
--predictions the shipped reader reads them, which learned from them: that is in-sample and named so.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from monitor.models import CATEGORIES, FORMER_CATEGORIES, Reading, Text
from monitor.reader import judge
from monitor.reader.figures import MEANT
from monitor.reader.network import DIRECTIONS, HERE, Seen
from monitor.reader.reader import Reader
from monitor.tagging.tagger import Tagger

LABELS = ("escalation", "deescalation", "mixed", "none")
SCORED = ("escalation", "deescalation", "none")
WITNESSES = ("phrases", "network", "reader")
INVENTED = Path(__file__).resolve().parent.parent / "tests" / "invented"
FEWEST = 30  # rows of a group that is given a line of its own


@dataclass(frozen=True, slots=True)
class Found:
    """One signal that was read."""

    category: str
    mode: str
    field: str
    start: int
    end: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Said:
    """What one witness says of one entry."""

    direction: str
    signals: tuple[Found, ...]

    @property
    def categories(self) -> set[str]:
        return {signal.category for signal in self.signals}


# -- reading ----------------------------------------------------------------------------------------------


def labelled(place: Path) -> list[dict]:
    """Rows of a file or of every *.jsonl in a folder. Raises ValueError with file and line where one is damaged."""
    rows = []
    for file in sorted(place.glob("*.jsonl")) if place.is_dir() else [place]:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                row["direction"] = row.get("direction") or row["label"]
                row["summary"] = row.get("summary") or ""
                row["lang"] = row.get("lang") or "?"
                if row["direction"] not in LABELS:
                    continue
                row["title"] = str(row["title"])
                for signal in row.setdefault("signals", []):
                    signal["category"] = FORMER_CATEGORIES.get(signal["category"], signal["category"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{file}, line {number}: {error!r}; see the docstring of this program") from error
            rows.append(row)
    if not rows:
        raise ValueError(f"no labelled rows in {place}")
    return rows


def witnesses(reader: Reader, row: dict, anywhere: bool) -> dict[str, Said]:
    """What phrases, network and reader say of a row."""
    lang = row["lang"] if row["lang"] != "?" else None
    text = Text(row["title"], row["summary"], lang)
    (seen,) = reader.network.read([(text.title, text.summary)])
    (both,) = reader.read([text], anywhere=anywhere)
    phrases = reader.tagger.read(text.title, text.summary, lang=lang, anywhere=anywhere)
    return {"phrases": said(phrases), "network": network_said(seen), "reader": said(both)}


def out_of_fold(folder: Path, predictions: Path) -> tuple[list[dict], list[dict[str, Said]]]:
    """Labelled rows and what was said of each by a network and a judge that had not learned its month."""
    from monitor.reader import fit_judge  # needs scikit-learn

    tagger = Tagger.load()
    known = fit_judge.rows_of(folder, predictions, tagger)
    rows, read = [], []
    for fold, (asked, learned) in fit_judge.FOLDS.items():
        there = [row for row in known if asked(row)]
        weights = fit_judge.fit([row for row in known if learned(row)])
        for row, both in zip(there, fit_judge.read(there, tagger, weights), strict=True):
            text = {"title": row.text.title, "summary": row.text.summary, "lang": row.lang, "fold": fold}
            rows.append(text | {"direction": row.direction, "signals": row.signals})
            read.append({"phrases": said(row.found), "network": network_said(row.seen), "reader": said(both)})
    return rows, read


def network_said(seen: Seen) -> Said:
    signals = []
    for category, meant, act in zip(CATEGORIES, seen.meant, seen.act, strict=True):
        if meant > MEANT:
            span = seen.spans.get(category)
            where = (span.field, span.start, span.end) if span else ("", 0, 0)
            signals.append(Found(category, "act" if act > 0.5 else "words", *where, float(meant)))
    return Said(DIRECTIONS[int(seen.direction.argmax())], tuple(signals))


def said(reading: Reading) -> Said:
    signals = reading.signals
    return Said(
        reading.direction, tuple(Found(s.category, s.mode, s.field, s.start, s.end, s.confidence) for s in signals)
    )


# -- scoring ----------------------------------------------------------------------------------------------


def scores(right: int, said: int, true: int) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    return (
        right / said if said else 0.0,
        right / true if true else 0.0,
        2 * right / (said + true) if said + true else 0.0,
    )


def by_class(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """F1 of each direction that occurs; rows labelled mixed are left out, as nobody agrees on them."""
    rows = [(true, said) for true, said in pairs if true in SCORED]
    return {
        name: scores(
            sum(t == s == name for t, s in rows), sum(s == name for _, s in rows), sum(t == name for t, _ in rows)
        )[2]
        for name in SCORED
        if any(true == name for true, _ in rows)
    }


def counts(rows: Iterable[tuple[dict, Said]]) -> dict[str, Counter]:
    """For each category how many rows have it, how many are said to, and how many rightly."""
    made: dict[str, Counter] = defaultdict(Counter)
    for row, found in rows:
        true, named = {signal["category"] for signal in row["signals"]}, found.categories
        for category in true | named:
            made[category]["right"] += category in true & named
            made[category]["said"] += category in named
            made[category]["true"] += category in true
    return made


def pooled(made: dict[str, Counter]) -> tuple[float, float, float]:
    return scores(*(sum(count[key] for count in made.values()) for key in ("right", "said", "true")))


def measure(rows: Sequence[tuple[dict, Said]]) -> dict[str, float | None]:
    """The figures of a group of rows; None where no row could show it."""
    pairs = [(row["direction"], found.direction) for row, found in rows]
    each = by_class(pairs)
    calm = [found for true, found in pairs if true == "none"]
    modes, overlaps, sure = [], [], defaultdict(list)
    for row, found in rows:
        true = {signal["category"] for signal in row["signals"]}
        for category in true & found.categories:
            own = [s for s in found.signals if s.category == category]
            meant = [s for s in row["signals"] if s["category"] == category]
            modes.append(bool({s.mode for s in own} & {s["mode"] for s in meant}))
            for one in meant:
                start = row[one["field"]].find(one["evidence"])
                spans = [s for s in own if s.field == one["field"]]
                if spans and start >= 0:
                    end = start + len(one["evidence"])
                    overlaps.append(any(s.start < end and start < s.end for s in spans))
        for s in found.signals:
            if s.confidence is not None:
                sure[min(9, int(s.confidence * 10))].append((s.confidence, s.category in true))
    precision, recall, f1 = pooled(counts(rows))
    total = sum(map(len, sure.values()))
    error = sum(abs(sum(c for c, _ in own) - sum(right for _, right in own)) for own in sure.values())
    return {
        "rows": len(rows),
        "direction": sum(each.values()) / len(each) if each else None,
        "right": sum(true == found for true, found in pairs) / len(pairs),
        "de-escalation": each.get("deescalation"),
        "false alarms": sum(found != "none" for found in calm) / len(calm) if calm else None,
        "precision": precision,
        "recall": recall,
        "categories": f1,
        "act or words": sum(modes) / len(modes) if modes else None,
        "evidence": sum(overlaps) / len(overlaps) if overlaps else None,
        "calibration": error / total if total else None,
    }


# -- printing ---------------------------------------------------------------------------------------------


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Plain columns: names to the left, figures to the right, a dash where nothing could be measured."""
    shown = [list(head)] + [[cell(value) for value in line] for line in lines]
    wide = [max(len(line[n]) for line in shown) for n in range(len(head))]
    for line in shown:
        print("  ".join(v.ljust(w) if n == 0 else v.rjust(w) for n, (v, w) in enumerate(zip(line, wide, strict=True))))
    print()


def cell(value: object) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def folds() -> None:
    """What training and fitting measured of months that they had not learned."""
    card = json.loads((HERE / "card.json").read_text(encoding="utf-8"))["figures"]
    columns = ["rows", "direction", *(f"direction {lang}" for lang in ("en", "fr", "ar", "fa")), "de-escalation",
        "false alarms",
               "categories", "act or words", "evidence overlaps", "calibration error"]  # fmt: skip
    head = ["fold", *(name.replace("direction ", "").replace(" overlaps", "") for name in columns)]
    print("FOLDS: rows whose month (or outlet) had not been learned\n\nnetwork alone (card.json)")
    table(head, [[name, *(own.get(c, own.get(c.replace("-", ""))) for c in columns)] for name, own in card.items()])
    print("reader: phrases, network and judge (head of judge.yaml)")
    own = judge_folds(judge.FILE)
    lines = [[name, *(each.get(c) for c in columns)] for name, each in own.items()]
    mean = [mean_of([each.get(c) for each in own.values()]) for c in columns[1:]]
    table(head, [*lines, ["mean of the folds", sum(each["rows"] for each in own.values()), *mean]])


def judge_folds(file: Path) -> dict[str, dict[str, float]]:
    """The folds that fit_judge wrote as comments, YAML themselves, at the head of its table:
    {fold: {figure: value}}.
    """
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[2:])
    first = next((n for n, line in enumerate(lines) if line.startswith("  ")), 1) - 1
    return yaml.safe_load("\n".join(lines[first:])) or {}


def mean_of(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _has(key: str, value: object, row: dict) -> bool:
    return row[key] == value


def report(title: str, rows: Sequence[dict], read: Sequence[dict[str, Said]], groups: Sequence[str]) -> None:
    """Tables of all rows, of each value of `groups` (keys of a row), of each category,
    and what was meant across what was said.
    """
    print(f"{title}: {len(rows)} entries\n")
    columns = list(measure([(rows[0], read[0]["reader"])]))
    picked: list[tuple[str, Callable[[dict], bool]]] = [("all", lambda _: True)]
    for key in groups:
        for value in dict.fromkeys(row[key] for row in rows):
            picked.append((value, partial(_has, key, value)))
    for name in WITNESSES:
        lines = []
        for label, wanted in picked:
            own = [(row, each[name]) for row, each in zip(rows, read, strict=True) if wanted(row)]
            if len(own) >= FEWEST or "kind" in rows[0]:
                lines.append([label, *measure(own).values()])
        print(name)
        table(["", *columns], lines)
    if any(row["signals"] for row in rows):
        made = {name: counts((row, each[name]) for row, each in zip(rows, read, strict=True)) for name in WITNESSES}
        lines = []
        for c in CATEGORIES:
            each = [scores(made[w][c]["right"], made[w][c]["said"], made[w][c]["true"])[2] for w in WITNESSES]
            own = made["reader"][c]
            precision, recall, _ = scores(own["right"], own["said"], own["true"])
            lines.append([c, own["true"], own["said"], precision, recall, each[2], each[0], each[1]])
        table(["category", "true", "said", "precision", "recall", "F1", "phrases F1", "network F1"], lines)
    for name in WITNESSES:
        told = Counter((row["direction"], each[name].direction) for row, each in zip(rows, read, strict=True))
        table([f"{name}: meant, across what was said", *LABELS], [[g, *(told[g, s] for s in LABELS)] for g in LABELS])


def main(arguments: Sequence[str] | None = None) -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--labels", type=Path, help="a folder of labelled *.jsonl, or a file")
    asked.add_argument("--predictions", type=Path, metavar="NPZ", help="what the network said of them out of fold")
    asked.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth of these rows only")
    asked.add_argument("--anywhere", action="store_true", help="read these rows without the theatre")
    given = asked.parse_args(arguments)
    reader = Reader.load()
    print(f"{reader.method}\n")
    folds()
    if given.labels and given.predictions:
        rows, read = out_of_fold(given.labels, given.predictions)
        report("OUT OF FOLD by month; the phrases in-sample", rows, read, ("lang", "fold"))
    rows = labelled(INVENTED)
    read = [witnesses(reader, row, False) for row in rows]
    report("INVENTED, never learned from", rows, read, ("lang", "kind"))
    if given.labels and not given.predictions:
        rows = labelled(given.labels)[:: given.every]
        read = [witnesses(reader, row, given.anywhere) for row in rows]
        report(f"IN-SAMPLE unless the reader never saw them: {given.labels.name}", rows, read, ("lang",))


if __name__ == "__main__":
    main()
