"""Pages that need no server, and what is on them: the snapshot and the brief are made of this.

No script, nothing from elsewhere. Text of feeds is escaped, direction overrides are taken out, and a link of theirs is
one only if it leads to the web. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape

from monitor.config.environment import is_web_address
from monitor.language import numeral
from monitor.models import IndexPoint

TITLE, LINK = 200, 600  # characters of a text and of a link that is one
WIDTH = 720
ORANGE, BLUE, GREY = "#d55e00", "#0085ca", "#7a7a7a"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
body { overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } li { margin: .3rem 0 } small { opacity: .75 }
article { margin: 1rem 0; border-inline-start: 4px solid #7a7a7a; padding-inline-start: .8rem }
article h3 { font-size: 1rem; margin: 0 } article ul { margin: .2rem 0; padding-inline-start: 1.2rem }
article.escalation { border-color: #d55e00 } article.deescalation { border-color: #0085ca }
.note { border: 2px solid #d55e00; padding: .5rem .8rem } .lead { font-weight: bold }
svg { width: 100%; height: auto; direction: ltr } svg text { font: 12px system-ui, sans-serif; fill: currentColor }
figure { margin: 1rem 0 } figcaption { font-weight: bold } figcaption small { font-weight: normal }
table { border-collapse: collapse } td, th { padding-block: .1rem; padding-inline-end: 1.2rem; text-align: start }
td { vertical-align: top; overflow-wrap: normal } td.number { text-align: end; white-space: nowrap }
.beside { display: flex; flex-wrap: wrap; column-gap: 3rem }
@media (max-width: 500px) { svg text { font-size: 22px } td, th { padding-inline-end: .6rem } }
@page { size: A4; margin: 12mm }
@media print {
  :root { color-scheme: light } body { font-size: 8pt; line-height: 1.25; margin: 0; padding: 0; max-width: none }
  h1 { font-size: 13pt; margin: 0 } h2 { font-size: 10.5pt; margin: .6rem 0 .2rem } article { margin: .25rem 0 }
  article h3 { font-size: 9pt } li { margin: 0 } p, figure { margin: .3rem 0 } small { font-size: 7.5pt }
  .beside { flex-wrap: nowrap; column-gap: 1.5rem } td, th { padding-block: 0; padding-inline-end: .7rem }
  article, figure, tr { break-inside: avoid } a { color: inherit } .screen { display: none }
}
"""
BIDI_CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def whole(title: str, body: Iterable[str], *, lang: str = "en", rtl: bool = False) -> str:
    """The page; `body` is markup made by this module."""
    return "\n".join([
        "<!DOCTYPE html>",
        f'<html lang="{lang}"{" dir=rtl" if rtl else ""}><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body>",
        *body,
        "</body></html>\n",
    ])  # fmt: skip


def sound(words: str, longest: int = TITLE) -> str:
    """One line without direction overrides and unpaired surrogates, cut at so many characters."""
    words = " ".join(words.translate(BIDI_CONTROLS).encode("utf-8", "replace").decode().split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def text(words: str) -> str:
    """Text as HTML text."""
    return escape(sound(words))


def linked(title: str, link: str | None) -> str:
    """A headline in its own direction, as a link where it has one that leads to the web."""
    shown = f'<bdi dir="auto">{text(title)}</bdi>'
    return f'<a rel="noopener noreferrer" href="{escape(link)}">{shown}</a>' if link and leads(link) else shown


def leads(link: str) -> bool:
    """Whether a link leads to the web and is not too long for a page."""
    return is_web_address(link) and len(escape(link)) <= LINK


def direction(found: str) -> str:
    """The class of an article of this direction."""
    return found if found in ("escalation", "deescalation") else "none"


def line(points: Sequence[IndexPoint], measure: str, color: str, label: str, *, height: int = 200) -> str:
    """A measure as a line with its range, over a dashed line at 100; a gap where there is no number, never a line
    across it. Empty with fewer than two numbers.
    """
    known = [value for p in points if (value := getattr(p, f"{measure}_high") or getattr(p, measure)) is not None]
    if len(known) < 2:
        return ""
    begin, end = points[0].at, points[-1].at
    seconds, top = max((end - begin).total_seconds(), 1.0), max(120.0, *known)

    def x(point: IndexPoint) -> float:
        return WIDTH * (point.at - begin).total_seconds() / seconds

    def y(value: float) -> float:
        return height - height * value / top

    runs: list[list[IndexPoint]] = [[]]
    for point in points:
        value = getattr(point, measure)
        if value is None or (runs[-1] and point.at - runs[-1][-1].at > timedelta(hours=1)):
            runs.append([])
        if value is not None:
            runs[-1].append(point)
    drawn = [f'<line x1="0" x2="{WIDTH}" y1="{y(100):.1f}" y2="{y(100):.1f}" stroke="{GREY}" stroke-dasharray="4 4"/>']
    for run in filter(None, runs):
        band = [(x(p), y(high)) for p in run if (high := getattr(p, f"{measure}_high")) is not None]
        band += [(x(p), y(low)) for p in reversed(run) if (low := getattr(p, f"{measure}_low")) is not None]
        values = [(x(p), y(getattr(p, measure))) for p in run]
        drawn.append(f'<polygon points="{_places(band)}" fill="{color}" fill-opacity="0.2"/>')
        drawn.append(f'<polyline points="{_places(values)}" fill="none" stroke="{color}" stroke-width="1.5"/>')
    drawn.append(f'<text x="2" y="12">{numeral(top, ",.0f")}</text>')
    if y(100) > 30:  # below the label of the top
        drawn.append(f'<text x="2" y="{y(100) - 3:.1f}">100</text>')
    under = height + 15
    drawn.append(f'<text x="0" y="{under}">{begin:%Y-%m-%d}</text>')
    drawn.append(f'<text x="{WIDTH}" y="{under}" text-anchor="end">{end:%Y-%m-%d %H:%M} UTC</text>')
    return f'<svg viewBox="0 0 {WIDTH} {height + 20}" role="img" aria-label="{text(label)}">{"".join(drawn)}</svg>'


def _places(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
