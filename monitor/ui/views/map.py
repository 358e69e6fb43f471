"""Where it happens, and who does what to whom."""

import streamlit as st

from monitor.storage.signals import Tally
from monitor.ui.app import pages
from monitor.ui.charts import actor_matrix
from monitor.ui.charts import map as map_chart
from monitor.ui.components import article_detail, downloads, period, row_selection, safe_html
from monitor.ui.components.wording import DIRECTION_WORDS, many
from monitor.ui.exports.periods import Period
from monitor.ui.queries import places_and_pairs, reads

COLUMNS = {
    "escalation": st.column_config.NumberColumn("▲ articles", width=80, help="Articles that report escalation here"),
    "deescalation": st.column_config.NumberColumn(
        "▼ articles", width=80, help="Articles that report de-escalation here"
    ),
    "severity": st.column_config.NumberColumn("severity", width=70, help="The highest severity among them, 1 to 10"),
}


def where(found: list[Tally], shown: Period) -> None:
    coordinates = reads.coordinates()
    option, outside = map_chart.places(found, coordinates)
    frame = places_and_pairs.by_place_or_pair(found, ("place",))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        top = ", ".join(
            f"{row.place} {row.escalation} up, {row.deescalation} down" for row in frame.head(5).itertuples()
        )
        st.echarts_chart(option, height=560, key="map", alt=f"Map of {many(len(frame), 'place')}; most: {top}")
        text = "Coarse coastlines for orientation; the area of a mark grows with the number of articles."
        if outside:
            text += " Not on the map: " + ", ".join(dict.fromkeys(t.values[0] for t in outside[:12])) + "."
        safe_html.note(text)
    with right:
        key = f"places_{hash(tuple(frame['place']))}"
        st.dataframe(
            frame, hide_index=True, height=row_selection.tall(len(frame), 15), on_select="rerun",
            selection_mode=row_selection.MODE, key=key, alt=many(len(frame), "place"),
            column_config=COLUMNS,
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            downloads.offer("places", name="places", shown=shown)
            if (chosen := row_selection.row(key)) is None:
                safe_html.note("Click a row for its articles.")
            else:
                place = frame["place"].iloc[chosen]
                st.page_link(
                    pages.target("articles.py"),
                    label=f"Articles on {place}",
                    query_params={"place": place, **period.parameters()},
                )


def who(found: list[Tally], during: Period) -> None:
    names = reads.actor_names()
    direction = st.segmented_control(
        "Kind",
        places_and_pairs.SIDES,
        default="escalation",
        format_func=DIRECTION_WORDS.__getitem__,
        key="kind",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    safe_html.note("Who (row) did it to whom (column). Number of articles in which a clause names both.")
    option = actor_matrix.matrix(found, direction, names)
    frame = places_and_pairs.by_place_or_pair(found, ("source", "target"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if option:
            rows = len(option["yAxis"]["data"])
            top = ", ".join(
                f"{names.get(row.source, row.source)} on {names.get(row.target, row.target)} {getattr(row, direction)}"
                for row in frame.sort_values(direction, ascending=False).head(5).itertuples()
            )
            st.echarts_chart(
                option, height=150 + 34 * rows, key=f"matrix_{direction}", alt=f"Who acts on whom, articles: {top}"
            )
            acting = {code for tally in found if tally.direction == direction for code in tally.values}
            if len(acting) > actor_matrix.ACTORS:
                safe_html.note(f"The chart shows the {actor_matrix.ACTORS} actors named most; the table has all pairs.")
        else:
            st.text("No signal of this kind names both sides.")
    with right:
        shown = frame.assign(
            source=[article_detail.named(c, names) for c in frame["source"]],
            target=[article_detail.named(c, names) for c in frame["target"]],
        )
        key = f"pairs_{hash((*frame['source'], *frame['target']))}"
        st.dataframe(
            shown, hide_index=True, height=row_selection.tall(len(frame), 12), on_select="rerun",
            selection_mode=row_selection.MODE, key=key, alt=many(len(frame), "pair") + " of actors",
            column_config={"source": "who", "target": "to whom", **COLUMNS},
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            downloads.offer("pairs", name="pairs", shown=during)
            if (chosen := row_selection.row(key)) is None:
                safe_html.note("Click a row for its articles.")
            else:
                pair = shown.iloc[chosen]
                st.page_link(
                    pages.target("articles.py"),
                    label=f"Articles: {pair['source']} on {pair['target']}",
                    query_params={"source": pair["source"], "target": pair["target"], **period.parameters()},
                )


st.title("Where and who", anchor=False)
shown = period.chosen()
places = reads.articles_by_tag("place", shown.since, shown.until)
pairs = reads.signals_by(("source", "target"), shown.since, shown.until)
if not places and not pairs:
    st.info("No signal in this time names a place or a pair of actors." if reads.newest_id() else "Nothing polled yet.")
if places:
    st.header("Where", anchor=False)
    where(places, shown)
if pairs:
    st.header("Who against whom", anchor=False)
    who(pairs, shown)
