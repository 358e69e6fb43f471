"""A made-up language for the pages: it says every sentence of the catalogues in letters that English has not, so that
whatever a page says past the catalogues is found.

    def test_a_page(other_letters, show, monkeypatch, tmp_path):
        store = open_store(configured(monkeypatch, tmp_path, FEEDS, NOW))
        texts = said_by(show("oil", locale="fr"))
        assert in_english(texts, SAME) == {} and in_other_letters(texts) > 20
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from gettext import NullTranslations
from html import unescape
from pathlib import Path
from string import ascii_letters

import pytest
from streamlit.testing.v1 import AppTest

from monitor import language
from tests.pages import dashboard, forget

WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in ascii_letters}
PLAIN = {wide: letter for letter, wide in WIDE.items()}
FIELD = re.compile(r"(\{[^}]*\})")


def other(sentence: str) -> str:
    """As the made-up language says it; what is filled in stays as it is, so that a word cannot hide in a sentence."""
    return "".join(part if part.startswith("{") else part.translate(WIDE) for part in FIELD.split(sentence))


class OtherLetters(NullTranslations):
    def gettext(self, message: str) -> str:
        return other(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return other(msgid1 if n == 1 else msgid2)


@pytest.fixture
def other_letters(monkeypatch) -> None:
    """The made-up language in the place of French, whose dates and numbers it has; English stays English."""
    monkeypatch.setattr(language, "catalogue", lambda code: NullTranslations() if code == "en" else OtherLetters())


# -- pages --------------------------------------------------------------------------------------------------


def configured(monkeypatch, folder: Path, feeds: str, now: datetime, **more: str) -> str:
    """A dashboard of its own at `now`; gives the address of its database."""
    (folder / "feeds.yaml").write_text(feeds, encoding="utf-8")
    address = f"sqlite:///{folder}/m.db"
    known = {"DATABASE_URL": address, "FEEDS": str(folder / "feeds.yaml"), "NOW": now.isoformat()}
    for name, value in (known | more).items():
        monkeypatch.setenv(f"MONITOR_{name}", value)
    return address


@pytest.fixture
def show():
    """show(page, **address): a page of the dashboard that is configured, run once; `state` is of the session."""

    def run(page: str, *, state: dict[str, object] | None = None, **address) -> AppTest:
        shown = dashboard()
        for name, value in (state or {}).items():
            shown.session_state[name] = value
        shown.switch_page(f"../views/{page}.py")
        for name, value in address.items():
            shown.query_params[name] = value
        return shown.run()

    forget()
    yield run
    forget()


# -- what is said -------------------------------------------------------------------------------------------

SPOKEN = ("alt_text", "body", "content", "default", "help", "label", "options", "placeholder", "text")
OF_CHARTS = ("name", "formatter", "valueFormatter", "data", "lineX", "value", "title")


def said_by(shown: AppTest, html: re.Pattern[str] | None = None) -> list[str]:
    """All that stands on a page, frame and charts too; of its HTML only what `html` is found in."""
    return list(_of_block(shown._tree, html))


def _of_block(block, html: re.Pattern[str] | None) -> Iterator[str]:
    for child in block.children.values():
        if child.type == "echarts_chart":
            yield child.proto.alt
            yield from of_chart(json.loads(child.proto.spec))
        elif child.type != "html" or html is None or html.search(str(child.value)):
            yield from _of_message(child.proto)
        if hasattr(child, "children"):
            yield from _of_block(child, html)
        elif child.type == "dataframe":
            yield from _of_table(child.value, json.loads(child.proto.columns))


def _of_message(message) -> Iterator[str]:
    """Fields by their names, whatever kind of element it is; columns of a table from their configuration."""
    for field, value in message.ListFields() if message is not None else ():
        for one in value if field.is_repeated else [value]:
            if field.message_type:
                yield from _of_message(one)
            elif field.name == "columns" and isinstance(one, str):
                for column in json.loads(one).values():
                    yield from (str(column[word]) for word in ("label", "help") if column.get(word))
            elif field.name in SPOKEN:
                yield str(one)


def _of_table(frame, columns: dict[str, dict]) -> Iterator[str]:
    for name in frame:
        if not columns.get(name, {}).get("label"):
            yield name
        for cell in frame[name]:
            yield from (word for word in (cell if isinstance(cell, list) else [cell]) if isinstance(word, str))


def of_chart(option: object, key: str = "") -> list[str]:
    """What a chart says: names, formats, and words among its categories."""
    if isinstance(option, dict):
        return [text for name, value in option.items() for text in of_chart(value, name)]
    if isinstance(option, list | tuple):
        return [text for value in option for text in of_chart(value, key)]
    spoken = key in OF_CHARTS and isinstance(option, str) and not re.match(r"\d{4}-|[0-9a-f]{32}$", option)
    return [option] if spoken else []


# -- in which letters ---------------------------------------------------------------------------------------

UNSEEN = re.compile(
    r'<style.*?</style>|\s(class|href|src|datetime|role|lang|dir|download|scope|style|id|aria-hidden)="[^"]*"',
    re.DOTALL,
)
MARKUP = re.compile(r'</?\w+|[\w-]+(?==")')


# names of languages and of files, addresses, codes of countries, examples of what may be typed; French dates, which are
# not of the catalogues; of charts what ECharts takes for a format, and names that nobody sees
EVERYWHERE = re.compile(
    r"\b(UTC|English|Français|feeds\.yaml|gulf-tension-[\w-]+|https?://\S+|(since )?1 Mar( to 2 Mar)?)"
    r"|\([A-Z]{3,}\)|^Hormuz \"oil tanker\" -houthi$"
    r"|\b(janv|févr|février|mars|août|octobre|dim|lun|mar|mer|jeu|ven|sam)\b"
    r"|\{[\w@\[\]]+\}|localized|points of tension|(tension|relief) (low|band)"
)


def in_english(texts: Iterable[str], same: re.Pattern[str]) -> dict[str, list[str]]:
    """Each text with its words in the letters of English, but for what is the `same` in every language."""
    found = {}
    for text in texts:
        seen = unescape(MARKUP.sub(" ", UNSEEN.sub("", text)))
        if words := re.findall("[A-Za-z]{2,}", EVERYWHERE.sub("", same.sub("", seen))):
            found[text] = words
    return found


def in_other_letters(texts: Iterable[str]) -> int:
    """How many of them the made-up language says, at least in part."""
    return sum(any(ord(letter) in PLAIN for letter in text) for text in texts)


def as_english(texts: Iterable[str]) -> str:
    """All of it in the letters of English again."""
    return "\n".join(texts).translate(PLAIN)
