"""Guards the map: every room stands on the floor where monitor/__init__.py draws it, and looks down only."""

import ast
import re
from pathlib import Path

import pytest

import monitor

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "monitor"
FILES = sorted(HOUSE.rglob("*.py"))
ON_REAL_TIME = {
    "clock.py": "gives it to all others",
    "fetch/answer.py": "a date in Retry-After is the server's real time",
    "tagging/kept.py": "files in a cache folder age by it",
    "demo.py": "its made-up fortnight ends when it is made",
}
LONGEST = 350  # lines; beyond that a file no longer fits in the head


def floors() -> list[list[str]]:
    """The rooms of each floor, lowest first, as the docstring's table has them; what follows in parentheses is for people."""
    table = monitor.__doc__.split("The floors, lowest first.")[1]
    rows = re.findall(r"^    \w+ {2,}([^(\n]+)", table, re.MULTILINE)
    return [[room.rstrip("/") for room in row.split()] for row in rows]


FLOOR = {room: number for number, rooms in enumerate(floors()) for room in rooms}


def room_of(file: Path) -> str:
    return file.relative_to(HOUSE).with_suffix("").parts[0]


def imports(file: Path) -> set[str]:
    """The rooms that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: write imports in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found.update(name.split(".")[1] for name in names if name.startswith("monitor."))
    return found


def test_every_room_is_on_the_map():
    rooms = {room_of(file) for file in FILES} - {"__init__"}
    assert rooms - set(FLOOR) == set()


@pytest.mark.parametrize("file", [file for file in FILES if file != HOUSE / "__init__.py"], ids=lambda file: str(file.relative_to(HOUSE)))
def test_imports_look_down_only(file):
    here = room_of(file)
    wrong = {room for room in imports(file) - {here, "__version__"} if FLOOR[room] >= FLOOR[here]}
    assert not wrong, f"{here} may not import {sorted(wrong)}: same floor or above"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HOUSE)))
def test_files_fit_in_the_head(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST, "split it by noun"
    assert ast.get_docstring(ast.parse("\n".join(lines))) or not lines, "its first lines say what it is for"


def test_the_time_of_day_is_asked_in_few_places():
    """`now` is handed in everywhere else, or a replay would mix two times."""
    asking = re.compile(r"datetime\.now\(|datetime\.utcnow\(|\bdate\.today\(|\btime\.time\(|Timestamp\.now\(|Timestamp\.utcnow\(")
    found = {str(file.relative_to(HOUSE)) for file in FILES if asking.search(file.read_text(encoding="utf-8"))}
    assert found <= set(ON_REAL_TIME), "take `now` as an argument, or a Clock"
