"""Stories of entries in a file, for archives and for measuring: JSON lines in, JSON lines out.

lines -> rows -> readings -> features -> Grouper, oldest first -> {id, story} in the order of the lines
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from monitor.errors import Problem, ProblemsError
from monitor.models import Article, Reading, Text
from monitor.stories.features import Features, features
from monitor.stories.grouper import WINDOW, Grouper

FAULTS = 20  # that are named at once


class Reader(Protocol):
    """What is needed of reader.Reader."""

    def read(self, texts: Sequence[Text]) -> list[Reading]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file."""

    id: str | int
    lang: str | None
    at: datetime
    title: str
    summary: str
    source: str


def read_rows(lines: Iterable[str], name: str) -> list[Row]:
    """Every line as a row; empty lines are left out. Raises ProblemsError with the first faults, each with its line
    and what to do.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[int | str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _row(line)
            if (first := seen.setdefault(row.id, number)) != number:
                raise ValueError(f"line {first} has the id {row.id!r} too; give each entry its own")
            rows.append(row)
        except ValueError as error:
            problems.append(Problem(name, number, "", str(error)))
            if len(problems) == FAULTS:
                break
    if problems:
        raise ProblemsError(problems)
    return rows


def _row(line: str) -> Row:
    """Raises ValueError saying what is wrong and what to do."""
    try:
        given = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON ({error}); write one object a line") from error
    if not isinstance(given, dict):
        raise ValueError("not an object; write one object a line, with id, lang, at, title, summary, source")
    if not isinstance(given.get("id"), str | int) or isinstance(given["id"], bool):
        raise ValueError("id is missing or neither text nor a whole number; give each entry one of its own")
    for key in ("lang", "title", "summary", "source"):
        if not isinstance(given.get(key), str | None):
            raise ValueError(f"{key} is not text; write it in quotes or leave it out")
    try:
        at = datetime.fromisoformat(given["at"])
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ValueError("at is missing or no time; write it like 2026-04-07T12:13:20Z") from None
    if not 1970 <= at.year < 9999:
        raise ValueError("at is outside the years 1970 to 9998; write it like 2026-04-07T12:13:20Z")
    text = {key: given.get(key) or "" for key in ("title", "summary", "source")}
    return Row(given["id"], given.get("lang") or None, at, **text)


def article_of(number: int, row: Row, reading: Reading) -> Article:
    """A row with its reading, as an article with this id."""
    return Article(
        number,
        row.source,
        row.source,
        row.title,
        row.summary,
        None,
        reading.lang,
        row.at,
        row.at,
        row.at,
        reading.direction,
        reading.score,
        reading.categories,
        reading.actors,
        reading.places,
        None,
        reading.method,
        theatre=reading.theatre,
        signals=reading.signals,
        vector=reading.vector,
    )


def grouped(articles: Iterable[Features]) -> dict[int, int | None]:
    """article -> its story after all have come; None: it stands alone. An archive needs no more memory than a week
    and the answer.
    """
    grouper = Grouper()
    story_of: dict[int, int | None] = {}
    members: dict[int, set[int]] = {}
    for article in articles:
        grouper.forget(article.at - WINDOW)
        placement = grouper.add(article)
        for was, into in placement.merged:  # with what is forgotten by now
            moved = members.pop(was, set())
            story_of.update(dict.fromkeys(moved, into))
            members.setdefault(into, set()).update(moved)
        for id, story in placement.changed.items():
            if (left := story_of.get(id)) is not None:
                members[left].discard(id)
            story_of[id] = story
            if story is not None:
                members.setdefault(story, set()).add(id)
    sizes = Counter(story for story in story_of.values() if story is not None)
    return {id: story if story is not None and sizes[story] > 1 else None for id, story in story_of.items()}


def story_lines(reader: Reader, lines: Iterable[str], name: str) -> Iterator[str]:
    """A JSON line {id, story} for each entry, in their order. `story` is the id of the entry that opened it; null:
    the entry stands alone.

    Raises ProblemsError, naming file and line.
    """
    rows = read_rows(lines, name)
    made = []
    for number, row in enumerate(rows):
        (reading,) = reader.read([Text(row.title, row.summary, row.lang)])
        made.append(features(article_of(number, row, reading)))
    story_of = grouped(sorted(made, key=lambda article: article.order))
    for number, row in enumerate(rows):
        story = story_of[number]
        yield json.dumps({"id": row.id, "story": None if story is None else rows[story].id})
