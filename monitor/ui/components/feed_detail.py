"""One feed: its state in full words, its last rounds and entries, its line in feeds.yaml."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.feeds import probe
from monitor.language import _, n_, numeral
from monitor.models import Feed
from monitor.storage.articles import Filter
from monitor.ui.components import downloads, feed_health, feed_trial, safe_html, speech, times
from monitor.ui.components.wording import (
    DIRECTION_WORDS,
    STATE_MEANS,
    STATE_WORDS,
    age,
    fault,
)
from monitor.ui.queries import reads

ENTRIES = 12  # of one feed, shown on its own
ROUNDS = 30


@speech.ticking(run_every=reads.TICK)
def facts(name: str) -> None:
    """The state of one feed in full words; ticks."""
    feed, state, word = next(row for row in feed_health.states() if row[0].name == name)
    now = reads.now()
    lines = [
        _("{state}: {meaning}.", state=_(STATE_WORDS[word]), meaning=_(STATE_MEANS[word])),
        _("Address: {address}", address=feed.url),
    ]
    if state.bad_entries:
        lines.append(
            n_(
                "{n} entry of its last document could not be read. Tried again at the next round; the log says why.",
                "{n} entries of its last document could not be read. Tried again at the next round; the log says why.",
                state.bad_entries,
                n=numeral(state.bad_entries),
            )
        )
    if faulty := reads.unreadable().get(name):
        lines.append(
            n_(
                "{n} article of all that it brought could not be read; each says why.",
                "{n} articles of all that it brought could not be read; each says why.",
                faulty,
                n=numeral(faulty),
            )
        )
    if state.error:
        lines.append(
            n_(
                "Error: {error} ({n} time in a row)",
                "Error: {error} ({n} times in a row)",
                state.failures,
                n=numeral(state.failures),
                error=fault(state.failure, state.error),
            )
        )
    lines.append(
        _(
            "Last asked {asked}, last answer {answer}, last new entry {new}, next due {due}.",
            asked=age(state.last_polled, now),
            answer=age(state.last_success, now),
            new=age(state.last_new, now),
            due=feed_health.due(state, word, now),
        )
    )
    if state.interval:
        every = _("Asked every {minutes} min.", minutes=f"{state.interval.total_seconds() / 60:.0f}")
        stored = n_("{n} entry stored.", "{n} entries stored.", state.entries, n=numeral(state.entries))
        lines.append(f"{every} {stored}")
    safe_html.show(safe_html.tag("div", *(safe_html.tag("div", line) for line in lines), class_="reading"))
    if state.moved_to and state.moved_to != feed.url:
        st.warning(_("The feed has moved permanently. The new line for feeds.yaml:"))
        st.code(probe.as_yaml(replace(feed, url=state.moved_to)), language=None, wrap_lines=True)


def one(feed: Feed) -> None:
    """One feed: its state, its last rounds and entries, its line in feeds.yaml."""
    safe_html.show(safe_html.tag("h2", feed.name, class_="plain"))
    facts(feed.name)
    with st.container(horizontal=True):
        st.button(
            _("Test it now"), key="test_this", icon=":material/network_check:", on_click=feed_trial.begin, args=(feed,)
        )
        if st.button(_("Close"), key="close_feed"):
            st.query_params.pop("feed", None)
            st.session_state["feed_closed"] = st.session_state.get("feed_closed", 0) + 1
            st.rerun()
    if st.session_state.get("trial_of") == feed.url:
        feed_trial.outcome()
    left, right = st.columns(2, gap="medium")
    with left:
        rounds = reads.rounds_of(feed.name)[:ROUNDS]
        st.text(n_("Its last round", "Its last {n} rounds", len(rounds)))
        st.dataframe(
            pd.DataFrame({
                "asked": pd.to_datetime([r.at for r in rounds], utc=True),
                "state": [_(STATE_WORDS.get(r.state, r.state)) for r in rounds], "new": [r.new_entries for r in rounds],
                "unreadable": [r.bad_entries for r in rounds], "stored": [r.entries for r in rounds],
                "HTTP": [r.status for r in rounds],
                "error": [safe_html.cell(fault(r.failure, r.error)) for r in rounds],
            }),
            hide_index=True, height="auto", key="rounds", placeholder="",
            column_config={
                "asked": times.column(110), "state": _("state"), "new": _("new"), "unreadable": _("unreadable"),
                "stored": _("stored"), "error": _("error"),
            },
            alt=n_(
                "The last round of this feed", "The last {n} rounds of this feed, newest first", len(rounds)
            ),
        )  # fmt: skip
        downloads.offer(
            "rounds", urlencode({"feed": feed.name}), name=f"rounds-{feed.name}", label=_("All its rounds as CSV")
        )
    with right:
        st.text(_("Its newest entries"))
        entries = reads.found(Filter(feeds=(feed.name,)), ENTRIES, reads.newest_id())
        st.dataframe(
            pd.DataFrame(
                {
                    "time": pd.to_datetime([a.at for a in entries], utc=True),
                    "title": [safe_html.cell(a.title) for a in entries],
                    "direction": [_(DIRECTION_WORDS[a.direction]) for a in entries],
                }
            ),
            hide_index=True,
            height="auto",
            column_config={
                "time": times.column(110),
                "title": st.column_config.TextColumn(_("title"), width=330),
                "direction": _("direction"),
            },
            key="entries",
            alt=n_("The newest entry of this feed", "The newest {n} entries of this feed", len(entries)),
        )
        downloads.offer(
            "articles", urlencode({"feed": feed.name}), name=f"articles-{feed.name}", label=_("All its entries as CSV")
        )
    st.text(_("Its line in feeds.yaml"))
    st.code(probe.as_yaml(feed), language=None, wrap_lines=True)
