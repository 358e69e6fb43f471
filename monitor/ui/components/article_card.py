"""An article or a story in short, as markup: what it is, its title, the words that prove it, who reports it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.language import _
from monitor.models import Article, Signal
from monitor.ui.components import times
from monitor.ui.components.safe_html import Html, excerpt, passage, sentence, tag
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, DONE, semicolons


def brief(direction: str, article: Article, about: Sequence[str | Html]) -> Html:
    """An article, or a story with the article that represents it:
    what it is, its title, the words that prove it, who reports it.
    """
    signals = article.signals
    kinds = semicolons(
        dict.fromkeys(
            _(
                "{category}, {mode}, severity {severity}", category=_(CATEGORY_WORDS[s.category]), mode=_(DONE[s.mode]),
                severity=f"{abs(s.severity):.0f}",
            )
            for s in strongest(signals)
        )
    )  # fmt: skip
    head = [tag("span", _(DIRECTION_WORDS[direction]), class_="direction"), *([tag("span", kinds)] if kinds else [])]
    in_title = [(0, s) for s in signals if s.field == "title"]
    lines = [tag("div", *head, class_="card-head"), passage(article.title, in_title, kind="title", lang=article.lang)]
    if signals and not in_title:
        text, signal = excerpt(article.summary, strongest(signals)[0])
        lines.append(passage(text, [(0, signal)], lang=article.lang))
    return tag("div", *lines, tag("div", *(tag("span", a) for a in about), class_="card-foot"))


def cards(some: Sequence[Html]) -> Html:
    """Several in a frame each, as one element of the page: each one costs time to send and to draw."""
    return tag("div", *(tag("div", card, class_="card") for card in some), class_="cards")


def strongest(signals: Sequence[Signal]) -> list[Signal]:
    """One signal of each category, the most severe first."""
    best: dict[str, Signal] = {}
    for signal in sorted(signals, key=lambda s: -abs(s.severity)):
        best.setdefault(signal.category, signal)
    return list(best.values())


def first_seen(at: datetime, now: datetime) -> Html:
    return tag("span", sentence(_("first seen {time}"), time=times.shown(at, now)))
