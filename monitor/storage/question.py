"""What somebody types into a search field, taken apart. Pure.

tanker hormuz        both words; a word of four letters or more also finds longer ones that begin with it
"oil tanker"         these words side by side, spelled just so
tanker OR vessel     either
-houthi              not this word
tank*                every word that begins so
bab el mandeb        a name that the gazetteer knows, in every spelling and script
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_WORDS = 12  # words of a question that are used
SHORT_WORD = 4  # code points; a shorter word finds itself only
MAX_SPELLINGS = 60  # of one name
Words = tuple[str, ...]
_PARTS = re.compile(
    r'(-?)["\u201c\u201d\u00ab\u00bb\u201e]([^"\u201c\u201d\u00ab\u00bb\u201e]*)["\u201c\u201d\u00ab\u00bb\u201e]?|(\S+)'
)


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand side by side; the last one may go on where `prefix` says so."""

    words: Words
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Of each of `wanted` any term has to be found, and none of `unwanted`. `names` are those of the question that
    have other spellings.
    """

    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()
    names: tuple[Words, ...] = ()


def ask(text: str, fold: Callable[[str], str], spellings: Mapping[Words, tuple[Words, ...]]) -> Question:
    """`fold` gives the words of a text as they are compared, with spaces between; `spellings` are those of names."""
    wanted: list[list[Term]] = []
    unwanted: list[Term] = []
    names: list[Words] = []
    either, used = False, 0
    for sign, quoted, words, prefix in _pieces(text, fold):
        if words == ("OR",):
            either = bool(wanted)
            continue
        while words and used < MAX_WORDS:
            count = len(words) if quoted else _longest(words, spellings) or 1
            some, words = words[:count], words[count:]
            used += count
            terms = _terms(some, quoted, prefix and not words, spellings)
            if len(terms) > 1:
                names.append(some)
            if sign:
                unwanted += terms
            elif either:
                wanted[-1] += terms
            else:
                wanted.append(terms)
            either = False
    return Question(
        tuple(tuple(dict.fromkeys(terms)) for terms in wanted), tuple(dict.fromkeys(unwanted)), tuple(names)
    )


def _pieces(text: str, fold: Callable[[str], str]) -> list[tuple[bool, bool, Words, bool]]:
    """(to be left out, in quotes, folded words, ends with a star): what has the same signs and stands together is one
    piece, so that a name of several words is found in it.
    """
    found: list[tuple[bool, bool, Words, bool]] = []
    for part in _PARTS.finditer(text):
        minus, quoted, bare = part[1], part[2], part[3]
        if quoted is not None:
            found.append((bool(minus), True, tuple(fold(quoted).split()), False))
            continue
        if bare in ("OR", "|"):
            found.append((False, False, ("OR",), False))
            continue
        sign = len(bare) > 1 and bare[0] == "-"
        words, star = tuple(fold(bare).split()), bare.endswith("*")
        last = found[-1] if found else None
        if last and not sign and not star and last[0] is last[1] is last[3] is False and last[2] != ("OR",):
            found[-1] = (False, False, last[2] + words, False)
        else:
            found.append((sign, False, words, star))
    return found


def _longest(words: Words, spellings: Mapping[Words, tuple[Words, ...]]) -> int:
    """How many words at the beginning are a name; 0 where none is."""
    return next((count for count in range(min(len(words), 6), 0, -1) if words[:count] in spellings), 0)


def _terms(words: Words, quoted: bool, star: bool, spellings: Mapping[Words, tuple[Words, ...]]) -> list[Term]:
    if quoted:
        return [Term(words)]
    own = Term(words, star or (len(words) == 1 and len(words[0]) >= SHORT_WORD))
    return [own, *(Term(other) for other in spellings.get(words, ())[:MAX_SPELLINGS] if other != words)]
