"""The health of every feed, who polls, the history of one feed, and a test of any address. Its parts are in
ui/components: feed_health, polling_state, feed_detail, feed_trial, series_health.
"""

from urllib.parse import urlencode

import streamlit as st

from monitor.language import _
from monitor.ui.components import (
    downloads,
    feed_detail,
    feed_health,
    feed_trial,
    polling_state,
    safe_html,
    series_health,
    speech,
)

st.title(_("Feeds"), anchor=False)
polling_state.pollers()
polling_state.steps()
st.session_state["feed_shown"] = name = st.query_params.get("feed")
speech.bound("feeds_shown", feed_health.SHOWN, _)
shown = st.segmented_control(
    _("Show"),
    list(feed_health.SHOWN),
    default="all",
    format_func=_,
    key="feeds_shown",
    bind="query-params",
    required=True,
    label_visibility="collapsed",
)
feed_health.health(feed_health.SHOWN[shown])
downloads.offer(
    "feeds",
    urlencode([("state", word) for word in feed_health.SHOWN[shown] or ()]),
    name=f"feeds-{shown}".replace(" ", "-"),
)
opened = None
if name:
    if opened := next((row for row in feed_health.states() if row[0].name == name), None):
        with st.container(border=True, key="feed"):
            feed_detail.one(opened[0])
    else:
        st.text(_("There is no feed with this name in feeds.yaml."))
else:
    series_health.series_of_files()
    safe_html.note(_("Click a feed for its last rounds and entries, a test, and its line in feeds.yaml."))
feed_trial.test_form(opened[0].url if opened else "")
