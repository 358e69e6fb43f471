"""The plain word count: does an entry hold one of a few words of war, whatever it says of them? Pure.

It is not an index. It stands beside the measures where they are compared with yardsticks, since a measure is worth its
trouble only where it goes with them better than this does. The words are in word_count.yaml.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from pathlib import Path

from monitor.config import document
from monitor.tagging.letters import fold_letters

FILE = Path(__file__).with_name("word_count.yaml")
# conjunction, preposition and article, which Arabic writes as one with the word
LED_BY = r"(?:[وفبلك]{0,2}(?:ال|لل)?)?"


@cache
def words() -> dict[str, list[str]]:
    """Those of word_count.yaml by language."""
    found: dict[str, list[str]] = document.read(FILE).data
    return found


@cache
def method() -> str:
    """Names the list: `words-1:` and a hash of it."""
    return f"words-1:{zlib.crc32(repr(sorted(words().items())).encode()):08x}"


@cache
def _pattern(lang: str | None) -> re.Pattern[str]:
    """The words of a language; of every language where it is not one of those that have words."""
    chosen = words()[lang] if lang in words() else [word for some in words().values() for word in some]
    ends = [re.escape(fold_letters(word.removesuffix("*"))) + ("" if word.endswith("*") else r"\b") for word in chosen]
    return re.compile("|".join((r"\b" if end.isascii() else r"\b" + LED_BY) + end for end in ends))


def counts(title: str, summary: str, lang: str | None) -> bool:
    """Whether the entry holds one of the words."""
    pattern = _pattern(lang)
    return bool(pattern.search(fold_letters(title)) or pattern.search(fold_letters(summary)))
