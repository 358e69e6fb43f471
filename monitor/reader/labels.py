"""Labelled entries as the network learns from them: pieces with their targets, and the folds in which it is asked.
Training only.

A row is one line of JSON: id, lang, title, summary, source, published, direction, signals [{category, mode, field,
evidence}]. Invented rows are lines of text with the words of each signal marked in place (training/README.md has the
form); they are learned from in every fold and asked in none.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitor.models import FORMER_CATEGORIES
from monitor.reader import network, pieces

LENGTH = 112  # pieces of a row that are learned from; nine rows in ten are shorter
BOTH = 0.5  # target of act or words where a row has a category as both


@dataclass(frozen=True)
class Example:
    """One row, ready for the network. ids and field: its pieces; starts and ends: their characters;
    the rest: targets by category.
    """

    id: str
    ids: np.ndarray
    field: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    direction: int
    meant: np.ndarray
    act: np.ndarray  # -1 where the category is not meant
    evidence: np.ndarray  # pieces x categories, 1 within the words that state it
    stated: bool  # False: only the direction is known
    kind: str  # "", "invented" or "copied": how much of these an epoch draws stands in the recipe


def read(folders, corrections=None):
    """Rows of every *.jsonl in the folders, and of a file of corrections (`export corrections --format jsonl`).

    Each id stands once, and each text: what was corrected takes the place of a row of the same title and summary.
    Raises ValueError with file and line where a row is damaged, and where a corrected one has words that do not stand
    in it.
    """
    corrections = Path(corrections) if corrections else None
    rows: dict[str, dict[str, Any]] = {}
    texts: dict[tuple[str, str], str] = {}
    files = sorted(file for folder in folders for file in Path(folder).glob("*.jsonl"))
    for file in [*files, *([corrections] if corrections else [])]:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                row = row | {"summary": row.get("summary") or "", "published": row.get("published") or ""}
                network.DIRECTIONS.index(row["direction"])
                for signal in row["signals"]:
                    signal["category"] = FORMER_CATEGORIES.get(signal["category"], signal["category"])
                    network.CATEGORIES.index(signal["category"])
                    if file == corrections and not (signal["evidence"] and signal["evidence"] in row[signal["field"]]):
                        raise ValueError(f"{signal['evidence']!r} does not stand in the {signal['field']}")
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(
                    f"{file}, line {number}: {error!r}; a row needs what the README of the labels names"
                ) from error
            text = row["title"], row["summary"]
            if file == corrections and text in texts:
                rows.pop(texts[text], None)
            rows[row["id"]], texts[text] = row, row["id"]
    if not rows:
        raise ValueError(f"no rows in *.jsonl of {', '.join(map(str, folders))}")
    return list(rows.values())


MARK = re.compile(r"\{([a-z_]+)\.(act|words): ?([^{}|]+)\}")
LETTERS = {"N": "none", "E": "escalation", "D": "deescalation", "M": "mixed"}


def invented(folders):
    """Rows of every LANG.txt in the folders, a line each: "D | title | summary", a signal's words as {release.act:
    hands back tanker}. Raises ValueError with file and line where one is damaged.
    """
    rows = []
    for file in sorted(file for folder in folders for file in Path(folder).glob("*.txt")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                letter, *texts = (part.strip() for part in line.split("|"))
                direction, signals, plain = LETTERS[letter], [], {}
                for field, text in zip(("title", "summary"), texts, strict=True):
                    for category, mode, words in MARK.findall(text):
                        network.CATEGORIES.index(category := FORMER_CATEGORIES.get(category, category))
                        signals.append({"category": category, "mode": mode, "field": field, "evidence": words.strip()})
                    plain[field] = MARK.sub(lambda found: found[3].strip(), text)
                if not plain["title"] or "{" in "".join(plain.values()) or bool(signals) == (letter == "N"):
                    raise ValueError("no title, a mark that is not one, or marks that do not fit the letter")
            except (ValueError, KeyError) as error:
                raise ValueError(f"{file}, line {number}: {error!r}; training/README.md has the form") from error
            row = {"id": hashlib.sha1(line.encode()).hexdigest(), "lang": file.stem[:2], "source": "", "published": ""}
            rows.append(row | plain | {"direction": direction, "signals": signals, "invented": True})
    return rows


def anywhere(files):
    """Rows of *.jsonl of sentences about the whole world, with `label` in place of direction and without signals."""
    rows = []
    for file in files:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["label"] in network.DIRECTIONS:
                texts = {"title": row["title"], "summary": row.get("summary") or ""}
                rows.append(
                    {"id": row["id"], "lang": row["lang"], **texts, "direction": row["label"], "anywhere": True}
                )
    return rows


def examples(rows, tokenizer, length=LENGTH):
    """An Example for each row. What is longer than `length` is cut: the summary first, of the title at most a third."""
    prefixes = {anywhere: tokenizer.encode(prefix).ids for anywhere, prefix in network.PREFIXES.items()}
    made: list[Example] = []
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        titles = tokenizer.encode_batch([pieces.clean(row["title"]) for row in part])
        summaries = tokenizer.encode_batch([pieces.clean(row["summary"]) for row in part])
        for row, title, summary in zip(part, titles, summaries, strict=True):
            made.append(_example(row, title, summary, prefixes[row.get("anywhere", False)], length))
    return made


def _example(row, title, summary, prefix, length):
    room = length - len(prefix) - 3
    of_title = min(len(title.ids), max(room - len(summary.ids), room * 2 // 3))
    of_summary = min(len(summary.ids), room - of_title)
    ids = [pieces.START, *prefix, *title.ids[:of_title], pieces.END, *summary.ids[:of_summary], pieces.END]
    before = [(-1, 0, 0)] * (1 + len(prefix))
    laid = before + [(0, a, b) for a, b in title.offsets[:of_title]] + [(-1, 0, 0)]
    laid += [(1, a, b) for a, b in summary.offsets[:of_summary]] + [(-1, 0, 0)]
    field, starts, ends = (np.array(column, np.int32) for column in zip(*laid, strict=True))
    count = len(network.CATEGORIES)
    meant, act = np.zeros(count, np.float32), np.full(count, -1, np.float32)
    evidence = np.zeros((len(ids), count), np.uint8)
    for signal in row.get("signals", ()):
        c = network.CATEGORIES.index(signal["category"])
        mode = float(signal["mode"] == "act")
        act[c] = BOTH if meant[c] and act[c] != mode else mode
        meant[c] = 1
        words, where = signal["evidence"], int(signal["field"] == "summary")
        at = row[signal["field"]].find(words) if words else -1
        if at >= 0:
            evidence[(field == where) & (starts < at + len(words)) & (ends > at), c] = 1
    direction = network.DIRECTIONS.index(row["direction"]) if "direction" in row else 0
    stated = "signals" in row
    kind = ("copied" if row.get("anywhere") else "invented") if row.get("invented") else ""
    ids = np.array(ids, np.int32)
    return Example(row["id"], ids, field, starts, ends, direction, meant, act, evidence, stated, kind)


def month_folds(rows):
    """{name: (numbers learned from, numbers asked)}. The newest month is asked after learning from what came before
    alone; of the others each is asked after learning from all else, those up to March 2026 together. Rows without a
    date count as the oldest; invented ones are always learned from and never asked.
    """
    months = [None if row.get("invented") else row["published"][:7] for row in rows]
    known = sorted({month for month in months if month is not None})
    groups = {month: [month] for month in known if month > "2026-03"}
    groups["2026-03"] = [month for month in known if month <= "2026-03"]
    folds = {}
    for name in sorted(groups):
        asked = [n for n, month in enumerate(months) if month in groups[name]]
        if asked:
            learned = [n for n, month in enumerate(months) if month not in groups[name]]
            folds[name] = learned, asked
    return folds


def outlet_folds(rows, count=4):
    """As month_folds, by outlet: whole outlets, the largest first to where the fewest rows are."""
    sizes = Counter(row["source"] for row in rows if not row.get("invented"))
    filled, place = [0] * count, {}
    for source, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        place[source] = min(range(count), key=lambda n: (filled[n], n))
        filled[place[source]] += size
    return {
        f"outlets-{n + 1}": (
            [i for i, row in enumerate(rows) if row.get("invented") or place[row["source"]] != n],
            [i for i, row in enumerate(rows) if not row.get("invented") and place[row["source"]] == n],
        )
        for n in range(count)
    }


FOLDS = {"month": month_folds, "outlet": outlet_folds}


def fingerprint(rows):
    """Sixteen hex digits that change with any row."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row["id"]):
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=True).encode())
    return digest.hexdigest()[:16]
