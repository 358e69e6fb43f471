"""`python -m monitor oil`: prices are fetched where none are stored, and the rows are as promised."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from monitor.cli import app
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
