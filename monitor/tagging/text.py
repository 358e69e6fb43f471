"""Folds a text for the lexicons, with the way back to the text as given, and recognises its language.

Letters are folded as everywhere (letters.py), and all punctuation, the half space (ZWNJ) included, becomes one space a
character. Words are then runs of non-spaces, in every script.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from monitor.tagging.letters import fold_char

DROPPED, EXPANDED = "\ue000", "\ue001"  # private use, so never in folded text: what cannot be folded one to one


def _fold_char(char: str) -> str:
    """What one character becomes: any number of letters and digits, or one space."""
    if unicodedata.category(char) in ("Cs", "Cc", "Co", "Cn"):  # lone surrogates cannot reach the automaton
        return " "
    folded = "".join(piece if piece.isalnum() else " " for piece in fold_char(char))
    return folded.strip() or (" " if folded else "") if len(folded) != 1 else folded


QUOTED = re.compile(
    r"(?<=\s)['\"‘’“”„«»]+[^\S\r\n]?|[^\S\r\n]?['\"‘’“”„«»]+(?=\s)"
)  # with the space that French puts inside
KEPT = re.compile(f"[^{DROPPED}]+")


class _Table(dict):
    """Code point -> folded character, filled as characters are met; -> EXPANDED where it is several."""

    def __missing__(self, point: int) -> str:
        folded = _fold_char(chr(point))
        self[point] = folded if len(folded) == 1 else EXPANDED if folded else DROPPED
        return self[point]


_TABLE = _Table({point: _fold_char(chr(point)) for point in range(128)})
_several = lru_cache(maxsize=4096)(_fold_char)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` begins and ends with a space. `offsets[i]` is where its character i stood in `raw`; None: at i - 1."""

    raw: str
    text: str
    offsets: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in `raw` of text[start:end], which is not empty."""
        if self.offsets is None:
            return start - 1, end - 1
        return self.offsets[start], self.offsets[end - 1] + 1

    def place(self, raw: int) -> int:
        """The place in `text` of a character of `raw`, or of the next one that was kept."""
        return raw + 1 if self.offsets is None else bisect_left(self.offsets, raw, 1)


def _cut_at_quotes(text: str, folded: str) -> list[str]:
    """Folded text cut where quotation marks stand at the edge of words: kept, mark, kept, mark ... kept."""
    parts: list[str] = []
    place = 0
    for mark in QUOTED.finditer(text):
        parts += folded[place : mark.start()], folded[mark.start() : mark.end()]
        place = mark.end()
    return [*parts, folded[place:]]


@lru_cache(maxsize=2)  # a title is folded to recognise its language, and again to be read
def fold(text: str) -> Folded:
    folded = text.translate(_TABLE)
    if QUOTED.search(text):  # "in 'complete control' of the strait" holds the same phrase as without
        folded = "".join(
            DROPPED * len(part) if place % 2 else part for place, part in enumerate(_cut_at_quotes(text, folded))
        )
    if DROPPED not in folded and EXPANDED not in folded:
        return Folded(text, f" {folded} ", None)
    pieces, offsets = [" "], [0]
    if EXPANDED not in folded:
        for kept in KEPT.finditer(folded):
            pieces.append(kept.group())
            offsets.extend(range(*kept.span()))
        return Folded(text, "".join(pieces) + " ", (*offsets, len(text)))
    for place, char in enumerate(folded):
        if char == DROPPED:
            continue
        if char == EXPANDED:
            several = _several(text[place])
            pieces.append(several)
            offsets.extend([place] * len(several))
        else:
            pieces.append(char)
            offsets.append(place)
    offsets.append(len(text))
    return Folded(text, "".join(pieces) + " ", tuple(offsets))


def folded_form(text: str) -> str:
    """A lexicon word as it will be found: folded, single spaces, none around."""
    return " ".join(fold(text).text.split())


# -- language ---------------------------------------------------------------------------------------------

SCRIPTS = {"latin": ("en", "fr"), "arabic": ("ar", "fa")}  # of equal votes the first language counts
SAMPLE = 80  # characters that are looked at first
SHORT = 20  # a title shorter than this says too little
NO_VOTE = {"a", "s"}  # French "à" and "s'" fold to what English "a" and "'s" fold to
UNITED_NATIONS = re.compile(r"\bUN\b")  # no French article


def _script(sample: str) -> str | None:
    """The script of most letters of the sample."""
    if sample.isascii():
        return "latin" if any(map(str.isalpha, sample)) else None
    arabic = latin = hebrew = 0
    for char in sample:
        if char < "\u0250":
            latin += char.isalpha()
        elif "\u0600" <= char <= "\u06ff" or "\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufeff":
            arabic += 1
        elif "\u0590" <= char <= "\u05ff":
            hebrew += 1
    most = max(arabic, latin, hebrew)
    return None if not most else "arabic" if most == arabic else "latin" if most == latin else "hebrew"


class Languages:
    """Recognises languages: by script, then by function words and letters where they are clear.

    `words` (function words, folded) and `letters` come from the lexicons, by language. What they leave open, the feed's
    declared language decides if it has the same script, else whichever language has most votes in title and summary.
    """

    def __init__(self, words: dict[str, frozenset[str]], letters: dict[str, frozenset[str]]):
        self._words = {code: known - NO_VOTE for code, known in words.items()}
        self._letters = letters

    def of(self, title: str, summary: str, prior: str | None = None) -> str | None:
        sample = title[:SAMPLE] if len(title) >= SHORT else f"{title} {summary[:SAMPLE]}"
        script = _script(sample)
        if script is None:
            return prior
        if script == "hebrew":
            return "he"
        code = self._clear(script, sample) or self._clear(script, f"{sample} {summary[:SAMPLE]}")
        if code:
            return code
        if prior in SCRIPTS[script]:
            return prior
        votes = self._votes(script, f"{title} {summary}")
        return max(votes, key=votes.__getitem__)

    def _clear(self, script: str, sample: str) -> str | None:
        """The language whose votes clearly lead."""
        votes = self._votes(script, sample)
        *_, second, most = sorted(votes.values())
        return max(votes, key=votes.__getitem__) if most >= 2 and most > 2 * second else None

    def _votes(self, script: str, sample: str) -> dict[str, int]:
        """One for each function word, two for each letter that only this language has."""
        tokens = fold(UNITED_NATIONS.sub(" ", sample)).text.split()
        return {
            code: sum(map(self._words[code].__contains__, tokens)) + 2 * len(self._letters[code].intersection(sample))
            for code in SCRIPTS[script]
        }
