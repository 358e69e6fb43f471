"""Words as stories compare them: folded, cut to their stem, with how common each stem is.

How common a stem is was counted once, over labelled and recorded news, and is shipped (`stems.tsv.gz`): counted in
the stream, it would make every comparison depend on what came before.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import lru_cache
from math import log
from pathlib import Path

from monitor.tagging.letters import fold_letters

FILE = Path(__file__).with_name("stems.tsv.gz")
LANGUAGES = {
    "en": "english",
    "fr": "french",
    "ar": "arabic",
}  # as snowballstemmer names them; of Persian it has nothing
NUMBERS = {  # words for small numbers, folded; one is an article in most languages
    "2": "two deux اثنان اثنين اثنتين دو",
    "3": "three trois ثلاثه ثلاث سه",
    "4": "four quatre اربعه اربع چهار",
    "5": "five cinq خمسه خمس پنج",
    "6": "six سته ست شش",
    "7": "seven sept سبعه سبع هفت",
    "8": "eight huit ثمانيه ثماني هشت",
    "9": "nine neuf تسعه تسع",
    "10": "ten dix عشره عشر ده",
    "11": "eleven onze يازده",
    "12": "twelve douze دوازده",
    "13": "thirteen treize سيزده",
    "14": "fourteen quatorze چهارده",
    "15": "fifteen quinze پانزده",
    "16": "sixteen seize شانزده",
    "20": "twenty vingt عشرين عشرون بيست",
    "30": "thirty trente ثلاثين سي",
    "60": "sixty soixante ستين شصت",
}

_MARKS = str.maketrans({"’": "'", "‘": "'", "٬": ",", "٫": "."})
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}(?!\d))")
_PERSIAN = ("هايي", "هاي", "ترين", "ها", "تر", "ان", "ات", "ي", "ه")  # endings, the longest first
_NUMBER = {word: number for number, words in NUMBERS.items() for word in words.split()}


def fold(text: str) -> str:
    """Folded letters, with one form for apostrophes and for the marks within numbers."""
    return text.lower() if text.isascii() else fold_letters(text.translate(_MARKS))


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(_THOUSANDS.sub("", fold(text)))


@lru_cache(maxsize=1)
def _stemmers() -> dict[str, Callable[[str], str]]:
    import snowballstemmer  # and its tables only where articles are grouped

    return {lang: snowballstemmer.stemmer(name).stemWord for lang, name in LANGUAGES.items()}


@lru_cache(maxsize=60_000)
def stem(word: str, lang: str | None) -> str:
    """A folded word's stem; the word itself where the language has no stemmer."""
    if word[0].isdigit():
        return word
    if lang == "fa":
        return next((word[: -len(end)] for end in _PERSIAN if word.endswith(end) and len(word) - len(end) >= 3), word)
    found = _stemmers().get(lang or "")
    return found(word) if found else word


def number(token: str) -> str | None:
    """What a token counts, if it is a number; not one."""
    found = token.lstrip("0") if token[0].isdigit() else _NUMBER.get(token)
    return None if found == "1" else found or None


class Table:
    """In how many texts of a language each stem was met."""

    def __init__(self, text: str):
        self.texts: dict[str, int] = {}
        self.met: dict[str, dict[str, int]] = {}
        for line in text.splitlines():
            stem, lang, count = line.split("\t")
            if stem:
                self.met[lang][stem] = int(count)
            else:
                self.texts[lang], self.met[lang] = int(count), {}

    def rarity(self, stem: str, lang: str | None) -> float:
        """0 of a stem that every text has, 1 of one that none has; of another language than the table's as of one not
        met.
        """
        texts = self.texts.get(lang or "")
        if not texts:
            return 1.0
        return max(0.0, log(texts / (self.met[lang or ""].get(stem, 0) + 1)) / log(texts))


@lru_cache(maxsize=1)
def table() -> Table:
    return Table(gzip.decompress(FILE.read_bytes()).decode())
