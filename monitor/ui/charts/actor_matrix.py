"""The matrix of who acts on whom, as ECharts options. Names are the gazetteer's, never a feed's."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.storage.signals import Tally
from monitor.ui.charts.colors import COLORS

ACTORS = 12  # rows and columns of the matrix


def matrix(found: Sequence[Tally], direction: str, names: dict[str, str]) -> dict | None:
    """Who (rows) does how much of one direction to whom (columns); the number stands in each cell. None without any."""
    ours = [t for t in found if t.direction == direction]
    if not ours:
        return None
    weight: dict[str, int] = {}
    for tally in ours:
        for code in tally.values:
            weight[code] = weight.get(code, 0) + tally.articles
    shown = sorted(weight, key=lambda code: (-weight[code], code))[:ACTORS]
    rows = [c for c in shown if any(t.values[0] == c for t in ours)][::-1]
    columns = [c for c in shown if any(t.values[1] == c for t in ours)]
    data = [
        [columns.index(t.values[1]), rows.index(t.values[0]), t.articles]
        for t in ours
        if t.values[0] in rows and t.values[1] in columns
    ]
    if not data:
        return None
    label = {"fontSize": 11}
    return {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{@[2]} articles"},
        "xAxis": {
            "type": "category",
            "data": [names.get(c, c) for c in columns],
            "axisLabel": {**label, "rotate": 40, "interval": 0},
        },
        "yAxis": {"type": "category", "data": [names.get(c, c) for c in rows], "axisLabel": {**label, "interval": 0}},
        "visualMap": {
            "show": False,
            "min": 0,
            "max": max(d[2] for d in data),
            "dimension": 2,
            "inRange": {"color": [f"{COLORS[direction]}26", f"{COLORS[direction]}D9"]},
        },
        "animation": False,
        "series": [
            {
                "type": "heatmap",
                "data": data,
                "label": {
                    "show": True,
                    "formatter": "{@[2]}",
                    "fontWeight": "bold",
                    "color": "#FFFFFF",
                    "textBorderColor": "#17262C",
                    "textBorderWidth": 3,
                },
            }
        ],
    }
