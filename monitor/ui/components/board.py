"""The rows of the board and its lists of stories, as markup: one element of the page each, with links within the app.

A table of Streamlit's would be drawn on a canvas, with no line breaks in a headline and no row that folds on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from monitor.index.changes import Changes
from monitor.index.state import part_words
from monitor.language import N_, _, n_, numeral
from monitor.models import PARTS, Story
from monitor.storage.story_history import Confirmed
from monitor.ui.charts.colors import COLORS
from monitor.ui.components import times
from monitor.ui.components.safe_html import ISOLATE, POP, Html, sound, tag, together
from monitor.ui.components.wording import DIRECTION_SIGNS, DIRECTION_WORDS, age, commas, listed, semicolons, upper
from monitor.ui.queries.board import Row

WIDE, HIGH = 100.0, 34.0  # of a small line, in its own units
LEAST = 20.0  # the least that a small line's height stands for, so that a quiet part looks quiet
NAMED = 5  # stories of one kind that are named in what changed
COLUMNS = (
    N_("Part of the theatre"), N_("Last 24 hours"), N_("7-day level"), N_("24 h change"),
    N_("Tension ▲ relief ▼ 7 days"), N_("Confirmed event"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to pages of ours, in the same period: links.js follows them without loading the app anew."""

    here: Mapping[str, str]  # the period as parameters

    def __call__(self, page: str, text: str | Html, **query: str) -> Html:
        return tag("a", text, href=f"./{page}?{urlencode({**query, **self.here})}", class_="inner")


def headline(text: str) -> str:
    """A title in a line of ours, its direction kept apart from that of its neighbours."""
    return ISOLATE + sound(text) + POP


def table(rows: Sequence[Row], titles: dict[int, str], now: datetime, to: Links) -> Html:
    """A row for each part; `titles`: story id -> its name in the viewer's language."""
    head = tag("tr", *(tag("th", _(name), scope="col") for name in COLUMNS))
    return tag("table", tag("thead", head), tag("tbody", *(_row(row, titles, now, to) for row in rows)), class_="board")


def _row(row: Row, titles: dict[int, str], now: datetime, to: Links) -> Html:
    found = row.state
    change = found.change()
    trend = found.trend()
    clear = {"rising": "worse", "falling": "better"}.get(trend, "unclear")
    if change is None:
        moved = ""
    else:
        moved = f"{'▲' if change > 0 else '▼'} {numeral(change, '+,.0f')}" if round(change) else "="
    unsure = clear == "unclear" and moved not in ("", "=")
    amount = "" if found.now is None or found.now.tension is None else " " + numeral(found.now.tension, ",.0f")
    level = "–" if found.level is None else numeral(found.level, ",.0f")
    return tag(
        "tr",
        tag("th", to("articles", upper(_(PARTS[row.part])), part=_(PARTS[row.part])), scope="row"),
        tag("td", part_words(found), tag("small", amount) if amount else "", class_="words"),
        tag("td", level, class_="num", data_label=_("7-day level")),
        tag("td", tag("bdi", moved or "–", dir="ltr"), tag("small", " " + _("not clear")) if unsure else "",
            class_=f"num {clear}", data_label=_("24 h")),
        tag("td", mirrored(row.tension, row.relief) or "", class_="line", aria_hidden="true"),
        tag("td", _event(row.event, titles, now, to), class_="event"),
    )  # fmt: skip


def _event(event: Confirmed | None, titles: dict[int, str], now: datetime, to: Links) -> Html:
    if event is None:
        return tag("span", _("none confirmed in 14 days"), class_="none")
    story = event.story
    return together(
        [
            to("stories", headline(titles.get(story.id, story.title)), story=str(story.id)),
            tag("small", who(event), _(", "), times.shown(story.last_seen, now), _(", "), age(story.last_seen, now)),
        ]
    )


def who(event: Confirmed) -> str:
    """`3 publishers: BBC, DW, AFP`."""
    count, named = event.story.confirmed_by, listed([sound(name) for name in event.publishers], 3)
    return n_("{n} publisher: {names}", "{n} publishers: {names}", count, n=numeral(count), names=named)


def mirrored(up: Sequence[float | None], down: Sequence[float | None]) -> Html | None:
    """Two lines from one zero, one upward, one downward, in one scale; None without two numbers."""
    known = [value for value in (*up, *down) if value is not None]
    if len([value for value in up if value is not None]) < 2:
        return None
    top = max(LEAST, max((v for v in up if v is not None), default=0.0))
    bottom = max(0.25 * top, max((v for v in down if v is not None), default=0.0))
    zero = HIGH * top / (top + bottom)
    unit = HIGH / (top + bottom)
    assert known
    lines = [
        tag("path", d=_path(up, lambda value: zero - value * unit), stroke=COLORS["tension"], **_STROKE),
        tag("path", d=_path(down, lambda value: zero + value * unit), stroke=COLORS["relief"], **_STROKE),
        tag("path", d=f"M0 {zero:.1f}H{WIDE:g}", stroke="#8A9499", stroke_width="0.5", fill="none"),
    ]
    picture = tag(
        "svg",
        *lines,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 -1 {WIDE:g} {HIGH + 2:g}",
        preserveAspectRatio="none",
    )
    return tag("img", src=f"data:image/svg+xml,{quote(picture)}", alt="")


_STROKE: dict[str, str] = {
    "fill": "none", "stroke_width": "2", "vector_effect": "non-scaling-stroke", "stroke_linejoin": "round",
}  # fmt: skip


def _path(values: Sequence[float | None], height) -> str:
    steps, pen = [], "M"
    for number, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{number * WIDE / max(1, len(values) - 1):.1f} {height(value):.1f}")
        pen = "L"
    return "".join(steps)


# -- lists of stories ---------------------------------------------------------------------------------------


def unread(story: Story, looked: datetime | None) -> Html | str:
    """A mark for what came since the last look; nothing where that is not known."""
    if looked is None or story.last_seen <= looked:
        return ""
    new = story.first_seen > looked
    return tag("span", _("new") if new else _("more"), class_="unread", title=_("since you last looked"))


def named_events(events: Sequence[Confirmed], titles: dict[int, str], now: datetime, to: Links) -> Html:
    """The events that are numbered on the chart, in its order."""
    items = [
        tag(
            "li",
            tag("span", DIRECTION_SIGNS[event.story.direction], class_=event.story.direction, aria_hidden="true"),
            " ",
            times.shown(event.story.first_seen, now),
            " ",
            to("stories", headline(titles.get(event.story.id, event.story.title)), story=str(event.story.id)),
            tag("small", f" {who(event)}"),
        )
        for event in events
    ]
    return tag("ol", *items, class_="events")


def since_looked(found: Changes, titles: dict[int, str], looked: datetime, now: datetime, to: Links) -> Html:
    """What changed since somebody last looked: one sentence, and the stories behind a fold."""
    since = tag("b", _("Since you last looked"))
    line = [since, " (", times.shown(looked, now), _(", "), age(looked, now), "): "]
    if found.nothing:
        return tag("p", *line, _("nothing new."), class_="since")
    new, confirmed, denied, corrected = map(len, (found.new, found.confirmed, found.denied, found.corrected))
    counts = [
        n_("{n} new story", "{n} new stories", new, n=numeral(new)) if new else "",
        n_("{n} confirmed", "{n} confirmed", confirmed) if confirmed else "",
        n_("{n} denied or disputed", "{n} denied or disputed", denied) if denied else "",
        n_("{n} corrected", "{n} corrected", corrected) if corrected else "",
    ]
    moved = [
        _("hotter: {parts}", parts=_named_parts(found.hotter)) if found.hotter else "",
        _("calmer: {parts}", parts=_named_parts(found.calmer)) if found.calmer else "",
    ]
    line.append(semicolons(filter(None, [commas(filter(None, counts)), *moved])) + ".")
    lists = [
        _folded(title, some, titles, now, to)
        for title, some in (
            (_("Denied or disputed"), found.denied),
            (_("Corrected"), found.corrected),
            (_("Confirmed"), found.confirmed),
            (_("New"), found.new),
        )
        if some
    ]
    return tag("details", tag("summary", *line), *lists, class_="since") if lists else tag("p", *line, class_="since")


def _named_parts(parts: Sequence[str]) -> str:
    return listed([_(PARTS[part]) for part in parts], 10)


def _folded(title: str, stories: Sequence[Story], titles: dict[int, str], now: datetime, to: Links) -> Html:
    told = [_told(story, titles, now, to) for story in stories[:NAMED]]
    if (more := len(stories) - NAMED) > 0:
        told.append(tag("dd", to("stories", n_("and {n} more", "and {n} more", more))))
    return tag("dl", tag("dt", title), *told)


def _told(story: Story, titles: dict[int, str], now: datetime, to: Links) -> Html:
    by = n_("{n} publisher", "{n} publishers", story.confirmed_by, n=numeral(story.confirmed_by))
    return tag(
        "dd",
        tag("span", _(DIRECTION_WORDS[story.direction]), class_="direction"),
        " ",
        to("stories", headline(titles.get(story.id, story.title)), story=str(story.id)),
        tag("small", f" {by}", _(", "), times.shown(story.last_seen, now)),
    )
