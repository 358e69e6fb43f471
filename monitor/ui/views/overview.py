"""The board: what changed clearly, where, who says so, what oil does, and what is new since the viewer last looked."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import streamlit as st

from monitor.clock import midnight
from monitor.index import state
from monitor.models import DataSeries
from monitor.storage.articles import Filter
from monitor.ui.app import pages
from monitor.ui.charts import drag, panels
from monitor.ui.charts import marks as charts_marks
from monitor.ui.components import (
    article_card,
    board,
    downloads,
    filters,
    key_numbers,
    last_look,
    numbers_of_now,
    period,
    safe_html,
    status,
    times,
)
from monitor.ui.components.wording import GUIDE, age, followed, languages, many, provisional, reasons
from monitor.ui.components.wording import state as story_state
from monitor.ui.exports.periods import Period
from monitor.ui.queries import board as board_queries
from monitor.ui.queries import main_chart, reads, studies

HISTORY = timedelta(days=7)  # behind the sparklines
BY_HOUR = timedelta(days=8)  # the longest period whose chart has a point an hour
UNKNOWN = timedelta(days=366)  # of prices, where all is asked for and no index has begun
LEADING, NEWEST = 6, 6


def end_of(shown: Period) -> datetime:
    """The moment that the board is about: now, or the end of a period that lies in the past."""
    now = reads.now()
    return min(now, shown.until - timedelta(minutes=1)) if shown.fixed else now


@st.fragment(run_every=reads.TICK)
def numbers() -> None:
    """The only part that ticks: the sentence, how fresh it is, the row of numbers."""
    now = end_of(period.chosen())
    until = reads.soon(now)
    history = reads.points("hour", until - HISTORY, until)
    point, before = reads.latest_point("hour", until), reads.latest_point("hour", until - timedelta(days=1))
    settings, _ = reads.context().settings.current()
    week = board_queries.state_of(now, until)
    notes = reads.waits(now)
    if point and point.status == "provisional":
        notes.append(provisional(settings.index.span))
    strait = status.strait(reads.strait_sentence(now))
    said = reasons(reads.reported(until - timedelta(days=1), until)) if point and point.tension is not None else ""
    head = status.headline(state.sentence(week, now), said)
    safe_html.show(safe_html.tag("div", head, strait, status.fresh(reads.fresh(reads.now()), notes)))
    of_files = [one for one in reads.beside_index() if isinstance(one, DataSeries)][:2]
    normal = state.normal(settings.index.span, bool(point and point.status == "provisional"))
    safe_html.show(
        key_numbers.row(
            [
                *numbers_of_now.index_numbers(point, before, week, history, normal, now),
                *numbers_of_now.price_numbers(settings.prices[:2], now),
                *numbers_of_now.series_numbers(of_files, now),
            ]
        )
    )


def titled(stories) -> dict[int, str]:
    """story id -> its name in the viewer's language."""
    language = times.language()
    return {story.id: reads.title(story, language) for story in stories}


def since_looked(now: datetime, upto: int) -> datetime | None:
    """What changed since the viewer last looked, where that is known; gives that time."""
    looked = last_look.looked(now)
    if looked is None:
        return None
    found = board_queries.changed_since(looked, reads.soon(now), upto)
    named = titled((*found.new, *found.confirmed, *found.denied, *found.corrected))
    safe_html.show(board.since_looked(found, named, looked, now))
    return looked


def parts(now: datetime, upto: int) -> None:
    rows = board_queries.rows(now, reads.soon(now), upto)
    events = [row.event.story for row in rows if row.event]
    safe_html.show(board.table(rows, titled(events), now))


def chart(now: datetime, upto: int, looked: datetime | None, spanned: Period) -> None:
    beside = reads.beside_index()
    names = [series.name for series in beside]
    shown = st.pills(
        "Prices",
        names,
        default=names[:1],
        key="prices",
        bind="query-params",
        selection_mode="multi",
        label_visibility="collapsed",
    )
    until = spanned.until
    since = spanned.since or until - UNKNOWN
    grain = "hour" if until - since <= BY_HOUR else "day"
    led = board_queries.leaders(since, until, upto)
    named = titled(one.story for one in led)
    events = tuple(
        panels.Event(one.story.first_seen, safe_html.sound(named[one.story.id])[:90], one.story.direction)
        for one in led
    )
    drawing = main_chart.board_chart(
        grain, since, until, tuple(series for series in beside if series.name in shown), events, looked
    )
    if not drawing:
        st.info("Nothing to draw yet: no index and no price in this time.")
        return
    alerts, fired = reads.alerts_fired(since, until, charts_marks.MAX_MARKS)
    episodes = {day: what for day, what in studies.episodes_found(midnight(now)).items() if day >= since.date()}
    marks_of_episodes = charts_marks.newest(charts_marks.of_days(episodes))
    marks = [*charts_marks.of_alerts(alerts), *marks_of_episodes]
    drawn_of = f"{len(alerts)} of {many(fired, 'alert')}" if fired > len(alerts) else many(fired, "alert")
    chosen_event = st.echarts_chart(
        drag.draggable(charts_marks.marked(drawing.option, marks)),
        height=drawing.height,
        **period.dragging("main_chart", spanned),
        alt=(
            f"Tension and relief with 90 % bands above prices, {period.in_words(spanned)}: "
            f"{drawing.end or 'no index yet'}; {many(len(events), 'named event')}, {drawn_of}, "
            f"{many(len(marks_of_episodes), 'episode')} marked"
        ),
    )
    open_event(chosen_event, [one.story.id for one in led])
    if led:
        safe_html.show(board.named_events(led, named, now))
    said = [
        f"One point {'an hour' if grain == 'hour' else 'a day'}; dotted line: 100, the normal level. A close stands at "
        "the time of its settlement, until the next one."
    ]
    said += charts_marks.in_words(
        marks,
        lambda mark: (
            f"{safe_html.sound(mark.name)} {times.local(mark.at, now)}" if mark.kind == "alert" else day_of(mark.at)
        ),
        {"alert": fired, **charts_marks.count(charts_marks.of_days(episodes))},
    )
    if not drawing.end:
        said.append("No index in this time: not enough news.")
    if drawing.clipped:
        said.append("Some bands are cut off: little news, wide uncertainty.")
    drawn = [name for name in shown if name in drawing.lines or f"{name}, spot" in drawing.lines]
    if missing := [name for name in shown if name not in drawn]:
        said.append(f"No value of {', '.join(missing)} in this time.")
    safe_html.note(" ".join(said))
    files(grain, spanned, drawn)


def open_event(state, ids: list[int]) -> None:
    """Go to the story of a mark that was clicked; the selection is of this run only, so that Back finds the board."""
    for group in state.selection.selected:
        if group["series_id"] == panels.EVENTS and group["data_indices"] and group["data_indices"][0] < len(ids):
            story = ids[group["data_indices"][0]]
            if st.session_state.get("opened_event") != story:
                st.session_state["opened_event"] = story
                st.switch_page(pages.target("stories.py"), query_params={"story": str(story)})
            return
    st.session_state.pop("opened_event", None)


def day_of(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def files(grain: str, spanned: Period, shown: list[str]) -> None:
    """What the chart draws, as files: the index and the prices below it."""
    with st.container(horizontal=True):
        downloads.offer(
            "index",
            urlencode([("grain", grain), ("part", "all")]),
            name=f"index-{grain}",
            label="Index as CSV",
            shown=spanned,
        )
        of_files = {one.name for one in reads.beside_index() if isinstance(one, DataSeries)}
        for table, label in (("prices", "Prices as CSV"), ("observations", "Series as CSV")):
            if some := [name for name in shown if (name in of_files) == (table == "observations")]:
                downloads.offer(
                    table,
                    urlencode([("series", name) for name in some]),
                    name=f"{table}-{'-'.join(some)}",
                    label=label,
                    shown=spanned,
                )


@st.fragment(run_every=reads.TICK)
def arrivals(upto: int, settled: bool) -> None:
    """Announces new articles over the page and shows them when asked, so that nothing moves while somebody reads.

    A page that is still empty, or that follows, shows them at once.
    """
    latest = reads.arrived_id()
    wanted = Filter(after_id=upto, upto_id=latest, directions=filters.SIGNED)
    new = reads.count(wanted) if latest > upto else 0
    if not new:
        return
    if not settled or st.session_state.get("follow"):
        st.rerun()
    with st.container(key="arrivals", gap="xsmall"):
        for article in reads.found(wanted, 2, latest):
            safe_html.show(safe_html.passage(f"{article.title} ({article.publisher})", kind="title", lang=article.lang))
        if st.button(f"Show {new} new with signals", key="show_new", type="primary"):
            st.rerun()


def leading(now: datetime, upto: int, looked: datetime | None) -> set[int]:
    """The leading stories: whether the reports of each agree, who was first and who followed. Gives the ids of the
    articles that name them.
    """
    st.header("Leading stories of the last 24 hours", anchor=False)
    until = reads.soon(now)
    found = reads.leading_stories(until - timedelta(days=1), until, LEADING, upto, times.language())
    if not found:
        st.text("No story with a signal in these 24 hours.")
        return set()
    cards = []
    for lead in found:
        story = lead.story
        about = (
            board.unread(story, looked),
            story_state(story),
            followed(lead.account.first_publisher, lead.account.followers),
            article_card.first_seen(story.first_seen, now),
            languages(story.langs),
            board.link("stories", "Who reported it, and how", story=str(story.id)),
        )
        cards.append(article_card.brief(story.direction, lead.face, [one for one in about if one]))
    safe_html.show(article_card.cards(cards))
    safe_html.show(board.link("stories", "All stories"))
    return {lead.face.id for lead in found}


def newest(now: datetime, upto: int, shown: set[int]) -> bool:
    """Shows the latest articles with a signal that name no leading story, the words that prove it marked. Gives whether
    there is any article with a signal.
    """
    st.header("Newest signals", anchor=False)
    found = reads.newest_with_signals(NEWEST + LEADING, reads.soon(now), upto)
    if not found:
        st.info(
            "No signal found yet." if upto else "Nothing polled yet. The first articles appear here as they arrive."
        )
        return False
    cards = []
    for article in [one for one in found if one.id not in shown][:NEWEST]:
        about = (
            article.publisher,
            safe_html.tag("span", times.shown(article.at, now), f", {age(article.at, now)}"),
            board.link("articles", "How it was read", article=str(article.id)),
        )
        cards.append(article_card.brief(article.direction, article, about))
    safe_html.show(article_card.cards(cards))
    return True


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Gulf tension", anchor=False, width="content")
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        st.toggle(
            "Follow",
            key="follow",
            bind="query-params",
            help="Redraw the chart and the lists when new articles arrive",
        )
        with st.popover("How to read this", type="tertiary"):
            safe_html.show(status.guide(GUIDE))
spanned = period.chosen()
numbers()
now, settled, upto = end_of(spanned), reads.all_asked(), reads.arrived_id()
looked = since_looked(now, upto)
left, right = st.columns([11, 9], gap="medium")
with left:
    parts(now, upto)
with right:
    chart(now, upto, looked, spanned)
left, right = st.columns([11, 9], gap="medium")
with left:
    shown = leading(now, upto, looked)
with right:
    some = newest(now, upto, shown)
arrivals(upto, settled and some)
