"""The features by which two articles are compared: words of their text, and things, which are the same in every language.

Words are folded and cut to their stem; things are categories, who did what to whom, actors, places, numbers, what
words.yaml lists, and the consonants of long names.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import NamedTuple

from monitor.config import document
from monitor.models import Article
from monitor.tagging.letters import fold_letters

FILE = Path(__file__).with_name("words.yaml")
FORM = 2  # of Features; counted up with any change of how they are made
LEAD_WORDS = 60  # words of the summary that are looked at: what follows is background, and feeds differ in how much of it they bring
_BITS = 1024  # one pair of titles in ten shares a bit by chance
MAX_SUMMARY_CHARS = 1_200  # characters of it, so that a hostile text costs no more

_MARKS = str.maketrans({"’": "'", "‘": "'", "٬": ",", "٫": "."})
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}(?!\d))")
_ENDINGS = ("ations", "ation", "ings", "ing", "ements", "ement", "ies", "ers", "er", "ed", "es", "ees", "ee", "s", "e")
_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و")
_SUFFIXES = ("هايي", "هاي", "ات", "ون", "ين", "ان", "ها", "هم", "ه", "ي")


def fold(text: str) -> str:
    """Folded letters, with one form for apostrophes and for the marks within numbers."""
    return text.lower() if text.isascii() else fold_letters(text.translate(_MARKS))


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(_THOUSANDS.sub("", fold(text)))


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """A word without its commonest endings; crude, and the same for both sides of a comparison."""
    if "\u0600" <= word[0] <= "\u06ff":
        for prefix in _PREFIXES:
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                word = word[len(prefix) :]
                break
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                return word[: -len(suffix)]
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


# -- names across scripts -----------------------------------------------------------------------------------

_LETTERS = [
    ("tch", "J"), ("gh", "K"), ("kh", "K"), ("ch", "J"), ("sh", "J"), ("dj", "J"), ("zh", "J"), ("th", "T"), ("dh", "T"), ("ph", "F"),
    ("ck", "K"), ("x", "KS"),
    *zip("bpfvjtdszkqgclmnr", "PPFFJTTSSKKKKLMNR"),
    *zip("بپفجچشژتطثدضذسصزظقكگغخلمنر", "PPFJJJJTTTTTTSSSSKKKKKLMNR"),
]  # fmt: skip
_SOUND = re.compile("|".join(letters for letters, _ in _LETTERS))
_SOUNDS = dict(_LETTERS)
SOUNDS = (
    4  # consonants from which a name is distinctive: with three, one pair of texts in two would share one by chance
)


@lru_cache(maxsize=60_000)
def sounds(word: str) -> str:
    """The consonants of a folded word, Latin or Arabic, in classes that survive transliteration: Araghchi, عراقچی -> RKJ."""
    found = "".join(_SOUNDS[part] for part in _SOUND.findall(word))
    return re.sub(r"(.)\1+", r"\1", found)


# -- the lists ----------------------------------------------------------------------------------------------


class Words:
    """words.yaml, folded."""

    def __init__(self, listed: dict):
        self.idle = frozenset(token for words in listed["idle"].values() for word in words for token in tokens(word))
        self.worn = frozenset(
            stem(token) for words in listed["worn"].values() for word in words for token in tokens(word)
        )
        self.broad, self.usual = frozenset(listed["broad"]), frozenset(listed["usual"])
        self.numbers = {fold(word): number for number, words in listed["numbers"].items() for word in words}
        self.things = {self._form(word): thing for thing, words in listed["things"].items() for word in words}

    def _form(self, word: str) -> str:
        return " ".join(stem(token) for token in tokens(word) if token not in self.idle)


@lru_cache(maxsize=1)
def listed() -> Words:
    return Words(document.read(FILE).data)


@lru_cache(maxsize=1)
def made_by() -> str:
    """What features are made by now: kept ones of another make are not to be mixed with them."""
    return f"{FORM}:{zlib.crc32(FILE.read_bytes()):08x}"


# -- weights ------------------------------------------------------------------------------------------------

WORN = 0.25  # weight of a word that nearly every headline of this beat has; any other has 1
FAINT = 35  # hundredths, so that a sum is the same in any order: of a thing that many articles of a day share
_WEIGHTS = {"category": 80, "act": 80, "actor": 80, "place": 160, "number": 90, "thing": 100, "name": 100}


def words_weight(words: Collection[str]) -> float:
    return len(words) - (1 - WORN) * len(listed().worn.intersection(words))


@lru_cache(maxsize=60_000)
def thing_weight(thing: str) -> int:
    """How much it says that two articles share it, in hundredths."""
    kind, _, name = thing.partition(" ")
    return FAINT if name in listed().usual or name in listed().broad else _WEIGHTS[kind]


def things_weight(things: Iterable[str]) -> float:
    return sum(map(thing_weight, things)) / 100


# -- an article's features ----------------------------------------------------------------------------------


class Features(NamedTuple):
    """One article as it is compared. `order` is its place in time, the same whenever it arrives."""

    id: int
    order: tuple
    at: datetime
    lang: str | None
    title: Collection[str]  # words of the title
    words: Collection[str]  # of title and lead
    things: Collection[str]  # "category attack", "act attack IRN ISR", "place Isfahan", "number 14", "thing tanker"
    places: Collection[str]  # narrow ones
    numbers: Collection[str]  # in the title
    names: Collection[str]  # the sounds of long names
    reported: bool  # has a signal
    topical: bool  # has one, or names an actor or a place of the theatre
    weights: tuple[float, float, float]  # of title, words, things
    bits: int  # of the title's words, by this process's hash: two titles that share none share no word

    def packed(self) -> Features:
        """The same in a fifth of the memory; sets are for the one that is compared, what it is compared with needs none."""
        if isinstance(self.title, tuple):
            return self
        return self._replace(
            title=tuple(self.title), words=tuple(self.words), things=tuple(self.things),
            places=tuple(self.places), numbers=tuple(self.numbers), names=tuple(self.names),
        )  # fmt: skip

    def written(self) -> str:
        """The same as text, to be stored, without id, time, title and publisher."""
        return json.dumps([self.lang, *map(list, (self.title, self.words, self.things, self.places, self.numbers, self.names)),
                           self.reported, self.topical, self.weights], ensure_ascii=False, separators=(",", ":"))  # fmt: skip

    @classmethod
    def read(cls, text: str, id: int, at: datetime, title: str, publisher: str) -> Features:
        """From what `written` gave."""
        lang, *sets, reported, topical, weights = json.loads(text)
        shared = [tuple(map(intern, found)) for found in sets]  # the same word is one string in all articles
        of_title, words, things, places, numbers, names = shared
        return cls(
            id, (at, title, publisher, id), at, lang, of_title, words, things, places, numbers, names,
            reported, topical, tuple(weights), _bits(of_title),
        )  # fmt: skip

    def anchors(self) -> list[str]:
        """The things that are particular enough to look for others by, in an order that is the same in every process."""
        return sorted(
            [thing for thing in self.things if thing_weight(thing) > FAINT] + [f"name {name}" for name in self.names]
        )


def features(article: Article) -> Features:
    known = listed()
    title, lead = tokens(article.title[:MAX_SUMMARY_CHARS]), tokens(article.summary[:MAX_SUMMARY_CHARS])[:LEAD_WORDS]
    things: set[str] = set()
    title_words = _words(title, known, things)
    numbers = frozenset(thing for thing in things if thing.startswith("number"))
    words = title_words | _words(lead, known, things)
    things.update(f"category {c}" for c in article.categories)
    things.update(f"actor {a}" for a in article.actors)
    things.update(f"place {p}" for p in article.places)
    for s in article.signals:
        if s.source and s.target:
            things.add(f"act {s.category} {s.source} {s.target}")
        if s.place and s.place not in known.broad:
            things.add(f"act {s.category} {s.place}")
    kept = frozenset(map(intern, things))
    return Features(
        article.id, (article.at, article.title, article.publisher, article.id), article.at, article.lang, title_words, words, kept,
        frozenset(article.places) - known.broad, numbers, frozenset(_names(article, known)), bool(article.categories),
        bool(article.categories) or (article.theatre and bool(article.actors or article.places)),
        (words_weight(title_words), words_weight(words), things_weight(kept)), _bits(title_words),
    )  # fmt: skip


def _bits(words: Iterable[str]) -> int:
    found = 0
    for word in words:
        found |= 1 << hash(word) % _BITS
    return found


def _words(found: list[str], known: Words, things: set[str]) -> frozenset[str]:
    """The stems of a text; what words.yaml lists goes to `things` as well, two words before one."""
    kept: list[str] = []
    single = ""  # : a thing of the last word, unless it turns out to be half of one of two words
    for token in found:
        if token in known.idle:
            continue
        number = token.lstrip("0") if token.isdigit() else known.numbers.get(token)
        word = token if number else stem(token)
        if number and number != "1":
            things.add(f"number {number}")
        if kept and (thing := known.things.get(f"{kept[-1]} {word}")):
            things.add(f"thing {thing}")
            single = ""
        else:
            if single:
                things.add(f"thing {single}")
            single = known.things.get(word, "")
        kept.append(word)
    if single:
        things.add(f"thing {single}")
    return frozenset(kept)


def _names(article: Article, known: Words) -> set[str]:
    """The sounds of what may be names: Latin words with a capital, any Arabic word."""
    found = set()
    for word in _TOKEN.findall(f"{article.title[:MAX_SUMMARY_CHARS]} {article.summary[:MAX_SUMMARY_CHARS]}")[
        : LEAD_WORDS + 20
    ]:
        if len(word) < SOUNDS or not (word[0].isupper() or "\u0600" <= word[0] <= "\u06ff"):
            continue
        folded = fold(word)
        if not folded or folded in known.idle or stem(folded) in known.worn or stem(folded) in known.things:
            continue
        for part in {folded, stem(folded)} if folded[0] >= "\u0600" else {folded}:
            if len(heard := sounds(part)) >= SOUNDS:
                found.add(heard)
    return found
