"""Health, readiness and metrics, in the app and beside a bare `poll`; lines of the log."""

import json
import logging
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor import clock
from monitor.config.settings import LastGood
from monitor.models import Feed, FeedState
from monitor.operation import health, logs, server
from monitor.operation.answers import Answers
from monitor.pipeline import rounds
from monitor.pipeline.work import Work
from monitor.storage import gauges, lease, open_store
from tests.running import Press, app, environment, feeds_yaml, free_port, monitor, rss, wait_for
from tests.stores import save_state
from tests.test_storage_articles import NOON, STRIKE, item, put

MINUTE = timedelta(minutes=1)
HOSTILE = 'A"} 1\ngulf_monitor_up{x="'


def feed(name, **more):
    return Feed(name, "https://a.example/rss", **more)


def state(name, polled=NOON, **more):
    return FeedState(name, "https://a.example/rss", last_polled=polled, **more)


def told(states, version=1):
    return gauges.Gauges(version, {s.name: s for s in states}, 0, None, None, None, {}, {}, {})


# -- readiness: pure --------------------------------------------------------------------------------------


def test_a_round_is_late_after_twice_the_shortest_pause_and_five_minutes():
    feeds = [feed("A", every=10 * MINUTE), feed("B", every=60 * MINUTE)]
    seen = told([state("A", NOON), state("B", NOON - 50 * MINUTE)])
    assert health.round_faults(seen, feeds, NOON + 25 * MINUTE) == []
    (fault,) = health.round_faults(seen, feeds, NOON + 26 * MINUTE)
    assert "2026-03-02 12:00:00 UTC, more than 25 minutes ago" in fault


def test_the_pause_is_that_of_the_file_else_as_adapted_else_an_hour():
    assert health.bound([feed("A", every=MINUTE)], {"A": state("A", interval=30 * MINUTE)}) == 7 * MINUTE
    assert health.bound([feed("A")], {"A": state("A", interval=30 * MINUTE)}) == 65 * MINUTE
    assert health.bound([feed("A")], {}) == 125 * MINUTE


def test_feeds_that_are_off_or_removed_keep_nobody_ready():
    seen = told([state("A", NOON - timedelta(days=1)), state("gone", NOON), state("off", NOON)])
    assert health.round_faults(seen, [feed("A"), feed("off", enabled=False)], NOON)
    assert health.round_faults(seen, [feed("off", enabled=False)], NOON) == []  # nothing is to be polled
    assert health.round_faults(told([]), [feed("A")], NOON) == ["no feed was asked yet"]


def test_a_database_of_another_version_is_not_ready():
    assert health.database_faults(told([], version=3), 3) == []
    assert "version 2, this program works with 3" in health.database_faults(told([], version=2), 3)[0]


# -- what the database says -------------------------------------------------------------------------------


def test_gauges_are_what_was_stored(store):
    put(store, item(1, "t", STRIKE))
    save_state(store, state("B", state="silent", failures=2), now=NOON)
    lease.take(store, "process 1 on here (started 2)", NOON)
    found = gauges.read(store)
    assert {name: s.state for name, s in found.feeds.items()} == {"Gulf Wire": "well", "B": "silent"}
    assert (list(found.holders), found.unread, found.uncounted_since) == (["process 1 on here (started 2)"], 0, NOON)
    with store.write() as conn:
        conn.exec_driver_sql("UPDATE schema_version SET version = version - 1")
    assert gauges.read(store).feeds == {}  # of a schema that this program does not know


@pytest.fixture
def answers(store, tmp_path):
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n  - {name: Gulf Wire, url: 'https://a.example/rss'}\n  - {name: B, url: 'https://b.example/rss'}\n"
    )
    put(store, item(1, "t", STRIKE))
    work = Work()
    work.round("well", new=3, edited=1, bad=2)
    work.job("documents", 0.5)
    return Answers(store, LastGood(tmp_path / "feeds.yaml", {}), clock.from_environment(NOON.isoformat()), work)


def numbers(body):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_metrics_are_well_formed_and_true(answers):
    lease.take(answers.store, HOSTILE, clock.real_now())
    status, kind, body = answers.answer("/metrics")
    assert status == 200 and kind.startswith("text/plain")
    found = numbers(body)
    assert found[("gulf_monitor_up",)] == 1
    assert found[("gulf_monitor_feeds", ("state", "well"))] == found[("gulf_monitor_feeds", ("state", "new"))] == 1
    assert found[("gulf_monitor_feeds", ("state", "silent"))] == 0
    assert found[("gulf_monitor_entries_stored_total",)] == 1
    assert found[("gulf_monitor_last_round_timestamp_seconds",)] == NOON.timestamp()
    assert found[("gulf_monitor_holder", ("holder", HOSTILE))] == 1  # text of others stays in its quotes
    assert found[("gulf_monitor_process_rounds_total", ("state", "well"))] == 1
    assert found[("gulf_monitor_process_entries_total", ("kind", "new"))] == 3
    assert found[("gulf_monitor_process_reading_seconds_sum", ("job", "documents"))] == 0.5
    assert ("gulf_monitor_database_bytes",) in found or not answers.store.sqlite


def test_ready_only_while_rounds_are_young(answers):
    assert answers.answer("/readyz") == (200, "text/plain; charset=utf-8", b"ready\n")
    answers.clock = clock.from_environment((NOON + timedelta(days=1)).isoformat())
    status, _, body = answers.answer("/readyz")
    assert status == 503 and b"the last round was at" in body
    assert answers.answer("/readyz", "only=database").status == 200
    assert answers.answer("/healthz").status == 200
    assert answers.answer("/etc/passwd").status == 404


def test_a_database_that_does_not_answer_is_said_without_its_address(answers, monkeypatch):
    monkeypatch.setattr(answers, "store", open_store(f"sqlite:///{answers.settings._path.parent}/other.db"))
    with answers.store.write() as conn:
        conn.exec_driver_sql("DROP TABLE feeds")
    assert answers.answer("/readyz").body == b"the database does not answer\n"
    found = numbers(answers.answer("/metrics").body)
    assert found[("gulf_monitor_up",)] == 0 and ("gulf_monitor_unread_articles",) not in found
    assert answers.answer("/healthz").status == 200
    answers.store.close()


# -- over HTTP --------------------------------------------------------------------------------------------


def pull(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read()


def test_the_small_server_answers_and_frees_its_port(answers):
    port = free_port()
    with server.serving(("127.0.0.1", port), answers):
        at = f"http://127.0.0.1:{port}"
        assert pull(at + "/healthz") == (200, b"ok\n")
        assert pull(at + "/healthz", "HEAD") == (200, b"")
        assert pull(at + "/readyz")[0] == 200 and pull(at + "/metrics")[0] == 200
        assert pull(at + "/")[0] == 404 and pull(at + "/healthz", "POST")[0] == 501
        with (
            pytest.raises(Exception, match="MONITOR_HTTP: cannot be listened at"),
            server.serving(("127.0.0.1", port), answers),
        ):
            pass
    with server.serving(("127.0.0.1", port), answers):
        assert pull(at + "/healthz")[0] == 200


@contextmanager
def polling(folder, **more):
    log = (folder / "poll.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "poll"], env=environment(folder, **more), cwd=folder, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


@pytest.mark.slow
def test_a_bare_poll_is_watched_and_its_log_is_json_with_one_id_a_round(tmp_path):
    with Press() as press:
        press.feeds["/a.xml"] = rss([{"title": "Iran and Oman hold talks in Muscat", "link": "https://a.example/1"}])
        feeds_yaml(tmp_path, press, {"/a.xml": {"name": "A", "every": "10s"}, "/none.xml": {"name": "None"}})
        at = f"127.0.0.1:{free_port()}"
        with polling(tmp_path, MONITOR_HTTP=at, MONITOR_LOG="json"):
            wait_for(lambda: monitor(tmp_path, "health", MONITOR_HTTP=at).returncode == 0, 60, "health")
            wait_for(lambda: monitor(tmp_path, "health", "--ready", MONITOR_HTTP=at).returncode == 0, 60, "ready")
            wait_for(lambda: b'process_entries_total{kind="new"} 1' in pull(f"http://{at}/metrics")[1], 60, "an entry")
        done = monitor(tmp_path, "health", MONITOR_HTTP=at)
        assert done.returncode == 1 and "does not answer" in done.stderr
    rows = [json.loads(line) for line in (tmp_path / "poll.log").read_text().splitlines()]
    of_feeds = {
        row["message"].split(":")[0]: row["round"] for row in rows if row["message"].startswith(("A: 1", "None:"))
    }
    assert of_feeds.keys() == {"A", "None"} and len(set(of_feeds.values())) == 2


@pytest.mark.slow
def test_the_app_answers_and_keeps_metrics_for_who_may_pull(tmp_path):
    with Press() as press:
        press.feeds["/a.xml"] = rss([{"title": "Iran and Oman hold talks", "link": "https://a.example/1"}])
        feeds_yaml(tmp_path, press, {"/a.xml": {"name": "A", "every": "10s"}})
        token = "only-for-tests-0123456789"
        with app(tmp_path, MONITOR_EXPORT_TOKEN=token) as (url, _):
            assert pull(url + "/healthz") == (200, b"ok\n")
            wait_for(lambda: pull(url + "/readyz") == (200, b"ready\n"), 60, "ready")
            assert pull(url + "/metrics")[0] == 401
            asked = urllib.request.Request(url + "/metrics", headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(asked, timeout=20) as answer:
                assert numbers(answer.read())[("gulf_monitor_up",)] == 1
            port = url.rpartition(":")[2]
            assert monitor(tmp_path, "health", STREAMLIT_SERVER_PORT=port).returncode == 0


# -- lines of the log -------------------------------------------------------------------------------------


def line(formatter, message, *arguments, fault=None):
    return formatter.format(logging.LogRecord("monitor.x", logging.INFO, "x.py", 1, message, arguments, fault))


def test_a_line_names_its_round_in_both_forms():
    with rounds.named() as name:
        assert f" INFO monitor.x [{name}]: 3 new" in line(logs.Text(), "%d new", 3)
        row = json.loads(line(logs.Json(), "%d new", 3))
        assert (row["round"], row["message"], row["level"]) == (name, "3 new", "INFO")
    assert "[" not in line(logs.Text(), "started") and "round" not in json.loads(line(logs.Json(), "started"))


def test_text_of_a_feed_makes_no_second_line_and_moves_no_terminal():
    hostile = "A\n2026-01-01 ERROR gone\x1b[2J\u202e خبر\u200cها"
    for formatter in (logs.Text(), logs.Json()):
        said = line(formatter, "%s", hostile)
        assert "\n" not in said and "\x1b" not in said and "\u202e" not in said
    assert "خبر\u200cها" in line(logs.Text(), "%s", hostile)
    assert json.loads(line(logs.Json(), "%s", hostile))["message"] == hostile


def test_a_fault_keeps_its_trace():
    try:
        raise ValueError("broken")
    except ValueError:
        fault = sys.exc_info()
    assert "ValueError: broken" in line(logs.Text(), "x", fault=fault)
    assert "ValueError: broken" in json.loads(line(logs.Json(), "x", fault=fault))["exception"]


@pytest.mark.slow
def test_settings_of_operation_are_checked_at_the_door(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n")
    for name, value in [("MONITOR_LOG", "xml"), ("MONITOR_HTTP", "9102"), ("MONITOR_HTTP", "localhost:99999")]:
        done = monitor(tmp_path, "check", **{name: value})
        assert done.returncode == 2 and name in done.stderr
