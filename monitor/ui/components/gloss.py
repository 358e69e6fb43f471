"""An article in English for whoever does not read its language: what the reading found in it, no translation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.language import N_, _
from monitor.models import Article
from monitor.ui.components.wording import CATEGORY_WORDS, DONE, LANGUAGES, commas, kinds, named, semicolons

NUMBERS = 4  # of the title that are given
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
ROLES = {"source": N_("by {name}"), "target": N_("on {name}"), "place": N_("at {name}")}


def needed(article: Article, language: str | None) -> bool:
    """Whether a viewer of this language is given one: of an article in neither English nor that language."""
    return bool(article.lang) and article.lang not in ("en", language)


def of(article: Article, names: Mapping[str, str]) -> str:
    """`strikes and clashes (done) by Israel on Lebanon at Beirut; also named: Hezbollah; numbers: 12`; empty where
    nothing was read. `names` are those of actors by their codes.
    """
    said, used = [], set()
    for signal in article.signals:
        roles = {role: value for role in ROLES if (value := getattr(signal, role))}
        used |= set(roles.values())
        what = _("{category} ({mode})", category=_(CATEGORY_WORDS[signal.category]), mode=_(DONE[signal.mode]))
        said.append(" ".join([what, *(_(ROLES[role], name=name(value, names)) for role, value in roles.items())]))
    parts = list(dict.fromkeys(said)) if article.signals else [kinds([one]) for one in article.categories]
    others = [name(value, names) for value in (*article.actors, *article.places) if value not in used]
    if others:
        listed = commas(dict.fromkeys(others))
        parts.append(_("also named: {names}", names=listed) if used else _("named: {names}", names=listed))
    if numbers := NUMBER.findall(article.title.translate(DIGITS))[:NUMBERS]:
        parts.append(_("numbers: {numbers}", numbers=commas(numbers)))
    return semicolons(parts)


def name(value: str, names: Mapping[str, str]) -> str:
    return _(named(value, names).partition(" (")[0])


def line(article: Article, names: Mapping[str, str], language: str | None) -> str:
    """The gloss with what it is, for below a title; empty where none is needed."""
    if not needed(article, language) or not (found := of(article, names)):
        return ""
    lang = article.lang or ""
    return _(
        "Not a translation: what was read in it ({language}): {found}",
        language=_(LANGUAGES.get(lang, lang)),
        found=found,
    )
