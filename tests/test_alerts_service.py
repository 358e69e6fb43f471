"""From what is stored to a message that arrives: decided once, sent once, tried again after a failure,
not doubled by a crash.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.alerts import delivery
from monitor.alerts import service as alert_service
from monitor.clock import StandingClock, real_now
from monitor.config.settings import load
from monitor.index.indexer import IndexUpdater
from monitor.models import AlertDelivery, Correction, Entry, Feed, FeedState, Price, Reading, Signal
from monitor.storage import alerts, index, notes, prices, saving, steps, stories
from monitor.storage.saving import Item
from monitor.storage.steps import StepFailure
from monitor.storage.store import open_store
from tests import running
from tests.stores import save_state

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = """
feeds:
  - {name: Alpha, url: 'https://alpha.example/rss'}
prices:
  - {name: Brent, symbol: BZ=F}
alerts:
  - {name: Grave event, kind: signal, severity: 8, publishers: 2, within: 6h}
  - {name: Brent moved, kind: price, series: Brent, percent: 5}
  - {name: Feeds are silent, kind: silence, of: feeds, longer_than: 6h}
  - {name: Nobody polls, kind: silence, of: worker, longer_than: 15m}
"""


class Hook:
    """A web hook that keeps what it got; `status` is what it answers, `hold` keeps it from answering."""

    def __init__(self, number: int):
        self.got: list[dict] = []
        self.status, self.hold = 200, threading.Event()
        self.hold.set()
        self.url = f"json://127.0.0.1:{number}/hook"


@contextmanager
def hook():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            made.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            made.hold.wait(30)
            try:
                self.send_response(made.status)
                self.end_headers()
            except OSError:  # who asked was killed
                pass

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Hook(server.server_port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield made
    finally:
        made.hold.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


def settings_of(folder, *urls: str, rules: str = RULES):
    (folder / "feeds.yaml").write_text(rules, encoding="utf-8")
    return load(folder / "feeds.yaml", {"MONITOR_ALERT_URLS": " ".join(urls)})


def reading_of(severity: float | None, title: str) -> Reading:
    strike = Signal("attack", "escalation", "act", severity or 0.0, "test", "title", 0, 14, title[:14])
    found = (strike,) if severity else ()
    return Reading("en", "escalation" if found else "none", severity or 0.0, True, (), (), found, (), "test")


def report(
    store, *publishers: str, at=NOW - HOUR, title: str | None = None, severity: float | None = 9.0, now=None
) -> None:
    """A strike that all of them report, as one story; with another `title`, an edit of the report."""
    ids = []
    for name in publishers:
        words = title or f"Missile strike on tanker, says {name}"
        link = f"https://{name}.example/1"
        item = Item(Entry(name, words, link, "", at, None), reading_of(severity, words), name, name, canonical=link)
        feed = Feed(name, f"https://{name}.example/rss", publisher=name)
        state = FeedState(name, feed.url, state="well", last_success=at, last_new=at)
        ids += saving.save(store, feed, [item], state=state, slices=None, now=now or at).new
    if ids:
        stories.assign(store, dict.fromkeys(ids, ids[0]))


def deliveries(store) -> tuple[AlertDelivery, ...]:
    """Those of the oldest alert."""
    oldest = alerts.find(store)[-1]
    return alerts.deliveries(store, [oldest.id]).get(oldest.id, ())


def stored(store) -> list[tuple[str, str]]:
    return [(alert.rule, alert.state) for alert in reversed(alerts.find(store))]


def test_what_fires_is_stored_and_sent_once_with_its_stories(store, tmp_path):
    report(store, "alpha", "beta")
    with hook() as receiver:
        settings, service = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        for _ in range(3):
            service.update(settings, everything=True)
        alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
    assert stored(store) == [("Grave event", "firing")]
    (message,) = receiver.got
    assert message["title"] == "Alert: Grave event"
    assert "2 publishers report an attack (severity 9): alpha, beta" in message["message"]
    assert "https://beta.example/1" in message["message"]
    (alert,) = alerts.find(store)
    assert alert.sent and alert.stories and len(alert.articles) == 2
    assert [one.state for one in deliveries(store)] == ["sent"]


def test_without_an_address_alerts_are_stored_and_wait(store, tmp_path):
    report(store, "alpha", "beta")
    alert_service.AlertService(store, StandingClock(NOW)).update(settings_of(tmp_path))
    (alert,) = alerts.find(store)
    assert (alert.rule, alert.sent, deliveries(store)) == ("Grave event", None, ())


def test_nothing_is_sent_of_synthetic_data(store, tmp_path):
    report(store, "alpha", "beta")
    notes.put(store, "synthetic", "made up", NOW)
    with hook() as receiver:
        alert_service.AlertService(store, StandingClock(NOW)).update(settings_of(tmp_path, receiver.url))
    assert stored(store) == [("Grave event", "firing")] and receiver.got == []


def test_a_receiver_that_fails_is_tried_again_and_then_has_it(store, tmp_path):
    report(store, "alpha", "beta")
    with hook() as receiver:
        settings, service = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        receiver.status = 503
        service.update(settings)
        (failed,) = deliveries(store)
        assert failed.state == "failed" and failed.attempts == 1 and "503" in failed.error
        assert failed.next_try > real_now() and alerts.find(store)[0].sent is None
        receiver.status = 200
        service.update(settings)
        assert len(receiver.got) == 1  # its pause is not over
        alerts.keep_deliveries(store, [failed], [replace(failed, next_try=real_now() - HOUR)])
        service.update(settings)
        service.update(settings)
    (done,) = deliveries(store)
    assert done.state == "sent" and done.error is None and done.attempts == 2 and len(receiver.got) == 2
    assert alerts.find(store)[0].sent


def test_an_address_corrected_after_a_failure_gets_the_alert(store, tmp_path):
    report(store, "alpha", "beta")
    with hook() as receiver:
        wrong = receiver.url.replace("json://", "json://user:wrong-password@")
        receiver.status = 401
        alert_service.AlertService(store, StandingClock(NOW)).update(settings_of(tmp_path, wrong))
        assert alerts.find(store)[0].sent is None and len(receiver.got) == 1
        receiver.status = 200
        for _ in range(2):
            alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings_of(tmp_path, receiver.url))
        assert alerts.find(store)[0].sent and len(receiver.got) == 2
    assert sorted(one.state for one in deliveries(store)) == ["removed", "sent"]
    assert "wrong-password" not in str(deliveries(store))


def test_a_fault_of_sending_is_noted_and_hinders_nothing(store, tmp_path, monkeypatch):
    report(store, "alpha", "beta")

    def broken(*_, **__):
        raise RuntimeError("a fault of this program")

    monkeypatch.setattr(alert_service.delivery, "deliver", broken)
    settings = settings_of(tmp_path, "json://127.0.0.1:9/hook")
    service = alert_service.AlertService(store, StandingClock(NOW))
    service.update(settings)
    assert stored(store) == [("Grave event", "firing")]
    assert notes.all(store)[alert_service.SENDING].value == "an unexpected fault, see the log: RuntimeError"
    monkeypatch.undo()
    service.update(settings)
    assert alert_service.SENDING not in notes.all(store)


def test_an_alert_whose_articles_are_edited_is_corrected_and_the_correction_is_sent(store, tmp_path):
    report(store, "alpha", "beta")
    with hook() as receiver:
        settings = settings_of(tmp_path, receiver.url)
        alert_service.AlertService(store, StandingClock(NOW)).update(settings)
        report(store, "beta", title="Officials deny reports of a strike", severity=None, now=NOW + HOUR)
        for hours in (1, 2):
            alert_service.AlertService(store, StandingClock(NOW + hours * HOUR)).update(settings)
    assert stored(store) == [("Grave event", "firing"), ("Grave event", "corrected")]
    assert [message["title"] for message in receiver.got] == ["Alert: Grave event", "Correction: Grave event"]
    assert "beta: Officials deny reports of a strike" in receiver.got[1]["message"]


def test_an_alert_whose_article_a_person_corrected_is_corrected(store, tmp_path):
    report(store, "alpha", "beta")
    settings = settings_of(tmp_path)
    alert_service.AlertService(store, StandingClock(NOW)).update(settings)
    words = "Missile strike"
    wrong = Correction(None, 2, NOW + HOUR, "wrong", "attack", "act", "title", 0, len(words), words, "Ann", "")
    saving.correct(store, wrong)
    for hours in (2, 3):
        alert_service.AlertService(store, StandingClock(NOW + hours * HOUR)).update(settings)
    assert stored(store) == [("Grave event", "firing"), ("Grave event", "corrected")]
    message = alerts.find(store)[0].message
    assert "1 of the 2 articles" in message and "was corrected here and no longer says so" in message


def test_an_event_of_a_night_in_which_nothing_was_decided_is_reported(store, tmp_path):
    """The note of the last decision, by the handed-in clock, says how long the pause was."""
    settings = settings_of(tmp_path)
    alert_service.AlertService(store, StandingClock(NOW - 3 * DAY)).update(settings)
    report(store, "alpha", "beta", at=NOW - 2 * DAY, now=NOW)
    alert_service.AlertService(store, StandingClock(NOW)).update(settings)
    assert stored(store) == [("Grave event", "firing")]


def test_the_reasons_of_a_high_index_are_the_stories_that_raised_it_most(store, tmp_path):
    """A story of two publishers with milder words adds more than the gravest single report."""
    report(store, "alpha", "beta", "gamma", severity=8.0, at=NOW - 2 * HOUR)
    report(store, "delta", title="Explosion heard near the port of a far town", severity=9.0)
    rules = (
        "feeds: [{name: alpha, url: 'https://alpha.example/rss'}]\n"
        "index: {minimum_entries: 1, minimum_publishers: 1, reference: {from: 2026-03-02, to: 2026-03-02}}\n"
        "alerts: [{name: High, kind: level, above: 1, below: 1}]\n"
    )
    settings = settings_of(tmp_path, rules=rules)
    IndexUpdater(store).update(settings, NOW)
    (last,) = index.points(store, "hour", "all", NOW - HOUR, NOW)
    found = alert_service.gather_facts(store, settings, NOW).raised("tension", "all", last.at, None)
    assert [one.article_id for one in found] == [1, 4]


def test_a_receiver_that_does_not_answer_holds_up_no_round_and_gets_it_once(store, tmp_path, monkeypatch):
    report(store, "alpha", "beta")
    monkeypatch.setattr(alert_service, "DELIVERY_WAIT_SECONDS", 0.1)
    with hook() as receiver:
        settings, service = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        receiver.hold.clear()
        service.update(settings)
        running.wait_for(lambda: receiver.got, 30, "the message on its way")
        service.update(settings)  # while the first delivery still waits
        assert alerts.find(store)[0].sent is None
        receiver.hold.set()
        running.wait_for(lambda: alerts.find(store)[0].sent, 30, "the answer")
        service.update(settings)
        assert len(receiver.got) == 1


SENDER = """
import sys
from pathlib import Path
from monitor.alerts import service as alert_service
from monitor.clock import StandingClock
from monitor.config.settings import load
from monitor.storage.store import open_store
from tests.test_alerts_service import NOW
settings = load(Path(sys.argv[1]), {"MONITOR_ALERT_URLS": sys.argv[3]})
alert_service.AlertService(open_store(sys.argv[2]), StandingClock(NOW)).update(settings)
"""


@pytest.mark.slow
def test_killed_between_claim_and_answer_it_is_not_sent_again_and_says_so(store, tmp_path):
    report(store, "alpha", "beta")
    with hook() as receiver:
        settings = settings_of(tmp_path, receiver.url)
        receiver.hold.clear()
        words = [
            sys.executable,
            "-c",
            SENDER,
            tmp_path / "feeds.yaml",
            f"sqlite:///{tmp_path / 'monitor.db'}",
            receiver.url,
        ]
        process = subprocess.Popen(words, cwd=running.ROOT, env=running.environment(tmp_path))
        try:
            running.wait_for(lambda: receiver.got, 60, "the message on its way")
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        receiver.hold.set()
        assert [one.state for one in deliveries(store)] == ["sending"]
        for _ in range(2):
            alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
        assert len(receiver.got) == 1
    assert alerts.find(store)[0].sent is None
    assert [(one.state, one.error) for one in deliveries(store)] == [("unknown", delivery.UNKNOWN)]


def test_feed_silence_and_a_price_move_are_reported_and_silence_resolves(store, tmp_path):
    settings, service = settings_of(tmp_path), alert_service.AlertService(store, StandingClock(NOW))
    day = datetime(2026, 2, 27, tzinfo=UTC)
    for number, close in enumerate((70.0, 77.0)):
        made = day + number * 3 * DAY
        prices.save(
            store, [Price("Brent", made, close, "yahoo", "front month", "USD", made + 10 * HOUR, NOW, final=not number)]
        )
    state = FeedState(
        "Alpha", "https://alpha.example/rss", state="failing", failures=3, last_success=NOW - DAY, error="timed out"
    )
    save_state(store, state, now=NOW)
    service.update(settings)
    assert sorted(stored(store)) == [("Brent moved", "firing"), ("Feeds are silent", "firing")]
    save_state(store, replace(state, failures=0, last_success=NOW, last_new=NOW), now=NOW)
    service.update(settings, everything=True)
    assert ("Feeds are silent", "resolved") in stored(store) and len(stored(store)) == 3


def test_nobody_polls_goes_by_real_time(store, tmp_path):
    settings = settings_of(tmp_path)
    notes.put(store, alert_service.ROUND, (real_now() - timedelta(minutes=5)).isoformat(), NOW - 30 * DAY)
    alert_service.AlertService(store, StandingClock(NOW)).update(settings)  # a replay that leapt a month
    assert stored(store) == []
    notes.put(store, alert_service.ROUND, (real_now() - HOUR).isoformat(), NOW)
    steps.fail(store, StepFailure("stories", NOW, NOW, 1, "the disk is full", None))
    alert_service.AlertService(store, StandingClock(NOW)).update(settings, completed=False)
    assert stored(store) == [("Nobody polls", "firing")] and "the disk is full" in alerts.find(store)[0].message
    alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
    assert stored(store) == [("Nobody polls", "firing")]
    alert_service.AlertService(store, StandingClock(NOW + 2 * HOUR)).update(settings)
    assert stored(store)[-1] == ("Nobody polls", "resolved")


@pytest.mark.slow
def test_rules_are_tried_on_what_is_stored_and_nothing_is_kept_or_sent(store, tmp_path):
    report(store, "alpha", "beta", at=NOW - 30 * HOUR)
    with hook() as receiver:
        settings_of(tmp_path)
        words = ("check", "--alerts", "--since", "2026-03-01")
        shown = running.monitor(
            tmp_path, *words, MONITOR_NOW=NOW.isoformat(), MONITOR_ALERT_URLS=receiver.url, COLUMNS="200"
        )
        none = running.monitor(tmp_path, "check", "--since", "2026-03-01")
    assert shown.returncode == 0, shown.stderr
    assert (
        "Grave event: fired 1 time\n" in shown.stdout
        and "2026-03-01 07:00" in shown.stdout
        and "Nobody polls: not tried" in shown.stdout
    )
    assert alerts.find(store) == [] and receiver.got == []
    assert none.returncode == 2
