"""The state of things in markup: the sentence on top, how fresh the news is, what the terms of the page mean."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.language import _
from monitor.ui.components.safe_html import Html, sentence, tag

FRESHNESS = {"●": "good", "◐": "late", "✕": "bad"}  # sign -> class


def headline(head: str, reasons: str) -> Html:
    """The sentence that answers first, then what is behind it."""
    return tag("p", tag("span", head, class_="level"), *([" ", reasons] if reasons else []), class_="headline")


def strait(sentence: str) -> Html:
    """Whether ships can pass, in words."""
    return tag("p", sentence, class_="strait")


def fresh(state: tuple[str, str, str], notes: Sequence[str | Html] = ()) -> Html:
    """How fresh the news is: by sign, word and colour."""
    sign, word, rest = state
    return tag(
        "p",
        sentence(_("{label}: {value}"), label=tag("b", f"{sign} {word}", class_=FRESHNESS.get(sign)), value=rest),
        *(part for note in notes for part in (" ", note)),
        class_="fresh",
    )


def guide(words: Sequence[tuple[str, str]]) -> Html:
    """What the page's terms mean; `words` are not said yet."""
    return tag(
        "dl", *(part for term, meaning in words for part in (tag("dt", _(term)), tag("dd", _(meaning)))), class_="guide"
    )
