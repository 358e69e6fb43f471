"""What a price did around events: a sentence, a list of the events by name, a chart, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.language import N_, _, n_, numeral
from monitor.models import PARTS
from monitor.prices import episodes
from monitor.prices.event_study import WINDOWS, Study
from monitor.ui.app import pages
from monitor.ui.charts import returns_and_lags
from monitor.ui.components import downloads, number_table, row_selection, safe_html
from monitor.ui.components.wording import commas, labelled, semicolons, upper
from monitor.ui.exports import periods
from monitor.ui.queries import studies
from monitor.ui.queries.studies import Event

SIGNED = "%+.2f"
DAY = st.column_config.DateColumn(format="YYYY-MM-DD")
NUMBERS = {"abnormal return %": SIGNED, "t": SIGNED, "p of t": "%.3f", "placebo p": "%.3f", "adjusted p": "%.3f"}
TOGETHER = {"mean abnormal return %": SIGNED, "t": SIGNED} | dict.fromkeys(
    ("p of t", "Wilcoxon p", "placebo p"), "%.3f"
)


def show(
    series: str, part: str, closes: pd.Series, events: Sequence[Event], known: Sequence[date], asked: dict[str, str]
) -> None:
    """`known` are the days of the index, oldest first; `asked` is what a file of these rows is asked by."""
    st.header(_("Around events"), anchor=False)
    st.text(_(
        "How much more, or less, the price moved than on an average day of the 70 to 11 trading days before. Unusual "
        "means that few of the other days of two years moved as much. It shows what an event was associated with, not "
        "why the price moved."
    ))  # fmt: skip
    given = any(event.what == studies.YOURS for event in events)
    if not given and (sentence := unsearched(known)):
        st.text(sentence)
    if not events:
        st.info(_("No episode found in the index. Enter dates of your own above."))
        return
    found = studies.study(closes, tuple(event.day for event in events))
    both = found.across[0].t is not None and set(studies.DIRECTIONS.values()) <= {event.what for event in events}
    pooled = (
        _("This mixes escalation and de-escalation, which may cancel each other out: choose one of them above.")
        if both
        else ""
    )
    st.text(" ".join(part for part in (verdict(series, found), all_together(series, found), pooled) if part))
    by_name(series, part, found, events)
    if any(row.ar is not None for row in found.rows):
        st.echarts_chart(
            returns_and_lags.abnormal(found.rows),
            height=320,
            key="abnormal_chart",
            alt=_(
                "Moves of {series} by event, in the day, two days and five days. {verdict}",
                series=series,
                verdict=verdict(series, found),
            ),
        )
        safe_html.note(
            _("{star} and full colour: unusual{vintage}.", star=returns_and_lags.STAR, vintage=studies.vintage(series))
        )
    numbers(series, found, events, asked)


def unsearched(known: Sequence[date]) -> str:
    """From when on the rule can find episodes; empty where there is no index."""
    if not known:
        return ""
    lack = episodes.ENOUGH_TRAIL
    if len(known) <= lack:
        return _(
            "No episode can be found yet: the rule needs {days} days of index before it, there are {known}.",
            days=lack,
            known=len(known),
        )
    return _(
        "Episodes can be found from {first} on, since the rule needs {days} days of index before; earlier days can be "
        "typed above.",
        first=known[lack],
        days=lack,
    )


def by_name(series: str, part: str, found: Study, events: Sequence[Event]) -> None:
    """The list; a click on a row leads to the story and the articles of its day."""
    rows = studies.listing(found, events)
    settled = studies.settled(series)
    shown = [row | {"news of the day": safe_html.cell(row["news of the day"])} for _, row in rows]
    key = f"event_list_{hash(tuple(event for event, _ in rows))}"
    row_selection.table(
        pd.DataFrame(shown, columns=studies.LIST_COLUMNS), [event.day for event, _ in rows], "event", key=key,
        height=row_selection.tall(len(rows), 12), placeholder="",
        alt=n_(
            "{n} event, newest first: what led the news, and how {series} moved",
            "{n} events, newest first: what led the news, and how {series} moved",
            len(rows), n=numeral(len(rows)), series=series,
        ),
        column_config=number_table.headed(studies.LIST_COLUMNS, {
            **dict.fromkeys(studies.WINDOW_WORDS.values(), st.column_config.NumberColumn(format=f"{SIGNED} %%")),
            "event": DAY, "trading day": DAY, "news of the day": st.column_config.TextColumn(width=360),
            "unusual": st.column_config.TextColumn(width=130), "note": st.column_config.TextColumn(width=220),
        }),
    )  # fmt: skip
    chosen = [event for event, _ in rows if str(event.day) == st.query_params.get("event")]
    if not chosen:
        safe_html.note(_("Click a row, or a mark of the chart, for its story and the articles of its day."))
        return
    event = chosen[0]
    since, until = (studies.moment(day, settled) for day in (event.day - timedelta(days=1), event.day))
    with st.container(horizontal=True):
        st.text(labelled(str(event.day), safe_html.sound(event.title) or studies.in_words(event.what)))
        if event.story is not None:
            st.page_link(
                pages.target("stories.py"), label=_("Who reported this story"), query_params={"story": str(event.story)}
            )
        st.page_link(
            pages.target("articles.py"),
            label=_("Articles of the 24 hours before its settlement"),
            query_params={"during": periods.text_of(since, until)}
            | ({"part": _(PARTS[part])} if part in PARTS else {}),
        )


def numbers(series: str, found: Study, events: Sequence[Event], asked: dict[str, str]) -> None:
    """Every window of every event, and all events together, with their files."""
    what = {event.day: studies.in_words(event.what) for event in events}
    rows = [row | {N_("event is"): what[row["event"]], "note": row["note"] or ""} for row in studies.study_rows(found)]
    with st.expander(_("All numbers")):
        number_table.show(
            rows, columns=("event", "event is", *studies.STUDY_COLUMNS[1:]), key="study_table", formats=NUMBERS,
            config={"event": DAY, "trading day": DAY},
            alt=n_(
                "Abnormal returns of {series}: {n} event in {windows} windows",
                "Abnormal returns of {series}: {n} events in {windows} windows",
                len(rows) // len(WINDOWS), n=numeral(len(rows) // len(WINDOWS)), series=series, windows=len(WINDOWS),
            ),
        )  # fmt: skip
        if any(one.t is not None for one in found.across):
            number_table.show(
                studies.across_rows(found), columns=studies.ACROSS_COLUMNS, key="across_table", formats=TOGETHER,
                alt=_("All events together, by window. {result}", result=all_together(series, found)),
            )  # fmt: skip
    query = urlencode({"series": series} | {name: value for name, value in asked.items() if value})
    with st.container(horizontal=True):
        downloads.offer("event-study", query, name=f"event-study-{series}", label=_("Download events as CSV"))
        if any(one.t is not None for one in found.across):
            downloads.offer("all-events", query, name=f"all-events-{series}", label=_("All events together as CSV"))


def verdict(series: str, found: Study) -> str:
    measured = {row.event for row in found.rows if row.ar is not None}
    if not measured:
        return _("None of the events can be measured: {why}.", why=found.rows[0].note)
    tested = {row.event for row in found.rows if row.placebo_p is not None}
    if not tested:
        return n_(
            "{n} event measured, none tested: too few days of {series} before to compare with.",
            "{n} events measured, none tested: too few days of {series} before to compare with.",
            len(measured),
            n=numeral(len(measured)),
            series=series,
        )
    clear = sorted({row.event for row in found.rows if row.significant})
    if clear:
        named = commas(f"{day:%Y-%m-%d}" for day in clear[:6])
        said = n_(
            "{clear} of {n} tested event associated with an unusual move of {series}: {days}.",
            "{clear} of {n} tested events associated with an unusual move of {series}: {days}.",
            len(tested),
            n=numeral(len(tested)),
            clear=len(clear),
            series=series,
            days=_("{days} and others", days=named) if len(clear) > 6 else named,
        )
    else:
        said = n_(
            "None of {n} tested event was associated with an unusual move of {series}.",
            "None of {n} tested events was associated with an unusual move of {series}.",
            len(tested),
            n=numeral(len(tested)),
            series=series,
        )
    if left_out := len({row.event for row in found.rows} - tested):
        said += " " + n_(
            "{n} event could not be tested; the list says why.",
            "{n} events could not be tested; the list says why.",
            left_out,
            n=numeral(left_out),
        )
    return said


def all_together(series: str, found: Study) -> str:
    """The result for all events together, window [0,0]; or that they are too few."""
    first = found.across[0]
    if first.t is None or first.mean is None:
        return f"{upper(first.note)}." if first.note else ""
    said = n_(
        "All {n} together: {series} moved {move} % on the day on average (t {t})",
        "All {n} together: {series} moved {move} % on the day on average (t {t})",
        first.events,
        series=series,
        move=numeral(100 * first.mean, "+.2f"),
        t=numeral(first.t, ".2f"),
    )
    clear = commas(_(studies.WINDOW_WORDS[one.window]) for one in found.across if one.significant)
    if clear:
        beyond = _("beyond what random sets of dates show over {windows}", windows=clear)
    else:
        beyond = _("over no window beyond what random sets of dates show")
    return semicolons([said, beyond]) + "."
