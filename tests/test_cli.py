"""The command line: wrong usage is a sentence and exit status 2, never a traceback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app, commands


@pytest.fixture
def run(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: A, url: 'https://a.example/rss'}\n")
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"),
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
        "COLUMNS": "300",
    }
    return lambda *arguments: CliRunner().invoke(app, list(arguments), env=environ)


def test_export_into_a_missing_folder_names_the_file_and_the_remedy(run, tmp_path):
    result = run("export", "articles", "-o", str(tmp_path / "no" / "such" / "x.csv"))
    assert result.exit_code == 2
    assert "x.csv cannot be written" in result.output and "check the folder" in result.output


def test_export_into_a_folder_is_refused(run, tmp_path):
    result = run("export", "articles", "-o", str(tmp_path))
    assert result.exit_code == 2 and "cannot be written" in result.output


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("text", ["0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00", "yesterday"])
def test_a_time_that_is_none_is_refused(run, option, text):
    result = run("export", "articles", option, text)
    assert result.exit_code == 2 and "is not an ISO date or time" in result.output


def test_the_first_and_the_last_day_are_times(run, tmp_path):
    result = run("export", "articles", "--since", "0001-01-01", "--until", "9999-12-31", "-o", str(tmp_path / "x.csv"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "x.csv").read_bytes().startswith(b"id,feed,")


@pytest.mark.parametrize(
    ("arguments", "place"),
    [((), "http://127.0.0.1:8501"), (("--port", "8600", "--address", "0.0.0.0"), "http://0.0.0.0:8600")],
)
def test_run_starts_streamlit_with_the_dashboard(run, monkeypatch, arguments, place):
    started = []
    monkeypatch.setattr(commands.os, "execv", lambda path, words: started.append(words))
    result = run("run", *arguments)
    assert result.exit_code == 0, result.output
    ((_, *words),) = started
    assert words[:3] == ["-m", "streamlit", "run"] and Path(words[3]) == Path(__file__).parents[1] / "app.py"
    assert "http://{1}:{3}".format(*words[4:]) == place


def test_an_installed_package_runs_its_own_dashboard(monkeypatch, tmp_path):
    (tmp_path / "dashboard").mkdir()
    (tmp_path / "dashboard" / "app.py").touch()
    monkeypatch.setattr(commands, "PACKAGE", tmp_path)
    assert commands.dashboard() == tmp_path / "dashboard" / "app.py"
