"""Is it getting hotter or cooler, what happened, who says so, and what does oil do: on one page."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from monitor.storage.articles import Filter
from monitor.ui import charts, data, safe
from monitor.ui.wording import CATEGORY_WORDS, DIRECTION_WORDS, age, status_line

TICK = 5  # seconds between looks for new numbers
SPARK = timedelta(days=7)
RANGES = {"2 days": 2, "7 days": 7, "30 days": 30, "1 year": 366, "all": None}
NEWEST = 12
SIGNED = ("escalation", "deescalation", "mixed")


def midnight(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def soon(now: datetime) -> datetime:
    """The bound of what has happened by now, whole minutes so that reads are shared."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def spark(values) -> list[float] | None:
    """A sparkline needs two numbers to be a line."""
    kept = [float(v) for v in values if v == v and v is not None]
    return kept[-168:] if len(kept) > 1 else None


@st.fragment(run_every=TICK)
def numbers() -> None:
    """The only part that ticks: sentence and metrics."""
    now = data.now()
    point = data.latest_point("hour", soon(now))
    before = data.latest_point("hour", soon(now) - timedelta(days=1))
    st.subheader(status_line(point, before, data.told(now - timedelta(days=1), soon(now))), anchor=False)
    history = data.points("hour", soon(now) - SPARK, soon(now))
    cells = st.grid(5, min_column_width=170)
    index_metric(cells, "Tension", "tension", point, before, history, now)
    index_metric(cells, "Relief", "relief", point, before, history, now)
    share_metric(cells, point, before, history)
    price_metrics(cells, now)
    polled = [s for s in data.feed_states().values() if s.last_success]
    last = max((s.last_success for s in polled), default=None)
    st.caption(
        f"Index: 100 = the reference window's own level; the value covers the 24 hours up to the hour shown. "
        f"Last news answer {age(last, now)} from {len(polled)} feeds; shown as of {now:%Y-%m-%d %H:%M} UTC."
    )


def index_metric(cells, label, name, point, before, history, now) -> None:
    value = getattr(point, name) if point else None
    earlier = getattr(before, name) if before else None
    change = None if value is None or earlier is None else f"{value - earlier:+.0f} in 24 h"
    low, high = (getattr(point, f"{name}_{end}") for end in ("low", "high")) if point else (None, None)
    cells.metric(
        label, "no data" if value is None else f"{value:.0f}", change,
        delta_color="inverse" if name == "tension" else "normal", border=True, chart_data=spark(history[name]),
        help=f"90 % interval {low:.0f} to {high:.0f}; {age(point.at, now)}" if low is not None else "Not enough news yet.",
    )  # fmt: skip


def share_metric(cells, point, before, history) -> None:
    share = point.escalation_share if point else None
    earlier = before.escalation_share if before else None
    cells.metric(
        "Escalation share", "no data" if share is None else f"{share:.1f} %",
        None if share is None or earlier is None else f"{share - earlier:+.1f} points in 24 h", delta_color="inverse", border=True,
        chart_data=spark(history["escalation_share"]),
        help="Weighted share of all polled entries, off-topic ones included, that carry escalation"
        + (f"; de-escalation {point.deescalation_share:.1f} %" if point and point.deescalation_share is not None else ""),
    )  # fmt: skip


def price_metrics(cells, now) -> None:
    """Each configured series of the first two; the rest are on the chart."""
    settings, _ = data.context().settings.current()
    last = data.last_prices(midnight(now))
    failing = {failure.series: failure for failure in data.price_failures()}
    for series in settings.prices[:2]:
        price = last.get(series.name)
        frame = data.price_frame(series.name, midnight(now) - timedelta(days=45), midnight(now) + timedelta(days=1))
        closes = [close for close, final in zip(frame["close"], frame["final"]) if final]
        change = f"{closes[-1] - closes[-2]:+.2f} on the day" if len(closes) > 1 else None
        fault = failing.get(series.name)
        cells.metric(
            series.name, "no price" if price is None else f"{price.close:.2f}", change, delta_color="off", border=True,
            chart_data=spark(closes),
            help=f"{price.kind}, {price.unit}, close of {price.day:%Y-%m-%d}, {price.source}" if price else "No price was had yet.",
        )  # fmt: skip
        if fault:
            cells.caption(f"{series.name}: {fault.provider} {fault.kind}, {age(fault.at, now)}")


def chart() -> None:
    settings, _ = data.context().settings.current()
    left, right = st.columns([2, 3])
    chosen = left.segmented_control("Range", list(RANGES), default="7 days", key="range", bind="query-params", required=True)
    names = [series.name for series in settings.prices]
    shown = right.multiselect("Prices", names, default=names[:1], key="prices", bind="query-params", max_selections=4)
    until = soon(data.now())
    days = RANGES[chosen]
    since = None if days is None else until - timedelta(days=days)
    points = data.points("hour" if days and days <= 7 else "day", since, until)
    frames = {name: data.price_frame(name, midnight(since) if since else None, until) for name in shown}
    frames = {name: frame for name, frame in frames.items() if not frame.empty}
    if points.empty and not frames:
        st.info("Nothing to draw yet: no index and no price in this range.")
        return
    last = points.iloc[-1] if len(points) else None
    words = "no index yet" if last is None or last.tension != last.tension else f"tension {last.tension:.0f}, relief {last.relief:.0f}"
    st.echarts_chart(charts.tension_and_prices(points, frames), height=420, key="main_chart", alt=f"Index and prices, {chosen}: {words}")


@st.fragment(run_every=TICK)
def arrivals(upto: int, settled: bool) -> None:
    """New articles are announced, so that nothing moves under the reader's eyes; a page that is still to be filled fills itself."""
    new = data.count(Filter(after_id=upto, directions=SIGNED)) if data.newest_id() > upto else 0
    if new and (not settled or st.button(f"{new} new with signals, show", key="show_new")):
        st.rerun()


def newest() -> None:
    """The latest articles with a signal; what proves it is marked where it stands."""
    st.subheader("Newest signals", anchor=False)
    now, settled, upto = data.now(), data.all_asked(), data.newest_id()
    found = data.newest_with_signals(NEWEST, soon(now), upto)
    arrivals(upto, settled and bool(found))
    if not found:
        st.info("No signal found yet in what was polled.")
    for article in found:
        with st.container(border=True, gap="xsmall"):
            words = ", ".join(f"{CATEGORY_WORDS[s.category]} ({s.mode}, {s.weight:+.1f})" for s in strongest(article.signals))
            st.caption(f"{DIRECTION_WORDS[article.direction]}: {words}; {age(article.at, now)}")
            in_title = [(0, s) for s in article.signals if s.field == "title"]
            safe.reading(article.title, in_title, title=True)
            if not in_title:
                text, signal = safe.excerpt(article.summary, strongest(article.signals)[0])
                safe.reading(text, [(0, signal)])
            st.text(article.publisher)


def strongest(signals):
    """One signal of each category, the gravest first."""
    best = {}
    for signal in sorted(signals, key=lambda s: -abs(s.weight)):
        best.setdefault(signal.category, signal)
    return list(best.values())


st.title("Gulf tension", anchor=False)
numbers()
chart()
newest()
