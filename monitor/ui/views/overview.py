"""One page to answer: is tension rising, what happened, who reports it, and what does oil do?"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import streamlit as st

from monitor.clock import midnight, time_text
from monitor.models import DataSeries
from monitor.prices import market
from monitor.prices.series.age import stale
from monitor.storage.articles import Filter
from monitor.ui.app import pages
from monitor.ui.charts import colors
from monitor.ui.charts import marks as charts_marks
from monitor.ui.components import article_card, downloads, filters, key_numbers, safe_html, status, times
from monitor.ui.components.key_numbers import Number
from monitor.ui.components.wording import (
    GUIDE,
    MEASURES,
    SOURCES,
    age,
    day_age,
    followed,
    languages,
    many,
    provisional,
    since_when,
    state,
    status_line,
    trend,
)
from monitor.ui.queries import main_chart, reads, studies

RANGES = {"24 hours": 1, "2 days": 2, "7 days": 7, "30 days": 30, "1 year": 366, "all": None}
HISTORY = timedelta(days=7)  # behind the sparklines and "since when"
LEADING, NEWEST = 5, 12
# the colour of a clear change, (falling, rising); more attention is neither worse nor better
WORSE = {"tension": ("better", "worse"), "relief": ("worse", "better"), "attention": ("", "")}


def soon(now: datetime) -> datetime:
    """The end of what has happened by now, in whole minutes so that reads are shared."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


@st.fragment(run_every=reads.TICK)
def numbers() -> None:
    """The only part that ticks: the sentence, how fresh it is, the row of numbers."""
    now = reads.now()
    until = soon(now)
    history = reads.points("hour", until - HISTORY, until)
    point, before = reads.latest_point("hour", until), reads.latest_point("hour", until - timedelta(days=1))
    head, reasons = status_line(point, before, reads.reported(until - timedelta(days=1), until), since(history, now))
    settings, _ = reads.context().settings.current()
    notes = reads.waits(now)
    if point and point.status == "provisional":
        notes.append(provisional(settings.index.span))
    strait = status.strait(reads.strait_sentence(now))
    safe_html.show(safe_html.tag("div", status.headline(head, reasons), strait, status.fresh(reads.fresh(now), notes)))
    of_files = [one for one in reads.beside_index() if isinstance(one, DataSeries)][:2]
    safe_html.show(
        key_numbers.row(
            [
                *index_numbers(point, before, history, now),
                *price_numbers(settings.prices[:2], now),
                *series_numbers(of_files, now),
            ]
        )
    )


def since(history, now: datetime) -> str:
    levels = [
        (at.to_pydatetime(), None if value != value else value)
        for at, value in zip(history["at"], history["tension"], strict=True)
    ]
    found = since_when(levels)
    if not found:
        return ""
    start, longer = found
    if longer and now - start > HISTORY - timedelta(hours=2):
        return "for a week or longer"
    return f"since {times.local(start, now)}" + (" or before" if longer else "")


def index_numbers(point, before, history, now) -> list[Number]:
    made = []
    for name, label in MEASURES.items():
        value, earlier = (getattr(p, name) if p else None for p in (point, before))
        low, high = (getattr(point, f"{name}_{end}") for end in ("low", "high")) if point else (None, None)
        moved, more = changed(value, earlier, "{:+,.0f} in 24 h"), trend(point, before, name) if point else ""
        clear = more in ("rising", "falling")
        made.append(Number(
            label, "no data" if value is None else f"{value:,.0f}", "" if value is None else "100 = normal",
            f"{moved}, not clear" if moved and more and not clear else moved,
            WORSE[name][more == "rising"] if clear else "",
            notes=(interval(low, high), attended(point) if name == "attention" else as_of(point, now)),
            history=list(history[name]), color=colors.COLORS[name],
        ))  # fmt: skip
    share, earlier = (p.escalation_share if p else None for p in (point, before))
    relief = point.deescalation_share if point else None
    made.append(
        Number(
            "Escalation share",
            "no data" if share is None else f"{share:.1f} %",
            "" if share is None else "of the news",
            changed(share, earlier, "{:+.1f} points in 24 h"),
            notes=(
                "" if relief is None else f"de-escalation {relief:.1f} %",
                f"{many(point.entries, 'entry')} in 24 h" if point else "nothing polled yet",
            ),
            history=list(history["escalation_share"]),
            color=colors.COLORS["tension"],
        )
    )
    return made


def attended(point) -> str:
    """How much of the news is about the theatre, in the place of the hour that the numbers beside it name."""
    if point is None or point.attention_share is None:
        return ""
    return f"how much the world looks: {point.attention_share:.0f} % of the news"


def changed(value: float | None, earlier: float | None, form: str) -> str:
    """The change in words with an arrow; empty where there is nothing to compare with."""
    if value is None or earlier is None:
        return ""
    words = form.format(value - earlier)
    if not any(c in "123456789" for c in words.split()[0]):
        return "= as 24 h ago"
    return f"{'▲' if value > earlier else '▼'} {words}"


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"90 % range: {low:,.0f} to {high:,.0f}"


def as_of(point, now):
    return (
        "not computed yet"
        if point is None
        else safe_html.tag("span", "hour of ", times.shown(point.at, now), f", {age(point.at, now)}")
    )


def price_numbers(series, now) -> list[Number]:
    """The first series that are configured; the others are on the chart."""
    last, failing = reads.last_prices(midnight(now)), {failure.series: failure for failure in reads.price_failures()}
    made = []
    for one in series:
        price, fault = last.get(one.name), failing.get(one.name)
        closes = (
            reads.closes(one.name, price.source, midnight(now) - timedelta(days=45), midnight(now) + timedelta(days=1))
            if price
            else []
        )
        gap = closes[-1] - closes[-2] if len(closes) > 1 else None
        newest = reads.newest_price(one.name, soon(now))  # of the running day too
        stale = market.stale(one, newest, now) if newest else None
        notes = (
            ()
            if price is None
            else (
                f"close of {price.day:%a} {price.day.day} {price.day:%b}, {day_age(price.day.date(), now.date())}",
                f"{price.kind}, {SOURCES[price.source]}",
            )
        )
        trouble = f"◐ Stale: {stale}" if stale else ""
        if fault:
            trouble = f"{SOURCES[fault.provider]}: {fault.kind}, {age(fault.at, now)}"
        made.append(Number(
            one.name, "no price" if price is None else f"{price.close:,.2f}", "" if price is None else price.unit,
            "" if gap is None else f"{'▲' if gap > 0 else '▼' if gap < 0 else '='} {gap:+.2f} on the day",
            notes=notes, fault=trouble, history=closes,
        ))  # fmt: skip
    return made


def series_numbers(series, now) -> list[Number]:
    """The first series of files that are switched on, each with its age and with what is wrong with its file."""
    made, states = [], reads.series_states()
    for one in series:
        newest, state = reads.newest_value(one.name, now), states.get(one.name)
        recent = reads.value_frame(one.name, midnight(now) - timedelta(days=45), soon(now), soon(now))["close"].tolist()
        old = stale(one, newest, now) if newest else None
        fault = f"◐ Stale: {old}" if old else ""
        if state and state.error:
            fault = f"{state.error}, {age(state.last_asked, now)}"
        day = (
            newest and f"of {newest.day:%a} {newest.day.day} {newest.day:%b}, {day_age(newest.day.date(), now.date())}"
        )
        made.append(Number(
            one.name, "no value" if newest is None else f"{newest.value:,g}", "" if newest is None else one.unit,
            changed_by(recent), notes=(day,) if day else (), history=recent,
            fault=fault,
        ))  # fmt: skip
    return made


def changed_by(recent: list[float]) -> str:
    if len(recent) < 2:
        return ""
    gap = recent[-1] - recent[-2]
    return f"{'▲' if gap > 0 else '▼' if gap < 0 else '='} {gap:+,g} from the value before"


def chart() -> None:
    beside = reads.beside_index()
    names = [series.name for series in beside]
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Range",
            list(RANGES),
            default="7 days",
            key="range",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        shown = st.pills(
            "Prices",
            names,
            default=names[:1],
            key="prices",
            bind="query-params",
            selection_mode="multi",
            label_visibility="collapsed",
        )
    now = reads.now()
    until = soon(now)
    days = RANGES[chosen]
    since = None if days is None else until - timedelta(days=days)
    grain = "hour" if since and until - since <= HISTORY else "day"
    drawing = main_chart.index_beside_prices(
        grain, since, until, tuple(series for series in beside if series.name in shown), times.zone_name()
    )
    if not drawing:
        st.info("Nothing to draw yet: no index and no price in this range.")
        return
    alerts, fired = reads.alerts_fired(since, until, charts_marks.MAX_MARKS)
    episodes = {
        day: what for day, what in studies.episodes_found(midnight(now)).items() if not since or day >= since.date()
    }
    marks_of_episodes = charts_marks.newest(charts_marks.of_days(episodes))
    marks = [*charts_marks.of_alerts(alerts), *marks_of_episodes]
    drawn_of = f"{len(alerts)} of {many(fired, 'alert')}" if fired > len(alerts) else many(fired, "alert")
    episodes_drawn = many(len(marks_of_episodes), "episode")
    st.echarts_chart(
        charts_marks.marked(drawing.option, marks),
        height=400,
        key="main_chart",
        alt=(
            f"Index with 90 % bands and prices, {chosen}: {drawing.end or 'no index yet'}; {drawn_of}, "
            f"{episodes_drawn} marked"
        ),
    )
    said = [
        (
            f"One point {'an hour' if grain == 'hour' else 'a day'}, times in {times.zone_name()}; dotted line: 100, "
            "the normal level."
        )
    ]
    said += charts_marks.in_words(
        marks,
        lambda mark: (
            f"{safe_html.sound(mark.name)} {times.local(mark.at, now)}" if mark.kind == "alert" else day_of(mark.at)
        ),
        {"alert": fired, **charts_marks.count(charts_marks.of_days(episodes))},
    )
    if not drawing.end:
        said.append("No index in this range: not enough news.")
    if drawing.clipped:
        said.append("Some bands are cut off at the top: little news, wide uncertainty.")
    drawn = [name for name in shown if name in drawing.lines or f"{name}, spot" in drawing.lines]
    if missing := [name for name in shown if name not in drawn]:
        said.append(f"No value of {', '.join(missing)} in this range.")
    safe_html.note(" ".join(said))
    files(grain, since, drawn)


def day_of(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def files(grain: str, since: datetime | None, shown: list[str]) -> None:
    """What the chart draws, as two files: the index and the prices beside it."""
    start, named = ([("since", time_text(since))], f"-since-{since:%Y%m%d}") if since else ([], "")
    with st.container(horizontal=True):
        downloads.offer(
            "index",
            urlencode([("grain", grain), ("part", "all"), *start]),
            name=f"index-{grain}{named}",
            label="Index as CSV",
        )
        of_files = {one.name for one in reads.beside_index() if isinstance(one, DataSeries)}
        day = [("since", f"{since:%Y-%m-%d}")] if since else []
        for table, label in (("prices", "Prices as CSV"), ("observations", "Series as CSV")):
            if some := [name for name in shown if (name in of_files) == (table == "observations")]:
                downloads.offer(
                    table,
                    urlencode([("series", name) for name in some] + day),
                    name=f"{table}-{'-'.join(some)}{named}",
                    label=label,
                )


@st.fragment(run_every=reads.TICK)
def arrivals(upto: int, settled: bool) -> None:
    """Announces new articles over the page and shows them when asked, so that nothing moves while somebody reads.

    A page that is still empty, or that follows, shows them at once.
    """
    latest = reads.arrived_id()
    wanted = Filter(after_id=upto, upto_id=latest, directions=filters.SIGNED)
    new = reads.count(wanted) if latest > upto else 0
    if not new:
        return
    if not settled or st.session_state.get("follow"):
        st.rerun()
    with st.container(key="arrivals", gap="xsmall"):
        for article in reads.found(wanted, 2, latest):
            safe_html.show(safe_html.passage(f"{article.title} ({article.publisher})", kind="title", lang=article.lang))
        if st.button(f"Show {new} new with signals", key="show_new", type="primary"):
            st.rerun()


def leading(now: datetime, upto: int) -> None:
    """The leading stories: whether the reports of each agree, who was first and who followed."""
    st.header("Leading stories of the last 24 hours", anchor=False)
    found = reads.leading_stories(soon(now) - timedelta(days=1), soon(now), LEADING, upto, times.language())
    if not found:
        st.text("No story with a signal in the last 24 hours.")
    for lead in found:
        story = lead.story
        with st.container(border=True, gap="xsmall"):
            about = (
                state(story),
                followed(lead.account.first_publisher, lead.account.followers),
                article_card.first_seen(story.first_seen, now),
                languages(story.langs),
            )
            safe_html.show(article_card.brief(story.direction, lead.face, about))
            st.page_link(
                pages.target("stories.py"), label="Who reported it, and how", query_params={"story": str(story.id)}
            )
    if found:
        st.page_link(pages.target("stories.py"), label="All stories")


def newest(now: datetime, upto: int) -> bool:
    """Shows the latest articles with a signal, the words that prove it marked. Gives whether there is any."""
    st.header("Newest signals", anchor=False)
    found = reads.newest_with_signals(NEWEST, soon(now), upto)
    if not found:
        st.info(
            "No signal found yet." if upto else "Nothing polled yet. The first articles appear here as they arrive."
        )
        return False
    half = (len(found) + 1) // 2
    for column, some in zip(st.columns(2, gap="medium"), (found[:half], found[half:]), strict=True):
        with column:
            for article in some:
                with st.container(border=True, gap="xsmall"):
                    about = (
                        article.publisher,
                        safe_html.tag("span", times.shown(article.at, now), f", {age(article.at, now)}"),
                    )
                    safe_html.show(article_card.brief(article.direction, article, about))
                    st.page_link(
                        pages.target("articles.py"),
                        label="How it was read",
                        query_params={"article": str(article.id)},
                    )
    return True


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title("Gulf tension", anchor=False, width="content")
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        st.toggle(
            "Follow",
            key="follow",
            bind="query-params",
            help="Redraw the chart and the lists when new articles arrive",
        )
        with st.popover("How to read this", type="tertiary"):
            safe_html.show(status.guide(GUIDE))
numbers()
now, settled, upto = reads.now(), reads.all_asked(), reads.arrived_id()
left, right = st.columns([3, 2], gap="medium")
with left:
    chart()
with right:
    leading(now, upto)
some = newest(now, upto)
arrivals(upto, settled and some)
