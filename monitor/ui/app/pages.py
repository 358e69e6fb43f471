"""The pages, in the order of the navigation."""

from functools import lru_cache
from pathlib import Path

import streamlit as st

VIEWS = Path(__file__).parent.parent / "views"
PAGES = (
    ("overview.py", "Overview"), ("stories.py", "Stories"), ("articles.py", "Articles"), ("map.py", "Where and who"),
    ("oil.py", "Oil"), ("why.py", "Why"), ("alerts.py", "Alerts"), ("feeds.py", "Feeds"),
    ("trust.py", "Trust"),
)  # fmt: skip


def page(file: str, title: str, *, default: bool = False) -> st.Page:
    return st.Page(VIEWS / file, title=title, default=default)


@lru_cache
def target(file: str) -> st.Page:
    """What a link to a page needs, made once: given by its path,
    each link would look up the real path of every page again.
    """
    return page(file, dict(PAGES)[file])
