"""What a clone needs to start: the Makefile, exact pins, safe server settings,
and a browser that is never missed in silence.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from monitor.config.settings import EXAMPLE

ROOT = Path(__file__).resolve().parent.parent


def make(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess:
    """make in another folder, as a shell of its own would call it."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        ["make", *words], cwd=folder, env={**environ, **variables}, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def clone(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.slow
def test_make_installs_once_and_again_only_after_a_change(clone):
    first = make(clone, "runtime", f"PYTHON={sys.executable}")
    assert first.returncode == 0, first.stderr
    assert "making .venv" in first.stdout
    assert "installing" in first.stdout
    again = make(clone, "runtime", f"PYTHON={sys.executable}")
    assert (again.returncode, again.stdout) == (0, "")
    (clone / "requirements.txt").write_text("# changed\n")
    changed = make(clone, "runtime")
    assert "installing" in changed.stdout
    assert "making" not in changed.stdout


def test_a_python_that_is_too_old_is_refused(clone, tmp_path):
    old = script(tmp_path / "old", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    result = make(clone, "runtime", f"PYTHONS={old}")
    assert result.returncode == 2
    assert "Python 3.11 or newer is needed" in result.stderr


def test_a_python_without_venv_names_the_package(clone, tmp_path):
    bare = script(tmp_path / "bare", f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"')
    result = make(clone, "runtime", f"PYTHONS={bare}")
    assert result.returncode == 2
    assert f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in result.stderr


@pytest.mark.parametrize("required, word", [("", "1 skipped"), ("1", "1 error")])
def test_a_missing_browser_is_seen(tmp_path, required, word):
    (tmp_path / "test_page.py").write_text(
        "from tests.browser import browser_page\ndef test_page(browser_page): pass\n"
    )
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path), "MONITOR_REQUIRE_BROWSER": required}
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-ra",
        "-p",
        "no:cacheprovider",
        "-o",
        f"pythonpath={ROOT}",
        "-c",
        os.devnull,
        "--rootdir",
        str(tmp_path),
    ]
    result = subprocess.run(
        [*words, str(tmp_path)], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
    )
    assert word in result.stdout
    assert "apt-get install chromium" in result.stdout


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    loose = [
        line
        for line in lines
        if line and not re.fullmatch(r"[A-Za-z0-9_.\-]+(\[[a-z,]+\])?==[0-9][0-9A-Za-z.]*|-r requirements\.txt", line)
    ]
    assert loose == []


def pins(name: str) -> dict[str, str]:
    """Package -> version; a package with a marker is listed once for each."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [re.match(r"([A-Za-z0-9_.\-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", line) for line in lines]
    return {re.sub(r"[-_.]+", "-", one[1]).lower(): one[2] for one in found if one}


def test_the_lock_holds_every_requirement_with_hashes_and_names_no_server():
    locked, text = pins("requirements.lock"), (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert pins("requirements.txt").items() <= locked.items(), "run `make lock`"
    assert len(locked) > 2 * len(pins("requirements.txt"))  # what those need in turn
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text)[1:])
    assert "://" not in text and "index" not in text


def test_an_extra_is_what_the_tests_have():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name for wanted in project["optional-dependencies"].values() for name in wanted}
    assert extras <= set((ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines())


def test_the_package_and_the_program_are_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert (
        "version" in project["project"]["dynamic"]
        and project["tool"]["hatch"]["version"]["path"] == "monitor/__init__.py"
    )
    assert "dependencies" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["metadata"]["hooks"]["requirements_txt"]["files"] == ["requirements.txt"]


def test_the_package_holds_the_example_and_the_dashboard_that_it_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    places = {file: ROOT / place for file, place in included.items()}
    assert places["feeds.yaml"] == EXAMPLE
    assert places["app.py"].parent == places[".streamlit/config.toml"].parents[1] == ROOT / "monitor" / "dashboard"
    assert all((ROOT / file).is_file() for file in included)


def test_the_server_as_shipped():
    options = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    server, client = options["server"], options["client"]
    assert (server["address"], server["headless"], server["fileWatcherType"]) == ("127.0.0.1", True, "none")
    assert (server["enableXsrfProtection"], server["enableCORS"], options["browser"]["gatherUsageStats"]) == (
        True,
        True,
        False,
    )
    assert (client["disableDataExport"], client["toolbarMode"]) == (True, "viewer")
    assert "http" not in str(options["theme"])  # no font or image of another host


def test_ci_fails_without_a_browser():
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    assert "MONITOR_REQUIRE_BROWSER=1" in ci.read_text(encoding="utf-8")
