"""What the charts are made of: gaps stay gaps, wide bands do not dwarf a line, nothing is drawn outside the map."""

import itertools
import json
import math
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from monitor.models import MEASURES, Alert, Article
from monitor.storage.counts import Count
from monitor.tagging import theatre
from monitor.ui.charts import actor_matrix, panels, region, report_timeline
from monitor.ui.charts import map as map_chart
from monitor.ui.charts import marks as charts_marks
from monitor.ui.components import key_numbers
from monitor.ui.queries import places_and_pairs

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPAN = {"since": NOON - timedelta(days=1), "until": NOON + timedelta(days=1)}


def points(*tension, high=1.2):
    values = np.array(tension, dtype=float)
    frame = pd.DataFrame(
        {
            "at": [NOON + timedelta(hours=n) for n in range(len(values))],
            "tension": values,
            "relief": values / 2,
            "attention": values / 3,
        }
    )
    for name in MEASURES:
        frame[f"{name}_low"], frame[f"{name}_high"] = frame[name] * 0.8, frame[name] * high
    return frame


def test_alerts_and_episodes_are_told_apart_without_colour():
    option, _ = panels.panels(points(100, 120), {}, [], **SPAN)
    alert = Alert(1, "Tension is high", "level", NOON, "firing", "", "Tension is high")
    days = {
        date(2026, 2, 1): "escalation",
        date(2026, 2, 9): "de-escalation",
        date(2026, 2, 20): "escalation, de-escalation",
    }
    marks = [*charts_marks.of_alerts([alert]), *charts_marks.of_days(days)]
    made = charts_marks.marked(option, marks)
    drawn = {
        series["name"]: series
        for series in made["series"]
        if series["type"] == "scatter" and series.get("id") != panels.POINTS
    }
    names = ["alert", "episode of escalation", "episode of de-escalation", "episode of both"]
    assert list(drawn) == names == [entry["name"] for entry in made["legend"]["data"][-4:]]
    assert [[entry["value"][0] for entry in drawn[name]["data"]] for name in names[:2]] == [
        ["2026-03-02T12:00:00+00:00"],
        ["2026-02-01T00:00:00+00:00"],
    ]
    assert (
        len({series["symbol"] for series in drawn.values()})
        == len({str(series["markLine"]["lineStyle"]["type"]) for series in drawn.values()})
        == 4
    )
    assert charts_marks.in_words(marks, lambda mark: f"{mark.at:%d.%m.}", {})[:2] == [
        "■ alert: 02.03..",
        "▲ episode of escalation: 01.02..",
    ]
    json.dumps({key: value for key, value in made.items() if key != "dataset"})
    assert charts_marks.marked(option, [])["series"] == option["series"]


def test_the_chart_and_its_sentence_agree_on_how_many_alerts_are_drawn():
    option, _ = panels.panels(points(100, 120), {}, [], **SPAN)
    marks = [charts_marks.Mark(NOON + timedelta(hours=n), "alert", f"no. {n}") for n in range(200)]
    marks.insert(0, charts_marks.Mark(NOON, "your date", "your date"))
    drawn = charts_marks.newest(marks)
    sentence = charts_marks.in_words(drawn, lambda mark: mark.name, charts_marks.count(marks))[0]
    (alerts,) = (one for one in charts_marks.marked(option, drawn)["series"] if one.get("name") == "alert")
    assert len(alerts["data"]) == 40 and alerts["data"][-1]["name"] == "no. 199"
    assert sentence == "■ alert: no. 199, no. 198, no. 197, no. 196 and 36 more. Of 200, only the newest 40 are drawn."
    few = charts_marks.newest(marks[:11])
    assert (
        few == marks[:11]
        and "drawn" not in charts_marks.in_words(few, lambda mark: mark.name, charts_marks.count(few))[0]
    )


def closes(unit, *numbers):
    made = [NOON + timedelta(hours=n) for n in range(len(numbers))]
    return pd.DataFrame({"at": made, "close": numbers, "unit": unit})


def test_the_panels_share_their_time_and_no_panel_has_two_axes():
    prices = {"Brent": closes("USD/bbl", 71.3, 72.0), "Gold": closes("USD/oz", 5200.0), "WTI": closes("USD/bbl", 66.0)}
    option, _ = panels.panels(points(100, 120), prices, [], **SPAN)
    assert {(axis["min"], axis["max"]) for axis in option["xAxis"]} == {
        (SPAN["since"].isoformat(), SPAN["until"].isoformat())
    }
    assert [axis["gridIndex"] for axis in option["yAxis"]] == [0, 1, 2, 3] == list(range(len(option["grid"])))
    assert [axis["name"] for axis in option["yAxis"]] == ["tension", "relief", "USD/bbl", "USD/oz"]
    lines = {series["name"]: series for series in option["series"]}
    assert [lines[name]["yAxisIndex"] for name in ("Brent", "Gold", "WTI")] == [2, 3, 2]
    assert all(series["xAxisIndex"] == series["yAxisIndex"] for series in option["series"])
    assert len({str(lines[name]["lineStyle"]["type"]) for name in prices}) == 3  # distinct without colour
    bottoms = [grid["top"] + grid["height"] for grid in option["grid"]]
    assert all(bottom <= grid["top"] for bottom, grid in zip(bottoms, option["grid"][1:], strict=False))
    assert bottoms[-1] < panels.height(prices)


def test_relief_is_drawn_downward_and_a_price_as_steps_that_hold_until_the_next():
    option, _ = panels.panels(points(100, 120), {"Brent": closes("USD/bbl", 71.3, 72.0)}, [], **SPAN)
    assert [axis.get("inverse", False) for axis in option["yAxis"]] == [False, True, False]
    (brent,) = [series for series in option["series"] if series["name"] == "Brent"]
    assert brent["step"] == "end" and option["dataset"][1]["source"]["at"].tolist() == [NOON, NOON + timedelta(hours=1)]


def test_a_gap_stays_a_gap_in_the_panels():
    option, _ = panels.panels(points(100, np.nan, 120), {}, [], **SPAN)
    assert option["dataset"][0]["source"]["tension"].isna().tolist() == [False, True, False]
    assert not any(series["connectNulls"] for series in option["series"] if series["type"] == "line")


@pytest.mark.parametrize(
    ("tension", "high", "top", "cut"),
    [((200, 300), 1.2, 400, False), ((200, 300), 9, 450, True), ((3, 4), 1.2, 150, False), ((), 1, 150, False)],
)
def test_a_wide_band_does_not_fill_the_panel(tension, high, top, cut):
    assert panels.top_of(points(*tension, high=high), "tension") == (top, cut)
    drawn = panels.panels(points(*tension, high=high), {}, [], **SPAN)[0]["dataset"][0]["source"]
    if tension:
        assert (drawn["tension_low"] + drawn["tension_band"]).max() <= top


def test_events_are_numbered_and_can_be_clicked_and_the_last_look_is_a_line():
    events = [panels.Event(NOON, "Strikes on Iran", "escalation"), panels.Event(NOON, "Talks", "deescalation")]
    option, _ = panels.panels(points(100, 120), {}, events, looked=NOON, **SPAN)
    (marks,) = [series for series in option["series"] if series.get("id") == panels.EVENTS]
    assert [mark["value"][2] for mark in marks["data"]] == ["1: Strikes on Iran", "2: Talks"]
    assert len({mark["symbol"] for mark in marks["data"]}) == 2 and marks["selectedMode"] == "single"
    tension = next(series for series in option["series"] if series["name"] == "Tension")
    named = [line["name"] for line in tension["markLine"]["data"] if line.get("name")]
    assert named == ["last look"]
    early, _ = panels.panels(points(100, 120), {}, [], looked=NOON - timedelta(days=9), **SPAN)
    assert "last look" not in json.dumps([series.get("markLine") for series in early["series"]])


def test_a_spark_breaks_at_a_gap():
    class Picture(HTMLParser):
        def handle_starttag(self, tag, attrs):
            self.src = dict(attrs)["src"]

    picture = Picture()
    picture.feed(key_numbers.spark([1, 2, None, 3, float("nan"), 5]))
    assert picture.src.startswith("data:image/svg+xml,")
    assert picture.src.count("M") == 3
    assert key_numbers.spark([None, 1]) is None


def test_reports_stand_in_the_row_of_their_publisher():
    def article(id, publisher, direction):
        at = NOON + timedelta(hours=id)
        return Article(id, "f", publisher, "t", "", None, "en", at, at, at, direction, 1.0, (), (), (), 1, "m")

    option = report_timeline.reports([article(2, "B\u202e", "mixed"), article(1, "A", "escalation")])
    assert option["yAxis"]["data"] == ["B", "A"]  # drawn from below: the first to tell stands on top
    assert {series["symbol"] for series in option["series"]} == {"triangle", "diamond"}
    json.dumps(option)


def count(*values, escalation=0, deescalation=0, severity=5.0, publishers=1):
    stories = escalation + deescalation
    return Count(values, stories, escalation, deescalation, publishers, stories, severity)


WHERE = {"Strait of Hormuz": (26.57, 56.25), "Beirut": (33.89, 35.5), "United States": (39.8, -98.6)}


def test_the_map_keeps_to_its_region_and_names_what_lies_elsewhere():
    found = [
        count("Middle East", escalation=9),
        count("Strait of Hormuz", escalation=4, deescalation=1),
        count("Beirut", deescalation=1),
        count("United States", escalation=1),
    ]
    here, elsewhere = map_chart.split(found, WHERE)
    assert [one.values[0] for one in here] == ["Strait of Hormuz", "Beirut"]
    assert [one.values[0] for one in elsewhere] == ["Middle East", "United States"]
    option = map_chart.places(here, WHERE, "whole region")
    assert map_chart.marks(option) == {
        "escalation": ["Strait of Hormuz"],
        "deescalation": ["Strait of Hormuz", "Beirut"],
    }
    json.dumps(option)


def test_the_area_of_half_a_mark_grows_with_the_stories_of_its_direction():
    found = [count("Strait of Hormuz", escalation=16, deescalation=4), count("Beirut", deescalation=1)]
    option = map_chart.places(found, WHERE, "whole region")
    up, down = (series["data"] for series in option["series"] if "id" in series)
    half = map_chart.LARGEST - map_chart.SMALLEST
    assert up[0]["symbolSize"] == [2 * map_chart.LARGEST, map_chart.LARGEST]
    assert [item["symbolSize"][1] - map_chart.SMALLEST for item in down] == pytest.approx(
        [half / 2, half / 4], abs=0.06
    )
    assert up[0]["symbolOffset"][1] < 0 < down[0]["symbolOffset"][1]  # one above, one below the place


@pytest.mark.parametrize("view", map_chart.VIEWS)
def test_a_degree_is_as_long_across_as_up_in_the_middle_of_each_view(view):
    edge = map_chart.VIEWS[view].bounds()
    wide = (edge["east"] - edge["west"]) * math.cos(math.radians(map_chart.VIEWS[view].latitude))
    assert wide / (edge["north"] - edge["south"]) == pytest.approx(map_chart.SHAPE)


def test_the_region_has_land_where_land_is_and_sea_lanes_keep_off_it():
    for place, land in {(51.4, 35.7): True, (46.7, 24.7): True, (55.9, 26.8): True, (52.0, 26.5): False,
                        (38.5, 20.0): False, (56.5, 26.55): False, (65.0, 15.0): False}.items():  # fmt: skip
        assert region.on_land(place) == land, place
    for name, lane in region.LANES.items():
        for (x1, y1), (x2, y2) in itertools.pairwise(lane):
            points = [(x1 + (x2 - x1) * n / 20, y1 + (y2 - y1) * n / 20) for n in range(21)]
            assert name == "Suez Canal" or not any(map(region.on_land, points)), name


def test_terminals_and_narrows_are_places_of_the_gazetteer():
    known = {entity.place: entity.at for entity in theatre.load().entities if entity.place and entity.at}
    names = {*map_chart.TERMINALS, *map_chart.CHOKEPOINTS, *map_chart.SEAS, *map_chart.COUNTRIES}
    assert names <= set(known)
    assert all(map_chart.within(known[name]) for name in names)
    assert "Middle East" not in known


def test_the_matrix_counts_stories_and_shades_by_severity():
    found = [
        count("IRN", "ISR", escalation=3, severity=9.0),
        count("USA", "IRN", escalation=5, deescalation=1, severity=4.0),
        count("OMN", "IRN", deescalation=2),
    ]
    cells = actor_matrix.cells(found, "escalation")
    option = actor_matrix.matrix(cells, "escalation", {"IRN": "Iran"})
    assert [one.values for one in cells] == [("IRN", "ISR"), ("USA", "IRN")]
    assert option["yAxis"]["data"] == ["Iran", "USA"] and option["xAxis"]["data"] == ["Iran", "ISR"]
    assert [item["value"] for item in option["series"][0]["data"]] == [[1, 0, 3, 9.0, "9.0"], [0, 1, 5, 4.0, "4.0"]]
    assert option["series"][0]["data"][0]["name"] == "Iran on ISR"
    assert actor_matrix.cells([], "escalation") == []


def test_the_numerals_of_the_matrix_can_be_read_on_every_shade():
    def light(color):
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for shades in actor_matrix.SHADES.values():
        for shade in shades:
            assert (light(shade) + 0.05) / (light(actor_matrix.INK) + 0.05) >= 4.5, shade


def test_what_changed_is_against_the_same_time_before():
    found, earlier = [count("Beirut", escalation=3), count("Gaza", escalation=1)], [count("Beirut", escalation=5)]
    table = places_and_pairs.table(found, earlier, ("place",))
    assert list(table["change"]) == [-2, 1]
    assert places_and_pairs.table(found, None, ("place",))["change"].isna().all()
    assert places_and_pairs.table([], [], ("place",)).empty
    week = timedelta(days=7)
    assert places_and_pairs.before(NOON - week, NOON) == (NOON - 2 * week, NOON - week)
    assert places_and_pairs.before(None, NOON) is None
