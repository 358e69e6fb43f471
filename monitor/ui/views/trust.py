"""How far to trust it: the measures beside what others publish, the reader's figures, what people said of it, and what
all of it rests on. The page says "associated with" and never more.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.clock import midnight
from monitor.index.languages import FEWEST_PUBLISHERS
from monitor.operation import trust as gathered
from monitor.prices import validation
from monitor.reader.measured import measured
from monitor.storage.corrections import Tally
from monitor.ui.charts import correlations
from monitor.ui.components import downloads, row_selection, safe_html, times
from monitor.ui.components.wording import CATEGORY_WORDS, LANGUAGES, many
from monitor.ui.queries import reads, trust

TWO = st.column_config.NumberColumn(format="%.2f")
THREE = st.column_config.NumberColumn(format="%.3f")
NAMES = {"tension": "Tension", "relief": "Relief", "attention": "Attention", "word count": "Word count"}


def beside(today, minute) -> None:
    """The measures and the word count against one stored series."""
    st.header("Beside what others publish", anchor=False)
    others = trust.yardsticks(minute)
    if not others:
        st.info(
            "No series to compare with is stored. feeds.yaml has several written out under `series`, such as daily "
            "GPR: switch one on."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Series", list(others), key="yardstick", bind="query-params", width=220)
        yardstick = others[name]
        unit = validation.frequency(yardstick.values)
        form = st.segmented_control(
            "Compared by",
            list(validation.FORMS[unit]),
            default="levels",
            key=f"form_{unit}",
            bind="query-params",
            required=True,
        )
    lines = trust.lines(today)
    found: dict[str, list[validation.Association]] = {}
    for one in trust.associations(lines, yardstick, form):
        found.setdefault(one.measure, []).append(one)
    said = sentence(found, name, form, unit)
    st.text(said)
    if any(one.correlation is not None for some in found.values() for one in some):
        st.echarts_chart(
            correlations.over_lags(found, unit, name),
            height=300,
            key="trust_chart",
            alt=f"Correlation of each measure with {name} at lags of -3 to +3 {unit}s, {form}. {said}",
        )
    table = [row(measure, some, unit) for measure, some in found.items()]
    st.dataframe(
        pd.DataFrame(table), hide_index=True, key="trust_table", placeholder="",
        column_config={f"same {unit}": TWO, f"a {unit} later": TWO, "note": st.column_config.TextColumn(width=320)},
        alt=f"Correlations with {name}, {form}, with their 90 % intervals",
    )  # fmt: skip
    notes = ["All finished days are compared, whatever period is chosen above."]
    notes += [f"Values of {name} as known by {times.local(yardstick.vintage, minute)}, {yardstick.unit}."]
    notes += [f"{lines[0].note}."] if lines[0].note else []
    notes.append(
        "Spearman's rank correlation; 90 % ranges by a bootstrap of blocks of days; not clear: the range holds zero, "
        "or there are too few days for one. The word count is the share of all articles that hold one of a few words "
        "of war: a measure is worth its trouble where it goes with the series better than that."
    )
    safe_html.note(" ".join(notes))
    downloads.offer("validation", urlencode({"series": name}), name=f"validation-{name}",
                    label="Download every comparison as CSV")  # fmt: skip
    turning(lines, yardstick)


def sentence(found: dict[str, list[validation.Association]], name: str, form: str, unit: str) -> str:
    """`Closest of seven lags, by levels over 17 days: Tension +0.74 with GPR 2 days later (not clear), the word ...`"""
    parts = []
    for measure in (one for one in found if one != validation.PLAIN):
        known = {one.lag: one for one in found[measure] if one.correlation is not None}
        if not known:
            continue
        best = max(known.values(), key=lambda one: abs(one.correlation or 0.0))
        plain = next((one.correlation for one in found[validation.PLAIN] if one.lag == best.lag), None)
        beside = "" if plain is None else f", the word count {plain:+.2f}"
        unclear = "" if best.clear else " (not clear)"
        parts.append(f"{NAMES[measure]} {best.correlation:+.2f} {when(best.lag, unit, name)}{unclear}{beside}")
    if not parts:
        return f"Too few {unit}s with numbers of both to say anything about {form} of the index and {name}."
    days = max(one.n for some in found.values() for one in some)
    said = f"Closest of seven lags, by {form} over {many(days, unit)}: {'; '.join(parts)}."
    return f"{said} Associated with, not because of."


def when(lag: int, unit: str, name: str) -> str:
    if not lag:
        return f"on the same {unit}"
    return f"with {name} {many(abs(lag), unit)} {'later' if lag > 0 else 'earlier'}"


def row(measure: str, some: list[validation.Association], unit: str) -> dict[str, object]:
    by_lag = {one.lag: one for one in some}
    same, later = by_lag[0], by_lag[1]
    return {
        "measure": NAMES[measure], "n": same.n, f"same {unit}": same.correlation, "90 % range": spread(same),
        f"a {unit} later": later.correlation, "its 90 % range": spread(later), "note": same.note or "",
    }  # fmt: skip


def spread(one: validation.Association) -> str:
    return "" if one.low is None or one.high is None else f"{one.low:+.2f} to {one.high:+.2f}"


def turning(lines: list[validation.Line], yardstick) -> None:
    """Episodes of the measures and of the series, and who was first."""
    st.header("Turning points", anchor=False)
    found = trust.turning_points(lines, yardstick)
    st.text("\n".join(validation.in_words(one) for one in found))
    rows = [
        {"measure": NAMES[one.measure], "begins here": at.ours, f"begins in {one.yardstick}": at.theirs,
         "days of lead": at.lead}
        for one in found
        for at in one.found
    ]  # fmt: skip
    if rows:
        day = st.column_config.DateColumn(format="YYYY-MM-DD")
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, key="turning_table", placeholder="",
            height=row_selection.tall(len(rows), 10),
            column_config={"begins here": day, f"begins in {yardstick.name}": day,
                           "days of lead": st.column_config.NumberColumn(format="%+d")},
            alt=f"Episodes of each measure and of {yardstick.name}",
        )  # fmt: skip
    safe_html.note(
        "An episode begins on a day on which the share of coverage, or the series, is above the mean plus two "
        "standard deviations of the 60 days before. Two that begin within a week of each other are the same; above "
        "zero the index was first. By chance: how many would meet if the measure's episodes lay elsewhere in the span."
    )


def reader() -> None:
    """The figures with which the reader was shipped, and what people said of its signals since."""
    st.header("The reader", anchor=False)
    figures = measured()
    together = figures["together"]
    st.text(
        f"Before it was shipped the reader was measured on {figures['measured_on']}, {figures['how']}. Of direction "
        f"it has a macro-F1 of {together['direction']:.2f}, of de-escalation alone {together['deescalation']:.2f}, of "
        f"categories {together['categories']:.2f}; {100 * together['false_alarms']:.0f} % of the entries without a "
        "signal were given a direction. It has not been measured on outlets that it had never seen."
    )
    folds = [{"asked": one["asked"], "learned": one["learned"], "n": one["rows"]} | {
        name.replace("_", " ").replace("deesc", "de-esc"): one[name]
        for name in ("direction", "deescalation", "false_alarms", "categories", "calibration_error")
    } for one in figures["folds"]]  # fmt: skip
    st.dataframe(
        pd.DataFrame(folds), hide_index=True, key="folds", placeholder="",
        column_config=dict.fromkeys(list(folds[0])[3:], THREE), alt="The reader's figures by fold of months",
    )  # fmt: skip
    with st.expander("By language and category"):
        st.text("; ".join(f"{LANGUAGES[lang]} {value:.2f}" for lang, value in figures["languages"].items()))
        kinds = [{"category": CATEGORY_WORDS[name]} | one for name, one in figures["categories"].items()]
        st.dataframe(
            pd.DataFrame(kinds), hide_index=True, key="kinds", placeholder="",
            height=row_selection.tall(len(kinds), 17),
            column_config=dict.fromkeys(("precision", "recall", "f1"), THREE), alt="The reader's figures by category",
        )  # fmt: skip
    corrected(trust.said_of_readings())


def corrected(said: list[Tally]) -> None:
    st.header("What people said of its signals", anchor=False)
    if not said:
        st.text("Nobody has judged a signal yet: every article has buttons for it.")
        return
    right, wrong, missing = (sum(getattr(one, kind) for one in said) for kind in ("right", "wrong", "missing"))
    st.text(
        f"{many(right + wrong + missing, 'verdict')}: {right} right, {wrong} wrong, {missing} missing. People judge "
        "what they notice, so this is no measure of all articles."
    )
    rows = [
        {"category": CATEGORY_WORDS.get(one.category, one.category), "right": one.right, "wrong": one.wrong,
         "missing": one.missing, "n": one.right + one.wrong + one.missing}
        for one in said
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="verdicts", placeholder="", height=row_selection.tall(len(rows), 17),
        alt="Signals judged right, wrong and missing, by category",
    )  # fmt: skip


def rests_on(today, minute) -> None:
    st.header("What it rests on", anchor=False)
    found = trust.coverage(today, minute)
    feeds, _, polling, index = gathered.in_words(found)
    st.text("\n".join((feeds, polling, index)))
    rows = [
        {"language": LANGUAGES.get(one.language or "", one.language or "not named"), "feeds": one.feeds,
         "alive": one.alive, "publishers alive": one.publishers,
         "a press of its own": "yes" if one.publishers >= FEWEST_PUBLISHERS else "no, too few publishers"}
        for one in found.languages
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="languages", placeholder="",
                 alt="Feeds and publishers that are alive, by language")  # fmt: skip
    safe_html.note("Alive: answered within the last day. Hours are those of the last 30 days, since the first poll.")


st.title("How far to trust it", anchor=False)
st.text(
    "Where the numbers go with what others publish and where they do not, how often the reader is wrong, and what was "
    "missing. Correlations say what was associated, never what will happen."
)
now = reads.now()
minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
today = midnight(now)
beside(today, minute)
reader()
rests_on(today, minute)
