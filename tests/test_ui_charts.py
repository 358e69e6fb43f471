"""What the charts are made of: gaps stay gaps, wide bands do not dwarf a line, nothing is drawn outside the map."""

import json
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from monitor.models import MEASURES, Alert, Article
from monitor.storage.signals import Tally
from monitor.ui.charts import actor_matrix, coastline, index_and_prices, panels, report_timeline
from monitor.ui.charts import map as map_chart
from monitor.ui.charts import marks as charts_marks
from monitor.ui.components import key_numbers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


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


def test_a_gap_stays_a_gap():
    option, _ = index_and_prices.tension_and_prices(points(100, np.nan, 120), {})
    source = option["dataset"][0]["source"]
    assert source["tension"].isna().tolist() == [False, True, False]
    assert not any(series["connectNulls"] for series in option["series"])


@pytest.mark.parametrize(
    ("tension", "high", "top", "cut"),
    [((200, 300), 1.2, 400, False), ((200, 300), 9, 600, True), ((3, 4), 1.2, 150, False)],
)
def test_a_wide_band_does_not_dwarf_the_line(tension, high, top, cut):
    assert index_and_prices.axis_top(points(*tension, high=high)) == (top, cut)


def test_nothing_but_gaps_can_be_drawn():
    option, cut = index_and_prices.tension_and_prices(points(np.nan, np.nan), {})
    assert option["yAxis"][0]["max"] == index_and_prices.LEAST_TOP
    assert not cut


def test_each_unit_of_price_has_an_axis_of_its_own():
    barrel, ounce = (
        pd.DataFrame({"day": [NOON], "close": [close], "unit": [unit]})
        for close, unit in ((71.3, "USD/bbl"), (5200.0, "USD/oz"))
    )
    option, _ = index_and_prices.tension_and_prices(points(100, 120), {"Brent": barrel, "Gold": ounce, "WTI": barrel})
    lines = {series["name"]: series for series in option["series"] if series.get("yAxisIndex")}
    assert [option["yAxis"][lines[name]["yAxisIndex"]]["name"] for name in ("Brent", "Gold", "WTI")] == [
        "USD/bbl",
        "USD/oz",
        "USD/bbl",
    ]
    assert len({str(line["lineStyle"]["type"]) for line in lines.values()}) == 3  # distinct without colour


def test_alerts_and_episodes_are_told_apart_without_colour():
    option, _ = index_and_prices.tension_and_prices(points(100, 120), {})
    alert = Alert(1, "Tension is high", "level", NOON, "firing", "", "Tension is high")
    days = {
        date(2026, 2, 1): "escalation",
        date(2026, 2, 9): "de-escalation",
        date(2026, 2, 20): "escalation, de-escalation",
    }
    marks = [*charts_marks.of_alerts([alert]), *charts_marks.of_days(days)]
    made = charts_marks.marked(option, marks)
    drawn = {series["name"]: series for series in made["series"] if series["type"] == "scatter"}
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
    option, _ = index_and_prices.tension_and_prices(points(100, 120), {})
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


SPAN = {"since": NOON - timedelta(days=1), "until": NOON + timedelta(days=1)}


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
    assert not any(series["connectNulls"] for series in option["series"])


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


def test_the_map_keeps_to_its_frame():
    where = {"Strait of Hormuz": (26.57, 56.25), "United States": (39.8, -98.6)}
    found = [
        Tally(("Strait of Hormuz",), "escalation", 9, 4, 9.0),
        Tally(("United States",), "escalation", 1, 1, 3.0),
        Tally(("X",), "escalation", 1, 1, 1.0),
    ]
    option, outside = map_chart.places(found, where)
    drawn = [item["name"] for series in option["series"] if series.get("name") for item in series["data"]]
    assert drawn == ["Strait of Hormuz"]
    assert [tally.values[0] for tally in outside] == ["United States", "X"]
    assert all(coastline.inside(*point) for line in coastline.COASTS.values() for point in line)


def test_the_matrix_counts_who_acts_on_whom():
    option = actor_matrix.matrix(
        [Tally(("IRN", "ISR"), "escalation", 5, 3, 9.0), Tally(("USA", "IRN"), "deescalation", 1, 1, 2.0)],
        "escalation",
        {"IRN": "Iran"},
    )
    assert option["yAxis"]["data"] == ["Iran"]
    assert option["series"][0]["data"] == [[0, 0, 3]]
    assert actor_matrix.matrix([], "escalation", {}) is None
