"""The main chart, the index with its bands beside prices, as ECharts options: plain dictionaries, no feed text, no
callbacks.

A gap in the data stays a gap in the line.
"""

from __future__ import annotations

import math

import pandas as pd

from monitor.models import MEASURES
from monitor.ui.charts.colors import COLORS

SYMBOLS = {"tension": "circle", "relief": "diamond", "attention": "triangle"}
STROKES: dict[str, str | list[int]] = {"tension": "solid", "relief": "solid", "attention": [6, 2]}
PRICE_COLORS = ("#B8860B", "#8E6BBF", "#3F9B6E", "#7A7A7A")
DASHES = ("dashed", "dotted", [8, 3, 2, 3], [2, 5])  # distinct without colour too
BAND = 0.16  # opacity of a 90 % interval
AXIS = 58  # pixels from one price axis to the next
NORMAL = {
    "symbol": ["none", "none"],
    "silent": True,
    "animation": False,
    "lineStyle": {"type": "dotted", "width": 1, "color": "#7A7A7A"},
    "label": {"show": False},
    "data": [{"yAxis": 100}],
}
# each step of the time axis says enough to be read alone
TIMES = {"year": "{yyyy}", "month": "{MMM} {yyyy}", "day": "{d} {MMM}", "hour": "{HH}:{mm}", "minute": "{HH}:{mm}"}
HEADROOM = 1.7  # a band may reach this many times the highest line before the chart cuts it off
LEAST_TOP = 150.0  # the least that the index axis shows: 100 is normal


def tension_and_prices(
    points: pd.DataFrame, prices: dict[str, pd.DataFrame], *, zone: str = "UTC"
) -> tuple[dict, bool]:
    """(option, whether a band is cut off): tension, relief and attention with 90 % bands on the left axis, each unit of
    price on an axis to the right.

    `points` has at and each measure with its _low and _high as floats, NaN for a gap; a price frame has day, close and
    unit. One time axis, which the browser writes in its own `zone`.
    """
    datasets, series, names = [], [], []
    top, clipped = axis_top(points)
    if not points.empty:
        frame = points[["at"]].copy()
        for name in MEASURES:
            frame[name] = points[name].round(1)
            frame[f"{name}_low"] = points[f"{name}_low"].round(1)
            frame[f"{name}_band"] = (
                (points[f"{name}_high"].clip(upper=top * 1.2) - points[f"{name}_low"]).clip(lower=0).round(1)
            )
        datasets.append({"source": frame})
        for name in MEASURES:
            series += _band(name, COLORS[name])
            series.append(
                _line(
                    name.capitalize(),
                    0,
                    "at",
                    name,
                    COLORS[name],
                    symbol=SYMBOLS[name],
                    points=frame[name].notna().sum(),
                    stroke=STROKES[name],
                )
            )
            names.append(name.capitalize())
        series[2] |= {"markLine": NORMAL}
    units = list(dict.fromkeys(_unit(frame) for frame in prices.values()))
    for (name, frame), color, dashes in zip(prices.items(), PRICE_COLORS, DASHES, strict=False):
        datasets.append({"source": frame[["day", "close"]].rename(columns={"close": name})})
        line = _line(name, len(datasets) - 1, "day", name, color, symbol="none", points=len(frame))
        series.append(
            {
                **line,
                "yAxisIndex": 1 + units.index(_unit(frame)),
                "lineStyle": {"type": dashes, "width": 2, "color": color},
            }
        )
        names.append(name)
    option = {
        "dataset": datasets,
        "legend": {"data": names, "top": 0, "left": "center", "type": "scroll", "itemWidth": 18, "itemHeight": 10},
        "grid": {"left": 8, "right": 8 + AXIS * max(len(units) - 1, 0), "top": 56, "bottom": 46, "containLabel": True},
        "tooltip": {"trigger": "axis", "valueFormatter": "localized", "confine": True},
        "xAxis": {
            "type": "time",
            "name": zone,
            "nameLocation": "middle",
            "nameGap": 22,
            "nameTextStyle": {"fontSize": 10},
            "axisLabel": {"formatter": TIMES, "hideOverlap": True},
        },
        "yAxis": [
            {"type": "value", "name": "index", "min": 0, "max": top, "splitLine": {"lineStyle": {"opacity": 0.35}}},
            *(
                {
                    "type": "value",
                    "name": unit,
                    "scale": True,
                    "position": "right",
                    "offset": AXIS * number,
                    "splitLine": {"show": False},
                }
                for number, unit in enumerate(units)
            ),
        ],
        "dataZoom": [
            {"type": "inside", "zoomOnMouseWheel": "ctrl"},
            {"type": "slider", "height": 16, "bottom": 2, "showDetail": False},
        ],
        "animation": False,
        "series": series,
    }
    return option, clipped


def _unit(frame: pd.DataFrame) -> str:
    return str(frame["unit"].iloc[-1])


def axis_top(points: pd.DataFrame) -> tuple[float, bool]:
    """(a round top of the index axis, whether it cuts a band off): wide bands of thin news must not dwarf the lines."""
    lines = max((points[name].max() for name in MEASURES if points[name].notna().any()), default=0.0)
    bands = max(
        (points[f"{name}_high"].max() for name in MEASURES if points[f"{name}_high"].notna().any()),
        default=0.0,
    )
    wanted = max(LEAST_TOP, min(max(lines, bands), lines * HEADROOM))
    unit = 10 ** math.floor(math.log10(wanted))
    step = unit if wanted > 5 * unit else unit / 2
    top = math.ceil(wanted / step) * step
    return top, bands > top


def _line(
    label: str, dataset: int, x: str, y: str, color: str, *, symbol: str, points: int, stroke: str | list[int] = "solid"
) -> dict:
    return {
        "type": "line",
        "name": label,
        "datasetIndex": dataset,
        "encode": {"x": x, "y": y, "tooltip": [y]},
        "connectNulls": False,
        "symbol": symbol if points < 120 else "none",
        "symbolSize": 5,
        "color": color,
        "lineStyle": {"width": 2, "color": color, "type": stroke},
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
        {
            **shared,
            "name": f"{name} band",
            "encode": {"x": "at", "y": f"{name}_band"},
            "areaStyle": {"color": color, "opacity": BAND},
        },
    ]
