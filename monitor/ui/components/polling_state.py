"""Who polls and does which step, how far behind polling is, and which steps fail."""

from __future__ import annotations

import re
from datetime import timedelta

import pandas as pd
import streamlit as st

from monitor import clock
from monitor.feeds import schedule
from monitor.language import _, n_, numeral
from monitor.ui.components import feed_health, safe_html, speech
from monitor.ui.components.wording import (
    STEP_FAILS,
    age,
    ahead,
)
from monitor.ui.queries import reads

LATE = timedelta(minutes=2)  # behind by so much is normal: a slow server, the pause at a host
MANY = 1  # processes from which on they are listed
PROCESS = re.compile(r"process (\d+) on (\S+) \(started \d+\)")


@speech.ticking(run_every=reads.TICK)
def pollers() -> None:
    """Who polls now and how far behind; a table where there are several. Ticks."""
    found, now = reads.pollers(), clock.real_now()
    if len(found) <= MANY:
        for one in found:
            safe_html.note(
                _(
                    "Polling is running (last sign {ago}): {process}.",
                    ago=age(one.heartbeat, now),
                    process=named(one.holder),
                )
            )
    else:
        st.text(n_("{n} process polls", "{n} processes poll", len(found)))
        st.dataframe(
            pd.DataFrame(
                {
                    "process": [safe_html.cell(named(one.holder)) for one in found],
                    "last sign": [age(one.heartbeat, now) for one in found],
                    "since": [age(one.since, now) for one in found],
                    "feeds it polls now": [one.feeds for one in found],
                    "steps it does": [", ".join(one.steps) for one in found],
                }
            ),
            hide_index=True,
            height="auto",
            key="pollers",
            placeholder="",
            column_config={
                "process": _("process"),
                "last sign": _("last sign"),
                "since": _("since"),
                "feeds it polls now": _("feeds it polls now"),
                "steps it does": _("steps it does"),
            },
            alt=n_("{n} process that polls", "{n} processes that poll", len(found)),
        )
    if found:
        late, longest = schedule.behind(
            [state for feed, state, word in feed_health.states() if word != "off"], reads.now()
        )
        if longest > LATE:
            safe_html.note(
                n_(
                    "{n} feed due and not polled yet, the first for {minutes} min.",
                    "{n} feeds due and not polled yet, the first for {minutes} min.",
                    late,
                    n=numeral(late),
                    minutes=f"{longest.total_seconds() / 60:.0f}",
                )
            )


def named(holder: str) -> str:
    """A process for people: without its start, which tells apart those that had the same number."""
    found = PROCESS.fullmatch(holder)
    return _("process {number} on {host}", number=found[1], host=found[2]) if found else holder


@speech.ticking(run_every=reads.TICK)
def steps() -> None:
    """The steps of the pipeline that fail: which, since when, why, and when they are tried again. Ticks."""
    found, now = reads.failing_steps(), clock.real_now()
    if not found:
        return
    st.text(_("Steps that fail now"))
    st.dataframe(
        pd.DataFrame(
            {
                "step": [failure.step for failure in found],
                "what it means": [
                    _(STEP_FAILS[failure.step]) if failure.step in STEP_FAILS else "" for failure in found
                ],
                "failing since": [age(failure.since, now) for failure in found],
                "times in a row": [failure.failures for failure in found],
                "next try": [ahead(failure.next_try, now) if failure.next_try else "" for failure in found],
                "error": [safe_html.cell(failure.error) for failure in found],
            }
        ),
        hide_index=True,
        height="auto",
        key="steps",
        placeholder="",
        column_config={
            "step": _("step"),
            "what it means": _("what it means"),
            "failing since": _("failing since"),
            "times in a row": _("times in a row"),
            "next try": _("next try"),
            "error": _("error"),
        },
        alt=n_("{n} step that fails", "{n} steps that fail", len(found)),
    )
