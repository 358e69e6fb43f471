"""Measures beside yardsticks: planted links and leads are found, nothing is found in nothing, two scales never mix."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from monitor.models import IndexPoint
from monitor.prices import validation
from monitor.prices.validation import Line, associations, frequency, in_words, lines, spearman, turning_points

FIRST = date(2025, 1, 1)
DAY = timedelta(days=1)


def series(values, first=FIRST) -> pd.Series:
    return pd.Series(list(values), index=[first + n * DAY for n in range(len(values))], dtype=float)


def line(values, name="tension") -> Line:
    return Line(name, series(values), series(values))


def point(day: date, tension: float, status: str) -> IndexPoint:
    at = datetime.combine(day, datetime.min.time(), UTC)
    numbers = dict.fromkeys((
        "tension_low", "tension_high", "relief_low", "relief_high", "balance", "escalation_acts", "escalation_words",
        "deescalation_acts", "deescalation_words", "percentile",
    ))  # fmt: skip
    return IndexPoint(
        "day", at, "m", status, tension, relief=100.0, escalation_share=tension / 20, deescalation_share=2.0,
        entries=50, signal_articles=9, stories=9, publishers=3, attention=100.0, attention_share=20.0, **numbers,
    )  # fmt: skip


def slow(days, seed=0) -> np.ndarray:
    """A line that wanders: each day mostly as the day before."""
    steps, found = np.random.default_rng(seed).standard_normal(days), np.zeros(days)
    for day in range(1, days):
        found[day] = 0.7 * found[day - 1] + steps[day]
    return found


def by_form_and_lag(found):
    return {(one.form, one.lag): one for one in found}


@pytest.mark.parametrize("digits", [6, 0])  # with ties
def test_the_correlation_is_spearmans_in_the_whole_and_in_each_replicate(digits):
    random = np.random.default_rng(1)
    x = random.standard_normal(60).round(digits)
    y = (x + random.standard_normal(60)).round(digits)
    assert spearman(x, y, 10)[0] == pytest.approx(spearmanr(x, y).statistic)
    weights = validation._draws(60, 10)
    drawn = validation._weighed(x, y, weights)
    for row in (0, 7):
        rows = np.repeat(np.arange(60), weights[row].astype(int))
        assert len(rows) == 60 and drawn[row] == pytest.approx(spearmanr(x[rows], y[rows]).statistic, abs=1e-6)


def test_the_interval_holds_a_planted_correlation_about_as_often_as_it_says():
    held = 0
    for seed in range(120):
        x, own = slow(90, 2 * seed), slow(90, 2 * seed + 1)
        y = 0.6 * x + 0.8 * own
        _, low, high = spearman(x, y, validation.block_of(90, 1))
        held += low <= 0.582 <= high  # 6 / pi asin(0.6 / 2)
    assert 0.82 <= held / 120 <= 0.98


def test_a_planted_lead_is_found_at_its_lag_and_nothing_elsewhere():
    """The yardstick says two days later what the measure says."""
    measure = slow(200)
    yardstick = series(measure, FIRST + 2 * DAY)
    found = by_form_and_lag(associations([line(measure)], "GPR", yardstick))
    assert found["levels", 2].correlation == pytest.approx(1) and found["levels", 2].n == 200 - 0
    assert max(found, key=lambda key: found[key].correlation or 0)[1] == 2
    changes = {lag: found["daily changes", lag].correlation for lag in validation.LAGS}
    assert changes[2] == pytest.approx(1) and max(abs(changes[lag]) for lag in changes if lag != 2) < 0.3
    unrelated = by_form_and_lag(associations([line(measure)], "GPR", series(slow(200, 9))))
    assert unrelated["levels", 0].low < 0 < unrelated["levels", 0].high


def test_the_same_data_give_the_same_interval():
    measure, yardstick = line(slow(120)), series(slow(120, 3))
    assert associations([measure], "GPR", yardstick) == associations([measure], "GPR", yardstick)


def test_what_has_too_few_days_says_so():
    found = by_form_and_lag(associations([line(slow(16))], "GPR", series(slow(16, 1))))
    assert (found["levels", 0].n, found["weekly changes", 0].n) == (16, 5)
    assert found["levels", 0].correlation is not None and found["levels", 0].low is not None
    assert found["weekly changes", 0].correlation is None
    assert found["weekly changes", 0].note == "too few: 5 of at least 10 days"
    assert found["7-day means", 0].low is None and found["7-day means", 0].note.startswith("no interval")
    flat = by_form_and_lag(associations([line(slow(16))], "GPR", series([1.0] * 16)))
    assert flat["levels", 0].note == "one of them did not change"


def test_a_gap_is_no_day_and_a_mean_needs_two_thirds_of_its_days():
    values = slow(60)
    holed = series(values)
    holed[[FIRST + 20 * DAY, FIRST + 21 * DAY]] = np.nan
    found = by_form_and_lag(associations([Line("tension", holed, holed)], "GPR", series(values)))
    assert (found["levels", 0].n, found["daily changes", 0].n) == (58, 56)
    assert found["7-day means", 0].n == 56  # five of seven days are enough


def test_a_monthly_yardstick_meets_the_means_of_months():
    values = slow(365)
    by_month = series(values).groupby([day.replace(day=1) for day in series(values).index]).mean()
    assert frequency(by_month) == "month" and frequency(series(values)) == "day"
    found = by_form_and_lag(associations([line(values)], "GPR by month", by_month))
    assert {form for form, _ in found} == {"levels", "monthly changes"}
    assert found["levels", 0].correlation == pytest.approx(1)
    assert (found["levels", 0].n, found["levels", 0].unit) == (12, "month")


def test_two_scales_never_stand_in_one_line():
    points = [point(FIRST + n * DAY, 50.0 if n < 14 else 110.0, "provisional" if n < 14 else "ok") for n in range(34)]
    found = {one.name: one for one in lines(points, [(FIRST + n * DAY, 50, 10) for n in range(40)])}
    assert list(found) == ["tension", "relief", "attention", "word count"]
    assert len(found["tension"].values) == len(found["word count"].values) == 20
    assert found["tension"].values.min() == 110 and len(found["tension"].shares) == 34
    assert found["tension"].note == (
        "20 days measured against a measured reference; 14 against the built-in share are another scale and left out"
    )
    assert set(found["word count"].values) == {20.0}


def quiet(days=120, at=()):
    """A quiet share, now a little higher, now a little lower, with steep days."""
    values = np.array([1.0, 1.1] * days)[:days]
    values[list(at)] = 3.0
    return values


def test_episodes_of_both_meet_with_their_lead_and_chance_is_counted():
    found = turning_points(line(quiet(at=[40, 70, 100])), "GPR", series(quiet(at=[43, 69, 115])))
    assert [(row.ours and (row.ours - FIRST).days, row.theirs and (row.theirs - FIRST).days, row.lead)
            for row in found.found] == [(40, 43, 3), (70, 69, -1), (100, None, None), (None, 115, None)]  # fmt: skip
    assert (found.both, found.days) == (2, 100)
    assert "2 in both" in in_words(found) and "days of lead: 2025-02-10 +3, 2025-03-12 -1." in in_words(found)


def test_what_meets_by_chance_is_counted_over_all_shifts():
    """By hand: of 99 shifts of one episode over 100 days, 14 bring it within a week of the other."""
    found = turning_points(line(quiet(at=[60])), "GPR", series(quiet(at=[60])))
    assert (found.both, found.by_chance, found.p) == (1, pytest.approx(14 / 99), pytest.approx(15 / 100))


def test_too_few_days_for_an_episode_are_said():
    found = turning_points(line(quiet(16)), "GPR", series(quiet(400)))
    assert found.note == "too few days: 16 of more than 20" and found.found == ()
    assert "too few days" in in_words(found)
    months = pd.Series(quiet(5), index=[FIRST + 31 * n * DAY for n in range(5)])
    assert turning_points(line(quiet()), "Monthly", months).note == "not daily"
