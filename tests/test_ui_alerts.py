"""The Alerts page: what fires, what fired, what became of sending, the rules in words; hostile titles stay text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from monitor.alerts import delivery
from monitor.models import Alert, AlertDelivery, Entry, Feed, FeedState, Reading, Signal
from monitor.storage import alerts, saving
from monitor.storage.saving import Item
from monitor.storage.store import open_store
from tests.pages import dashboard, forget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOSTILE = "<script>window.hacked=1</script> Iran launches missile strike"
FEEDS = """
feeds: [{name: A, url: 'https://a.example/rss'}]
prices: [{name: Brent, symbol: BZ=F}]
alerts:
  - {name: Tension is high, kind: level, above: 200, below: 150}
  - {name: Jumped, kind: jump, part: lebanon, within: 24h}
  - {name: Cease-fire, kind: signal, direction: deescalation, categories: [ceasefire], severity: 6, publishers: 3}
  - {name: Brent moved, kind: price, series: Brent, percent: 5, enabled: false}
  - {name: Quiet, kind: silence, of: feeds, longer_than: 90m}
  - {name: Nobody polls, kind: silence, of: worker, longer_than: 2d}
"""


@pytest.fixture
def page(monkeypatch, tmp_path):
    """page(*alerts, urls=""): the Alerts page on a database that holds these."""
    (tmp_path / "feeds.yaml").write_text(FEEDS, encoding="utf-8")

    def show(*given: Alert | tuple[Alert, AlertDelivery], urls: str = "", edit: bool = False) -> AppTest:
        store = open_store(f"sqlite:///{tmp_path / 'alerts.db'}")
        if edit:
            edit_an_article(store)
        for one in given:
            alert, delivery = one if isinstance(one, tuple) else (one, None)
            stored = alerts.save(store, alert)
            if delivery:
                alerts.keep_deliveries(store, [], [replace(delivery, alert_id=stored.id)])
        store.close()
        for name, value in (
            ("DATABASE_URL", f"sqlite:///{tmp_path / 'alerts.db'}"), ("FEEDS", str(tmp_path / "feeds.yaml")),
            ("NOW", NOW.isoformat()), ("ALERT_URLS", urls),
        ):  # fmt: skip
            monkeypatch.setenv(f"MONITOR_{name}", value)
        forget()
        return dashboard().run().switch_page("../views/alerts.py").run()

    yield show
    forget()


def edit_an_article(store) -> None:
    """Article 1 reports a strike, is edited after the alert, and then reports nothing."""
    feed = Feed("A", "https://a.example/rss")
    strike = Signal("attack", "escalation", "act", 9.0, "test", "title", 0, 6, "strike")
    for title, found, now in (("A strike", (strike,), NOW - 2 * HOUR), ("A <b>denied</b> strike", (), NOW - HOUR / 2)):
        read = Reading("en", "escalation" if found else "none", 9.0 if found else 0.0, True, (), (), found, (), "test")
        item = Item(
            Entry("1", title, "https://a.example/1", "", now, None), read, "A", "1", canonical="https://a.example/1"
        )
        saving.save(store, feed, [item], state=FeedState("A", feed.url), slices=None, now=now)


def failed(**more) -> AlertDelivery:
    return AlertDelivery(0, "json #1", **({"state": "failed", "attempts": 2, "error": "503"} | more))


def words(shown: AppTest) -> str:
    return "\n".join(
        str(element.value) for kind in ("html", "text", "info", "error", "warning") for element in shown.get(kind)
    )


def alert(rule: str, kind: str, state: str = "firing", **more) -> Alert:
    return Alert(
        None,
        rule,
        kind,
        **({"at": NOW - HOUR, "state": state, "message": f"{rule} now\n- {HOSTILE}", "key": rule} | more),
    )


def test_without_alerts_it_says_so_and_names_every_rule_in_words(page):
    shown = page()
    assert not shown.exception
    assert "Nothing fires now." in words(shown) and "No rule has fired yet." in words(shown)
    assert "no address is set (MONITOR_ALERT_URLS in the environment)" in words(shown)
    (table,) = shown.dataframe
    meanings = dict(
        zip(
            table.value["rule"].str.strip("\u2068\u2069"),
            table.value["fires when"].str.strip("\u2068\u2069"),
            strict=True,
        )
    )
    assert len(meanings) == 6
    assert meanings["Tension is high"] == "tension by the hour reaches 200; over when it is under 150"
    assert meanings["Cease-fire"] == "3 publishers report one story (cease-fires) of severity 6 or more within 6 h"
    assert "90 min" in meanings["Quiet"] and "2 d" in meanings["Nobody polls"]
    assert list(table.value["watches"]) == ["yes", "yes", "yes", "switched off", "yes", "yes"]


def test_what_lasts_fires_until_it_is_over_and_every_message_tells_its_fate(page):
    shown = page(
        alert("Jumped", "jump", at=NOW - 5 * HOUR),
        alert("Jumped", "jump", "resolved", at=NOW - 4 * HOUR, sent=NOW),
        (alert("Tension is high", "level", message=f"{HOSTILE} at 310"), failed(next_try=NOW + HOUR)),
        (alert("Cease-fire", "signal"), failed(state="unknown", error=delivery.UNKNOWN)),
        alert("Brent moved", "price"),
        alert("Quiet", "silence", "resolved", at=NOW - 26 * HOUR),
        urls="json://127.0.0.1:9/x",
    )
    assert not shown.exception
    said = words(shown)
    assert "<strong>▲ Tension is high</strong>" in said and "<script>" not in said and "&lt;script&gt;" in said
    assert said.count("<strong>▲") == 1  # an event and a price move have happened, the jump is over
    assert "2 alerts did not reach every address" in said
    history = shown.dataframe[0].value
    fates = dict(
        zip(
            zip(history["rule"].str.strip("\u2068\u2069"), history["state"].str.split().str[-1], strict=True),
            history["sending"],
            strict=True,
        )
    )
    assert fates["Jumped", "over"].startswith("sent ")
    assert fates["Tension is high", "fired"] == "✕ 2 tries failed, again 13:00"
    assert fates["Cease-fire", "fired"] == "not known whether it arrived"
    assert fates["Brent moved", "fired"] == "waiting"
    assert fates["Quiet", "over"] == "not sent: too old by then"
    assert set(history["kind"]) == {"jump", "level", "signal", "price", "silence"}
    assert 'href="/api/export/alerts.csv' in said


def test_an_alert_has_an_address_of_its_own_with_its_whole_message_and_stories(page):
    shown = page((alert("Cease-fire", "signal", stories=(7,)), failed()))
    shown.query_params["alert"] = "1"
    shown.run()
    assert not shown.exception
    assert f"Cease-fire now\n- {HOSTILE}" in [element.value for element in shown.text]
    assert "json #1: ✕ failed, tried again (503)" in words(shown)
    assert [link.proto.label for link in shown.get("page_link")] == ["Story 7: who reported it, and how"]
    shown.query_params["alert"] = "99"
    assert "no alert with this number" in words(shown.run())


def test_an_alert_whose_article_was_edited_says_since_corrected(page):
    given = alert("Tension is high", "level", articles=(1,), sent=NOW)
    shown = page(given, alert("Jumped", "jump"), edit=True)
    assert not shown.exception
    states = dict(
        zip(shown.dataframe[0].value["rule"].str.strip("\u2068\u2069"), shown.dataframe[0].value["state"], strict=True)
    )
    assert states == {"Tension is high": "▲ fired, since corrected", "Jumped": "▲ fired"}
    shown.query_params["alert"] = "1"
    shown.run()
    said = words(shown)
    assert "Since corrected: 1 article behind it was edited and no longer says so." in said
    assert "A &lt;b&gt;denied&lt;/b&gt; strike" in said


def test_a_rule_is_made_from_a_form_and_tried_on_what_is_stored(page):
    shown = page(edit=True)
    shown.multiselect(key="rule_categories_").set_value(["attack"])
    shown.number_input(key="rule_publishers_").set_value(1)
    shown.text_input(key="rule_name_").set_value("Strike: mine").run()
    line = '- {name: "Strike: mine", kind: signal, publishers: 1, categories: [attack]}'
    assert [code.value.strip() for code in shown.code if code.language == "yaml"] == [line]
    shown.button(key="rule_try").click().run()
    assert not shown.exception
    assert "this rule would not have fired" in words(shown)  # the only report of a strike was taken back by an edit
    shown.text_input(key="rule_words_").set_value("se*ze").run()
    assert "a star stands at the end of a word" in words(shown)
    assert not [code for code in shown.code if code.language == "yaml"]


def test_a_rule_that_would_have_fired_says_when_and_on_what(page, monkeypatch):
    found = [
        alert("Cease-fire", "signal", at=NOW - HOUR, message=f"2 publishers report\n- {HOSTILE} https://a.example/1"),
        alert("Cease-fire", "signal", at=NOW - 9 * HOUR, message="3 publishers report\n- A strike http://a.example/2"),
    ]
    monkeypatch.setattr("monitor.alerts.rehearsal.rehearse", lambda *_: found)
    shown = page()
    shown.selectbox(key="rule_begun").set_value("Cease-fire").run()
    assert "categories: [ceasefire]" in next(code.value for code in shown.code if code.language == "yaml")
    shown.button(key="rule_try").click().run()
    assert not shown.exception
    assert "It would have fired 2 times in 7 days" in words(shown)
    outcome = shown.dataframe[-1].value
    assert list(outcome["reports"].str.strip("\u2068\u2069")) == [HOSTILE, "A strike"]
