"""The pages of oil, of trust and of places, the charts, and the sentences that they take from prices and the index say
nothing past the catalogues.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest

from monitor import language
from monitor.index import countries, languages, word_count
from monitor.index.leads import Lead
from monitor.models import DataSeries, IndexPoint, Observation, Price, Series, SeriesState
from monitor.operation import trust
from monitor.prices import event_study, lead_lag, market, validation
from monitor.prices.series import age
from monitor.reader.measured import WORDS, measured
from monitor.storage import index, observations, word_counts
from monitor.storage.corrections import Tally
from monitor.storage.counts import Count
from monitor.storage.store import open_store
from monitor.storage.word_counts import DayCount
from monitor.ui.charts import actor_matrix, drag, index_change, marks, panels, returns_and_lags
from monitor.ui.charts import map as map_chart
from monitor.ui.components import presses, who_moves_first
from monitor.ui.queries import reads, studies
from monitor.ui.queries import trust as queries
from tests.catalogues import (  # noqa: F401 - fixtures
    configured,
    in_english,
    in_other_letters,
    of_chart,
    other_letters,
    said_by,
    show,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = NOW.replace(hour=0)
FEEDS = """
feeds:
  - {name: AAA, url: 'https://a.example/rss', language: en}
  - {name: BBB, url: 'https://b.example/rss'}
prices: []
series: [{name: SSS, url: 'https://s.example/a.csv', date: day, value: risk, unit: UUU, lag: 2d}]
"""
SAME = re.compile(r"AAA|BBB|SSS|UUU|PPP|QQQ|2026-\S+Z|\bAND\b")  # names, units and codes


@pytest.fixture
def screen(monkeypatch, tmp_path, show):
    """screen(page, **address): a page on 200 days of an index, of a series and of the word count."""
    store = open_store(configured(monkeypatch, tmp_path, FEEDS, NOW))
    random = np.random.default_rng(1)
    values = 100 + 10 * random.standard_normal(200)
    values[[80, 140]] = 400
    names = ("balance", "escalation_acts", "escalation_words", "deescalation_acts", "deescalation_words", "percentile")
    points, said, counts = [], [], []
    for back, value in zip(range(200, 0, -1), values, strict=True):
        day = TODAY - back * DAY
        for grain, at in (("day", day), ("hour", day + timedelta(hours=23))):
            one = IndexPoint(
                grain, at, "m-1", "ok", value, value - 9, value + 9, value, value - 9, value + 9,
                escalation_share=value / 20, deescalation_share=value / 20, entries=50, signal_articles=9, stories=9,
                publishers=3, attention=value, attention_share=value / 20, **dict.fromkeys(names),
            )  # fmt: skip
            points += [one, replace(one, part="hormuz")]
        said.append((day, float(value) + random.normal()))
        counts.append(DayCount(day, 50, int(random.integers(5, 20)), word_count.method()))
    index.save(store, points)
    observations.save(store, SeriesState("SSS", "https://s.example/a.csv"), said, unit="UUU", now=NOW)
    word_counts.save(store, counts)
    store.close()
    return partial(show, time="all", locale="fr")


PLACES = [Count(("Jask",), 3, 2, 1, 2, 4, 7.0), Count(("PPP",), 1, 1, 0, 1, 1, 3.0)]
PAIRS = [Count(("PPP", "QQQ"), 2, 2, 0, 2, 2, 6.0)]


@pytest.mark.parametrize(
    "page, query",
    [("oil", {}), ("oil", {"events": "2026-02-12, 77"}), ("trust", {}), ("map", {"spot": "Jask", "pair": "PPP>QQQ"})],
)
def test_a_page_says_nothing_past_the_catalogues(screen, other_letters, monkeypatch, page, query):
    monkeypatch.setattr(reads, "stories_of_places", lambda *asked: PLACES)
    monkeypatch.setattr(reads, "stories_of_pairs", lambda *asked: PAIRS)
    monkeypatch.setattr(queries, "said_of_readings", lambda: [Tally("attack", 3, 1, 0)])
    shown = screen(page, **query)
    assert not shown.exception
    texts = said_by(shown)
    assert in_english(texts, SAME) == {}
    assert in_other_letters(texts) > 20


def jump(days: int) -> pd.Series:
    """Closes of so many weekdays before today, which jump in the end."""
    found = [day for n in range(2 * days, 0, -1) if (day := TODAY.date() - n * DAY).weekday() < 5][-days:]
    moves = np.random.default_rng(1).normal(0, 0.01, days)
    moves[-20] = 0.2
    return pd.Series(70 * np.exp(np.cumsum(moves)), index=found)


def studied() -> list[str]:
    closes = jump(200)
    near, far = closes.index[-20], date(2020, 1, 1)
    weekend = next(day for n in range(20, 40) if (day := TODAY.date() - n * DAY).weekday() == 5)
    events = [far, near, weekend, weekend + DAY, closes.index[10], closes.index[-1], TODAY.date() + 9 * DAY]
    found = event_study.event_study(closes, events)
    said = [row.note or "" for row in found.rows] + [one.note or "" for one in found.across]
    named = [studies.Event(day, "escalation, attention") for day in events]
    rows = [*studies.study_rows(found), *studies.across_rows(found), *(row for _, row in studies.listing(found, named))]
    said += [value for row in rows for name, value in row.items() if isinstance(value, str) and name != "window"]
    return said + of_chart(returns_and_lags.abnormal(found.rows))


def lagged() -> list[str]:
    closes = jump(200)
    found = lead_lag.lead_lag(closes, closes)
    none = [lead_lag.lead_lag(one, closes).note or "" for one in (closes[:5], closes * 0 + 1)]
    rows = [str(row["significant"]) for row in studies.lag_rows(found)]
    return (
        none + rows + [who_moves_first.correlated(one) for one in found.lags] + of_chart(returns_and_lags.lags(found))
    )


def old() -> list[str]:
    brent, said = Series("PPP", "PPP=F", "UUU", "", calendar="CMES"), []
    day = datetime(2026, 2, 26, tzinfo=UTC)  # a Thursday
    for last, hours in ((day, 36), (day, 36 + 24 * 7), (day, 36 + 24 * 30), (day, 21 + 24 * 4), (NOW, 20)):
        for final in (True, False):
            price = Price("PPP", last.replace(hour=0), 70.0, "yahoo", "front month", "UUU", None, last, final=final)
            said.append(market.stale(brent, price, last + timedelta(hours=hours)) or "")
    made = DataSeries("SSS", "https://s.example/a.csv", "day", "risk", "UUU")
    for n in (3, 4, 5, 30):
        said.append(age.stale(made, Observation("SSS", day, 1.0, "UUU", day), day + n * DAY + timedelta(hours=1)) or "")
    return said


def compared() -> list[str]:
    points = [
        IndexPoint("day", TODAY - n * DAY, "m", "ok" if n % 3 else "provisional", 100.0, *[float(n)] * 16, 9, 9, 9, 9)
        for n in range(60, 0, -1)
    ]  # fmt: skip
    values = pd.Series({point.at.date(): float(n * n % 17) for n, point in enumerate(points)})
    said = []
    for some in (points, points[::3], [replace(one, status="provisional") for one in points]):
        lines = validation.lines(some)
        said += [lines[0].note or ""]
        for other in (values, values[::7], values[::30], values[:5], values * 0):
            said += [one.note or "" for one in validation.associations(lines[:1], "SSS", other)]
            said += [validation.in_words(validation.turning_points(line, "SSS", other)) for line in lines]
    return said


def of_presses() -> list[str]:
    wedge = languages.Wedge(NOW, "tension", 20.0, 5.0, 30.0)
    wedges = [wedge, replace(wedge, difference=-20.0, low=-30.0, high=-5.0), replace(wedge, low=-5.0)]
    lead = Lead("fa+ar", "relief", 90, 12, 0.5, 0.3)
    point = IndexPoint("day", NOW, "m", "ok", 100.0, 90.0, None, None, *[1.0] * 14, 9, 9, 9, 9)
    said = [presses.wedge_line(one) for one in wedges]
    said += [presses.lead_line(one) for one in (lead, replace(lead, hours=-6))]
    said += [presses.code_name(name) for name in countries.groups()]
    return said + [presses.estimate(point, "tension"), presses.estimate(replace(point, tension_high=110.0), "tension")]


def drawn() -> list[str]:
    moments = [marks.Mark(NOW - n * DAY, kind, "PPP") for n in range(50) for kind in marks.KINDS]
    days = marks.of_days({date(2026, 2, 1): "escalation", date(2026, 2, 2): "escalation, de-escalation"})
    kept = marks.newest(moments)
    said = marks.in_words(kept, lambda mark: mark.name, marks.count(moments)) + [mark.name for mark in days]
    columns = [f"{name}{end}" for name in panels.MEASURES for end in ("", "_low", "_high")]
    points = pd.DataFrame([[NOW] + [100.0] * 6], columns=["at", *columns])
    event = panels.Event(NOW, "PPP", "escalation")
    option, _ = panels.panels(points, {}, [event], since=NOW - DAY, until=NOW + DAY, looked=NOW)
    option["dataset"] = []
    said += of_chart(drag.draggable(marks.marked(option, kept), caption="", name=""))
    where = {name: (25.6, 47.0) for name in ("Jask", "Iran", "Red Sea", "Suez Canal")}
    said += [*map_chart.VIEWS, *of_chart(map_chart.places(PLACES[:1], where, "Iraq"))][len(map_chart.VIEWS) :]
    said += of_chart(actor_matrix.matrix(PAIRS, "escalation", {}))
    said += of_chart(index_change.bars(["PPP"], [1.0], up="", down=""))
    return said


def rested() -> list[str]:
    rows = (trust.Language(None, 3, 2, 1),)
    found = trust.Coverage(3, 2, 1, rows, 9, 1, NOW, 9, 5, 3, 1)
    return trust.in_words(found) + trust.in_words(replace(found, newest_unheard=None, languages=()))


@pytest.mark.parametrize("said", [studied, lagged, old, compared, of_presses, drawn, rested])
def test_a_sentence_of_prices_the_press_and_charts_says_nothing_past_the_catalogues(other_letters, said):
    with language.speaking("fr"):
        texts = [text for text in said() if text]
    assert in_english(texts, SAME) == {}
    assert in_other_letters(texts) >= 4


def test_words_of_shipped_files_stand_in_the_catalogues():
    figures = measured()
    of_folds = {one[name] for one in figures["folds"] for name in ("asked", "learned")}
    assert {figures["measured_on"], figures["how"], *of_folds} == set(WORDS)
    assert set(countries.groups()) == set(countries.NAMES)


def test_an_axis_of_lags_runs_from_left_to_right_in_every_language():
    plain = "← price first   trading days   index first →"
    assert returns_and_lags.who_is_first("price first", "trading days") == plain
    with language.speaking("ar"):
        said = returns_and_lags.who_is_first("AAA", "BBB")
    assert said.startswith("\u2066← \u2067AAA\u2069   \u2067BBB\u2069") and said.endswith(" →\u2069")


def test_an_option_in_the_address_is_understood_in_any_language(screen, other_letters):
    shown = screen("trust", form_day="7-day means")
    assert not shown.exception
    assert shown.button_group(key="form_day").value == "7-day means"
