"""Prices: what comes of a good answer, and that every bad one is a named fault and never a number."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.models import Price, Series
from monitor.prices import PriceClient, market
from tests.yahoo import NO_ROWS, UNKNOWN_SYMBOL, chart, serving

BRENT = Series("Brent", "BZ=F", "USD/bbl", fred="DCOILBRENTEU", calendar="CMES")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday; the session opened on Sunday at 23:00 UTC
DAYS = [("2026-02-26", 70.75), ("2026-02-27", 71.32)]


def stored(day: str, close: float, *, source: str = "yahoo", final: bool = True) -> dict[str, Price]:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {source: Price("Brent", at, close, source, "front month", "USD/bbl", None, at, final=final)}


@pytest.fixture
def service():
    with serving() as running:
        yield running


@pytest.fixture
def client(service, tmp_path):
    return PriceClient(yahoo_url=service.url, fred_url=service.url, cache=str(tmp_path))


def test_closes_come_with_source_unit_kind_and_both_times(service, client):
    service.chart = (200, chart(DAYS, market_time=datetime(2026, 2, 27, 21, 59, tzinfo=UTC)))
    answer = client.fetch(BRENT, {}, now=NOW)
    assert answer.faults == ()
    assert [(price.day.date().isoformat(), price.close, price.final) for price in answer.prices] == [
        (*day, True) for day in DAYS
    ]
    last = answer.prices[-1]
    assert (last.source, last.unit, last.kind, last.fetched_at) == ("yahoo", "USD/bbl", "front month", NOW)
    assert last.market_time == datetime(2026, 2, 27, 21, 59, tzinfo=UTC)


def test_the_day_still_trading_is_not_final(service, client):
    service.chart = (200, chart([*DAYS, ("2026-03-02", 77.0)], market_time=NOW - timedelta(minutes=11)))
    last = client.fetch(BRENT, stored("2026-02-26", 70.75), now=NOW).prices[-1]
    assert (last.day.date(), last.close, last.final, last.market_time) == (
        date(2026, 3, 2),
        77.0,
        False,
        NOW - timedelta(minutes=11),
    )


def test_a_price_of_sunday_evening_is_mondays(service, client):
    evening = datetime(2026, 3, 1, 23, 40, tzinfo=UTC)
    service.chart = (200, chart([*DAYS, ("2026-03-01", 76.0)], market_time=evening))
    last = client.fetch(BRENT, {}, now=evening + timedelta(minutes=10)).prices[-1]
    assert (last.day.date(), last.final) == (date(2026, 3, 2), False)


def test_looking_back_never_shows_a_later_price(service, client):
    later = [*DAYS, ("2026-03-02", 77.74), ("2026-03-03", 81.4), ("2026-03-04", 81.3)]
    service.chart = (200, chart(later, market_time=datetime(2026, 3, 4, 21, 59, tzinfo=UTC)))
    answer = client.fetch(BRENT, {}, now=NOW)  # the close of 2 March was made ten hours after NOW
    assert answer.prices[-1].close == 71.32 and answer.faults == ()


BAD = {
    "429": ((429, b"Too Many Requests"), "rate limited"),
    "500": ((500, b"oops"), "http"),
    "html": ((200, b"<html><body>Will be right back</body></html>"), "unreadable"),
    "not json": ((200, b"{"), "unreadable"),
    "json of another kind": ((200, b'{"chart": {"result": [7], "error": null}}'), "unreadable"),
    "an error called 200": (
        (200, b'{"chart": {"result": null, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}'),
        "unreadable",
    ),
    "elsewhere": ((302, b""), "http"),
    "far too large": ((200, b" " * 21_000_000), "too large"),
    "another currency": ((200, chart([("2026-02-27", 5310.0)], currency="GBp")), "unit"),
    "only zero": ((200, chart([("2026-02-27", 0.0)])), "not a number"),
    "no rows": ((200, NO_ROWS), "unreadable"),
    "empty frame": ((200, chart([])), "empty"),
    "only NaN": ((200, chart([("2026-02-27", None)])), "not a number"),
    "renamed symbol": ((404, UNKNOWN_SYMBOL), "symbol"),
}


@pytest.mark.parametrize("answer, kind", BAD.values(), ids=BAD)
def test_a_bad_answer_is_a_named_fault_and_no_price(service, client, answer, kind):
    service.chart = answer
    got = client.fetch(BRENT, stored("2026-02-20", 69.9), now=NOW)
    assert got.prices == ()
    assert got.faults[0].provider == "yahoo" and got.faults[0].kind == kind and got.faults[0].cause
    assert got.faults[1].provider == "fred" and got.faults[1].kind == "http"


@pytest.mark.slow
def test_silence_ends_within_the_budget_and_the_next_series_does_not_wait_again(service, client):
    service.chart = service.crumb = service.csv = None
    series = [Series(f"S{n}", f"S{n}=F", fred=f"S{n}") for n in range(5)]
    answers = client.fetch_all([(one, {}) for one in series], now=NOW, budget=2.0)
    assert [answer.faults[0].kind for answer in answers] == ["timeout"] * 5
    assert sum(path.startswith("/v8/") for path in service.asked) <= 1


def test_nobody_listens(tmp_path):
    with serving() as gone:
        pass
    answer = PriceClient(yahoo_url=gone.url, fred_url=gone.url, cache=str(tmp_path)).fetch(BRENT, {}, now=NOW)
    assert [(fault.provider, fault.kind) for fault in answer.faults] == [("yahoo", "network"), ("fred", "network")]


def test_a_newest_price_that_is_no_number_is_named_and_the_others_stay(service, client):
    service.chart = (200, chart([*DAYS, ("2026-03-02", float("nan"))], market_time=NOW))
    answer = client.fetch(BRENT, {}, now=NOW)
    assert [price.close for price in answer.prices] == [70.75, 71.32]
    assert [fault.kind for fault in answer.faults] == ["not a number"]


@pytest.mark.parametrize("ahead, kinds", [(timedelta(hours=1), ["clock"]), (timedelta(hours=-1), [])])
def test_a_clock_an_hour_off(service, client, ahead, kinds):
    """A price from the future is dropped and named; one an hour old is simply an hour old,
    and `stale` says so in time.
    """
    service.chart = (200, chart([*DAYS, ("2026-03-02", 77.0)], market_time=NOW + ahead))
    answer = client.fetch(BRENT, {}, now=NOW)
    assert [fault.kind for fault in answer.faults] == kinds
    assert all(price.market_time <= NOW for price in answer.prices)


def test_fred_falls_in_labelled_spot_and_yahoos_failure_is_named(service, client):
    service.chart = (500, b"")
    service.csv = (
        200,
        b"observation_date,DCOILBRENTEU\n2026-02-25,\n2026-02-26,70.10\n2026-02-27,71.20\n2026-03-02,78.00\n",
    )
    answer = client.fetch(BRENT, {}, now=NOW)
    assert [(price.close, price.source, price.kind, price.market_time) for price in answer.prices] == [
        (70.10, "fred", "spot", None),
        (71.20, "fred", "spot", None),
    ]
    assert [fault.provider for fault in answer.faults] == ["yahoo"]
    assert "Mozilla" not in service.agents[-1]


def test_a_provider_that_failed_rests_and_is_still_named(service, client):
    service.chart = (429, b"Too Many Requests")
    client.fetch(BRENT, {}, now=NOW)
    before = sum(path.startswith("/v8/") for path in service.asked)
    again = client.fetch(BRENT, {}, now=NOW)
    assert sum(path.startswith("/v8/") for path in service.asked) == before
    assert again.faults[0].kind == "rate limited" and again.faults[0].rested and 0 < again.faults[0].again <= 60


def test_what_stands_in_for_a_while_leaves_no_gap(service, client):
    """Spot closes of days on which Yahoo failed are no reason not to ask it for those days."""
    service.chart = (200, chart(DAYS))
    have = stored("2026-02-26", 70.75) | {
        "fred": replace(
            stored("2026-02-26", 70.1)["yahoo"], day=datetime(2026, 2, 28, tzinfo=UTC), source="fred", kind="spot"
        )
    }
    assert [price.close for price in client.fetch(BRENT, have, now=NOW).prices] == [70.75, 71.32]


def test_after_a_split_all_closes_are_asked_for_again(service, client):
    service.chart = (200, chart([("2026-02-25", 17.6), ("2026-02-26", 17.7), ("2026-02-27", 17.8)]))
    answer = client.fetch(BRENT, stored("2026-02-26", 70.75), now=NOW)
    assert [price.close for price in answer.prices] == [17.6, 17.7, 17.8]
    again = client.fetch(BRENT, stored("2026-02-26", 17.7), now=NOW)
    assert [price.close for price in again.prices] == [17.7, 17.8]
    running = client.fetch(BRENT, stored("2026-02-26", 70.75, final=False), now=NOW)
    assert [price.close for price in running.prices] == [17.7, 17.8]  # a day that was not over says nothing of a split


def test_retry_after_is_heeded(service, client):
    service.chart, service.headers = (429, b""), {"Retry-After": "7200"}
    assert client.fetch(BRENT, {}, now=NOW).faults[0].again == 7200
    again = client.fetch(BRENT, {}, now=NOW).faults[0]
    assert again.rested and 7100 < again.again <= 7200


def test_a_negative_future_is_a_price_and_a_negative_share_is_none(service, client):
    """Crude oil closed at -37 dollars on 20 April 2020."""
    service.chart = (200, chart([*DAYS, ("2026-03-02", -37.6)], market_time=NOW))
    assert client.fetch(BRENT, {}, now=NOW).prices[-1].close == -37.6
    share = client.fetch(Series("Share", "SHR", kind="equity"), {}, now=NOW)
    assert share.prices[-1].close == 71.32 and [fault.kind for fault in share.faults] == ["not a number"]


def test_no_session_is_on_a_weekend(service, client):
    """Bars that say so are left out where the exchange is known; where it is not, somebody may trade."""
    bars = [*DAYS, ("2026-02-28", 75.0), ("2026-03-01", 76.0), ("2026-03-02", 77.0)]
    service.chart = (200, chart(bars, market_time=NOW - timedelta(minutes=12)))
    assert [price.close for price in client.fetch(BRENT, {}, now=NOW).prices] == [70.75, 71.32, 77.0]
    assert len(client.fetch(Series("Coin", "BTC-USD"), {}, now=NOW).prices) == 5


def test_one_bad_symbol_does_not_rest_the_provider(service, client):
    service.chart = (404, UNKNOWN_SYMBOL)
    client.fetch(Series("Gone", "GONE=F"), {}, now=NOW)
    service.chart = (200, chart(DAYS))
    assert client.fetch(BRENT, {}, now=NOW).prices[-1].close == 71.32


def price(day: str, *, made: datetime | None = None, kind: str = "front month", final: bool = True) -> Price:
    return Price(
        "Brent",
        datetime.fromisoformat(day).replace(tzinfo=UTC),
        70.0,
        "yahoo",
        kind,
        "USD",
        made,
        made or NOW,
        final=final,
    )


CLOCK = {  # what is known, when, and a word that the verdict must hold (None: fresh)
    "saturday, friday's close": (price("2026-02-27"), datetime(2026, 2, 28, 12, tzinfo=UTC), None),
    "saturday, thursday's close": (
        price("2026-02-26"),
        datetime(2026, 2, 28, 12, tzinfo=UTC),
        "one finished trading day",
    ),
    "monday morning, friday's close": (price("2026-02-27"), datetime(2026, 3, 2, 12, tzinfo=UTC), "open"),
    "just opened": (price("2026-02-27"), datetime(2026, 3, 2, 0, 10, tzinfo=UTC), None),
    "trading, a quarter of an hour old": (
        price("2026-03-02", made=datetime(2026, 3, 2, 11, 45, tzinfo=UTC)),
        NOW,
        None,
    ),
    "trading, five hours old": (price("2026-03-02", made=datetime(2026, 3, 2, 7, tzinfo=UTC)), NOW, "5 h 00 min"),
    "left while friday ran": (
        price("2026-02-27", final=False),
        datetime(2026, 2, 28, 12, tzinfo=UTC),
        "before its close",
    ),
    "good friday is no session": (price("2026-04-02"), datetime(2026, 4, 4, 12, tzinfo=UTC), None),
    "spot, a week late": (price("2026-02-23", kind="spot"), NOW, None),
    "spot, a month late": (price("2026-02-02", kind="spot"), NOW, "10 or more finished"),
}


@pytest.mark.parametrize("last, now, word", CLOCK.values(), ids=CLOCK)
def test_stale_by_the_markets_own_clock(last, now, word):
    verdict = market.stale(BRENT, last, now)
    assert verdict is None if word is None else word in verdict


def test_an_unknown_calendar_means_weekdays():
    odd = Series("Odd", "ODD", calendar="NOWHERE")
    assert market.bounds(odd, date(2026, 2, 28)) is None
    assert market.session_of(odd, datetime(2026, 2, 28, 9, tzinfo=UTC)) == date(2026, 3, 2)
