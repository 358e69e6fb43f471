"""The field of an entry cut into sentences and clauses, each with the known words that stand in it.

Sentences end at full stops, question and exclamation marks and line ends; clauses also at other punctuation and at the
words a lexicon lists. Distances are in words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.tagging.anchors import Hit
from monitor.tagging.lexicon import ANY_ACTOR, ANY_PLACE
from monitor.tagging.text import Folded

MARKS = re.compile(r"[.!?…؟۔;:؛,،\n\r|()\[\]–—]+|(?<=\s)-+(?=\s)|(?<=[^\W\d])/(?=[^\W\d])")
ENDS = frozenset(".!?…؟۔\n\r")
ASKING = frozenset("?؟")
MOST_NAMES = 40  # names of one clause or sentence that are looked at
NAMES = (
    (ANY_ACTOR, "code"),
    (ANY_PLACE, "place"),
)  # how a condition asks for any name -> what of an entity makes it one
LETTERS = 14  # of a word and the space after it, at most on average: bounds how far is looked


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence of folded text, with its words found by kind and by phrase."""

    text: str  # the whole field, folded
    start: int
    end: int
    origin: str = "title"  # or summary
    asks: bool = False
    asks_from: int = 0  # a question begins after the last colon: "Strikes on Iran: what next?"
    breaks: list[int] = field(default_factory=list)  # where clauses end
    rules: list[Hit] = field(default_factory=list)
    cues: list[Hit] = field(default_factory=list)
    entities: list[Hit] = field(default_factory=list)
    masked: list[tuple[Hit, str]] = field(default_factory=list)  # anchors inside an idiom, and which
    described: Spans | None = None  # participles that describe: no event begins and ends inside one
    words: dict[str, list[Hit]] = field(default_factory=dict)  # phrase, or @actor and @place for names -> where

    def distance(self, left: int, right: int) -> int:
        """Words between two places; many, where they are far apart."""
        return 1000 if right - left > 20 * LETTERS else len(self.text[left:right].split())

    def broken(self, left: int, right: int) -> bool:
        """Whether a clause ends between two places; a boundary at `right` itself does not count."""
        place = bisect_left(self.breaks, left)
        return place < len(self.breaks) and self.breaks[place] < right

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The clause around a span."""
        left = bisect_right(self.breaks, start)
        right = bisect_left(self.breaks, end)
        return (self.breaks[left - 1] if left else self.start), (
            self.breaks[right] if right < len(self.breaks) else self.end
        )

    def named(self, low: int, high: int) -> list[Hit]:
        """The actors and places that begin between two places; of very many, the first."""
        first = bisect_left(self.entities, low, key=_start)
        return self.entities[first : min(bisect_right(self.entities, high, key=_start), first + MOST_NAMES)]

    def following(self, phrases: frozenset[str], place: int, within: int) -> Hit | None:
        """The first of some phrases after a place, at most so many words away, in the same clause;
        "l'", "d'" and "'s" count for none.
        """
        best = None
        for hit in self._of(phrases, place, place + (within + 1) * LETTERS):
            if hit.start >= place and (best is None or hit.start < best.start) and not self.broken(place, hit.start):
                if sum(len(word) > 1 for word in self.text[place : hit.start].split()) <= within:
                    best = hit
        return best

    def nearby(self, phrases: frozenset[str], start: int, end: int, within: int, side: str = "both") -> Hit | None:
        """One of some phrases at most so many words away from a span, clause or not."""
        for hit in self._of(phrases, start - (within + 1) * LETTERS, end + (within + 1) * LETTERS):
            if hit.start >= end:
                if side != "before" and self.distance(end, hit.start) <= within:
                    return hit
            elif hit.end <= start and side != "after" and self.distance(hit.end, start) <= within:
                return hit
        return None

    def _of(self, phrases: frozenset[str], low: int, high: int):
        """Where any of the phrases stands between two places."""
        if phrases.isdisjoint(self.words):  # in most cases none is there, and a set shows that fastest
            return
        for phrase in filter(phrases.__contains__, self.words):
            hits = self.words[phrase]
            yield from hits[bisect_left(hits, low, key=_start) : bisect_right(hits, high, key=_start)]


def _start(hit: Hit) -> int:
    return hit.start


def cut(folded: Folded, abbreviations: frozenset[str], name: str = "title") -> list[Sentence]:
    """The sentences of a field, without their words."""
    raw, text = folded.raw, folded.text
    found = [Sentence(text, 0, len(text), name)]
    for mark in MARKS.finditer(raw):
        marks, at = mark.group(), mark.start()
        after = raw[mark.end()] if mark.end() < len(raw) else " "
        if not ENDS.isdisjoint(marks):
            if (
                "\n" not in marks
                and "\r" not in marks
                and (
                    not after.isspace()
                    and after not in "\"'”’»)"
                    or marks == "."
                    and _abbreviates(raw, at, abbreviations)
                )
            ):
                continue
            place = folded.place(at)
            found[-1].end = place
            found[-1].asks = not ASKING.isdisjoint(marks)
            found.append(Sentence(text, place, len(text), name))
        elif after.isspace() or marks not in (",", ":", "،", "."):
            found[-1].breaks.append(folded.place(at))
            if ":" in marks:
                found[-1].asks_from = found[-1].breaks[-1]
    return [sentence for sentence in found if sentence.end - sentence.start > 1]


def _abbreviates(raw: str, at: int, abbreviations: frozenset[str]) -> bool:
    """Whether the full stop at a place belongs to the word before it: one letter, or a listed abbreviation."""
    begin = at
    while begin and at - begin < 8 and raw[begin - 1].isalpha():
        begin -= 1
    return at - begin == 1 or raw[begin:at].lower() in abbreviations


def fill(sentences: list[Sentence], hits: list[Hit], *, anywhere: bool = False) -> None:
    """Puts the words found into their sentences: idioms and homonyms mask,
    longer names and cues win over those inside them.
    """
    starts = [sentence.start for sentence in sentences]
    held: list[list[Hit]] = [[] for _ in sentences]
    for hit in hits:
        held[max(0, bisect_right(starts, hit.start) - 1)].append(hit)
    for sentence, own in zip(sentences, held, strict=True):
        if own:
            _fill(sentence, own, anywhere)


def _fill(sentence: Sentence, hits: list[Hit], anywhere: bool) -> None:
    words, anchors = sentence.words, False
    for hit in hits:
        word = hit.word
        if word.begins(anywhere):
            anchors = True
        if word.phrase in words:
            words[word.phrase].append(hit)
        else:
            words[word.phrase] = [hit]
    homonyms = Spans((hit.start, hit.end) for hit in hits if hit.word.homonym)
    sentence.entities = longest([hit for hit in hits if hit.word.entities and not homonyms.touches(hit.start, hit.end)])
    if not anchors:
        return
    sentence.breaks.extend(hit.start for hit in hits if hit.word.clause)
    sentence.breaks.sort()
    names = {
        marker: held
        for marker, wanted in NAMES
        if (held := [hit for hit in sentence.entities if getattr(hit.word.entities[0][1], wanted)])
    }
    words |= names
    spans = [span for hit in hits if hit.word.idioms for span in _idiom_spans(sentence, hit, anywhere)]
    idioms = [(start, end, idiom.name) for start, end, idiom in spans if not idiom.describes]
    if len(idioms) < len(spans):
        sentence.described = Spans(
            (start, end)
            for start, end, idiom in spans
            if idiom.describes and not (idiom.verb and sentence.following(idiom.verb, end, 0))
        )
    masks = Spans((start, end) for start, end, _ in idioms)
    if idioms:  # nor are masked words a condition for others
        sentence.words = {
            phrase: left
            for phrase, held in words.items()
            if (left := [h for h in held if not masks.holds(h.start, h.end)])
        }
    sentence.words |= names
    free = [hit for hit in hits if not homonyms.holds(hit.start, hit.end) and not masks.holds(hit.start, hit.end)]
    cues = [hit for hit in free if hit.word.cues]
    shields = Spans((hit.start, hit.end) for hit in cues if hit.word.cues[0][1].kind == "pseudo")
    sentence.rules = [hit for hit in free if hit.word.begins(anywhere) and not shields.touches(hit.start, hit.end)]
    for start, end, name in idioms:
        inside = hits[bisect_left(hits, start, key=_start) : bisect_right(hits, end, key=_start)]
        sentence.masked.extend(
            (hit, f"idiom: {name}") for hit in inside if hit.word.begins(anywhere) and hit.end <= end
        )
    sentence.cues = [
        hit for hit in longest(cues) if hit.word.cues[0][1].kind != "pseudo" and not shields.holds(hit.start, hit.end)
    ]


def _idiom_spans(sentence: Sentence, hit: Hit, anywhere: bool):
    for phrase, idiom in hit.word.idioms:
        if anywhere and idiom.theatre:
            continue
        last = last_tail(sentence, phrase.tails, hit.end)
        if last:
            yield hit.start, last[1], idiom


def last_tail(
    sentence: Sentence, tails: tuple[frozenset[str], ...], end: int, within: int = 5
) -> tuple[int, int] | None:
    """The span of the last of some tails, each within a few words of the one before; None: one is missing."""
    start = end
    for tail in tails:
        hit = sentence.following(tail, end, within)
        if hit is None:
            return None
        start, end = hit.start, hit.end
    return start, end


class Spans:
    """Spans, asked whether one of them holds another span."""

    def __init__(self, spans: Iterable[tuple[int, int]]):
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if not self._ends or end > self._ends[-1]:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, start: int, end: int) -> bool:
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and self._ends[place] >= end

    def touches(self, start: int, end: int) -> bool:
        place = bisect_left(self._starts, end) - 1
        return place >= 0 and self._ends[place] > start


def longest(hits: list[Hit]) -> list[Hit]:
    """Of hits that overlap, the longer; hits are sorted by start, longest first."""
    found: list[Hit] = []
    for hit in hits:
        if not found or hit.start >= found[-1].end:
            found.append(hit)
        elif hit.end - hit.start > found[-1].end - found[-1].start:
            found[-1] = hit
    return found
