"""How old the newest values of series of files are, and what is wrong with the files."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.language import _, n_
from monitor.models import SeriesState
from monitor.prices.series.age import stale
from monitor.ui.components import safe_html, series_faults, speech
from monitor.ui.components.wording import (
    age,
    ahead,
)
from monitor.ui.queries import reads


@speech.ticking(run_every=reads.TICK)
def series_of_files() -> None:
    """The series of files in feeds.yaml: how old the newest value is, and what is wrong with the file. Ticks."""
    known, now = reads.series_states(), reads.now()
    shown = [one for one in reads.context().settings.current()[0].series if one.enabled]
    if not shown:
        return
    states = [known.get(one.name) or SeriesState(one.name, one.url) for one in shown]
    newest = [reads.newest_value(one.name, now) for one in shown]
    st.text(_("Series of files"))
    st.dataframe(
        pd.DataFrame({
            "series": [safe_html.cell(one.name) for one in shown],
            "newest day": [value.day.date() if value else None for value in newest],
            "value": [value.value if value else None for value in newest],
            "unit": [safe_html.cell(one.unit) for one in shown],
            "last answer": [age(state.last_success, now) for state in states],
            "last new value": [age(state.last_new, now) for state in states],
            "next due": [ahead(state.next_due, now) if state.next_due else "" for state in states],
            "error": [safe_html.cell(series_faults.error(state)) for state in states],
            "stale": [
                safe_html.cell(stale(one, value, now)) if value else ""
                for one, value in zip(shown, newest, strict=True)
            ],
            "address": [safe_html.web_link(one.url) for one in shown],
        }),
        hide_index=True, height="auto", key="series_of_files", placeholder="",
        column_config={
            "series": _("series"), "newest day": _("newest day"), "value": _("value"), "unit": _("unit"),
            "last answer": _("last answer"), "last new value": _("last new value"), "next due": _("next due"),
            "error": _("error"), "stale": _("stale"),
            "address": st.column_config.LinkColumn(_("address"), width=300),
        },
        alt=n_(
            "{n} series of files, {failing} failing", "{n} series of files, {failing} failing", len(shown),
            failing=sum(state.error is not None for state in states),
        ),
    )  # fmt: skip
