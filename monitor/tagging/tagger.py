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

from monitor.models import Reading, Signal, Suppressed
from monitor.tagging import candidates, loading, ties
from monitor.tagging import theatre as gazetteers
from monitor.tagging.actors import Anchor, Roles, entity
from monitor.tagging.anchors import Finder, Hit, Word
from monitor.tagging.balance import balance
from monitor.tagging.cache import kept, source
from monitor.tagging.candidates import Candidate, Found
from monitor.tagging.clauses import ASKING, Sentence, cut, fill, last_tail
from monitor.tagging.lexicon import AIMED_AT, ANY_ACTOR, ANY_PLACE, Exclusion, Lexicon
from monitor.tagging.parts import parts_of
from monitor.tagging.text import Folded, Languages, fold

VERSION = 2  # of the engine; the words' version is their hash
# signals, and suppressed anchors, that are kept of one entry; news has ten, a text of nothing but anchors hundreds
MOST = 40


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
            code: [
                (frozenset(lexicon.groups[name]), lexicon.events.types[made])
                for name, made in AIMED_AT.items()
                if name in lexicon.groups
            ]
            for code, lexicon in words.items()
        }

    @classmethod
    def load(cls, extra: Path | None = None, theatre=None) -> Tagger:
        """With the shipped words, a user's own file merged in,
        and `theatre.widen` / `theatre.replace` heeded. Raises LexiconError.
        """
        widen, only = tuple(getattr(theatre, "widen", None) or ()), tuple(getattr(theatre, "replace", None) or ())
        files = [*loading.files(), gazetteers.FILE, *([Path(extra)] if extra else [])]
        # The shipped ones need not be read from YAML by each process anew.
        words, gazetteer = kept("words", source(), lambda: (loading.load(), gazetteers.load()))
        if extra:
            loading.extend(words, Path(extra))
        if widen or only:
            gazetteer = gazetteers.load(widen, only)
        digest = hashlib.sha256(repr((widen, only)).encode())
        for file in files:
            digest.update(file.read_bytes())
        return cls(words, gazetteer, f"tagger-{VERSION}:{digest.hexdigest()[:8]}")

    def language(self, title: str, summary: str, prior: str | None = None) -> str | None:
        return self._languages.of(title, summary, prior)

    def read(self, title: str, summary: str, *, lang: str | None = None, anywhere: bool = False) -> Reading:
        """The reading of one entry. `lang` is the feed's declared language;
        `anywhere` leaves the theatre out of account.
        """
        return self._read(title, summary, lang, anywhere, False)[0]

    def untied(self, title: str, summary: str, *, lang: str | None = None) -> Reading | None:
        """The reading of an entry without tie to the theatre and without signal;
        None for any other, which is found out sooner.
        """
        reading, _ = self._read(title, summary, lang, False, False, gate=True)
        return None if reading.theatre or reading.signals else reading

    def examine(
        self, title: str, summary: str, *, lang: str | None = None, anywhere: bool = False
    ) -> tuple[Reading, tuple[Candidate, ...]]:
        """The reading, and every candidate that the words of the entry give,
        those that do not count with their reason; at most MOST.
        """
        return self._read(title, summary, lang, anywhere, True)

    def _read(
        self, title: str, summary: str, lang: str | None, anywhere: bool, full: bool, gate: bool = False
    ) -> tuple[Reading, tuple[Candidate, ...]]:
        code = self.language(title, summary, lang)
        nothing = Reading(code, "none", 0.0, False, (), (), (), (), self.method)
        if code not in self.lexicons:
            return nothing, ()
        found = []
        for name, text in (("title", title), ("summary", summary)):
            folded = fold(text)
            if text and (hits := self._finder.find(folded, code)):
                found.append((name, folded, hits))
        words = [hit.word for _, _, hits in found for hit in hits]
        anchors = _may_hold_anchors(words, anywhere)
        if not anchors and not any(word.entities for word in words):  # as most texts are
            return nothing, ()
        fields: list[_Field] = []
        entities: list[tuple[Sentence, Hit]] = []
        excluding: list[tuple[str, Hit]] = []
        for name, folded, hits in found:
            excluding.extend((name, hit) for hit in hits if hit.word.exclusions)
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
        if gate and core:
            return replace(nothing, theatre=True), ()
        signals, off, kept = self._signals(code, fields, excluding, core, anywhere, full) if anchors else ((), (), ())
        actors, places = self._named(code, entities)
        leaning, score = balance(signals)
        reading = Reading(
            code,
            leaning,
            score,
            core,
            tuple(dict.fromkeys(found.code for found in actors)),
            tuple(dict.fromkeys(found.place for found in places)),
            signals,
            off,
            self.method,
        )
        return replace(reading, parts=parts_of(reading)), kept

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

    def _found(
        self, code: str, fields: list[_Field], excluding: list[tuple[str, Hit]], core: bool, anywhere: bool, full: bool
    ) -> Iterator[tuple[_Field, Sentence, Found]]:
        """Every anchor of an entry, with why it does not count where it does not."""
        holding = list(_holding(fields, excluding, anywhere))
        exclusions = {
            exclusion.off: f"exclusion: {exclusion.name}"
            for _, exclusion in reversed(holding)
            if exclusion.off != "sentence"
        }  # of several the first
        off_sentences = {
            id(sentence): f"exclusion: {exclusion.name}"
            for sentence, exclusion in holding
            if exclusion.off == "sentence"
        }
        if fields and fields[0].name == "title" and not ASKING.isdisjoint(fields[0].folded.raw.rstrip()[-2:]):
            exclusions.setdefault("summary", "title asks")
        roles, lexicon = self._roles[code], self.lexicons[code]
        abroad = ties.abroad(fields[0].sentences, roles) if core and not anywhere and fields[0].name == "title" else ""
        for field in fields:
            for sentence in field.sentences:
                if not sentence.rules:
                    continue
                reason = (
                    exclusions.get("entry")
                    or (field.name == "summary" and exclusions.get("summary"))
                    or off_sentences.get(id(sentence))
                    or ""
                )
                for found in candidates.find(
                    sentence, lexicon.events, self._aims[code], lexicon.order, anywhere=anywhere, full=full
                ):
                    found.off = found.off or reason
                    if not found.off and sentence.asks and found.start >= sentence.asks_from:
                        found.off = "question"
                    if not found.off and not anywhere:
                        elsewhere = abroad if field.name == "summary" else ""
                        found.off = ties.outside(
                            sentence, roles, found.event.category, found.start, found.end, core, elsewhere
                        )
                    yield field, sentence, found

    def _signals(
        self, code: str, fields: list[_Field], excluding: list[tuple[str, Hit]], core: bool, anywhere: bool, full: bool
    ) -> tuple[tuple[Signal, ...], tuple[Suppressed, ...], tuple[Candidate, ...]]:
        signals: list[Signal] = []
        off: list[Suppressed] = []
        kept: list[Candidate] = []
        for field, sentence, found in self._found(code, fields, excluding, core, anywhere, full):
            if full and len(kept) < MOST:
                kept.append(self._candidate(code, field, sentence, found, core))
            if found.unless:
                continue
            if found.off:
                off.append(_suppressed(field, found.event.category, found.off, found.start, found.end))
            else:
                signals.append(self._signal(code, field, sentence, found))
        for field in fields:
            for sentence in field.sentences:
                off.extend(
                    _suppressed(field, hit.word.begins(anywhere)[0][1].category, why, hit.start, hit.end)
                    for hit, why in sentence.masked
                )
        return tuple(_distinct(signals)[:MOST]), tuple(off[:MOST]), tuple(kept)

    def _candidate(self, code: str, field: _Field, sentence: Sentence, found: Found, core: bool) -> Candidate:
        outcome, event = found.outcome, found.event
        a, b = field.folded.span(outcome.start, outcome.end)
        low, high = sentence.clause(found.start, found.end)
        kinds = {cue.kind for hit in sentence.cues if low <= hit.start < high for _, cue in hit.word.cues}
        tie, near = ties.nearest(sentence, self._roles[code], event.category, found.start, found.end, core)
        return Candidate(
            found.rule.event.id,
            event.id,
            event.category,
            outcome.mode,
            event.severity,
            field.name,
            a,
            b,
            field.folded.raw[a:b],
            outcome.operators,
            found.off or None,
            sentence.asks and found.start >= sentence.asks_from,
            "condition" in kinds,
            "background" in kinds or found.off == "background: describes",
            any(start < b and a < end for start, end in candidates.quoted(field.folded.raw)),
            tie,
            near,
            found.rule.file,
            found.phrase.line,
            found.phrase.form,
            found.rule.line,
            found.unless,
        )

    def _signal(self, code: str, field: _Field, sentence: Sentence, found: Found) -> Signal:
        outcome, event = found.outcome, found.event
        a, b = field.folded.span(outcome.start, outcome.end)
        anchor = Anchor(found.start, found.head, found.end, outcome.start)
        source, target, place = self._roles[code].of(sentence, found.rule, anchor, outcome)
        return Signal(
            event.category,
            "escalation" if event.escalates else "deescalation",
            outcome.mode,
            event.severity if event.escalates else -event.severity,
            event.id,
            field.name,
            a,
            b,
            field.folded.raw[a:b],
            source,
            target,
            place,
            outcome.operators,
        )


def _may_hold_anchors(words: list[Word], anywhere: bool) -> bool:
    """Whether all words of some rule are there, wherever they stand;
    or one that an idiom may turn off, which counts too.
    """
    begun = [word for word in words if word.begins(anywhere)]
    if not begun:
        return False
    there = {word.phrase for word in words} | (
        {ANY_ACTOR, ANY_PLACE} if any(word.entities for word in words) else set()
    )
    return any(word.idioms for word in words) or any(
        not any(map(there.isdisjoint, phrase.tails)) for word in begun for phrase, _ in word.begins(anywhere)
    )


def _holding(
    fields: list[_Field], excluding: list[tuple[str, Hit]], anywhere: bool
) -> Iterator[tuple[Sentence, Exclusion]]:
    """The exclusions of which every word is there, each with the sentence in which it stands."""
    sentences = {field.name: field.sentences for field in fields}
    for name, hit in excluding:
        own = sentences[name]
        sentence = own[max(0, bisect_right(own, hit.start, key=lambda each: each.start) - 1)]
        for phrase, exclusion in hit.word.exclusions:
            if (
                exclusion.anywhere == anywhere
                and exclusion.where in ("any", name)
                and last_tail(sentence, phrase.tails, hit.end) is not None
            ):
                yield sentence, exclusion


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
