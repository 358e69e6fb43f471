"""Correlations of several measures with one yardstick, over the lags. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.language import N_, _
from monitor.prices.validation import Association
from monitor.ui.charts import formats
from monitor.ui.charts.colors import COLORS
from monitor.ui.charts.returns_and_lags import who_is_first

SYMBOLS = {"tension": "triangle", "relief": "path://M0,0L20,0L10,17z", "attention": "diamond", "word count": "circle"}
UNITS = {"day": N_("days"), "week": N_("weeks"), "month": N_("months")}


def over_lags(found: Mapping[str, Sequence[Association]], unit: str, yardstick: str) -> dict:
    """A line a measure, each with a shape of its own. What has too few days is a gap."""
    lags = [one.lag for one in next(iter(found.values()))]
    return {
        "legend": {"top": 0, "data": [_(name) for name in found]},
        "grid": {"left": 8, "right": 8, "top": 58, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": formats.of_tooltip("%.2f")},
        "xAxis": {
            "type": "category",
            "data": [f"{lag:+d}" if lag else "0" for lag in lags],
            "name": who_is_first(_("{name} first", name=yardstick), _(UNITS[unit])),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLine": {"onZero": False},
        },
        "yAxis": {
            "type": "value",
            "name": _("Spearman's correlation"),
            "min": -1,
            "max": 1,
            "nameTextStyle": {"align": "left"},
            "splitLine": {"lineStyle": {"opacity": 0.35}},
        },
        "animation": False,
        "series": [
            {
                "type": "line",
                "name": _(name),
                "color": COLORS[name],
                "symbol": SYMBOLS[name],
                "symbolSize": 10,
                "lineStyle": {"type": "dashed" if name == "word count" else "solid"},
                "data": ["-" if one.correlation is None else round(one.correlation, 4) for one in associations],
            }
            for name, associations in found.items()
        ],
    }
