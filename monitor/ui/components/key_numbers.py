"""The row of numbers on top of the Overview, each with its unit, its change, where it comes from and a small line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from monitor.ui.components.safe_html import Html, tag

GREY = "#8A9499"  # seen on white and on near-black
WIDE, HIGH = 100.0, 30.0  # of a sparkline, in its own units
POINTS = 168  # an hour each for a week


@dataclass(frozen=True, slots=True)
class Number:
    """One cell of the row: a value, what it means and where it comes from."""

    label: str
    value: str
    small: str = ""  # unit
    change: str = ""
    change_is: str = ""  # worse | better: only with a sign and words beside it
    notes: tuple[str | Html, ...] = ()
    fault: str = ""
    history: Sequence[float | None] = ()
    color: str = GREY


def row(numbers: Sequence[Number]) -> Html:
    return tag("dl", *map(_number, numbers), class_="kpis")


def _number(number: Number) -> Html:
    lines = [tag("dd", number.value, *([" ", tag("small", number.small)] if number.small else []), class_="value")]
    if number.change:
        lines.append(tag("dd", number.change, class_=number.change_is or None))
    lines += [tag("dd", note, class_="note") for note in number.notes if note]
    if number.fault:
        lines.append(tag("dd", number.fault, class_="fault"))
    if line := spark(number.history, number.color):
        lines.append(tag("dd", line, aria_hidden="true"))
    return tag("div", tag("dt", number.label), *lines, class_="kpi")


def spark(values: Sequence[float | None], color: str = GREY) -> Html | None:
    """A line without axes, gaps as gaps; None where there are fewer than two numbers."""
    kept = [None if v is None or v != v else float(v) for v in values][-POINTS:]
    known = [v for v in kept if v is not None]
    if len(known) < 2:
        return None
    low, span = min(known), (max(known) - min(known)) or 1.0
    steps, pen = [], "M"
    for number, value in enumerate(kept):
        if value is None:
            pen = "M"
            continue
        steps.append(f"{pen}{number * WIDE / (len(kept) - 1):.1f} {HIGH - (value - low) * HIGH / span:.1f}")
        pen = "L"
    line = tag(
        "path",
        d="".join(steps),
        fill="none",
        stroke=color,
        stroke_width="2",
        vector_effect="non-scaling-stroke",
        stroke_linejoin="round",
    )
    picture = tag(
        "svg",
        line,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 -1 {WIDE:g} {HIGH + 2:g}",
        preserveAspectRatio="none",
    )
    return tag(
        "img", src=f"data:image/svg+xml,{quote(picture)}", alt=""
    )  # drawn inline it would be taken out as unsafe
