"""The language in which the program speaks to whoever reads: English, or one that a catalogue beside this file knows.

    _("{n} reports, the last of {time}", n=3, time="14:02")     one sentence, whole, with what is filled in
    n_("{n} report", "{n} reports", 3)                          one that changes with a number, `n`
    N_("elevated")                                              a word of a table, said later by _(word)
    numeral(1234.5, "+,.1f")                                     a number with the separators of the language

The English sentence is the key. fr.po, ar.po and fa.po are for translators: docs/languages.md says how. Whoever answers
a viewer says `speak("ar")` first; it holds for the thread or task that said it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية", "fa": "فارسی"}
RIGHT_TO_LEFT = ("ar", "fa")
REVIEWED = ("en",)  # by a native speaker; in the others every page says that nobody has
ISOLATED = "\u2066{}\u2069"  # left to right, whatever runs around it
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))

_spoken: ContextVar[str] = ContextVar("language", default="en")


def speak(language: str | None) -> None:
    """Choose the language of all that is said from here on; English where there is no such language."""
    _spoken.set(language if language in LANGUAGES else "en")


def spoken() -> str:
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    before = _spoken.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(before)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """Raises KeyError for a language that there is not."""
    LANGUAGES[language]
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo  # not above: processes that speak to nobody import this module too
    from babel.messages.pofile import read_po

    made = BytesIO()
    with (HERE / f"{language}.po").open("rb") as file:
        write_mo(made, read_po(file, locale=language))
    made.seek(0)
    return GNUTranslations(made)


def _(sentence: str, /, **filled: object) -> str:
    """The sentence in the language that is spoken, with what is filled in; in English where the catalogue lacks it."""
    return _filled(catalogue(spoken()).gettext(sentence), filled)


def n_(one: str, many: str, n: float, /, **filled: object) -> str:
    """As _, of two sentences the one that goes with a number; `{n}` is that number, or how `filled` writes it."""
    return _filled(catalogue(spoken()).ngettext(one, many, n), {"n": n} | filled)  # type: ignore[arg-type]


def N_(word: str) -> str:
    """The word as it is; it stands in the catalogues."""
    return word


def numeral(value: float, form: str = ",", language: str | None = None) -> str:
    """A number as it is written in the language that is spoken, or in another; `form` is one of Python's, and the
    digits are 0 to 9 in each.
    """
    return format(value, form).translate(_separators(language or spoken()))


@lru_cache(maxsize=len(LANGUAGES))
def _separators(language: str) -> dict[int, str]:
    """Of thousands and decimals, and what stands after a number of per cent, where English has other ones."""
    if language == "en":
        return {}
    from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

    named: dict[str, Any] = {"locale": language, "numbering_system": "latn"}
    marks = {",": get_group_symbol(**named), ".": get_decimal_symbol(**named), "%": format_percent(0, **named)[1:]}
    return {ord(mark): written for mark, written in marks.items() if mark != written}


def _filled(sentence: str, filled: dict[str, object]) -> str:
    if not filled:
        return sentence
    if spoken() in RIGHT_TO_LEFT:
        filled = {name: isolated(value) for name, value in filled.items()}
    return sentence.format(**filled)


def isolated(value: object) -> str:
    """A number, a sign with its number or a Latin name, which keep their order among words that run from right to left;
    what is written from right to left itself stays as it is.
    """
    text = str(value)
    if "\u2066" in text and any("\u0590" <= c <= "\u08ff" for c in text):
        return text  # a sentence that has its own
    text = text.translate(ISOLATES)
    return text if not text or any("\u0590" <= c <= "\u08ff" for c in text) else ISOLATED.format(text)
