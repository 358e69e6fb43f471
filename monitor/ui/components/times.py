"""Times in the viewer's time zone, with UTC as the tooltip of each. Files and exports stay in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from monitor.ui.components import safe_html


def zone() -> tzinfo:
    """The browser's time zone, UTC where it names none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # a browser may name anything
        return UTC


def language() -> str | None:
    """The language of the viewer's browser, as `fr`; None where it names none."""
    named = (st.context.locale or "").replace("_", "-").partition("-")[0].lower()
    return named or None


def zone_name() -> str:
    return str(zone())


def stamp(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`14:02` today, `1 Mar 14:02` within a year, otherwise with the year."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here.day} {here:%b %H:%M}" if here.year == today.year else f"{here.day} {here:%b %Y %H:%M}"


def local(at: datetime, now: datetime) -> str:
    return stamp(at, now, zone())


def shown(at: datetime, now: datetime) -> safe_html.Html:
    """A time with UTC as its tooltip."""
    return safe_html.tag("time", local(at, now), datetime=at.isoformat(), title=f"{at:%Y-%m-%d %H:%M} UTC")
