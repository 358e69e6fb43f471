"""Makes the time axis of a chart one that can be dragged over, and its points ones that can be clicked. Plain
dictionaries.

ECharts draws a range only while its tool is switched on, by the mark at the chart's upper right; Streamlit gives no way
to switch it on from the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.language import N_, _

TOOL = N_("Choose a time by dragging")


def draggable(option: Mapping) -> dict:
    """The chart with the tool that chooses a stretch of its time axis."""
    brush = {"toolbox": ["lineX"], "xAxisIndex": "all", "brushMode": "single", "throttleType": "debounce",
             "throttleDelay": 300}  # fmt: skip
    feature = {"brush": {"type": ["lineX"], "title": {"lineX": _(TOOL)}}}
    toolbox = {"right": 4, "top": 0, "itemSize": 18, "showTitle": False, "feature": feature,
               "tooltip": {"show": True}}  # fmt: skip
    return {**option, "brush": brush, "toolbox": toolbox}


def range_of(areas: Sequence[Mapping]) -> tuple[datetime, datetime] | None:
    """The times that were dragged over, in UTC; None where nothing is chosen. Milliseconds since 1970 come in."""
    for area in areas:
        ends = area.get("coord_range", ())
        if len(ends) == 2 and all(isinstance(end, int | float) for end in ends):
            start, end = (datetime.fromtimestamp(at / 1000, UTC) for at in sorted(ends))
            return (start, end) if start < end else None
    return None
