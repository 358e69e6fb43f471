"""The pages, in the order of the navigation."""

from functools import lru_cache
from pathlib import Path

import streamlit as st

from monitor.language import N_, _, spoken

VIEWS = Path(__file__).parent.parent / "views"
PAGES = (
    ("overview.py", N_("Overview")), ("stories.py", N_("Stories")), ("articles.py", N_("Articles")),
    ("map.py", N_("Where and who")), ("oil.py", N_("Oil")), ("why.py", N_("Why")), ("alerts.py", N_("Alerts")),
    ("feeds.py", N_("Feeds")), ("trust.py", N_("Trust")),
)  # fmt: skip


def page(file: str, title: str, *, default: bool = False) -> st.Page:
    return st.Page(VIEWS / file, title=_(title), default=default)


def target(file: str) -> st.Page:
    """What a link to a page needs, made once: given by its path,
    each link would look up the real path of every page again.
    """
    return _target(file, spoken())


@lru_cache
def _target(file: str, language: str) -> st.Page:
    return page(file, dict(PAGES)[file])
