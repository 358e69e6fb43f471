"""The one time of all pages: presets, times of one's own, and the link to what is shown.

It is drawn by the frame above every page, stands in the address (`time`, `during`) and so goes from page to page, into
every link and with Back. A page asks `chosen()` and shows nothing of another time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from babel.dates import format_datetime

from monitor.errors import InputError
from monitor.language import _, spoken
from monitor.ui.charts import drag
from monitor.ui.components import safe_html, speech, times
from monitor.ui.exports.periods import DEFAULT, HOW, LENGTHS, THE_LAST, Period, period_of, text_of, times_of
from monitor.ui.queries import reads

KEYS = ("time", "during")
WIDTH = 320  # pixels of the field: two times


def chosen() -> Period:
    """The period that the page shows; the frame has drawn the picker by then."""
    now = reads.now()
    try:
        since, until = times_of(st.session_state.get("during") or "", now)
    except InputError:  # the picker has said so
        since, until = None, None
    length = st.session_state.get("time") or DEFAULT
    return period_of(now, time=length, since=since, until=until, begin=reads.index_begin())


def pick() -> None:
    """The picker: presets, times of one's own, back to now, the link, and beside them the language of the pages."""
    speech.bound("time", LENGTHS, _)
    with st.container(horizontal=True, vertical_alignment="center", key="period", gap="small"):
        st.segmented_control(
            _("Time"),
            list(LENGTHS),
            default=DEFAULT,
            format_func=_,
            key="time",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
            on_change=to_now,
        )
        # not in a popover: Streamlit forgets the parameter of a field that the browser does not draw
        typed = st.text_input(
            _("From and to, in UTC"),
            key="during",
            bind="query-params",
            placeholder=_("such as {times}, UTC", times=HOW["times"]),
            max_chars=80,
            width=WIDTH,
            label_visibility="collapsed",
            icon=":material/schedule:",
        )
        calendar()
        shown = chosen()
        if typed:
            st.button(_("Now"), key="to_now", on_click=to_now, help=_("Show the time up to now again"))
        link(shown)
        speech.pick()
    if typed:
        say(typed)


def calendar() -> None:
    """Two days chosen from a calendar."""
    with st.popover("", icon=":material/calendar_month:", key="calendar", help=_("Choose days")):
        st.date_input(_("First and last day (UTC)"), [], key="days", on_change=of_days, format="YYYY-MM-DD")


def of_days() -> None:
    days: tuple[date, ...] = st.session_state["days"]
    if len(days) == 2:
        first, last = (datetime.combine(day, time(), UTC) for day in days)
        choose(first, last + timedelta(days=1))


def say(typed: str) -> None:
    """Says what is not understood, and what is shown instead."""
    try:
        times_of(typed, reads.now())
    except InputError as fault:
        shown = _(THE_LAST[chosen().time])
        safe_html.banner("warning", _("{fault}. Shown: {period}.", fault=fault, period=shown))


def to_now() -> None:
    """Take the chosen times away: the period ends now and moves on with the clock."""
    st.session_state["during"] = ""


def choose(since: datetime | None, until: datetime | None) -> None:
    """Set the period, in a callback: by a drag over a chart or a click on it."""
    st.session_state["during"] = text_of(*(at and at.astimezone(UTC) for at in (since, until)))


def put(said: str) -> None:
    """Set the period to what an address says in other parameters, before the picker is drawn; what is no time stays as
    it is, and the picker says so.
    """
    try:
        said = text_of(*times_of(said, reads.now()))
    except InputError:
        pass
    st.session_state["during"] = said


def dragging(name: str, shown: Period) -> dict[str, Any]:
    """What `st.echarts_chart` is given besides a chart made `drag.draggable`, so that dragging over it sets the period.

    Another period is another key: what was dragged over before is no longer drawn.
    """
    key = f"{name}_{shown.key()}"

    def dragged() -> None:
        state = st.session_state.get(key)
        if state and (found := drag.range_of(state.selection.areas)):
            choose(*found)

    return {"key": key, "on_select": dragged}


def captioned(option: Mapping[str, Any], what: str, shown: Period) -> dict[str, Any]:
    """A chart made `drag.draggable`, with what it shows, of when and from whom on the picture that is kept of it."""
    said = _(
        "{what}, {period} ({zone}). Gulf tension monitor, from news feeds",
        what=what,
        period=in_words(shown),
        zone=times.zone_name(),
    )
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return drag.draggable(option, caption=said, name=f"gulf-tension-{shown.name()}", theme=theme)


def in_words(shown: Period) -> str:
    """`28 Feb 12:00 to 2 Mar 12:00`, in the viewer's time zone; with the year where it is not this one."""

    def named(at: datetime) -> str:
        here = at.astimezone(times.zone())
        form = "d MMM HH:mm" if here.year == reads.now().year else "d MMM y HH:mm"
        return format_datetime(here, form, tzinfo=here.tzinfo, locale=spoken())

    if shown.since is None:
        return _("up to {until}", until=named(shown.until)) if shown.fixed else _("up to now")
    if shown.fixed:
        return _("{since} to {until}", since=named(shown.since), until=named(shown.until))
    return _("{since} to now", since=named(shown.since))


def parameters(shown: Period | None = None) -> dict[str, str]:
    """The period, as it was chosen, in the address of another page of ours."""
    shown = shown or chosen()
    return shown.of_page() if shown.fixed else moving(shown)


def moving(shown: Period) -> dict[str, str]:
    """The last days, whenever it is opened, as the picker writes them into the address."""
    return {"time": _(shown.time)}


def along(shown: Period | None = None) -> dict[str, str]:
    """What a st.page_link says of the period: nothing of the one that is shown, which goes along by itself. Of another
    the names of files, since Streamlit keeps what its fields hold; the frame puts them into the field.
    """
    return shown.of_file() if shown and shown != chosen() else {}


def link(shown: Period) -> None:
    """The address of what is shown, for ever the same or always the newest, as the viewer chooses."""
    with st.popover(_("Link to this view"), icon=":material/link:", type="tertiary", key="link_to_view"):
        these = _("these times: {period}", period=in_words(shown)) if shown.fixed else _("these times")
        last = _("always {period}", period=_(THE_LAST[shown.time])) if LENGTHS[shown.time] else _("always up to now")
        kinds = {"these": these} if shown.fixed else {"these": these, "last": last}
        kind = st.radio(_("The link shows"), list(kinds), format_func=kinds.__getitem__, key="link_kind")
        st.code(address(moving(shown) if kind == "last" else shown.of_page()), language=None, wrap_lines=True)


def address(shown: Mapping[str, str]) -> str:
    """The address of the page with everything that it shows, and this period."""
    given = [(key, value) for key in st.query_params for value in st.query_params.get_all(key) if key not in KEYS]
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{urlencode([*given, *shown.items()])}"
