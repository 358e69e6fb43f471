"""The press by language: each against its own normal, left out where it is none, and the wedge between two groups."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from monitor.index import Parameters, by_language, languages
from monitor.models import MEASURES
from tests.newsroom import START, day_of, news

FIXED = Parameters(reference=(START.date(), day_of(13).date()))
NOW = day_of(16) - timedelta(seconds=1)


def press(lang: str, number: int, **more) -> pd.DataFrame:
    """Sixteen days of one language's publishers, none shared with another language."""
    frame = news(days=16, seed=40 + number, **{"publishers": 6, "a_day": 60} | more)
    names = frame["publisher"].astype(str)
    return frame.assign(
        lang=lang, publisher=lang + names, article_id=frame["article_id"] + number * 1_000_000,
        story_id=frame["story_id"] + number * 1_000_000, text_key=frame["text_key"] + number * 1_000_000,
    )  # fmt: skip


def asked(*frames, parameters=FIXED):
    frame = pd.concat(frames).sort_values("at", ignore_index=True)
    return by_language(frame, parameters, languages=("en", "fa", "ar", "fr"), since=day_of(14), now=NOW)


def test_each_press_is_measured_against_its_own_normal():
    """Persian always writes three times as much of the theatre; from day 15 on English doubles its escalation."""
    found = asked(press("fa", 1, share=0.18), press("en", 2, ratio=2.0, change_on=15))
    persian, english = found["fa",], found["en",]
    assert persian[1].tension_low < 100 < persian[1].tension_high
    assert english[1].tension_low < 200 < english[1].tension_high and english[1].tension_low > 100
    assert persian[1].publishers == 6


def test_the_others_change_nothing_in_a_press():
    alone, among = (
        asked(press("fa", 1), *others)["fa",] for others in ((), (press("en", 2, ratio=5.0, change_on=15),))
    )
    assert alone == among


@pytest.mark.parametrize("fewest", [1, 3])
def test_two_publishers_are_no_press_whatever_the_gates_of_the_index(fewest):
    found = asked(press("fr", 3, publishers=2, a_day=200), parameters=replace(FIXED, minimum_publishers=fewest))
    assert {(p.status, p.tension, p.attention) for p in found["fr",]} == {("not enough news", None, None)}
    assert found["fr",][0].missing == "2 of at least 3 publishers"
    assert found["fa",][0].missing.startswith("0 of at least 30 entries")


def test_groups_are_made_of_their_languages_and_a_trailing_reference_is_read_from_the_frame():
    found = asked(
        press("fa", 1, publishers=2, a_day=200), press("ar", 4, publishers=2, a_day=200), parameters=Parameters()
    )
    assert found["fa",][1].status == found["ar",][1].status == "not enough news"
    assert (found[languages.NEAR][1].status, found[languages.NEAR][1].publishers) == ("ok", 4)


def test_the_wedge_is_clear_only_where_one_press_moved():
    quiet = [press("en", 2), press("fr", 3)]
    moved, still = (
        asked(press("fa", 1, ratio=ratio, change_on=15), press("ar", 4, ratio=ratio, change_on=15), *quiet)
        for ratio in (4.0, 1.0)
    )
    clear = {(w.at, w.measure): w.clear for w in languages.wedges(moved[languages.NEAR], moved[languages.FAR])}
    assert clear[day_of(15), "tension"] and not clear[day_of(14), "tension"] and not clear[day_of(15), "relief"]
    calm = languages.wedges(still[languages.NEAR], still[languages.FAR])
    assert not any(w.clear for w in calm if w.measure == "tension")
    for wedge in calm:
        assert wedge.low < wedge.difference < wedge.high and wedge.measure in MEASURES


def test_presses_on_two_scales_have_no_wedge():
    found = asked(press("fa", 1), press("en", 2))
    near = [replace(point, status="provisional") for point in found["fa",]]
    assert languages.wedges(near, found["en",]) == []
    assert len(languages.wedges(found["fa",], found["en",])) == 2 * len(MEASURES)


def test_rows_name_the_press_and_the_wedge():
    rows = languages.rows(asked(press("fa", 1), press("en", 2)))
    assert {row["press"] for row in rows} == {"en", "fa", "ar", "fr", "fa+ar", "en+fr", "fa+ar less en+fr"}
    assert all(set(row) <= set(languages.COLUMNS) for row in rows)
    last = {row["press"]: row for row in rows if row["day"] == day_of(15)}
    assert last["fa+ar less en+fr"]["tension"] == pytest.approx(last["fa"]["tension"] - last["en"]["tension"])
    assert last["fr"]["tension"] is None and last["fr"]["missing"].startswith("0 of")
