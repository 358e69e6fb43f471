"""Reads entries: phrases and network as two witnesses, and a judge that says how sure it is of each signal.

    title, summary -> gate (a tie to the theatre?) -> phrases' candidates + network -> judge -> Reading

The gate costs microseconds and ends much of what feeds carry; only what passes it is read by the network. Never raises
on any text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from monitor.models import ESCALATION, Reading, Signal, Suppressed, Text
from monitor.reader import judge
from monitor.reader.judge import INDEX, Judged, Weights
from monitor.reader.network import HERE, Network, Seen
from monitor.tagging.balance import score
from monitor.tagging.candidates import Candidate
from monitor.tagging.tagger import Tagger

VERSION = 1
CARD = HERE / "card.json"
MOST = 40  # signals, and suppressed candidates, that are kept of one entry
ACT = 0.7  # logits by which a phrase's own act or words count beside the network's


class Reader:
    """Make one with `Reader.load()`; it holds no state between entries."""

    def __init__(self, tagger: Tagger, weights: Weights, network: Network | None = None):
        """`network` None: the shipped one, loaded when the first text passes the gate."""
        self.tagger, self.weights, self._network = tagger, weights, network
        version = network.version if network else json.loads(CARD.read_text(encoding="utf-8"))["version"]
        self.method = f"reader-{VERSION}:{tagger.method.split(':')[-1]}-{version[:8]}-{weights.version}"
        # of a signal that only the network found: a type of its own, as grave as its category usually is
        self._severity = tagger.lexicons["en"].events.usual_severities()

    @classmethod
    def load(cls, extra: Path | None = None, theatre=None) -> Reader:
        """With the shipped words, network and weights; `extra` and `theatre` as for Tagger.load.
        Raises LexiconError.
        """
        return cls(Tagger.load(extra, theatre), Weights.load())

    @property
    def network(self) -> Network:
        self._network = self._network or Network.load()
        return self._network

    def gate(self, text: Text) -> Reading | None:
        """The reading of an entry that has no tie to the theatre; None: it has to be read."""
        found = self.tagger.untied(text.title, text.summary, lang=text.lang)
        return found and replace(found, method=self.method)

    def read(self, texts: Sequence[Text], *, anywhere: bool = False) -> list[Reading]:
        """Readings in the order of the texts; each is the same whatever it is read with.

        With `anywhere` what happens outside the theatre counts too, and every text goes to both witnesses.
        """
        return [self._read(text, anywhere) for text in texts]

    def _read(self, text: Text, anywhere: bool) -> Reading:
        found, candidates = self.tagger.examine(text.title, text.summary, lang=text.lang, anywhere=anywhere)
        if found.lang not in self.tagger.lexicons or not (found.theatre or found.signals or anywhere):
            return replace(found, method=self.method)
        (seen,) = self.network.read([(text.title, text.summary)], anywhere=anywhere)
        reading, _ = self.weigh(text, found, candidates, seen)
        return reading

    def why(self, text: Text, *, anywhere: bool = False) -> tuple[Reading, dict[str, Judged]]:
        """A reading with every category that was judged and the points behind its confidence, for people who ask."""
        found, candidates = self.tagger.examine(text.title, text.summary, lang=text.lang, anywhere=anywhere)
        (seen,) = self.network.read([(text.title, text.summary)], anywhere=anywhere)
        return self.weigh(text, found, candidates, seen)

    def weigh(
        self, text: Text, found: Reading, candidates: Sequence[Candidate], seen: Seen
    ) -> tuple[Reading, dict[str, Judged]]:
        """What the judge makes of both witnesses. A category without words that state it is no signal."""
        lang = found.lang or ""
        judged = judge.judged(candidates, seen, lang, self.weights)
        features = judge.direction_features(judged.values(), candidates, seen, found.direction)
        shares = judge.directed(features, self.weights)
        stated = {c: self._signals(c, found, candidates, seen, text) for c in judged}
        decision = judge.decide({c: each for c, each in judged.items() if stated[c]}, shares, self.weights)
        signals = [
            replace(signal, confidence=round(judged[c].confidence, 3), why=judge.in_words(judged[c], candidates, seen))
            for c in decision.categories
            for signal in stated[c]
        ]
        signals.sort(key=lambda signal: (signal.field != "title", signal.start, -signal.end))
        dropped = [
            Suppressed(s.category, f"judge: {judged[s.category].confidence:.2f}", s.field, s.start, s.end, s.text)
            for s in found.signals
            if s.category not in decision.categories
        ]
        kept = {(signal.category, signal.field, signal.start) for signal in signals}
        suppressed = [s for s in found.suppressed if (s.category, s.field, s.start) not in kept]
        reading = replace(
            found,
            direction=decision.direction,
            score=score(decision.direction, signals),
            signals=tuple(signals[:MOST]),
            suppressed=tuple((*dropped, *suppressed)[:MOST]),
            method=self.method,
            confidence=round(decision.confidence, 3),
            runner_up=decision.runner_up[0] if decision.runner_up else None,
            vector=self.network.packed(seen, lang),
        )
        return reading, judged

    def _signals(
        self, category: str, found: Reading, candidates: Sequence[Candidate], seen: Seen, text: Text
    ) -> list[Signal]:
        """The signals of one category: those that phrases state;
        else what phrases suppressed or the words the network points at.
        """
        act = judge.logit(float(seen.act[INDEX[category]]))
        by_phrases = [signal for signal in found.signals if signal.category == category]
        if by_phrases:
            return [replace(s, mode=_mode(act + (ACT if s.mode == "act" else -ACT))) for s in by_phrases]
        span = seen.spans.get(category)
        held = next((c for c in candidates if c.category == category and c.suppressed and c.end > c.start), None)
        direction, sign = ("escalation", 1.0) if category in ESCALATION else ("deescalation", -1.0)
        if held is not None and (span is None or span.score < 0.5):
            mode = _mode(act + (ACT if held.mode == "act" else -ACT))
            words = (held.field, held.start, held.end, held.text)
            return [
                Signal(category, direction, mode, sign * held.severity, held.event, *words, operators=held.operators)
            ]
        if span is None:
            return []
        words = getattr(text, span.field)[span.start : span.end]
        severity = sign * self._severity[category]
        rule = f"{category}.other"
        return [Signal(category, direction, _mode(act), severity, rule, span.field, span.start, span.end, words)]


def _mode(act: float) -> str:
    return "act" if act > 0 else "words"
