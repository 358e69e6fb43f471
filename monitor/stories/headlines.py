"""What a headline says of its own report: that it is a live page, a feature, a denial or a correction. Pure;
the words are in headlines.yaml.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from monitor.config import document
from monitor.tagging.letters import fold_letters

FILE = Path(__file__).with_name("headlines.yaml")
LONGEST = 500  # characters of a headline that are looked at
_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(
    r"[:|•–—\[\](){}/؛;،,»«]|\s-\s|\.\.+"
)  # what parts a label from its headline; a hyphen does only between spaces
_QUESTION = re.compile(r"[?؟][\s\"'»”’]*$")
_WIRE = re.compile(r"^([A-Z]{4,})-(?=\w)")  # "CORRECTED-Iran says", as agencies write it


class Kinds:
    """headlines.yaml, folded: label -> its kind; the first word of each phrase -> (words,
    kind) of those that begin so.
    """

    def __init__(self, listed: dict):
        self.labels: dict[str, str] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for kind, places in listed.items():
            for place, languages in places.items():
                for words in (_words(fold_letters(form)) for forms in languages.values() for form in forms):
                    if place == "label":
                        self.labels[" ".join(words)] = kind
                    else:
                        self.phrases.setdefault(words[0], []).append((words, kind))


@lru_cache(maxsize=1)
def kinds() -> Kinds:
    return Kinds(document.read(FILE).data)


def _words(folded: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded))


@lru_cache(maxsize=20_000)
def said_of_itself(title: str) -> frozenset[str]:
    """Which of `live`, `feature`, `denial` and `correction` a headline is; most are none."""
    known = kinds()
    pieces = [_words(piece) for piece in _MARK.split(fold_letters(_WIRE.sub(r"\1: ", title[:LONGEST])))]
    found = {known.labels.get(" ".join(piece), "") for piece in pieces} if len(pieces) > 1 else set()
    words = tuple(word for piece in pieces for word in piece)
    for n, word in enumerate(words):
        for phrase, kind in known.phrases.get(word, ()):
            if words[n : n + len(phrase)] == phrase:
                found.add(kind)
    if _QUESTION.search(title[:LONGEST]):  # what asks reports nothing: "Who was Iran's supreme leader?"
        found.add("feature")
    return frozenset(found - {""})


def of_the_event(title: str) -> bool:
    """Whether a headline reports an event: it is neither a live page nor a feature."""
    return not said_of_itself(title) & {"live", "feature"}
