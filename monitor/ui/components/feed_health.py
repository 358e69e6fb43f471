"""The health of every feed in one table, trouble first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.models import Feed, FeedState
from monitor.ui.components import row_selection, safe_html, speech, times
from monitor.ui.components.wording import (
    LANGUAGES,
    STATE_MEANS,
    STATE_WORDS,
    TIER,
    age,
    many,
)
from monitor.ui.queries import reads

TROUBLE = ("failing", "gone", "silent")
SHOWN = {"all": None, "in trouble": TROUBLE, "well": ("well", "empty"), "not asked": ("new", "off")}
COLORS = {
    "new": "gray", "well": "blue", "empty": "gray", "silent": "orange", "failing": "red", "gone": "red", "off": "gray",
}  # fmt: skip
RARE = ("unreadable", "error", "moved to")  # columns that are shown when some feed has something in them
FEW = 16  # feeds that are shown without a scroll bar of their own


def states() -> list[tuple[Feed, FeedState, str]]:
    """Every configured feed with its stored state, and the word for it, trouble first."""
    settings, _ = reads.context().settings.current()
    known = reads.feed_states()
    found = []
    for feed in settings.feeds:
        state = known.get(feed.name) or FeedState(feed.name, feed.url)
        found.append((feed, state, "off" if not feed.enabled else state.state))
    order = {"gone": 0, "failing": 1, "silent": 2, "new": 4, "off": 5}
    return sorted(found, key=lambda row: order.get(row[2], 3))


@speech.ticking(run_every=reads.TICK)
def health(wanted: tuple[str, ...] | None) -> None:
    """The only part that ticks."""
    rows, now = states(), reads.now()
    summary(rows)
    rows = [row for row in rows if wanted is None or row[2] in wanted]
    if not rows:
        st.info("No feed is in this state.")
        return
    table = pd.DataFrame({
        "feed": [safe_html.cell(feed.name) for feed, _, _ in rows],
        "state": [[STATE_WORDS[word]] for _, _, word in rows],
        "last answer": [age(state.last_success, now) for _, state, _ in rows],
        "new": [state.new_entries for _, state, _ in rows],
        "unreadable": [state.bad_entries for _, state, _ in rows],
        "stored": [state.entries for _, state, _ in rows],
        "last new entry": [age(state.last_new, now) for _, state, _ in rows],
        "next due": [due(state, word, now) for _, state, word in rows],
        "error": [safe_html.cell(state.error) for _, state, _ in rows],
        "HTTP": [state.status for _, state, _ in rows],
        "moved to": [safe_html.web_link(state.moved_to) for _, state, _ in rows],
        "publisher": [safe_html.cell(feed.publisher) for feed, _, _ in rows],
        "language": [LANGUAGES.get(feed.language or "", feed.language or "any") for feed, _, _ in rows],
        "tier": [feed.tier for feed, _, _ in rows],
        "address": [safe_html.web_link(feed.url) for feed, _, _ in rows],
    })  # fmt: skip
    names = [feed.name for feed, _, _ in rows]
    table = table.drop(columns=[name for name in RARE if not table[name].any()])
    troubled = sum(word in TROUBLE for _, _, word in rows)
    row_selection.table(
        table,
        names,
        "feed",
        height=row_selection.tall(len(rows), FEW),
        key=f"feeds_{hash((*names, st.session_state.get('feed_closed', 0)))}",
        placeholder="",
        column_config={
            "feed": st.column_config.TextColumn(pinned=True, width=170),
            "state": st.column_config.MultiselectColumn(
                options=list(STATE_WORDS.values()), color=list(COLORS.values()), width=125
            ),
            "address": st.column_config.LinkColumn(width=300),
            "moved to": st.column_config.LinkColumn(width="small"),
            "error": st.column_config.TextColumn(width=260),
            "new": st.column_config.NumberColumn(help="New entries in the last round"),
            "unreadable": st.column_config.NumberColumn(
                help="Entries of the last document that could not be read; they are tried again"
            ),
            "stored": st.column_config.NumberColumn(help="Entries of this feed, all time"),
            "tier": st.column_config.NumberColumn(help=TIER),
            "HTTP": st.column_config.NumberColumn(
                help="Status of the last answer: 200 is good, 304 means that nothing is new"
            ),
        },
        alt=f"Health of {many(len(rows), 'feed')}, {troubled} in trouble",
    )
    if st.query_params.get("feed") != st.session_state.get("feed_shown"):
        st.rerun()


def summary(rows: list[tuple[Feed, FeedState, str]]) -> None:
    """One line that answers whether the news is complete, states in words with their signs."""
    counts = {word: sum(row[2] == word for row in rows) for word in STATE_WORDS}
    asked = sum(count for word, count in counts.items() if word not in ("new", "off"))
    if not asked:
        st.info(f"{many(len(rows), 'feed')} configured, none polled yet.")
    elif asked == sum(counts[word] for word in ("failing", "gone")):
        st.error("No feed answers. Is there a network? The pages show what was stored before.")
    parts = [
        safe_html.tag("span", f"{count} {STATE_WORDS[word]}", title=STATE_MEANS[word])
        for word, count in counts.items()
        if count
    ]
    safe_html.show(safe_html.tag("p", safe_html.tag("span", f"{many(len(rows), 'feed')}:"), *parts, class_="card-head"))
    faulty = sum(reads.unreadable().values())
    for sentence in (*reads.waits(reads.now()), *([f"{many(faulty, 'article')} could not be read."] if faulty else [])):
        safe_html.note(sentence)


def due(state: FeedState, word: str, now) -> str:
    if word in ("off", "gone"):
        return "never"
    if state.next_due is None or state.next_due <= now:
        return "now"
    return times.local(state.next_due, now)
