"""`python -m monitor oil`: prices are fetched where none are stored, and the rows are as promised."""

import json
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.models import IndexPoint, SeriesState
from monitor.storage import index, observations
from monitor.storage.store import open_store
from tests.yahoo import chart, serving

COLUMNS = {"event", "window", "ar", "t", "p", "significant"}


@pytest.fixture
def oil(tmp_path):
    """Runs the command on a market of 300 days that jumps by 12 % on 2026-03-02."""
    days = [day for n in range(430) if (day := date(2025, 1, 1) + timedelta(days=n)).weekday() < 5]
    steps = 0.01 * np.random.default_rng(1).standard_normal(len(days))
    steps[days.index(date(2026, 3, 2))] = 0.12
    closes = 70 * np.exp(np.cumsum(steps))
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text("feeds:\n  - {name: A, url: 'https://a.example/rss'}\n")
    with serving() as service:
        service.chart = (
            200,
            chart([(day.isoformat(), round(float(close), 2)) for day, close in zip(days, closes, strict=True)]),
        )
        environ = {
            "MONITOR_FEEDS": str(feeds),
            "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
            "MONITOR_YAHOO_URL": service.url,
            "MONITOR_FRED_URL": service.url,
            "MONITOR_NOW": "2026-03-08T12:00:00Z",
        }

        def run(*arguments: str):
            return CliRunner().invoke(app, ["oil", *arguments], env=environ)

        yield run


def test_json_is_one_array_with_a_row_for_each_event_and_window(oil):
    result = oil("--events", "2026-03-02,2025-11-04", "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [(row["event"], row["window"]) for row in rows][:4] == [
        ("2025-11-04", "[0,0]"),
        ("2025-11-04", "[0,+1]"),
        ("2025-11-04", "[0,+4]"),
        ("2026-03-02", "[0,0]"),
    ]
    assert all(COLUMNS <= row.keys() for row in rows)
    assert rows[3]["ar"] == pytest.approx(0.12, abs=0.01) and rows[3]["t"] > 3 and rows[3]["significant"]
    assert not rows[0]["significant"]


def test_the_table_says_the_same_and_what_is_too_little(oil):
    result = oil("--events", "2026-03-02")
    assert result.exit_code == 0 and "[0,+4]" in result.stdout and "+0.1" in result.stdout
    assert "too few events" in result.stdout


def test_no_index_yet_has_no_episodes_and_says_so(oil):
    result = oil("--format", "json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, []) and "no episode" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("--events", "yesterday"), ("--events", ""), ("--events", " , "), ("--series", "Nutmeg")]
)
def test_wrong_usage_is_exit_2(oil, arguments):
    assert oil(*arguments).exit_code == 2


def test_a_series_of_a_file_is_studied_around_episodes_of_any_measure_and_names_its_vintage(tmp_path):
    now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    today = now.replace(hour=0)
    (tmp_path / "feeds.yaml").write_text(
        "feeds: [{name: A, url: 'https://a.example/rss'}]\n"
        "series: [{name: Ships, url: 'https://s.example/a.csv', date: day, value: ships, unit: ships}]\n"
    )
    store = open_store(f"sqlite:///{tmp_path}/m.db")
    random = np.random.default_rng(1)
    days = [today - timedelta(days=back) for back in range(300, 0, -1)]
    ships = 100 * np.exp(np.cumsum(0.01 * random.standard_normal(300)))
    observations.save(
        store, SeriesState("Ships", "u"), list(zip(days, ships.tolist(), strict=True)), unit="", now=today
    )
    names = [field.name for field in fields(IndexPoint) if field.name.endswith(("_low", "_high", "_acts", "_words"))]
    points = [
        IndexPoint(
            "hour", day + timedelta(hours=23), "m", "ok", tension=100.0, relief=100.0, balance=0.0, percentile=None,
            escalation_share=5.0 + number % 2, deescalation_share=5.0 + number % 2, entries=50, signal_articles=5,
            stories=5, publishers=3, attention=100.0, attention_share=60.0 if number == 250 else 20.0 + number % 2,
            **dict.fromkeys(names),
        )
        for number, day in enumerate(days)
    ]  # fmt: skip
    index.save(store, points)
    store.close()
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"),
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
        "MONITOR_NOW": now.isoformat(),
    }

    def run(*arguments: str):
        return CliRunner().invoke(app, ["oil", "--series", "Ships", *arguments], env=environ)

    result = run("--measure", "attention", "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert {row["event"] for row in rows} == {days[250].date().isoformat()}
    assert {(row["series"], row["values_known_by"]) for row in rows} == {("Ships", "2026-03-08T00:00:00Z")}
    assert "values known by 2026-03-08T00:00:00Z" in run("--measure", "attention").stdout
    assert json.loads(run("--format", "json").stdout) == []  # neither tension nor relief rose
    assert run("--measure", "fear").exit_code == 2
