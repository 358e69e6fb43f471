"""Do oil prices move with the news: index and price on one chart, returns around events, leads and lags.

The page says "associated with" and never more.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.models import DataSeries, Series
from monitor.prices import event_study as prices_event_study
from monitor.prices import market
from monitor.prices.series import age as series_age
from monitor.ui.charts import index_and_prices, marks, returns_and_lags
from monitor.ui.components import downloads, row_selection, safe_html, times
from monitor.ui.components.wording import MEASURES, SOURCES, age, day_age, many
from monitor.ui.queries import main_chart, reads, studies

RANGES = {"30 days": 30, "90 days": 90, "1 year": 366, "all": None}
P = st.column_config.NumberColumn(format="%.3f")


def bound(now: datetime) -> datetime:
    """00:00 of the clock's day: what ended before it is finished."""
    return midnight(now)


def download(table: str, series: str, label: str, **asked: str) -> None:
    """The rows that are shown, for the dates and settings that were chosen."""
    downloads.offer(
        table,
        urlencode({"series": series} | {name: value for name, value in asked.items() if value}),
        name=f"{table}-{series}",
        label=label,
    )


def together(chosen_series: Series | DataSeries, events: dict[date, str], now: datetime) -> None:
    """Index and the series on one chart, the events marked."""
    today = bound(now)
    series = chosen_series.name
    chosen = st.segmented_control(
        "Range",
        list(RANGES),
        default="90 days",
        key="oil_range",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    days = RANGES[chosen]
    since = None if days is None else today - timedelta(days=days)
    points = reads.points("day", since, today)
    found = main_chart.lines_of(chosen_series, since, today, now)
    prices = pd.concat(found.values()).sort_values("day") if found else pd.DataFrame()
    if points["tension"].isna().all() and prices.empty:
        st.info("Nothing to draw: no index and no value in this range.")
        return
    option, clipped = index_and_prices.tension_and_prices(points, found, zone=times.zone_name())
    start = min(frame[column].min() for frame, column in ((points, "at"), (prices, "day")) if not frame.empty)
    marked = {day: name for day, name in events.items() if start.date() <= day < today.date()}
    known = points.dropna(subset=["tension"])
    said = "no index in it" if known.empty else f"tension {known['tension'].iloc[-1]:.0f} at the end"
    said += "" if prices.empty else f", {series} {prices['close'].iloc[-1]:,.2f} {prices['unit'].iloc[-1]}"
    every = marks.of_days(marked)
    drawn = marks.newest(every)
    st.echarts_chart(
        marks.marked(option, drawn),
        height=360,
        key="oil_chart",
        alt=f"Daily index with 90 % bands and {series}, {chosen}: {said}; {many(len(drawn), 'event')} marked",
    )
    lines = ["One point for each finished UTC day."]
    if not prices.empty:
        last = prices.iloc[-1]
        if isinstance(chosen_series, DataSeries):
            vintage = times.local(prices["vintage"].max(), now)
            lines.append(f"{series}: {last['unit']}, newest value of {last['day']:%Y-%m-%d}, as known since {vintage}.")
        else:
            lines.append(f"{series}: {last['kind']}, {SOURCES[last['source']]}, last close {last['day']:%Y-%m-%d}.")
    if len(drawn) < len(every):
        lines.append(f"Of {many(len(every), 'event')}, only the newest {len(drawn)} are drawn.")
    if known.empty:
        lines.append("No index in this range.")
    if clipped:
        lines.append("Some bands are cut off at the top: little news, wide uncertainty.")
    safe_html.note(" ".join(lines))


def trouble(series: Series, now: datetime) -> None:
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


def trouble_of_file(series: DataSeries, now: datetime) -> None:
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


def asked(names: list[str]) -> tuple[str, str, list[str]]:
    """(price series, dates as typed, directions of the episodes)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series = st.selectbox("Series", names, key="series", bind="query-params", width=200)
        text = st.text_input(
            "Dates of your own",
            key="events",
            bind="query-params",
            max_chars=1500,
            width=420,
            placeholder="2025-06-13, 2025-06-24; empty: episodes found in the index",
        )
        kinds = list(studies.DIRECTIONS)
        if not text:
            kinds = st.pills(
                "Episodes of",
                kinds,
                default=kinds,
                format_func=studies.DIRECTIONS.__getitem__,
                selection_mode="multi",
                key="episodes",
                bind="query-params",
            )
    return series, text or "", list(kinds)


def chosen_events(text: str, kinds: list[str], points: list) -> dict[date, str]:
    """Dates that the reader gives, or the episodes that the rule finds, each with what it is."""
    given, faults = studies.dates_of(text)
    if faults:
        safe_html.banner(
            "warning", "Not a date such as 2025-06-13, left out:", safe_html.sound(", ".join(faults)[:200])
        )
    if len(given) > studies.MOST_EVENTS:
        safe_html.banner("warning", f"{len(given)} dates; the last {studies.MOST_EVENTS} are studied.")
    return dict.fromkeys(given[-studies.MOST_EVENTS :], "your date") if given else studies.episodes(points, kinds)


def event_study(series: str, closes: pd.Series, events: dict[date, str], points: list, asked: dict[str, str]) -> None:
    st.header("Around events", anchor=False)
    st.text(
        "An abnormal return is how much more, or less, the price moved than on an average day of the 70 to 11 "
        "trading days before; significant means "
        "that few of the other days of two years moved as much. It shows what an event was associated with, "
        "not why the price moved."
    )
    if not events:
        days = len(studies.levels(points, "escalation_share"))
        lack = (
            f"; the rule needs {prices_event_study.ENOUGH_TRAIL} days of index before the first, there are {days}"
            if days <= prices_event_study.ENOUGH_TRAIL
            else ""
        )
        st.info(f"No episode found in the index{lack}. Enter dates of your own above.")
        return
    found = studies.study(closes, tuple(events))
    mixed = found.across[0].t is not None and set(studies.DIRECTIONS.values()) <= set(events.values())
    pooled = (
        "This mixes escalation and de-escalation, which may cancel each other out: choose one of them above."
        if mixed
        else ""
    )
    st.text(f"{verdict(series, found)} {all_together(series, found)} {pooled}".strip())
    rows = studies.study_rows(found)
    if any(row.ar is not None for row in found.rows):
        st.echarts_chart(
            returns_and_lags.abnormal(found.rows),
            height=320,
            key="abnormal_chart",
            alt=f"Abnormal log returns of {series} by event and window. {verdict(series, found)}",
        )
        safe_html.note(
            f"{returns_and_lags.STAR} and full colour: significant. [0,0] is the event's trading day, [0,+4] that "
            "day and the four after it."
        )
    for row in rows:
        row["event is"], row["note"] = events[row["event"]], row["note"] or ""
    columns = ("event", "event is", *studies.STUDY_COLUMNS[1:])
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height=row_selection.tall(len(rows), 12),
        key="study_table",
        placeholder="",
        column_config={
            "event": st.column_config.DateColumn(format="YYYY-MM-DD"),
            "trading day": st.column_config.DateColumn(format="YYYY-MM-DD"),
            "abnormal return %": st.column_config.NumberColumn(format="%+.2f"),
            "t": st.column_config.NumberColumn(format="%+.2f"),
            "p of t": P,
            "placebo p": P,
            "adjusted p": P,
        },
        alt=f"Abnormal returns of {series}: {many(len(events), 'event')} in {len(prices_event_study.WINDOWS)} windows",
    )
    download("event-study", series, "Download this table as CSV", **asked)
    if any(one.t is not None for one in found.across):
        across = studies.across_rows(found)
        st.dataframe(
            pd.DataFrame(across, columns=studies.ACROSS_COLUMNS),
            hide_index=True,
            key="across_table",
            placeholder="",
            column_config={
                "mean abnormal return %": st.column_config.NumberColumn(format="%+.2f"),
                "t": st.column_config.NumberColumn(format="%+.2f"),
                "p of t": P,
                "Wilcoxon p": P,
                "placebo p": P,
            },
            alt=f"All events together, by window. {all_together(series, found)}",
        )
        download("all-events", series, "Download all events together as CSV", **asked)


def verdict(series: str, found: prices_event_study.Study) -> str:
    measured = {row.event for row in found.rows if row.ar is not None}
    if not measured:
        return f"None of the events can be measured: {found.rows[0].note}."
    tested = {row.event for row in found.rows if row.placebo_p is not None}
    if not tested:
        return f"{many(len(measured), 'event')} measured, none tested: too few days of {series} before to compare with."
    clear = sorted({row.event for row in found.rows if row.significant})
    if not clear:
        return f"None of {many(len(tested), 'tested event')} was associated with an unusual move of {series}."
    named = ", ".join(f"{day:%Y-%m-%d}" for day in clear[:6]) + (" and others" if len(clear) > 6 else "")
    return f"{len(clear)} of {many(len(tested), 'tested event')} associated with an unusual move of {series}: {named}."


def all_together(series: str, found: prices_event_study.Study) -> str:
    """The result for all events together, window [0,0]; or that they are too few."""
    first = found.across[0]
    if first.t is None or first.mean is None:
        return f"{(first.note or '')[:1].upper()}{(first.note or '')[1:]}." if first.note else ""
    clear = [one.window for one in found.across if one.significant]
    said = (
        f"beyond what random sets of dates show in {', '.join(clear)}"
        if clear
        else "in no window beyond what random sets of dates show"
    )
    return (
        f"All {first.events} together: {series} moved {100 * first.mean:+.2f} % on the day on average "
        f"(t {first.t:.2f}); {said}."
    )


def lead_lag(series: str, closes: pd.Series, points: list) -> None:
    st.header("Who moves first", anchor=False)
    st.text(
        "Each bar says how closely daily changes of the index go with returns so many trading days later (left: "
        "earlier); inside the dashed band it "
        "is what two unrelated series would show by chance."
    )
    measure = st.segmented_control(
        "Index",
        list(MEASURES),
        default="tension",
        format_func=MEASURES.__getitem__,
        key="lag_index",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    found = studies.lead_lag(studies.levels(points, measure), closes)
    if found.note:
        st.info(f"Not enough data yet: {found.note}.")
        return
    clear = [lag for lag in found.lags if lag.significant]
    named = "; ".join(f"{correlated(lag)} ({lag.correlation:+.2f})" for lag in clear)
    said = f"{MEASURES[measure]} and {series} are associated {named}."
    if not clear:
        said = f"No lag stands out: there is no clear link between {measure} and {series}."
    st.text(f"{said} {found.days:,} joint days.")
    st.echarts_chart(
        returns_and_lags.lags(found),
        height=320,
        key="lag_chart",
        alt=f"Correlation of {measure} and {series} at -10 to +10 trading days. {said}",
    )
    rows = studies.lag_rows(found)
    with st.expander("The numbers"):
        st.dataframe(
            pd.DataFrame(rows, columns=studies.LAG_COLUMNS),
            hide_index=True,
            key="lag_table",
            placeholder="",
            column_config=dict.fromkeys(studies.LAG_COLUMNS[1:5], st.column_config.NumberColumn(format="%.3f")),
            alt=f"Lead and lag of {series}. {said}",
        )
    download("lead-lag", series, "Download these lags as CSV", measure=measure)


def correlated(lag: prices_event_study.Lag) -> str:
    if not lag.lag:
        return "on the same day"
    return f"with the {'index' if lag.lag > 0 else 'price'} {many(abs(lag.lag), 'trading day')} ahead"


st.title("Oil", anchor=False)
beside = {one.name: one for one in reads.beside_index()}
if not beside:
    st.info("feeds.yaml names no price and no series, so there is nothing to compare the news with.")
    st.stop()
series, text, kinds = asked(list(beside))
now = reads.now().replace(second=0, microsecond=0)
today = bound(now)
chosen_series = beside[series]
if isinstance(chosen_series, DataSeries):
    trouble_of_file(chosen_series, now)
elif "synthetic" not in reads.notes():
    trouble(chosen_series, now)
closes, points = studies.closes(series, today), studies.daily(today)
events = chosen_events(text, kinds, points)
together(chosen_series, events, now)
if closes.empty:
    st.info(f"No value of {series} is stored yet, so nothing can be compared with it.")
else:
    given = "your date" in events.values()
    event_study(
        series,
        closes,
        events,
        points,
        {"events": ",".join(map(str, events))} if given else {"episodes": ",".join(kinds)},
    )
    lead_lag(series, closes, points)
