"""Who may poll, what a round brings, and what a process that is killed leaves behind."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import real_now
from monitor.feeds import schedule
from monitor.pipeline.process import this_process
from monitor.storage import articles, feeds, lease, notes, open_store
from tests import running
from tests.internet import Internet, Page, redirect

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.slow


def items(many: int, *, prefix: str = "Report", at: datetime = START) -> list[dict]:
    return [
        {
            "title": f"{prefix} {n}: missile strike on tanker in Strait of Hormuz",
            "link": f"https://press.example/{prefix}/{n}",
            "published": at - n * HOUR,
        }
        for n in range(many)
    ]


def configure(folder, net: Internet, paths: list[str], *, every: str = "5m") -> None:
    lines = "".join(
        f"  - {{name: 'Feed {path}', url: '{net.url(path)}', every: {every}, allow_private: true}}\n" for path in paths
    )
    (folder / "feeds.yaml").write_text("feeds:\n" + lines, encoding="utf-8")


def store_of(folder):
    return open_store(f"sqlite:///{folder / 'monitor.db'}")


@contextmanager
def polling(folder, **more):
    """`python -m monitor poll` in the background."""
    log = (folder / "poll.log").open("ab")
    command = [sys.executable, "-m", "monitor", "poll"]
    process = subprocess.Popen(
        command, env=running.environment(folder, **more), cwd=folder, stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def test_poll_beside_another_worker_names_the_holder(tmp_path):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(1))))
        configure(tmp_path, net, ["/a"])
        store = store_of(tmp_path)
        lease.take(store, this_process(), real_now())
        result = running.monitor(tmp_path, "poll", "--once")
    assert result.returncode == 1
    assert f"process {os.getpid()} on" in result.stderr
    assert articles.count(store) == 0


def test_a_dead_workers_lease_is_taken_at_once(tmp_path):
    code = "from monitor.pipeline.process import this_process; print(this_process())"
    dead = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=running.ROOT
    ).stdout.strip()
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(1))))
        configure(tmp_path, net, ["/a"])
        store = store_of(tmp_path)
        lease.take(store, dead, real_now())
        assert running.monitor(tmp_path, "poll", "--once").returncode == 0
    assert articles.count(store) == 1


def test_one_bad_feed_never_stops_a_round(tmp_path):
    with Internet() as net:
        net.serve("/good", Page(running.rss(items(3))))
        net.serve("/html", Page(b"<html><body>hello</body></html>", content_type="text/html"))
        net.serve("/500", Page(b"", status=500))
        configure(tmp_path, net, ["/good", "/html", "/500", "/nowhere"])
        assert running.monitor(tmp_path, "poll", "--once").returncode == 0
    states = feeds.states(store_of(tmp_path))
    assert {name: (state.state, state.failure) for name, state in states.items()} == {
        "Feed /good": ("well", None),
        "Feed /html": ("failing", "not a feed"),
        "Feed /500": ("failing", "http"),
        "Feed /nowhere": ("failing", "http"),
    }
    assert all(state.error for name, state in states.items() if name != "Feed /good")


def test_poll_once_asks_feeds_that_are_not_due_but_not_those_gone(tmp_path):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(1))))
        net.serve("/gone", Page(b"", status=410))
        configure(tmp_path, net, ["/a", "/gone"])
        for _ in range(2):
            assert running.monitor(tmp_path, "poll", "--once").returncode == 0
        asked = (len(net.asked("/a")), len(net.asked("/gone")))
    assert asked == (2, 1)


def test_a_feed_that_moved_for_good_is_asked_there_once_several_answers_agree(tmp_path):
    with Internet() as net:
        net.serve("/old", redirect("/new", 301))
        net.serve("/new", Page(running.rss(items(2))))
        configure(tmp_path, net, ["/old"], every="1s")
        with polling(tmp_path):
            running.wait_for(
                lambda: len(net.asked("/new")) >= schedule.AGREEING + 2,
                60,
                "the new address to be asked again and again",
            )
        assert len(net.asked("/old")) == schedule.AGREEING
        moved = net.url("/new")
    state = feeds.states(store_of(tmp_path))["Feed /old"]
    assert (state.state, state.entries, state.moved_to) == ("well", 2, moved)
    assert moved in running.monitor(tmp_path, "export", "feeds").stdout


def test_killed_in_the_middle_of_a_round_nothing_committed_is_lost(tmp_path):
    paths = [f"/{n}" for n in range(24)]
    with Internet() as net:
        for n, path in enumerate(paths):  # the last of them answer when all is over
            net.serve(path, Page(running.rss(items(20, prefix=f"Wire{n}")), latency=0.08 * n if n < 20 else 600))
        configure(tmp_path, net, paths)
        store = store_of(tmp_path)
        with polling(tmp_path) as process:
            running.wait_for(lambda: articles.count(store) >= 60, 60, "articles of the first feeds")
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kept = {article.id: article.title for article in articles.stream(store)}
        assert 60 <= len(kept) < 480
        for n, path in enumerate(paths):
            net.serve(path, Page(running.rss(items(20, prefix=f"Wire{n}"))))
        assert running.monitor(tmp_path, "poll", "--once").returncode == 0
    now = {article.id: article.title for article in articles.stream(store)}
    assert kept.items() <= now.items()
    assert len(now) == len(set(now.values())) == 480


def test_the_worker_follows_edits_and_keeps_the_last_good_configuration(tmp_path):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(1, prefix="A"))))
        net.serve("/b", Page(running.rss(items(1, prefix="B"))))
        configure(tmp_path, net, ["/a"])
        store = store_of(tmp_path)
        with polling(tmp_path):
            running.wait_for(lambda: articles.count(store) == 1, 60, "the first feed")
            configure(tmp_path, net, ["/a", "/b"])
            running.wait_for(lambda: articles.count(store) == 2, 30, "the feed that was added")
            (tmp_path / "feeds.yaml").write_text("feeds:\n  - name: A\n", encoding="utf-8")
            note = running.wait_for(lambda: notes.all(store).get("configuration"), 30, "a note of the fault")
            configure(tmp_path, net, ["/a", "/b"])
            running.wait_for(lambda: "configuration" not in notes.all(store), 30, "the note to go")
    assert "feeds.yaml:2" in note.value


def test_a_clock_moved_back_polls_again_and_deletes_nothing(tmp_path):
    with Internet() as net:
        net.serve("/clock", Page(START.isoformat().encode(), content_type="text/plain"))
        net.serve("/a", Page(running.rss(items(2))))
        configure(tmp_path, net, ["/a"])
        store = store_of(tmp_path)
        with polling(tmp_path, MONITOR_NOW=net.url("/clock")):
            running.wait_for(lambda: articles.count(store) == 2, 60, "the first round")
            net.serve("/clock", Page((START - 48 * HOUR).isoformat().encode(), content_type="text/plain"))
            running.wait_for(lambda: len(net.asked("/a")) >= 2, 30, "the feed to be asked again")
    assert articles.count(store) == 2
    assert all(article.first_seen == START for article in articles.stream(store))


@pytest.mark.parametrize("words", [("poll", "--once"), ("export", "articles")])
def test_a_database_that_is_none_is_an_error_with_a_name(tmp_path, words):
    (tmp_path / "monitor.db").write_bytes(b"this is no database" * 100)
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: A, url: 'https://a.example/feed'}\n", encoding="utf-8")
    result = running.monitor(tmp_path, *words)
    assert result.returncode == 1
    assert "database" in result.stderr
    assert "Traceback" not in result.stderr
