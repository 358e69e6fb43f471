"""Series of files on the pages: shown beside the index, studied, what is wrong with a file, how old what stays is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from monitor.models import SeriesState
from monitor.storage import observations
from monitor.storage.store import open_store
from monitor.ui.exports import page_tables
from tests.pages import dashboard, forget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS = """
feeds: [{name: A, url: 'https://a.example/rss'}]
prices: []
series:
  - {name: Risk, url: 'https://risk.example/a.csv', date: day, value: risk, unit: points, lag: 2d}
  - {name: Unused, url: 'https://risk.example/a.csv', date: day, value: other, unit: points, enabled: false}
"""
URL = "https://risk.example/a.csv"


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/m.db")
    days = [NOW.replace(hour=0) - timedelta(days=back) for back in range(400, 8, -1)]
    values = [(day, 100.0 + number % 7) for number, day in enumerate(days)]
    first = SeriesState("Risk", URL, last_asked=NOW - timedelta(hours=6), last_success=NOW - timedelta(hours=6))
    observations.save(opened, first, values, unit="points", now=NOW - timedelta(hours=6))
    failing = replace(
        first, failure="not a series", error="the answer is a `web page` <b>", failures=1, last_asked=NOW,
        next_due=NOW + timedelta(hours=1),
    )  # fmt: skip
    observations.keep_state(opened, failing)
    yield opened
    opened.close()


@pytest.fixture
def screen(monkeypatch, tmp_path, store):
    def run(page: str, **query) -> AppTest:
        (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
        monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path}/m.db")
        monkeypatch.setenv("MONITOR_FEEDS", str(tmp_path / "feeds.yaml"))
        monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
        forget()
        shown = dashboard()
        shown.query_params.update(query)  # the frame reads the period from the first address
        shown.run()
        if page:
            shown.switch_page(f"../views/{page}.py")
        shown.query_params.update(query)
        return shown.run()

    yield run
    forget()


def words(shown):
    return "\n".join(str(one.value) for kind in ("html", "text", "info", "warning") for one in shown.get(kind))


def test_the_overview_shows_the_value_its_age_and_the_fault(screen):
    shown = screen("")
    assert not shown.exception
    text = words(shown)
    for part in ("Risk", "points", "of Sat 21 Feb, 9 days ago", "the answer is a web page &lt;b&gt;"):
        assert part in text, part
    assert "Unused" not in text
    assert list(shown.button_group[-1].options)[-1:] == ["Risk"] or "Risk" in str(shown.button_group)


def test_the_oil_page_studies_it_and_says_what_stays(screen):
    shown = screen("oil", series="Risk", events="2026-02-10", time="30 days")
    assert not shown.exception
    text = words(shown)
    for part in (
        "the answer is a web page",
        "a newer one has been due for",
        "The value of 2026-02-21 stays: ",
        "as known since",
    ):
        assert part in text, part
    assert shown.dataframe


def test_the_feeds_page_lists_it(screen):
    shown = screen("feeds")
    assert not shown.exception
    (table,) = [one.value for one in shown.dataframe if "newest day" in one.value.columns]
    assert list(table["error"].str.strip("\u2068\u2069")) == ["the answer is a web page <b>"]


def test_the_file_of_a_study_names_until_when_the_values_were_known(screen):
    screen("")
    rows = list(page_tables.TABLES["event-study"].rows({"series": "Risk", "events": "2026-02-10"}))
    assert rows and all(row["method"].endswith("; values known by 2026-03-02T06:00:00Z") for row in rows)
