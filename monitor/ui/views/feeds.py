"""Who answers and who does not: the health of every feed."""

import pandas as pd
import streamlit as st

from monitor.models import FeedState
from monitor.ui import data, safe
from monitor.ui.wording import STATE_WORDS, age

TICK = 5


@st.fragment(run_every=TICK)
def health() -> None:
    settings, _ = data.context().settings.current()
    states, now = data.feed_states(), data.now()
    rows = []
    for feed in settings.feeds:
        state = states.get(feed.name) or FeedState(feed.name, feed.url)
        rows.append({
            "feed": safe.cell(feed.name),
            "state": STATE_WORDS["off" if not feed.enabled else state.state],
            "last answer": age(state.last_success, now),
            "new": state.new_entries,
            "stored": state.entries,
            "last new entry": age(state.last_new, now),
            "error": safe.cell(state.error),
            "HTTP": state.status,
            "next": "" if state.next_due is None else f"{state.next_due:%H:%M:%S}",
            "language": feed.language or "",
            "publisher": safe.cell(feed.publisher),
            "tier": feed.tier,
            "address": safe.web_link(feed.url),
        })  # fmt: skip
    troubled = sum(row["state"] in (STATE_WORDS["failing"], STATE_WORDS["gone"], STATE_WORDS["silent"]) for row in rows)
    asked = sum(feed.name in states for feed in settings.feeds)
    if not asked:
        st.info(f"{len(rows)} feeds configured, none polled yet.")
    elif troubled == asked:
        st.error("No feed answers. Is there a network? What is shown was stored before.")
    else:
        st.write(f"{len(rows)} feeds: {asked - troubled} well, {troubled} in trouble, {len(rows) - asked} not asked yet.")
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height=min(38 * (len(rows) + 1), 900),
        column_config={"address": st.column_config.LinkColumn(width="medium"), "feed": st.column_config.TextColumn(pinned=True)},
        alt=f"Health of {len(rows)} feeds, {troubled} in trouble",
    )  # fmt: skip


st.title("Feeds", anchor=False)
if owner := data.holder():
    st.caption(f"Polled by {owner.holder}; last heartbeat {owner.heartbeat:%H:%M:%S} UTC")
health()
