"""A brief as one page: to read, and to print on one sheet. Pure.

Our own words are escaped only; text of feeds and of feeds.yaml also loses its direction overrides, see page.text.
"""

from __future__ import annotations

from html import escape

from monitor.language import speaking
from monitor.operation import page
from monitor.operation.brief import content
from monitor.operation.brief.content import Brief, Event
from monitor.operation.brief.words import Words
from monitor.operation.page import text


def html(brief: Brief, words: Words, *, above: str = "") -> str:
    """`above` is markup that stands above all, such as links to other forms."""
    title = f"{words('title')}{'،' if words.rtl else ','} {words.number(f'{brief.now:%Y-%m-%d %H:%M} UTC')}"
    body = [above, f"<h1>{escape(title)}</h1>"]
    body += [f'<p class="note">{escape(note)}</p>' for note in content.notes_above(brief, words)]
    body.append(f'<p class="lead">{escape(content.sentence(brief, words))}</p>')
    if said := content.strait_sentence(brief, words):
        body.append(f'<p dir="auto">{text(said)}</p>')
    about = f"{content.normal(brief, words)}. {content.freshness(brief, words)}"
    body.append(f"<p><small>{escape(about)}</small></p>")
    body.append(f"<h2>{escape(words('events', time=f'{brief.since:%Y-%m-%d %H:%M} UTC'))}</h2>")
    body += [_event(event, words) for event in brief.events] or [f"<p>{escape(words('no_events'))}</p>"]
    heads = [words(name) for name in ("part", "state", "in 24 h", "in 7 days")]
    rows = [content.part_row(part, found, words) for part, found in brief.parts]
    tables = [f"<section><h2>{escape(words('parts'))}</h2>{_table(heads, rows, numbers_from=2)}</section>"]
    if brief.closes:
        heads = ["", *(words(name) for name in ("price", "on_the_day", "close"))]
        rows = [content.close_row(close, words) for close in brief.closes]
        tables.append(f"<section><h2>{escape(words('prices'))}</h2>{_table(heads, rows, numbers_from=1)}</section>")
    body.append(f'<div class="beside">{"".join(tables)}</div>')
    body.append(_chart(brief, words))
    if not words.reviewed:
        body.append(f"<p><small>{escape(words('unreviewed'))}</small></p>")
    return page.whole(title, body, lang=words.lang, rtl=words.rtl)


def _event(event: Event, words: Words) -> str:
    made = [
        f'<article class="{page.direction(event.story.direction)}">'
        f'<h3><bdi dir="auto">{text(event.title(words.lang))}</bdi></h3>'
        f"<small>{escape(content.event_note(event, words))}</small><ul>"
    ]
    for report in event.reports:
        who = f"{words.number(f'{report.at:%m-%d %H:%M}')} <bdi>{text(report.publisher)}</bdi>"
        made.append(f"<li>{words.labelled(who, page.linked(report.title, report.link))}</li>")
    return "".join([*made, "</ul></article>"])


def _table(heads: list[str], rows: list[tuple[str, str, str, str]], *, numbers_from: int) -> str:
    made = ["<table><tr>", *(f"<th>{escape(head)}</th>" for head in heads), "</tr>"]
    for row in rows:
        cells = [f"<td>{text(cell)}</td>" for cell in row[:numbers_from]]
        cells += [f'<td class="number"><bdi dir="auto">{text(cell)}</bdi></td>' for cell in row[numbers_from:]]
        made.append(f"<tr>{''.join(cells)}</tr>")
    return "".join([*made, "</table>"])


def _chart(brief: Brief, words: Words) -> str:
    if not brief.points:
        return ""
    since, until = (f"{at:%Y-%m-%d %H:%M} UTC" for at in (brief.points[0].at, brief.points[-1].at))
    title = words("chart", since=since, until=until)
    looks = (("tension", page.ORANGE, 110), ("relief", page.BLUE, 55))
    with speaking(words.lang):
        drawn = [
            (words(name), page.line(brief.points, name, color, words.labelled(words(name), title), height=high))
            for name, color, high in looks
        ]
    lines = "".join(f"<div><small>{text(name)}</small>{line}</div>" for name, line in drawn if line)
    if not lines:
        return ""
    source = escape(words("source", count=content.publishers_behind(brief)))
    return f"<figure><figcaption>{escape(title)}</figcaption>{lines}<small>{source}</small></figure>"
