"""A test of one address: it is asked once, and nothing is stored."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.feeds import probe
from monitor.feeds.probe import ProbeResult
from monitor.models import Feed
from monitor.ui.components import safe_html, speech, times
from monitor.ui.components.wording import (
    DIRECTION_WORDS,
    LANGUAGES,
    kinds,
    many,
)
from monitor.ui.queries import feed_test, reads

ENTRIES = 12  # of one feed, shown on its own


def begin(feed: Feed) -> None:
    """Start a test, unless this session's last one is of the same address and under way."""
    running = st.session_state.get("trial")
    if running is None or running.done() or st.session_state["trial_of"] != feed.url:
        st.session_state["trial"], st.session_state["trial_of"] = feed_test.feed_tests().start(feed), feed.url


def begin_typed() -> None:
    if address := (st.session_state.get("address") or "").strip():
        begin(feed_test.feed_of(address))


@speech.ticking(run_every=1.0)
def waiting() -> None:
    """Waits for the answer without redrawing the rest of the page."""
    future = st.session_state.get("trial")
    if future is not None and future.done():
        st.rerun()
    st.text(f"Asking {safe_html.sound(st.session_state['trial_of'])[:200]} ...")


def outcome() -> None:
    """What came of the last test of this session."""
    future = st.session_state["trial"]
    if future is None:
        st.warning("Too many tests are running. Try again in a minute.")
    elif not future.done():
        waiting()
    elif fault := future.exception():
        safe_html.banner("error", "The test itself failed:", type(fault).__name__)
    else:
        answer(future.result())


def test_form(shown_above: str) -> None:
    """The form, with the outcome below it unless the outcome is shown with its feed already."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Test an address",
            key="address",
            placeholder="https://example.org/feed.xml",
            max_chars=2000,
            width=480,
            on_change=begin_typed,
        )
        st.button("Test", key="test", type="primary", on_click=begin_typed)
    safe_html.note(
        "The address is asked once, under the limits that polling has: public addresses only. Nothing is stored, and "
        "feeds.yaml is not changed."
    )
    if "trial" in st.session_state and st.session_state["trial_of"] != shown_above:
        outcome()


def answer(found: ProbeResult) -> None:
    status = f"HTTP {found.status}" if found.status else "no HTTP answer"
    facts = [f"{found.feed.url}: {found.answer}, {status}"]
    if found.parsed:
        newest = f"newest {times.local(found.newest, reads.now())}" if found.newest else "no certain date"
        facts.append(
            f"{found.parsed.title or 'no title'} ({found.parsed.kind}), {many(len(found.entries), 'entry')}, {newest}"
        )
    facts.append(found.remark)
    sign = "● " if found.well else "✕ "
    safe_html.show(
        safe_html.tag(
            "div", *(safe_html.tag("div", fact) for fact in [sign + facts[0], *facts[1:]] if fact), class_="reading"
        )
    )
    if not found.well:
        return
    if found.entries:
        shown = list(zip(found.entries, found.readings, strict=True))[:ENTRIES]
        st.dataframe(
            pd.DataFrame(
                {
                    "published": pd.to_datetime([e.published for e, _ in shown], utc=True),
                    "title": [safe_html.cell(e.title) for e, _ in shown],
                    "direction": [DIRECTION_WORDS[r.direction] for _, r in shown],
                    "signals": [kinds(r.categories) for _, r in shown],
                    "language": [LANGUAGES.get(r.lang or "", r.lang or "") for _, r in shown],
                }
            ),
            hide_index=True,
            column_config={"published": moment()},
            key="tried",
            placeholder="",
            alt=f"The first {len(shown)} entries of the address tested",
        )
    settings, _ = reads.context().settings.current()
    if any(feed.url == found.feed.url for feed in settings.feeds):
        st.text("It is in feeds.yaml already.")
    else:
        st.text("To poll it, add this line below feeds: in feeds.yaml, and check publisher, tier and country.")
        st.code(
            probe.as_yaml(probe.proposed(found, [feed.name for feed in settings.feeds])), language=None, wrap_lines=True
        )


def moment():
    return st.column_config.DatetimeColumn(
        f"time ({times.zone_name()})", format="D MMM HH:mm", timezone=times.zone_name(), width=110
    )
