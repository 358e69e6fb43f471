"""The network at run time: entries in, probabilities with the words that prove them out.

    (title, summary) -> pieces -> windows -> onnxruntime -> one Seen an entry

Pure but for the two files that `load` reads. Needs onnxruntime, tokenizers and numpy; no torch, no network. One thread
a process.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from monitor.models import CATEGORIES
from monitor.reader import pieces, spans

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Encoding, Tokenizer

DIRECTIONS = ("none", "escalation", "deescalation", "mixed")
HERE = Path(__file__).parent
PREFIXES = {False: "query:", True: "passage:"}  # before a text: read for the theatre, or as if all the world were it
MODEL, PIECES = HERE / "reader.onnx", HERE / "pieces.json.gz"

WINDOW = 128  # pieces that the network sees at once
STEP = 88  # from one window of a long text to the next; what is between stands in both
WINDOWS = 10  # of one entry, some 500 words; what comes after them is not read
TITLE = 64  # pieces of a title that its vector is made of
CHARACTERS = 6_000  # of one field; more than that many windows hold
WORTH_A_SPAN = 0.02  # probability of a category from which its words are looked for


@dataclass(frozen=True)
class Seen:
    """What the network says of one entry. Arrays are float32 in the order of DIRECTIONS and CATEGORIES.

    direction: 4 probabilities with sum 1. meant: 17, of each category. act: 17, that it happened rather than is spoken
    of. spans: category -> Span of the words that state it. vector: VECTOR numbers of the title (of the summary where
    there is none), for telling events apart; not normalised, no language's mean taken away.
    """

    direction: np.ndarray
    meant: np.ndarray
    act: np.ndarray
    spans: dict[str, spans.Span]
    vector: np.ndarray


class Network:
    """Reads entries. Made by `load`; safe to use from one thread at a time."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer):
        self._session, self._tokenizer = session, tokenizer
        self._prefixes = {anywhere: tokenizer.encode(prefix).ids for anywhere, prefix in PREFIXES.items()}
        facts = session.get_modelmeta().custom_metadata_map
        self.version = facts.get("version", "")
        self.means = {lang: np.array(mean, np.float32) for lang, mean in json.loads(facts.get("means", "{}")).items()}

    @classmethod
    def load(cls, model: Path = MODEL, tokenizer: Path = PIECES) -> Network:
        """Raises FileNotFoundError where a file is missing and onnxruntime's error where the model is damaged."""
        import onnxruntime  # and what it takes only where texts are read
        from tokenizers import Tokenizer

        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        for path in (model, tokenizer):
            if not Path(path).is_file():
                raise FileNotFoundError(
                    f"{path} is missing; install the package again, or train with python -m monitor.reader.train"
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # it keeps the largest batch's memory for good
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return cls(session, Tokenizer.from_str(gzip.decompress(Path(tokenizer).read_bytes()).decode()))

    def read(self, entries: Iterable[tuple[str, str]], *, anywhere: bool = False) -> list[Seen]:
        """One Seen for each (title, summary), in their order. Takes any text; long ones are read in windows up to
        WINDOWS of them. With `anywhere` what happens outside the theatre counts too.

        Each window goes through the network alone: the ranges of its 8 bits are those of the window, so that what is
        read of an entry does not depend on which others are read with it. Together they would be no faster.
        """
        return [self._entry(title, summary, self._prefixes[anywhere]) for title, summary in entries]

    def packed(self, seen: Seen, lang: str) -> bytes | None:
        """The vector as it is kept to tell events apart: without its language's mean, one signed byte a number. A
        cosine of two such is that of the vectors, to a hundredth. None where the language has no mean: then it cannot
        be compared.
        """
        mean = self.means.get(lang)
        return None if mean is None else packed(seen.vector - mean)

    def _entry(self, title: str, summary: str, prefix: list[int]) -> Seen:
        of_title, of_summary = (self._tokenizer.encode(pieces.clean(text[:CHARACTERS])) for text in (title, summary))
        said = (of_title.ids or of_summary.ids)[:TITLE]
        cut = windows(of_title, of_summary, prefix)
        first = self._run(cut[0], [pieces.START, *self._prefixes[False], *said, pieces.END, pieces.END])
        parts = [first, *(self._run(window, [pieces.START]) for window in cut[1:])]
        return _joined(list(zip(cut, parts, strict=True)), title, summary)

    def _run(self, window: Window, title: list[int]) -> dict[str, np.ndarray]:
        names = ("direction", "meant", "act", "evidence", "vector")
        given = {"ids": np.array([window.ids], np.int64), "field": (window.field == 1).astype(np.int64)[None]}
        given["title"] = np.array([title], np.int64)
        return {name: value[0] for name, value in zip(names, self._session.run(names, given), strict=True)}


@dataclass(frozen=True)
class Window:
    """A stretch of one entry that the network sees at once. field: 0 title, 1 summary, -1 neither;
    starts and ends are characters.
    """

    ids: list[int]
    field: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def windows(title: Encoding, summary: Encoding, prefix: list[int]) -> list[Window]:
    """The Windows of an entry's two encoded fields: one where all fits, else as many as it takes,
    each beginning STEP pieces after the last.
    """
    room = WINDOW - len(prefix) - 3
    rows = [(i, 0, a, b) for i, (a, b) in zip(title.ids, title.offsets, strict=True)]
    rows += [(i, 1, a, b) for i, (a, b) in zip(summary.ids, summary.offsets, strict=True)]
    made, start = [], 0
    while True:
        chosen = rows[start : start + room]
        cut = sum(row[1] == 0 for row in chosen)
        blank = (0, -1, 0, 0)
        laid = [blank] * (1 + len(prefix)) + chosen[:cut] + [blank] + chosen[cut:] + [blank]
        ids = [
            pieces.START,
            *prefix,
            *(r[0] for r in chosen[:cut]),
            pieces.END,
            *(r[0] for r in chosen[cut:]),
            pieces.END,
        ]
        _, field, starts, ends = (np.array(column) for column in zip(*laid, strict=True))
        made.append(Window(ids, field, starts, ends))
        if start + room >= len(rows) or len(made) == WINDOWS:
            return made
        start += STEP


def packed(vector: np.ndarray) -> bytes | None:
    """A vector's direction in signed bytes, the largest number as 127 or -127; None for one without direction."""
    largest = float(np.abs(vector).max())
    return np.round(vector * (127 / largest)).astype(np.int8).tobytes() if 0 < largest < np.inf else None


def _joined(parts: list[tuple[Window, dict[str, np.ndarray]]], title: str, summary: str) -> Seen:
    """One Seen of the windows of an entry. News begins with what it is about: each later window weighs half of the one
    before it, and a category is meant as much as in the window that means it most.
    """
    weights = 0.5 ** np.arange(len(parts), dtype=np.float32)
    weights /= weights.sum()
    outputs = [output for _, output in parts]
    direction = sum(weight * output["direction"] for weight, output in zip(weights, outputs, strict=True))
    meant = np.stack([output["meant"] for output in outputs])
    chosen = meant.argmax(0)
    act = np.array([outputs[n]["act"][c] for c, n in enumerate(chosen)], np.float32)
    found = {}
    for c in np.flatnonzero(meant.max(0) > WORTH_A_SPAN):
        window, output = parts[chosen[c]]
        span = spans.best(output["evidence"][:, c], window.starts, window.ends, window.field == 1, title, summary)
        if span:
            found[CATEGORIES[c]] = span
    return Seen(direction, meant.max(0), act, found, outputs[0]["vector"])
