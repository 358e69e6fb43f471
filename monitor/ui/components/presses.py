"""The press by language or by group of countries: each against its own normal, how far apart two groups of languages
are, and who moves first. Computed when a viewer asks.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from monitor.clock import midnight
from monitor.index import languages
from monitor.index.leads import Lead
from monitor.models import IndexPoint
from monitor.ui.components import downloads, number_table, safe_html
from monitor.ui.components.wording import LANGUAGES, MEASURES, provisional
from monitor.ui.queries import press, reads

BY = {"language": "Language", "country": "Country of the feed"}


def show(now: datetime) -> None:
    st.header("The press by language and country", anchor=False)
    if not st.toggle("Show it", key="press", bind="query-params", help="It is computed when you ask"):
        st.text("How the press of each language or country reports, each against its own normal, and who moves first.")
        return
    by = st.segmented_control(
        "Press by", list(BY), default="language", format_func=BY.__getitem__, key="press_by", bind="query-params",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    found = press.presses(midnight(now), by)
    days = [point.at for points in found.points.values() for point in points if point.tension is not None]
    if days:
        newest(found, max(days), by)
    lacking = [
        (one, points[-1])
        for one, points in found.points.items()
        if points[-1].at != max(days, default=None) or points[-1].tension is None
    ]
    if lacking:
        why = "; ".join(f"{named(one)} ({point.missing})" for one, point in lacking)
        safe_html.note(
            f"Not enough of a press: {why}. A press is shown from {languages.FEWEST_PUBLISHERS} publishers on."
        )
    elif not found.points:
        safe_html.note("No feed names a country; `country` in feeds.yaml says which press it belongs to.")


def newest(found: press.Presses, day: datetime, by: str) -> None:
    """The newest finished day of each press, the wedge, and who moves first."""
    shown = {
        one: points[-1]
        for one, points in found.points.items()
        if points[-1].at == day and points[-1].tension is not None
    }
    rows = [
        {"press": named(one), "publishers": point.publishers}
        | {MEASURES[name]: estimate(point, name) for name in MEASURES}
        for one, point in shown.items()
    ]
    number_table.show(
        rows, key="press_table",
        alt=f"Tension, relief and attention of each press on {day:%Y-%m-%d}",
    )  # fmt: skip
    safe_html.note(
        f"{day:%Y-%m-%d}, the newest finished day; 90 % ranges in brackets. 100 is normal for that press, so "
        "the rows say who reports more than usual, not who reports more."
    )
    if "provisional" in {point.status for point in shown.values()}:
        safe_html.note(provisional(reads.context().settings.current()[0].index.span))
    near, far = (found.points.get(group, []) for group in (languages.NEAR, languages.FAR))
    for wedge in languages.wedges(near, far):
        if wedge.at == day:
            st.text(wedge_line(wedge))
    asked = urlencode({"by": by})
    downloads.offer("press", asked, label=f"Download the last {press.DAYS} days as CSV", name=f"press-by-{by}")
    first(found.leads, asked, by)


def first(leads: list[Lead], asked: str, by: str) -> None:
    """Which press moved before the others, where one did."""
    st.subheader("Who moves first", anchor=False)
    tested = [one for one in leads if one.hours is not None]
    clear = [one for one in tested if one.clear]
    lines = [lead_line(one) for one in clear]
    if not tested:
        lines = [f"Nothing to say yet: {leads[0].note}." if leads else "Nothing to say yet."]
    elif not clear:
        lines = ["No press is clearly ahead of the others or behind them."]
    st.text("\n".join(lines))
    rows = [
        {"press": code_name(one.press), "measure": MEASURES[one.measure], "hours ahead": one.hours,
         "correlation": one.correlation, "band": one.band, "clear": "yes" if one.clear else "no", "n": one.n}
        for one in tested
    ]  # fmt: skip
    if rows:
        number_table.show(
            rows, key="leads_table", formats={"hours ahead": "%+d", "correlation": "%.2f", "band": "%.2f"},
            alt="How many hours the share of coverage of each press is ahead of that of all others",
        )  # fmt: skip
    safe_html.note(
        f"Changes, every six hours, of each measure's share of the coverage of 24 hours, of each press against all "
        f"others, over {press.DAYS} days: the lag at which they went together most closely. 95 % of unrelated presses "
        "stay under the band at every lag. Being ahead is no proof that others follow."
    )
    downloads.offer("press-leads", asked, label="Download these leads as CSV", name=f"press-leads-by-{by}")


def named(one: languages.Press) -> str:
    return " and ".join(LANGUAGES.get(part, part) for part in one)


def code_name(code: str) -> str:
    """The name of a press as `languages.named` joins it."""
    return named(tuple(code.split("+")))


def estimate(point: IndexPoint, name: str) -> str:
    value, low, high = (getattr(point, name + end) for end in ("", "_low", "_high"))
    if value is None:
        return "no data"
    return f"{value:,.0f}" + ("" if low is None or high is None else f" ({low:,.0f} to {high:,.0f})")


def wedge_line(wedge: languages.Wedge) -> str:
    """`Tension: Persian and Arabic 60 points above English and French (20 to 100).`"""
    near, far = named(languages.NEAR), named(languages.FAR)
    if not wedge.clear:
        span = f"{wedge.low:+,.0f} to {wedge.high:+,.0f} points"
        return f"{MEASURES[wedge.measure]}: no clear difference between {near} and {far} ({span})."
    low, high = sorted((abs(wedge.low), abs(wedge.high)))
    apart = f"{abs(wedge.difference):,.0f} points {'above' if wedge.difference > 0 else 'below'}"
    return f"{MEASURES[wedge.measure]}: {near} {apart} {far} ({low:,.0f} to {high:,.0f})."


def lead_line(one: Lead) -> str:
    """`Tension: Persian 12 h ahead of all others (0.45, band 0.31).`"""
    hours = one.hours or 0
    side = "ahead of" if hours > 0 else "behind"
    return (
        f"{MEASURES[one.measure]}: {code_name(one.press)} {abs(hours)} h {side} all others "
        f"({one.correlation:.2f}, band {one.band:.2f})."
    )
