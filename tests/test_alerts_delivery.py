"""Sending: an alert reaches every address once, failures are tried again and visible, a crash doubles nothing,
secrets stay hidden.
"""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.alerts import delivery, notify
from monitor.errors import NotifyError
from monitor.models import Alert, AlertDelivery

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE, TWO, THREE = (f"json://127.0.0.1:9/{name}-secret" for name in ("one", "two", "three"))


def alert(number: int = 1, **more) -> Alert:
    fields = {
        "rule": "High",
        "kind": "level",
        "at": NOW,
        "state": "firing",
        "message": f"tension {number}",
        "key": f"High:{number}",
    }
    return Alert(number, **(fields | more))


class Sender:
    """A store and a sender that remember; `broken` addresses refuse,
    `crash_on` stops the program in the middle of sending.
    """

    def __init__(self, *alerts: Alert, broken=(), crash_on=None):
        self.alerts = {one.id: one for one in alerts or (alert(),)}
        self.stored: dict[tuple[int, str], AlertDelivery] = {}
        self.arrived: list[str] = []
        self.broken, self.crash_on = set(broken), crash_on

    def send(self, url: str, title: str, body: str) -> None:
        if url in self.broken:
            raise NotifyError("json: connection refused")
        self.arrived.append(url)
        if url == self.crash_on:
            raise KeyboardInterrupt

    def store(self, before, after) -> None:
        self.stored |= {(one.alert_id, one.address): one for one in after}
        for one in after:
            if one.state == "sent":
                self.alerts[one.alert_id] = replace(self.alerts[one.alert_id], sent=NOW)

    def round(self, *urls: str, now=NOW, clock=None) -> None:
        """What the service does once: plan, then send what is due. `clock` is the handed-in time."""
        for one in self.alerts.values():
            stored = [delivery for delivery in self.stored.values() if delivery.alert_id == one.id]
            self.store(stored, delivery.plan(one, stored, urls or (ONE, TWO), clock or now))
        given = {id: [one for one in self.stored.values() if one.alert_id == id] for id in self.alerts}
        for batch in delivery.due(self.alerts.values(), given, urls or (ONE, TWO), now):
            delivery.deliver(batch, send=self.send, store=self.store, now=now)

    def states(self) -> dict[str, str]:
        return {one.address: one.state for one in self.stored.values()}


def test_a_message_goes_to_every_address_once():
    sender = Sender()
    for _ in range(3):
        sender.round()
    assert sender.arrived == [ONE, TWO] and sender.alerts[1].sent
    assert {(one.state, one.attempts, one.error) for one in sender.stored.values()} == {("sent", 1, None)}


def test_only_the_address_that_failed_is_tried_again_after_longer_and_longer_pauses():
    sender, pauses, now = Sender(broken=[TWO]), [], NOW
    for _ in range(10):
        sender.round(now=now)
        failed = sender.stored[1, delivery.address_mark(TWO)]
        assert failed.state == "failed" and "connection refused" in failed.error and "secret" not in str(failed)
        pauses.append(failed.next_try - now)
        sender.round(now=failed.next_try - timedelta(seconds=1))
        now = failed.next_try
    assert pauses[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)] and pauses[-1] == timedelta(hours=2)
    sender.broken.clear()
    sender.round(now=now)
    assert sender.arrived == [ONE, TWO]


def test_a_corrected_address_gets_what_the_wrong_one_did_not():
    sender = Sender(broken=[ONE])
    sender.round(ONE)
    assert sender.alerts[1].sent is None
    much_later = NOW + timedelta(days=3)
    sender.round(TWO, now=much_later)
    assert sender.arrived == [TWO] and sender.alerts[1].sent
    assert sender.states() == {delivery.address_mark(ONE): "removed", delivery.address_mark(TWO): "sent"}
    for _ in range(2):
        sender.round(ONE, TWO, now=much_later)
    assert sender.arrived == [TWO]  # somebody has it by now


def test_a_corrected_address_gets_it_beside_another_that_had_it():
    sender = Sender(broken=[TWO])
    sender.round(ONE, TWO)
    sender.round(ONE, THREE, now=NOW + timedelta(minutes=5))
    assert sender.arrived == [ONE, THREE]


def test_an_address_that_was_taken_out_is_not_waited_for():
    sender = Sender(broken=[TWO])
    sender.round(ONE, TWO)
    sender.round(ONE, now=NOW + timedelta(hours=1))
    assert sender.arrived == [ONE] and sender.alerts[1].sent
    assert set(sender.states().values()) == {"sent", "removed"}


def test_an_address_that_is_set_again_gets_what_it_did_not_have():
    sender = Sender(broken=[ONE, TWO])
    sender.round(ONE)
    sender.round(TWO, now=NOW + timedelta(minutes=5))
    sender.broken.clear()
    sender.round(ONE, now=NOW + timedelta(days=2))
    assert sender.arrived == [ONE] and sender.alerts[1].sent


def test_nobody_has_it_while_every_address_fails():
    sender = Sender(broken=[ONE, TWO])
    sender.round()
    assert sender.alerts[1].sent is None and set(sender.states().values()) == {"failed"}


def test_a_crash_while_sending_doubles_nothing_and_is_visible():
    sender = Sender(crash_on=ONE)
    with pytest.raises(KeyboardInterrupt):
        sender.round()
    for _ in range(2):
        sender.round()
    assert sender.arrived == [ONE, TWO]  # the first may have arrived and is not sent to again; the second never was
    unknown = sender.stored[1, delivery.address_mark(ONE)]
    assert unknown.state == "unknown" and unknown.error == delivery.UNKNOWN


def test_alerts_of_one_rule_go_out_together():
    sender = Sender(alert(1), alert(2), alert(3, rule="Other"), alert(4, state="resolved"))
    planned = {id: delivery.plan(one, (), [ONE], NOW) for id, one in sender.alerts.items()}
    batches = delivery.due(sender.alerts.values(), planned, [ONE], NOW)
    assert [[one.id for one in batch.alerts] for batch in batches] == [[1, 2], [3], [4]]
    title, body = delivery.message([alert(n) for n in range(14)])
    assert title == "Alert: High (14)" and "tension 9\n\nand 4 more" in body and "Rule: High (level)" in body
    assert delivery.message([alert(state="corrected")])[0] == "Correction: High"


def test_history_is_not_sent_to_an_address_set_up_later():
    sender = Sender(alert(at=NOW - timedelta(days=2)))
    sender.round(ONE)
    assert sender.arrived == [] and sender.stored == {}
    later = Sender()
    later.round(ONE)
    later.round(ONE, TWO)
    assert later.arrived == [ONE]


def test_a_mark_names_the_service_and_hides_the_address():
    assert delivery.address_mark(ONE).startswith("json #") and "secret" not in delivery.address_mark(ONE)
    assert delivery.address_mark(ONE) != delivery.address_mark(TWO)


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
