"""Builds the map and the matrix of who acts on whom as ECharts options. Names are the gazetteer's, never a feed's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from monitor.storage.signals import Tally
from monitor.ui.charts import coastline
from monitor.ui.charts.index_and_prices import COLORS, DIRECTION_SHAPES
from monitor.ui.components.wording import DIRECTION_WORDS

LARGEST, SMALLEST = 46.0, 9.0  # of a mark, in pixels
APART = 0.28  # degrees that the two marks of one place are moved to either side
FAR_EAST = 58.0  # from here on a name stands to the left of its mark, or it would leave the map
LABELS = 12  # places whose name stands on the map
ACTORS = 12  # rows and columns of the matrix
SIDES = ("escalation", "deescalation")


def together(found: list[Tally], columns: tuple[str, ...]) -> pd.DataFrame:
    """One row for each place or pair: articles of either direction, the gravest weight; most articles first."""
    rows: dict[tuple, dict] = {}
    for tally in found:
        row = rows.setdefault(
            tally.values,
            {**dict(zip(columns, tally.values, strict=True)), "escalation": 0, "deescalation": 0, "gravest": 0.0},
        )
        row[tally.direction] += tally.articles
        row["gravest"] = max(row["gravest"], tally.strongest)
    frame = pd.DataFrame(list(rows.values()), columns=[*columns, *SIDES, "gravest"])
    return (
        frame.assign(all=frame["escalation"] + frame["deescalation"])
        .sort_values(["all", "gravest"], ascending=False)
        .drop(columns="all")
    )


def places(found: Sequence[Tally], where: dict[str, tuple[float, float]]) -> tuple[dict, list[Tally]]:
    """(option, what lies outside the map or has no coordinates). A mark's area goes with its number of articles."""
    drawn = [t for t in found if t.values[0] in where and coastline.inside(*where[t.values[0]][::-1])]
    most = max((t.articles for t in drawn), default=1)
    named = {t.values[0] for t in sorted(drawn, key=lambda t: -t.articles)[:LABELS]}
    series = [
        {"type": "line", "data": [list(point) for point in line], "symbol": "none", "silent": True, "z": 1, "tooltip": {"show": False},
         "lineStyle": {"width": 1, "color": "#8A9499"}}
        for line in coastline.COASTS.values()
    ]  # fmt: skip
    series.append({
        "type": "scatter", "symbolSize": 0.1, "silent": True, "z": 1, "tooltip": {"show": False},
        "data": [{"name": name, "value": list(at)} for name, at in coastline.NAMES.items() if name.title() not in named],
        "label": {"show": True, "formatter": "{b}", "fontSize": 10, "color": "#8A9499"},
    })  # fmt: skip
    for direction, side in (("escalation", -APART), ("deescalation", APART)):
        data = []
        for tally in sorted((t for t in drawn if t.direction == direction), key=lambda t: -t.articles):
            latitude, longitude = where[tally.values[0]]
            size = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(tally.articles / most)
            data.append({
                "name": tally.values[0], "value": [longitude + side, latitude, tally.articles], "symbolSize": round(size, 1),
                "label": {"show": tally.values[0] in named and direction == stronger(tally.values[0], drawn), "position": "left" if longitude > FAR_EAST else "right"},
            })  # fmt: skip
        series.append({
            "type": "scatter", "name": DIRECTION_WORDS[direction], "data": data, "symbol": DIRECTION_SHAPES[direction], "color": COLORS[direction],
            "itemStyle": {"opacity": 0.75}, "z": 3, "labelLayout": {"hideOverlap": True},
            "label": {"formatter": "{b}", "fontSize": 11},
            "tooltip": {"formatter": f"{{b}}: {DIRECTION_WORDS[direction]}, {{@[2]}} articles"},
        })  # fmt: skip
    axis = {
        "type": "value",
        "splitLine": {"lineStyle": {"opacity": 0.25}},
        "axisLabel": {"formatter": "{value}°", "fontSize": 10},
    }
    option = {
        "legend": {"top": 0, "itemWidth": 14, "itemHeight": 12, "data": [DIRECTION_WORDS[d] for d in SIDES]},
        "grid": {"left": 4, "right": 8, "top": 30, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {**axis, "min": coastline.WEST, "max": coastline.EAST}, "yAxis": {**axis, "min": coastline.SOUTH, "max": coastline.NORTH},
        "animation": False, "series": series,
    }  # fmt: skip
    return option, [t for t in found if t not in drawn]


def stronger(place: str, found: Sequence[Tally]) -> str:
    return max((t for t in found if t.values[0] == place), key=lambda t: t.articles).direction


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
        "xAxis": {"type": "category", "data": [names.get(c, c) for c in columns], "axisLabel": {**label, "rotate": 40, "interval": 0}},
        "yAxis": {"type": "category", "data": [names.get(c, c) for c in rows], "axisLabel": {**label, "interval": 0}},
        "visualMap": {"show": False, "min": 0, "max": max(d[2] for d in data), "dimension": 2,
                      "inRange": {"color": [f"{COLORS[direction]}26", f"{COLORS[direction]}D9"]}},
        "animation": False,
        "series": [{"type": "heatmap", "data": data, "label": {
            "show": True, "formatter": "{@[2]}", "fontWeight": "bold", "color": "#FFFFFF", "textBorderColor": "#17262C", "textBorderWidth": 3,
        }}],
    }  # fmt: skip
