"""Full text search over titles and summaries in every script, alike on both databases.

Text and question are folded and cut into words here; SQLite's FTS5 and PostgreSQL's `simple` configuration only match
what they are given. What a person types never becomes query syntax: only letters and digits reach the query.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.storage.question import Question, Term, ask
from monitor.tagging.letters import HALF_SPACE, fold_letters
from monitor.tagging.spellings import known

MAX_WORD_CHARS = 64  # code points of a word; PostgreSQL refuses lexemes of 2 KB, FTS5 would keep anything
MAX_WORDS = 2_000  # words indexed of one article: a summary has 10,000 characters at most
MERGED = 500  # pages of the index written in one transaction

_WORD = re.compile(r"[^\W_]+")
# the article and the particles written onto it: a search for محادثات finds المحادثات and بالمحادثات
_ARABIC = re.compile("[\u0621-\u06d3]")
_PARTICLES = re.compile("(?<![^\\W_])(?:[وفبك]?ال|لل)(?=[\u0621-\u06d3]{3})")


def fold(text: str) -> str:
    """The words of a text as they are compared; the parts of a word with a half space (ZWNJ) are joined."""
    text = fold_letters(text.replace(HALF_SPACE, ""))
    if _ARABIC.search(text):
        text = _PARTICLES.sub("", text)
    return " ".join([w[:MAX_WORD_CHARS] for w in _WORD.findall(text)[:MAX_WORDS]])


def words_of(text: str) -> str:
    """What a text is found by: its folded words and, behind them, the parts of those with a half space."""
    halves = " ".join(word for word in text.split() if HALF_SPACE in word).replace(HALF_SPACE, " ")
    return f"{fold(text)} {fold(halves)}".strip()


def create(conn: Connection) -> None:
    """The index beside the tables that schema.py cannot describe."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(
            "CREATE VIRTUAL TABLE article_search USING fts5(words, tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        conn.exec_driver_sql("CREATE TABLE article_search (article_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        conn.exec_driver_sql("CREATE INDEX ix_article_search_words ON article_search USING gin (words)")


def add(conn: Connection, rows: list[tuple[int, str]]) -> None:
    """Index articles: (id, what `words_of` gives) each."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("INSERT INTO article_search (rowid, words) VALUES (?, ?)", rows)
    else:
        conn.exec_driver_sql(
            "INSERT INTO article_search (article_id, words) VALUES (%s, to_tsvector('simple', %s))", rows
        )


def widen(conn: Connection, article_id: int, words: str) -> None:
    """Let an article be found by a later title too."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("UPDATE article_search SET words = words || ' ' || ? WHERE rowid = ?", (words, article_id))
    else:
        conn.exec_driver_sql(
            "UPDATE article_search SET words = words || to_tsvector('simple', %s) WHERE article_id = %s",
            (words, article_id),
        )


def remove(conn: Connection, ids: list[int]) -> None:
    """Let articles be found no more."""
    key = "rowid" if conn.dialect.name == "sqlite" else "article_id"
    query = sa.text(f"DELETE FROM article_search WHERE {key} IN :ids").bindparams(sa.bindparam("ids", expanding=True))
    conn.execute(query, {"ids": ids})


def tidy(conn: Connection, *, begin: bool) -> bool:
    """A part of merging SQLite's index into one that holds nothing of what was removed; whether there is more to do.
    Begun with `begin`, then called until it is done, each time in a transaction of its own.
    """
    raw: Any = conn.connection.dbapi_connection
    before = raw.total_changes
    raw.execute(
        "INSERT INTO article_search (article_search, rank) VALUES ('merge', ?)", (-MERGED if begin else MERGED,)
    )
    return bool(raw.total_changes - before >= 2)  # as https://sqlite.org/fts5.html says under "The 'merge' Command"


def question_of(text: str) -> Question:
    """What a text asks for, with the other spellings of the names in it."""
    return ask(text, fold, known(fold))


def conditions(text: str, id: sa.ColumnElement[int], dialect: str) -> list[sa.ColumnElement[bool]]:
    """The WHERE clauses for the articles, by their `id`, that `text` asks for; only signs and no word: none is."""
    asked = question_of(text)
    if not asked.wanted and not asked.unwanted:
        return [sa.false()]
    form, (all_of, any_of) = (_sqlite, (" AND ", " OR ")) if dialect == "sqlite" else (_postgresql, (" & ", " | "))
    found: list[sa.ColumnElement[bool]] = []
    if asked.wanted:
        groups = [f"({any_of.join(form(term) for term in terms)})" for terms in asked.wanted]
        found.append(id.in_(_matching(all_of.join(groups), dialect, "wanted")))
    if asked.unwanted:
        terms = any_of.join(form(term) for term in asked.unwanted)
        found.append(sa.not_(id.in_(_matching(terms, dialect, "unwanted"))))
    return found


def _sqlite(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")


def _postgresql(term: Term) -> str:
    words = " <-> ".join(term.words)
    return f"({words}{':*' if term.prefix else ''})"


def _matching(query: str, dialect: str, name: str) -> sa.TextClause:
    """Only folded words, letters and digits, reach the query, between signs of our own."""
    if dialect == "sqlite":
        asked = sa.text(f"SELECT rowid FROM article_search WHERE article_search MATCH :{name}")
    else:
        asked = sa.text(f"SELECT article_id FROM article_search WHERE words @@ to_tsquery('simple', :{name})")
    return asked.bindparams(**{name: query})
