"""Makes HTML from text: every character of a text is escaped, and only our own tags stand around it.

Pages show feed text through these functions, st.text or dataframe cells, never through markdown; nothing else calls
st.html (tests/test_safe_html.py checks it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from monitor.models import Signal, Suppressed

STYLES = Path(__file__).parents[1] / "app" / "style.css"
ISOLATE, POP = "\u2068", "\u2069"  # keep a right-to-left name from reordering its neighbours
BIDI_CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
ISOLATED = re.compile("(\u2066[^\u2066-\u2069\n]*\u2069)")  # a number kept together among words from right to left
LONG = 20_000  # characters of one text that a page shows; a title may have a million

MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:&")
VOID = ("img",)  # elements without an end

Numbered = Iterable[tuple[int, Signal | Suppressed]]


class Html(str):
    """Markup made by `tag` and its like: the only strings that are not escaped again."""


def plain(text: str) -> Html:
    """Text as HTML text: escaped, direction overrides and unpaired surrogates out."""
    return Html(escape(sound(text), quote=True))


def sound(text: str) -> str:
    """Text without direction overrides and unpaired surrogates, of a length that a page can bear. What is isolated from
    left to right, begun and ended, moves no neighbour and stays.
    """
    if len(text) > LONG:
        text = text[:LONG] + "\u2026"
    parts = ISOLATED.split(text) if "\u2066" in text else [text]  # every second one is isolated and stays so
    kept = [
        f"\u2066{part.translate(BIDI_CONTROLS)}\u2069" if n % 2 else part.translate(BIDI_CONTROLS)
        for n, part in enumerate(parts)
    ]
    return "".join(kept).encode("utf-8", "replace").decode("utf-8")


def tag(name: str, *children: str, **attributes: str | None) -> Html:
    """One element. Children and values are escaped unless they are Html;
    `class_` is class, `aria_label` is aria-label; None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{plain(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{together(children)}</{name}>")


def together(children: Iterable[str]) -> Html:
    return Html("".join(child if isinstance(child, Html) else plain(child) for child in children))


FIELD = re.compile(r"\{(\w+)\}")


def sentence(said: str, **fields: str) -> Html:
    """A sentence of the catalogues, as `_` gives it unfilled, with markup in some of its fields."""
    pieces = FIELD.split(said)  # every second one is a field
    return together(fields[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def show(html: Html) -> None:
    if not isinstance(html, Html):
        raise TypeError("only markup made by tag() is shown")
    st.html(html)


def styles(language: str = "en", direction: str = "ltr") -> None:
    """The style sheet and what language the page is in, once a page; app/language.js tells the browser."""
    st.html(STYLES)
    show(tag("style", "p{}", class_="language", lang=language, dir=direction))


def marked(text: str, spans: Numbered) -> Html:
    """`text` with each span's words marked and numbered (0: no number);
    overlapping spans share a mark. Never raises.
    """
    numbered = list(spans)
    edges = sorted({0, len(text), *(min(max(edge, 0), len(text)) for _, s in numbered for edge in (s.start, s.end))})
    out = []
    for start, end in zip(edges, edges[1:]):
        covering = [(n, s) for n, s in numbered if s.start <= start and end <= s.end]
        piece = plain(text[start:end])
        if covering:
            kind = next((s.direction for _, s in covering if isinstance(s, Signal)), "off")
            endings = [tag("sup", str(n)) for n, s in covering if n and s.end == end]
            piece = together([tag("mark", piece, class_=kind), *endings])
        out.append(piece)
    return together(out)


def excerpt(text: str, signal: Signal, *, room: int = 110) -> tuple[str, Signal]:
    """The words around a signal's evidence, and the signal moved to where they stand in the excerpt."""
    first, last = max(0, signal.start - room), min(len(text), signal.end + room)
    while first and not text[first - 1].isspace() and first < signal.start:
        first += 1
    while last < len(text) and not text[last].isspace() and last > signal.end:
        last -= 1
    head, tail = "\u2026" * (first > 0), "\u2026" * (last < len(text))
    shift = first - len(head)
    return head + text[first:last] + tail, replace(signal, start=signal.start - shift, end=signal.end - shift)


def passage(text: str, spans: Numbered = (), *, kind: str = "", lang: str | None = None) -> Html:
    """One field with its evidence marked, in the direction its letters ask for. `kind`: title;
    long: scrolls by itself, by keyboard too.
    """
    return tag(
        "div",
        marked(text, spans),
        class_=f"reading {kind}".strip(),
        dir="auto",
        lang=lang,
        tabindex="0" if kind == "long" else None,
    )


def note(text: str) -> None:
    """A small line below something."""
    show(tag("p", text, class_="note"))


def banner(kind: str, text: str, detail: str = "") -> None:
    """One line that a viewer must know before reading on. `kind`: info, warning, error."""
    role = "alert" if kind == "error" else "status"
    show(tag("div", tag("span", text), *([tag("pre", detail)] if detail else []), class_=f"banner {kind}", role=role))


def label(text: str) -> str:
    """Text for the label of a button, which Streamlit takes as markdown: every sign is shown as it is."""
    escaped = "".join(f"\\{c}" if c in MARKDOWN else c for c in " ".join(sound(text).split()))
    return escaped.replace("\\: ", ": ")  # before a space it means nothing


def cell(text: str | None) -> str:
    """Feed text for a dataframe cell: one line, isolated so that mixed scripts keep their order."""
    if not text:
        return ""
    return ISOLATE + " ".join(sound(text[:1000]).split()) + POP


def web_link(link: str | None) -> str | None:
    """The link if it is http(s) with a host, otherwise None: nothing else may become clickable."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.hostname else None
