"""The vector of meaning, by which reports of one event are found in whatever language. Training only.

A few layers above the encoder's lower ones read a title alone and learn to give the sentence vector that the whole base
network has of it. Sentence vectors of one language lie together, whatever they say; so each language's mean is taken
away from what is taught, and when two vectors are compared (the means are shipped with the model).

A title says what happened; a summary adds background that reports of many events share. Drawing entries of one event
together (InfoNCE over the windows, each left out in turn) was tried and did harm: 800 rows are too few for it.
"""

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from monitor.models import VECTOR
from monitor.reader.fit import Copies, Lower, batches_by_length, laid
from monitor.reader.model import Meaning, from_base, hide, mean_of


@dataclass(frozen=True)
class Recipe:
    """How the vector's layers are trained."""

    start: tuple[int, ...] = (4, 10, 11)  # the layers of the base, from 0, that they begin as
    epochs: int = 4
    batch: int = 64
    rate: float = 4e-4
    head_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: float = 0.05  # of all steps
    likeness_weight: float = 5.0  # of how like two texts of a batch are, against what each is by itself


TINY = Recipe(start=(1,), batch=8)
WORDS = 28  # of a summary that is learned from as if it were a title


def read(folder):
    """{window: rows} of a folder of *.jsonl, rows with `event` (a name, or null)."""
    windows = {}
    for file in sorted(Path(folder).glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        windows[file.stem] = [row | {"summary": row.get("summary") or "", "signals": []} for row in rows]
    return windows


def titles(rows, grouped):
    """What is learned from, each text once, as rows without summary: the titles of these rows and the first words of
    their summaries, but no title of the entries grouped by event.
    """
    apart = {row["title"] for row in grouped}
    every = [(row["title"], row["lang"]) for row in rows] + [(row["summary"], row["lang"]) for row in rows]
    texts = dict.fromkeys((" ".join(text.split()[:WORDS]), lang) for text, lang in every if text not in apart)
    return [{"id": str(n), "lang": lang, "title": text, "summary": ""} for n, (text, lang) in enumerate(texts) if text]


def read_by_base(settings, tensors, examples, frozen):
    """(Lower of the examples, their sentence vectors): one pass through the whole base network."""
    base = from_base(settings, tensors).eval()
    base.layers.bfloat16()
    kept, made = [None] * len(examples), np.zeros((len(examples), settings["width"]), np.float32)
    order = sorted(range(len(examples)), key=lambda n: len(examples[n].ids))
    with torch.no_grad():
        for start in range(0, len(order), 96):
            chosen = order[start : start + 96]
            ids, field, mask = laid([examples[n] for n in chosen])
            x = base.embed(ids, field).bfloat16()
            hidden = hide(mask, x.dtype)
            for n, layer in enumerate(base.layers):
                if n == frozen:
                    for row, one in enumerate(chosen):
                        kept[one] = x[row, : len(examples[one].ids)].clone()
                x = layer(x, hidden)
            made[chosen] = mean_of(x.float(), mask).numpy()
    return Lower(kept, frozen), made


def start(settings, tensors, recipe):
    """Meaning as it begins: with layers of the base."""
    base = from_base(settings, tensors)
    return Meaning(base.layers[n] for n in recipe.start)


def fit(settings, tensors, lower, sentences, langs, recipe, say=print):
    """(Meaning that gives what `sentences` say, in VECTOR directions; the mean of its vectors by language).

    lower, sentences (rows, width) and langs are of the same texts.
    """
    torch.manual_seed(1)
    shuffle = random.Random(1)
    known = sorted(set(langs))
    number = torch.tensor([known.index(lang) for lang in langs])
    centred = sentences - np.stack([sentences[number.numpy() == n].mean(0) for n in range(len(known))])[number.numpy()]
    _, _, directions = np.linalg.svd(centred[:: 1 + len(centred) // 6000], full_matrices=False)
    taught = centred @ directions[:VECTOR].T
    taught = functional.normalize(torch.from_numpy(np.pad(taught, ((0, 0), (0, VECTOR - taught.shape[1])))), dim=1)
    meaning = start(settings, tensors, recipe)
    meaning.vector.weight.data.zero_()[: len(directions)] = torch.from_numpy(directions[:VECTOR].copy())
    meaning.layers.bfloat16()
    means = torch.nn.Embedding(len(known), VECTOR)
    with torch.no_grad():
        some = shuffle.sample(range(len(langs)), min(1500, len(langs)))
        given = torch.cat([meaning(*lower(some[at : at + 64])) for at in range(0, len(some), 64)])
        for n in range(len(known)):
            means.weight[n] = given[number[some] == n].mean(0) if (number[some] == n).any() else 0
    rates = [(weight, recipe.rate) for weight in meaning.layers.parameters()]
    rates += [(weight, recipe.head_rate) for weight in (meaning.vector.weight, means.weight)]
    copies = Copies(rates, recipe.weight_decay)
    lengths = [len(one) for one in lower.kept]
    steps, step, began, total = recipe.epochs * -(-len(langs) // recipe.batch), 0, time.monotonic(), 0.0
    for _ in range(recipe.epochs):
        for chosen in batches_by_length(range(len(langs)), lengths, recipe.batch, shuffle):
            given = functional.normalize(meaning(*lower(chosen)) - means(number[chosen]), dim=1)
            meant = taught[chosen]
            loss = 1 - (given * meant).sum(1).mean()
            loss = loss + recipe.likeness_weight * (given @ given.T - meant @ meant.T).square().mean()
            loss.backward()
            copies.step(step, steps, recipe.warmup)
            step, total = step + 1, total + loss.item()
            if step % 100 == 0:
                say(f"step {step} of {steps}, loss {total / 100:.3f}, {time.monotonic() - began:.0f} s")
                total = 0.0
    meaning.float()
    copies.write()
    return meaning.eval(), {lang: means.weight[n].detach().numpy() for n, lang in enumerate(known)}


def vectors(meaning, lower, langs, means):
    """(rows, VECTOR): without each language's mean."""
    order = sorted(range(len(langs)), key=lambda n: len(lower.kept[n]))
    made = np.zeros((len(langs), VECTOR), np.float32)
    with torch.no_grad():
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            x, mask = lower(chosen)
            made[chosen] = meaning(x.float(), mask).numpy()
    return made - np.stack([means[lang] for lang in langs])
