"""`python -m monitor stories FILE`: a line for each entry, in order, and faults by file and line."""

import json

import pytest
from typer.testing import CliRunner

from monitor import cli
from monitor.errors import ProblemsError
from monitor.models import Reading
from monitor.stories.archive import read_rows, story_lines

ROWS = [
    {
        "id": "c",
        "lang": "en",
        "at": "2027-03-02T05:00:00Z",
        "title": "Guards seize two Greek tankers near Hormuz, owners say",
        "summary": "",
        "source": "AP",
    },
    {
        "id": "a",
        "lang": "en",
        "at": "2027-03-02T04:00:00",
        "title": "Guards seize two Greek tankers near Hormuz",
        "summary": "",
        "source": "Reuters",
    },
    {
        "id": 7,
        "lang": "en",
        "at": "2027-03-02T04:30:00+03:30",
        "title": "Arsenal win late at Anfield after a red card",
        "source": "BBC",
    },
    {
        "id": "d",
        "at": "2027-03-09T04:00:00Z",
        "title": "Guards seize two Greek tankers near Hormuz",
        "lang": None,
        "source": None,
    },
]


class Plain:
    """A reader that sees a tie to the theatre in every text, and nothing else."""

    def read(self, texts):
        return [
            Reading(text.lang, "none", 0.0, True, ("IRN",), ("Strait of Hormuz",), (), (), "plain") for text in texts
        ]


def said(rows) -> list[dict]:
    return [json.loads(line) for line in story_lines(Plain(), map(json.dumps, rows), "x.jsonl")]


def test_a_line_for_each_entry_in_their_order_and_null_for_one_alone():
    assert said(ROWS) == [
        {"id": "c", "story": "a"},
        {"id": "a", "story": "a"},
        {"id": 7, "story": None},
        {"id": "d", "story": None},
    ]
    assert said(ROWS[::-1]) == said(ROWS)[::-1]


@pytest.mark.parametrize(
    "line, says",
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ('{"at": "2027-03-02T04:00:00Z"}', "id is missing"),
        ('{"id": true, "at": "2027-03-02T04:00:00Z"}', "id is missing"),
        ('{"id": 1}', "at is missing"),
        ('{"id": 1, "at": "yesterday"}', "at is missing or no time"),
        ('{"id": 1, "at": 3}', "at is missing or no time"),
        ('{"id": 1, "at": "0001-01-01T00:00:00+14:00"}', "at is"),
        ('{"id": 1, "at": "2027-03-02T04:00:00Z", "title": 3}', "title is not text"),
        ('{"id": "a", "at": "2027-03-02T04:00:00Z"}', "line 1 has the id 'a' too"),
    ],
)
def test_a_fault_names_file_line_and_remedy(line, says):
    first = '{"id": "a", "at": "2027-03-02T04:00:00Z"}'
    with pytest.raises(ProblemsError) as raised:
        read_rows([first, "", line], "x.jsonl")
    (problem,) = raised.value.problems
    assert str(problem).startswith("x.jsonl:3: ") and says in str(problem)


@pytest.mark.slow
def test_the_command_reads_a_file_and_ends_with_2_where_it_has_faults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_FEEDS", raising=False)
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    bad.write_text('{"id": 1}\n', encoding="utf-8")
    answer = CliRunner().invoke(cli.app, ["stories", str(good)])
    assert answer.exit_code == 0 and [json.loads(line)["id"] for line in answer.stdout.splitlines()] == [
        "c",
        "a",
        7,
        "d",
    ]
    answer = CliRunner().invoke(cli.app, ["stories", str(bad)])
    assert answer.exit_code == 2 and "bad.jsonl:1: at is missing" in answer.stderr
