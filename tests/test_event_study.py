"""Oil: planted moves are found, nothing is found in nothing, and what cannot be said is not said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from monitor.models import DataSeries, IndexPoint, Price, Series
from monitor.prices import lead_lag as lead_and_lag
from monitor.prices import market as exchange
from monitor.prices.episodes import at_settlement, episodes, event_day, last_hour, news_day
from monitor.prices.event_study import event_study
from monitor.prices.lead_lag import lead_lag
from monitor.prices.returns import closes, returns

FIRST = date(2024, 1, 1)  # a Monday


def weekdays(count: int) -> list[date]:
    found, day = [], FIRST
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found


def market(count: int = 600, *, seed: int = 0, moves: dict[int, float] | None = None) -> pd.Series:
    """Closes with fat-tailed daily returns of about 2 %, and planted moves by trading day number."""
    random = np.random.default_rng(seed)
    steps = 0.012 * random.standard_t(4, count)
    for day, size in (moves or {}).items():
        steps[day] = size
    return pd.Series(70 * np.exp(np.cumsum(steps)), index=weekdays(count))


def test_a_planted_jump_is_found_on_its_day_and_a_small_one_is_not():
    prices = market(moves={400: 0.12, 500: 0.01})
    big, small = prices.index[400], prices.index[500]
    rows = {(row.event, row.window): row for row in event_study(prices, [big, small]).rows}
    assert len(rows) == 6
    first = rows[big, "[0,0]"]
    assert first.ar == pytest.approx(0.12, abs=0.01) and first.t > 3 and first.significant and first.day == big
    assert not rows[small, "[0,0]"].significant and abs(rows[small, "[0,0]"].t) < 2


def test_abnormal_means_against_the_mean_of_the_days_before():
    """By hand: returns of +1 % and -0.5 % in turn until the event, mean 0.25 %, then 5 % and 3 %."""
    steps = [0.01 if n % 2 else -0.005 for n in range(200)]
    steps[150:152] = [0.05, 0.03]
    prices = pd.Series(np.exp(np.cumsum(steps)), index=weekdays(200))
    rows = {row.window: row for row in event_study(prices, [prices.index[150]]).rows}
    assert rows["[0,0]"].ar == pytest.approx(0.05 - 0.0025)
    assert rows["[0,+1]"].ar == pytest.approx(0.08 - 2 * 0.0025)
    spread = np.std([0.01, -0.005] * 30, ddof=1)
    assert rows["[0,0]"].t == pytest.approx((0.05 - 0.0025) / (spread * np.sqrt(1 + 1 / 60)))


def test_a_weekend_event_meets_the_next_trading_day_and_says_so():
    prices = market()
    saturday, monday = date(2025, 10, 4), date(2025, 10, 6)
    assert {(row.day, row.note) for row in event_study(prices, [saturday]).rows} == {
        (monday, "no trading on that day: 2025-10-06 is taken")
    }
    assert {row.note for row in event_study(prices, [monday]).rows} == {None}


def test_dates_that_meet_on_one_trading_day_are_one_event():
    """Saying a date three times makes it no more and no less significant."""
    prices = market(moves={455: 0.05})
    monday, other = prices.index[455], prices.index[300]
    saturday, sunday = monday - timedelta(days=2), monday - timedelta(days=1)
    once, thrice = (event_study(prices, [*days, other]) for days in ([monday], [monday, sunday, saturday]))
    assert monday.weekday() == 0
    assert [row.event for row in thrice.rows] == [other] * 3 + [saturday] * 3
    assert {row.also for row in thrice.rows[3:]} == {(sunday, monday)}
    assert {row.note for row in thrice.rows[3:]} == {
        f"no trading on that day: {monday} is taken; {sunday} and {monday} are the same event"
    }
    assert [row.adjusted_p for row in thrice.rows] == [row.adjusted_p for row in once.rows]
    assert [one.events for one in thrice.across] == [2, 2, 2]


def test_all_together_counts_windows_that_overlap_once():
    prices = market()
    events = [prices.index[n] for n in (200, 201, 204, 300, 340, 380, 420)]
    assert [(one.events, one.note) for one in event_study(prices, events).across] == [
        (7, None), (6, "1 more overlap an earlier one"), (5, "2 more overlap an earlier one")]  # fmt: skip


NOT_SAID = {
    "too early": (date(2024, 2, 1), "fewer than 40 returns"),
    "after the last price": (date(2027, 1, 1), "after the last price, of 2026-04-17"),
    "before the first price": (date(2020, 1, 1), "before the first return, of 2024-01-02"),
    "window not over": (weekdays(600)[-2], "not over"),
}


@pytest.mark.parametrize("event, why", NOT_SAID.values(), ids=NOT_SAID)
def test_what_cannot_be_computed_is_not_invented(event, why):
    row = event_study(market(), [event]).rows[-1]
    assert (row.ar, row.t, row.p, row.significant) == (None, None, None, False) and why in row.note


def test_too_few_events_says_so_and_enough_are_tested():
    prices = market(moves={day: 0.06 for day in (300, 340, 380, 420, 460, 500)})
    events = [prices.index[day] for day in (300, 340, 380, 420, 460, 500)]
    few, all_of_them = event_study(prices, events[:4]).across[0], event_study(prices, events).across[0]
    assert few.t is None and "too few" in few.note
    assert all_of_them.t > 3 and all_of_them.wilcoxon_p < 0.05 and all_of_them.significant
    assert all_of_them.mean == pytest.approx(0.06, abs=0.01)


@pytest.mark.slow
def test_random_dates_are_called_significant_about_as_often_as_promised():
    prices, random, rejected = market(1500, seed=4), np.random.default_rng(5), 0
    for _ in range(200):
        dates = random.choice(np.array(prices.index[100:-10]), 10, replace=False)
        rejected += event_study(prices, list(dates)).across[0].p < 0.05
    assert 2 <= rejected <= 20  # 5 % of 200 is ten; five standard errors would be 15 away


def test_a_negative_price_makes_no_return():
    prices = pd.Series([20.0, 18.0, -37.0, 10.0, 11.0], index=weekdays(5))
    assert returns(prices).isna().tolist() == [False, True, True, False]


def test_closes_are_final_and_of_one_kind():
    def price(day: int, close: float, kind: str, *, final: bool = True) -> Price:
        start = datetime(2026, 3, day, tzinfo=UTC)
        return Price("Brent", start, close, "x", kind, "USD", None, start, final=final)

    given = [
        price(2, 77.7, "front month"),
        price(3, 81.4, "front month"),
        price(4, 83.0, "spot"),
        price(5, 85.0, "front month", final=False),
    ]
    assert closes(given).tolist() == [77.7, 81.4]
    assert closes([]).empty


def test_a_planted_lead_of_two_days_is_found_at_lag_two():
    prices = market(400, seed=6)
    random = np.random.default_rng(7)
    change = random.normal(0, 1, 400)
    moved = returns(prices).to_numpy() + 0.02 * np.concatenate([[0, 0], change[1:-2]])
    prices = pd.Series(70 * np.exp(np.concatenate([[0], np.cumsum(moved)])), index=prices.index)
    found = lead_lag(pd.Series(100 + np.cumsum(change), index=prices.index), prices)
    assert [lag.lag for lag in found.lags] == list(range(-10, 11))
    assert [lag.lag for lag in found.lags if lag.significant] == [2]
    best = max(found.lags, key=lambda lag: lag.correlation)
    assert best.lag == 2 and best.correlation > best.high


def test_prices_that_move_first_show_at_negative_lags():
    prices = market(400, seed=8)
    moves = returns(prices)
    change = 50 * moves.shift(3).fillna(0) + np.random.default_rng(9).normal(0, 0.3, len(moves))
    found = lead_lag(100 + change.cumsum(), prices)
    assert [lag.lag for lag in found.lags if lag.significant] == [-3]


def test_unrelated_series_are_rarely_called_related():
    alarms = 0
    for seed in range(20):
        index = pd.Series(100 + np.random.default_rng(seed).normal(0, 10, 250), index=weekdays(250))
        alarms += any(lag.significant for lag in lead_lag(index, market(250, seed=1000 + seed)).lags)
    assert alarms <= 4  # 5 % of 20 is one


def test_weekend_news_meets_mondays_price():
    prices = market(100)
    days = [FIRST + timedelta(days=n) for n in range(139)]
    index = pd.Series([float(n) for n in range(139)], index=days)
    joint = lead_and_lag._joint(index, prices)
    monday = date(2024, 1, 15)
    assert joint["index"][monday] == pytest.approx(np.mean([12, 13, 14]) - 11)  # Saturday to Monday against Friday


def test_an_index_that_never_moves_leads_nothing():
    prices = market(200)
    flat = lead_lag(pd.Series(100.0, index=prices.index), prices)
    assert flat.lags == () and flat.days > 100 and "did not change" in flat.note


def test_too_few_days_say_so():
    found = lead_lag(pd.Series([100.0, 120.0], index=weekdays(2)), market(30))
    assert found.lags == () and "too few" in found.note


def test_a_lag_stands_out_exactly_where_it_leaves_the_band():
    """Also at p just below 0.05 of a lag alone, which one of 21 reaches in most unrelated series."""
    prices = market(400, seed=6)
    index = pd.Series(100 + np.random.default_rng(11).normal(0, 10, 400).cumsum(), index=prices.index)
    found = lead_lag(index, prices)
    assert any(lag.p < 0.05 for lag in found.lags) and not any(lag.significant for lag in found.lags)
    assert all(lag.low < lag.correlation < lag.high for lag in found.lags)
    assert all(lag.adjusted_p >= lag.p for lag in found.lags)


BRENT = Series("Brent", "BZ=F", "USD/bbl", calendar="CMES", settles="14:30 America/New_York")
SETTLEMENTS = {
    "summer": (BRENT, date(2026, 4, 7), datetime(2026, 4, 7, 18, 30, tzinfo=UTC)),
    "winter": (BRENT, date(2026, 2, 27), datetime(2026, 2, 27, 19, 30, tzinfo=UTC)),
    "a day without a session": (BRENT, date(2026, 2, 28), datetime(2026, 2, 28, 19, 30, tzinfo=UTC)),
    "an early close": (BRENT, date(2026, 11, 27), datetime(2026, 11, 27, 18, 0, tzinfo=UTC)),
    "the end of the session": (Series("Gold", "GC=F", calendar="CMES"), date(2026, 4, 7),
        datetime(2026, 4, 7, 22, tzinfo=UTC)),
    "when a session would end": (Series("VIX", "^VIX", calendar="XNYS"), date(2026, 4, 4),
        datetime(2026, 4, 4, 20, tzinfo=UTC)),
    "no calendar": (Series("Odd", "ODD"), date(2026, 4, 7), datetime(2026, 4, 8, tzinfo=UTC)),
    "a series of a file": (DataSeries("Transits", "https://a.example/x.csv", "day", "ships"), date(2026, 4, 7),
        datetime(2026, 4, 8, tzinfo=UTC)),
}  # fmt: skip


@pytest.mark.parametrize("series, day, at", SETTLEMENTS.values(), ids=SETTLEMENTS)
def test_when_the_close_of_a_day_is_made(series, day, at):
    assert exchange.settled_at(series, day) == at


def settled(day: date) -> datetime:
    return exchange.settled_at(BRENT, day)


NEWS = {
    "before the settlement": ("2026-04-07T18:29", date(2026, 4, 7)),
    "at the settlement": ("2026-04-07T18:30", date(2026, 4, 7)),
    "after it": ("2026-04-07T18:31", date(2026, 4, 8)),
    "the truce announced on the evening of 7 April": ("2026-04-07T22:45", date(2026, 4, 8)),
    "with a zone": ("2026-04-08T02:15+03:30", date(2026, 4, 8)),
    "a date alone": ("2026-04-07", date(2026, 4, 7)),
}


@pytest.mark.parametrize("text, day", NEWS.values(), ids=NEWS)
def test_news_after_the_settlement_belongs_to_the_next_day(text, day):
    assert event_day(text, settled) == day


def test_news_of_an_evening_is_charged_with_the_next_close_and_not_with_its_own_day():
    """7 % up on the day of the announcement, 13 % down on the day after, as Brent in April 2026."""
    days = [day for day in (date(2025, 4, 1) + timedelta(days=n) for n in range(400)) if day.weekday() < 5]
    steps = np.random.default_rng(3).normal(0, 0.01, len(days))
    at = days.index(date(2026, 4, 7))
    steps[at : at + 2] = 0.07, -0.13
    prices = pd.Series(70 * np.exp(np.cumsum(steps)), index=days)
    day = news_day(datetime(2026, 4, 7, 22, 45, tzinfo=UTC), settled)
    row = event_study(prices, [day]).rows[0]
    assert (row.day, row.ar) == (date(2026, 4, 8), pytest.approx(-0.13, abs=0.005))
    assert row.significant


def test_the_index_of_a_day_ends_at_its_settlement():
    """Calm, then a burst of de-escalation in the 24 hours from 22:45 on 7 April: the day that stands out is the 8th."""
    start = datetime(2026, 2, 1, tzinfo=UTC)
    burst = datetime(2026, 4, 7, 22, tzinfo=UTC)
    hours = [start + timedelta(hours=n) for n in range(24 * 70)]
    random = np.random.default_rng(4)
    points = [
        replace(point(0, None), grain="hour", at=at,
            deescalation_share=40.0 if burst <= at < burst + timedelta(hours=24) else 5 + random.normal())
        for at in hours
    ]  # fmt: skip
    levels = at_settlement(points, "deescalation_share", settled)
    assert episodes(levels) == [date(2026, 4, 8)]
    assert last_hour(date(2026, 4, 7), settled) == datetime(2026, 4, 7, 17, tzinfo=UTC)
    assert levels.index[-1] == hours[-1].date() and len(levels) == 70
    assert at_settlement(points[:5], "relief", settled).empty and at_settlement([], "relief", settled).empty


def point(day: int, share: float | None) -> IndexPoint:
    empty = dict.fromkeys([
        "tension", "tension_low", "tension_high", "relief", "relief_low", "relief_high", "balance",
        "deescalation_share", "escalation_acts", "escalation_words", "deescalation_acts", "deescalation_words",
        "percentile",
    ])  # fmt: skip
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    return IndexPoint(
        grain="day",
        at=at,
        method="m",
        status="ok",
        escalation_share=share,
        entries=1,
        signal_articles=1,
        stories=1,
        publishers=1,
        **empty,
    )


def days(shares: dict[int, float | None]) -> pd.Series:
    return pd.Series({date(2026, 1, 1) + timedelta(days=n): share for n, share in shares.items()}, dtype=float)


def test_episodes_follow_the_rule_and_merge_short_gaps():
    """Calm of 2 to 3 %; highs on days 40, 41, 44 (three days on: the same), 60; day 61 is missing."""
    shares = {n: 2 + (n % 5) / 4 for n in range(80)} | {40: 12.0, 41: 14.0, 44: 20.0, 60: 30.0, 61: None}
    found = episodes(days(shares))
    assert found == [date(2026, 1, 1) + timedelta(days=n) for n in (40, 60)]


def test_an_episode_is_never_found_before_it_can_be_known():
    calm = {n: 2 + (n % 5) / 4 for n in range(40)}
    assert episodes(days(calm | {40: 12.0})) == episodes(days(calm | {40: 12.0, 41: 90.0})) == [date(2026, 2, 10)]
    assert episodes(days({n: calm[n] for n in range(20)})) == []
