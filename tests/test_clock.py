"""The clock: real, standing, or asked from an address that may stall, lie or fall silent."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor import clock
from monitor.errors import ClockError, ConfigError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Tower:
    """A loopback server whose clock a test sets: `tower.answer = (status, headers, body)`."""

    def __init__(self):
        self.answer, self.asked = (200, {}, b"2026-03-02T12:00:00+00:00"), 0
        self.held = threading.Event()
        self.held.set()
        tower = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                tower.asked += 1
                tower.held.wait(20)
                status, headers, body = tower.answer
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the asker did not wait

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/clock"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        self.held.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def tower():
    tower = Tower()
    yield tower
    tower.close()


@pytest.fixture
def stopwatch(monkeypatch):
    """Real time as the test sets it and the clock sees it."""

    class Watch:
        at = 100.0

    monkeypatch.setattr(clock.time, "monotonic", lambda: Watch.at)
    return Watch


@pytest.mark.parametrize("text", [None, "", "  "])
def test_real_time(text):
    before = datetime.now(UTC)
    asked = clock.from_environment(text)
    assert before <= asked.now() <= datetime.now(UTC)
    assert asked.replay is None


@pytest.mark.parametrize(
    "text", ["2026-03-02T12:00:00Z", "2026-03-02 12:00", "2026-03-02T15:30:00+03:30", " 2026-03-02T12:00:00 "]
)  # fmt: skip
def test_a_time_that_stands_still(text):
    standing = clock.from_environment(text)
    assert standing.now() == NOON
    assert standing.now().tzinfo is UTC
    assert standing.replay == "replay, as of 2026-03-02 12:00 UTC"


@pytest.mark.parametrize(
    "text",
    [
        "noon",
        "2026-13-01",
        "0001-01-01",
        "9999-12-31",
        "ftp://a.example/clock",
        "http://",
        "http://a.example:x/",
        "http://a b/",
        "12",
    ],
)
def test_nonsense_is_refused_at_the_door(text):
    with pytest.raises(ConfigError) as caught:
        clock.from_environment(text)
    assert caught.value.problems[0].where == "MONITOR_NOW"


def test_an_address_is_asked_once_for_everybody_at_a_time(tower, stopwatch):
    asked = clock.from_environment(tower.address)
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda _: asked.now(), range(200))) == {NOON}
    assert tower.asked == 1
    assert asked.replay == "replay, as of 2026-03-02 12:00 UTC"
    tower.answer = (200, {}, b"2026-02-26T18:00:00Z\n")
    assert asked.now() == NOON
    stopwatch.at += clock.SHARED_SECONDS
    assert asked.now() == datetime(2026, 2, 26, 18, tzinfo=UTC)


def test_the_last_answer_is_believed_for_a_moment(tower, stopwatch):
    asked = clock.from_environment(tower.address)
    assert asked.now() == NOON
    tower.answer = (500, {}, b"")
    stopwatch.at += clock.VALID_SECONDS
    assert asked.now() == NOON
    stopwatch.at += 0.1
    with pytest.raises(ClockError):
        asked.now()
    tower.answer = (200, {}, b"2026-03-02T13:00:00Z")
    stopwatch.at += clock.SHARED_SECONDS
    assert asked.now() == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"2026-03-02T12:00:00Z"), (302, {"Location": "/elsewhere"}, b""), (200, {}, b""), (200, {}, b"noon"),
        (200, {}, b"\xff\xfe"), (200, {}, b"2026-03-02T12:00:00Z" + b" " * 10_000),
        (200, {"Content-Length": "100000000"}, b"2026"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_time(tower, answer):
    tower.answer = answer
    with pytest.raises(ClockError, match="MONITOR_NOW"):
        clock.from_environment(tower.address).now()
    assert tower.asked == 1


def test_a_silent_or_missing_server(tower, monkeypatch):
    monkeypatch.setattr(clock, "TIMEOUT_SECONDS", 0.1)
    tower.held.clear()
    asked = clock.from_environment(tower.address)
    with pytest.raises(ClockError):
        asked.now()
    with pytest.raises(ClockError):
        clock.from_environment("http://127.0.0.1:9/clock").now()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        (" 2026-03-02T12:00Z ", NOON),
        ("2026-03-02T15:30+03:30", NOON),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_utc(text, expected):
    assert clock.parse_time(text) == expected
    assert clock.parse_time(clock.time_text(expected)) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"])
def test_what_is_no_time_is_a_value_error_in_words(text):
    with pytest.raises(ValueError, match="is not an ISO date or time"):
        clock.parse_time(text)
