"""Why the newest value of a price or a series may be old, as a banner above what is computed from it."""

from __future__ import annotations

from datetime import datetime

from monitor.language import _, numeral
from monitor.models import DataSeries, Series, SeriesState
from monitor.prices import market
from monitor.prices.series import age as series_age
from monitor.ui.components import safe_html, times
from monitor.ui.components.wording import age, day_age, fault, labelled, upper
from monitor.ui.queries import reads


def banner(series: Series | DataSeries, now: datetime) -> None:
    if isinstance(series, DataSeries):
        _of_file(series, now)
    elif "synthetic" not in reads.notes():
        _of_price(series, now)


def error(state: SeriesState) -> str | None:
    """What is wrong with a file, without the marks that a terminal shows around names of columns."""
    return state.error and fault(state.failure, state.error.replace("`", ""))


def _of_price(series: Series, now: datetime) -> None:
    """Says why the newest price may be old: which provider fails and how,
    and how old it is by the market's calendar.
    """
    lines = []
    for one in (failure for failure in reads.price_failures() if failure.series == series.name):
        cause = fault(one.kind, one.cause)
        lines.append(labelled(one.provider, _asked(cause, one.at, one.next_try, now)))
    newest = reads.newest_price(series.name, now)
    if newest and (old := market.stale(series, newest, now)):
        price = f"{numeral(newest.close, ',.2f')} {newest.unit}, {_(newest.kind)}, {newest.source}"
        lines.append(_("{what} ({price}).", what=upper(old), price=price))
    if lines:
        safe_html.banner(
            "warning",
            _("The price of {series} may not be the newest:", series=series.name),
            safe_html.sound("\n".join(lines)),
        )


def _of_file(series: DataSeries, now: datetime) -> None:
    """Says what is wrong with the series' file, and whether its newest value is older than it usually is."""
    state, newest = reads.series_states().get(series.name), reads.newest_value(series.name, now)
    lines = []
    if state and (wrong := error(state)):
        lines.append(_asked(wrong, state.last_asked, state.next_due, now))
    if newest and (old := series_age.stale(series, newest, now)):
        lines.append(f"{upper(old)}.")
    if lines and newest:
        lines.append(
            _(
                "The value of {day} stays: {value}, {ago}.",
                day=f"{newest.day:%Y-%m-%d}",
                value=f"{numeral(newest.value, ',g')} {newest.unit}",
                ago=day_age(newest.day.date(), now.date()),
            )
        )
    if lines:
        safe_html.banner(
            "warning",
            _("{series} may not be the newest:", series=series.name),
            safe_html.sound("\n".join(lines)),
        )


def _asked(wrong: str, at: datetime | None, again: datetime | None, now: datetime) -> str:
    if again is None:
        return _("{what} ({ago})", what=wrong, ago=age(at, now))
    return _("{what} ({ago}; asked again {time})", what=wrong, ago=age(at, now), time=times.local(again, now))
