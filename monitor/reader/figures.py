"""How well a network reads rows whose labels are known: the figures of the model card. Pure."""

import numpy as np

from monitor.reader.network import CATEGORIES, DIRECTIONS

# probability from which a category counts as said in these figures; rare ones are weighted up. The judge has thresholds
# of its own
MEANT = 0.6
MIXED = DIRECTIONS.index("mixed")


def f1(hit, said, true):
    return 2 * hit / (said + true) if said + true else 0.0


def macro(true, said):
    """Mean of the F1 of escalation, deescalation and none over the rows that are one of these;
    a class without rows is left out.
    """
    scores = []
    for name in ("escalation", "deescalation", "none"):
        n = DIRECTIONS.index(name)
        if (true == n).any():
            scores.append(f1(((true == n) & (said == n)).sum(), (said == n).sum(), (true == n).sum()))
    return float(np.mean(scores)) if scores else 0.0


def figures(rows, examples, read):
    """Figures of rows, their Examples and what fit.predict read of each."""
    true = np.array([example.direction for example in examples])
    said = np.array([entry["direction"].argmax() for entry in read])
    asked = true != MIXED
    none = asked & (true == 0)
    made = {
        "rows": len(rows),
        "direction": macro(true[asked], said[asked]),
        "deescalation": f1(
            (asked & (true == 2) & (said == 2)).sum(), (asked & (said == 2)).sum(), (asked & (true == 2)).sum()
        ),
        "false alarms": float((said[none] != 0).mean()) if none.any() else 0.0,
    }
    for lang in sorted({row["lang"] for row in rows}):
        own = asked & np.array([row["lang"] == lang for row in rows])
        if own.any():
            made[f"direction {lang}"] = macro(true[own], said[own])
    meant = np.stack([example.meant for example in examples]) > 0
    found = np.stack([entry["meant"] for entry in read]) > MEANT
    hit = meant & found
    made["categories"] = f1(hit.sum(), found.sum(), meant.sum())
    modes, overlaps = [], []
    for row, example, entry, own in zip(rows, examples, read, hit, strict=True):
        for c in np.flatnonzero(own):
            modes.append(example.act[c] == 0.5 or (entry["act"][c] > 0.5) == (example.act[c] > 0.5))
            span = entry["spans"].get(CATEGORIES[c])
            for signal in row["signals"]:
                if span and signal["category"] == CATEGORIES[c] and signal["field"] == span.field:
                    start = row[span.field].find(signal["evidence"])
                    overlaps.append(span.start < start + len(signal["evidence"]) and start < span.end)
    made["act or words"] = float(np.mean(modes)) if modes else 0.0
    made["evidence overlaps"] = float(np.mean(overlaps)) if overlaps else 0.0
    return {name: value if isinstance(value, int) else round(float(value), 3) for name, value in made.items()}


def anywhere(pairs):
    """Figures of sentences about all the world; pairs: numbers of DIRECTIONS, labelled and read."""
    true, said = np.array(pairs).T
    polar = (true > 0) & (true != MIXED) & (said > 0) & (said != MIXED)
    return {
        "rows": len(pairs),
        "direction": round(macro(true, said), 3),
        "sign": round(float((true == said)[polar].mean()), 3) if polar.any() else 0.0,
    }
