"""Full text search over titles and summaries in every script, alike on both databases.

Text and question are folded and cut into words here; SQLite's FTS5 and PostgreSQL's `simple` configuration only match
what they are given. What a person types never becomes query syntax: only letters and digits reach the query.
"""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from sqlalchemy import Connection

LONGEST = 64  # code points of a word; PostgreSQL refuses lexemes of 2 KB, FTS5 would keep anything
MOST = 2_000  # words indexed of one article: a summary has 10,000 characters at most
SHORT = 4  # code points; a shorter word of a question finds itself only
ASKED = 12  # words of a question that are used

_WORD = re.compile(r"[^\W_]+")
# accents and vowel points, left over once NFKD has taken letters apart: Latin, Hebrew, Arabic and Quranic signs; tatweel, ZWNJ, ZWJ, marks
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+"
)
# the letters that Persian, Urdu and Arabic writers and keyboards use for one another, and their digits
_SAME = {"ي": "یىې", "ك": "کڪ", "ه": "ةۀەہھ", "ا": "ٱ"}
_LETTERS = {ord(variant): letter for letter, variants in _SAME.items() for variant in variants}
_LETTERS |= {ord(d): str(unicodedata.digit(d)) for d in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"}
# the article and the particles written onto it: a search for محادثات finds المحادثات and بالمحادثات
_ARABIC = re.compile("[\u0621-\u06d3]")
_PARTICLES = re.compile("(?<![^\\W_])(?:[وفبك]?ال|لل)(?=[\u0621-\u06d3]{3})")


def fold(text: str) -> str:
    """The words of a text as they are compared: lower case, no accents or vowel points, one letter for its variants."""
    if text.isascii():
        text = text.lower()
    else:
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
        if _ARABIC.search(text):
            text = _PARTICLES.sub("", text.translate(_LETTERS))
    return " ".join([w[:LONGEST] for w in _WORD.findall(text)[:MOST]])


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
    """Index articles: (id, folded text) each."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("INSERT INTO article_search (rowid, words) VALUES (?, ?)", rows)
    else:
        conn.exec_driver_sql(
            "INSERT INTO article_search (article_id, words) VALUES (%s, to_tsvector('simple', %s))", rows
        )


def widen(conn: Connection, article_id: int, folded: str) -> None:
    """Let an article be found by a later title too."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(
            "UPDATE article_search SET words = words || ' ' || ? WHERE rowid = ?", (folded, article_id)
        )
    else:
        conn.exec_driver_sql(
            "UPDATE article_search SET words = words || to_tsvector('simple', %s) WHERE article_id = %s",
            (folded, article_id),
        )


def ids(text: str, dialect: str) -> sa.Select | sa.TextClause | None:
    """A query for the ids of the articles that hold every word of `text`; None when it has no word at all.

    A word also finds longer ones that begin with it; words within "quotes" have to stand side by side just so.
    """
    terms: list[tuple[list[str], bool]] = []
    for position, part in enumerate(re.split(r'["“”«»„]', text)):
        found = fold(part).split()
        if position % 2 and found:
            terms.append((found, True))
        else:
            terms += [([w], len(w) < SHORT) for w in found]
    terms = terms[:ASKED]
    if not terms:
        return None
    if dialect == "sqlite":
        query = " ".join(f'"{" ".join(ws)}"' + ("" if exact else "*") for ws, exact in terms)
        return sa.text("SELECT rowid FROM article_search WHERE article_search MATCH :words").bindparams(words=query)
    query = " & ".join(f"({' <-> '.join(ws)})" if exact else f"{ws[0]}:*" for ws, exact in terms)
    return sa.text("SELECT article_id FROM article_search WHERE words @@ to_tsquery('simple', :words)").bindparams(
        words=query
    )
