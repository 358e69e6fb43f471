"""Bars of what each part added to a change of the index, as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.language import _, numeral


def bars(names: Sequence[str], values: Sequence[float], *, up: str, down: str) -> dict:
    """What each part added to a change, in points, the first on top;
    the sign stands beside each bar. `up`, `down`: colours.
    """
    bars = [
        {
            "value": round(value, 2), "itemStyle": {"color": up if value > 0 else down},
            "tooltip": {"formatter": "{b}<br/>" + _("{change} points", change=numeral(value, "+.2f"))},
            "label": {"show": True, "formatter": f"{value:+.1f}", "position": "right" if value >= 0 else "left"},
        }
        for value in values
    ]  # fmt: skip
    low, high = min(*values, 0.0), max(*values, 0.0)
    room = 0.16 * (high - low)  # for the numbers beside the bars
    return {
        "grid": {"left": 8, "right": 12, "top": 4, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {
            "type": "value",
            "name": _("points"),
            "nameLocation": "middle",
            "nameGap": 22,
            "min": round(low - room, 2),
            "max": round(high + room, 2),
            "axisLabel": {"hideOverlap": True, "showMinLabel": False, "showMaxLabel": False},
            "splitLine": {"lineStyle": {"opacity": 0.35}},
        },
        "yAxis": {
            "type": "category",
            "data": list(names),
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"onZero": False, "show": False},
            "axisLabel": {"width": 420, "overflow": "truncate"},
        },
        "animation": False,
        "series": [{"type": "bar", "data": bars, "barMaxWidth": 20, "selectedMode": "single"}],
        # on a phone the bars need the room more than the names
        "media": [{"query": {"maxWidth": 700}, "option": {"yAxis": {"axisLabel": {"width": 130}}}}],
    }
