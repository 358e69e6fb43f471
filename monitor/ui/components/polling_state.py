"""Who polls and does which step, how far behind polling is, and which steps fail."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from monitor import clock
from monitor.feeds import schedule
from monitor.ui.components import feed_health, safe_html, speech
from monitor.ui.components.wording import (
    STEP_FAILS,
    age,
    ahead,
    many,
)
from monitor.ui.queries import reads

LATE = timedelta(minutes=2)  # behind by so much is normal: a slow server, the pause at a host
MANY = 1  # processes from which on they are listed


@speech.ticking(run_every=reads.TICK)
def pollers() -> None:
    """Who polls now and how far behind; a table where there are several. Ticks."""
    found, now = reads.pollers(), clock.real_now()
    if len(found) <= MANY:
        for one in found:
            safe_html.note(f"Polling is running (last sign {age(one.heartbeat, now)}): {one.holder}.")
    else:
        st.text(f"{len(found)} processes poll")
        st.dataframe(
            pd.DataFrame(
                {
                    "process": [safe_html.cell(one.holder) for one in found],
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
            alt=f"{len(found)} processes that poll",
        )
    if found:
        late, longest = schedule.behind(
            [state for _, state, word in feed_health.states() if word != "off"], reads.now()
        )
        if longest > LATE:
            safe_html.note(
                f"{many(late, 'feed')} due and not polled yet, the first for {longest.total_seconds() / 60:.0f} min."
            )


@speech.ticking(run_every=reads.TICK)
def steps() -> None:
    """The steps of the pipeline that fail: which, since when, why, and when they are tried again. Ticks."""
    found, now = reads.failing_steps(), clock.real_now()
    if not found:
        return
    st.text("Steps that fail now")
    st.dataframe(
        pd.DataFrame(
            {
                "step": [failure.step for failure in found],
                "what it means": [STEP_FAILS.get(failure.step, "") for failure in found],
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
        alt=f"{many(len(found), 'step')} that fail",
    )
