"""How right the tagger is on labelled entries: by language and category, with the confusion table.

    python -m benchmarks.quality FILE.jsonl [--anywhere]

Rows: id, title, summary, label (escalation, deescalation, mixed, none; others are left out), optional lang and signals (categories).
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from monitor.models import CATEGORIES
from monitor.tagging.tagger import Tagger

LABELS = ("escalation", "deescalation", "mixed", "none")
SCORED = ("escalation", "deescalation", "none")


def scores(right: int, said: int, true: int) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    precision, recall = right / said if said else 0.0, right / true if true else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def macro(pairs: list[tuple[str, str]]) -> float:
    """Mean F1 over the scored labels that occur; mixed rows are left out, as nobody agrees on them."""
    rows = [(gold, said) for gold, said in pairs if gold in SCORED]
    each = [
        scores(
            sum(g == s == label for g, s in rows), sum(s == label for _, s in rows), sum(g == label for g, _ in rows)
        )[2]
        for label in SCORED
        if any(gold == label for gold, _ in rows)
    ]
    return sum(each) / len(each) if each else float("nan")


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    if not names:
        sys.exit(__doc__)
    anywhere = "--anywhere" in sys.argv
    tagger = Tagger.load()
    pairs, categories = defaultdict(list), defaultdict(Counter)
    for name in names:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["label"] not in LABELS:
                continue
            reading = tagger.read(row["title"], row.get("summary") or "", anywhere=anywhere)
            for group in ("all", row.get("lang") or reading.lang or "?"):
                pairs[group].append((row["label"], reading.direction))
            if "signals" in row:
                gold, said = set(row["signals"]), set(reading.categories)
                for category in gold | said:
                    categories[category].update(
                        right=category in gold & said, said=category in said, true=category in gold
                    )
    print(f"{tagger.method}\n\nlanguage      n   macro-F1   false alarms   sign   tagged or none")
    for group in ("all", *sorted(set(pairs) - {"all"})):
        rows = pairs[group]
        none = [said for gold, said in rows if gold == "none"]
        polar = [(gold, said) for gold, said in rows if gold in SCORED[:2] and said in SCORED[:2]]
        alarms = sum(said != "none" for said in none) / max(1, len(none))
        sign = sum(gold == said for gold, said in polar) / max(1, len(polar))
        tagged = sum((gold == "none") == (said == "none") for gold, said in rows) / len(rows)
        print(f"{group:8s} {len(rows):6d} {macro(rows):10.3f} {alarms:14.3f} {sign:6.3f} {tagged:16.3f}")
    print("\nmeant, across what was said" + "".join(f"{label:>14s}" for label in LABELS))
    table = Counter(pairs["all"])
    for gold in LABELS:
        print(f"{gold:27s}" + "".join(f"{table[gold, said]:14d}" for said in LABELS))
    if categories:
        print("\ncategory       true   said   precision   recall      F1")
        for category in CATEGORIES:
            count = categories[category]
            precision, recall, f1 = scores(count["right"], count["said"], count["true"])
            print(f"{category:12s} {count['true']:6d} {count['said']:6d} {precision:11.2f} {recall:8.2f} {f1:7.2f}")


if __name__ == "__main__":
    main()
