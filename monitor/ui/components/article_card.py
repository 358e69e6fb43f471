"""What the Overview is made of besides its chart: the row of numbers, the sentence, an article or story in short. Facts in, markup out.

Leaves reading the facts to data.py and their words to wording.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from monitor.models import Article, Signal
from monitor.ui.components import times
from monitor.ui.components.safe_html import Html, excerpt, passage, tag
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS

GREY = "#8A9499"  # seen on white and on near-black
WIDE, HIGH = 100.0, 30.0  # of a sparkline, in its own units
FRESHNESS = {"●": "good", "◐": "late", "✕": "bad"}  # sign -> class
POINTS = 168  # an hour each for a week


@dataclass(frozen=True, slots=True)
class Number:
    """One cell of the row: a value, what it means and where it comes from."""

    label: str
    value: str
    small: str = ""  # unit
    change: str = ""
    change_is: str = ""  # worse | better: only with a sign and words beside it
    notes: tuple[str | Html, ...] = ()
    fault: str = ""
    history: Sequence[float | None] = ()
    color: str = GREY


def row(numbers: Sequence[Number]) -> Html:
    return tag("dl", *map(_number, numbers), class_="kpis")


def _number(number: Number) -> Html:
    lines = [tag("dd", number.value, *([" ", tag("small", number.small)] if number.small else []), class_="value")]
    if number.change:
        lines.append(tag("dd", number.change, class_=number.change_is or None))
    lines += [tag("dd", note, class_="note") for note in number.notes if note]
    if number.fault:
        lines.append(tag("dd", number.fault, class_="fault"))
    if line := spark(number.history, number.color):
        lines.append(tag("dd", line, aria_hidden="true"))
    return tag("div", tag("dt", number.label), *lines, class_="kpi")


def spark(values: Sequence[float | None], color: str = GREY) -> Html | None:
    """A line without axes, gaps as gaps; None where there are fewer than two numbers."""
    kept = [None if v is None or v != v else float(v) for v in values][-POINTS:]
    known = [v for v in kept if v is not None]
    if len(known) < 2:
        return None
    low, span = min(known), (max(known) - min(known)) or 1.0
    steps, pen = [], "M"
    for number, value in enumerate(kept):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{number * WIDE / (len(kept) - 1):.1f} {HIGH - (value - low) * HIGH / span:.1f}")
        pen = "L"
    line = tag(
        "path",
        d="".join(steps),
        fill="none",
        stroke=color,
        stroke_width="2",
        vector_effect="non-scaling-stroke",
        stroke_linejoin="round",
    )
    picture = tag(
        "svg",
        line,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 -1 {WIDE:g} {HIGH + 2:g}",
        preserveAspectRatio="none",
    )
    return tag(
        "img", src=f"data:image/svg+xml,{quote(picture)}", alt=""
    )  # drawn inline it would be taken out as unsafe


def headline(head: str, reasons: str) -> Html:
    """The sentence that answers first."""
    return tag("p", tag("span", head, class_="level"), *([": ", reasons] if reasons else []), class_="headline")


def fresh(told: tuple[str, str, str], notes: Sequence[str | Html] = ()) -> Html:
    """How fresh the news is: by sign, word and colour."""
    sign, word, rest = told
    return tag(
        "p",
        tag("b", f"{sign} {word}", class_=FRESHNESS.get(sign)),
        ": ",
        rest,
        *(part for note in notes for part in (" ", note)),
        class_="fresh",
    )


def guide(words: Sequence[tuple[str, str]]) -> Html:
    """What the page's terms mean."""
    return tag(
        "dl", *(part for term, meaning in words for part in (tag("dt", term), tag("dd", meaning))), class_="guide"
    )


def brief(direction: str, article: Article, about: Sequence[str | Html]) -> Html:
    """An article, or a story with the article that speaks for it: what it is, its title, the words that prove it, who tells it."""
    signals = article.signals
    kinds = ", ".join(
        dict.fromkeys(f"{CATEGORY_WORDS[s.category]} ({s.mode}, {s.weight:+.0f})" for s in strongest(signals))
    )
    head = [tag("span", DIRECTION_WORDS[direction], class_="direction"), *([tag("span", kinds)] if kinds else [])]
    in_title = [(0, s) for s in signals if s.field == "title"]
    lines = [tag("div", *head, class_="card-head"), passage(article.title, in_title, kind="title", lang=article.lang)]
    if signals and not in_title:
        text, signal = excerpt(article.summary, strongest(signals)[0])
        lines.append(passage(text, [(0, signal)], lang=article.lang))
    return tag("div", *lines, tag("div", *(tag("span", a) for a in about), class_="card-foot"))


def strongest(signals: Sequence[Signal]) -> list[Signal]:
    """One signal of each category, the gravest first."""
    best: dict[str, Signal] = {}
    for signal in sorted(signals, key=lambda s: -abs(s.weight)):
        best.setdefault(signal.category, signal)
    return list(best.values())


def first_seen(at: datetime, now: datetime) -> Html:
    return tag("span", "first seen ", times.shown(at, now))
