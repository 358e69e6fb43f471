"""The map of places as ECharts options: land, borders, sea lanes, terminals, and a mark at each place with news.

Names are the gazetteer's, never a feed's. Streamlit takes no map of ECharts' own, so land is drawn as lines that are
filled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from monitor.language import N_, _
from monitor.storage.counts import Count
from monitor.ui.charts import region
from monitor.ui.charts.colors import COLORS
from monitor.ui.components.wording import DIRECTION_WORDS

LARGEST, SMALLEST = 26.0, 5.0  # radius of half a mark, in pixels
MARGIN = 0.2  # of the width, at the eastern edge
SHAPE = 1.09  # width of the map by its height
GREY, SEA, LAND = "#8A9499", "#3D7F9E", "#8A949933"  # seen on white and on near-black
# the upper half of a disc for escalation, the lower for de-escalation: which is which can be seen without colour
HALVES = {"escalation": "path://M0,10A10,10,0,0,1,20,10Z", "deescalation": "path://M0,0A10,10,0,0,0,20,0Z"}
SIDES = tuple(HALVES)


class View(NamedTuple):
    """A part of the region: its middle, and how many degrees of latitude it is high."""

    latitude: float
    longitude: float
    high: float

    def bounds(self) -> dict[str, float]:
        """Degrees of longitude are narrower than those of latitude, by the cosine of the latitude."""
        wide = self.high * SHAPE / math.cos(math.radians(self.latitude))
        return {
            "west": self.longitude - wide / 2, "east": self.longitude + wide / 2,
            "south": self.latitude - self.high / 2, "north": self.latitude + self.high / 2,
        }  # fmt: skip


VIEWS = {
    N_("whole region"): View(25.6, 47.0, 30.0),
    N_("Gulf and Hormuz"): View(26.6, 53.6, 9.5),
    N_("Levant"): View(33.0, 36.2, 6.0),
    N_("Iraq"): View(33.0, 44.5, 9.0),
    N_("Red Sea and Yemen"): View(20.5, 40.5, 20.5),
}
# where oil and gas are loaded, and where their way is narrow
TERMINALS = (
    N_("Kharg Island"), N_("Ras Tanura"), N_("Fujairah"), N_("Jask"), N_("Ras Laffan"), N_("Al-Ahmadi"), N_("Basra"),
    N_("Yanbu"), N_("Ras Isa"), N_("Jebel Ali"), N_("Abqaiq"), N_("South Pars"),
)  # fmt: skip
CHOKEPOINTS = (N_("Strait of Hormuz"), N_("Bab el-Mandeb"), N_("Suez Canal"))
SEAS = (
    N_("Persian Gulf"), N_("Gulf of Oman"), N_("Red Sea"), N_("Gulf of Aden"), N_("Arabian Sea"),
    N_("Eastern Mediterranean"),
)  # fmt: skip
COUNTRIES = (
    N_("Iran"), N_("Iraq"), N_("Saudi Arabia"), N_("Yemen"), N_("Oman"), N_("United Arab Emirates"), N_("Qatar"),
    N_("Kuwait"), N_("Bahrain"), N_("Israel"), N_("Jordan"), N_("Lebanon"), N_("Syria"), N_("Turkey"), N_("Egypt"),
)  # fmt: skip


def within(at: tuple[float, float]) -> bool:
    """Whether (latitude, longitude) lies on the map of the whole region."""
    edge = VIEWS["whole region"].bounds()
    return edge["south"] <= at[0] <= edge["north"] and edge["west"] <= at[1] <= edge["east"]


def split(found: Sequence[Count], where: Mapping[str, tuple[float, float]]) -> tuple[list[Count], list[Count]]:
    """(places on the map, those that lie elsewhere or are too vague for a point)."""
    here = [count for count in found if count.values[0] in where and within(where[count.values[0]])]
    names = {count.values[0] for count in here}
    return here, [count for count in found if count.values[0] not in names]


def places(found: Sequence[Count], where: Mapping[str, tuple[float, float]], view: str) -> dict:
    """Each mark is a disc in two halves: the area of each goes with the number of stories of its direction."""
    most = max((max(count.escalation, count.deescalation) for count in found), default=1) or 1
    named = {count.values[0] for count in found}
    edge = VIEWS[view].bounds()
    axis: dict[str, Any] = {"type": "value", "show": False}
    series = [
        _land(),
        _line(region.coasts(), GREY, width=1, dash=[]),
        _line(region.borders(), GREY, width=0.6, dash=[3, 3]),
        _line(region.lanes(), SEA, width=1.2, dash=[6, 4]),
        *_background(where, named),
        *(
            _half(direction, found, where, most, edge["east"] - MARGIN * (edge["east"] - edge["west"]))
            for direction in SIDES
        ),
    ]
    zoom = {"type": "inside", "filterMode": "none", "minSpan": 4}
    return {
        "legend": {"top": 0, "itemWidth": 18, "itemHeight": 10, "data": [_legend(direction) for direction in SIDES]},
        "grid": {"left": 0, "right": 0, "top": 26, "bottom": 0},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {**axis, "min": edge["west"], "max": edge["east"]},
        "yAxis": {**axis, "min": edge["south"], "max": edge["north"]},
        "dataZoom": [{**zoom, "xAxisIndex": 0}, {**zoom, "yAxisIndex": 0}],
        "animation": False,
        "series": series,
    }


def _legend(direction: str) -> dict:
    return {"name": _(DIRECTION_WORDS[direction]), "icon": HALVES[direction]}


def _line(points: list, color: str, *, width: float, dash: list[int]) -> dict:
    return {
        "type": "line", "data": points, "symbol": "none", "silent": True, "z": 1, "tooltip": {"show": False},
        "lineStyle": {"width": width, "color": color, "type": dash or "solid"},
    }  # fmt: skip


def _land() -> dict:
    """A line that ends where it began encloses its own filling, also when that is taken down to the axis and back."""
    return {**_line(region.land(), GREY, width=0, dash=[]), "areaStyle": {"color": LAND, "origin": "start"}}


def _background(where: Mapping[str, tuple[float, float]], named: set[str]) -> list[dict]:
    """Names of countries and seas, terminals and chokepoints; a mark of `named` has its name already."""

    def items(names: Sequence[str]) -> list[dict]:
        return [
            {"name": _(name), "value": [where[name][1], where[name][0]]}
            for name in names
            if name in where and name not in named
        ]

    still: dict[str, Any] = {"type": "scatter", "silent": True, "z": 2, "tooltip": {"show": False}}
    label = {"show": True, "formatter": "{b}", "fontSize": 10, "color": GREY, "position": "inside"}
    beside = {**label, "position": "bottom", "fontSize": 9, "distance": 3}
    hide = {"hideOverlap": True}
    return [
        {**still, "symbolSize": 0.1, "labelLayout": hide, "data": items(COUNTRIES),
         "label": {**label, "fontWeight": "bold"}},
        {**still, "symbolSize": 0.1, "labelLayout": hide, "data": items(SEAS),
         "label": {**label, "fontStyle": "italic", "color": SEA}},
        {**still, "symbol": "rect", "symbolSize": 5, "color": GREY, "labelLayout": hide, "data": items(TERMINALS),
         "label": {**beside, "show": True}},
        {**still, "symbol": "emptyDiamond", "symbolSize": 11, "color": SEA, "labelLayout": hide,
         "data": items(CHOKEPOINTS), "label": {**beside, "color": SEA, "fontWeight": "bold"}},
    ]  # fmt: skip


def _half(
    direction: str, found: Sequence[Count], where: Mapping[str, tuple[float, float]], most: int, far_east: float
) -> dict:
    """Half of each mark. Largest first, so that a small one is never hidden. East of `far_east` a name stands to the
    left of its mark, or it would leave the map.
    """
    up = direction == "escalation"
    data = []
    for count in sorted(found, key=lambda count: -count.stories):
        stories = getattr(count, direction)
        if not stories:
            continue
        name = count.values[0]
        radius = round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(stories / most), 1)
        data.append({
            "name": _(name), "place": name,
            "value": [where[name][1], where[name][0], count.escalation, count.deescalation],
            "symbolSize": [2 * radius, radius], "symbolOffset": [0, -radius / 2 if up else radius / 2],
            "label": {
                "show": up or not count.escalation,  # one name a place
                "position": "left" if where[name][1] > far_east else "right",
            },
        })  # fmt: skip
    return {
        "type": "scatter", "name": _(DIRECTION_WORDS[direction]), "id": direction, "data": data,
        "symbol": HALVES[direction], "color": COLORS[direction], "z": 3, "cursor": "pointer",
        "itemStyle": {"opacity": 0.8}, "labelLayout": {"hideOverlap": True},
        "label": {"formatter": "{b}", "fontSize": 11, "distance": 3}, "selectedMode": "single",
        "select": {"itemStyle": {"opacity": 1, "borderColor": GREY, "borderWidth": 2}},
        "tooltip": {"formatter": "{b}<br/>" + _("▲ {up} stories, ▼ {down} stories", up="{@[2]}", down="{@[3]}")},
    }  # fmt: skip


def marks(option: Mapping[str, Any]) -> dict[str, list[str]]:
    """id of a series -> the places of its marks, in their order."""
    return {s["id"]: [item["place"] for item in s["data"]] for s in option["series"] if "id" in s}
