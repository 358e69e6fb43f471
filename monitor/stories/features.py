"""The features by which two articles are compared: what an article means, its words, and facts, all in one record of
fixed size.

article -> vector of its meaning, stems of its words by how common they are, names by their sound, facts of its
reading -> Features

Sets (words, names, actors, places, acts, numbers) are bits: each member sets one by its checksum, the same in every
process, so that two sets are compared by counting bits, for thousands of articles at once.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from monitor.models import CATEGORIES, VECTOR, Article
from monitor.stories import words

FORM = 4  # of Features; counted up with any change of how they are made
# words of the summary that are looked at: what follows is background, and feeds differ in how much of it they bring
LEAD_WORDS = 60
MAX_CHARS = 1_200  # of a title and of a summary, so that a hostile text costs no more

# A title's words in three classes of rarity (words.Table.rarity), each with bits of its own; commoner words are left
# out.
CLASSES = ((0.3, 0.5), (0.5, 0.7), (0.7, 1.01))
RARE = 0.5  # from here on a word of the text counts
SOUNDS = (
    4  # consonants from which a name is distinctive: with three, one pair of texts in two would share one by chance
)

SKETCH = np.dtype([
    ("vector", np.int8, VECTOR),
    ("title", np.uint64, (len(CLASSES), 2)),
    ("text", np.uint64, 8),  # rare words of title and lead
    ("names", np.uint64, 4),  # by their sound
    ("actors", np.uint64), ("places", np.uint64), ("narrow", np.uint64), ("acts", np.uint64), ("numbers", np.uint64),
    ("title_numbers", np.uint64), ("categories", np.uint64),
    ("second", np.int64),  # of its time
    ("lang", np.uint32), ("publisher", np.uint32),
    ("main", np.uint8),  # 1 + the place in CATEGORIES of the first signal's; 0: none
    ("sign", np.int8),  # 1 escalation, -1 deescalation
    ("flags", np.uint8),
])  # fmt: skip
MEANT, TOPICAL, REPORTED, LIVE = (
    1,
    2,
    4,
    8,
)  # flags: has a vector; tied to the theatre; has a signal; a page that is written on

# Places so wide that two events there on one day are no news, by their names in the gazetteer.
BROAD = frozenset(
    (
        "Middle East;Persian Gulf;Iran;Israel;Iraq;Lebanon;Syria;Yemen;Gaza;West Bank;Saudi Arabia;Qatar;Kuwait;"
        "Bahrain;Oman;United Arab Emirates;Jordan;Egypt;Turkey;Pakistan;United States;United Kingdom;France;Germany;"
        "Russia;China;India;Europe;Cyprus;Tehran;Washington;Jerusalem;Tel Aviv;Beirut;"
        "Southern Lebanon;Strait of Hormuz;"
        "Red Sea;Gulf of Oman"
    ).split(";")
)
_LIVE = re.compile(r"\blive\b|\ben direct\b|\bday \d+\b|\bjour \d+\b|مباشر|زنده")
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = [
    ("tch", "J"), ("gh", "K"), ("kh", "K"), ("ch", "J"), ("sh", "J"), ("dj", "J"), ("zh", "J"), ("th", "T"),
    ("dh", "T"), ("ph", "F"), ("ck", "K"), ("x", "KS"),
    *zip("bpfvjtdszkqgclmnr", "PPFFJTTSSKKKKLMNR"),
    *zip("بپفجچشژتطثدضذسصزظقكگغخلمنر", "PPFJJJJTTTTTTSSSSKKKKKLMNR"),
]  # fmt: skip
_SOUND = re.compile("|".join(letters for letters, _ in _LETTERS))
_SOUNDS = dict(_LETTERS)


@lru_cache(maxsize=60_000)
def sounds(word: str) -> str:
    """The consonants of a folded word, Latin or Arabic, in classes that survive transliteration: Araghchi, عراقچی ->
    RKJ.
    """
    found = "".join(_SOUNDS[part] for part in _SOUND.findall(word))
    return re.sub(r"(.)\1+", r"\1", found)


class Features(NamedTuple):
    """One article as it is compared. `order` is its place in time, the same whenever it arrives."""

    id: int
    order: tuple
    at: datetime
    sketch: Any  # one SKETCH

    @property
    def reported(self) -> bool:
        """It has a signal: it is a story even alone."""
        return bool(self.sketch["flags"] & REPORTED)

    @property
    def topical(self) -> bool:
        return bool(self.sketch["flags"] & TOPICAL)

    def written(self) -> str:
        """The sketch as text, to be stored."""
        return b64encode(self.sketch.tobytes()).decode()

    @classmethod
    def read(cls, text: str, id: int, at: datetime, title: str, publisher: str) -> Features:
        """From what `written` gave. Raises ValueError where that is no sketch."""
        (sketch,) = np.frombuffer(b64decode(text), SKETCH)
        return cls(id, (at, title, publisher, id), at, sketch)


def made_by() -> str:
    """What features are made by now: kept ones of another make are not to be mixed with them."""
    return f"{FORM}:{zlib.crc32(words.FILE.read_bytes()):08x}"


def features(article: Article) -> Features:
    lang = article.lang
    title, lead = words.tokens(article.title[:MAX_CHARS]), _lead(article.summary[:MAX_CHARS], lang)
    made = np.zeros(1, SKETCH)
    (sketch,) = made
    of_title = _words(title, lang)
    for n, (low, high) in enumerate(CLASSES):
        sketch["title"][n] = _bits((stem for stem, rarity in of_title.items() if low <= rarity < high), 128)
    sketch["text"] = _rare(of_title) | lead.text
    topical = bool(article.categories or (article.theatre and (article.actors or article.places)))
    if topical:  # without a tie to the theatre articles are compared by their words alone
        sketch["names"] = _bits(_names(article), 256)
    sketch["title_numbers"] = _bits(_numbers(title), 64)[0]
    sketch["numbers"] = sketch["title_numbers"] | lead.numbers
    sketch["actors"], sketch["places"] = _bits(article.actors, 64)[0], _bits(article.places, 64)[0]
    sketch["narrow"] = _bits(frozenset(article.places) - BROAD, 64)[0]
    sketch["acts"] = _bits(
        (f"{s.category} {s.source} {s.target}" for s in article.signals if s.source or s.target), 64
    )[0]
    sketch["categories"] = sum(1 << CATEGORIES.index(category) for category in set(article.categories))
    sketch["main"] = 1 + CATEGORIES.index(article.signals[0].category) if article.signals else 0
    sketch["sign"] = {"escalation": 1, "deescalation": -1}.get(article.direction, 0)
    sketch["second"] = int(article.at.timestamp())
    sketch["lang"], sketch["publisher"] = (
        zlib.crc32((lang or "").encode()),
        zlib.crc32(article.publisher.encode("utf-8", "replace")),
    )
    flags = 0
    if article.vector is not None and len(article.vector) == VECTOR:
        sketch["vector"] = np.frombuffer(article.vector, np.int8)
        flags |= MEANT
    flags |= TOPICAL if topical else 0
    flags |= REPORTED if article.categories else 0
    flags |= LIVE if _LIVE.search(article.title[:MAX_CHARS].lower()) else 0
    sketch["flags"] = flags
    return Features(article.id, (article.at, article.title, article.publisher, article.id), article.at, sketch)


class _Lead(NamedTuple):
    """What the beginning of a summary adds to a sketch."""

    text: np.ndarray
    numbers: np.uint64


@lru_cache(maxsize=2_000)
def _lead(summary: str, lang: str | None) -> _Lead:
    """Kept, since copies of one report come close upon each other."""
    tokens = words.tokens(summary)[:LEAD_WORDS]
    return _Lead(_rare(_words(tokens, lang)), _bits(_numbers(tokens[:20]), 64)[0])


def _rare(found: dict[str, float]) -> np.ndarray:
    return _bits((stem for stem, rarity in found.items() if rarity >= RARE), 512)


@lru_cache(maxsize=60_000)
def _stem(word: str, lang: str | None) -> tuple[str, float]:
    stem = words.stem(word, lang)
    return stem, words.table().rarity(stem, lang)


def _words(tokens: list[str], lang: str | None) -> dict[str, float]:
    """stem -> rarity"""
    return dict(_stem(token, lang) for token in tokens)


def _numbers(tokens: list[str]) -> set[str]:
    return {found for token in tokens if (found := words.number(token))}


def _names(article: Article) -> set[str]:
    """The sounds of what may be names: Latin words with a capital, any rare Arabic word."""
    found = set()
    text = f"{article.title[:MAX_CHARS]} {article.summary[:MAX_CHARS]}"
    for word in _WORD.findall(text)[: LEAD_WORDS + 20]:
        if len(word) < SOUNDS or not (word[0].isupper() or "\u0600" <= word[0] <= "\u06ff"):
            continue
        folded = words.fold(word)
        if not folded or _stem(folded, article.lang)[1] < RARE:
            continue
        for part in {folded, _stem(folded, article.lang)[0]} if folded[0] >= "\u0600" else {folded}:
            if len(heard := sounds(part)) >= SOUNDS:
                found.add(heard)
    return found


@lru_cache(maxsize=120_000)
def _checksum(member: str) -> int:
    return zlib.crc32(member.encode("utf-8", "replace"))


def _bits(members: Iterable[str], size: int) -> np.ndarray:
    """The set as `size` bits in words of 64."""
    found = 0
    for member in members:
        found |= 1 << _checksum(member) % size
    return np.frombuffer(found.to_bytes(size // 8, "little"), "<u8")
