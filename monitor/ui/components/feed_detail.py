"""One feed: its state in full words, its last rounds and entries, its line in feeds.yaml."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.feeds import probe
from monitor.models import Feed
from monitor.storage.articles import Filter
from monitor.ui.components import downloads, feed_health, feed_trial, safe_html, speech
from monitor.ui.components.wording import (
    DIRECTION_WORDS,
    STATE_MEANS,
    STATE_WORDS,
    age,
    many,
)
from monitor.ui.queries import reads

ENTRIES = 12  # of one feed, shown on its own
ROUNDS = 30


@speech.ticking(run_every=reads.TICK)
def facts(name: str) -> None:
    """The state of one feed in full words; ticks."""
    feed, state, word = next(row for row in feed_health.states() if row[0].name == name)
    now = reads.now()
    lines = [f"{STATE_WORDS[word]}: {STATE_MEANS[word]}.", f"Address: {feed.url}"]
    if state.bad_entries:
        lines.append(
            f"{many(state.bad_entries, 'entry')} of its last document could not be read. "
            "Tried again at the next round; the log says why."
        )
    if faulty := reads.unreadable().get(name):
        lines.append(f"{many(faulty, 'article')} of all that it brought could not be read; each says why.")
    if state.error:
        lines.append(f"Error: {state.error} ({many(state.failures, 'time')} in a row)")
    lines.append(
        f"Last asked {age(state.last_polled, now)}, last answer {age(state.last_success, now)}, last new entry "
        f"{age(state.last_new, now)}, "
        f"next due {feed_health.due(state, word, now)}."
    )
    if state.interval:
        lines.append(
            f"Asked every {state.interval.total_seconds() / 60:.0f} min. {many(state.entries, 'entry')} stored."
        )
    safe_html.show(safe_html.tag("div", *(safe_html.tag("div", line) for line in lines), class_="reading"))
    if state.moved_to and state.moved_to != feed.url:
        st.warning("The feed has moved permanently. The new line for feeds.yaml:")
        st.code(probe.as_yaml(replace(feed, url=state.moved_to)), language=None, wrap_lines=True)


def one(feed: Feed) -> None:
    """One feed: its state, its last rounds and entries, its line in feeds.yaml."""
    safe_html.show(safe_html.tag("h2", feed.name, class_="plain"))
    facts(feed.name)
    with st.container(horizontal=True):
        st.button(
            "Test it now", key="test_this", icon=":material/network_check:", on_click=feed_trial.begin, args=(feed,)
        )
        if st.button("Close", key="close_feed"):
            st.query_params.pop("feed", None)
            st.session_state["feed_closed"] = st.session_state.get("feed_closed", 0) + 1
            st.rerun()
    if st.session_state.get("trial_of") == feed.url:
        feed_trial.outcome()
    left, right = st.columns(2, gap="medium")
    with left:
        rounds = reads.rounds_of(feed.name)[:ROUNDS]
        st.text("Its last round" if len(rounds) == 1 else f"Its last {len(rounds)} rounds")
        st.dataframe(
            pd.DataFrame({
                "asked": pd.to_datetime([r.at for r in rounds], utc=True),
                "state": [STATE_WORDS.get(r.state, r.state) for r in rounds], "new": [r.new_entries for r in rounds],
                "unreadable": [r.bad_entries for r in rounds], "stored": [r.entries for r in rounds],
                "HTTP": [r.status for r in rounds], "error": [safe_html.cell(r.error) for r in rounds],
            }),
            hide_index=True, height="auto", column_config={"asked": feed_trial.moment()}, key="rounds", placeholder="",
            alt=f"The last {len(rounds)} rounds of this feed, newest first",
        )  # fmt: skip
        downloads.offer(
            "rounds", urlencode({"feed": feed.name}), name=f"rounds-{feed.name}", label="All its rounds as CSV"
        )
    with right:
        st.text("Its newest entries")
        entries = reads.found(Filter(feeds=(feed.name,)), ENTRIES, reads.newest_id())
        st.dataframe(
            pd.DataFrame(
                {
                    "time": pd.to_datetime([a.at for a in entries], utc=True),
                    "title": [safe_html.cell(a.title) for a in entries],
                    "direction": [DIRECTION_WORDS[a.direction] for a in entries],
                }
            ),
            hide_index=True,
            height="auto",
            column_config={"time": feed_trial.moment(), "title": st.column_config.TextColumn(width=330)},
            key="entries",
            alt=f"The newest {len(entries)} entries of this feed",
        )
        downloads.offer(
            "articles", urlencode({"feed": feed.name}), name=f"articles-{feed.name}", label="All its entries as CSV"
        )
    st.text("Its line in feeds.yaml")
    st.code(probe.as_yaml(feed), language=None, wrap_lines=True)
