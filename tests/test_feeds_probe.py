"""`check --online`: each feed is asked once, what it answers stands in a table, and nothing is stored."""

import asyncio
import io
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from monitor import clock
from monitor.cli import app
from monitor.config.settings import load
from monitor.feeds import probe
from monitor.models import Failure, Feed
from tests.internet import Internet, Page, redirect
from tests.running import rss

ITEM = {"title": "Iran launches missiles at Israel", "link": "https://a.example/1"}
LINES = {
    "/good.xml": "well",
    "/empty.xml": "no items",
    "/absent.xml": "http",
    "/page.html": "not a feed",
    "/private.xml": "refused address",
}


@pytest.fixture
def settings(tmp_path):
    """Feeds of every sort on the loopback; the last one is not allowed to be there."""
    with Internet() as net:
        net.serve("/good.xml", Page(rss([ITEM])))
        net.serve("/old.xml", redirect("/good.xml", 301))
        net.serve("/empty.xml", Page(rss([])))
        net.serve("/absent.xml", Page(b"", status=404))
        net.serve("/page.html", Page(b"<html><body>no feed</body></html>", content_type="text/html"))
        rows = [
            f"  - {{name: {path}, url: '{net.url(path)}', allow_private: {str('private' not in path).lower()}}}"
            for path in LINES
        ]
        rows.append("  - {name: off, url: 'https://off.example/', enabled: false}")
        (tmp_path / "feeds.yaml").write_text("feeds:\n" + "\n".join(rows) + "\n")
        found = load(tmp_path / "feeds.yaml", {"MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db"})
        yield net, found


def tried(settings, feeds=None):
    return asyncio.run(probe.probe_feeds(settings, clock.from_environment("2026-03-02T12:00Z"), feeds))


@pytest.mark.slow
def test_each_enabled_feed_once_and_in_words(settings):
    net, found = settings
    trials = tried(found)
    assert {trial.feed.name: trial.answer for trial in trials} == LINES
    good = trials[0]
    assert (good.status, good.entries[0].title, good.readings[0].direction) == (200, ITEM["title"], "escalation")
    assert "1 without a certain date" in good.remark
    assert "404" in trials[2].remark
    assert not net.asked("/private.xml") and all(len(net.asked(path)) == 1 for path in LINES if "private" not in path)


def test_a_moved_feed_names_its_new_address(settings):
    net, found = settings
    (trial,) = tried(found, [replace(found.feeds[0], url=net.url("/old.xml"))])
    assert trial.well and trial.remark.endswith(f"has moved for good to {net.url('/good.xml')}")


def test_the_table_takes_feed_text_for_what_it_is(settings):
    _, found = settings
    trial = probe.ProbeResult(
        replace(found.feeds[0], name="[red]x[/red]\x1b[31m\u202e"), 404, Failure("http", "no such page", 404)
    )
    shown = io.StringIO()
    Console(width=200, file=shown).print(probe.as_table([trial]))
    assert "[red]x[/red][31m" in shown.getvalue() and "\u202e" not in shown.getvalue()


@pytest.mark.slow
def test_as_a_user_types_it(settings, tmp_path):
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"),
        "COLUMNS": "200",
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
    }
    result = CliRunner().invoke(app, ["check", "--online"], env=environ)
    assert result.exit_code == 0, result.output
    assert "2 of 5 feeds answer" in result.output and not (tmp_path / "m.db").exists()


@pytest.mark.slow
def test_no_answer_at_all_is_exit_1(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: A, url: 'http://127.0.0.1:9/'}\n")
    result = CliRunner().invoke(app, ["check", "--online"], env={"MONITOR_FEEDS": str(tmp_path / "feeds.yaml")})
    assert result.exit_code == 1


def test_the_line_for_feeds_yaml_is_one_that_it_takes(settings, tmp_path):
    net, found = settings
    net.serve("/odd.xml", Page(rss([ITEM] * 3, title='He said: "#1" {x}\u202e\u2028, - \x7f')))
    (trial,) = tried(found, [replace(found.feeds[0], name="x", url=net.url("/odd.xml"))])
    line = probe.as_yaml(probe.proposed(trial, ['He said: "#1" {x} , -']))
    (tmp_path / "more.yaml").write_text(f"feeds:\n{line}\n", encoding="utf-8")
    (feed,) = load(tmp_path / "more.yaml", {}).feeds
    assert (feed.name, feed.url, feed.language) == ('He said: "#1" {x} , - 2', net.url("/odd.xml"), "en")


def test_the_line_for_feeds_yaml_never_holds_a_secret():
    line = probe.as_yaml(Feed("A", "https://a.example/", headers=(("Authorization", "Bearer s3cret"),)))
    assert "s3cret" not in line and "its headers" in line
