"""Board, stories, why and the sentences they say: with a catalogue of other letters than those of English, no English
is left.
"""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from monitor import language
from monitor.index import state, strait
from monitor.models import FeedState
from monitor.storage import articles
from monitor.storage.articles import Filter
from monitor.storage.signals import Reported
from monitor.storage.store import open_store
from monitor.stories.account import Follower
from monitor.ui.components import board, wording
from monitor.ui.queries.board import Row
from tests.catalogues import in_english, in_other_letters, other_letters, said_by  # noqa: F401 - a fixture
from tests.test_state import week
from tests.test_ui_pages import fortnight, screen  # noqa: F401

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS = re.compile('class="(level|strait|fresh|kpis|board|since|events|guide|against|note)"')  # markup of these pages
# names of the made-up news, units; "now" ends the period in the name of the chart
SAME = re.compile(r"Demo Gulf Herald|Demo \S+|Brent|WTI|USD|bbl|\b(AB|CD|EF|GH|now)\b|3 of 4")


@pytest.mark.usefixtures("other_letters")
def test_pages_are_said_in_the_letters_of_the_catalogue(fortnight, screen):
    store = open_store(f"sqlite:///{fortnight}")
    told = [one.id for one in articles.find(store, Filter(text="Erbil")) if one.direction != "none"]
    titles = {one.title for one in articles.find(store, Filter(), limit=1000)}
    store.close()
    asked = (
        ("overview", {"looked": "2026-02-27T12:00:00Z"}),
        ("stories", {"story": str(min(told))}),
        ("why", {}),
    )
    for page, query in asked:
        shown = screen(fortnight, page, locale="fr", **query)
        assert not shown.exception
        said = [unescape(text) for text in said_by(shown, OURS)]
        for title in titles:
            said = [text.replace(title, "") for text in said]
        assert in_english(said, SAME) == {}, page
        assert in_other_letters(said) > 20, page


def states() -> list[str]:
    found = []
    pairs = (
        ((None, None), (None, None)), ((98, 100), (102, 100)), ((300, 90), (91, 90)), ((90, 90), (300, 300)),
        ((90, 90), (900, 90)), ((90, 300), (90, 40)), ((30, 90), (30, 90)), ((150, 90), (150, 90)), ((2, 2), (2, 2)),
    )  # fmt: skip
    for before, now in pairs:
        for later in (HOUR, 9 * HOUR):
            one = state.state(week(8, before, now, missing="3 of 4"), NOON)
            found += [state.sentence(one, NOON + later), state.part_words(one)]
    found.append(state.sentence(state.state([], NOON), NOON))
    days = date(2026, 2, 26), date(2026, 2, 27)
    found += [state.normal(None, True), state.normal(None, False), state.normal(days, False)]
    return found + [state.normal((days[0], days[0]), False)]


def straits() -> list[str]:
    passed = strait.Passed(NOON, 2, 90)
    known = [
        strait.Strait(kind, NOON - since * HOUR, ("AB", "CD", "EF", "GH"), NOON - HOUR, passed, measured)
        for kind in ("open", "restricted", "closed")
        for since in (50, 3000)
        for measured in (False, True)
    ]
    unknown = [strait.Strait(None), strait.Strait(None, last=NOON - 60 * HOUR)]
    return [strait.sentence(one, NOON) for one in (*known, *unknown)]


def words() -> list[str]:
    def feed(kind: str = "well", ago: timedelta | None = HOUR / 12) -> FeedState:
        return FeedState("A", "u", state=kind, last_success=None if ago is None else NOON - ago)

    fresh = (
        ([], 0), ([], 3), ([feed("failing", None)], 1), ([feed("failing")], 1), ([feed("new", None)], 2),
        ([feed(ago=-HOUR)], 1), ([feed(), feed("failing")], 4), ([feed(ago=2 * HOUR)], 1), ([feed(ago=50 * HOUR)], 1),
    )  # fmt: skip
    ages = [timedelta(seconds=n) for n in (-5, 5, 600, 9000, 900_000)]
    followers = [Follower("AB", HOUR), Follower("CD", 80 * HOUR), Follower("EF", HOUR, "AB")]
    found = [word for asked in fresh for word in wording.freshness(*asked, NOON)]
    found += [wording.age(NOON - gap, NOON) for gap in ages] + [wording.age(None, NOON)]
    found += [wording.ahead(NOON + gap, NOON) for gap in ages] + [wording.after(gap) for gap in ages]
    found += [
        wording.step_failing(step, NOON, then, NOON) for step in (*wording.STEP_FAILS, "x") for then in (None, NOON)
    ]
    found += [wording.followed("AB", followers, most) for most in (1, 3)] + [wording.followed("AB", [])]
    found += [wording.waiting(3, since, NOON) for since in (None, NOON - HOUR)]
    found += [wording.day_age(NOON.date() - timedelta(days=n), NOON.date()) for n in range(3)]
    found += [wording.reasons([]), wording.reasons([Reported("attack", 6, 30), Reported("talks", 3, 4)])]
    found += [wording.provisional(span) for span in (None, (NOON.date(), NOON.date()))]
    return [*found, wording.signs(), wording.kinds(wording.CATEGORY_WORDS), wording.languages(list(wording.LANGUAGES))]


@pytest.mark.usefixtures("other_letters")
@pytest.mark.parametrize("made", [states, straits, words])
def test_sentences_are_said_in_the_letters_of_the_catalogue(made):
    with language.speaking("fr"):
        said = made()
    assert in_english(said, SAME) == {}
    assert in_other_letters(said) >= 4


def test_names_keep_their_order_in_a_list_from_right_to_left():
    with language.speaking("fa"):
        assert wording.listed(["BBC", "DW"]) == language._(", ").join(["\u2066BBC\u2069", "\u2066DW\u2069"])


def test_the_board_keeps_a_changes_sign_before_its_number_from_right_to_left():
    row = Row("gaza", state.state(week(8, (90, 90), (300, 90)), NOON), (), (), None)
    with language.speaking("fa"):
        shown = str(board.table([row], {}, NOON, board.Links({})))
    assert '<bdi dir="ltr">▲ +210</bdi>' in shown
