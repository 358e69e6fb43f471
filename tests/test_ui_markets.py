"""The Oil and Why pages on made-up data: what they say, what they refuse to say,
and that what is shown is what is downloaded.
"""

import csv
import io
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from monitor import export
from monitor.feeds import demo
from monitor.models import MEASURES, IndexPoint, Price, Series
from monitor.storage import index, prices
from monitor.storage.store import open_store
from monitor.stories import service
from monitor.ui.charts import returns_and_lags
from monitor.ui.components import downloads
from monitor.ui.exports import page_tables
from monitor.ui.queries import index_change, main_chart, studies
from tests.pages import dashboard, forget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
JUMP = date(2026, 2, 12)  # a Thursday


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """300 days of an index with five bursts, and 700 of a price that jumps by 15 % on the last."""
    path = tmp_path_factory.mktemp("markets") / "market.db"
    store = open_store(f"sqlite:///{path}")
    random = np.random.default_rng(5)
    points = []
    for back in range(300, 0, -1):
        day = MIDNIGHT - timedelta(days=back)
        burst = 20.0 if day.date() == JUMP or back in (200, 160, 120, 80) else 0.0
        share = 5.0 + random.normal(0, 0.5) + burst
        points += [
            IndexPoint(
                grain,
                at,
                "share-1.trailing90",
                "ok",
                20 * share,
                18 * share,
                22 * share,
                100.0,
                90.0,
                110.0,
                0.1,
                share,
                3.0,
                share,
                0.0,
                3.0,
                0.0,
                None,
                400,
                40,
                20,
                5,
                part=part,
            )
            for part in ("all", "hormuz")
            for grain, at in (("day", day), *(("hour", day + timedelta(hours=hour)) for hour in range(16, 24)))
        ]
    index.save(store, points)
    level, closes = np.log(70.0), []
    for back in range(700, 0, -1):
        day = MIDNIGHT - timedelta(days=back)
        if day.weekday() < 5:
            level += random.normal(0, 0.01) + (0.15 if day.date() == JUMP else 0.0)
            closes.append(Price("Brent", day, float(np.exp(level)), "yahoo", "front month", "USD/bbl", None, NOW))
    prices.save(store, closes)
    store.close()
    return path


@pytest.fixture
def screen(monkeypatch):
    """screen(database, page): a page on a database at NOW, run once; the Overview is the page without a name."""

    def run(database, page: str, **query) -> AppTest:
        monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{database}")
        monkeypatch.setenv("MONITOR_FEEDS", str(demo.HERE / "feeds.yaml"))
        monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
        forget()
        shown = dashboard()
        for key, value in query.items():  # the frame reads the period from the first address
            shown.query_params[key] = value
        shown.run()
        if page:
            shown.switch_page(f"../views/{page}.py")
        for key, value in query.items():
            shown.query_params[key] = value
        return shown.run()

    yield run
    forget()


@pytest.fixture
def written(monkeypatch):
    """What each link on the page leads to, caught where the page offers it: {table: (file name, rows)}."""
    files = {}

    def offer(table, query="", *, name="", label=""):
        own = page_tables.TABLES[table]
        text = "".join(export.rows_csv(own.rows(dict(parse_qsl(query))), own.columns))
        files[table] = name, list(csv.DictReader(io.StringIO(text)))

    monkeypatch.setattr(downloads, "offer", offer)
    return files


def words(shown: AppTest) -> str:
    return "\n".join(
        str(element.value)
        for kind in ("html", "text", "info", "error", "warning", "header")
        for element in shown.get(kind)
    )


# -- Oil --------------------------------------------------------------------------------------------------


def test_episodes_found_by_the_rule_are_studied(market, screen):
    shown = screen(market, "oil")
    said = words(shown)
    assert not shown.exception
    listed, table = (shown.dataframe[n].value for n in (0, 1))
    assert list(listed["event"])[::-1] == sorted(set(table["event"]))
    named = listed[listed["event"] == JUMP].iloc[0]
    assert (named["what it is"], named["trading day"]) == ("escalation", JUMP) and "the day" in named["unusual"]
    jump = table[(table["event"] == JUMP) & (table["window"] == "[0,0]")].iloc[0]
    assert named["the day"] == jump["abnormal return %"]
    assert 11 < jump["abnormal return %"] < 19
    assert jump["significant"] == "yes"
    assert "associated with an unusual move of Brent: 2026-02-12" in said
    assert "joint days" in said
    assert "caus" not in said.lower()


def test_the_overview_marks_the_days_that_the_oil_page_calls_episodes(market, screen):
    shown = screen(market, "")
    shown.button_group(key="time").set_value("1 year").run()
    assert not shown.exception
    studied = {f"{day.day} {day:%b %Y}" for day in set(screen(market, "oil").dataframe[0].value["event"])}
    sentence_shown = next(str(element.value) for element in shown.get("html") if "episode of" in str(element.value))
    marked = {
        day
        for sentence in sentence_shown.split("episode of ")[1:]
        for day in re.findall(r"\d+ [A-Z][a-z]{2} \d{4}", sentence)
    }
    assert "12 Feb 2026" in marked
    assert marked <= studied and len(studied) >= 4


def test_given_dates_stand_in_the_address(market, screen, written):
    shown = screen(market, "oil", events="2026-02-12, 2025-12-01; nonsense 2026-13-45")
    said = words(shown)
    assert not shown.exception
    assert set(shown.dataframe[0].value["event"]) == {JUMP, date(2025, 12, 1)}
    assert "nonsense, 2026-13-45" in said
    assert "Too few events to say anything about all of them: 2 of at least 5." in said
    table, (_, rows) = shown.dataframe[1].value, written["event-study"]
    assert list(rows[0]) == [*table.columns, "method", "news of the day", "story"]
    assert [row["event"] for row in rows] == [day.isoformat() for day in table["event"]]
    assert [float(row["t"]) for row in rows] == pytest.approx(list(table["t"]))
    assert len(written["lead-lag"][1]) == 21


def test_an_event_is_named_by_the_story_that_led_its_day(made_up_fortnight, screen, tmp_path):
    """A time after the settlement is an event of the next day; of two dates of one trading day one is listed."""
    copy = shutil.copy(made_up_fortnight, tmp_path)
    store = open_store(f"sqlite:///{copy}")
    service.update(store, NOW)
    store.close()
    shown = screen(copy, "oil", events="2026-02-25T22:45 2026-02-21 2026-02-22", index_of="the whole theatre")
    assert not shown.exception
    listed = shown.dataframe[0].value
    assert [str(day) for day in listed["event"]] == ["2026-02-26", "2026-02-21"]
    assert len(listed["news of the day"][0]) > 20


def test_a_date_that_cannot_be_measured_says_why(market, screen):
    shown = screen(market, "oil", events="0001-01-01 9999-12-31")
    assert not shown.exception
    assert "None of the events can be measured: before the first return, of " in words(shown)


def test_too_short_a_history_says_so(made_up_fortnight, screen):
    shown = screen(made_up_fortnight, "oil")
    said = words(shown)
    assert not shown.exception
    assert "the rule needs 20 days of index before it, there are 1" in said
    assert "too few days with both index and price" in said


def test_oil_without_prices_or_index(tmp_path, screen):
    shown = screen(tmp_path / "empty.db", "oil")
    said = words(shown)
    assert not shown.exception
    assert "Nothing to draw" in said
    assert "No value of Brent is stored yet" in said


def test_a_price_and_its_change_are_of_the_same_two_days_when_looking_back(market, screen, monkeypatch):
    """The database holds the closes of the 12th, on which the price jumped, and of later days."""
    store = open_store(f"sqlite:///{market}")
    before, last, after = (
        prices.last(store, "Brent", datetime(2026, 2, day, tzinfo=UTC)).close for day in (12, 13, 14)
    )
    store.close()
    monkeypatch.setattr(f"{__name__}.NOW", datetime(2026, 2, 13, 12, tzinfo=UTC))
    said = words(screen(market, ""))
    assert f"{last:,.2f}" in said and f"▲ {last - before:+.2f} on the day" in said and "close of Thu 12 Feb" in said
    assert f"{after - last:+.2f} on the day" not in said


def test_who_fails_and_how_old_the_price_is_stands_on_the_page(market, screen):
    store = open_store(f"sqlite:///{market}")
    prices.fail(
        store,
        prices.PriceFailure(
            "Brent", "yahoo", NOW - timedelta(hours=2), "rate limited", "asks us to slow down (429)", next_try=NOW
        ),
    )
    prices.save(store, [Price("Brent", MIDNIGHT, 75.0, "fred", "spot", "USD/bbl", None, NOW)])
    store.close()
    said = words(screen(market, "oil"))
    assert "yahoo: asks us to slow down (429) (2 h ago; asked again" in said
    assert "The market is open and gave no price of today yet: the newest is the close of 2026-02-27" in said


def test_spot_that_stands_in_has_its_own_line():
    frame = pd.DataFrame({"kind": ["front month", "front month", "spot"], "close": [70.0, 71.0, 75.0]})
    found = main_chart.by_kind(Series("Brent", "BZ=F"), frame)
    assert {name: list(part["close"]) for name, part in found.items()} == {"Brent": [70.0, 71.0], "Brent, spot": [75.0]}
    assert list(main_chart.by_kind(Series("Brent", "BZ=F", kind="spot"), frame.tail(1))) == ["Brent"]


def test_what_was_not_tested_is_not_called_insignificant(market):
    study = studies.event_study.event_study(studies.returns.closes([]), [JUMP])
    assert {row["significant"] for row in studies.study_rows(study)} == {"not tested"}
    assert returns_and_lags.abnormal(study.rows)["series"][0]["data"] == ["-"]
    assert "not tested" in "".join(export.rows_csv(studies.study_rows(study), studies.STUDY_COLUMNS))


# -- Why --------------------------------------------------------------------------------------------------


def parts_of_a_move():
    """(by, measure): in the quick round each of them once."""
    for row, by in enumerate(("category", "publisher", "story")):
        for column, measure in enumerate(MEASURES):
            yield pytest.param(by, measure, marks=() if row == column else pytest.mark.slow)


@pytest.mark.parametrize("by, measure", list(parts_of_a_move()))
def test_the_parts_shown_sum_to_the_move_of_the_published_index(made_up_fortnight, screen, written, by, measure):
    shown = screen(made_up_fortnight, "why", by=by.capitalize(), measure=measure.capitalize(), time="3 days")
    assert not shown.exception
    store = open_store(f"sqlite:///{made_up_fortnight}")
    first, last = (
        index.points(store, "hour", since=at, until=at + timedelta(hours=1))[0] for at in (NOW - timedelta(days=3), NOW)
    )
    store.close()
    moved = getattr(last, measure) - getattr(first, measure)
    table = shown.dataframe[0].value
    assert abs(moved) > 1
    assert table["change"].sum() == pytest.approx(moved, abs=0.01)
    assert f"sum to {moved:+.2f} points; the index as published moved by {moved:+.2f}." in words(shown)
    assert "They differ" not in words(shown)
    name, rows = written["why"]
    assert name == f"why-{measure}-{by}-20260227T12-20260302T12"
    assert {row["by"] for row in rows} == {by} and len(rows) >= len(table)
    assert sum(float(row["change"]) for row in rows) == pytest.approx(moved, abs=0.01)


def test_a_press_is_shown_when_asked_and_languages_of_too_few_publishers_are_named(
    made_up_fortnight, screen, written, tmp_path
):
    """The invented fortnight has no language with three publishers; in the copy all five write English."""
    copy = shutil.copy(made_up_fortnight, tmp_path)
    with closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("UPDATE articles SET lang = 'en', country = 'GB'")
    shown = screen(copy, "why", press="true")
    assert not shown.exception
    _, rows = written["press"]
    last = {row["press"]: row for row in rows if row["day"] == max(row["day"] for row in rows)}
    assert {press for press, row in last.items() if row["tension"]} == {"en", "en+fr"}
    table = next(frame.value for frame in shown.dataframe if "publishers" in frame.value)
    assert list(table["press"]) == ["English", "English and French"] and set(table["publishers"]) == {5}
    assert "Nothing to say yet: too little: " in words(shown)
    assert f"Persian ({last['fa']['missing']})" in words(shown)
    shown = screen(copy, "why", press="true", press_by="Country of the feed")
    assert not shown.exception
    table = next(frame.value for frame in shown.dataframe if "publishers" in frame.value)
    assert list(table["press"]) == ["United Kingdom"] and set(table["publishers"]) == {5}
    _, rows = written["press"]
    assert {row["press"] for row in rows} == {"United Kingdom"}


def test_the_ends_of_the_period_are_compared_and_a_gap_says_so(made_up_fortnight, screen, tmp_path):
    shown = screen(made_up_fortnight, "why", from_hour="2026-02-26T06:00", to_hour="2026-02-28T18:00")
    assert not shown.exception
    assert "the index as published moved by" in words(shown)
    assert "between 26 Feb 06:00 and 28 Feb 18:00" in words(shown)
    for begin in ("1 Jun 2025", "16 Feb"):  # before there was an index, which is what "1 year" asks for at first
        shown = screen(made_up_fortnight, "why", during=f"{begin} to 28 Feb 18:00")
        assert "The first hour with an index is " in words(shown)
        assert "the index as published moved by" in words(shown)
    copy = shutil.copy(made_up_fortnight, tmp_path)
    bounds = [int(datetime(2026, 2, day, tzinfo=UTC).timestamp() * 1_000_000) for day in (20, 25)]
    with closing(sqlite3.connect(copy)) as conn, conn:
        conn.execute("DELETE FROM index_points WHERE at >= ? AND at < ?", bounds)
    shown = screen(copy, "why", during="20 Feb to 28 Feb 18:00")
    assert "There is no index within 3 days of the beginning of this period" in words(shown)
    assert not shown.dataframe


def test_why_without_an_index(tmp_path, screen):
    shown = screen(tmp_path / "empty.db", "why")
    assert not shown.exception
    assert "There is no index within 3 days" in words(shown)
    assert not shown.dataframe


def test_the_rest_is_one_row_and_nothing_is_lost():
    found = pd.DataFrame({"story": range(9), "before": 1.0, "after": 3.0, "change": 2.0, "articles": 1})
    short = index_change.shortened(found, "story", 4)
    assert len(short) == 5
    assert list(short[["before", "after", "change", "articles"]].sum()) == list(
        found[["before", "after", "change", "articles"]].sum()
    )
    assert index_change.name_of(short["story"].iloc[-1], "story", 5) == "all others (5)"


@pytest.mark.parametrize(("closed", "stale"), [(date(2025, 3, 27), False), (date(2025, 3, 25), True)])
def test_both_pages_agree_whether_a_price_is_stale(tmp_path, monkeypatch, screen, closed, stale):
    """Riyadh rested over Eid from Friday 28 March to Wednesday 2 April 2025;
    four weekdays without a session are no fault.
    """
    store = open_store(f"sqlite:///{tmp_path}/eid.db")
    eid = datetime(2025, 4, 2, 12, tzinfo=UTC)
    day = datetime(closed.year, closed.month, closed.day, tzinfo=UTC)
    prices.save(store, [Price("Aramco", day, 26.7, "yahoo", "equity", "SAR", None, day + timedelta(hours=20))])
    store.close()
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n  - {name: A, url: 'https://a.example/rss'}\n"
        "prices:\n  - {name: Aramco, symbol: 2222.SR, unit: SAR, kind: equity, calendar: XSAU}\n"
    )
    monkeypatch.setattr(demo, "HERE", tmp_path)
    monkeypatch.setattr(f"{__name__}.NOW", eid)
    overview, oil = words(screen(tmp_path / "eid.db", "")), words(screen(tmp_path / "eid.db", "oil"))
    assert "26.70" in overview
    assert ("Stale" in overview) == ("may not be the newest" in oil) == stale
