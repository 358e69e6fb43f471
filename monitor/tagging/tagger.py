"""From an entry's title and summary to its signals, each with the words that prove it.

    fold -> language -> words found -> sentences -> anchors through operators -> theatre -> who and where -> direction

Pure and language-free: what it knows stands in lexicon/*.yaml and gazetteer.yaml. Never raises on any text.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.models import ESCALATION, Reading, Signal, Suppressed
from monitor.tagging import loading, ties
from monitor.tagging import theatre as gazetteers
from monitor.tagging.actors import Anchor, Roles, entity
from monitor.tagging.anchors import Finder, Hit, Word
from monitor.tagging.cache import kept, source
from monitor.tagging.clauses import ASKING, Sentence, cut, fill, last_tail
from monitor.tagging.lexicon import AIMED_AT, ANY_ACTOR, ANY_PLACE, LANGUAGES, WEIGHTS, Frame, Lexicon, Rule
from monitor.tagging.operators import Outcome, operate
from monitor.tagging.parts import parts_of
from monitor.tagging.text import Folded, Languages, fold

VERSION = 1  # of the engine; the words' version is their hash
TITLE, SUMMARY = 1.0, 0.5  # how much a signal counts for an entry's direction, by where it stands
REACH = {"svo": 5, "vso": 5, "sov": 8}  # words between the parts of a form: farther where the verb comes last
CLEAR = 0.8  # share of one direction above which the other does not matter
MOST = 40  # signals, and suppressed anchors, that are kept of one entry; news has ten, a text of nothing but anchors hundreds
TITLE_LEADS = 0.62  # share of the other direction up to which the title's own decides


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    folded: Folded
    sentences: list[Sentence]


class Tagger:
    """Reads entries. Make one with `Tagger.load()`; it holds no state between entries."""

    def __init__(self, words: dict[str, Lexicon], gazetteer: gazetteers.Gazetteer, method: str):
        self.method = method
        self.lexicons = words
        self._finder = Finder(words, gazetteer)
        self._languages = Languages(
            {code: lexicon.function_words for code, lexicon in words.items()},
            {code: lexicon.letters for code, lexicon in words.items()},
        )
        self._roles = {code: Roles(lexicon) for code, lexicon in words.items()}
        self._aims = {
            code: [(frozenset(lexicon.groups[name]), made) for name, made in AIMED_AT.items() if name in lexicon.groups]
            for code, lexicon in words.items()
        }

    @classmethod
    def load(cls, extra: Path | None = None, theatre=None) -> Tagger:
        """With the shipped words, a user's own file merged in, and `theatre.widen` / `theatre.replace` heeded. Raises LexiconError."""
        widen, only = tuple(getattr(theatre, "widen", None) or ()), tuple(getattr(theatre, "replace", None) or ())
        files = [
            *(loading.FOLDER / f"{code}.yaml" for code in LANGUAGES),
            gazetteers.FILE,
            *([Path(extra)] if extra else []),
        ]
        if extra or widen or only:
            words, gazetteer = loading.load(extra), gazetteers.load(widen, only)
        else:  # the shipped ones need not be read from YAML by each process anew
            words, gazetteer = kept("words", source(), lambda: (loading.load(), gazetteers.load()))
        digest = hashlib.sha256(repr((widen, only)).encode())
        for file in files:
            digest.update(file.read_bytes())
        return cls(words, gazetteer, f"tagger-{VERSION}:{digest.hexdigest()[:8]}")

    def language(self, title: str, summary: str, prior: str | None = None) -> str | None:
        return self._languages.of(title, summary, prior)

    def read(self, title: str, summary: str, *, lang: str | None = None, anywhere: bool = False) -> Reading:
        """The reading of one entry. `lang` is the feed's declared language; `anywhere` leaves the theatre out of account."""
        code = self.language(title, summary, lang)
        nothing = Reading(code, "none", 0.0, False, (), (), (), (), self.method)
        if code not in self.lexicons:
            return nothing
        found = []
        for name, text in (("title", title), ("summary", summary)):
            folded = fold(text)
            if text and (hits := self._finder.find(folded, code)):
                found.append((name, folded, hits))
        words = [hit.word for _, _, hits in found for hit in hits]
        anchors = _may_hold_anchors(words, anywhere)
        if not anchors and not any(word.entities for word in words):  # as most texts are
            return nothing
        fields, entities, framed = [], [], []
        for name, folded, hits in found:
            framed.extend((name, hit) for hit in hits if hit.word.frames)
            sentences = cut(folded, self.lexicons[code].abbreviations, name)
            fill(sentences, hits, anywhere=anywhere)
            field = _Field(name, folded, sentences)
            fields.append(field)
            entities.extend((sentence, hit) for sentence in sentences for hit in sentence.entities)
        core = any(entity(hit).ties == "core" for _, hit in entities) or (
            self.lexicons[code].home
            and anchors
            and all(entity(hit).ties == "acting" and entity(hit).place is None for _, hit in entities)
        )  # at home "Trump" and "the UN" need not say whom they speak of
        signals, off = self._signals(code, fields, framed, core, anywhere) if anchors else ((), ())
        actors, places = self._named(code, entities)
        reading = Reading(
            code,
            direction(signals),
            _score(signals),
            core,
            tuple(dict.fromkeys(found.code for found in actors)),
            tuple(dict.fromkeys(found.place for found in places)),
            signals,
            off,
            self.method,
            tuple(dict.fromkeys((found.place, *found.at) for found in places if found.at)),
        )
        return replace(reading, parts=parts_of(reading))

    def _named(self, code: str, entities: list[tuple[Sentence, Hit]]) -> tuple[list, list]:
        roles, actors, places = self._roles[code], [], []
        for sentence, hit in entities:
            found = entity(hit)
            if found.code:
                actors.append(found)
            if found.place and (not found.code or roles.located(sentence, hit)):
                places.append(found)
        return actors, places

    # -- signals ------------------------------------------------------------------------------------------

    def _signals(
        self, code: str, fields: list[_Field], framed: list[tuple[str, Hit]], core: bool, anywhere: bool
    ) -> tuple[tuple[Signal, ...], tuple[Suppressed, ...]]:
        signals, off = [], []
        holding = list(_holding(fields, framed, anywhere))
        frames = {
            frame.off: f"frame: {frame.name}" for _, frame in reversed(holding) if frame.off != "sentence"
        }  # of several the first
        off_sentences = {id(sentence): f"frame: {frame.name}" for sentence, frame in holding if frame.off == "sentence"}
        if fields and fields[0].name == "title" and not ASKING.isdisjoint(fields[0].folded.raw.rstrip()[-2:]):
            frames.setdefault("summary", "title asks")
        abroad = (
            ties.abroad(fields[0].sentences, self._roles[code])
            if core and not anywhere and fields[0].name == "title"
            else ""
        )
        for field in fields:
            for sentence in field.sentences:
                if not sentence.rules and not sentence.masked:
                    continue
                reason = (
                    frames.get("entry")
                    or (field.name == "summary" and frames.get("summary"))
                    or off_sentences.get(id(sentence))
                )
                for rule, outcome, start, end, head in self._outcomes(code, sentence, anywhere):
                    why = outcome.reason if outcome.category is None else reason or ""
                    if not why and sentence.asks and start >= sentence.asks_from:
                        why = "question"
                    if not why and not anywhere:
                        why = ties.outside(
                            sentence,
                            self._roles[code],
                            outcome.category,
                            start,
                            end,
                            core,
                            abroad if field.name == "summary" else "",
                        )
                    if why:
                        off.append(_suppressed(field, outcome.category or rule.category, why, start, end))
                    else:
                        signals.append(
                            self._signal(code, field, sentence, rule, outcome, Anchor(start, head, end, outcome.start))
                        )
                off.extend(
                    _suppressed(field, hit.word.begins(anywhere)[0][1].category, why, hit.start, hit.end)
                    for hit, why in sentence.masked
                )
        return tuple(_distinct(signals)[:MOST]), tuple(off[:MOST])

    def _outcomes(self, code: str, sentence: Sentence, anywhere: bool):
        """Every anchor of a sentence that its conditions allow, longest first, with what operators made of it."""
        found, mentioned, taken = [], [], {}  # place -> the span that took it
        for start, end, rule, head, tail in _candidates(sentence, anywhere, REACH[self.lexicons[code].order]):
            if _inside(taken, start, end):
                continue
            outcome = operate(sentence, rule, start, end, (head, tail))
            if _is_background(sentence, rule, outcome, start, end, anywhere):
                _take(taken, start, end)
                found.append((rule, Outcome(None, rule.mode, 0.0, (), start, end, "only mentioned"), start, end, head))
            elif (
                outcome.category is None
                or (outcome.changed and rule.part == "noun")
                or _supported(sentence, rule, start, head, anywhere)
            ):
                _take(taken, start, end)
                found.append((rule, self._aimed(code, sentence, rule, outcome, start, end), start, end, head))
            else:
                mentioned.append(
                    (rule, Outcome(None, rule.mode, 0.0, (), start, end, "only mentioned"), start, end, head)
                )
        for each in mentioned:
            if not _inside(taken, each[2], each[3]):
                _take(taken, each[2], each[3])
                found.append(each)
        found.sort(key=lambda each: each[2])
        return found

    def _aimed(self, code: str, sentence: Sentence, rule: Rule, outcome: Outcome, start: int, end: int) -> Outcome:
        """An attack on a ship is maritime, one on oil or gas works energy."""
        if outcome.category != "attack":
            return outcome
        for words, made in self._aims[code]:
            hit = sentence.following(words, end, 5)
            if hit is None and (rule.part == "noun" or rule.passive or self.lexicons[code].order == "sov"):
                hit = sentence.nearby(words, start, end, 2, "before")
            if hit is not None:
                note = f"aimed at: {sentence.text[hit.start : hit.end]}"
                weight = min(outcome.weight, WEIGHTS[made] + 1)
                return Outcome(
                    made,
                    outcome.mode,
                    weight,
                    (*outcome.operators, note),
                    min(outcome.start, hit.start),
                    max(outcome.end, hit.end),
                )
        return outcome

    def _signal(
        self, code: str, field: _Field, sentence: Sentence, rule: Rule, outcome: Outcome, anchor: Anchor
    ) -> Signal:
        a, b = field.folded.span(outcome.start, outcome.end)
        source, target, place = self._roles[code].of(sentence, rule, anchor, outcome)
        escalates = outcome.category in ESCALATION
        return Signal(
            outcome.category,
            "escalation" if escalates else "deescalation",
            outcome.mode,
            outcome.weight if escalates else -outcome.weight,
            rule.name,
            field.name,
            a,
            b,
            field.folded.raw[a:b],
            source,
            target,
            place,
            outcome.operators,
        )


def _inside(taken: dict[int, int], start: int, end: int) -> bool:
    """Whether a span lies in one that was taken."""
    owner = taken.get(start)
    return owner is not None and taken.get(end - 1) == owner


def _may_hold_anchors(words: list[Word], anywhere: bool) -> bool:
    """Whether all words of some rule are there, wherever they stand; or one that an idiom may turn off, which is told too."""
    begun = [word for word in words if word.begins(anywhere)]
    if not begun:
        return False
    there = {word.phrase for word in words} | (
        {ANY_ACTOR, ANY_PLACE} if any(word.entities for word in words) else set()
    )
    return any(word.idioms for word in words) or any(
        not any(map(there.isdisjoint, phrase.tails)) for word in begun for phrase, _ in word.begins(anywhere)
    )


def _take(taken: dict[int, int], start: int, end: int) -> None:
    for place in range(start, end):
        taken.setdefault(place, start)


def _candidates(sentence: Sentence, anywhere: bool, reach: int) -> list[tuple[int, int, Rule, int, int]]:
    """Every anchor whose words are all there, longest first, then the most particular: start, end, rule, end of its first part, start of its last."""
    found = []
    for hit in sentence.rules:
        for phrase, rule in hit.word.begins(anywhere):
            tail, end = (
                last_tail(sentence, phrase.tails, hit.end, reach) or (hit.end, None)
                if phrase.tails
                else (hit.end, hit.end)
            )
            if end is not None and _fits(sentence, rule, hit.start, hit.end, end):
                found.append((hit.start, end, rule, hit.end, tail))
    found.sort(key=lambda each: (each[0] - each[1], not each[2].conditional))
    return found


def _fits(sentence: Sentence, rule: Rule, start: int, head: int, end: int) -> bool:
    """Conditions that hold whatever operators say."""
    within = max(8, rule.within)
    if rule.unless and (
        sentence.nearby(rule.unless, start, head, within)
        or (end > head and sentence.nearby(rule.unless, end, end, within, "after"))
    ):
        return False
    if rule.matching or rule.not_matching:
        around = sentence.text[max(sentence.start, start - 80) : min(sentence.end, end + 80)]
        if (rule.matching and not rule.matching.search(around)) or (
            rule.not_matching and rule.not_matching.search(around)
        ):
            return False
    return True


def _supported(sentence: Sentence, rule: Rule, start: int, end: int, anywhere: bool) -> bool:
    """Whether what makes a mere mention news stands near; a name of the theatre is not asked for anywhere."""
    for words, side in ((rule.near, "both"), (rule.before, "before"), (rule.after, "after")):
        if words is None or (anywhere and (ANY_ACTOR in words or ANY_PLACE in words)):
            continue
        if not sentence.nearby(words, start, end, rule.within, side):
            return False
    return True


def _is_background(sentence: Sentence, rule: Rule, outcome: Outcome, start: int, end: int, anywhere: bool) -> bool:
    """Whether a summary only speaks of what is known already: no word of news stands near."""
    if rule.backed is None or anywhere or sentence.origin == "title" or outcome.changed or outcome.category is None:
        return False
    return sentence.nearby(rule.backed, start, end, 8) is None


def _holding(fields: list[_Field], framed: list[tuple[str, Hit]], anywhere: bool) -> Iterator[tuple[Sentence, Frame]]:
    """The frames of which every word is there, each with the sentence in which it stands."""
    sentences = {field.name: field.sentences for field in fields}
    for name, hit in framed:
        own = sentences[name]
        sentence = own[max(0, bisect_right(own, hit.start, key=lambda each: each.start) - 1)]
        for phrase, frame in hit.word.frames:
            if (
                frame.anywhere == anywhere
                and frame.where in ("any", name)
                and last_tail(sentence, phrase.tails, hit.end) is not None
            ):
                yield sentence, frame


def _suppressed(field: _Field, category: str, reason: str, start: int, end: int) -> Suppressed:
    a, b = field.folded.span(start, end)
    return Suppressed(category, reason, field.name, a, b, field.folded.raw[a:b])


def _distinct(signals: list[Signal]) -> list[Signal]:
    """One signal where two of a category share their words: the longer."""
    kept: list[Signal] = []
    for signal in sorted(signals, key=lambda s: (s.field != "title", s.start, -s.end)):
        last = next(
            (
                k
                for k in reversed(kept[-8:])
                if k.category == signal.category and k.field == signal.field and k.end > signal.start
            ),
            None,
        )
        if last is None:
            kept.append(signal)
    return kept


# -- the entry --------------------------------------------------------------------------------------------


def _score(signals: tuple[Signal, ...]) -> float:
    weights = [signal.severity for signal in signals]
    return round(max(0.0, *weights) + min(0.0, *weights), 2) if weights else 0.0


def direction(signals: tuple[Signal, ...]) -> str:
    """Rule 12: by seriousness, each category once, the title more than the summary; what the title puts first breaks a tie."""
    if not signals:
        return "none"
    sums, title, best = {"escalation": 0.0, "deescalation": 0.0}, None, {}
    for signal in signals:
        if signal.field == "title" and title is None:
            title = signal.direction
        counted = abs(signal.severity) * (TITLE if signal.field == "title" else SUMMARY)
        best[signal.category] = max(best.get(signal.category, 0.0), counted)
    for category, counted in best.items():
        sums["escalation" if category in ESCALATION else "deescalation"] += counted
    share = sums["escalation"] / (sums["escalation"] + sums["deescalation"])
    if share >= CLEAR:
        return "escalation"
    if share <= 1 - CLEAR:
        return "deescalation"
    if title == "escalation" and 1 - share <= TITLE_LEADS:
        return "escalation"
    if title == "deescalation" and share <= TITLE_LEADS:
        return "deescalation"
    return "mixed"
