"""Oil: planted moves are found, nothing is found in nothing, and what cannot be said is not said."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from monitor.models import IndexPoint, Price
from monitor.prices import event_study as study
from monitor.prices.event_study import closes, episodes, event_study, lead_lag, returns

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


def test_dates_that_meet_on_one_trading_day_are_one_question():
    """Saying a date three times makes it no more and no less significant."""
    prices = market(moves={455: 0.05})
    monday, other = prices.index[455], prices.index[300]
    weekend = [monday - timedelta(days=n) for n in (0, 1, 2)]
    once, thrice = (event_study(prices, [*days, other]) for days in ([monday], weekend))
    adjusted = {row.window: row.adjusted_p for row in once.rows if row.event == monday}
    assert monday.weekday() == 0 and all(
        row.adjusted_p == adjusted[row.window] for row in thrice.rows if row.event in weekend
    )
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
    joint = study._joint(index, prices)
    monday = date(2024, 1, 15)
    assert joint["index"][monday] == pytest.approx(np.mean([12, 13, 14]) - 11)  # Saturday to Monday against Friday


def test_an_index_that_never_moves_leads_nothing():
    prices = market(200)
    flat = lead_lag(pd.Series(100.0, index=prices.index), prices)
    assert flat.lags == () and flat.days > 100 and "did not change" in flat.note


def test_too_few_days_say_so():
    found = lead_lag(pd.Series([100.0, 120.0], index=weekdays(2)), market(30))
    assert found.lags == () and "too few" in found.note


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


def test_episodes_follow_the_rule_and_merge_short_gaps():
    """Calm of 2 to 3 %; highs on days 40, 41, 44 (three days on: the same), 60; day 61 is missing."""
    shares = {n: 2 + (n % 5) / 4 for n in range(80)} | {40: 12.0, 41: 14.0, 44: 20.0, 60: 30.0, 61: None}
    found = episodes([point(n, share) for n, share in shares.items()])
    assert found == [date(2026, 1, 1) + timedelta(days=n) for n in (40, 60)]


def test_an_episode_is_never_found_before_it_can_be_known():
    calm = [point(n, 2 + (n % 5) / 4) for n in range(40)]
    assert episodes([*calm, point(40, 12.0)]) == episodes([*calm, point(40, 12.0), point(41, 90.0)])
    assert episodes(calm[:20]) == []
