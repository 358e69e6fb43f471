"""What a benchmark fills a database with are the rows that storage writes of the same entries."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from benchmarks import _many_articles as many
from benchmarks import ui
from monitor.storage import alerts, articles, index, notes, open_store, prices, saving, search, stories
from monitor.storage.rows import Item, tag_values, text_key
from monitor.storage.schema import article_tags, metadata
from monitor.storage.schema import articles as article_table
from monitor.storage.schema import stories as story_table

pytestmark = pytest.mark.slow
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
COUNT, DAYS = 150, 9


def table(store, of):
    with store.read() as conn:
        return conn.execute(sa.select(of).order_by(*of.primary_key.columns)).all()


def test_the_rows_are_those_that_storage_writes(store):
    said = []
    many.fill(store, COUNT, days=DAYS, now=NOW, say=said.append)
    assert said[0].startswith(f"{COUNT} articles, ") and said[-1].startswith("indexes made")
    assert "synthetic" in notes.all(store)
    found = articles.several(store, list(range(1, COUNT + 1)))
    assert len(found) == COUNT == articles.newest_id(store)
    assert NOW - timedelta(days=DAYS) <= found[0].at < found[-1].at <= NOW
    tags, words, edited = [], {}, 0
    for one in found:
        tags += tag_values(one.id, one.at, one.actors, one.places, one.parts, one.signals)
        wordings = articles.versions_of(store, one.id)
        assert (wordings[-1].title, wordings[-1].summary) == (one.title, one.summary)
        edited += len(wordings) > 1
        words[one.id] = " ".join(search.words_of(f"{of.title} {of.summary}") for of in wordings)
        assert bool(one.signals) == (one.direction != "none") and bool(one.vector) == one.theatre
    assert 0 < edited < COUNT / 5
    assert sorted(map(tuple, table(store, article_tags))) == sorted(tuple(tag.values()) for tag in tags)
    with store.read() as conn:
        for id, title, summary, key in conn.execute(
            sa.select(*(article_table.c[name] for name in ("id", "title", "summary", "text_key")))
        ):
            assert key == text_key(search.fold(f"{title} {summary}")), id
        if store.sqlite:
            stored = conn.exec_driver_sql("SELECT rowid, words FROM article_search").all()
            assert {id: " ".join(text.split()) for id, text in stored} == words
        else:
            for id, text in words.items():
                same = sa.text("SELECT words = to_tsvector('simple', :text) FROM article_search WHERE article_id = :id")
                assert conn.execute(same, {"id": id, "text": text}).scalar_one(), id
    before = table(store, story_table)
    assert len(before) == len({one.story_id for one in found if one.story_id}) > COUNT * many.SIGNED / 4 / 2
    with store.write() as conn:
        stories.recompute(conn, {one.id for one in before})
    assert table(store, story_table) == before


def test_no_read_of_a_page_walks_along_all_there_is(tmp_path):
    """As SQLite goes about it without statistics; PostgreSQL decides by them."""
    with closing(open_store(f"sqlite:///{tmp_path}/monitor.db")) as store:
        many.fill(store, COUNT, days=DAYS, now=NOW, say=lambda said: None)
        plans = list(ui.planned(store))
        assert {line for line in plans if line.startswith("==")} == {f"== {name}" for name in ui.reads_of_pages(store)}
    walks = re.compile(
        r"SCAN (articles|article_tags|signals|stories|vectors|versions|index_points)(?! USING INDEX ix_articles_unread)"
        r"|\((first_seen<\?|grain=\?|kind=\?)\)"
    )
    assert [line for line in plans if walks.search(line)] == []


def test_indexes_and_the_next_number_are_as_storage_wants_them(store):
    with store.read() as conn:
        wanted = {one: {i["name"] for i in sa.inspect(conn).get_indexes(one)} for one in metadata.tables}
    many.fill(store, COUNT, days=DAYS, now=NOW, say=lambda said: None)
    with store.read() as conn:
        assert {one: {i["name"] for i in sa.inspect(conn).get_indexes(one)} for one in metadata.tables} == wanted
    feed = many.load(many.demo.HERE / "feeds.yaml", {}).feeds[0]
    text = many._texts(NOW)[0][0]
    state = many.FeedState(feed.name, feed.url, state="well")
    items = [Item(text.entry, text.reading, "Someone", "another identity")]
    assert saving.save(store, feed, items, state=state, slices=None, now=NOW).new == (COUNT + 1,)
    assert len(index.points(store, "hour")) == 24 * DAYS + 1
    assert alerts.count(store) == 4 * DAYS - 1 and prices.names(store) == ["Brent", "WTI"]
