"""py3langid's model in a fraction of the memory and time, for the processes that read: only our languages' weights, tables as plain numbers.

Its own loader keeps the weights of 142 languages and, while it loads, two copies of a 39 MB automaton. Here the automaton is unpacked once, into a
file that every process maps: memory holds what is looked at. Leaves telling languages apart to text.py. The layout is that of the pinned
version (py3langid.modelio.load_model); tests compare the two.
"""

from __future__ import annotations

import lzma
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from monitor.tagging.cache import kept, own, place, write

FILE = Path(MODEL_DIR, MODEL_FILE)


def load(languages: Sequence[str]) -> LanguageIdentifier:
    """An identifier that knows `languages` only."""
    stat = FILE.stat()
    key = repr((*languages, FILE.name, stat.st_size, stat.st_mtime_ns)).encode()
    path, unpacked = place("language-moves", key), None
    if (moves := _mapped(path)) is None:
        *unpacked, moves = _unpacked(languages)
        write(path, lambda file: np.save(file, moves))
        mapped = _mapped(path)
        moves = moves if mapped is None else mapped
    weights, priors, known, found, rows = kept("language-model", key, lambda: unpacked or _unpacked(languages)[:-1])
    identifier = LanguageIdentifier(weights, priors, known, _numbers(moves), _numbers(found), tk_row=())
    identifier._rowbase = _numbers(
        rows.astype(np.uint32) << 8
    )  # where each state's 256 moves begin; a list of as many ints takes ten times as much
    return identifier


def _unpacked(languages: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Weights and priors of our languages, their codes, and the automaton: features, rows, moves."""
    with tempfile.TemporaryFile() as unpacked:
        with lzma.open(FILE) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.seek(0)
        with np.load(unpacked, allow_pickle=False) as stored:
            classes = stored["classes"].tolist()
            wanted = [place for place, code in enumerate(classes) if code in languages]
            weights, priors = stored["ptc"][:, wanted], stored["pc"][wanted]
            return (
                weights,
                priors,
                [classes[place] for place in wanted],
                stored["out_feat"],
                stored["nextmove_row"],
                stored["nextmove"],
            )


def _mapped(path: Path) -> np.ndarray | None:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False) if own(path) else None
    except (OSError, ValueError):  # it went away, or was cut off
        return None


def _numbers(table: np.ndarray) -> memoryview:
    """The same memory, giving plain ints: numpy's own are slow one by one."""
    return memoryview(np.ascontiguousarray(table)).cast("B").cast(table.dtype.char)
