"""The fixed words of the brief in its languages: words.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("words.yaml")
LANGUAGES = ("en", "fr", "ar", "fa")
_RTL = {",": "،", ";": "؛"}
COLON = {"fr": "\u202f: "}  # after a space that does not break


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: `words("close")`, `words("level", days=7)`."""

    lang: str
    rtl: bool
    reviewed: bool  # by a native speaker
    text: Mapping[str, str]

    def __call__(self, name: str, **filled: object) -> str:
        return self.text[name].format(**{key: self.number(value) for key, value in filled.items()})

    def number(self, value: object) -> str:
        """A number, a date or a name in Latin letters, kept as it is among words that run from right to left."""
        return f"\u2066{value}\u2069" if self.rtl else str(value)

    def labelled(self, label: str, value: str) -> str:
        return f"{label}{COLON.get(self.lang, ': ')}{value}"

    def joined(self, parts: Iterable[str], by: str = ",") -> str:
        """With commas or semicolons of the language between them; what is empty is left out."""
        return (f"{_RTL[by]} " if self.rtl else f"{by} ").join(filter(None, parts))


@lru_cache(maxsize=len(LANGUAGES))
def words(lang: str) -> Words:
    """Raises KeyError for a language that there is not."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    text = {str(name): each[lang] for name, each in found["words"].items()}
    return Words(lang, lang in found["right_to_left"], lang in found["reviewed"], text)
