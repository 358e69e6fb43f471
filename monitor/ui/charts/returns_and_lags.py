"""The charts of the Oil page, returns around events and correlation at each lag, as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.language import ISOLATED, N_, RIGHT_TO_LEFT, _, spoken
from monitor.prices.event_study import WINDOWS, Row
from monitor.prices.lead_lag import LeadLag
from monitor.ui.charts import formats
from monitor.ui.charts.colors import COLORS, GREY

# none of the colours of escalation and de-escalation: these bars say how a price moved, not what the news was
WINDOW_LOOKS = dict(zip(
    WINDOWS, ((N_("the day"), "#00875F"), (N_("2 days"), "#B0569A"), (N_("5 days"), "#8A7A1F")), strict=True
))  # fmt: skip
STAR = "★"  # beside a significant bar: never by colour alone
CROWD = 12  # events that stand beside each other without a slider


def abnormal(rows: Sequence[Row]) -> dict:
    """Abnormal returns in per cent: a group of bars an event, a bar a window, a star where it stands out;
    none where not measured.
    """
    events = [day.isoformat() for day in dict.fromkeys(row.event for row in rows)]
    series = []
    for window, (name, color) in WINDOW_LOOKS.items():
        bars: list[Any] = []  # "-" where nothing was measured
        for row in (row for row in rows if row.window == window):
            if row.ar is None:
                bars.append("-")
                continue
            label = {"show": row.significant, "formatter": STAR, "position": "top" if row.ar >= 0 else "bottom"}
            bars.append(
                {
                    "value": round(100 * row.ar, 2),
                    "label": label,
                    "itemStyle": {"opacity": 1.0 if row.significant else 0.55},
                }
            )
        series.append({"type": "bar", "name": _(name), "data": bars, "color": color, "barMaxWidth": 26})
    crowded = len(events) > CROWD
    zoom = (
        [
            {
                "type": "slider",
                "height": 16,
                "bottom": 2,
                "start": 100 - 100 * CROWD / len(events),
                "end": 100,
                "showDetail": False,
            }
        ]
        if crowded
        else []
    )
    return {
        "legend": {"top": 0}, "grid": {"left": 8, "right": 8, "top": 58, "bottom": 28 if crowded else 8,
            "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True,
            "valueFormatter": formats.of_tooltip("%.2f %%")},
        "xAxis": {"type": "category", "data": events, "axisLabel": {"hideOverlap": True},
            "axisLine": {"onZero": False}},
        "yAxis": {"type": "value", "name": _("more than usual, %"), "nameTextStyle": {"align": "left"},
            "splitLine": {"lineStyle": {"opacity": 0.35}}},
        "dataZoom": zoom, "animation": False, "series": series,
    }  # fmt: skip


def who_is_first(left: str, unit: str) -> str:
    """What an axis of lags says below: who moves first to the left of it, and in the middle the unit. It runs from left
    to right in every language, as the axis does.
    """
    sides = (left, unit, _("index first"))
    if spoken() in RIGHT_TO_LEFT:
        sides = tuple(f"\u2067{side}\u2069" for side in sides)
    said = "← {}   {}   {} →".format(*sides)
    return ISOLATED.format(said) if spoken() in RIGHT_TO_LEFT else said


def lags(found: LeadLag) -> dict:
    """Correlation at each lag as a bar, on the band that 95 % of unrelated series keep at all lags; a star where it
    leaves the band.
    """
    low, high = [round(lag.low, 4) for lag in found.lags], [round(lag.high, 4) for lag in found.lags]
    bars = [
        {
            "value": round(lag.correlation, 4),
            "label": {
                "show": lag.significant,
                "formatter": STAR,
                "position": "top" if lag.correlation >= 0 else "bottom",
            },
        }
        for lag in found.lags
    ]
    correlation, upper, lower = _("correlation"), _("band, upper"), _("band, lower")
    edge = {
        "type": "line",
        "symbol": "none",
        "step": "middle",
        "color": GREY,
        "lineStyle": {"type": "dashed", "width": 1.5, "color": GREY},
    }
    return {
        "legend": {"top": 0, "data": [correlation, upper, lower]},
        "grid": {"left": 8, "right": 8, "top": 58, "bottom": 30, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "axisPointer": {"type": "shadow"},
            "confine": True,
            "valueFormatter": formats.of_tooltip("%.3f"),
        },
        "xAxis": {
            "type": "category",
            "data": [f"{lag.lag:+d}" if lag.lag else "0" for lag in found.lags],
            "name": who_is_first(_("price first"), _("trading days")),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLine": {"onZero": False},
        },
        "yAxis": {
            "type": "value",
            "name": correlation,
            "nameTextStyle": {"align": "left"},
            "splitLine": {"lineStyle": {"opacity": 0.35}},
        },
        "animation": False,
        "series": [
            {"type": "bar", "name": correlation, "data": bars, "color": COLORS["tension"], "barMaxWidth": 22},
            {**edge, "name": upper, "data": high},
            {**edge, "name": lower, "data": low},
        ],
    }
