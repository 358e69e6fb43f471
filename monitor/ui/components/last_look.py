"""When the viewer last looked, as the browser says (app/last_look.js) or the address (`?looked=`). Nothing of it is
kept here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote

import streamlit as st

from monitor.clock import parse_time

COOKIE = "looked"
FURTHEST = timedelta(days=60)


def looked(now: datetime) -> datetime | None:
    """In whole minutes, so that reads are shared; None where nobody says, or what is said cannot be."""
    kept = st.context.cookies.get(COOKIE)
    by_browser = unquote(kept) if isinstance(kept, str) else ""  # a page under test has a stand-in for a browser
    for text in (st.query_params.get(COOKIE), by_browser):
        if text and (at := parsed(text, now)):
            return at
    return None


def parsed(text: str, now: datetime) -> datetime | None:
    """An ISO time of the last 60 days, in UTC where it names no zone."""
    try:
        at = parse_time(text[:40]).replace(second=0, microsecond=0)
    except ValueError:
        return None
    return at if now - FURTHEST <= at < now - timedelta(minutes=1) else None
