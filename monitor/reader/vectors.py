"""The vector of meaning, taught by the whole base network's sentence vectors. Training only.

Drawing entries of one event together (InfoNCE over the windows, each left out in turn) was tried and did harm: 800 rows
are too few for it. Sentence vectors of one language lie together, whatever they say; so each language's mean is taken
away, in teaching and when two vectors are compared (the means are shipped with the model, of vectors as the model gives
them).
"""

import json
from pathlib import Path

import numpy as np
import torch

from monitor.reader.model import VECTOR, from_base, mean_of


def read(folder):
    """{window: rows} of a folder of *.jsonl, rows with `event` (a name, or null)."""
    windows = {}
    for file in sorted(Path(folder).glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        windows[file.stem] = [row | {"summary": row.get("summary") or "", "signals": []} for row in rows]
    return windows


def sentences(settings, tensors, lower, rows):
    """(rows, width): the whole base network's own sentence vectors of these rows of `lower`."""
    base = from_base(settings, tensors).eval()
    base.layers.bfloat16()
    made = np.zeros((len(rows), settings["width"]), np.float32)
    order = sorted(range(len(made)), key=lambda n: len(lower.kept[rows[n]]))
    with torch.no_grad():
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            x, mask = lower([rows[n] for n in chosen])
            made[chosen] = mean_of(base.upper(x, mask, lower.frozen).float(), mask).numpy()
    return made


def teacher(made, langs):
    """What the vector is to be like, by row: the sentence vector without its language's mean,
    in VECTOR directions, length 1.
    """
    made = without_means(made, langs, means_of(made, langs))
    _, _, directions = np.linalg.svd(made[:: 1 + len(made) // 4000], full_matrices=False)
    made = made @ directions[:VECTOR].T
    made = np.pad(made, ((0, 0), (0, VECTOR - made.shape[1])))
    return torch.from_numpy(made / (np.linalg.norm(made, axis=1, keepdims=True) + 1e-9)).float()


def means_of(vectors, langs):
    return {lang: vectors[np.array(langs) == lang].mean(0) for lang in sorted(set(langs))}


def without_means(vectors, langs, means):
    return vectors - np.stack([means[lang] for lang in langs])


def solve(features, langs, taught, ridge=30.0):
    """The head's weights (VECTOR x width) that come nearest to `taught` (ridge regression), and each language's mean of
    the vectors.

    features: (rows, width) as the head takes them. Training alone brings the vector to a cosine of 0.77 with what it is
    taught; solved, 0.82.
    """
    means = means_of(features, langs)
    centred = without_means(features, langs, means)
    weight = np.linalg.solve(centred.T @ centred + ridge * np.eye(centred.shape[1]), centred.T @ taught).T
    return weight.astype(np.float32), {lang: weight @ mean for lang, mean in means.items()}
