"""The frame around every page: navigation, and what a viewer must know before reading any number.

Leaves everything else to the pages.
"""

from pathlib import Path

import streamlit as st

from monitor.errors import ClockError, ConfigError, StorageError
from monitor.ui import data

HERE = Path(__file__).parent
PAGES = (("overview.py", "Overview"), ("articles.py", "Articles"), ("feeds.py", "Feeds"))


def banners() -> None:
    """Synthetic data, a replayed clock, a broken configuration, a worker in trouble: said on every page."""
    notes = data.notes()
    if "synthetic" in notes:
        st.warning("Synthetic data: every article and price here was made up to show the program. Nothing of it happened.")
    if replay := data.context().clock.replay:
        st.info(replay[0].upper() + replay[1:])
    for key, head in (("configuration", "feeds.yaml has a fault; the last good configuration stays in force."), ("worker", "Polling has stopped:")):
        if key in notes:
            st.error(head)
            st.text(notes[key].value)
    if not data.holder():
        st.warning("Nobody is polling now: what you see is what was stored before.")


st.set_page_config(page_title="Gulf tension monitor", page_icon=str(HERE / "icon.svg"), layout="wide")
page = st.navigation(
    [st.Page(HERE / "views" / file, title=title, default=not number) for number, (file, title) in enumerate(PAGES)], position="top"
)
try:
    banners()
    page.run()
except (StorageError, ClockError, ConfigError) as fault:
    st.error("This page cannot be shown:")
    st.text(str(fault))
