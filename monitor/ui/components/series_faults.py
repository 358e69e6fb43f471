"""Why the newest value of a price or a series may be old, as a banner above what is computed from it."""

from __future__ import annotations

from datetime import datetime

from monitor.models import DataSeries, Series
from monitor.prices import market
from monitor.prices.series import age as series_age
from monitor.ui.components import safe_html, times
from monitor.ui.components.wording import age, day_age
from monitor.ui.queries import reads


def banner(series: Series | DataSeries, now: datetime) -> None:
    if isinstance(series, DataSeries):
        _of_file(series, now)
    elif "synthetic" not in reads.notes():
        _of_price(series, now)


def _of_price(series: Series, now: datetime) -> None:
    """Says why the newest price may be old: which provider fails and how,
    and how old it is by the market's calendar.
    """
    lines = []
    for one in (failure for failure in reads.price_failures() if failure.series == series.name):
        later = f"; asked again {times.local(one.next_try, now)}" if one.next_try else ""
        lines.append(f"{one.provider}: {one.cause} ({age(one.at, now)}{later})")
    newest = reads.newest_price(series.name, now)
    if newest and (old := market.stale(series, newest, now)):
        lines.append(f"{old[:1].upper()}{old[1:]} ({newest.close:,.2f} {newest.unit}, {newest.kind}, {newest.source}).")
    if lines:
        safe_html.banner(
            "warning", f"The price of {series.name} may not be the newest:", safe_html.sound("\n".join(lines))
        )


def _of_file(series: DataSeries, now: datetime) -> None:
    """Says what is wrong with the series' file, and whether its newest value is older than it usually is."""
    state, newest = reads.series_states().get(series.name), reads.newest_value(series.name, now)
    lines = []
    if state and state.error:
        again = f"; asked again {times.local(state.next_due, now)}" if state.next_due else ""
        lines.append(f"{state.error} ({age(state.last_asked, now)}{again})")
    if newest and (old := series_age.stale(series, newest, now)):
        lines.append(f"{old[:1].upper()}{old[1:]}.")
    if lines and newest:
        old = day_age(newest.day.date(), now.date())
        lines.append(f"The value of {newest.day:%Y-%m-%d} stays: {newest.value:,g} {newest.unit}, {old}.")
    if lines:
        safe_html.banner("warning", f"{series.name} may not be the newest:", safe_html.sound("\n".join(lines)))
