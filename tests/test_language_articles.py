"""Articles and Alerts in a made-up language, whose letters are none of English's: nothing stays in English but what is
named here. Filters stay in force when the language changes.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from monitor import language
from monitor.models import Alert, AlertDelivery, Correction, Entry, Feed, FeedState, Reading, Signal, Suppressed
from monitor.storage import alerts, saving
from monitor.storage.saving import Item
from monitor.storage.store import open_store
from monitor.ui.components import rule_form
from tests.catalogues import (  # noqa: F401 - fixtures
    as_english,
    configured,
    in_english,
    other,
    other_letters,
    said_by,
    show,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLE, SUMMARY = "غارة على بيروت 12", "غارة جديدة"
FEEDS = """
feeds: [{name: مصدر, url: 'https://a.example/rss'}]
prices: [{name: نفط, symbol: BZ=F}]
alerts:
  - {name: ١, kind: level, above: 200, below: 150, part: lebanon}
  - {name: ٢, kind: jump, within: 24h}
  - {name: ٣, kind: signal, categories: [attack], severity: 6, publishers: 3, mode: act, words: [غارة, حرب]}
  - {name: ٤, kind: price, series: نفط, percent: 5, enabled: false}
  - {name: ٥, kind: silence, of: feeds, longer_than: 90m}
  - {name: ٦, kind: silence, of: worker, longer_than: 2d}
"""
# what is no sentence: codes, what was stored in English, examples of a search
SAME = re.compile(
    r"MONITOR_[A-Z_]+|test-[a-z]+|json #1|/api/\S+|\b[a-z_]+\.[a-z_]+\b|^(level|signal|price)$"
    r"|^seiz\*, hijack\*$"
)


@pytest.fixture
def page(monkeypatch, tmp_path, other_letters, show):
    """page(name, **address): a page in the made-up language, on two articles and their alerts."""
    fill(configured(monkeypatch, tmp_path, FEEDS, NOW, ALERT_URLS="json://127.0.0.1:9/x"))
    return show


def fill(database: str) -> None:
    feed = Feed("مصدر", "https://a.example/rss")
    strike = Signal(
        "attack", "escalation", "act", 9.0, "test-rule", "title", 0, 4, "غارة", confidence=0.8, source="ISR",
        target="LBN", place="Beirut",
    )  # fmt: skip
    off = Suppressed("threat", "غير مؤكد", "summary", 0, 4, "غارة")
    readings = (
        Reading("ar", "escalation", 9.0, True, ("ISR", "LBN"), ("Beirut",), (strike,), (off,), "test-reader",
                confidence=0.8, runner_up="mixed"),
        Reading("ar", "none", 0.0, True, (), (), (), (), "test-reader"),
    )  # fmt: skip
    store = open_store(database)
    for number, read in enumerate(readings):
        at = NOW - 2 * HOUR
        item = Item(
            Entry(str(number), f"{TITLE} {number}", f"https://a.example/{number}", SUMMARY, at, None), read, "مصدر",
            str(number), canonical=f"https://a.example/{number}",
        )  # fmt: skip
        state = FeedState("مصدر", feed.url, state="well", last_success=at)
        saving.save(store, feed, [item], state=state, slices=None, now=at)
    said = Correction(None, 1, NOW - HOUR, "right", "attack", "act", "title", 0, 4, "غارة", None, "test-reader")
    saving.correct(store, said)
    for rule, kind, state in (("١", "level", "firing"), ("٣", "signal", "corrected"), ("٤", "price", "resolved")):
        stored = alerts.save(store, Alert(None, rule, kind, at=NOW - HOUR, state=state, message=f"{TITLE}\n- {SUMMARY}",
                                          key=rule, articles=(1,), stories=(1,)))  # fmt: skip
        failed = AlertDelivery(stored.id, "json #1", state="failed", attempts=2, error="503")
        alerts.keep_deliveries(store, [], [failed])
    store.close()


def said(shown) -> str:
    """All that stands on the page, its letters as those of English again."""
    return as_english(said_by(shown))


def test_the_articles_page_says_nothing_past_the_catalogues(page):
    shown = page("articles", locale="fr", article="1")
    shown.button(key="open_1_missing").click().run()
    shown.button(key="add_1_missing").click().run()
    assert not shown.exception
    assert in_english(said_by(shown), SAME) == {}
    assert "Choose a category." in said(shown) and "Not a translation" in said(shown) and "1 correction" in said(shown)
    shown.button(key=next(one.key for one in shown.button if one.key.startswith("judge_1_"))).click().run()
    assert not shown.exception
    assert in_english(said_by(shown), SAME) == {}
    assert "If it is wrong, it counts no more. The article becomes" in said(shown)


def test_the_alerts_page_says_nothing_past_the_catalogues(page, monkeypatch):
    fired = [Alert(None, "١", "level", at=NOW - HOUR, state="firing", message=TITLE, key="١")]
    monkeypatch.setattr("monitor.alerts.rehearsal.rehearse", lambda *_: fired)
    with language.speaking("fr"):  # AppTest asks the options for their words
        shown = page("alerts", locale="fr", alert="1")
        shown.button(key="rule_try").click().run()
        assert not shown.exception
        assert in_english(said_by(shown), SAME) == {}
        assert "It would have fired once in 7 days" in said(shown) and "2 publishers report one story" in said(shown)
        for kind in ("jump", "price"):
            shown.selectbox(key="rule_kind_").set_value(kind).run()
            assert not shown.exception
            assert in_english(said_by(shown), SAME) == {}


def test_a_filter_of_an_address_is_understood_in_every_language(page):
    """In English, by its code, and as it is called here."""
    asked = ["strikes and clashes", "threat", other("talks")]
    shown = page("articles", locale="fr", category=asked, show="everything")
    assert shown.multiselect(key="category").value == ["attack", "threat", "talks"]
    assert shown.segmented_control(key="show").value == "everything"
    assert "asks for what there is not" not in said(shown)


def test_what_is_chosen_stays_when_another_language_is(page):
    shown = page("articles", category=["strikes and clashes"], show="everything")
    assert shown.multiselect(key="category").value == ["attack"]
    shown.selectbox(key="language").set_value("fr").run()
    assert shown.multiselect(key="category").value == ["attack"]
    assert shown.segmented_control(key="show").value == "everything"


def test_lengths_of_the_rule_form_are_said_in_the_viewers_language():
    with language.speaking("fa"):
        assert rule_form.in_words("90m") == language._("{number} min", number="90")
        assert rule_form.in_words("7d") == language._("{number} d", number="7")
