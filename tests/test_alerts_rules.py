"""Alerts: each kind of rule fires for its reason, once, resolves when it should,
and is silent when nothing can be said.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.facts import ChangedArticle, Facts, Report
from monitor.alerts.rules import decide, rehearse
from monitor.config.alerting import JumpRule, LevelRule, PriceRule, SeriesRule, SignalRule, SilenceRule
from monitor.index import Parameters, ReferenceCache, compute
from monitor.models import FeedState, IndexPoint, Observation, Price
from tests.newsroom import START, day_of, news

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

LEVEL = LevelRule(name="High", kind="level", above=200.0, below=150.0, cool_down="6h")
JUMP = JumpRule(name="Jumped", kind="jump", within="24h", cool_down="6h")
GRAVE = SignalRule(name="Grave", kind="signal", severity=8, publishers=3, within="6h", cool_down="1h")
MOVED = PriceRule(name="Moved", kind="price", series="Brent", percent=5.0, within="1d", cool_down="1d")
QUIET = SilenceRule(name="Quiet", kind="silence", of="feeds", longer_than="6h", cool_down="1h")
NOBODY = SilenceRule(name="Nobody", kind="silence", of="worker", longer_than="15m", cool_down="1h")


def point(
    at: datetime, tension: float | None, *, spread: float = 0.2, status: str = "ok", part: str = "all"
) -> IndexPoint:
    empty = dict.fromkeys([
        "relief", "relief_low", "relief_high", "balance", "escalation_share", "deescalation_share", "escalation_acts",
        "escalation_words", "deescalation_acts", "deescalation_words", "percentile",
    ])  # fmt: skip
    low, high = (None, None) if tension is None else (tension / (1 + spread), tension * (1 + spread))
    return IndexPoint(
        grain="hour", at=at, method="m", status=status, tension=tension, tension_low=low, tension_high=high, entries=99,
        signal_articles=9, stories=9,
        publishers=9, part=part, **empty,
    )  # fmt: skip


def index(*values: float | None, until: datetime = NOW) -> Facts:
    """Hourly points that end at `until`."""
    return Facts(
        points={
            ("hour", "all"): [
                point(until - n * HOUR, value) for n, value in zip(range(len(values) - 1, -1, -1), values, strict=True)
            ]
        }
    )


def kinds(alerts) -> list[tuple[str, str]]:
    return [(alert.kind, alert.state) for alert in alerts]


def test_a_level_fires_once_holds_between_the_two_marks_and_resolves_under_the_lower():
    history, seen = [], []
    for hour, value in enumerate([120, 210, 230, 190, 160, 149, 140]):
        now = NOW + hour * HOUR
        new = decide([LEVEL], history, index(value, until=now), now)
        history, seen = history + new, seen + [(hour, alert.state) for alert in new]
    assert seen == [(1, "firing"), (5, "resolved")]
    assert "Tension is 210 (90 % band 175 to 252)" in history[0].message and "at or above 200" in history[0].message


def test_the_cool_down_holds_back_a_second_alert_but_no_resolving():
    history, seen = [], []
    for hour, value in enumerate([210, 140, 210, 210, 210, 210, 210]):
        new = decide([LEVEL], history, index(value, until=NOW + hour * HOUR), NOW + hour * HOUR)
        history, seen = history + new, seen + [(hour, alert.state) for alert in new]
    assert seen == [(0, "firing"), (1, "resolved"), (6, "firing")]


SILENT = {
    "not enough news": index(None),
    "nothing at all": Facts(),
    "only old points": index(500, until=NOW - 4 * HOUR),
    "provisional": Facts(points={("hour", "all"): [point(NOW, 500, status="provisional")]}),
}


@pytest.mark.parametrize("facts", SILENT.values(), ids=SILENT)
def test_a_level_says_nothing_where_nothing_can_be_said_and_keeps_firing(facts):
    assert decide([LEVEL], [], facts, NOW) == []
    firing = decide([LEVEL], [], index(300, until=NOW - HOUR), NOW - HOUR)
    assert decide([LEVEL], firing, facts, NOW) == []


def test_a_jump_is_outside_every_band_of_the_three_days_before():
    calm = [100.0] * 72
    assert kinds(decide([JUMP], [], index(*calm, 160.0), NOW)) == [("jump", "firing")]
    assert decide([JUMP], [], index(*calm, 140.0), NOW) == []  # the bands overlap: 140/1.2 < 100 x 1.2
    high_before = [100.0] * 10 + [150.0] * 5 + [100.0] * 57
    assert decide([JUMP], [], index(*high_before, 160.0), NOW) == []
    assert decide([JUMP], [], index(*[None] * 60, *[100.0] * 12, 160.0), NOW) == []  # nothing to compare with


def test_a_jump_resolves_when_the_bands_meet_again():
    firing = decide([JUMP], [], index(*[100.0] * 72, 160.0), NOW)
    later = NOW + 30 * HOUR
    assert kinds(decide([JUMP], firing, index(*[100.0] * 60, *[160.0] * 31, until=later), later)) == [
        ("jump", "resolved")
    ]


def test_a_fall_is_reported_where_asked_for():
    facts = index(*[200.0] * 72, 100.0)
    assert decide([JUMP], [], facts, NOW) == []
    falling = replace_rule(JUMP, direction="down")
    assert "fell" in decide([falling], [], facts, NOW)[0].message


def replace_rule(rule, **changes):
    return rule.model_copy(update=changes)


@pytest.mark.slow
def test_an_index_with_nothing_in_it_raises_no_false_alarm():
    """Thirty days of hourly looks, ten times; benchmarks/index.py has more and larger runs."""
    alarms = 0
    for seed in range(10):
        frame = news(days=44, seed=seed)
        cache = ReferenceCache(Parameters(reference=(START.date(), day_of(13).date())))
        cache.add(frame[frame["at"] < day_of(14)])
        until = day_of(44) - timedelta(minutes=1)
        points = compute(frame[frame["at"] >= day_of(13)], cache=cache, since=day_of(14), now=until, daily=False)
        line = [p for p in points if p.part == "all"]
        alarms += any(
            decide([JUMP], [], Facts(points={("hour", "all"): line[n - 73 : n]}), line[n - 1].at)
            for n in range(73, len(line), 3)
        )
    assert alarms <= 1


def report(
    article: int,
    publisher: str,
    *,
    story: int | None = 1,
    severity: float = 9.0,
    minutes: int = 30,
    category: str = "attack",
    **more,
) -> Report:
    return Report(
        article,
        story,
        publisher,
        NOW - timedelta(minutes=minutes),
        category,
        severity,
        f"Title {article}",
        f"https://x.example/{article}",
        **more,
    )


REPORTED = [report(1, "A"), report(2, "B"), report(3, "C")]
NOT_CONFIRMED = {
    "two publishers": REPORTED[:2],
    "one publisher, three articles": [report(n, "A") for n in (1, 2, 3)],
    "three publishers, three stories": [report(n, p, story=n) for n, p in ((1, "A"), (2, "B"), (3, "C"))],
    "not grave": [replace(s, severity=7.0) for s in REPORTED],
    "de-escalation": [replace(s, severity=-9.0) for s in REPORTED],
    "copies of one text": [replace(s, title="Missile strikes tanker in the Gulf of Oman") for s in REPORTED],
    "too far from each other": [*REPORTED[:2], report(3, "C", minutes=391)],
    "no news any more": [replace(s, at=s.at - 24 * HOUR) for s in REPORTED],
    "one later than now": [*REPORTED[:2], report(3, "C", minutes=-5)],
}


@pytest.mark.parametrize("reports", NOT_CONFIRMED.values(), ids=NOT_CONFIRMED)
def test_a_grave_signal_needs_independent_publishers(reports):
    assert decide([GRAVE], [], Facts(reports=reports), NOW) == []


def test_a_rule_may_ask_for_a_confidence():
    sure = GRAVE.model_copy(update={"confidence": 0.7})
    for confidence, fires in ((0.7, 1), (0.69, 0), (None, 0)):  # without one it is not known whether it is sure enough
        facts = Facts(reports=[replace(one, confidence=confidence) for one in REPORTED])
        assert len(decide([sure], [], facts, NOW)) == fires
        assert len(decide([GRAVE], [], facts, NOW)) == 1


ASKED = [
    ({"mode": "act"}, {"mode": "words"}),
    ({"event": ["ship.seize"]}, {"event": "ship.attack"}),
    ({"place": ["strait of hormuz"]}, {"places": ("Persian Gulf",)}),
    ({"actor": ["Iran"]}, {"actors": ("USA", "ISR")}),
    ({"actor": ["IRN", "USA"]}, {"actors": ("ISR",)}),
    ({"words": ["hijack*"]}, {"title": "Tanker Astana struck", "text": "struck"}),
    ({"words": ["tanker seized", "توقيف"]}, {"title": "Tanker unseized", "text": "توقيفات"}),
    ({"part": "hormuz"}, {"parts": ("lebanon",)}),
]


@pytest.mark.parametrize("asked, other", ASKED, ids=[str(asked) for asked, _ in ASKED])
def test_a_rule_may_ask_for_more_than_a_category(asked, other):
    """Three reports that are all that is asked for; when one of them is something else, two are left."""
    rule = SignalRule.model_validate(GRAVE.model_dump(exclude_defaults=True) | asked)
    full = {
        "mode": "act", "event": "ship.seize", "places": ("Oman", "Strait of Hormuz"), "actors": ("IRN", "GBR"),
        "text": "Tanker  SEIZED; hijacked; تَوْقيف", "parts": ("hormuz",),
    }  # fmt: skip
    reports = [replace(one, **full) for one in REPORTED]
    assert len(decide([rule], [], Facts(reports=reports), NOW)) == 1
    assert decide([rule], [], Facts(reports=[*reports[:2], replace(reports[2], **other)]), NOW) == []


def test_a_pause_loses_no_event():
    """Reported at 17:01 and 20:57, known only the next noon, because the machine slept or the feeds did not answer."""
    two = replace_rule(GRAVE, publishers=2)
    night = [report(1, "A", minutes=1139), report(2, "B", minutes=903)]
    found = decide([two], [], Facts(reports=night), NOW)
    assert [alert.articles for alert in found] == [(1, 2)]
    assert decide([two], found, Facts(reports=night), NOW + HOUR) == []
    week = [replace(one, at=one.at - 72 * HOUR) for one in night]
    assert decide([two], [], Facts(reports=week), NOW) == []
    assert len(decide([two], [], Facts(reports=week, decided=NOW - 90 * HOUR), NOW)) == 1  # nobody decided meanwhile
    longest = [replace(one, at=one.at - 200 * HOUR) for one in night]
    assert decide([two], [], Facts(reports=longest, decided=NOW - 900 * HOUR), NOW) == []


def test_reports_that_are_far_apart_are_two_times_and_the_later_one_is_found():
    rule = replace_rule(GRAVE, publishers=2)
    reports = [report(1, "A", minutes=900), report(2, "A", minutes=200), report(3, "B", minutes=30)]
    assert [alert.articles for alert in decide([rule], [], Facts(reports=reports), NOW)] == [(2, 3)]


def test_a_rule_may_take_the_reports_of_all_stories_together():
    """An event that was grouped as several stories; after the cool-down only newer reports are another alert."""
    apart = [report(1, "A", story=1), report(2, "B", story=2), report(3, "C", story=None)]
    assert decide([GRAVE], [], Facts(reports=apart), NOW) == []
    rule = replace_rule(GRAVE, together="all", cool_down=2 * HOUR)
    found = decide([rule], [], Facts(reports=apart), NOW)
    assert [(alert.articles, alert.stories) for alert in found] == [((1, 2, 3), (1, 2))]
    later = [report(n, p, story=n, minutes=-90) for n, p in ((4, "A"), (5, "B"), (6, "C"))]
    assert decide([rule], found, Facts(reports=apart), NOW + 3 * HOUR) == []
    assert decide([rule], found, Facts(reports=[*apart, *later]), NOW + 1.6 * HOUR) == []  # cools down
    again = decide([rule], found, Facts(reports=[*apart, *later]), NOW + 3 * HOUR)
    assert [alert.articles for alert in again] == [(4, 5, 6)]


def test_the_reasons_of_a_level_and_a_jump_are_what_raised_the_measure():
    """Not the gravest reports of the day; and it is asked when an alert is made, not while one goes on."""
    reports = [report(n, "A", story=n, severity=s) for n, s in ((1, 9.0), (2, 4.0), (3, 5.0), (4, 5.0), (5, 5.5))]
    asked = []

    def raised(measure, part, at, before):
        asked.append((measure, part, before is not None))
        return reports[1:]

    facts = replace(index(*[100.0] * 72, 300.0), reports=reports, raised=raised)
    for rule in (LEVEL, JUMP):
        (alert,) = decide([rule], [], facts, NOW)
        assert alert.articles == (2, 3, 4)
        assert decide([rule], [alert], facts, NOW + HOUR / 60) == []
    assert asked == [("tension", "all", False), ("tension", "all", True)]


def test_a_confirmed_signal_names_publishers_stories_and_links_and_is_reported_once():
    found = decide([GRAVE], [], Facts(reports=REPORTED), NOW)
    assert kinds(found) == [("signal", "firing")] and found[0].stories == (1,) and found[0].articles == (1, 2, 3)
    lines = found[0].message.splitlines()
    assert lines[0] == "3 publishers report an attack (severity 9): A, B, C"
    assert "- Title 2 https://x.example/2" in lines
    later = Facts(reports=[*REPORTED, report(4, "D", minutes=-100)])
    assert decide([GRAVE], found, later, NOW + 2 * HOUR) == []
    assert decide([GRAVE], found, Facts(), NOW + 9 * HOUR) == []  # an event does not resolve


def test_a_story_that_turns_out_to_be_another_is_not_reported_again():
    first = decide([GRAVE], [], Facts(reports=REPORTED), NOW)
    others = [replace(one, story_id=7, article_id=one.article_id + 10) for one in REPORTED]
    later = NOW + 2 * HOUR
    assert len(decide([GRAVE], first, Facts(reports=others), later)) == 1  # for all that is known, another event
    assert decide([GRAVE], first, Facts(reports=others, merged={1: 7}), later) == []


def test_articles_that_were_grouped_anew_are_not_reported_again():
    first = decide([GRAVE], [], Facts(reports=REPORTED), NOW)
    regrouped = [replace(one, story_id=7) for one in REPORTED]
    assert decide([GRAVE], first, Facts(reports=regrouped), NOW + 2 * HOUR) == []


def test_a_second_event_is_reported_at_once_however_long_the_cool_down():
    rule = replace_rule(GRAVE, cool_down=30 * 24 * HOUR)
    first = decide([rule], [], Facts(reports=REPORTED), NOW)
    elsewhere = [replace(one, story_id=2, article_id=one.article_id + 10) for one in REPORTED]
    found = decide([rule], first, Facts(reports=[*REPORTED, *elsewhere]), NOW + HOUR / 3)
    assert [alert.stories for alert in found] == [(2,)]


def test_a_second_feed_that_falls_silent_does_not_wait_for_the_cool_down_of_the_first():
    first = decide([QUIET], [], Facts(feeds=[feed("a", hours_new=9), feed("b")]), NOW)
    found = decide([QUIET], first, Facts(feeds=[feed("a", hours_new=9), feed("b", hours_new=9)]), NOW + HOUR / 3)
    assert [alert.key for alert in first + found] == ["Quiet:a", "Quiet:b"]


def test_the_cool_down_of_a_price_rule_holds_back_its_next_days():
    rule = replace_rule(MOVED, cool_down=3 * 24 * HOUR)
    first = decide([rule], [], Facts(prices={"Brent": [price(27, 71.3, month=2), price(2, 77.7)]}), NOW)
    more = Facts(prices={"Brent": [price(2, 77.7), price(3, 90.0)]})
    assert decide([rule], first, more, NOW + 24 * HOUR) == []
    assert len(decide([replace_rule(MOVED, cool_down=HOUR)], first, more, NOW + 24 * HOUR)) == 1


def test_two_stories_at_once_are_both_reported():
    both = Facts(reports=[*REPORTED, *(replace(s, story_id=2, article_id=s.article_id + 10) for s in REPORTED)])
    assert len(decide([GRAVE], [], both, NOW)) == 2


def changed(article: int, *reports, hours: float = 1, by: str = "publisher") -> dict[int, ChangedArticle]:
    """An article that was edited or corrected `hours` after NOW, with what it reports since."""
    title = "Officials deny reports of a strike"
    return {article: ChangedArticle(article, "B", NOW + hours * HOUR, title, reports, by)}


def test_an_edit_that_takes_back_the_signal_is_followed_by_one_correction():
    first = [replace(alert, id=1) for alert in decide([GRAVE], [], Facts(reports=REPORTED), NOW)]
    later = NOW + 2 * HOUR
    since = Facts(reports=[REPORTED[0], REPORTED[2]], changed=changed(2, report(2, "B", severity=3.0)))
    found = decide([GRAVE], first, since, later)
    assert kinds(found) == [("signal", "corrected")] and found[0].key == first[0].key
    assert "Since corrected: 1 of the 3 articles" in found[0].message
    assert "- B: Officials deny reports of a strike" in found[0].message
    assert decide([GRAVE], [*first, replace(found[0], id=2)], since, later) == []
    assert decide([GRAVE], [replace(found[0], id=2)], replace(since, reports=REPORTED), later) == []


def test_a_correction_by_a_person_says_that_it_is_one():
    first = [replace(alert, id=1) for alert in decide([GRAVE], [], Facts(reports=REPORTED), NOW)]
    (found,) = decide([GRAVE], first, Facts(changed=changed(2, by="person")), NOW + 2 * HOUR)
    assert "was corrected here and no longer says so" in found.message
    assert "- B: Officials deny reports of a strike (its reading was corrected here)" in found.message


NO_CORRECTION = {
    "still says so": changed(2, report(2, "B")),
    "edited before the alert": changed(2, hours=-1),
    "another article": changed(9),
}


@pytest.mark.parametrize("since", NO_CORRECTION.values(), ids=NO_CORRECTION)
def test_an_edit_that_changes_nothing_of_the_alert_is_no_correction(since):
    first = decide([GRAVE], [], Facts(reports=REPORTED), NOW)
    assert decide([GRAVE], first, Facts(reports=REPORTED, changed=since), NOW + 2 * HOUR) == []


def price(day: int, close: float, *, final: bool = True, source: str = "yahoo", month: int = 3) -> Price:
    at = datetime(2026, month, day, tzinfo=UTC)
    return Price("Brent", at, close, source, "front month", "USD", None, at, final=final)


PRICES = {
    "up since Friday": (
        [price(27, 71.3, month=2), price(2, 77.7, final=False)],
        "rose by 9.0 %: 77.70 USD so far on 2026-03-02",
    ),
    "down": ([price(27, 80.0, month=2), price(2, 70.0)], "fell by 12.5 %"),
    "too little": ([price(27, 71.3, month=2), price(2, 74.0)], None),
    "another source": ([price(27, 71.3, month=2, source="fred"), price(2, 77.7)], None),
    "nothing before": ([price(2, 77.7)], None),
    "old": ([price(20, 71.3, month=2), price(23, 80.0, month=2)], None),
    "later than now": ([price(27, 71.3, month=2), price(2, 72.0), price(3, 90.0)], None),
    "a negative price has no per cent": ([price(27, -37.0, month=2), price(2, 10.0)], None),
}


@pytest.mark.parametrize("prices, word", PRICES.values(), ids=PRICES)
def test_a_price_move(prices, word):
    found = decide([MOVED], [], Facts(prices={"Brent": prices}), NOW)
    assert found == [] if word is None else word in found[0].message
    assert (
        decide([replace_rule(MOVED, cool_down=HOUR)], found, Facts(prices={"Brent": prices}), NOW + 3 * HOUR) == []
    )  # once a trading day


def feed(name: str, *, hours_new: float | None = 1, hours_ok: float | None = 0.1, failures: int = 0) -> FeedState:
    ago = [None if hours is None else NOW - hours * HOUR for hours in (hours_new, hours_ok)]
    return FeedState(
        name,
        f"https://{name}.example/",
        failures=failures,
        error="HTTP 500" if failures else None,
        last_new=ago[0],
        last_success=ago[1],
    )


FEEDS = {
    "well": (feed("a"), None),
    "nothing new": (feed("a", hours_new=7), "a has brought nothing new since"),
    "fails": (feed("a", hours_ok=7, failures=9), "a has failed since 2026-03-02 05:00 UTC: HTTP 500"),
    "fails since just now": (feed("a", hours_ok=2, failures=3), None),
    "never answered": (feed("a", hours_new=None, hours_ok=None, failures=5), "a has never answered: HTTP 500"),
    "not polled yet": (feed("a", hours_new=None, hours_ok=None), None),
    "not asked again yet": (
        replace(feed("a", hours_new=48, hours_ok=48, failures=1), last_polled=NOW - 47 * HOUR),
        None,
    ),
    "asked again, and still nothing": (
        replace(feed("a", hours_new=48), last_polled=NOW - HOUR),
        "a has brought nothing new since",
    ),
}


@pytest.mark.parametrize("state, word", FEEDS.values(), ids=FEEDS)
def test_feed_silence(state, word):
    found = decide([QUIET], [], Facts(feeds=[state]), NOW)
    assert found == [] if word is None else word in found[0].message


def test_a_feed_that_speaks_again_or_is_taken_out_resolves():
    firing = decide([QUIET], [], Facts(feeds=[feed("a", hours_new=9), feed("b", hours_new=9), feed("c")]), NOW)
    assert [alert.key for alert in firing] == ["Quiet:a", "Quiet:b"]
    over = decide([QUIET], firing, Facts(feeds=[feed("a", hours_new=0), feed("c")]), NOW + HOUR / 2)
    assert [(alert.key, alert.kind, alert.state) for alert in over] == [
        ("Quiet:a", "silence", "resolved"),
        ("Quiet:b", "silence", "resolved"),
    ]
    assert "taken out of feeds.yaml" in over[1].message


def test_worker_silence_and_its_end():
    firing = decide([NOBODY], [], Facts(worker_seen=NOW - HOUR, worker_fault="disk full"), NOW)
    assert kinds(firing) == [("silence", "firing")] and "disk full" in firing[0].message
    assert kinds(decide([NOBODY], firing, Facts(worker_seen=NOW + HOUR), NOW + HOUR)) == [("silence", "resolved")]
    assert decide([NOBODY], [], Facts(), NOW) == []


def test_a_rule_switched_off_or_taken_out_ends_its_alert():
    firing = decide([LEVEL], [], index(300), NOW)
    for rules in ([], [replace_rule(LEVEL, enabled=False)]):
        over = decide(rules, firing, index(300, until=NOW + HOUR), NOW + HOUR)
        assert kinds(over) == [("level", "resolved")] and "taken out of feeds.yaml" in over[0].message


def test_deciding_again_after_a_crash_reports_nothing_twice():
    facts = Facts(points=index(300).points, reports=REPORTED, feeds=[feed("a", hours_new=9)])
    first = decide([LEVEL, GRAVE, QUIET], [], facts, NOW)
    assert len(first) == 3 and decide([LEVEL, GRAVE, QUIET], first, facts, NOW) == []


def test_a_clock_that_is_set_back_reports_nothing_twice():
    facts = Facts(points=index(300).points, reports=REPORTED, feeds=[feed("a", hours_new=9)])
    later = [replace(alert, id=n) for n, alert in enumerate(decide([LEVEL, GRAVE, QUIET], [], facts, NOW), 1)]
    earlier = NOW - timedelta(minutes=3)
    assert decide([LEVEL, GRAVE, QUIET], later, replace(facts, points=index(300, until=earlier).points), earlier) == []
    over = decide([LEVEL], later[:1], index(100, until=earlier), earlier)
    assert kinds(over) == [("level", "resolved")]
    assert decide([LEVEL], [*later[:1], replace(over[0], id=9)], index(100), NOW + HOUR / 60) == []  # and that stays so


def test_titles_are_one_plain_line():
    odd = [replace(s, title=f"Line {s.publisher}\n- [fake](https://evil.example)\t" + "x" * 900) for s in REPORTED]
    lines = decide([GRAVE], [], Facts(reports=odd), NOW)[0].message.splitlines()
    assert len(lines) == 4 and all(len(line) < 300 for line in lines)


def test_a_rehearsal_over_stored_history():
    values = [100.0] * 80 + [400.0] * 10 + [120.0] * 10
    line = index(*values).points["hour", "all"]

    def facts_at(now: datetime) -> Facts:
        return Facts(points={("hour", "all"): [p for p in line if p.at <= now]})

    found = rehearse([LEVEL, JUMP], facts_at, line[0].at, NOW, HOUR)
    assert kinds(found) == [("level", "firing"), ("jump", "firing"), ("level", "resolved"), ("jump", "resolved")]


FEW = SeriesRule(name="Few ships", kind="series", series="Ships", direction="down", above=60.0, below=20.0)
RISKY = SeriesRule(name="Risky", kind="series", series="Ships", above=60.0, below=20.0)


@pytest.mark.parametrize("rule, values, states", [
    (FEW, (90, 40, 20, 40, 4, 61), [None, None, "firing", None, None, "resolved"]),
    (RISKY, (10, 40, 60, 40, 90, 19), [None, None, "firing", None, None, "resolved"]),
])  # fmt: skip
def test_a_series_fires_at_its_level_and_resolves_past_the_other(rule, values, states):
    history = []
    for hour, (value, state) in enumerate(zip(values, states, strict=True)):
        now = NOW + hour * HOUR
        newest = Observation("Ships", datetime(2026, 3, 1, tzinfo=UTC), float(value), "ships a day", now)
        found = decide([rule], history, Facts(values={"Ships": newest}), now)
        assert [alert.state for alert in found] == ([state] if state else [])
        history += found
    assert (
        history[0].message
        == {
            "Few ships": "Ships is 20 ships a day on 2026-03-01, at or below 20 (known since 2026-03-02 14:00 UTC)",
            "Risky": "Ships is 60 ships a day on 2026-03-01, at or above 60 (known since 2026-03-02 14:00 UTC)",
        }[rule.name]
    )


def test_a_series_that_is_stale_or_has_no_value_says_nothing():
    newest = Observation("Ships", datetime(2026, 3, 1, tzinfo=UTC), 4.0, "ships a day", NOW)
    fired = decide([FEW], [], Facts(values={"Ships": newest}), NOW)
    assert decide([FEW], fired, Facts(), NOW + HOUR) == []
