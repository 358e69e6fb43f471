"""The timeline of one story: who reported when, as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.language import _
from monitor.models import Article
from monitor.ui.charts import formats
from monitor.ui.charts.colors import COLORS, DIRECTION_SHAPES
from monitor.ui.components.safe_html import sound
from monitor.ui.components.wording import DIRECTION_WORDS

REPORTS = 400  # of one story that a timeline shows


def reports(members: Sequence[Article], *, zone: str = "UTC") -> dict:
    """Who reported when: a mark for each article, a row for each publisher, earliest on top;
    colour and shape say its direction.
    """
    publishers = list(dict.fromkeys(sound(a.publisher) for a in sorted(members, key=lambda a: (a.at, a.id))))[::-1]
    series = []
    for direction, shape in DIRECTION_SHAPES.items():
        data = [[a.at.isoformat(), sound(a.publisher), a.score] for a in members if a.direction == direction]
        if data:
            series.append(
                {
                    "type": "scatter",
                    "name": _(DIRECTION_WORDS[direction]),
                    "data": data,
                    "symbol": shape,
                    "symbolSize": 13,
                    "color": COLORS[direction],
                }
            )
    return {
        "legend": {"top": 0, "itemWidth": 14, "itemHeight": 12},
        "grid": {"left": 8, "right": 20, "top": 30, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, "valueFormatter": "localized"},
        "xAxis": {
            "type": "time",
            "name": zone,
            "nameLocation": "middle",
            "nameGap": 24,
            "axisLabel": {"formatter": formats.times()},
        },
        "yAxis": {"type": "category", "data": publishers, "splitLine": {"show": True, "lineStyle": {"opacity": 0.3}}},
        "animation": False,
        "series": series,
    }
