"""The board: what changed clearly, where, who says so, what oil does, and what is new since the viewer last looked."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import streamlit as st
from babel.dates import format_date

from monitor.clock import midnight
from monitor.language import _, n_, numeral, spoken
from monitor.models import DataSeries
from monitor.storage.articles import Filter
from monitor.ui.app import pages
from monitor.ui.charts import drag, panels
from monitor.ui.charts import marks as charts_marks
from monitor.ui.components import (
    board_markup,
    downloads,
    filters,
    last_look,
    leads,
    period,
    safe_html,
    speech,
    status,
    times,
)
from monitor.ui.components.wording import GUIDE, commas
from monitor.ui.exports import brief
from monitor.ui.exports.periods import Period
from monitor.ui.queries import alert_reads, main_chart, reads
from monitor.ui.queries import board as board_queries

BY_HOUR = timedelta(days=8)  # the longest period whose chart has a point an hour
UNKNOWN = timedelta(days=366)  # of prices, where all is asked for and no index has begun


def minute_of(shown: Period) -> datetime:
    """The minute that the board is about: that of now, or the end of a period that lies in the past."""
    now = reads.now().replace(second=0, microsecond=0)
    return min(now, shown.until - timedelta(minutes=1)) if shown.fixed else now


@speech.ticking(run_every=reads.TICK)
def numbers() -> None:
    """The only part that ticks: the sentence, how fresh it is, the row of numbers."""
    shown = period.chosen()
    safe_html.show(board_markup.top(minute_of(shown), board_markup.viewer_of({})))


def chart(now: datetime, upto: int, looked: datetime | None, spanned: Period, viewer: board_markup.Viewer) -> None:
    beside = reads.beside_index()
    names = [series.name for series in beside]
    shown = st.pills(
        _("Prices"),
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
    named = board_markup.titled((one.story for one in led), viewer)
    events = tuple(
        panels.Event(one.story.first_seen, board_markup.said_plainly(named[one.story.id]), one.story.direction)
        for one in led
    )
    drawing = main_chart.board_chart(
        grain, since, until, tuple(series for series in beside if series.name in shown), events, looked
    )
    if not drawing:
        st.info(_("Nothing to draw yet: no index and no price in this time."))
        return
    alerts, fired = alert_reads.fired(since, until, charts_marks.MAX_MARKS)
    episodes = {day: what for day, what in board_markup.episodes(midnight(now)).items() if day >= since.date()}
    marks_of_episodes = charts_marks.newest(charts_marks.of_days(episodes))
    marks = [*charts_marks.of_alerts(alerts), *marks_of_episodes]
    if fired > len(alerts):
        drawn_of = n_("{drawn} of {n} alert", "{drawn} of {n} alerts", fired, n=numeral(fired), drawn=len(alerts))
    else:
        drawn_of = n_("{n} alert", "{n} alerts", fired, n=numeral(fired))
    chosen_event = st.echarts_chart(
        period.captioned(charts_marks.marked(drawing.option, marks), _("Tension and relief, 100 is normal"), spanned),
        height=drawing.height + drag.CAPTION,
        **period.dragging("main_chart", spanned),
        alt=_(
            "Tension and relief with 90 % bands above prices, {period}: {end}; {events}, {alerts}, {episodes} marked",
            period=period.in_words(spanned),
            end=drawing.end or _("no index yet"),
            events=n_("{n} named event", "{n} named events", len(events)),
            alerts=drawn_of,
            episodes=n_("{n} episode", "{n} episodes", len(marks_of_episodes)),
        ),
    )
    begins = drawing.option["dataset"][0]["source"]["at"]
    whole = timedelta(days=1) if grain == "day" else timedelta()  # a day is explained from its beginning to its end
    open_clicked(chosen_event, [one.story.id for one in led], [at.to_pydatetime() + whole for at in begins])
    if led:
        safe_html.show(board_markup.events(since, until, now, upto, viewer))
    said = [
        _("One point an hour; dotted line: 100, the normal level.")
        if grain == "hour"
        else _("One point a day; dotted line: 100, the normal level."),
        _(
            "Click a point of tension to see why it moved. A close stands at the time of its settlement, until the "
            "next one."
        ),
    ]
    said += charts_marks.in_words(
        marks,
        lambda mark: (
            f"{safe_html.sound(mark.name)} {times.local(mark.at, now)}" if mark.kind == "alert" else day_of(mark.at)
        ),
        {"alert": fired, **charts_marks.count(charts_marks.of_days(episodes))},
    )
    if not drawing.end:
        said.append(_("No index in this time: not enough news."))
    if drawing.clipped:
        said.append(_("Some bands are cut off: little news, wide uncertainty."))
    drawn = [name for name in shown if name in drawing.lines or f"{name}, spot" in drawing.lines]
    if missing := [name for name in shown if name not in drawn]:
        said.append(_("No value of {series} in this time.", series=commas(missing)))
    safe_html.note(" ".join(said))
    files(grain, spanned, drawn)


def open_clicked(state, ids: list[int], ends: list[datetime]) -> None:
    """Go to the story of a mark that was clicked, or to why the index moved up to a point of it; the selection is of
    this run only, so that Back finds the board.
    """
    for group in state.selection.selected:
        if group["series_id"] not in (panels.EVENTS, panels.POINTS) or not group["data_indices"]:
            continue
        number = group["data_indices"][0]
        event = group["series_id"] == panels.EVENTS
        if number >= len(ids if event else ends):
            continue
        if st.session_state.get("opened_event") != (event, number):
            st.session_state["opened_event"] = event, number
            target = ("stories.py", leads.story(ids[number])) if event else ("why.py", leads.why(ends[number]))
            st.switch_page(pages.target(target[0]), query_params=target[1])
        return
    st.session_state.pop("opened_event", None)


def day_of(at: datetime) -> str:
    return format_date(at, "d MMM y", locale=spoken())


def files(grain: str, spanned: Period, shown: list[str]) -> None:
    """What the chart draws, as files: the index and the prices below it."""
    with st.container(horizontal=True):
        downloads.offer(
            "index",
            urlencode([("grain", grain), ("part", "all")]),
            name=f"index-{grain}",
            label=_("Index as CSV"),
            shown=spanned,
        )
        of_files = {one.name for one in reads.beside_index() if isinstance(one, DataSeries)}
        for table, label in (("prices", _("Prices as CSV")), ("observations", _("Series as CSV"))):
            if some := [name for name in shown if (name in of_files) == (table == "observations")]:
                downloads.offer(
                    table,
                    urlencode([("series", name) for name in some]),
                    name=f"{table}-{'-'.join(some)}",
                    label=label,
                    shown=spanned,
                )


@speech.ticking(run_every=reads.TICK)
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
        label = n_("Show {n} new with signals", "Show {n} new with signals", new)
        if st.button(label, key="show_new", type="primary"):
            st.rerun()


def to_brief() -> None:
    """The button that makes the brief: of the times that are chosen, or of the last 24 hours."""
    spanned = period.chosen()
    address = brief.address(**(spanned.of_file() if spanned.fixed else {}))
    safe_html.show(safe_html.tag("a", _("Brief"), href=address, target="_blank", rel="noopener", class_="to-brief"))


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title(_("Gulf tension"), anchor=False, width="content")
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        st.toggle(
            _("Follow"),
            key="follow",
            bind="query-params",
            help=_("Redraw the chart and the lists when new articles arrive"),
        )
        with st.popover(_("How to read this"), type="tertiary"):
            safe_html.show(status.guide(GUIDE))
        to_brief()
spanned = period.chosen()
numbers()
now, settled, upto = minute_of(spanned), reads.all_asked(), reads.arrived_id()
viewer = board_markup.viewer_of(period.parameters(spanned))
looked = last_look.looked(now)
if looked:
    safe_html.show(board_markup.since_looked(looked, now, upto, viewer))
left, right = st.columns([11, 9], gap="medium")
with left:
    safe_html.show(board_markup.parts(now, upto, viewer))
with right:
    chart(now, upto, looked, spanned, viewer)
left, right = st.columns([11, 9], gap="medium")
with left:
    st.header(_("Leading stories of the last 24 hours"), anchor=False)
    leading = board_markup.leading(now, upto, viewer, looked)
    if leading:
        safe_html.show(leading.html)
    else:
        st.text(_("No story with a signal in the last 24 hours."))
with right:
    st.header(_("Newest signals"), anchor=False)
    newest = board_markup.newest(now, upto, viewer, leading.articles if leading else frozenset())
    if newest:
        safe_html.show(newest.html)
    else:
        st.info(
            _("No signal found yet.")
            if upto
            else _("Nothing polled yet. The first articles appear here as they arrive.")
        )
arrivals(upto, settled and newest is not None)
