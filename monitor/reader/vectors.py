"""The vector of meaning: taught by the whole base network's sentence vectors, then by entries that report one event. Training only.

Sentence vectors of one language lie together, whatever they say; so each language's mean is taken away, in teaching and when two vectors are
compared (the means are shipped with the model, of vectors as the model gives them).
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from monitor.reader.model import VECTOR, from_base, mean_of

STEPS, RATE, TEMPERATURE, UNSEEN = 80, 1e-3, 0.1, 0.1


def read(folder):
    """{window: rows} of a folder of *.jsonl, rows with `event` (a name, or null)."""
    windows = {}
    for file in sorted(Path(folder).glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        windows[file.stem] = [row | {"summary": row.get("summary") or "", "signals": []} for row in rows]
    return windows


def sentences(settings, tensors, lower):
    """(rows, width): the whole base network's own sentence vectors, by row of `lower`."""
    base = from_base(settings, tensors).eval()
    base.layers.bfloat16()
    made = np.zeros((len(lower.kept), settings["width"]), np.float32)
    order = sorted(range(len(made)), key=lambda n: len(lower.kept[n]))
    with torch.no_grad():
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            x, mask = lower(chosen)
            made[chosen] = mean_of(base.upper(x, mask, lower.frozen).float(), mask).numpy()
    return made


def teacher(made, langs):
    """What the vector is to be like, by row: the sentence vector without its language's mean, in VECTOR directions, length 1."""
    made = without_means(made, langs, means_of(made, langs))
    _, _, directions = np.linalg.svd(made[:: 1 + len(made) // 4000], full_matrices=False)
    made = made @ directions[:VECTOR].T
    made = np.pad(made, ((0, 0), (0, VECTOR - made.shape[1])))
    return torch.from_numpy(made / (np.linalg.norm(made, axis=1, keepdims=True) + 1e-9)).float()


def means_of(vectors, langs):
    return {lang: vectors[np.array(langs) == lang].mean(0) for lang in sorted(set(langs))}


def without_means(vectors, langs, means):
    return vectors - np.stack([means[lang] for lang in langs])


def tune(head, features, windows):
    """A copy of the head's weights (VECTOR x width), trained so that rows of one event lie together within each window.

    features: (rows, width), without their languages' means; windows: {name: (numbers of rows, their events)}. InfoNCE over each window.
    """
    if not windows:
        return head.detach().clone()
    torch.manual_seed(1)
    weight = head.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([weight], lr=RATE)
    for _ in range(STEPS):
        total = torch.zeros(())
        for numbers, events in windows.values():
            inputs = functional.dropout(features[numbers], UNSEEN)
            lying = functional.normalize(inputs @ weight.T, dim=1)
            own = torch.eye(len(numbers), dtype=torch.bool)
            likeness = (lying @ lying.T / TEMPERATURE).masked_fill(own, -1e9)
            same = torch.from_numpy(events[:, None] == events[None]) & ~own
            share = likeness - likeness.logsumexp(1, keepdim=True)
            has = same.any(1)
            if has.any():
                total = total - ((share * same).sum(1)[has] / same.sum(1)[has]).mean()
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
    return weight.detach()


def fit(net, features, langs, windows, first):
    """Tune the vector of `net` on all windows. features: (rows, width) as the head takes them, of every row; those of the windows begin at
    `first`. Gives ({lang: mean of the vectors}, vectors of the windows' rows with each window left out of the tuning in turn).
    """
    means = means_of(features, langs)
    centred = torch.from_numpy(without_means(features, langs, means)).float()
    placed, at = {}, first
    for name, rows in windows.items():
        numbers = [at + n for n, row in enumerate(rows) if row["event"]]
        placed[name] = numbers, np.array([row["event"] for row in rows if row["event"]])
        at += len(rows)
    head, apart, at = net.heads.vector.weight, [], first
    for name, rows in windows.items():
        weight = tune(head, centred, {other: pair for other, pair in placed.items() if other != name})
        apart.append((centred[at : at + len(rows)] @ weight.T).numpy())
        at += len(rows)
    weight = tune(head, centred, placed)
    with torch.no_grad():
        head.copy_(weight)
    shipped = {lang: (torch.from_numpy(mean).float() @ weight.T).numpy() for lang, mean in means.items()}
    return shipped, np.concatenate(apart) if apart else np.zeros((0, VECTOR))
