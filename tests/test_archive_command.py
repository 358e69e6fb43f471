"""`archive` on the command line: what it says, and how it ends."""

import json

import pytest
from typer.testing import CliRunner

from monitor import cli
from monitor.storage import articles
from monitor.storage.store import open_store

ROWS = [
    {"headline": "Guards seize two tankers near Hormuz", "source": "AP", "first_seen": "2026-03-02T04:00:00Z"},
    {"headline": "Arsenal win late at Anfield", "source": "BBC", "first_seen": "2026-03-02T05:00:00Z"},
    {"headline": "", "source": "BBC", "first_seen": "2026-03-02T05:00:00Z"},
]


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    (tmp_path / "feeds.yaml").write_text("prices: []\nfeeds: []\n")

    def run(*words: str):
        return CliRunner().invoke(cli.app, ["archive", *words])

    return run


@pytest.mark.slow
def test_an_archive_is_read_and_loaded(command, tmp_path):
    answer = command("news.jsonl", "-o", "read", "--processes", "1", "--map", "title=headline")
    assert answer.exit_code == 0, answer.output
    assert "3 rows in, 2 entries, 1 rejected" in answer.stderr
    answer = command("--load", "read")
    assert answer.exit_code == 0 and "2 entries, 2 of them new articles" in answer.stderr, answer.output
    store = open_store(f"sqlite:///{tmp_path}/data/monitor.db")
    found = {one.title: one.categories for one in articles.stream(store)}
    assert found == {ROWS[0]["headline"]: ("maritime",), ROWS[1]["headline"]: ()}
    store.close()


@pytest.mark.slow
def test_whoever_stops_it_learns_that_it_goes_on(command, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.archive.runner.run", stopped)
    answer = command("news.jsonl", "-o", "read")
    assert answer.exit_code == 130 and "the same command goes on" in answer.stderr


@pytest.mark.parametrize(
    "words, status, says",
    [
        ((), 2, "name the files"),
        (("news.jsonl",), 2, "with -o the folder"),
        (("news.jsonl", "-o", "read", "--map", "x=y"), 1, "ours=theirs"),
        pytest.param(("none.jsonl", "-o", "read"), 1, "names no file", marks=pytest.mark.slow),
        (
            ("news.jsonl", "-o", "read", "--scheduler", "tcp://127.0.0.1:9", "--processes", "2"),
            2,
            "leave --processes out",
        ),
        pytest.param(("--load", "."), 1, "holds no archive", marks=pytest.mark.slow),
        (("news.jsonl", "--load", "."), 2, "takes the folder"),
        (("news.jsonl", "-o", "read", "--index-only"), 2, "goes with --load"),
    ],
)
def test_what_is_not_asked_well_is_refused(command, words, status, says):
    answer = command(*words)
    assert answer.exit_code == status and says in " ".join(answer.output.replace("│", " ").split()), answer.output
