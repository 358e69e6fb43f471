"""Why the index moved: the exact split of the change over the period by category, publisher and story."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.clock import hour_of, time_text
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
    times,
)
from monitor.ui.components.wording import MEASURES, many, provisional
from monitor.ui.exports.periods import Period
from monitor.ui.queries import index_change, reads

BY = {"category": "Category", "publisher": "Publisher", "story": "Story"}
BARS, ROWS = 8, 60


def lacking(measure: str, points, shown: Period, now: datetime) -> str:
    """Why the ends of the period cannot be compared; empty when they can."""
    ends = (("beginning", shown.since), ("end", shown.until))
    for (name, _), point in zip(ends, points, strict=True):
        if point is None:
            days = f"{index_change.FAR.days} days"
            return (
                f"There is no index within {days} of the {name} of this period: a comparison needs two hours with one."
            )
        if not index_change.can_be_split(point.at):
            return f"Not all articles that the index of {clock(point.at, now)} was made of are still kept."
        if getattr(point, measure) is None:
            return f"Not enough news at {clock(point.at, now)}: {point.missing or f'no {measure} to split'}."
    if points[0].at == points[1].at:
        return "There is only one hour with an index in this period: choose a longer one."
    return ""


def elsewhere(points, shown: Period, now: datetime) -> None:
    """Says which hours stand for the ends of the period where the index has none at these."""
    late = shown.since and points[0].at > hour_of(shown.since)
    early = hour_of(min(shown.until, now)) - points[1].at > timedelta(hours=1)
    parts = [f"the first hour with an index is {clock(points[0].at, now)}"] if late else []
    parts += [f"the last is {clock(points[1].at, now)}"] if early else []
    if parts:
        said = ", ".join(parts)
        safe_html.note(f"{said[:1].upper()}{said[1:]}.")


def summary(measure: str, table: pd.DataFrame, shown: pd.DataFrame, names: list[str], points, now: datetime) -> str:
    """What moved it, in one sentence."""
    total = table["change"].sum()
    start, end = (getattr(point, measure) for point in points)
    word = "rose" if total >= 0.05 else "fell" if total <= -0.05 else "stayed"
    largest = [(name, change) for name, change in zip(names[:3], shown["change"], strict=False) if abs(change) >= 0.05]
    parts = [f"{safe_html.ISOLATE}{name}{safe_html.POP} {change:+.1f}" for name, change in largest]
    said = f"{MEASURES[measure]} {word} {'at' if word == 'stayed' else 'from'} {start:.1f}" + (
        "" if word == "stayed" else f" to {end:.1f}"
    )
    said += f" between {clock(points[0].at, now)} and {clock(points[1].at, now)}"
    return f"{said}. The largest parts: {'; '.join(parts)}." if parts else f"{said}."


def clock(at: datetime, now: datetime) -> str:
    said = times.local(at, now)
    return said if " " in said else f"{said} today"


def total_line(measure: str, table: pd.DataFrame, points) -> str:
    """The sum, beside what the index itself did."""
    total, moved = table["change"].sum(), getattr(points[1], measure) - getattr(points[0], measure)
    line = f"All {len(table)} parts sum to {total:+.2f} points; the index as published moved by {moved:+.2f}."
    if abs(total - moved) >= 0.05:
        line += (
            " They differ because articles arrived late, or were read or grouped again, "
            "after these hours were published."
        )
    return line


def split(measure: str, by: str, sides: tuple[pd.DataFrame, pd.DataFrame], points, now: datetime) -> None:
    table = index_change.table(*sides, by)
    if table.empty:
        st.info(f"Nothing counted towards {measure} at either time, so there is nothing to split.")
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
        alt=(
            f"Change of {measure} by {by}: "
            f"{'; '.join(f'{n[:60]} {c:+.1f}' for n, c in zip(labels, bars['change'], strict=True))}"
        ),
    )
    rows = [
        {"title" if by == "story" else by: name, **{side: row[side] for side in ("before", "after", "change")}}
        | ({"articles": int(row["articles"])} if by == "story" else {})
        for name, row in zip(names, shown.to_dict("records"), strict=True)
    ]
    table_key = grid(measure, by, rows)
    chosen = chosen_in(chart, table_key)
    if chosen is not None and chosen < len(shown) and shown[by][chosen] is not None:
        behind(by, shown[by][chosen], names[chosen], sides)
    else:
        safe_html.note("Click a bar or a row for " + ("its reports." if by == "story" else "the stories behind it."))
    st.text(total_line(measure, table, points))
    hours = {name: time_text(point.at) for name, point in zip(("from", "to"), points, strict=True)}
    downloads.offer(
        "why",
        urlencode(hours | {"measure": measure, "by": by}),
        label="Download every part as CSV",
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
        alt=f"What each {by} adds to the change of {measure}, in points",
        formats={"before": "%.2f", "after": "%.2f", "change": "%+.2f"},
        config={row_selection.SIGN: row_selection.sign_column("▲ it raised the index, ▼ it lowered it"), first: first},
        most=8,
        on_select=lambda: choose(key, row_selection.row(key)),
        selection_mode=row_selection.MODE,
    )
    return key


def behind(by: str, value: object, name: str, sides: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """The stories behind a chosen row, or the way to the chosen story."""
    if by == "story":
        st.page_link(
            pages.target("stories.py"), label="Who reported this story", query_params=leads.story(int(str(value)))
        )
        return
    before, after = (side[side[by] == value] for side in sides)
    found = index_change.table(before, after, "story")
    st.header(f"Stories behind {name}" if by == "category" else "Stories of this publisher", anchor=False)
    for row in found.head(8).to_dict("records"):
        with st.container(border=True, gap="xsmall"):
            safe_html.show(safe_html.passage(index_change.title_of(int(row["story"])), kind="title"))
            st.text(
                f"{row['change']:+.2f} points ({row['before']:.2f} to {row['after']:.2f}), "
                f"{many(row['articles'], 'article')}"
            )
            st.page_link(
                pages.target("stories.py"), label="Who reported it", query_params=leads.story(int(row["story"]))
            )
    if len(found) > 8:
        st.text(f"and {many(len(found) - 8, 'story')} more, {found['change'].iloc[8:].sum():+.2f} points together")


st.title("Why the index moved", anchor=False)
st.text(
    "Each article adds points to the index of the 24 hours after it. The difference between the two ends of the period "
    "is what new articles added, less what old ones that dropped out had added. It says which news moved the index, "
    "not why events happened."
)
now = reads.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
shown = period.chosen()
with st.container(horizontal=True, vertical_alignment="bottom"):
    measure = filters.measure("measure")
    by = st.segmented_control(
        "Split by",
        list(BY),
        default="category",
        format_func=BY.__getitem__,
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
            "Attention counts every article about the theatre alike: how much the world looks, not how bad it is."
        )
    first, last = (point.at for point in points if point)
    split(measure, by, index_change.sides((first, last), measure, now), points, now)
presses.show(now)
