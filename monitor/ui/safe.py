"""The one place where feed text meets HTML: every character of it is escaped, only our own tags stand around it.

Pages show feed text through these functions, st.text or dataframe cells, never through markdown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from monitor.models import Signal, TurnedOff

ISOLATE, POP = "\u2068", "\u2069"  # keep a right-to-left name from reordering its neighbours
BIDI_CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
CSS = """<style>
.reading{line-height:1.7;overflow-wrap:anywhere;white-space:pre-line}
.reading mark{padding:.05em .15em;border-radius:.2em;color:inherit;background:transparent}
.reading mark.escalation{border-bottom:3px solid #D55E00;background:#D55E0026}
.reading mark.deescalation{border-bottom:3px double #0085CA;background:#0085CA26}
.reading mark.off{border-bottom:2px dotted #888;background:#8888881f}
.reading.title{font-weight:600;font-size:1.1rem}
.reading sup{font-size:.68em;margin-inline-start:.15em}
</style>"""


Numbered = Iterable[tuple[int, Signal | TurnedOff]]


def marked(text: str, spans: Numbered) -> str:
    """`text` as HTML with each span's words marked and numbered (0: no number); overlapping spans share a mark. Never raises."""
    numbered = list(spans)
    edges = sorted({0, len(text), *(min(max(edge, 0), len(text)) for _, s in numbered for edge in (s.start, s.end))})
    out = []
    for start, end in zip(edges, edges[1:]):
        covering = [(n, s) for n, s in numbered if s.start <= start and end <= s.end]
        piece = plain(text[start:end])
        if covering:
            kind = next((s.direction for _, s in covering if isinstance(s, Signal)), "off")
            ending = "".join(f"<sup>{n}</sup>" for n, s in covering if n and s.end == end)
            piece = f'<mark class="{kind}">{piece}</mark>{ending}'
        out.append(piece)
    return "".join(out)


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


def plain(text: str) -> str:
    """Feed text as HTML text: escaped, direction overrides and unpaired surrogates out."""
    return escape(text.translate(BIDI_CONTROLS).encode("utf-8", "replace").decode("utf-8"), quote=True)


def reading(text: str, spans: Numbered = (), *, title: bool = False) -> None:
    """Show one field with its evidence marked, in the direction its letters ask for."""
    kind = "reading title" if title else "reading"
    st.html(f'{CSS}<div class="{kind}" dir="auto">{marked(text, spans)}</div>')


def cell(text: str | None) -> str:
    """Feed text for a dataframe cell: one line, isolated so that mixed scripts keep their order."""
    if not text:
        return ""
    return ISOLATE + " ".join(text.translate(BIDI_CONTROLS).encode("utf-8", "replace").decode("utf-8").split()) + POP


def web_link(link: str | None) -> str | None:
    """The link if it is http(s) with a host, otherwise None: nothing else may become clickable."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.hostname else None
