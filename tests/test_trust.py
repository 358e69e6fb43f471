"""How far to trust it: what is gathered, `validate`, and the page, on 200 days and a series with a planted link."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from monitor.cli import app, out
from monitor.config.settings import load
from monitor.index import word_count
from monitor.models import CATEGORIES, FeedState, IndexPoint, SeriesState
from monitor.operation import trust
from monitor.reader.measured import measured
from monitor.storage import feeds, index, observations, word_counts
from monitor.storage.corrections import Tally
from monitor.storage.store import open_store
from monitor.storage.word_counts import DayCount
from monitor.ui.exports import page_tables
from monitor.ui.queries import trust as queries
from tests.pages import dashboard, forget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = NOW.replace(hour=0)
DAYS = 200
FEEDS = """
feeds:
  - {name: A, url: 'https://a.example/rss', language: en}
  - {name: B, url: 'https://b.example/rss', language: en}
  - {name: C, url: 'https://c.example/rss', language: fa}
  - {name: Off, url: 'https://d.example/rss', language: fr, enabled: false}
prices: []
series:
  - {name: GPR, url: 'https://risk.example/a.csv', date: day, value: risk, unit: points, lag: 2d}
"""


def point(at: datetime, tension: float | None) -> IndexPoint:
    names = (
        "tension_low", "tension_high", "relief_low", "relief_high", "balance", "escalation_acts", "escalation_words",
        "deescalation_acts", "deescalation_words", "percentile",
    )  # fmt: skip
    share = None if tension is None else tension / 20
    return IndexPoint(
        "day", at, "m-1", "not enough news" if tension is None else "ok", tension, relief=tension,
        escalation_share=share, deescalation_share=share, entries=50, signal_articles=9, stories=9, publishers=3,
        attention=tension, attention_share=share, **dict.fromkeys(names),
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    """GPR says a day later what the index says; one day had not enough news."""
    opened = open_store(f"sqlite:///{tmp_path}/m.db")
    random = np.random.default_rng(1)
    days = [TODAY - (DAYS - n) * DAY for n in range(DAYS)]
    values = 100 + 20 * random.standard_normal(DAYS)
    values[[80, 140]] = 400
    points = [
        point(day, None if n == 50 else float(value)) for n, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    index.save(opened, points)
    said = [(day + DAY, float(value)) for day, value in zip(days, values, strict=True)]
    observations.save(opened, SeriesState("GPR", "https://risk.example/a.csv"), said, unit="points", now=NOW - HOUR)
    word_counts.save(opened, [DayCount(day, 50, int(random.integers(5, 20)), word_count.method()) for day in days])
    for name, hours in (("A", 1), ("B", 30), ("C", 2)):
        at = NOW - hours * HOUR
        with opened.write() as conn:
            feeds.write(conn, FeedState(name, "u", "well", last_polled=at, last_success=at), new=0, now=at)
    yield opened
    opened.close()


@pytest.fixture
def environ(tmp_path, store):
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    return {
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"),
        "MONITOR_NOW": NOW.isoformat(),
    }


@pytest.fixture
def screen(monkeypatch, environ):
    def run(**query) -> AppTest:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        forget()
        shown = dashboard().run()
        shown.switch_page("../views/trust.py")
        for key, value in query.items():
            shown.query_params[key] = value
        return shown.run()

    yield run
    forget()


def words(shown):
    return "\n".join(str(one.value) for kind in ("html", "text", "info", "warning") for one in shown.get(kind))


def test_validate_prints_every_measure_with_its_number_of_days_and_the_vintage(environ, monkeypatch):
    monkeypatch.setattr(out, "width", 200)
    result = CliRunner().invoke(app, ["validate"], env=environ)
    assert result.exit_code == 0, result.output
    for part in (
        "values known by 2026-03-02T11:00:00Z", "word count", "monthly changes", "Episodes of tension and GPR in",
        "2 of 3 answered in the last day", "199 against a measured reference, 0 provisional, 1 without numbers",
        "No reading was judged",
    ):  # fmt: skip
        assert part in result.output, part


def test_the_json_has_a_row_for_every_measure_form_and_lag(environ):
    found = json.loads(CliRunner().invoke(app, ["validate", "--json"], env=environ).stdout)
    rows = {(one["measure"], one["form"], one["lag"]): one for one in found["associations"]}
    assert len(rows) == 4 * 5 * 7
    planted, plain = rows["tension", "levels", 1], rows["word count", "levels", 1]
    assert planted["correlation"] == pytest.approx(1) and planted["n"] == 199
    assert plain["low"] < 0 < plain["high"]
    assert found["yardsticks"][0]["known_by"] == "2026-03-02T11:00:00Z"
    assert {one["lead"] for one in found["turning_points"][0]["found"]} == {1}
    assert found["coverage"]["languages"][1] == {"language": "fa", "feeds": 1, "alive": 1, "publishers": 1}
    assert found["reader"]["rows"] == 11777


def test_nothing_stored_is_said_and_no_error(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n", encoding="utf-8")
    environ = {"MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/n.db", "MONITOR_FEEDS": str(tmp_path / "feeds.yaml")}
    result = CliRunner().invoke(app, ["validate"], env=environ)
    assert result.exit_code == 0, result.output
    assert "no finished day of the index" in result.stderr and "no series to compare with" in result.stderr
    assert "0 of 1 answered" in result.stdout


def test_hours_without_a_poll_are_counted_since_the_first(store, environ, tmp_path):
    found = feeds.hours_heard(store, NOW - 40 * HOUR, NOW)
    assert found == {NOW - hours * HOUR for hours in (30, 2, 1)}
    settings = load(tmp_path / "feeds.yaml", {})
    one = trust.coverage(store, settings, index.points(store, "day"), NOW)
    assert (one.hours, one.hours_unheard, one.newest_unheard) == (30, 27, NOW - 3 * HOUR)


def test_the_page_says_what_is_associated_and_what_it_rests_on(screen):
    shown = screen()
    assert not shown.exception
    text = words(shown)
    for part in (
        "Tension +1.00 with GPR 1 day later", "Associated with", "Episodes of tension and GPR in", "11,777 labelled",
        "Nobody has judged a signal yet", "2 of 3 answered in the last day", "Values of GPR as known by",
    ):  # fmt: skip
        assert part in text, part
    assert "predict" not in text
    assert list(shown.dataframe[0].value["n"]) == [198] * 4


def test_verdicts_are_counted_by_category(screen, monkeypatch):
    monkeypatch.setattr(queries, "said_of_readings", lambda: [Tally("attack", 3, 2, 1), Tally("talks", 1, 0, 0)])
    text = words(screen())
    assert "7 verdicts: 4 right, 2 wrong, 1 missing" in text


def test_the_file_has_what_the_page_compares(screen):
    screen()
    rows = list(page_tables.TABLES["validation"].rows({"series": "GPR"}))
    assert len(rows) == 4 * 5 * 7 and {row["method"] for row in rows} == {"m-1; values known by 2026-03-02T11:00:00Z"}


def test_the_readers_figures_are_those_of_the_docs():
    text = (Path(__file__).parents[1] / "docs" / "method-signals.md").read_text(encoding="utf-8")
    figures = measured()
    assert set(figures["categories"]) == set(CATEGORIES)
    said = " ".join(text.split())
    for one in figures["folds"]:
        numbers = [f"{one[name]:.3f}" for name in ("direction", "deescalation", "false_alarms", "categories",
                                                     "calibration_error")]  # fmt: skip
        assert " ".join([str(one["rows"]), *numbers]) in said, one["asked"]
    for name, one in figures["categories"].items():
        numbers = f"{name} {one['labelled']} {one['said']} {one['precision']:.3f} {one['recall']:.3f} {one['f1']:.3f}"
        assert numbers in said, name
    together, spoken = figures["together"], figures["languages"]
    languages = " ".join(f"{spoken[lang]:.3f}" for lang in ("en", "fr", "ar", "fa"))
    line = (
        f"reader {together['direction']:.3f} {languages} {together['deescalation']:.3f} {together['false_alarms']:.3f}"
    )
    assert line in said
    assert f"{figures['rows']:,} labelled entries of 275 outlets" in said
    row = said[said.index(f"all together {figures['rows']}") :].split()[2:12]
    outlets = figures["outlets"]
    assert [float(row[n]) for n in (1, 6, 7, 8)] == [
        outlets[name] for name in ("direction", "deescalation", "false_alarms", "categories")
    ]
