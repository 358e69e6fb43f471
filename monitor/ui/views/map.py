"""Where it happens, and who does what to whom."""

from pathlib import Path

import pandas as pd
import streamlit as st

from monitor.storage.signals import Tally
from monitor.ui import asking, charts_where, data, reading, safe
from monitor.ui.wording import DIRECTION_WORDS, many

ARTICLES = Path(__file__).with_name("articles.py")
SIDES = ("escalation", "deescalation")


def together(found: list[Tally], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row for each place or pair: articles of either direction, the gravest weight; most articles first."""
    rows: dict[tuple, dict] = {}
    for tally in found:
        row = rows.setdefault(tally.values, {**dict(zip(columns, tally.values, strict=True)), "escalation": 0, "deescalation": 0, "gravest": 0.0})
        row[tally.direction] += tally.articles
        row["gravest"] = max(row["gravest"], tally.strongest)
    frame = pd.DataFrame(list(rows.values()), columns=[*columns, *SIDES, "gravest"])
    return frame.assign(all=frame["escalation"] + frame["deescalation"]).sort_values(["all", "gravest"], ascending=False).drop(columns="all")


def where(found: list[Tally]) -> None:
    coordinates = data.coordinates()
    option, outside = charts_where.places(found, coordinates)
    frame = together(found, ("place",))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        top = ", ".join(f"{row.place} {row.escalation} up, {row.deescalation} down" for row in frame.head(5).itertuples())
        st.echarts_chart(option, height=560, key="map", alt=f"Map of {many(len(frame), 'place')}; most: {top}")
        text = "A coarse outline for orientation; a mark's area goes with the number of articles."
        if outside:
            text += " Not on the map: " + ", ".join(dict.fromkeys(t.values[0] for t in outside[:12])) + "."
        safe.note(text)
    with right:
        chosen = st.dataframe(
            frame, hide_index=True, height=min(38 + 35 * len(frame), 520), on_select="rerun", selection_mode="single-row", key="places", alt=f"{many(len(frame), 'place')}",
            column_config={"escalation": "▲ articles", "deescalation": "▼ articles"},
        ).selection.rows  # fmt: skip
        with st.container(horizontal=True):
            st.download_button("Download as CSV", lambda: data.csv_of(frame), "places.csv", "text/csv", on_click="ignore", key="csv_places",
                               type="tertiary", icon=":material/download:")  # fmt: skip
            if chosen:
                place = frame["place"].iloc[chosen[0]]
                st.page_link(ARTICLES, label="Read these articles", query_params={"place": place, "time": st.session_state["time"]})


def who(found: list[Tally]) -> None:
    names = data.actor_names()
    direction = st.segmented_control("Kind", SIDES, default="escalation", format_func=DIRECTION_WORDS.get, key="kind", bind="query-params",
                                     required=True, label_visibility="collapsed")  # fmt: skip
    option = charts_where.matrix(found, direction, names)
    frame = together(found, ("source", "target"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if option:
            rows = len(option["yAxis"]["data"])
            top = ", ".join(f"{names.get(row.source, row.source)} on {names.get(row.target, row.target)} {getattr(row, direction)}"
                            for row in frame.sort_values(direction, ascending=False).head(5).itertuples())  # fmt: skip
            st.echarts_chart(option, height=150 + 34 * rows, key=f"matrix_{direction}", alt=f"Who acts on whom, articles: {top}")
            safe.note("Rows act, columns are acted on; only where the clause names both.")
        else:
            st.text("No signal of this kind names both sides.")
    with right:
        shown = frame.assign(source=[reading.named(c, names) for c in frame["source"]], target=[reading.named(c, names) for c in frame["target"]])
        chosen = st.dataframe(
            shown, hide_index=True, height=min(38 + 35 * len(frame), 420), on_select="rerun", selection_mode="single-row", key="pairs", alt=many(len(frame), "pair") + " of actors",
            column_config={"source": "who", "target": "to whom", "escalation": "▲ articles", "deescalation": "▼ articles"},
        ).selection.rows  # fmt: skip
        with st.container(horizontal=True):
            st.download_button("Download as CSV", lambda: data.csv_of(frame), "pairs.csv", "text/csv", on_click="ignore", key="csv_pairs",
                               type="tertiary", icon=":material/download:")  # fmt: skip
            if chosen:
                pair = shown.iloc[chosen[0]]
                st.page_link(ARTICLES, label="Read these articles",
                             query_params={"source": pair["source"], "target": pair["target"], "time": st.session_state["time"]})  # fmt: skip


st.title("Where and who", anchor=False)
since = asking.time_range()
places, pairs = data.places_told(since), data.pairs_told(since)
if not places and not pairs:
    st.info("No signal in this time names a place or a pair of actors." if data.newest_id() else "Nothing polled yet.")
if places:
    st.header("Where", anchor=False)
    where(places)
if pairs:
    st.header("Who against whom", anchor=False)
    who(pairs)
