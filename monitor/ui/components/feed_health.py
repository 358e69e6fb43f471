"""The health of every feed in one table, trouble first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.language import N_, _, n_, numeral
from monitor.models import Feed, FeedState
from monitor.ui.components import row_selection, safe_html, speech, times
from monitor.ui.components.wording import (
    LANGUAGES,
    STATE_MEANS,
    STATE_WORDS,
    TIER,
    age,
    fault,
)
from monitor.ui.queries import reads

TROUBLE = ("failing", "gone", "silent")
SHOWN = {N_("all"): None, N_("in trouble"): TROUBLE, N_("well"): ("well", "empty"), N_("not asked"): ("new", "off")}
COLORS = {
    "new": "gray", "well": "blue", "empty": "gray", "silent": "orange", "failing": "red", "gone": "red", "off": "gray",
}  # fmt: skip
RARE = ("unreadable", "error", "moved to")  # columns that are shown when some feed has something in them
FEW = 16  # feeds that are shown without a scroll bar of their own


def states() -> list[tuple[Feed, FeedState, str]]:
    """Every configured feed with its stored state, and the word for it, trouble first."""
    known = reads.feed_states()
    found = []
    for feed in reads.context().settings.current()[0].feeds:
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
        st.info(_("No feed is in this state."))
        return
    feeds, stored = [feed for feed, *rest in rows], [state for feed, state, word in rows]
    table = pd.DataFrame({
        "feed": [safe_html.cell(feed.name) for feed in feeds],
        "state": [[_(STATE_WORDS[word])] for *rest, word in rows],
        "last answer": [age(state.last_success, now) for state in stored],
        "new": [state.new_entries for state in stored],
        "unreadable": [state.bad_entries for state in stored],
        "stored": [state.entries for state in stored],
        "last new entry": [age(state.last_new, now) for state in stored],
        "next due": [due(state, word, now) for feed, state, word in rows],
        "error": [safe_html.cell(fault(state.failure, state.error)) for state in stored],
        "HTTP": [state.status for state in stored],
        "moved to": [safe_html.web_link(state.moved_to) for state in stored],
        "publisher": [safe_html.cell(feed.publisher) for feed in feeds],
        "language": [
            _(LANGUAGES.get(feed.language, feed.language)) if feed.language else _("any") for feed in feeds
        ],
        "tier": [feed.tier for feed in feeds],
        "address": [safe_html.web_link(feed.url) for feed in feeds],
    })  # fmt: skip
    names = [feed.name for feed in feeds]
    table = table.drop(columns=[name for name in RARE if not table[name].any()])
    troubled = sum(word in TROUBLE for *rest, word in rows)
    row_selection.table(
        table,
        names,
        "feed",
        height=row_selection.tall(len(rows), FEW),
        key=f"feeds_{hash((*names, st.session_state.get('feed_closed', 0)))}",
        placeholder="",
        column_config={
            "feed": st.column_config.TextColumn(_("feed"), pinned=True, width=170),
            "state": st.column_config.MultiselectColumn(
                _("state"), options=[_(word) for word in STATE_WORDS.values()], color=list(COLORS.values()), width=125
            ),
            "last answer": _("last answer"),
            "new": st.column_config.NumberColumn(_("new"), help=_("New entries in the last round")),
            "unreadable": st.column_config.NumberColumn(
                _("unreadable"), help=_("Entries of the last document that could not be read; they are tried again")
            ),
            "stored": st.column_config.NumberColumn(_("stored"), help=_("Entries of this feed, all time")),
            "last new entry": _("last new entry"),
            "next due": _("next due"),
            "error": st.column_config.TextColumn(_("error"), width=260),
            "HTTP": st.column_config.NumberColumn(
                help=_("Status of the last answer: 200 is good, 304 means that nothing is new")
            ),
            "moved to": st.column_config.LinkColumn(_("moved to"), width="small"),
            "publisher": _("publisher"),
            "language": _("language"),
            "tier": st.column_config.NumberColumn(_("tier"), help=_(TIER)),
            "address": st.column_config.LinkColumn(_("address"), width=300),
        },
        alt=n_(
            "Health of {n} feed, {troubled} in trouble",
            "Health of {n} feeds, {troubled} in trouble",
            len(rows),
            n=numeral(len(rows)),
            troubled=troubled,
        ),
    )
    if st.query_params.get("feed") != st.session_state.get("feed_shown"):
        st.rerun()


def summary(rows: list[tuple[Feed, FeedState, str]]) -> None:
    """One line that answers whether the news is complete, states in words with their signs."""
    counts = {word: sum(row[2] == word for row in rows) for word in STATE_WORDS}
    asked = sum(count for word, count in counts.items() if word not in ("new", "off"))
    if not asked:
        st.info(
            n_(
                "{n} feed configured, none polled yet.",
                "{n} feeds configured, none polled yet.",
                len(rows),
                n=numeral(len(rows)),
            )
        )
    elif asked == sum(counts[word] for word in ("failing", "gone")):
        st.error(_("No feed answers. Is there a network? The pages show what was stored before."))
    parts = [
        safe_html.tag("span", f"{count} {_(STATE_WORDS[word])}", title=_(STATE_MEANS[word]))
        for word, count in counts.items()
        if count
    ]
    head = n_("{n} feed:", "{n} feeds:", len(rows), n=numeral(len(rows)))
    safe_html.show(safe_html.tag("p", safe_html.tag("span", head), *parts, class_="card-head"))
    sentences = reads.waits(reads.now())
    if faulty := sum(reads.unreadable().values()):
        sentences.append(
            n_("{n} article could not be read.", "{n} articles could not be read.", faulty, n=numeral(faulty))
        )
    for sentence in sentences:
        safe_html.note(sentence)


def due(state: FeedState, word: str, now) -> str:
    if word in ("off", "gone"):
        return _("never")
    if state.next_due is None or state.next_due <= now:
        return _("now")
    return times.local(state.next_due, now)
