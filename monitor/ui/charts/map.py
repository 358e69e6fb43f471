"""The map of places as ECharts options. Names are the gazetteer's, never a feed's."""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.storage.signals import Tally
from monitor.ui.charts import coastline
from monitor.ui.charts.colors import COLORS, DIRECTION_SHAPES
from monitor.ui.components.wording import DIRECTION_WORDS

LARGEST, SMALLEST = 46.0, 9.0  # of a mark, in pixels
APART = 0.28  # degrees that the two marks of one place are moved to either side
FAR_EAST = 58.0  # from here on a name stands to the left of its mark, or it would leave the map
LABELS = 12  # places whose name stands on the map


def places(found: Sequence[Tally], where: dict[str, tuple[float, float]]) -> tuple[dict, list[Tally]]:
    """(option, what lies outside the map or has no coordinates). A mark's area goes with its number of articles."""
    drawn = [t for t in found if t.values[0] in where and coastline.inside(*where[t.values[0]][::-1])]
    most = max((t.articles for t in drawn), default=1)
    named = {t.values[0] for t in sorted(drawn, key=lambda t: -t.articles)[:LABELS]}
    series = [
        {"type": "line", "data": [list(point) for point in line], "symbol": "none", "silent": True, "z": 1,
            "tooltip": {"show": False},
         "lineStyle": {"width": 1, "color": "#8A9499"}}
        for line in coastline.COASTS.values()
    ]  # fmt: skip
    series.append({
        "type": "scatter", "symbolSize": 0.1, "silent": True, "z": 1, "tooltip": {"show": False},
        "data": [{"name": name, "value": list(at)} for name,
            at in coastline.NAMES.items() if name.title() not in named],
        "label": {"show": True, "formatter": "{b}", "fontSize": 10, "color": "#8A9499"},
    })  # fmt: skip
    for direction, side in (("escalation", -APART), ("deescalation", APART)):
        data = []
        for tally in sorted((t for t in drawn if t.direction == direction), key=lambda t: -t.articles):
            latitude, longitude = where[tally.values[0]]
            size = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(tally.articles / most)
            data.append({
                "name": tally.values[0], "value": [longitude + side, latitude, tally.articles],
                "symbolSize": round(size, 1),
                "label": {"show": tally.values[0] in named and direction == stronger(tally.values[0], drawn),
                    "position": "left" if longitude > FAR_EAST else "right"},
            })  # fmt: skip
        series.append({
            "type": "scatter", "name": DIRECTION_WORDS[direction], "data": data, "symbol": DIRECTION_SHAPES[direction],
            "color": COLORS[direction], "itemStyle": {"opacity": 0.75}, "z": 3, "labelLayout": {"hideOverlap": True},
            "label": {"formatter": "{b}", "fontSize": 11},
            "tooltip": {"formatter": f"{{b}}: {DIRECTION_WORDS[direction]}, {{@[2]}} articles"},
        })  # fmt: skip
    axis = {
        "type": "value",
        "splitLine": {"lineStyle": {"opacity": 0.25}},
        "axisLabel": {"formatter": "{value}°", "fontSize": 10},
    }
    option = {
        "legend": {
            "top": 0,
            "itemWidth": 14,
            "itemHeight": 12,
            "data": [DIRECTION_WORDS[d] for d in ("escalation", "deescalation")],
        },
        "grid": {"left": 4, "right": 8, "top": 30, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {**axis, "min": coastline.WEST, "max": coastline.EAST},
        "yAxis": {**axis, "min": coastline.SOUTH, "max": coastline.NORTH},
        "animation": False,
        "series": series,
    }
    return option, [t for t in found if t not in drawn]


def stronger(place: str, found: Sequence[Tally]) -> str:
    return max((t for t in found if t.values[0] == place), key=lambda t: t.articles).direction
