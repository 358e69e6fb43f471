"""The board's sentence, numbers, rows and lists, as markup made once for all viewers of one language, time zone and
period: a run of the page, and a tick of it, then sends what is there already.

`minute` is when the board is of; with `viewer` and the newest article `upto` it says what the answer depends on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from monitor.clock import midnight
from monitor.index import state
from monitor.language import _, spoken
from monitor.models import DataSeries, Story
from monitor.ui.components import article_card, board, key_numbers, numbers_of_now, safe_html, status, times
from monitor.ui.components.board import Links
from monitor.ui.components.safe_html import Html, tag, together
from monitor.ui.components.wording import age, followed, languages, provisional, reasons
from monitor.ui.components.wording import state as story_state
from monitor.ui.queries import board as queries
from monitor.ui.queries import reads, studies

LEADING, NEWEST = 6, 6
DAY = timedelta(days=1)
Viewer = tuple[str, ...]  # language, time zone, and the period as parameters of a link

shared: Any = st.cache_resource(ttl=reads.FRESH, show_spinner=False, max_entries=32)  # never changed by who takes it


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as markup, and the ids of the articles in it."""

    html: Html
    articles: frozenset[int]


def viewer_of(here: dict[str, str]) -> Viewer:
    return (spoken() or "", times.zone_name(), *(word for pair in here.items() for word in pair))


def to(viewer: Viewer) -> Links:
    words = viewer[2:]
    return Links(dict(zip(words[::2], words[1::2], strict=True)))


def titled(found: Any, viewer: Viewer) -> dict[int, str]:
    """story id -> its name in the viewer's language."""
    return {story.id: reads.title(story, viewer[0] or None) for story in found}


@shared
def top(minute: datetime, viewer: Viewer) -> Html:
    """The sentence, the strait, how fresh the news is, and the row of numbers."""
    now, until = minute, reads.soon(minute)
    point, before = reads.latest_point("hour", until), reads.latest_point("hour", until - DAY)
    settings, _ = reads.context().settings.current()
    week = queries.state_of(now, until)
    notes = reads.waits(reads.now())
    if point and point.status == "provisional":
        notes.append(provisional(settings.index.span))
    said = reasons(reads.reported(until - DAY, until)) if point and point.tension is not None else ""
    head = tag(
        "div",
        status.headline(state.sentence(week, now), said),
        status.strait(reads.strait_sentence(now)),
        status.fresh(reads.fresh(reads.now()), notes),
    )
    of_files = [one for one in reads.beside_index() if isinstance(one, DataSeries)][:2]
    normal = state.normal(settings.index.span, bool(point and point.status == "provisional"))
    history = reads.points("hour", until - state.WEEK, until)
    cards = [
        *numbers_of_now.index_numbers(point, before, week, history, normal, now),
        *numbers_of_now.price_numbers(settings.prices[:2], now),
        *numbers_of_now.series_numbers(of_files, now),
    ]
    return together([head, key_numbers.row(cards)])


@shared
def since_looked(looked: datetime, minute: datetime, upto: int, viewer: Viewer) -> Html:
    found = queries.changed_since(looked, reads.soon(minute), upto)
    stories: list[Story] = [*found.new, *found.confirmed, *found.denied, *found.corrected]
    return board.since_looked(found, titled(stories, viewer), looked, minute, to(viewer))


@shared
def parts(minute: datetime, upto: int, viewer: Viewer) -> Html:
    rows = queries.rows(minute, reads.soon(minute), upto)
    events = [row.event.story for row in rows if row.event]
    return board.table(rows, titled(events, viewer), minute, to(viewer))


@shared
def events(since: datetime, until: datetime, minute: datetime, upto: int, viewer: Viewer) -> Html:
    led = queries.leaders(since, until, upto)
    return board.named_events(led, titled((one.story for one in led), viewer), minute, to(viewer))


@shared
def leading(minute: datetime, upto: int, viewer: Viewer, looked: datetime | None) -> Listed | None:
    """The leading stories: whether the reports of each agree, who was first and who followed."""
    until = reads.soon(minute)
    found = reads.leading_stories(until - DAY, until, LEADING, upto, viewer[0] or None)
    link, cards = to(viewer), []
    for lead in found:
        about = (
            board.unread(lead.story, looked),
            story_state(lead.story),
            followed(lead.account.first_publisher, lead.account.followers),
            article_card.first_seen(lead.story.first_seen, minute),
            languages(lead.story.langs),
            link("stories", _("Who reported it, and how"), story=str(lead.story.id)),
        )
        cards.append(article_card.brief(lead.story.direction, lead.face, [one for one in about if one]))
    if not cards:
        return None
    return Listed(
        together([article_card.cards(cards), link("stories", _("All stories"))]),
        frozenset(lead.face.id for lead in found),
    )


@shared
def newest(minute: datetime, upto: int, viewer: Viewer, but: frozenset[int]) -> Listed | None:
    """The latest articles with a signal that are not in the list beside, the words that prove it marked."""
    found = reads.newest_with_signals(NEWEST + LEADING, reads.soon(minute), upto)
    link, cards = to(viewer), []
    for article in [one for one in found if one.id not in but][:NEWEST]:
        about = (
            article.publisher,
            tag("span", times.shown(article.at, minute), _(", "), age(article.at, minute)),
            link("articles", _("How it was read"), article=str(article.id)),
        )
        cards.append(article_card.brief(article.direction, article, about))
    return Listed(article_card.cards(cards), frozenset(one.id for one in found)) if found else None


@st.cache_resource(ttl=60.0, show_spinner=False, max_entries=8)
def episodes(day: datetime) -> dict:
    """First days of the episodes before this day, as the Oil page finds them."""
    return studies.episodes_found(midnight(day))


def said_plainly(text: str) -> str:
    """A title for a mark of the chart."""
    return safe_html.sound(text)[:90]
