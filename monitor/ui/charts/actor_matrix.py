"""The matrix of who acts on whom, as ECharts options. Names are the gazetteer's, never a feed's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.language import _, numeral
from monitor.storage.counts import Count

ACTORS = 12  # rows and columns of the matrix
# from mild to severe; on each the dark numerals have a contrast of at least 4.5 to 1, in the light and the dark theme
SHADES = {"escalation": ["#F8DCC6", "#E58642"], "deescalation": ["#CFE6F5", "#55A9DB"]}
INK = "#17262C"


def cells(found: Sequence[Count], direction: str) -> list[Count]:
    """The pairs of the actors that are named most in stories of a direction: the cells of the matrix, in its order."""
    ours = [count for count in found if getattr(count, direction)]
    stories: dict[str, int] = {}
    for count in ours:
        for code in count.values:
            stories[code] = stories.get(code, 0) + getattr(count, direction)
    shown = set(sorted(stories, key=lambda code: (-stories[code], code))[:ACTORS])
    return [count for count in ours if shown.issuperset(count.values)]


def pair_named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    """`Israel on Iran`."""
    source, target = (names.get(code, code) for code in codes)
    return _("{source} on {target}", source=source, target=target)


def matrix(shown: Sequence[Count], direction: str, names: Mapping[str, str]) -> dict:
    """Who (rows) does how much to whom (columns): the number of stories stands in each cell, and its colour is deeper
    where the most severe of them is more severe.
    """
    rows, columns = (
        list(dict.fromkeys(count.values[side] for count in sorted(shown, key=lambda count: -getattr(count, direction))))
        for side in (0, 1)
    )
    rows.reverse()  # drawn from below
    data = [
        {
            "value": [
                columns.index(count.values[1]),
                rows.index(count.values[0]),
                getattr(count, direction),
                round(count.severity, 1),
                numeral(count.severity, ".1f"),
            ],
            "name": pair_named(count.values, names),
        }
        for count in shown
    ]
    label = {"fontSize": 11, "interval": 0}
    return {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "item",
            "confine": True,
            "formatter": _("{pair}: {n} stories, severity up to {severity}", pair="{b}", n="{@[2]}", severity="{@[4]}"),
        },
        "xAxis": {"type": "category", "data": [names.get(c, c) for c in columns], "axisLabel": {**label, "rotate": 40}},
        "yAxis": {"type": "category", "data": [names.get(c, c) for c in rows], "axisLabel": label},
        "visualMap": {"show": False, "min": 1, "max": 10, "dimension": 3, "inRange": {"color": SHADES[direction]}},
        "animation": False,
        "series": [
            {
                "type": "heatmap",
                "id": "pairs",
                "data": data,
                "cursor": "pointer",
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": INK, "borderWidth": 2}},
                "label": {
                    "show": True,
                    "formatter": "{@[2]}",
                    "fontSize": 13,
                    "fontWeight": "bold",
                    "color": INK,
                },
            }
        ],
    }
