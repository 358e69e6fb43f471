"""A brief as Markdown, for a mail or a chat. Pure.

What Markdown or HTML could take for markup within a line, in text of feeds or of feeds.yaml, is written with a
backslash, addresses that a reader would make links of too; headlines are links only where their address leads to the
web. Nothing more is escaped, so that it reads well as plain text.
"""

from __future__ import annotations

import re

from monitor.operation.brief import content
from monitor.operation.brief.content import Brief
from monitor.operation.brief.words import Words
from monitor.operation.page import leads, sound

_MARKUP = re.compile(r"([\\`*_\[\]<>&~|$#@]|:(?=//)|(?<=www)\.|!(?=\[))", re.IGNORECASE)
_BEGINNING = re.compile(r"^(?:\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$))|(?=[-=]+\s*$))")
_OF_LINKS = {
    "<": "%3C",
    ">": "%3E",
    " ": "%20",
    "\\": "%5C",
    "(": "%28",
    ")": "%29",
    "`": "%60",
    "|": "%7C",
    "*": "%2A",
}


def text(words: str) -> str:
    """One line of text in which nothing is markup, at the beginning of a list item either."""
    return _BEGINNING.sub(r"\g<0>\\", _MARKUP.sub(r"\\\1", sound(words)))


def linked(title: str, link: str | None) -> str:
    if link and leads(link):
        address = "".join(_OF_LINKS.get(c, c) for c in link if c.isprintable())
        return f"[{text(title)}](<{address}>)"
    return text(title)


def markdown(brief: Brief, words: Words) -> str:
    made = [f"# {words('title')}{'،' if words.rtl else ','} {words.number(f'{brief.now:%Y-%m-%d %H:%M} UTC')}", ""]
    for note in content.notes_above(brief, words):
        made += [f"**{note}**", ""]
    made += [f"**{content.sentence(brief, words)}**", ""]
    if said := content.strait_sentence(brief, words):
        made += [text(said), ""]
    made += [f"{content.normal(brief, words)}. {content.freshness(brief, words)}", ""]
    made += [f"## {words('events', time=f'{brief.since:%Y-%m-%d %H:%M} UTC')}", ""]
    for number, event in enumerate(brief.events, 1):
        made.append(f"{number}. **{text(event.title(words.lang))}** ({content.event_note(event, words)})")
        for report in event.reports:
            who = f"{words.number(f'{report.at:%m-%d %H:%M}')} {text(report.publisher)}"
            made.append(f"   - {words.labelled(who, linked(report.title, report.link))}")
    made += [] if brief.events else [words("no_events")]
    made += ["", f"## {words('parts')}", ""]
    for part, found in brief.parts:
        name, said, now, level = content.part_row(part, found, words)
        about = [said, now, level and words.labelled(words("in 7 days"), level)]
        made.append("- " + words.labelled(name, "; ".join(filter(None, about))))
    if brief.closes:
        made += ["", f"## {words('prices')}", ""]
        for close in brief.closes:
            name, price, change, day = content.close_row(close, words)
            aside = "; ".join(filter(None, [change, day and f"{words('close')} {day}"]))
            made.append("- " + words.labelled(text(name), text(price)) + (f" ({aside})" if aside else ""))
    made += ["", words("source", count=content.publishers_behind(brief))]
    if not words.reviewed:
        made += ["", words("unreviewed")]
    return "\n".join(made) + "\n"
