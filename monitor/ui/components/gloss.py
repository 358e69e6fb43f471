"""An article in English for whoever does not read its language: what the reading found in it, no translation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.models import Article
from monitor.ui.components.wording import CATEGORY_WORDS, DONE, LANGUAGES, named

NUMBERS = 4  # of the title that are given
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SAID = "Not a translation: what was read in it"


def needed(article: Article, language: str | None) -> bool:
    """Whether a viewer of this language is given one: of an article in neither English nor that language."""
    return bool(article.lang) and article.lang not in ("en", language)


def of(article: Article, names: Mapping[str, str]) -> str:
    """`strikes and clashes (done) by Israel on Lebanon at Beirut; also named: Hezbollah; numbers: 12`; empty where
    nothing was read. `names` are those of actors by their codes.
    """
    said, used = [], set()
    for signal in article.signals:
        roles = (("by", signal.source), ("on", signal.target), ("at", signal.place))
        who = " ".join(f"{word} {name(value, names)}" for word, value in roles if value)
        used |= {value for _, value in roles if value}
        said.append(f"{CATEGORY_WORDS[signal.category]} ({DONE[signal.mode]}){f' {who}' if who else ''}")
    if not article.signals:
        said = [CATEGORY_WORDS[category] for category in article.categories]
    parts = list(dict.fromkeys(said))
    others = [name(value, names) for value in (*article.actors, *article.places) if value not in used]
    if others := list(dict.fromkeys(others)):
        parts.append(f"{'also ' if used else ''}named: {', '.join(others)}")
    if numbers := NUMBER.findall(article.title.translate(DIGITS))[:NUMBERS]:
        parts.append(f"numbers: {', '.join(numbers)}")
    return "; ".join(parts)


def name(value: str, names: Mapping[str, str]) -> str:
    return named(value, names).partition(" (")[0]


def line(article: Article, names: Mapping[str, str], language: str | None) -> str:
    """The gloss with what it is, for below a title; empty where none is needed."""
    if not needed(article, language) or not (found := of(article, names)):
        return ""
    return f"{SAID} ({LANGUAGES.get(article.lang or '', article.lang or '')}): {found}"
