"""A test of one address: it is asked once, and nothing is stored."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.feeds import probe
from monitor.feeds.probe import ProbeResult
from monitor.language import _, n_, numeral
from monitor.models import Feed
from monitor.ui.components import safe_html, speech, times
from monitor.ui.components.wording import (
    DIRECTION_WORDS,
    LANGUAGES,
    commas,
    kinds,
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
    st.text(_("Asking {address} ...", address=safe_html.sound(st.session_state["trial_of"])[:200]))


def outcome() -> None:
    """What came of the last test of this session."""
    future = st.session_state["trial"]
    if future is None:
        st.warning(_("Too many tests are running. Try again in a minute."))
    elif not future.done():
        waiting()
    elif fault := future.exception():
        safe_html.banner("error", _("The test itself failed:"), type(fault).__name__)
    else:
        answer(future.result())


def test_form(shown_above: str) -> None:
    """The form, with the outcome below it unless the outcome is shown with its feed already."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Test an address"),
            key="address",
            placeholder="https://example.org/feed.xml",
            max_chars=2000,
            width=480,
            on_change=begin_typed,
        )
        st.button(_("Test"), key="test", type="primary", on_click=begin_typed)
    safe_html.note(
        _(
            "The address is asked once, under the limits that polling has: public addresses only. Nothing is stored, "
            "and feeds.yaml is not changed."
        )
    )
    if "trial" in st.session_state and st.session_state["trial_of"] != shown_above:
        outcome()


def answer(found: ProbeResult) -> None:
    status = f"HTTP {found.status}" if found.status else _("no HTTP answer")
    facts = [_("{address}: {answer}, {status}", address=found.feed.url, answer=found.answer, status=status)]
    if found.parsed:
        count = len(found.entries)
        newest = _("newest {time}", time=times.local(found.newest, reads.now())) if found.newest else None
        untitled = _("no title")
        facts.append(
            commas(
                (
                    f"{found.parsed.title or untitled} ({found.parsed.kind})",
                    n_("{n} entry", "{n} entries", count, n=numeral(count)),
                    newest or _("no certain date"),
                )
            )
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
        entries, readings = found.entries[:ENTRIES], found.readings[:ENTRIES]
        st.dataframe(
            pd.DataFrame(
                {
                    "published": pd.to_datetime([e.published for e in entries], utc=True),
                    "title": [safe_html.cell(e.title) for e in entries],
                    "direction": [_(DIRECTION_WORDS[r.direction]) for r in readings],
                    "signals": [kinds(r.categories) for r in readings],
                    "language": [_(LANGUAGES.get(r.lang, r.lang)) if r.lang else "" for r in readings],
                }
            ),
            hide_index=True,
            column_config={
                "published": times.column(110),
                "title": _("title"),
                "direction": _("direction"),
                "signals": _("signals"),
                "language": _("language"),
            },
            key="tried",
            placeholder="",
            alt=n_(
                "The first entry of the address tested", "The first {n} entries of the address tested", len(entries)
            ),
        )
    feeds = reads.context().settings.current()[0].feeds
    if any(feed.url == found.feed.url for feed in feeds):
        st.text(_("It is in feeds.yaml already."))
    else:
        st.text(_("To poll it, add this line below feeds: in feeds.yaml, and check publisher, tier and country."))
        st.code(probe.as_yaml(probe.proposed(found, [feed.name for feed in feeds])), language=None, wrap_lines=True)
