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
from monitor.language import N_, _, n_, numeral
from monitor.operation import trust as gathered
from monitor.prices import validation
from monitor.reader.measured import measured
from monitor.storage.corrections import Tally
from monitor.ui.charts import correlations
from monitor.ui.components import downloads, row_selection, safe_html, speech, times
from monitor.ui.components.number_table import headed
from monitor.ui.components.wording import CATEGORY_WORDS, LANGUAGES, semicolons
from monitor.ui.queries import reads, trust

TWO = st.column_config.NumberColumn(format="%.2f")
THREE = st.column_config.NumberColumn(format="%.3f")
NAMES = {
    "tension": N_("Tension"),
    "relief": N_("Relief"),
    "attention": N_("Attention"),
    "word count": N_("Word count"),
}
SAME = {"day": N_("same day"), "week": N_("same week"), "month": N_("same month")}
LATER = {"day": N_("a day later"), "week": N_("a week later"), "month": N_("a month later")}
ON_THE_SAME = {"day": N_("on the same day"), "week": N_("on the same week"), "month": N_("on the same month")}
TOO_FEW = {
    "day": N_("Too few days with numbers of both to say anything about {form} of the index and {name}."),
    "week": N_("Too few weeks with numbers of both to say anything about {form} of the index and {name}."),
    "month": N_("Too few months with numbers of both to say anything about {form} of the index and {name}."),
}
LAGS = {
    "day": N_("Correlation of each measure with {name} at lags of -3 to +3 days, {form}. {said}"),
    "week": N_("Correlation of each measure with {name} at lags of -3 to +3 weeks, {form}. {said}"),
    "month": N_("Correlation of each measure with {name} at lags of -3 to +3 months, {form}. {said}"),
}


def beside(today, minute) -> None:
    """The measures and the word count against one stored series."""
    st.header(_("Beside what others publish"), anchor=False)
    others = trust.yardsticks(minute)
    if not others:
        st.info(
            _(
                "No series to compare with is stored. feeds.yaml has several written out under `series`, such as daily "
                "GPR: switch one on."
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(_("Series"), list(others), key="yardstick", bind="query-params", width=220)
        yardstick = others[name]
        unit = validation.frequency(yardstick.values)
        speech.bound(f"form_{unit}", validation.FORMS[unit], _)
        form = st.segmented_control(
            _("Compared by"),
            list(validation.FORMS[unit]),
            default="levels",
            format_func=_,
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
            alt=_(LAGS[unit], name=name, form=_(form), said=said),
        )
    table = [row(measure, some, unit) for measure, some in found.items()]
    wide = st.column_config.TextColumn(width=320)
    st.dataframe(
        pd.DataFrame(table), hide_index=True, key="trust_table", placeholder="",
        column_config=headed(table[0], {SAME[unit]: TWO, LATER[unit]: TWO, "note": wide}),
        alt=_("Correlations with {name}, {form}, with their 90 % intervals", name=name, form=_(form)),
    )  # fmt: skip
    known = times.local(yardstick.vintage, minute)
    notes = [_("All finished days are compared, whatever period is chosen above.")]
    notes += [_("Values of {name} as known by {time}, {unit}.", name=name, time=known, unit=yardstick.unit)]
    notes += [f"{lines[0].note}."] if lines[0].note else []
    notes.append(_(
        "Spearman's rank correlation; 90 % ranges by a bootstrap of blocks of days; not clear: the range holds zero, "
        "or there are too few days for one. The word count is the share of all articles that hold one of a few words "
        "of war: a measure is worth its trouble where it goes with the series better than that."
    ))  # fmt: skip
    safe_html.note(" ".join(notes))
    downloads.offer("validation", urlencode({"series": name}), name=f"validation-{name}",
                    label=_("Download every comparison as CSV"))  # fmt: skip
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
        parts.append(closest(_(NAMES[measure]), best, when(best.lag, unit, name), plain))
    if not parts:
        return _(TOO_FEW[unit], form=_(form), name=name)
    n = max(one.n for some in found.values() for one in some)
    days = {
        "day": n_("{n} day", "{n} days", n, n=numeral(n)),
        "week": n_("{n} week", "{n} weeks", n, n=numeral(n)),
        "month": n_("{n} month", "{n} months", n, n=numeral(n)),
    }[unit]
    return _(
        "Closest of seven lags, by {form} over {days}: {measures}. Associated with, not because of.",
        form=_(form), days=days, measures=semicolons(parts),
    )  # fmt: skip


def closest(measure: str, best: validation.Association, when: str, plain: float | None) -> str:
    """`Tension +0.74 with GPR 2 days later (not clear), the word count +0.50`; `plain` is that of the word count."""
    assert best.correlation is not None, "the closest has a correlation"
    filled = {"measure": measure, "correlation": numeral(best.correlation, "+.2f"), "when": when}
    if plain is None:
        if best.clear:
            return _("{measure} {correlation} {when}", **filled)
        return _("{measure} {correlation} {when} (not clear)", **filled)
    filled |= {"plain": numeral(plain, "+.2f")}
    if best.clear:
        return _("{measure} {correlation} {when}, the word count {plain}", **filled)
    return _("{measure} {correlation} {when} (not clear), the word count {plain}", **filled)


def when(lag: int, unit: str, name: str) -> str:
    if not lag:
        return _(ON_THE_SAME[unit])
    n = abs(lag)
    match unit, lag > 0:
        case "day", True:
            return n_("with {name} {n} day later", "with {name} {n} days later", n, name=name)
        case "day", False:
            return n_("with {name} {n} day earlier", "with {name} {n} days earlier", n, name=name)
        case "week", True:
            return n_("with {name} {n} week later", "with {name} {n} weeks later", n, name=name)
        case "week", False:
            return n_("with {name} {n} week earlier", "with {name} {n} weeks earlier", n, name=name)
        case "month", True:
            return n_("with {name} {n} month later", "with {name} {n} months later", n, name=name)
    return n_("with {name} {n} month earlier", "with {name} {n} months earlier", n, name=name)


def row(measure: str, some: list[validation.Association], unit: str) -> dict[str, object]:
    by_lag = {one.lag: one for one in some}
    same, later = by_lag[0], by_lag[1]
    return {
        N_("measure"): _(NAMES[measure]), "n": same.n, SAME[unit]: same.correlation, N_("90 % range"): spread(same),
        LATER[unit]: later.correlation, N_("its 90 % range"): spread(later), N_("note"): same.note or "",
    }  # fmt: skip


def spread(one: validation.Association) -> str:
    if one.low is None or one.high is None:
        return ""
    return _("{low} to {high}", low=numeral(one.low, "+.2f"), high=numeral(one.high, "+.2f"))


def turning(lines: list[validation.Line], yardstick) -> None:
    """Episodes of the measures and of the series, and who was first."""
    st.header(_("Turning points"), anchor=False)
    found = trust.turning_points(lines, yardstick)
    st.text("\n".join(validation.in_words(one) for one in found))
    rows = [
        {N_("measure"): _(NAMES[one.measure]), N_("begins here"): at.ours, f"begins in {one.yardstick}": at.theirs,
         N_("days of lead"): at.lead}
        for one in found
        for at in one.found
    ]  # fmt: skip
    if rows:
        day = st.column_config.DateColumn(format="YYYY-MM-DD")
        theirs = st.column_config.DateColumn(_("begins in {name}", name=yardstick.name), format="YYYY-MM-DD")
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, key="turning_table", placeholder="",
            height=row_selection.tall(len(rows), 10),
            column_config=headed(rows[0], {
                "begins here": day, f"begins in {yardstick.name}": theirs,
                "days of lead": st.column_config.NumberColumn(format="%+d"),
            }),
            alt=_("Episodes of each measure and of {name}", name=yardstick.name),
        )  # fmt: skip
    safe_html.note(_(
        "An episode begins on a day on which the share of coverage, or the series, is above the mean plus two "
        "standard deviations of the 60 days before. Two that begin within a week of each other are the same; above "
        "zero the index was first. By chance: how many would meet if the measure's episodes lay elsewhere in the span."
    ))  # fmt: skip


def reader() -> None:
    """The figures with which the reader was shipped, and what people said of its signals since."""
    st.header(_("The reader"), anchor=False)
    figures = measured()
    together, outlets = figures["together"], figures["outlets"]
    st.text(_(
        "Before it was shipped the reader was measured on {entries}, {how}. Of direction it has a macro-F1 of "
        "{direction}, of de-escalation alone {deescalation}, of categories {categories}; {false_alarms} % of the "
        "entries without a signal were given a direction. On outlets that it had never seen: direction "
        "{outlets_direction}, de-escalation {outlets_deescalation}, categories {outlets_categories}, false alarms "
        "{outlets_false_alarms} %.",
        entries=_(figures["measured_on"]), how=_(figures["how"]), direction=numeral(together["direction"], ".2f"),
        deescalation=numeral(together["deescalation"], ".2f"), categories=numeral(together["categories"], ".2f"),
        false_alarms=numeral(together["false_alarms"] * 100, ".0f"),
        outlets_direction=numeral(outlets["direction"], ".2f"),
        outlets_deescalation=numeral(outlets["deescalation"], ".2f"),
        outlets_categories=numeral(outlets["categories"], ".2f"),
        outlets_false_alarms=numeral(outlets["false_alarms"] * 100, ".0f"),
    ))  # fmt: skip
    folds = [
        {N_("asked"): _(one["asked"]), N_("learned"): _(one["learned"]), "n": one["rows"],
         N_("direction"): one["direction"], N_("de-escalation"): one["deescalation"],
         N_("false alarms"): one["false_alarms"], N_("categories"): one["categories"],
         N_("calibration error"): one["calibration_error"]}
        for one in figures["folds"]
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(folds), hide_index=True, key="folds", placeholder="",
        column_config=headed(folds[0], dict.fromkeys(list(folds[0])[3:], THREE)),
        alt=_("The reader's figures by fold of months"),
    )  # fmt: skip
    with st.expander(_("By language and category")):
        measured_in = figures["languages"].items()
        st.text(semicolons(f"{_(LANGUAGES[lang])} {numeral(value, '.2f')}" for lang, value in measured_in))
        kinds = [
            {N_("category"): _(CATEGORY_WORDS[name]), N_("labelled"): one["labelled"], N_("said"): one["said"],
             N_("precision"): one["precision"], N_("recall"): one["recall"], "f1": one["f1"]}
            for name, one in figures["categories"].items()
        ]  # fmt: skip
        st.dataframe(
            pd.DataFrame(kinds), hide_index=True, key="kinds", placeholder="",
            height=row_selection.tall(len(kinds), 17),
            column_config=headed(kinds[0], dict.fromkeys(("precision", "recall", "f1"), THREE)),
            alt=_("The reader's figures by category"),
        )  # fmt: skip
    corrected(trust.said_of_readings())


def corrected(said: list[Tally]) -> None:
    st.header(_("What people said of its signals"), anchor=False)
    if not said:
        st.text(_("Nobody has judged a signal yet: every article has buttons for it."))
        return
    right, wrong, missing = (sum(getattr(one, kind) for one in said) for kind in ("right", "wrong", "missing"))
    every = right + wrong + missing
    st.text(n_(
        "{n} verdict: {right} right, {wrong} wrong, {missing} missing. People judge what they notice, so this is no "
        "measure of all articles.",
        "{n} verdicts: {right} right, {wrong} wrong, {missing} missing. People judge what they notice, so this is no "
        "measure of all articles.",
        every, n=numeral(every), right=right, wrong=wrong, missing=missing,
    ))  # fmt: skip
    rows = [
        {N_("category"): _(CATEGORY_WORDS.get(one.category, one.category)), N_("right"): one.right,
         N_("wrong"): one.wrong, N_("missing"): one.missing, "n": one.right + one.wrong + one.missing}
        for one in said
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="verdicts", placeholder="", height=row_selection.tall(len(rows), 17),
        column_config=headed(rows[0]), alt=_("Signals judged right, wrong and missing, by category"),
    )  # fmt: skip


def rests_on(today, minute) -> None:
    st.header(_("What it rests on"), anchor=False)
    found = trust.coverage(today, minute)
    st.text("\n".join(line for number, line in enumerate(gathered.in_words(found)) if number != 1))  # a table says it
    rows = [
        {N_("language"): _(LANGUAGES.get(one.language, one.language)) if one.language else _("not named"),
         N_("feeds"): one.feeds, N_("alive"): one.alive, N_("publishers alive"): one.publishers,
         N_("a press of its own"):
            _("yes") if one.publishers >= FEWEST_PUBLISHERS else _("no, too few publishers")}
        for one in found.languages
    ]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="languages", placeholder="",
        column_config=headed(rows[0] if rows else ()), alt=_("Feeds and publishers that are alive, by language"),
    )  # fmt: skip
    safe_html.note(_("Alive: answered within the last day. Hours are those of the last 30 days, since the first poll."))


st.title(_("How far to trust it"), anchor=False)
st.text(_(
    "Where the numbers go with what others publish and where they do not, how often the reader is wrong, and what was "
    "missing. Correlations say what was associated, never what will happen."
))  # fmt: skip
now = reads.now()
minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
today = midnight(now)
beside(today, minute)
reader()
rests_on(today, minute)
