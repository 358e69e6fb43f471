"""Finds every word the lexicons and the gazetteer know, in one pass of one automaton for all languages.

Words are looked for in folded text. Languages without affixes match whole words; in the others a listed prefix or
suffix may be written onto a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import ahocorasick_rs

from monitor.tagging.forms import Phrase
from monitor.tagging.lexicon import Cue, Exclusion, Idiom, Lexicon, Rule
from monitor.tagging.text import Folded
from monitor.tagging.theatre import Entity, Gazetteer

AFFIX = 12  # characters: no prefix or suffix is longer


@dataclass(slots=True, eq=False)
class Word:
    """What one phrase means in one language."""

    phrase: str
    whole: bool = False
    exact: str | None = None  # counts only where written so
    rules: tuple[tuple[Phrase, Rule], ...] = ()
    own: tuple[tuple[Phrase, Rule], ...] = ()  # of them those of the theatre's own news, not of general event language
    cues: tuple[tuple[Phrase, Cue], ...] = ()
    idioms: tuple[tuple[Phrase, Idiom], ...] = ()
    exclusions: tuple[tuple[Phrase, Exclusion], ...] = ()
    entities: tuple[tuple[Phrase, Entity], ...] = ()
    homonym: bool = False
    clause: bool = False  # ends a clause
    bound: bool = False  # counts only with a suffix: its last letter is the one that stands before suffixes

    def begins(self, anywhere: bool) -> tuple[tuple[Phrase, Rule], ...]:
        """The rules that count: those of general event language only where the theatre is left out of account."""
        return self.rules if anywhere else self.own


@dataclass(slots=True, eq=False)
class Hit:
    """A word in folded text: text[start:end], affixes left out."""

    start: int
    end: int
    word: Word


class Finder:
    """The automaton with what its patterns mean in each language."""

    def __init__(self, lexicons: dict[str, Lexicon], gazetteer: Gazetteer):
        patterns: dict[str, int] = {}
        self._words: dict[str, dict[int, Word]] = {lang: {} for lang in lexicons}
        self._affixes = {
            lang: (lexicon.prefixes | {""}, lexicon.prefixes_before, lexicon.suffixes | {""})
            for lang, lexicon in lexicons.items()
        }
        bare = {lang: bool(lexicon.prefixes or lexicon.suffixes) for lang, lexicon in lexicons.items()}

        def word(lang: str, phrase: str, whole: bool = False, exact: str | None = None) -> Word:
            pattern = phrase if bare[lang] and not whole else f" {phrase} "
            place = patterns.setdefault(pattern, len(patterns))
            found = self._words[lang].get(place)
            if found is None:
                found = self._words[lang][place] = Word(phrase, whole or not bare[lang], exact)
            found.exact = found.exact if found.exact == exact else None
            return found

        for lang, lexicon in lexicons.items():
            for phrase, rule in lexicon.rules:
                found = word(lang, phrase.head, rule.whole, phrase.exact)
                found.rules += ((phrase, rule),)
                if not rule.anywhere:
                    found.own += ((phrase, rule),)
            for phrase, cue in lexicon.cues:
                word(lang, phrase.head, exact=phrase.exact).cues += ((phrase, cue),)
            for phrase, idiom in lexicon.idioms:
                word(lang, phrase.head, exact=phrase.exact).idioms += ((phrase, idiom),)
            for phrase, exclusion in lexicon.exclusions:
                word(lang, phrase.head, exact=phrase.exact).exclusions += ((phrase, exclusion),)
            for text in lexicon.clauses:
                word(lang, text, True).clause = True
            for text in lexicon.conditions:
                if not text.startswith("@"):
                    word(lang, text)
        for lang, phrase, entity in gazetteer.phrases:
            word(lang, phrase.head, exact=phrase.exact).entities += ((phrase, entity),)
        for lang, phrase in gazetteer.homonyms:
            word(lang, phrase.head).homonym = True
        for lang, lexicon in lexicons.items():  # last: a phrase that is listed itself goes before another's spelling
            for found in [found for found in self._words[lang].values() if not found.whole]:
                spellings = _spellings(found.phrase, lexicon)
                for spelling in spellings:
                    self._words[lang].setdefault(patterns.setdefault(spelling, len(patterns)), found)
                for last, other in (
                    () if found.entities else lexicon.before_suffixes
                ):  # names take none: جدتها is a grandmother, not Jeddah
                    for spelling in (found.phrase, *spellings):
                        if spelling.endswith(last):
                            place = patterns.setdefault(spelling[: -len(last)] + other, len(patterns))
                            self._words[lang].setdefault(place, replace(found, bound=True))
        self._automaton = ahocorasick_rs.AhoCorasick(list(patterns), store_patterns=False)

    def find(self, folded: Folded, lang: str) -> list[Hit]:
        """Every known word of the language, overlapping ones included, by start."""
        text, words = folded.text, self._words[lang]
        prefixes, prefixes_before, suffixes = self._affixes[lang]
        hits = []
        for place, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            word = words.get(place)
            if word is None:
                continue
            if word.whole:
                if word.exact is None or folded.raw[slice(*folded.span(start + 1, end - 1))] == word.exact:
                    hits.append(Hit(start + 1, end - 1, word))
                continue
            if text[start - 1] != " ":
                begin = text.rfind(" ", max(0, start - AFFIX), start) + 1
                if not begin or (text[begin:start] not in prefixes and text[begin : start + 1] not in prefixes_before):
                    continue
            if text[end] != " ":
                if text[end : text.find(" ", end, end + AFFIX)] not in suffixes:
                    continue
            elif word.bound:
                continue
            hits.append(Hit(start, end, word))
        hits.sort(key=_order)
        return hits


def _spellings(phrase: str, lexicon: Lexicon) -> list[str]:
    """How else a phrase may be written: with the article before its further words, and contracted at its start."""
    first, *others = phrase.split()
    article = lexicon.article
    if article and others:
        joined = " ".join([first, *(word if word.startswith(article) else article + word for word in others)])
        articled = [joined] if joined != phrase else []
    else:
        articled = []
    return articled + [
        contracted + written[len(full) :]
        for written in (phrase, *articled)
        for contracted, full in lexicon.contractions
        if written.startswith(full)
    ]


def _order(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end
