"""Training the network on labelled rows: the upper layers learn, the outputs of the lower ones are computed once.
Training only.

The layers compute in bfloat16, which processors with AMX do several times as fast; what the optimiser adds up is kept
in float32.
"""

import random
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from monitor.reader import network, pieces, spans
from monitor.reader.model import from_base, hide


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. A rate holds for the last layer;
    each layer below has `decay` times that of the one above it.
    """

    layers: int = 9
    frozen: int = 4  # of the layers, from below, with the embeddings
    epochs: int = 3
    batch: int = 32
    rate: float = 2e-4
    decay: float = 0.85
    head_rate: float = 1.5e-3
    weight_decay: float = 0.01
    warmup: float = 0.06  # of all steps
    smoothing: float = 0.05  # of the direction's labels
    rare_weight: float = 6.0  # at most, of a row that has a category against one that has not; the root of their ratio
    calm_weight: float = 1.3  # of a row of de-escalation, which are few
    unseen: float = 0.08  # of the pieces are hidden in each step, so that no single word decides
    evidence_weight: float = 2.0  # of a piece within the words of a signal against one outside
    # Shares of the invented rows, and of their copies as entries about all the world, that the first, second, ... epoch
    # draws: what they teach comes first, and how the press writes has the last word.
    invented: tuple[float, ...] = (0.3, 0.1, 0.0)
    copied: tuple[float, ...] = (0.1, 0.0, 0.0)
    # One network each, alike but for the order of rows and for what is hidden; the mean of their weights is kept.
    seeds: tuple[int, ...] = (1, 2, 3)


def batches_by_length(numbers, lengths, batch, shuffle):
    """Numbers in batches of rows about as long as each other, in random order; every call draws anew from `shuffle`."""
    order = list(numbers)
    shuffle.shuffle(order)
    made: list[list[int]] = []
    for start in range(0, len(order), batch * 50):
        near = sorted(order[start : start + batch * 50], key=lambda n: lengths[n])
        made.extend(near[at : at + batch] for at in range(0, len(near), batch))
    shuffle.shuffle(made)
    return made


class Lower:
    """What the frozen layers made of every example, kept in bfloat16: a list of (pieces, width)."""

    def __init__(self, kept, frozen):
        self.kept, self.frozen = kept, frozen

    @classmethod
    def of(cls, net, examples, frozen):
        kept = [None] * len(examples)
        order = sorted(range(len(examples)), key=lambda n: len(examples[n].ids))
        with torch.no_grad():
            for start in range(0, len(order), 64):
                chosen = order[start : start + 64]
                ids, field, mask = laid([examples[n] for n in chosen])
                x = net.embed(ids, field).bfloat16()
                hidden = hide(mask, x.dtype)
                for layer in net.layers[:frozen]:
                    x = layer(x, hidden)
                for row, n in enumerate(chosen):
                    kept[n] = x[row, : len(examples[n].ids)].clone()
        return cls(kept, frozen)

    def __call__(self, chosen):
        """(outputs, mask) of a batch, padded to its longest."""
        longest = max(len(self.kept[n]) for n in chosen)
        x = torch.zeros(len(chosen), longest, self.kept[chosen[0]].shape[1], dtype=torch.bfloat16)
        mask = torch.zeros(len(chosen), longest, dtype=torch.bool)
        for row, n in enumerate(chosen):
            x[row, : len(self.kept[n])], mask[row, : len(self.kept[n])] = self.kept[n], True
        return x, mask


def laid(examples):
    """(ids, field, mask) of a batch as tensors."""
    longest = max(len(example.ids) for example in examples)
    ids = np.full((len(examples), longest), pieces.PAD, np.int64)
    field = np.zeros((len(examples), longest), np.int64)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = example.ids
        field[row, : len(example.ids)] = example.field == 1
    ids, field = torch.from_numpy(ids), torch.from_numpy(field)
    return ids, field, ids != pieces.PAD


def start(recipe, settings, tensors):
    """A network of the base weights, lower part frozen, layers in bfloat16."""
    torch.manual_seed(recipe.seeds[0])
    net = from_base(settings, tensors, layers=recipe.layers)
    below = [net.word, net.position, net.field, net.norm, *net.layers[: recipe.frozen]]
    for module in below:
        module.requires_grad_(False)
    net.layers.bfloat16()
    return net


class Copies:
    """The float32 copies of weights that compute in bfloat16, with their optimiser: small steps would be lost in the
    rounding. After `net.float()` `write` gives the network what is shipped, which has more bits than what computed.
    """

    def __init__(self, rates, weight_decay):
        """rates: (weight, its rate at the top of the schedule)."""
        self._pairs = [(weight, weight.detach().float().clone().requires_grad_()) for weight, _ in rates]
        self._optimiser = torch.optim.AdamW(
            [
                {"params": [copy], "lr": rate, "top": rate, "weight_decay": weight_decay if copy.ndim > 1 else 0.0}
                for (_, copy), (_, rate) in zip(self._pairs, rates, strict=True)
            ],
            betas=(0.9, 0.98),
        )

    def step(self, step, steps, warmup):
        """Take the gradients that `backward` left; the rate rises for the share `warmup` of all steps, then falls."""
        pace = min(1.0, (step + 1) / (warmup * steps)) * max(0.0, 1 - step / steps)
        for group in self._optimiser.param_groups:
            group["lr"] = group["top"] * pace
        for weight, copy in self._pairs:
            copy.grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        torch.nn.utils.clip_grad_norm_([copy for _, copy in self._pairs], 1.0)
        self._optimiser.step()
        self.write()

    def write(self):
        with torch.no_grad():
            for weight, copy in self._pairs:
                weight.copy_(copy)


def fit(net, lower, examples, learned, recipe, say=print, seed=1):
    """Train `net` on the examples with the numbers `learned`, in the order of `seed`. Calls `say` with a line now and
    then.
    """
    torch.manual_seed(seed)
    shuffle = random.Random(seed)
    _prepare(net, lower, examples, learned, recipe)
    rates = []
    for name, weight in net.named_parameters():
        if weight.requires_grad:
            above = recipe.layers - 1 - int(name.split(".")[1]) if name.startswith("layers.") else None
            rates.append((weight, recipe.head_rate if above is None else recipe.rate * recipe.decay**above))
    copies = Copies(rates, recipe.weight_decay)
    weights = _weights(examples, learned, recipe)
    lengths = [len(example.ids) for example in examples]
    shares = {"": (1.0,), "invented": recipe.invented, "copied": recipe.copied}
    epochs = [
        [n for n in learned if shuffle.random() < (share := shares[examples[n].kind])[min(epoch, len(share) - 1)]]
        for epoch in range(recipe.epochs)
    ]
    steps = sum(-(-len(epoch) // recipe.batch) for epoch in epochs)
    step, began, total = 0, time.monotonic(), 0.0
    net.train()
    for epoch in epochs:
        for chosen in batches_by_length(epoch, lengths, recipe.batch, shuffle):
            x, mask = lower(chosen)
            loss = _loss(net, x, mask, [examples[n] for n in chosen], weights, recipe)
            loss.backward()
            copies.step(step, steps, recipe.warmup)
            step, total = step + 1, total + loss.item()
            if step % 50 == 0:
                say(f"step {step} of {steps}, loss {total / 50:.3f}, {time.monotonic() - began:.0f} s")
                total = 0.0
    net.float()
    copies.write()
    net.eval()


def mean(states):
    """The mean of the weights of networks that were trained from the same start (Wortsman et al. 2022, "Model soups").

    It reads better than each, and costs no more to run than one.
    """
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}


def _prepare(net, lower, examples, learned, recipe, count=600):
    """Let the heads start from how the outputs lie and how common each category is."""
    some = random.Random(recipe.seeds[0]).sample(list(learned), min(count, len(learned)))
    batches = []
    with torch.no_grad():
        for at in range(0, len(some), recipe.batch):
            x, mask = lower(some[at : at + recipe.batch])
            batches.append((net.upper(x, mask, recipe.frozen).float(), mask))
        net.heads.measure(batches)
        common = torch.from_numpy(_common(examples, learned)).clamp(1e-3, 1 - 1e-3)
        net.heads.shared.bias[: len(common)] = torch.logit(common)
        net.heads.evidence.bias.fill_(-4.0)  # of a hundred pieces one or two state a category


def _common(examples, learned):
    """The share of rows that mean each category, of those whose categories are known."""
    return np.mean([examples[n].meant for n in learned if examples[n].stated], axis=0)


def _weights(examples, learned, recipe):
    """(of each direction, of each category where it is meant)."""
    common = _common(examples, learned).clip(1e-3, 1)
    rare = np.clip(((1 - common) / common) ** 0.5, 1, recipe.rare_weight)
    direction = torch.ones(len(network.DIRECTIONS))
    direction[network.DIRECTIONS.index("deescalation")] = recipe.calm_weight
    return direction, torch.from_numpy(rare).float()


def _loss(net, x, mask, examples, weights, recipe):
    if recipe.unseen:
        hidden = torch.rand(mask.shape) < recipe.unseen
        hidden[:, 0] = False
        mask = mask & ~hidden
    out = net.heads(net.upper(x, mask, recipe.frozen).float(), mask)
    direction = torch.tensor([example.direction for example in examples])
    meant = torch.from_numpy(np.stack([example.meant for example in examples]))
    act = torch.from_numpy(np.stack([example.act for example in examples]))
    evidence = torch.zeros(*mask.shape, meant.shape[1])
    for row, example in enumerate(examples):
        evidence[row, : len(example.evidence)] = torch.from_numpy(example.evidence).float()
    of_direction, of_category = weights
    by_direction = functional.cross_entropy(
        out["direction"], direction, weight=of_direction, label_smoothing=recipe.smoothing
    )
    stated = torch.tensor([[float(example.stated)] for example in examples])
    by_category = functional.binary_cross_entropy_with_logits(
        out["meant"], meant, reduction="none", pos_weight=of_category
    )
    by_category = (by_category * stated).sum() / stated.sum().clamp(min=1)
    known = act >= 0
    by_mode = functional.binary_cross_entropy_with_logits(out["act"], act.clamp(min=0), reduction="none")
    by_mode = (by_mode * known).sum() / known.sum().clamp(min=1)
    weight = torch.tensor(recipe.evidence_weight)
    by_piece = functional.binary_cross_entropy_with_logits(
        out["evidence"], evidence, reduction="none", pos_weight=weight
    )
    counted = mask * stated
    by_piece = (by_piece.sum(-1) * counted).sum() / counted.sum().clamp(min=1)
    return by_direction + by_category + 0.5 * by_mode + by_piece


def predict(net, lower, examples, asked, rows, recipe):
    """What the network reads of the examples with the numbers `asked`, in their order: a dict each of direction, meant,
    act (arrays) and spans (by category), as at run time but for rounding and for what was cut from
    long rows.
    """
    net.eval()
    read = {}
    order = sorted(asked, key=lambda n: len(examples[n].ids))
    with torch.no_grad():
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            x, mask = lower(chosen)
            out = _outputs(net, x, mask, recipe.frozen)
            direction = out["direction"].softmax(-1)
            meant, act, evidence = (out[name].sigmoid() for name in ("meant", "act", "evidence"))
            for row, n in enumerate(chosen):
                one = {"direction": direction[row].numpy(), "meant": meant[row].numpy(), "act": act[row].numpy()}
                pieces_ = evidence[row, : len(examples[n].ids)].numpy()
                one["spans"] = _spans(one["meant"], pieces_, examples[n], rows[n])
                read[n] = one
    return [read[n] for n in asked]


def _outputs(net, x, mask, frozen):
    with torch.autocast("cpu", torch.bfloat16):
        x = net.upper(x.float(), mask, frozen)
    return net.heads(x.float(), mask)


def _spans(meant, evidence, example, row):
    found = {}
    for c in np.flatnonzero(meant > network.WORTH_A_SPAN):
        words = (example.starts, example.ends, example.field == 1, row["title"], row["summary"])
        span = spans.best(evidence[:, c], *words)
        if span:
            found[network.CATEGORIES[c]] = span
    return found


TINY = Recipe(layers=2, frozen=1, batch=8, seeds=(1, 2))
