"""Which press moves first: a planted lead of hours is found with its side, nothing is found in nothing."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from monitor.index import Parameters, countries
from monitor.index.entry_arrays import read
from monitor.index.leads import LAGS, STEP, Lead, leads
from tests.newsroom import START, day_of, news

HOURS = 40 * 24


def waves(seed: int) -> np.ndarray:
    """The share of escalation hour by hour over forty days: bursts of a day."""
    random = np.random.default_rng(seed)
    bursts = random.random(HOURS) < 0.012
    return 0.05 + 0.6 * np.convolve(bursts, np.ones(12), "full")[:HOURS].clip(0, 1)


def press(lang: str, share: np.ndarray, *, publishers: int = 4, seed: int = 0) -> pd.DataFrame:
    """Entries of some publishers, three an hour each, escalation with the share of that hour."""
    random = np.random.default_rng(seed)
    hour = np.repeat(np.arange(HOURS), 3 * publishers)
    n = len(hour)
    bad = random.random(n) < share[hour]
    number = np.arange(n) + seed * 10_000_000
    minute = hour * 60 + random.integers(0, 60, n)
    return pd.DataFrame({
        "article_id": number, "at": pd.DatetimeIndex([START] * n) + pd.to_timedelta(minute, "min"),
        "publisher": [f"{lang}{one}" for one in np.tile(np.arange(publishers), n // publishers)], "tier": 1,
        "escalation_act": 8.0 * bad, "escalation_words": 0.0, "deescalation_act": 0.0, "deescalation_words": 0.0,
        "theatre": bad, "lang": lang, "categories": "", "parts": "", "text_key": number,
        "story_id": pd.array([None] * n, "Int64"),
    })  # fmt: skip


def asked(*frames, lang="fa") -> dict[str, Lead]:
    frame = pd.concat(frames).sort_values("at", ignore_index=True)
    arrays = read(frame, {}, Parameters())
    own = (frame["lang"] == lang).to_numpy()[arrays.row]
    return {one.measure: one for one in leads(arrays, lang, own, 3)}


@pytest.mark.parametrize("ahead", [18, -18])
def test_a_planted_lead_is_found_with_its_side(ahead):
    share = waves(1)
    found = asked(press("fa", share, seed=1), press("en", np.roll(share, ahead), seed=2))["tension"]
    assert (found.hours, found.clear) == (ahead, True) and found.correlation > 2 * found.band


def test_presses_that_move_together_have_no_lead():
    found = asked(press("fa", waves(1), seed=1), press("en", waves(1), seed=2))["tension"]
    assert (found.hours, found.clear) == (0, False) and found.correlation > found.band


def test_nothing_is_ahead_where_nothing_is_shared():
    clear = [
        asked(press("fa", waves(seed), seed=2 * seed), press("en", waves(100 + seed), seed=2 * seed + 1))[
            "tension"
        ].clear
        for seed in range(20)
    ]
    assert sum(clear) <= 3


def test_too_few_publishers_or_days_are_said():
    found = asked(press("fa", waves(1), publishers=2, seed=1), press("en", waves(1), seed=2))
    assert found["tension"].note == "too little: 0 of at least 20 days in which both presses have enough publishers"
    assert found["relief"].hours is None
    both = asked(press("fa", waves(1), seed=1), press("en", waves(1), seed=2))
    assert both["relief"].note == "one of them did not change"


def test_lags_reach_two_days():
    assert LAGS * STEP == 48


def test_groups_of_countries_are_measured_as_presses_and_a_country_is_in_one_group():
    every = [code for codes in countries.groups().values() for code in codes]
    assert len(every) == len(set(every)) and all(len(code) == 2 and code.isupper() for code in every)
    frames = []
    for number, country in enumerate(("IR", "QA")):
        frame = news(days=16, seed=50 + number, publishers=6, a_day=60)
        frames.append(frame.assign(
            country=country, lang="en", publisher=country + frame["publisher"].astype(str),
            article_id=frame["article_id"] + number * 1_000_000, text_key=frame["text_key"] + number * 1_000_000,
            story_id=frame["story_id"] + number * 1_000_000,
        ))  # fmt: skip
    frame = pd.concat(frames).sort_values("at", ignore_index=True)
    parameters = Parameters(reference=(START.date(), day_of(13).date()))
    found = countries.by_country(frame, parameters, since=day_of(14), now=day_of(16) - timedelta(seconds=1))
    assert set(found) == {("Iran",), ("Arab Gulf states",)}
    assert all(points[-1].tension is not None and points[-1].publishers == 6 for points in found.values())
