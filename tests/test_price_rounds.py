"""Rounds of prices into a database: what stands in is labelled, who fails is named until it answers,
and the last good price stays.
"""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from monitor.cli import app, out
from monitor.clock import real_now
from monitor.config.settings import load
from monitor.prices.update import price_client, update_prices
from monitor.storage import prices
from monitor.storage.store import open_store
from tests.yahoo import UNKNOWN_SYMBOL, chart, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = [("2026-02-26", 70.75), ("2026-02-27", 71.32)]
FEEDS = """
feeds:
  - {name: A, url: 'https://a.example/rss'}
prices:
  - {name: Brent, symbol: BZ=F, unit: USD/bbl, fred: DCOILBRENTEU, calendar: CMES}
"""
CSV = b"observation_date,DCOILBRENTEU\n2026-02-26,70.10\n2026-02-27,71.20\n"


@pytest.fixture
def service():
    with serving() as running:
        running.chart = (200, chart(DAYS))
        yield running


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'm.db'}")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A table whose words are not broken into lines."""
    monkeypatch.setattr(out, "width", 200)


@pytest.fixture
def settings(tmp_path, service):
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    return load(tmp_path / "feeds.yaml", {"MONITOR_YAHOO_URL": service.url, "MONITOR_FRED_URL": service.url})


def trouble(store) -> list[tuple[str, str]]:
    return [(failure.provider, failure.kind) for failure in prices.failures(store)]


def test_a_failure_is_named_with_its_next_try_and_forgotten_once_anybody_before_it_answers(service, store, settings):
    service.chart, service.csv = (500, b""), (503, b"")
    client = price_client(settings)
    update_prices(store, settings, NOW, client=client)
    assert trouble(store) == [("fred", "http"), ("yahoo", "http")]
    first = prices.failures(store)
    assert all(real_now() < failure.next_try < real_now() + timedelta(minutes=2) for failure in first)
    update_prices(store, settings, NOW + timedelta(minutes=10), client=client)
    assert prices.failures(store) == first  # they rest: nobody failed again
    service.chart = (200, chart(DAYS))
    update_prices(store, settings, NOW)  # a client that remembers nothing asks at once
    assert trouble(store) == []  # FRED was not asked again, so nothing is known against it


def test_spot_stands_in_and_the_front_month_returns_without_a_gap(service, store, settings):
    service.chart, service.csv = (429, b""), (200, CSV)
    update_prices(store, settings, NOW)
    assert trouble(store) == [("yahoo", "rate limited")]
    assert prices.newest(store, "Brent", NOW).kind == "spot"
    service.chart = (200, chart(DAYS))
    update_prices(store, settings, NOW)
    assert [(price.day.day, price.kind) for price in prices.series(store, "Brent")] == [
        (26, "front month"),
        (27, "front month"),
    ]
    assert trouble(store) == []


BAD = {"500": (500, b""), "html": (200, b"<html>"), "empty": (200, chart([])),
    "NaN": (200, chart([("2026-02-27", None)])), "renamed": (404, UNKNOWN_SYMBOL),
       "elsewhere": (302, b""), "pence": (200, chart(DAYS, currency="GBp"))}  # fmt: skip


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_the_last_good_price_stays_and_is_called_old(service, store, settings, answer, tmp_path):
    update_prices(store, settings, datetime(2026, 2, 27, 12, tzinfo=UTC))
    service.chart = answer
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"),
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path / 'm.db'}",
        "MONITOR_NOW": NOW.isoformat(),
        "MONITOR_YAHOO_URL": service.url,
        "MONITOR_FRED_URL": service.url,
    }
    shown = CliRunner().invoke(app, ["prices"], env=environ)
    assert shown.exit_code == 1
    assert "71.32" in shown.stdout and "one finished trading day is missing" in shown.stdout
    assert "Brent: yahoo: " in shown.stderr and shown.stderr.count("Brent: yahoo: ") == 1
    assert [price.close for price in prices.series(store, "Brent")] == [70.75, 71.32]


def test_a_price_from_whomever_is_a_success(service, store, settings, tmp_path):
    service.chart, service.csv = (429, b""), (200, CSV)
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"), "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path / 'm.db'}",
        "MONITOR_NOW": NOW.isoformat(), "MONITOR_YAHOO_URL": service.url, "MONITOR_FRED_URL": service.url,
    }  # fmt: skip
    shown = CliRunner().invoke(app, ["prices"], env=environ)
    assert shown.exit_code == 0
    assert "spot" in shown.stdout and "fred" in shown.stdout and "slow down (429)" in shown.stderr
