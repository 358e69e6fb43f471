"""Whether the strait is open, in words: who has to say so, what holds against what, and that silence is never calm."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.index import strait
from monitor.index.strait import StraitReport
from monitor.models import Entry, Feed, FeedState, Reading, Signal, Text
from monitor.storage import saving, signals
from monitor.tagging.theatre import load

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOSED = ("maritime", "strait.close", "closes the strait")
TOLL = ("maritime", "ship.toll", "toll on tankers")
SOME_PASS = ("withdrawal", "ship.pass", "let three tankers through")
ATTACK = ("maritime", "ship.attack", "hits a tanker")
REOPENS = ("withdrawal", "strait.reopen", "reopens the strait")


def said(hours, publisher, what, *, mode="act", confidence=0.9):
    category, rule, text = what
    return StraitReport(NOON + hours * HOUR, publisher, category, mode, rule, text, confidence)


def known(*reports, after=60, **more):
    return strait.state(sorted(reports, key=lambda one: one.at), NOON + after * HOUR, **more)


def test_two_publishers_close_it_since_the_first_of_them():
    found = known(said(0, "A", CLOSED), said(20, "B", CLOSED))
    assert (found.state, found.since, found.last) == ("closed", NOON, NOON + 20 * HOUR)
    assert found.publishers == ("B", "A")


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [said(0, "A", CLOSED)],
        [said(0, "A", CLOSED), said(5, "A", CLOSED)],  # one publisher twice
        [said(0, "A", CLOSED), said(49, "B", CLOSED)],  # too far apart
        [said(0, "A", CLOSED), said(5, "B", CLOSED, mode="words")],  # a threat
        [said(0, "A", CLOSED), said(5, "B", CLOSED, confidence=0.4)],
        [said(0, "A", CLOSED), said(61, "B", CLOSED)],  # not yet
        [said(0, "A", ATTACK), said(1, "B", ATTACK)],
    ],
)  # fmt: skip
def test_otherwise_it_is_not_known_and_not_open(reports):
    found = known(*reports)
    assert found.state is None
    assert "not known whether it is open" in strait.sentence(found, NOON)


@pytest.mark.parametrize(
    "text, says",
    [
        ("Iran shuts the strait", "closed"),
        ("le détroit fermé au trafic", "closed"),
        ("إغلاق مضيق هرمز", "closed"),
        ("تنگه هرمز بسته شد", "closed"),
        ("insurers cancel cover", "restricted"),
        ("disclosed", "restricted"),  # a word begins so, it does not end so
    ],
)
def test_words_say_whether_it_is_closed_in_every_language(text, says):
    assert strait.rules().says(said(0, "A", ("maritime", "strait.close", text))) == says


@pytest.mark.parametrize(
    "lang, title, says",
    [
        ("en", "Iran closes the Strait of Hormuz to all shipping", "closed"),
        ("fr", "L'Iran ferme le détroit d'Ormuz à la navigation", "closed"),
        ("ar", "إيران تغلق مضيق هرمز أمام الملاحة", "closed"),
        ("fa", "تنگه هرمز بسته شد و عبور نفتکش‌ها متوقف شد", "closed"),
        ("fr", "Réouverture du détroit d'Ormuz : les pétroliers reprennent leur route", "open"),
        ("en", "Iran threatens to close the Strait of Hormuz", None),
        ("en", "What happens if Iran closes the Strait of Hormuz?", None),
    ],
)
def test_what_the_reader_finds_in_an_article_says_it(reader, lang, title, says):
    (reading,) = reader.read([Text(title, "", lang)])
    assert strait.rules().place in reading.places
    found = {
        strait.rules().says(StraitReport(NOON, "A", one.category, one.mode, one.rule, one.text, one.confidence))
        for one in reading.signals
    }
    assert found - {None, "restricted"} == ({says} if says else set())


def test_a_strait_that_is_closed_stays_so_while_ships_are_turned_back_and_single_ones_pass():
    closed = [said(0, "A", CLOSED), said(1, "B", CLOSED)]
    assert known(*closed, said(5, "A", TOLL), said(6, "B", TOLL)).state == "closed"
    passing = [said(10 + n, who, SOME_PASS) for n, who in enumerate("ABC")]
    assert known(*closed, *passing[:2]).state == "closed"
    found = known(*closed, *passing)
    assert (found.state, found.since) == ("restricted", NOON + 10 * HOUR)


def test_three_publishers_open_it_and_two_close_it_again():
    closed = [said(0, "A", CLOSED), said(1, "B", CLOSED)]
    opened = [said(30 + n, who, REOPENS) for n, who in enumerate("ABC")]
    assert known(*closed, *opened[:2]).state == "closed"
    assert known(*closed, *opened).state == "open"
    assert (
        known(*closed, *opened, said(40, "A", SOME_PASS), said(41, "B", SOME_PASS), said(42, "C", SOME_PASS)).state
        == "open"
    )
    assert known(*closed, *opened, said(50, "A", CLOSED), said(51, "B", CLOSED)).since == NOON + 50 * HOUR


def test_what_nobody_repeats_is_not_known_any_more():
    reports = said(0, "A", CLOSED), said(1, "B", CLOSED)
    assert known(*reports, after=241).state == "closed"
    found = known(*reports, after=242)
    assert (found.state, found.last) == (None, NOON + HOUR)
    assert strait.sentence(found, NOON + 242 * HOUR) == (
        "Strait of Hormuz: not known whether it is open, nobody has said so since 1 March."
    )
    again = known(*reports, said(300, "A", CLOSED), after=301)
    assert again.state is None  # one alone does not bring it back


def days(*ships, normal=100, upto=NOON):
    """Ninety normal days, then these, the last on the day before."""
    every = [normal] * 95 + list(ships)
    first = upto.replace(hour=0) - len(every) * DAY
    return [(first + n * DAY, float(value)) for n, value in enumerate(every)]


@pytest.mark.parametrize(
    "ships, state",
    [((100,), "open"), ((40,), "restricted"), ((5,), "closed"), ((5, 90), "closed"), ((5, 30, 30, 30), "restricted"),
     ((5, 90, 90, 90), "open")],
)  # fmt: skip
def test_ships_that_pass_are_measured_and_need_nobody_to_confirm_them(ships, state):
    found = strait.state([], NOON, transits=days(*ships))
    assert (found.state, found.measured) == (state, True)
    assert found.passed == strait.Passed(NOON.replace(hour=0) - DAY, ships[-1], 100)


def test_newer_reports_hold_against_older_days_and_days_end_what_reports_began():
    late = days(100, upto=NOON - 3 * DAY)
    found = known(said(0, "A", CLOSED), said(1, "B", CLOSED), after=2, transits=late)
    assert strait.sentence(found, NOON + 2 * HOUR) == (
        "Strait of Hormuz: closed since 1 March, according to B, A, last 1 h ago; "
        "100 ships passed on 25 February, 100 are normal."
    )
    back = days(5, 95, 95, 95, upto=NOON + 5 * DAY)
    assert strait.state([said(0, "A", CLOSED), said(1, "B", CLOSED)], NOON + 5 * DAY, transits=back).state == "open"


def test_a_short_series_knows_no_normal():
    assert strait.state([], NOON, transits=days(100)[-80:]) == strait.Strait(None)


def test_the_rules_name_a_place_of_the_gazetteer():
    assert strait.rules().place in {entity.place for entity in load().entities}


def test_storage_gives_the_signals_of_articles_that_name_it(store):
    def article(number, category, rule, place):
        signal = Signal(category, "escalation", "act", 8.5, rule, "title", 0, 3, "Act", confidence=0.8)
        reading = Reading("en", "escalation", 8.5, True, (), (place,), (signal,), (), "reader-1")
        link = f"https://wire.example/{number}"
        entry = Entry(link, f"Act {number}", link, "", NOON, NOON.isoformat())
        return saving.Item(entry, reading, "Wire", link)

    feed = Feed("Wire", "https://wire.example/rss")
    items = [
        article(1, "maritime", "strait.close", "Strait of Hormuz"),
        article(2, "maritime", "strait.close", "Red Sea"),
        article(3, "attack", "strike", "Strait of Hormuz"),
        article(4, "maritime", "ship.seize", "Strait of Hormuz"),  # which says nothing of whether it is open
    ]
    saving.save(store, feed, items, state=FeedState("Wire", feed.url), slices=None, now=NOON)
    by = strait.rules()
    (found,) = signals.of_place(store, by.place, by.categories, by.rules, NOON - DAY, NOON)
    assert found == StraitReport(NOON, "Wire", "maritime", "act", "strait.close", "Act", 0.8)
    assert signals.of_place(store, by.place, by.categories, by.rules, NOON - DAY, NOON - HOUR) == []
