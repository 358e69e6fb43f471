"""py3langid's model in half the memory, for the processes that read: only our languages' weights, tables held once and as plain numbers.

Its own loader keeps the weights of 142 languages and, while it loads, two copies of a 39 MB automaton. Leaves telling languages
apart to text.py. The layout is that of the pinned version (py3langid.modelio.load_model); tests compare the two.
"""

from __future__ import annotations

import lzma
import shutil
import tempfile
from collections.abc import Sequence

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier


def load(languages: Sequence[str]) -> LanguageIdentifier:
    """An identifier that knows `languages` only."""
    with tempfile.TemporaryFile() as unpacked:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        unpacked.seek(0)
        with np.load(unpacked, allow_pickle=False) as stored:
            classes = stored["classes"].tolist()
            wanted = [place for place, code in enumerate(classes) if code in languages]
            weights, priors = stored["ptc"][:, wanted], stored["pc"][wanted]
            moves, found = _numbers(stored["nextmove"]), _numbers(stored["out_feat"])
            rows = stored["nextmove_row"].astype(np.uint32)
    identifier = LanguageIdentifier(weights, priors, [classes[place] for place in wanted], moves, found, tk_row=())
    identifier._rowbase = _numbers(rows << 8)  # where each state's 256 moves begin; a list of as many ints takes ten times as much
    return identifier


def _numbers(table: np.ndarray) -> memoryview:
    """The same memory, giving plain ints: numpy's own are slow one by one."""
    return memoryview(np.ascontiguousarray(table)).cast("B").cast(table.dtype.char)
