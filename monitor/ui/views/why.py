"""Why the index moved: the exact split of the change over the period by category, publisher and story."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.clock import hour_of, time_text
from monitor.language import N_, _, n_, numeral
from monitor.ui.app import pages
from monitor.ui.charts import colors
from monitor.ui.charts import index_change as index_change_chart
from monitor.ui.components import (
    downloads,
    filters,
    leads,
    number_table,
    period,
    presses,
    row_selection,
    safe_html,
    speech,
    times,
)
from monitor.ui.components.wording import MEASURES, MEASURES_WITHIN, provisional, semicolons
from monitor.ui.exports.periods import Period
from monitor.ui.queries import index_change, reads

BY = {"category": N_("Category"), "publisher": N_("Publisher"), "story": N_("Story")}
CHANGE_BY = {
    "category": N_("Change of {measure} by category: {changes}"),
    "publisher": N_("Change of {measure} by publisher: {changes}"),
    "story": N_("Change of {measure} by story: {changes}"),
}
ADDS = {
    "category": N_("What each category adds to the change of {measure}, in points"),
    "publisher": N_("What each publisher adds to the change of {measure}, in points"),
    "story": N_("What each story adds to the change of {measure}, in points"),
}
SIDES = (N_("before"), N_("after"), N_("change"))  # columns of the table
BARS, ROWS = 8, 60


def part_name(by: str) -> str:
    return _(BY[by])


def lacking(measure: str, points, shown: Period, now: datetime) -> str:
    """Why the ends of the period cannot be compared; empty when they can."""
    for end, point in zip(("beginning", "end"), points, strict=True):
        if point is None and end == "beginning":
            return _(
                "There is no index within {days} days of the beginning of this period: a comparison needs two hours "
                "with one.",
                days=index_change.FAR.days,
            )
        if point is None:
            return _(
                "There is no index within {days} days of the end of this period: a comparison needs two hours with "
                "one.",
                days=index_change.FAR.days,
            )
        time = clock(point.at, now)
        if not index_change.can_be_split(point.at):
            return _("Not all articles that the index of {time} was made of are still kept.", time=time)
        if getattr(point, measure) is None:
            why = point.missing or _("no {measure} to split", measure=_(MEASURES_WITHIN[measure]))
            return _("Not enough news at {time}: {why}.", time=time, why=why)
    if points[0].at == points[1].at:
        return _("There is only one hour with an index in this period: choose a longer one.")
    return ""


def elsewhere(points, shown: Period, now: datetime) -> None:
    """Says which hours stand for the ends of the period where the index has none at these."""
    late = shown.since and points[0].at > hour_of(shown.since)
    early = hour_of(min(shown.until, now)) - points[1].at > timedelta(hours=1)
    first, last = (clock(point.at, now) for point in points)
    if late and early:
        safe_html.note(_("The first hour with an index is {first}, the last is {last}.", first=first, last=last))
    elif late:
        safe_html.note(_("The first hour with an index is {first}.", first=first))
    elif early:
        safe_html.note(_("The last is {last}.", last=last))


def summary(measure: str, table: pd.DataFrame, shown: pd.DataFrame, names: list[str], points, now: datetime) -> str:
    """What moved it, in one sentence."""
    total = table["change"].sum()
    start, end = (getattr(point, measure) for point in points)
    filled = {
        "measure": _(MEASURES[measure]),
        "start": numeral(start, ".1f"),
        "end": numeral(end, ".1f"),
        "first": clock(points[0].at, now),
        "last": clock(points[1].at, now),
    }
    if total >= 0.05:
        said = _("{measure} rose from {start} to {end} between {first} and {last}.", **filled)
    elif total <= -0.05:
        said = _("{measure} fell from {start} to {end} between {first} and {last}.", **filled)
    else:
        said = _("{measure} stayed at {start} between {first} and {last}.", **filled)
    largest = [(name, change) for name, change in zip(names[:3], shown["change"], strict=False) if abs(change) >= 0.05]
    parts = semicolons(
        _("{part} {change}", part=f"{safe_html.ISOLATE}{name}{safe_html.POP}", change=numeral(change, "+.1f"))
        for name, change in largest
    )
    return said + " " + _("The largest parts: {parts}.", parts=parts) if parts else said


def clock(at: datetime, now: datetime) -> str:
    said = times.local(at, now)
    return said if " " in said else _("{time} today", time=said)


def total_line(measure: str, table: pd.DataFrame, points) -> str:
    """The sum, beside what the index itself did."""
    total, moved = table["change"].sum(), getattr(points[1], measure) - getattr(points[0], measure)
    line = n_(
        "All {n} parts sum to {sum} points; the index as published moved by {moved}.",
        "All {n} parts sum to {sum} points; the index as published moved by {moved}.",
        len(table),
        sum=numeral(total, "+.2f"),
        moved=numeral(moved, "+.2f"),
    )
    if abs(total - moved) >= 0.05:
        line += " " + _(
            "They differ because articles arrived late, or were read or grouped again, after these hours were "
            "published."
        )
    return line


def split(measure: str, by: str, sides: tuple[pd.DataFrame, pd.DataFrame], points, now: datetime) -> None:
    table = index_change.table(*sides, by)
    if table.empty:
        st.info(
            _(
                "Nothing counted towards {measure} at either time, so there is nothing to split.",
                measure=_(MEASURES_WITHIN[measure]),
            )
        )
        return
    shown = index_change.shortened(table, by, ROWS)
    names = [index_change.name_of(value, by, len(table) - ROWS) for value in shown[by]]
    st.text(summary(measure, table, shown, names, points, now))
    bars = index_change.shortened(table, by, BARS)
    labels = [index_change.name_of(value, by, len(table) - BARS) for value in bars[by]]
    up_and_down = {"up": colors.COLORS[measure], "down": colors.GREY}
    chart = f"why_chart_{measure}_{by}_{hash(tuple(labels))}"
    st.echarts_chart(
        index_change_chart.bars(labels, list(bars["change"]), **up_and_down),
        height=60 + 26 * len(bars),
        key=chart,
        on_select=lambda: choose(chart, bar_of(chart)),
        alt=_(
            CHANGE_BY[by],
            measure=_(MEASURES_WITHIN[measure]),
            changes=semicolons(
                _("{part} {change}", part=label[:60], change=numeral(change, "+.1f"))
                for label, change in zip(labels, bars["change"], strict=True)
            ),
        ),
    )
    rows = [
        {"title" if by == "story" else by: name, **{side: row[side] for side in SIDES}}
        | ({"articles": int(row["articles"])} if by == "story" else {})
        for name, row in zip(names, shown.to_dict("records"), strict=True)
    ]
    table_key = grid(measure, by, rows)
    chosen = chosen_in(chart, table_key)
    if chosen is not None and chosen < len(shown) and shown[by][chosen] is not None:
        behind(by, shown[by][chosen], names[chosen], sides)
    else:
        safe_html.note(
            _("Click a bar or a row for its reports.")
            if by == "story"
            else _("Click a bar or a row for the stories behind it.")
        )
    st.text(total_line(measure, table, points))
    hours = {name: time_text(point.at) for name, point in zip(("from", "to"), points, strict=True)}
    downloads.offer(
        "why",
        urlencode(hours | {"measure": measure, "by": by}),
        label=_("Download every part as CSV"),
        name=f"why-{measure}-{by}-{points[0].at:%Y%m%dT%H}-{points[1].at:%Y%m%dT%H}",
    )


CHOSEN = "why_chosen"  # in the session: (the chart or table, the part that was clicked in it)


def choose(key: str, part: int | None) -> None:
    """Remember what was clicked last; a click that takes a choice back, or sorts, changes nothing."""
    if part is not None:
        st.session_state[CHOSEN] = key, part


def chosen_in(*keys: str) -> int | None:
    key, part = st.session_state.get(CHOSEN, (None, None))
    return part if key in keys else None


def bar_of(key: str) -> int | None:
    """The bar that is chosen: parts have the same order in chart and table."""
    chosen = st.session_state[key].selection.selected
    return chosen[0]["data_indices"][0] if chosen and chosen[0]["data_indices"] else None


def grid(measure: str, by: str, rows: list[dict]) -> str:
    """The table; gives its key."""
    signs = ["▲" if row["change"] > 0 else "▼" if row["change"] < 0 else "=" for row in rows]
    frame = row_selection.with_signs(pd.DataFrame(rows), signs)
    first = frame.columns[1]
    frame[first] = [safe_html.cell(name) for name in frame[first]]
    key = f"why_{measure}_{by}_{hash(tuple(frame[first]))}"
    number_table.show(
        frame,
        key=key,
        alt=_(ADDS[by], measure=_(MEASURES_WITHIN[measure])),
        formats={"before": "%.2f", "after": "%.2f", "change": "%+.2f"},
        config={row_selection.SIGN: row_selection.sign_column(_("▲ it raised the index, ▼ it lowered it"))},
        most=8,
        on_select=lambda: choose(key, row_selection.row(key)),
        selection_mode=row_selection.MODE,
    )
    return key


def behind(by: str, value: object, name: str, sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """The stories behind a chosen row, or the way to the chosen story."""
    if by == "story":
        st.page_link(
            pages.target("stories.py"), label=_("Who reported this story"), query_params=leads.story(int(str(value)))
        )
        return
    before, after = (side[side[by] == value] for side in sides)
    found = index_change.table(before, after, "story")
    title = _("Stories behind {name}", name=name) if by == "category" else _("Stories of this publisher")
    st.header(title, anchor=False)
    for row in found.head(8).to_dict("records"):
        with st.container(border=True, gap="xsmall"):
            safe_html.show(safe_html.passage(index_change.title_of(int(row["story"])), kind="title"))
            st.text(
                n_(
                    "{change} points ({before} to {after}), {n} article",
                    "{change} points ({before} to {after}), {n} articles",
                    row["articles"],
                    n=numeral(row["articles"]),
                    change=numeral(row["change"], "+.2f"),
                    before=numeral(row["before"], ".2f"),
                    after=numeral(row["after"], ".2f"),
                )
            )
            st.page_link(
                pages.target("stories.py"), label=_("Who reported it"), query_params=leads.story(int(row["story"]))
            )
    if len(found) > 8:
        st.text(
            n_(
                "and {n} story more, {change} points together",
                "and {n} stories more, {change} points together",
                len(found) - 8,
                n=numeral(len(found) - 8),
                change=numeral(found["change"].iloc[8:].sum(), "+.2f"),
            )
        )


st.title(_("Why the index moved"), anchor=False)
st.text(
    _(
        "Each article adds points to the index of the 24 hours after it. The difference between the two ends of the "
        "period is what new articles added, less what old ones that dropped out had added. It says which news moved "
        "the index, not why events happened."
    )
)
now = reads.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
shown = period.chosen()
with st.container(horizontal=True, vertical_alignment="bottom"):
    measure = filters.measure("measure")
    speech.bound("by", BY, part_name)
    by = st.segmented_control(
        _("Split by"),
        list(BY),
        default="category",
        format_func=part_name,
        key="by",
        bind="query-params",
        required=True,
    )
points = index_change.ends(shown.since, min(shown.until, now))
if missing := lacking(measure, points, shown, now):
    st.info(missing)
else:
    elsewhere(points, shown, now)
    if "provisional" in {point.status for point in points if point}:
        safe_html.note(provisional(reads.context().settings.current()[0].index.span))
    if measure == "attention":
        safe_html.note(
            _("Attention counts every article about the theatre alike: how much the world looks, not how bad it is.")
        )
    first, last = (point.at for point in points if point)
    split(measure, by, index_change.sides((first, last), measure, now), points, now)
presses.show(now)
