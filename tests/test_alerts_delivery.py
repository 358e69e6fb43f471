"""Sending: an alert reaches every address once, failures are tried again and visible, a crash doubles nothing, secrets stay hidden."""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.alerts import delivery, notify
from monitor.errors import NotifyError
from monitor.models import Alert

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE, TWO = "json://127.0.0.1:9/one-secret", "json://127.0.0.1:9/two-secret"


def alert(number: int = 1, **more) -> Alert:
    fields = {
        "rule": "High",
        "reason": "level",
        "at": NOW,
        "state": "firing",
        "message": f"tension {number}",
        "key": f"High:{number}",
    }
    return Alert(number, **(fields | more))


class Desk:
    """A store and a sender that remember; `broken` addresses refuse, `crash_on` stops the program in the middle of sending."""

    def __init__(self, *, broken=(), crash_on=None):
        self.kept: dict[int, Alert] = {}
        self.arrived: list[str] = []
        self.broken, self.crash_on = set(broken), crash_on

    def send(self, url: str, title: str, body: str) -> None:
        if url in self.broken:
            raise NotifyError("json: connection refused")
        self.arrived.append(url)
        if url == self.crash_on:
            raise KeyboardInterrupt

    def store(self, one: Alert) -> None:
        self.kept[one.id] = one

    def deliver(self, *group: Alert, urls=(ONE, TWO), now=NOW):
        return delivery.deliver(tuple(group), urls, send=self.send, store=self.store, now=now)


def test_a_message_goes_to_every_address_once():
    desk = Desk()
    (done,) = desk.deliver(alert())
    assert desk.arrived == [ONE, TWO]
    assert (done.sent, done.error, done.attempts) == (NOW, None, 1) and desk.kept[1] == done


def test_only_the_address_that_failed_is_tried_again_after_longer_and_longer_pauses():
    desk, pauses, one, now = Desk(broken=[TWO]), [], alert(), NOW
    for _ in range(10):
        (one,) = desk.deliver(one, now=now)
        assert one.sent is None and "connection refused" in one.error and "secret" not in one.error
        pauses.append(one.next_try - now)
        now = one.next_try
    assert pauses[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)] and pauses[-1] == timedelta(hours=2)
    desk.broken.clear()
    (one,) = desk.deliver(one, now=now)
    assert one.sent == now and desk.arrived == [ONE, TWO]


def test_a_crash_while_sending_doubles_nothing_and_is_visible():
    desk = Desk(crash_on=ONE)
    with pytest.raises(KeyboardInterrupt):
        desk.deliver(alert())
    (after,) = delivery.after_crash(desk.kept.values())
    assert after.sent is None and delivery.UNKNOWN in after.error
    again = Desk()
    (after,) = again.deliver(after)
    assert again.arrived == [TWO]  # the first may have arrived and is not sent to again; the second never was
    assert after.sent is None and after.next_try == delivery.NEVER and delivery.UNKNOWN in after.error


def test_a_crash_before_sending_loses_nothing():
    assert delivery.after_crash([alert()]) == []
    desk = Desk()
    desk.deliver(alert())
    assert desk.arrived == [ONE, TWO]


def test_an_address_taken_out_is_not_waited_for():
    desk = Desk(broken=[TWO])
    (one,) = desk.deliver(alert())
    (one,) = desk.deliver(one, urls=[ONE])
    assert one.sent == NOW and desk.arrived == [ONE]


def test_alerts_of_one_rule_go_out_together():
    found = delivery.groups([alert(1), alert(2), alert(3, rule="Other"), alert(4, state="resolved")])
    assert [[one.id for one in group] for group in found] == [[1, 2], [3], [4]]
    title, body = delivery.message(tuple(alert(n) for n in range(14)))
    assert title == "Alert: High (14)" and "tension 9\n\nand 4 more" in body and "Reason: level" in body
    desk = Desk()
    assert all(one.sent for one in desk.deliver(*found[0])) and len(desk.arrived) == 2


def test_history_is_not_sent_to_an_address_set_up_later():
    old, tried = alert(at=NOW - timedelta(days=2)), alert(2, at=NOW - timedelta(days=2), attempts=1)
    assert [one.error for one in delivery.expired([old, tried, alert(3)], NOW)] == [delivery.EXPIRED]
    assert replace(old, error=delivery.EXPIRED) in [replace(one, next_try=None) for one in delivery.expired([old], NOW)]


@contextmanager
def hook(status: int):
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"json://user:hunter22@127.0.0.1:{server.server_address[1]}/token-in-path", got
    finally:
        server.shutdown()
        server.server_close()


def test_a_web_hook_gets_title_and_plain_text():
    with hook(200) as (url, got):
        notify.send(url, "Alert: High", "tension <b>310</b>\n- Title https://x.example/1")
    assert got[0]["title"] == "Alert: High" and got[0]["message"] == "tension <b>310</b>\n- Title https://x.example/1"


def test_a_refusal_is_an_error_that_shows_no_password():
    with hook(500) as (url, got), pytest.raises(NotifyError) as error:
        notify.send(url, "t", "b")
    assert len(got) == 1 and str(error.value).startswith("json: ") and "500" in str(error.value)
    assert "hunter22" not in str(error.value) and "token-in-path" not in str(error.value)


@pytest.mark.parametrize("url", ["nosuchservice://x/secret-token", "json://user:secret-token@127.0.0.1:9/"])
def test_what_cannot_be_reached_is_an_error(url):
    with pytest.raises(NotifyError) as error:
        notify.send(url, "t", "b")
    assert "secret-token" not in str(error.value)


def test_what_a_service_says_is_shown_without_the_address():
    text = notify.hidden(
        "POST https://bot:abc12345@api.example/v1/abcdef?key=k9k9k9 failed: 403",
        "tg://bot:abc12345@api.example/abcdef?key=k9k9k9",
    )
    assert "abc12345" not in text and "abcdef" not in text and "k9k9k9" not in text and text.endswith("failed: 403")
