"""Times in the viewer's time zone, with UTC as the tooltip of each. Files and exports stay in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_datetime

from monitor.language import _, spoken
from monitor.ui.components import safe_html

# a table is sorted by its times, so the browser writes them, and knows names of months in English alone
IN_TABLES = {"en": "D MMM HH:mm", "fr": "DD/MM HH:mm", "ar": "DD/MM HH:mm", "fa": "MM/DD HH:mm"}


def zone() -> tzinfo:
    """The browser's time zone, UTC where it names none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # a browser may name anything
        return UTC


def zone_name() -> str:
    return str(zone())


def stamp(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`14:02` today, `1 Mar 14:02` within a year, otherwise with the year."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    if here.date() == today.date():
        return f"{here:%H:%M}"
    form = "d MMM HH:mm" if here.year == today.year else "d MMM y HH:mm"
    return format_datetime(here, form, tzinfo=here.tzinfo, locale=spoken())


def column(width: int, label: str = "") -> Any:
    """A table's column of times in the viewer's time zone, which is named where the column is just that of times."""
    label = label or _("time ({zone})", zone=zone_name())
    return st.column_config.DatetimeColumn(label, format=IN_TABLES[spoken()], timezone=zone_name(), width=width)


def local(at: datetime, now: datetime) -> str:
    return stamp(at, now, zone())


def shown(at: datetime, now: datetime) -> safe_html.Html:
    """A time with UTC as its tooltip."""
    return safe_html.tag("time", local(at, now), datetime=at.isoformat(), title=f"{at:%Y-%m-%d %H:%M} UTC")
