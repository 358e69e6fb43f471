"""Makes the time axis of a chart one that can be dragged over, and the chart one that can be kept as a picture. Plain
dictionaries.

ECharts draws a range only while its tool is switched on, by the mark at the chart's upper right; Streamlit gives no way
to switch it on from the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.language import N_, _

TOOL = N_("Choose a time by dragging")
CAPTION = 22  # pixels that the caption takes below the chart
INK, PAPER = "#808A90", {"light": "#FFFFFF", "dark": "#0B1215"}


def draggable(option: Mapping, *, caption: str, name: str, theme: str = "light") -> dict:
    """The chart with the tool that chooses a stretch of its time axis, and the one that keeps it as a PNG file `name`.

    `caption` says below the chart, and so on the picture, what it shows and from whom; draw it CAPTION pixels higher.
    """
    brush = {"toolbox": ["lineX"], "xAxisIndex": "all", "brushMode": "single", "throttleType": "debounce",
             "throttleDelay": 300}  # fmt: skip
    picture = {"name": name, "title": _("Keep as a picture (PNG)"), "pixelRatio": 2, "backgroundColor": PAPER[theme]}
    feature = {"saveAsImage": picture, "brush": {"type": ["lineX"], "title": {"lineX": _(TOOL)}}}
    below = {
        "text": caption,
        "left": 0,
        "bottom": 0,
        "textStyle": {"fontSize": 11, "fontWeight": "normal", "color": INK},
    }
    toolbox = {"right": 4, "top": 0, "itemSize": 18, "showTitle": False, "feature": feature,
               "tooltip": {"show": True}}  # fmt: skip
    return {**option, "brush": brush, "toolbox": toolbox, "title": below}


def range_of(areas: Sequence[Mapping]) -> tuple[datetime, datetime] | None:
    """The times that were dragged over, in UTC; None where nothing is chosen. Milliseconds since 1970 come in."""
    for area in areas:
        ends = area.get("coord_range", ())
        if len(ends) == 2 and all(isinstance(end, int | float) for end in ends):
            start, end = (datetime.fromtimestamp(at / 1000, UTC) for at in sorted(ends))
            return (start, end) if start < end else None
    return None
