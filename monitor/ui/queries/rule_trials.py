"""Rules tried on what is stored, for the Alerts page; shared by all viewers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from monitor.alerts import rehearsal
from monitor.config.trial import rule_of
from monitor.models import Alert
from monitor.ui.queries import reads


@st.cache_data(ttl=600.0, show_spinner="Trying the rule on the past", max_entries=16)
def tried(line: str, since: datetime, until: datetime) -> list[Alert]:
    """The alerts that a rule, as its line in feeds.yaml, would have given in a span, oldest first. `until`
    in full hours, so that an answer is shared.
    """
    settings, _ = reads.context().settings.current()
    alone = replace(settings, alerts=(rule_of(line, settings),))
    return rehearsal.rehearse(reads.context().store, alone, since, until)
