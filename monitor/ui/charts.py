"""Builds ECharts options from frames: plain dictionaries, no feed text, no callbacks.

Leaves reading the data to data.py and drawing to the pages. A gap in the data stays a gap in the line.
"""

from __future__ import annotations

import pandas as pd

# Told apart by colour-blind eyes (after Okabe and Ito), on white and on near-black; shape and word always say it too.
ESCALATION = "#D55E00"
DEESCALATION = "#0085CA"
PRICE_COLORS = ("#B8860B", "#8E6BBF", "#3F9B6E", "#7A7A7A")
BAND = 0.16  # opacity of a 90 % interval


def tension_and_prices(points: pd.DataFrame, prices: dict[str, pd.DataFrame], *, zoom: bool = True) -> dict:
    """Tension and relief with their 90 % bands on the left axis, each price series dashed on the right.

    `points` has at, tension, tension_low, tension_high, relief, relief_low, relief_high (any may be NaN); a price frame
    has day and close. Both on one shared UTC time axis.
    """
    datasets, series, names = [], [], []
    if not points.empty:
        frame = points[["at"]].copy()
        for name in ("tension", "relief"):
            frame[name] = points[name].round(1)
            frame[f"{name}_low"] = points[f"{name}_low"].round(1)
            frame[f"{name}_band"] = (points[f"{name}_high"] - points[f"{name}_low"]).round(1)
        datasets.append({"source": frame})
        for name, color, symbol in (("tension", ESCALATION, "circle"), ("relief", DEESCALATION, "diamond")):
            series += _band(name, color)
            series.append(_line(name.capitalize(), 0, "at", name, color, symbol=symbol, points=frame[name].notna().sum()))
            names.append(name.capitalize())
    for (name, frame), color in zip(prices.items(), PRICE_COLORS, strict=False):
        datasets.append({"source": frame[["day", "close"]].rename(columns={"close": name})})
        line = _line(name, len(datasets) - 1, "day", name, color, symbol="none", points=len(frame))
        series.append({**line, "yAxisIndex": 1, "lineStyle": {"type": "dashed", "width": 2, "color": color}})
        names.append(name)
    option = {
        "dataset": datasets,
        "legend": {"data": names, "top": 0, "left": "center"},
        "grid": {"left": 52, "right": 52, "top": 44, "bottom": 62 if zoom else 30},
        "tooltip": {"trigger": "axis", "valueFormatter": "localized"},
        "xAxis": {"type": "time", "name": "UTC", "nameLocation": "end"},
        "yAxis": [
            {"type": "value", "name": "index", "min": 0, "splitLine": {"lineStyle": {"opacity": 0.35}}},
            {"type": "value", "name": "price", "scale": True, "splitLine": {"show": False}},
        ],
        "animation": False,
        "series": series,
    }
    if zoom:
        option["dataZoom"] = [{"type": "inside", "zoomOnMouseWheel": "ctrl"}, {"type": "slider", "height": 18, "bottom": 8}]
    return option


def _line(label: str, dataset: int, x: str, y: str, color: str, *, symbol: str, points: int) -> dict:
    return {
        "type": "line",
        "name": label,
        "datasetIndex": dataset,
        "encode": {"x": x, "y": y, "tooltip": [y]},
        "connectNulls": False,
        "symbol": symbol if points < 120 else "none",
        "symbolSize": 5,
        "color": color,
        "lineStyle": {"width": 2, "color": color},
        "z": 3,
    }


def _band(name: str, color: str) -> list[dict]:
    """A band is two stacked lines without strokes: the lower bound, and the filled height above it."""
    shared = {
        "type": "line",
        "datasetIndex": 0,
        "stack": f"{name} band",
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "connectNulls": False,
        "silent": True,
        "tooltip": {"show": False},
        "z": 1,
    }
    return [
        {**shared, "name": f"{name} low", "encode": {"x": "at", "y": f"{name}_low"}},
        {**shared, "name": f"{name} band", "encode": {"x": "at", "y": f"{name}_band"}, "areaStyle": {"color": color, "opacity": BAND}},
    ]
