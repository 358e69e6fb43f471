"""The press by language or by group of countries: each against its own normal, how far apart two groups of languages
are, and who moves first. Computed when a viewer asks.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from urllib.parse import urlencode

import streamlit as st

from monitor.clock import midnight
from monitor.index import languages
from monitor.index.leads import Lead
from monitor.language import N_, _, numeral
from monitor.models import IndexPoint
from monitor.ui.components import downloads, number_table, safe_html, speech
from monitor.ui.components.wording import LANGUAGES, MEASURES, provisional, semicolons
from monitor.ui.queries import press, reads

BY = {"language": N_("Language"), "country": N_("Country of the feed")}


def show(now: datetime) -> None:
    st.header(_("The press by language and country"), anchor=False)
    if not st.toggle(_("Show it"), key="press", bind="query-params", help=_("It is computed when you ask")):
        st.text(
            _("How the press of each language or country reports, each against its own normal, and who moves first.")
        )
        return
    speech.bound("press_by", BY, lambda code: _(BY[code]))
    by = st.segmented_control(
        _("Press by"), list(BY), default="language", format_func=lambda code: _(BY[code]), key="press_by",
        bind="query-params", required=True, label_visibility="collapsed",
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
        why = semicolons(f"{named(one)} ({point.missing})" for one, point in lacking)
        safe_html.note(
            _(
                "Not enough of a press: {presses}. A press is shown from {n} publishers on.",
                presses=why,
                n=languages.FEWEST_PUBLISHERS,
            )
        )
    elif not found.points:
        safe_html.note(_("No feed names a country; `country` in feeds.yaml says which press it belongs to."))


def newest(found: press.Presses, day: datetime, by: str) -> None:
    """The newest finished day of each press, the wedge, and who moves first."""
    shown = {
        one: points[-1]
        for one, points in found.points.items()
        if points[-1].at == day and points[-1].tension is not None
    }
    rows = [
        {N_("press"): named(one), N_("publishers"): point.publishers}
        | {MEASURES[name]: estimate(point, name) for name in MEASURES}
        for one, point in shown.items()
    ]
    number_table.show(
        rows, key="press_table",
        alt=_("Tension, relief and attention of each press on {day}", day=f"{day:%Y-%m-%d}"),
    )  # fmt: skip
    safe_html.note(
        _(
            "{day}, the newest finished day; 90 % ranges in brackets. 100 is normal for that press, so the rows say "
            "who reports more than usual, not who reports more.",
            day=f"{day:%Y-%m-%d}",
        )
    )
    if "provisional" in {point.status for point in shown.values()}:
        safe_html.note(provisional(reads.context().settings.current()[0].index.span))
    near, far = (found.points.get(group, []) for group in (languages.NEAR, languages.FAR))
    for wedge in languages.wedges(near, far):
        if wedge.at == day:
            st.text(wedge_line(wedge))
    asked = urlencode({"by": by})
    label = _("Download the last {n} days as CSV", n=press.DAYS)
    downloads.offer("press", asked, label=label, name=f"press-by-{by}")
    first(found.leads, asked, by)


def first(leads: list[Lead], asked: str, by: str) -> None:
    """Which press moved before the others, where one did."""
    st.subheader(_("Who moves first"), anchor=False)
    tested = [one for one in leads if one.hours is not None]
    clear = [one for one in tested if one.clear]
    lines = [lead_line(one) for one in clear]
    if not tested:
        lines = [_("Nothing to say yet: {note}.", note=leads[0].note) if leads else _("Nothing to say yet.")]
    elif not clear:
        lines = [_("No press is clearly ahead of the others or behind them.")]
    st.text("\n".join(lines))
    rows = [
        {N_("press"): code_name(one.press), N_("measure"): _(MEASURES[one.measure]), N_("hours ahead"): one.hours,
         N_("correlation"): one.correlation, N_("band"): one.band, N_("clear"): _("yes") if one.clear else _("no"),
         "n": one.n}
        for one in tested
    ]  # fmt: skip
    if rows:
        number_table.show(
            rows, key="leads_table", formats={"hours ahead": "%+d", "correlation": "%.2f", "band": "%.2f"},
            alt=_("How many hours the share of coverage of each press is ahead of that of all others"),
        )  # fmt: skip
    safe_html.note(
        _(
            "Changes, every six hours, of each measure's share of the coverage of 24 hours, of each press against all "
            "others, over {n} days: the lag at which they went together most closely. 95 % of unrelated presses stay "
            "under the band at every lag. Being ahead is no proof that others follow.",
            n=press.DAYS,
        )
    )
    downloads.offer("press-leads", asked, label=_("Download these leads as CSV"), name=f"press-leads-by-{by}")


def named(one: languages.Press) -> str:
    names = (_(LANGUAGES.get(part, part)) for part in one)
    return reduce(lambda some, last: _("{some} and {one}", some=some, one=last), names)


def code_name(code: str) -> str:
    """The name of a press as `languages.named` joins it."""
    return named(tuple(code.split("+")))


def estimate(point: IndexPoint, name: str) -> str:
    value, low, high = (getattr(point, name + end) for end in ("", "_low", "_high"))
    if value is None:
        return _("no data")
    if low is None or high is None:
        return numeral(value, ",.0f")
    return _(
        "{value} ({low} to {high})", value=numeral(value, ",.0f"), low=numeral(low, ",.0f"), high=numeral(high, ",.0f")
    )


def wedge_line(wedge: languages.Wedge) -> str:
    """`Tension: Persian and Arabic 60 points above English and French (20 to 100).`"""
    sides = {
        "measure": _(MEASURES[wedge.measure]),
        "near": named(languages.NEAR),
        "far": named(languages.FAR),
    }
    if not wedge.clear:
        return _(
            "{measure}: no clear difference between {near} and {far} ({low} to {high} points).",
            low=numeral(wedge.low, "+,.0f"),
            high=numeral(wedge.high, "+,.0f"),
            **sides,
        )
    low, high = sorted((abs(wedge.low), abs(wedge.high)))
    sides |= {
        "points": numeral(abs(wedge.difference), ",.0f"),
        "low": numeral(low, ",.0f"),
        "high": numeral(high, ",.0f"),
    }
    if wedge.difference > 0:
        return _("{measure}: {near} {points} points above {far} ({low} to {high}).", **sides)
    return _("{measure}: {near} {points} points below {far} ({low} to {high}).", **sides)


def lead_line(one: Lead) -> str:
    """`Tension: Persian 12 h ahead of all others (0.45, band 0.31).`"""
    assert one.correlation is not None and one.band is not None, "a lead was found by both"
    hours = one.hours or 0
    lead = {
        "measure": _(MEASURES[one.measure]),
        "press": code_name(one.press),
        "hours": str(abs(hours)),
        "correlation": numeral(one.correlation, ".2f"),
        "band": numeral(one.band, ".2f"),
    }
    if hours > 0:
        return _("{measure}: {press} {hours} h ahead of all others ({correlation}, band {band}).", **lead)
    return _("{measure}: {press} {hours} h behind all others ({correlation}, band {band}).", **lead)
