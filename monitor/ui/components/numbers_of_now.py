"""The numbers of now, on cards: the index with its change, its range and its week, then prices and series of files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from babel.dates import format_date

from monitor.clock import midnight
from monitor.index import state
from monitor.language import _, n_, numeral, spoken
from monitor.models import DataSeries, IndexPoint, Series
from monitor.prices import market
from monitor.prices.series.age import stale
from monitor.ui.charts import colors
from monitor.ui.components import safe_html, series_faults, times
from monitor.ui.components.key_numbers import Number
from monitor.ui.components.wording import MEASURES, SOURCES, age, commas, day_age
from monitor.ui.queries import reads

# the colour of a clear change, (falling, rising); more attention is neither worse nor better
WORSE = {"tension": ("better", "worse"), "relief": ("worse", "better"), "attention": ("", "")}


def index_numbers(
    point: IndexPoint | None, before: IndexPoint | None, week: state.State, history, normal: str, now: datetime
) -> list[Number]:
    """Tension, relief and attention of the newest 24 hours; `history` is a frame of their points."""
    made = []
    for name, label in MEASURES.items():
        value, earlier = (getattr(p, name) if p else None for p in (point, before))
        low, high = (getattr(point, f"{name}_{end}") for end in ("low", "high")) if point else (None, None)
        moved, more = changed(value, earlier), state.trend(point, before, name) if point else ""
        clear = more in ("rising", "falling")
        if moved and more and not clear:
            moved = _("{change}, not clear", change=moved)
        made.append(Number(
            _(label), _("no data") if value is None else numeral(value, ",.0f"), "" if value is None else _("in 24 h"),
            moved,
            WORSE[name][more == "rising"] if clear else "",
            notes=(interval(low, high), *notes(name, point, week, normal, now)),
            history=list(history[name]), color=colors.COLORS[name],
        ))  # fmt: skip
    return made


def notes(name: str, point: IndexPoint | None, week: state.State, normal: str, now: datetime) -> list[str]:
    """What stands below a number of the index, a thing of its own for each."""
    if name == "tension":
        if week.level is None:
            return [normal]
        level = n_(
            "{n}-day level {value}, {level}",
            "{n}-day level {value}, {level}",
            week.days,
            value=numeral(week.level, ",.0f"),
            level=_(state.level(week.level)),
        )
        return [level, normal]
    return [attended(point)] if name == "attention" else [as_of(point, now)]


def attended(point: IndexPoint | None) -> str:
    """How much of the news is about the theatre, in the place of the hour that the numbers beside it name."""
    if point is None or point.attention_share is None:
        return ""
    return _("how much the world looks: {share} % of the news", share=f"{point.attention_share:.0f}")


def changed(value: float | None, earlier: float | None) -> str:
    """The change in words with an arrow; empty where there is nothing to compare with."""
    if value is None or earlier is None:
        return ""
    if not round(value - earlier):
        return _("= as 24 h ago")
    return _("{change} in 24 h", change=f"{'▲' if value > earlier else '▼'} {numeral(value - earlier, '+,.0f')}")


def interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return _("90 % range: {low} to {high}", low=numeral(low, ",.0f"), high=numeral(high, ",.0f"))


def as_of(point: IndexPoint | None, now: datetime) -> str:
    if point is None:
        return _("not computed yet")
    return safe_html.tag(
        "span", safe_html.sentence(_("hour of {time}, {ago}"), time=times.shown(point.at, now), ago=age(point.at, now))
    )


def price_numbers(series: Sequence[Series], now: datetime) -> list[Number]:
    """The first series that are configured; the others are on the chart."""
    last, failing = reads.last_prices(midnight(now)), {failure.series: failure for failure in reads.price_failures()}
    made = []
    for one in series:
        price, fault = last.get(one.name), failing.get(one.name)
        earlier = reads.closes(one.name, price.source, price.day - timedelta(days=45), price.day) if price else []
        gap = price.close - earlier[-1] if price and earlier else None  # of the very close that is shown
        newest = reads.newest_price(one.name, reads.soon(now))  # of the running day too
        stale = market.stale(one, newest, now) if newest and newest.source != "synthetic" else None
        notes = (
            ()
            if price is None
            else (
                _("close of {day}, {ago}", day=day_of(price.day), ago=day_age(price.day.date(), now.date())),
                commas([_(price.kind), _(SOURCES[price.source])]),
            )
        )
        trouble = _("◐ Stale: {why}", why=stale) if stale else ""
        if fault:
            trouble = _(
                "{source}: {fault}, {ago}",
                source=_(SOURCES[fault.provider]),
                fault=_(fault.kind),
                ago=age(fault.at, now),
            )
        made.append(Number(
            one.name, _("no price") if price is None else numeral(price.close, ",.2f"), price.unit if price else "",
            "" if gap is None else _("{change} on the day", change=f"{sign(gap)} {numeral(gap, '+.2f')}"),
            notes=notes, fault=trouble, history=[*earlier, price.close] if price else [],
        ))  # fmt: skip
    return made


def series_numbers(series: Sequence[DataSeries], now: datetime) -> list[Number]:
    """The first series of files that are switched on, each with its age and with what is wrong with its file."""
    made, states = [], reads.series_states()
    for one in series:
        newest, state = reads.newest_value(one.name, now), states.get(one.name)
        recent = reads.value_frame(one.name, midnight(now) - timedelta(days=45), reads.soon(now), reads.soon(now))[
            "close"
        ].tolist()
        old = stale(one, newest, now) if newest else None
        fault = _("◐ Stale: {why}", why=old) if old else ""
        if state and (wrong := series_faults.error(state)):
            fault = commas([wrong, age(state.last_asked, now)])
        day = newest and _("of {day}, {ago}", day=day_of(newest.day), ago=day_age(newest.day.date(), now.date()))
        made.append(Number(
            one.name, _("no value") if newest is None else numeral(newest.value, ",g"), one.unit if newest else "",
            changed_by(recent), notes=(day,) if day else (), history=recent,
            fault=fault,
        ))  # fmt: skip
    return made


def changed_by(recent: list[float]) -> str:
    if len(recent) < 2:
        return ""
    gap = recent[-1] - recent[-2]
    return _("{change} from the value before", change=f"{sign(gap)} {numeral(gap, '+,g')}")


def sign(gap: float) -> str:
    return "▲" if gap > 0 else "▼" if gap < 0 else "="


def day_of(at: datetime) -> str:
    """`Fri 27 Feb`."""
    return format_date(at, "EEE d MMM", locale=spoken())
