"""The network in torch, for training: an encoder of multilingual-e5-small's shape with one head for each output of one
pass, and a few layers of their own for the vector of meaning.

pieces of title and summary -> encoder -> per piece evidence by category; per category meant, act; direction
pieces of the title -> the encoder's lower layers -> Meaning -> vector
"""

import torch
from torch import nn
from torch.nn import functional

from monitor.models import VECTOR

CATEGORIES = 17
DIRECTIONS = 4


class Layer(nn.Module):
    """One layer of a BERT that normalises after adding."""

    def __init__(self, width, heads, inner, eps):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm, self.last = nn.LayerNorm(width, eps=eps), nn.LayerNorm(width, eps=eps)

    def forward(self, x, hidden):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        # Written out: on processors it is faster to train than scaled_dot_product_attention, and exports plainly.
        seen = (q @ k.transpose(-1, -2)) * (width // self.heads) ** -0.5 + hidden
        x = self.norm(x + self.joined((seen.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)))
        return self.last(x + self.narrow(functional.gelu(self.wide(x))))


class Heads(nn.Module):
    """What is read off the last layer. Each category and the direction look at the pieces with their own attention."""

    def __init__(self, width, dropout=0.1):
        super().__init__()
        looks = CATEGORIES + 1
        self.evidence = nn.Linear(width, CATEGORIES)
        self.look = nn.Linear(width, looks)
        self.meant = nn.Parameter(torch.zeros(CATEGORIES, width))
        self.act = nn.Parameter(torch.zeros(CATEGORIES, width))
        self.shared = nn.Linear(width, 2 * CATEGORIES)
        self.direction = nn.Sequential(
            nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, DIRECTIONS)
        )
        self.dropout = nn.Dropout(dropout)
        # e5's outputs lie close together: in centred and evenly scaled numbers the heads learn many times as fast.
        for name in ("piece", "whole"):
            self.register_buffer(name + "_mean", torch.zeros(width))
            self.register_buffer(name + "_spread", torch.ones(width))
        nn.init.normal_(self.look.weight, std=0.02)
        nn.init.zeros_(self.evidence.weight)
        nn.init.zeros_(self.shared.weight)

    def measure(self, batches):
        """Take centre and spread from batches of (last layer's outputs, mask)."""
        pieces = torch.cat([x[mask] for x, mask in batches])
        whole = torch.cat([mean_of(x, mask) for x, mask in batches])
        for name, values in (("piece", pieces), ("whole", whole)):
            getattr(self, name + "_mean").copy_(values.mean(0))
            getattr(self, name + "_spread").copy_(values.std(0).clamp(min=1e-3))

    def forward(self, x, mask):
        """x (batch, pieces, width), mask (batch, pieces) true where there is a piece."""
        hidden = (~mask)[..., None] * -1e4
        pooled = mean_of(x, mask)
        mean = (pooled - self.whole_mean) / self.whole_spread
        x = (x - self.piece_mean) / self.piece_spread
        evidence = self.evidence(x)
        weight = (self.look(x) + hidden).softmax(1)  # batch, pieces, looks
        seen = self.dropout(weight.transpose(1, 2) @ x)  # batch, looks, width
        shared = self.shared(self.dropout(mean))
        meant = (seen[:, :CATEGORIES] * self.meant).sum(-1) + shared[:, :CATEGORIES]
        act = (seen[:, :CATEGORIES] * self.act).sum(-1) + shared[:, CATEGORIES:]
        direction = self.direction(torch.cat([seen[:, CATEGORIES], self.dropout(mean)], -1))
        return {"direction": direction, "meant": meant, "act": act, "evidence": evidence}


class Network(nn.Module):
    """Encoder and heads. forward(ids, field, mask): field is 1 for pieces of the summary, 0 elsewhere."""

    def __init__(self, vocabulary, *, width=384, layers=12, heads=12, inner=1536, positions=512, eps=1e-12):
        super().__init__()
        self.word, self.position = nn.Embedding(vocabulary, width), nn.Embedding(positions, width)
        self.field = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=eps)
        self.layers = nn.ModuleList(Layer(width, heads, inner, eps) for _ in range(layers))
        self.heads = Heads(width)

    def embed(self, ids, field):
        return self.norm(self.word(ids) + self.position.weight[: ids.shape[1]] + self.field(field))

    def lower(self, ids, field, mask, upto):
        """The outputs of the first `upto` layers, which do not change while only those above are trained."""
        x = self.embed(ids, field)
        hidden = hide(mask, x.dtype)
        for layer in self.layers[:upto]:
            x = layer(x, hidden)
        return x

    def upper(self, x, mask, upto):
        hidden = hide(mask, x.dtype)
        for layer in self.layers[upto:]:
            x = layer(x, hidden)
        return x

    def forward(self, ids, field, mask):
        return self.heads(self.lower(ids, field, mask, len(self.layers)), mask)


class Meaning(nn.Module):
    """The vector of meaning, off the outputs of the encoder's lower layers for the title alone."""

    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.vector = nn.Linear(self.layers[0].joined.out_features, VECTOR, bias=False)

    def forward(self, x, mask):
        hidden = hide(mask, x.dtype)
        for layer in self.layers:
            x = layer(x, hidden)
        return self.vector(mean_of(x.float(), mask))


def mean_of(x, mask):
    """The mean of each entry's pieces."""
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def hide(mask, dtype):
    return ((~mask)[:, None, None, :] * -1e4).to(dtype)


def from_base(settings, tensors, *, layers=None):
    """A Network with the weights of base.read, whose word embeddings may be pruned; the first `layers` of it."""
    width = settings["width"]
    count = layers or settings["layers"]
    word = torch.from_numpy(tensors["emb.word"].reshape(-1, width).copy())
    made = Network(
        len(word), width=width, layers=count, heads=settings["heads"], inner=settings["inner"],
        positions=settings["positions"], eps=settings["eps"],
    )  # fmt: skip

    def tensor(name, *shape):
        return torch.from_numpy(tensors[name].copy()).view(*shape)

    def fill(module, name, *shape):
        module.weight.data, module.bias.data = tensor(name + ".w", *shape), tensor(name + ".b", shape[0])

    made.word.weight.data = word
    made.position.weight.data = tensor("emb.pos", -1, width)
    made.field.weight.data = tensor("emb.type", -1, width)[:1].repeat(2, 1)
    fill(made.norm, "emb.ln", width)
    for n, layer in enumerate(made.layers):
        for part in ("w", "b"):
            shape = (width, width) if part == "w" else (width,)
            joined = torch.cat([tensor(f"l{n}.{name}.{part}", *shape) for name in "qkv"])
            setattr(layer.qkv, "weight" if part == "w" else "bias", nn.Parameter(joined))
        fill(layer.joined, f"l{n}.ao", width, width)
        fill(layer.wide, f"l{n}.fi", settings["inner"], width)
        fill(layer.narrow, f"l{n}.fo", width, settings["inner"])
        fill(layer.norm, f"l{n}.aln", width)
        fill(layer.last, f"l{n}.oln", width)
    return made
