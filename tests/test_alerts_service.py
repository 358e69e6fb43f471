"""From what is stored to a message that arrives: decided once, sent once, tried again after a failure, not doubled by a crash."""

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
from monitor.config import load
from monitor.errors import StorageError
from monitor.models import Alert, Entry, Feed, FeedState, Price, Reading, Signal
from monitor.storage import alerts, articles, feeds, notes, prices, stories
from monitor.storage.articles import Item
from monitor.storage.store import open_store
from tests import running

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = """
feeds:
  - {name: Alpha, url: 'https://alpha.example/rss'}
prices:
  - {name: Brent, symbol: BZ=F}
alerts:
  - {name: Grave event, kind: signal, weight: 8, publishers: 2, within: 6h}
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


def tell(store, *publishers: str, at=NOW - HOUR) -> None:
    """A strike that all of them report, as one story."""
    ids = []
    for name in publishers:
        title = f"Missile strike on tanker, says {name}"
        strike = Signal("attack", "escalation", "act", 9.0, "test", "title", 0, 14, title[:14])
        reading = Reading("en", "escalation", 9.0, True, (), (), (strike,), (), "test")
        item = Item(Entry(name, title, f"https://{name}.example/1", "", at, None), reading, name, name)
        feed = Feed(name, f"https://{name}.example/rss", publisher=name)
        state = FeedState(name, feed.url, state="well", last_success=at, last_new=at)
        ids += articles.save(store, feed, [item], state=state, slices=None, now=at).new
    stories.assign(store, dict.fromkeys(ids, ids[0]))


def kept(store) -> list[tuple[str, str]]:
    return [(alert.rule, alert.state) for alert in reversed(alerts.find(store))]


def test_what_fires_is_stored_and_sent_once_with_its_stories(store, tmp_path):
    tell(store, "alpha", "beta")
    with hook() as receiver:
        settings, watch = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        for _ in range(3):
            watch.update(settings, everything=True)
        alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
    assert kept(store) == [("Grave event", "firing")]
    (message,) = receiver.got
    assert message["title"] == "Alert: Grave event"
    assert "told by 2: alpha, beta" in message["message"] and "https://beta.example/1" in message["message"]
    (alert,) = alerts.find(store)
    assert alert.sent and alert.error is None and alert.stories


def test_without_an_address_alerts_are_stored_and_wait(store, tmp_path):
    tell(store, "alpha", "beta")
    alert_service.AlertService(store, StandingClock(NOW)).update(settings_of(tmp_path))
    (alert,) = alerts.find(store)
    assert (alert.rule, alert.sent, alert.attempts) == ("Grave event", None, 0)


def test_nothing_is_sent_of_synthetic_data(store, tmp_path):
    tell(store, "alpha", "beta")
    notes.put(store, "synthetic", "made up", NOW)
    with hook() as receiver:
        alert_service.AlertService(store, StandingClock(NOW)).update(settings_of(tmp_path, receiver.url))
    assert kept(store) == [("Grave event", "firing")] and receiver.got == []


def test_a_receiver_that_fails_is_tried_again_and_then_has_it(store, tmp_path):
    tell(store, "alpha", "beta")
    with hook() as receiver:
        settings, watch = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        receiver.status = 503
        watch.update(settings)
        (failed,) = alerts.find(store)
        assert failed.sent is None and failed.attempts == 1 and "503" in failed.error and failed.next_try > real_now()
        receiver.status = 200
        watch.update(settings)
        assert len(receiver.got) == 1  # its pause is not over
        alerts.update(store, replace(failed, next_try=real_now() - HOUR))
        watch.update(settings)
        watch.update(settings)
    (done,) = alerts.find(store)
    assert done.sent and done.error is None and done.attempts == 2 and len(receiver.got) == 2


def test_a_receiver_that_does_not_answer_holds_up_no_round_and_gets_it_once(store, tmp_path, monkeypatch):
    tell(store, "alpha", "beta")
    monkeypatch.setattr(alert_service, "WAIT", 0.1)
    with hook() as receiver:
        settings, watch = settings_of(tmp_path, receiver.url), alert_service.AlertService(store, StandingClock(NOW))
        receiver.hold.clear()
        watch.update(settings)
        running.wait_for(lambda: receiver.got, 30, "the message on its way")
        watch.update(settings)  # while the first delivery still waits
        assert alerts.find(store)[0].sent is None
        receiver.hold.set()
        running.wait_for(lambda: alerts.find(store)[0].sent, 30, "the answer")
        watch.update(settings)
        assert len(receiver.got) == 1


SENDER = """
import sys
from pathlib import Path
from monitor.alerts import service as alert_service
from monitor.clock import StandingClock
from monitor.config import load
from monitor.storage.store import open_store
from tests.test_alerts_service import NOW
settings = load(Path(sys.argv[1]), {"MONITOR_ALERT_URLS": sys.argv[3]})
alert_service.AlertService(open_store(sys.argv[2]), StandingClock(NOW)).update(settings)
"""


def test_killed_between_claim_and_answer_it_is_not_sent_again_and_says_so(store, tmp_path):
    tell(store, "alpha", "beta")
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
        assert delivery.CLAIMED in alerts.find(store)[0].error
        for _ in range(2):
            alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
        assert len(receiver.got) == 1
    (alert,) = alerts.find(store)
    assert alert.sent is None and delivery.UNKNOWN in alert.error


def test_of_two_senders_one_lets_go(store):
    alert = alerts.save(store, Alert(None, "High", "level", NOW, "firing", "tension", "High"))
    claimed = replace(alert, attempts=1, error="json #1: being sent")
    alerts.update(store, claimed, was=alert)
    with pytest.raises(StorageError, match="another process"):
        alerts.update(store, claimed, was=alert)


def test_feed_silence_and_a_price_move_are_told_and_silence_resolves(store, tmp_path):
    settings, watch = settings_of(tmp_path), alert_service.AlertService(store, StandingClock(NOW))
    day = datetime(2026, 2, 27, tzinfo=UTC)
    for number, close in enumerate((70.0, 77.0)):
        made = day + number * 3 * DAY
        prices.save(
            store, [Price("Brent", made, close, "yahoo", "front month", "USD", made + 10 * HOUR, NOW, final=not number)]
        )
    state = FeedState(
        "Alpha", "https://alpha.example/rss", state="failing", failures=3, last_success=NOW - DAY, error="timed out"
    )
    feeds.save_state(store, state, now=NOW)
    watch.update(settings)
    assert sorted(kept(store)) == [("Brent moved", "firing"), ("Feeds are silent", "firing")]
    feeds.save_state(store, replace(state, failures=0, last_success=NOW, last_new=NOW), now=NOW)
    watch.update(settings, everything=True)
    assert ("Feeds are silent", "resolved") in kept(store) and len(kept(store)) == 3


def test_nobody_polls_goes_by_real_time(store, tmp_path):
    settings = settings_of(tmp_path)
    notes.put(store, alert_service.ROUND, (real_now() - timedelta(minutes=5)).isoformat(), NOW - 30 * DAY)
    alert_service.AlertService(store, StandingClock(NOW)).update(settings)  # a replay that leapt a month
    assert kept(store) == []
    notes.put(store, alert_service.ROUND, (real_now() - HOUR).isoformat(), NOW)
    notes.put(store, "worker", "the disk is full", NOW)
    alert_service.AlertService(store, StandingClock(NOW)).update(settings, completed=False)
    assert kept(store) == [("Nobody polls", "firing")] and "the disk is full" in alerts.find(store)[0].message
    alert_service.AlertService(store, StandingClock(NOW + HOUR)).update(settings)
    assert kept(store) == [("Nobody polls", "firing")]
    alert_service.AlertService(store, StandingClock(NOW + 2 * HOUR)).update(settings)
    assert kept(store)[-1] == ("Nobody polls", "resolved")


def test_rules_are_tried_on_what_is_stored_and_nothing_is_kept_or_sent(store, tmp_path):
    tell(store, "alpha", "beta", at=NOW - 30 * HOUR)
    with hook() as receiver:
        settings_of(tmp_path)
        words = ("check", "--alerts", "--since", "2026-03-01")
        told = running.monitor(
            tmp_path, *words, MONITOR_NOW=NOW.isoformat(), MONITOR_ALERT_URLS=receiver.url, COLUMNS="200"
        )
        none = running.monitor(tmp_path, "check", "--since", "2026-03-01")
    assert told.returncode == 0, told.stderr
    assert (
        "Grave event: fired 1 time\n" in told.stdout
        and "2026-03-01 07:00" in told.stdout
        and "Nobody polls: not tried" in told.stdout
    )
    assert alerts.find(store) == [] and receiver.got == []
    assert none.returncode == 2
