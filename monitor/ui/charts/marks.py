"""Marks moments on the chart of index and prices: alerts, episodes, dates of the reader's own. Plain dictionaries, no
callbacks.

Each kind has its own shape, its own stroke and its own name in the legend, so that colour is never needed to
distinguish them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from monitor.language import N_, _, numeral
from monitor.models import Alert
from monitor.ui.charts.colors import COLORS, DIRECTION_SHAPES
from monitor.ui.components.wording import labelled, listed

MAX_MARKS = 40  # of one kind; the newest are drawn
INK = "#7A7A7A"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of moment looks, in the chart and in a sentence, and what it is called."""

    name: str
    sign: str
    symbol: str
    stroke: str | list[int]
    color: str = INK


KINDS = {
    "alert": Kind(N_("alert"), "■", "rect", "solid"),
    "escalation": Kind(
        N_("episode of escalation"), "▲", DIRECTION_SHAPES["escalation"], "dashed", COLORS["escalation"]
    ),
    "de-escalation": Kind(
        N_("episode of de-escalation"), "▼", DIRECTION_SHAPES["deescalation"], "dotted", COLORS["deescalation"]
    ),
    "both": Kind(N_("episode of both"), "◆", DIRECTION_SHAPES["mixed"], [8, 3, 2, 3], COLORS["mixed"]),
    "your date": Kind(N_("your date"), "●", "circle", "solid"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment; `kind` is one of KINDS, `name` is what is shown when it is pointed at."""

    at: datetime
    kind: str
    name: str


def of_alerts(alerts: Sequence[Alert]) -> list[Mark]:
    return [Mark(alert.at, "alert", alert.rule) for alert in alerts]


def of_days(events: Mapping[date, str]) -> list[Mark]:
    """Days with what each is: a kind, or several kinds of episode with a comma between."""
    kinds = {day: what if what in KINDS else "both" for day, what in events.items()}
    return [Mark(datetime.combine(day, time(), UTC), kind, _(KINDS[kind].name)) for day, kind in kinds.items()]


def count(marks: Sequence[Mark]) -> dict[str, int]:
    """kind -> how many marks."""
    return dict(Counter(mark.kind for mark in marks))


def newest(marks: Sequence[Mark]) -> list[Mark]:
    """Those of the marks, oldest first, that a chart draws: the newest of each kind."""
    left = count(marks)
    kept = []
    for mark in marks:
        if left[mark.kind] <= MAX_MARKS:
            kept.append(mark)
        else:
            left[mark.kind] -= 1
    return kept


def in_words(marks: Sequence[Mark], named: Callable[[Mark], str], counts: Mapping[str, int]) -> list[str]:
    """A sentence for each kind, the newest marks first, as `named` calls each: `▲ episode of escalation: 28 Feb 2026.`

    `marks` are those drawn, `counts` how many there are of each kind; where that is more, the sentence says so.
    """
    sentences = []
    for kind, look in KINDS.items():
        ours = [named(mark) for mark in reversed(marks) if mark.kind == kind]
        if ours:
            every = counts.get(kind, len(ours))
            sentences.append(labelled(f"{look.sign} {_(look.name)}", listed(ours, 4)) + ".")
            if every > len(ours):
                sentences[-1] += " " + _(
                    "Of {every}, only the newest {drawn} are drawn.", every=numeral(every), drawn=len(ours)
                )
    return sentences


def marked(option: dict, marks: Sequence[Mark]) -> dict:
    """The chart with these marks on top and a thin line below each."""
    top = option["yAxis"][0]["max"]
    heights = {"alert": top}  # others a little lower: an alert may fall on the day that an episode begins
    series, names = [], []
    for kind, look in KINDS.items():
        ours = [mark for mark in marks if mark.kind == kind]
        if not ours:
            continue
        series.append(
            {
                "type": "scatter",
                "name": _(look.name),
                "symbol": look.symbol,
                "symbolSize": 9,
                "color": look.color,
                "z": 5,
                "clip": False,
                "data": [
                    {"name": mark.name, "value": [mark.at.isoformat(), heights.get(kind, 0.94 * top), mark.name]}
                    for mark in ours
                ],
                "encode": {"x": 0, "y": 1, "tooltip": [2]},
                "markLine": {
                    "symbol": ["none", "none"],
                    "silent": True,
                    "animation": False,
                    "label": {"show": False},
                    "lineStyle": {"type": look.stroke, "width": 1, "color": look.color},
                    "data": [{"xAxis": mark.at.isoformat()} for mark in ours],
                },
            }
        )
        names.append({"name": _(look.name), "icon": look.symbol})
    legend = {**option["legend"], "data": [*option["legend"]["data"], *names]}
    return {**option, "legend": legend, "series": [*option["series"], *series]}
