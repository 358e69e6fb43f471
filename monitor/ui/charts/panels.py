"""The chart of the board as an ECharts option: tension upward and relief downward with their bands, and below them a
panel of prices for each unit, all over one time axis. Plain dictionaries, no callbacks.

Nothing has two axes: what is measured in another unit stands in a panel of its own. Prices are steps, since a close
holds until the next one is made. A gap in the data stays a gap in the line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from monitor.language import N_, _
from monitor.ui.charts import formats
from monitor.ui.charts.colors import COLORS, DASHES, DIRECTION_SHAPES, PRICE_COLORS
from monitor.ui.components.wording import labelled

MEASURES = (N_("tension"), N_("relief"))
TITLES = {"tension": N_("Tension"), "relief": N_("Relief")}
HEADROOM = 1.35  # a band may reach this many times the highest line before the panel cuts it off
LEAST = {"tension": 150.0, "relief": 150.0}  # the least that a panel shows: 100 is normal
TOP, INDEX, PRICES, GAP, BELOW = 64, 210, 110, 24, 28  # pixels: above, of both measures, of each unit, between, below
LEFT, RIGHT = 52, 14
BAND = (0.24, 0.03)  # opacity of a 90 % interval, from zero to its far end: a wide one does not fill the panel
ABOVE = 10  # pixels from the top of the first panel to the marks of events: within it, the axis would have the pointer
NORMAL = {"yAxis": 100, "lineStyle": {"type": "dotted", "width": 1, "color": "#7A7A7A"}, "label": {"show": False}}
NAMES = N_("named events")
EVENTS = "events"  # id of the series whose points can be clicked
POINTS = "points"  # id of the series whose points are the hours, or days, of tension
INK = "#7A7A7A"


@dataclass(frozen=True, slots=True)
class Event:
    """A moment with a name: the story that led a day. `direction` as of a story."""

    at: datetime
    name: str
    direction: str


def height(prices: dict[str, pd.DataFrame]) -> int:
    """Pixels that the chart needs."""
    return TOP + INDEX + len(units_of(prices)) * (GAP + PRICES) + BELOW


def units_of(prices: dict[str, pd.DataFrame]) -> list[str]:
    return list(dict.fromkeys(str(frame["unit"].iloc[-1]) for frame in prices.values()))


def top_of(points: pd.DataFrame, measure: str) -> tuple[float, bool]:
    """(a round top for a measure's axis, whether it cuts the band off): wide bands of thin news must not fill it."""
    line = points[measure].max() if len(points) and points[measure].notna().any() else 0.0
    band = points[f"{measure}_high"].max() if len(points) and points[f"{measure}_high"].notna().any() else 0.0
    wanted = max(LEAST[measure], min(max(line, band), line * HEADROOM))
    unit = 10 ** math.floor(math.log10(wanted))
    step = unit if wanted > 5 * unit else unit / 2
    top = math.ceil(wanted / step) * step
    return top, bool(band > top)


def panels(
    points: pd.DataFrame, prices: dict[str, pd.DataFrame], events: Sequence[Event], *,
    since: datetime, until: datetime, looked: datetime | None = None, zone: str = "UTC",
) -> tuple[dict[str, Any], bool]:  # fmt: skip
    """(option, whether a band is cut off).

    `points` has at, and tension and relief with their _low and _high as floats, NaN for a gap; a price frame has `at`,
    when each close was made, close and unit. `events` are numbered from 1. `looked`: a line at that time.
    """
    tops, cuts = zip(*(top_of(points, name) for name in MEASURES), strict=True)
    share = min(0.7, max(0.5, tops[0] / sum(tops)))
    units = units_of(prices)
    heights = [INDEX * share, INDEX * (1 - share), *[PRICES] * len(units)]
    begins = [TOP, TOP + heights[0], *(TOP + INDEX + GAP + number * (PRICES + GAP) for number in range(len(units)))]
    last = len(heights) - 1
    lines = [_line_at(event.at) for event in events]
    if looked and since < looked < until:
        lines.append(_line_at(looked, _("last look")))
    frame = points[["at"]].copy()
    series: list[dict[str, Any]] = []
    for axis, (name, top) in enumerate(zip(MEASURES, tops, strict=True)):
        frame[name] = points[name].round(1)
        frame[f"{name}_low"] = points[f"{name}_low"].clip(upper=top).round(1)
        frame[f"{name}_band"] = (points[f"{name}_high"].clip(upper=top) - frame[f"{name}_low"]).clip(lower=0).round(1)
        series += _measure(name, axis, lines)
    datasets: list[dict[str, Any]] = [{"source": frame}]
    marked: set[str] = set()
    for (name, closes), color, dashes in zip(prices.items(), PRICE_COLORS, DASHES, strict=False):
        datasets.append({"source": closes[["at", "close"]].rename(columns={"close": name})})
        unit = str(closes["unit"].iloc[-1])
        across = [] if unit in marked else _unnamed(lines)
        marked.add(unit)
        series.append(_steps(name, len(datasets) - 1, 2 + units.index(unit), color, dashes, across))
    series.append(_points())
    if events:
        series.append(_events(events, tops[0] * (1 + ABOVE / heights[0])))
    option = {
        "dataset": datasets,
        "legend": {
            "data": [*(_(TITLES[name]) for name in MEASURES), *prices, *([_(NAMES)] if events else [])],
            "top": 0, "left": 0, "type": "scroll", "itemWidth": 18, "itemHeight": 10,
        },
        "grid": [
            {"left": LEFT, "right": RIGHT, "top": begin, "height": high}
            for begin, high in zip(begins, heights, strict=True)
        ],
        "tooltip": {"trigger": "axis", "valueFormatter": "localized", "confine": True},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "xAxis": [
            {
                "type": "time", "gridIndex": number, "min": since.isoformat(), "max": until.isoformat(),
                "axisLabel": {"formatter": formats.times(), "hideOverlap": True, "show": number == last},
                "axisTick": {"show": number == last},
                "axisLine": {"show": number != 1 or number == last, "onZero": True},
                **({"position": "bottom"} if number else {}),
            }
            for number in range(last + 1)
        ],
        "yAxis": [
            *(
                {
                    "type": "value", "gridIndex": axis, "min": 0, "max": top, "inverse": axis == 1, "splitNumber": 2,
                    "name": _(name), "nameLocation": "middle", "nameGap": 40,
                    "axisLabel": {"hideOverlap": True, "showMinLabel": axis == 0, "showMaxLabel": False},
                    "splitLine": {"lineStyle": {"opacity": 0.3}},
                }
                for axis, (name, top) in enumerate(zip(MEASURES, tops, strict=True))
            ),
            *(
                {
                    "type": "value", "gridIndex": 2 + number, "scale": True, "splitNumber": 3, "name": unit,
                    "nameLocation": "middle", "nameGap": 40, "splitLine": {"lineStyle": {"opacity": 0.3}},
                }
                for number, unit in enumerate(units)
            ),
        ],
        "dataZoom": [{"type": "inside", "xAxisIndex": "all", "zoomOnMouseWheel": "ctrl"}],
        "animation": False,
        "series": series,
    }  # fmt: skip
    return option, any(cuts)


def _measure(name: str, axis: int, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The band as two stacked lines without strokes, the lower bound and the filled height above it; then the line, and
    a dotted one at 100. A name of a line across the panels is written in the first one only.
    """
    place = {"xAxisIndex": axis, "yAxisIndex": axis}
    band = {
        "type": "line", "datasetIndex": 0, "stack": f"{name} band", "symbol": "none", "lineStyle": {"opacity": 0},
        "connectNulls": False, "silent": True, "tooltip": {"show": False}, **place,
    }  # fmt: skip
    color = COLORS[name]
    return [
        {**band, "name": f"{name} low", "encode": {"x": "at", "y": f"{name}_low"}},
        {
            **band, "name": f"{name} band", "encode": {"x": "at", "y": f"{name}_band"},
            "areaStyle": {"color": _fading(color, upward=axis == 0)},
        },
        {
            "type": "line", "name": _(TITLES[name]), "datasetIndex": 0, "connectNulls": False, "symbol": "none",
            "encode": {"x": "at", "y": name, "tooltip": [name]}, "color": color, "z": 3,
            "lineStyle": {"width": 2, "color": color}, **place,
            "markLine": _across([NORMAL, *(lines if axis == 0 else _unnamed(lines))]),
        },
    ]  # fmt: skip


def _fading(color: str, *, upward: bool) -> dict[str, Any]:
    """The colour of a band, which fades away from zero."""
    red, green, blue = (int(color[n : n + 2], 16) for n in (1, 3, 5))
    top, bottom = reversed(BAND) if upward else BAND
    stops = [{"offset": at, "color": f"rgba({red},{green},{blue},{share})"} for at, share in ((0, top), (1, bottom))]
    return {"type": "linear", "x": 0, "y": 0, "x2": 0, "y2": 1, "colorStops": stops}


def _steps(name: str, dataset: int, axis: int, color: str, dashes: Any, lines: Any) -> dict[str, Any]:
    return {
        "type": "line", "name": name, "datasetIndex": dataset, "step": "end", "symbol": "circle", "symbolSize": 3,
        "encode": {"x": "at", "y": name, "tooltip": [name]}, "color": color, "z": 3, "connectNulls": False,
        "lineStyle": {"type": dashes, "width": 2, "color": color}, "xAxisIndex": axis, "yAxisIndex": axis,
        "markLine": _across(lines),
    }  # fmt: skip


def _points() -> dict[str, Any]:
    """The points of tension as marks that nobody sees and that can be clicked: a line without marks cannot be."""
    return {
        "type": "scatter", "id": POINTS, "name": "points of tension", "datasetIndex": 0,
        "xAxisIndex": 0, "yAxisIndex": 0, "symbolSize": 12, "z": 4,
        "encode": {"x": "at", "y": "tension"}, "itemStyle": {"opacity": 0}, "tooltip": {"show": False},
        "selectedMode": "single", "select": {"itemStyle": {"opacity": 0}}, "cursor": "pointer",
    }  # fmt: skip


def _events(events: Sequence[Event], height: float) -> dict[str, Any]:
    """Numbered marks above the tension panel, which can be pointed at and clicked."""
    return {
        "type": "scatter", "id": EVENTS, "name": _(NAMES), "xAxisIndex": 0, "yAxisIndex": 0, "symbolSize": 17,
        "clip": False,
        "selectedMode": "single", "color": INK, "cursor": "pointer",
        "encode": {"x": 0, "y": 1, "tooltip": [2]}, "tooltip": {"trigger": "item"},
        "data": [
            {
                "value": [event.at.isoformat(), height, labelled(str(number), event.name)],
                "symbol": DIRECTION_SHAPES.get(event.direction, "circle"),
                "itemStyle": {"color": COLORS.get(event.direction, INK)},
                "label": {"show": True, "formatter": str(number), "position": "top", "distance": 1, "color": INK},
            }
            for number, event in enumerate(events, 1)
        ],
    }  # fmt: skip


def _line_at(at: datetime, label: str = "") -> dict[str, Any]:
    """A line across a panel, heavier where it has a name."""
    look: dict[str, Any] = {"type": "solid", "width": 2} if label else {"type": [2, 4], "width": 1}
    return {
        "xAxis": at.isoformat(), "name": label, "lineStyle": {**look, "color": INK}, "label": {"show": bool(label)},
    }  # fmt: skip


def _unnamed(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**line, "label": {"show": False}} for line in lines]


def _across(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "symbol": ["none", "none"], "silent": True, "animation": False, "data": list(lines),
        "label": {"show": False, "formatter": "{b}", "position": "insideEndTop", "color": INK},
    }  # fmt: skip
