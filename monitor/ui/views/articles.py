"""Every article by any filter, and each one's reading with the words that prove it."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from monitor.models import CATEGORIES
from monitor.storage.articles import Filter
from monitor.ui import data, reading, safe
from monitor.ui.wording import CATEGORY_WORDS, DIRECTION_WORDS, LANGUAGES

LIMIT = 500
TICK = 5
RANGES = {"24 hours": 1, "3 days": 3, "7 days": 7, "30 days": 30, "all": None}


def filters() -> Filter:
    text = st.text_input("Words in title or summary", key="text", bind="query-params", placeholder="e.g. Hormuz, pétrolier, هرمز", max_chars=200)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control("Time", list(RANGES), default="7 days", key="time", bind="query-params", required=True)
        directions = st.pills("Direction", list(DIRECTION_WORDS), format_func=DIRECTION_WORDS.get, selection_mode="multi",
                              key="direction", bind="query-params")  # fmt: skip
    one, two, three = st.columns(3)
    categories = one.multiselect("Category", CATEGORIES, format_func=CATEGORY_WORDS.get, key="category", bind="query-params")
    langs = two.multiselect("Language", list(LANGUAGES), format_func=LANGUAGES.get, key="lang", bind="query-params")
    publishers = three.multiselect("Source", data.publishers(), key="publisher", bind="query-params", format_func=safe.cell)
    days = RANGES[chosen]
    since = None if days is None else (data.now() - timedelta(days=days)).replace(second=0, microsecond=0)
    return Filter(
        since=since, directions=tuple(directions), categories=tuple(categories), langs=tuple(langs), publishers=tuple(publishers), text=text or ""
    )


@st.fragment(run_every=TICK)
def arrivals(wanted: Filter, upto: int) -> None:
    """Say what has come in; show it only when asked, so that nothing moves under the reader's eyes."""
    new = data.count(replace(wanted, after_id=upto))
    if new and st.button(f"{new} new, show", key="show_new"):
        st.session_state.pop("upto", None)
        st.rerun()


def table(found) -> int | None:
    """The list; gives the id of the chosen article."""
    frame = pd.DataFrame({
        "time (UTC)": pd.to_datetime([a.at for a in found], utc=True),
        "direction": [DIRECTION_WORDS[a.direction] for a in found],
        "title": [safe.cell(a.title) for a in found],
        "publisher": [safe.cell(a.publisher) for a in found],
        "signals": [", ".join(a.categories) for a in found],
        "score": [a.score for a in found],
        "language": [a.lang or "" for a in found],
        "link": [safe.web_link(a.link) for a in found],
    })  # fmt: skip
    event = st.dataframe(
        frame, hide_index=True, height=420, on_select="rerun", selection_mode="single-row", key=f"list_{hash(tuple(a.id for a in found))}",
        column_config={
            "time (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="UTC"),
            "title": st.column_config.TextColumn(width="large"), "score": st.column_config.NumberColumn(format="%+.1f"),
            "link": st.column_config.LinkColumn(display_text="open"),
        },
        alt=f"{len(found)} articles",
    )  # fmt: skip
    rows = event.selection.rows
    return found[rows[0]].id if rows else None


def slug(wanted: Filter) -> str:
    """The filter in the file's name, letters and digits only."""
    words = [*wanted.directions, *wanted.categories, *wanted.langs, *wanted.publishers, wanted.text]
    if wanted.since:
        words.append(f"since {wanted.since:%Y%m%d}")
    return "".join(f"-{''.join(c if c.isalnum() else '_' for c in word)}" for word in words if word)[:80]


st.title("Articles", anchor=False)
wanted = filters()
st.session_state.setdefault("upto", data.newest_id())
arrivals(wanted, st.session_state.upto)
found = data.found(wanted, LIMIT, st.session_state.upto)
total = data.count(wanted)
if not found:
    st.info("No article passes these filters." if data.newest_id() else "Nothing polled yet.")
else:
    st.caption(f"{total} articles" + (f", the newest {LIMIT} shown" if total > LIMIT else "") + ". Choose a row to read it.")
    if chosen := table(found):
        st.query_params["article"] = str(chosen)
    st.download_button("Download as CSV", lambda: data.csv(wanted), f"articles{slug(wanted)}.csv", "text/csv", on_click="ignore", key="csv")
if (shown := st.query_params.get("article", "")).isdigit():
    if article := data.article(int(shown)):
        reading.show(article)
    else:
        st.info("There is no article with this number.")
