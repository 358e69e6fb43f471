"""The plain word count: words of four languages, each finished day once, late articles again, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.index import word_count
from monitor.index.word_counter import WordCounter
from monitor.models import Entry, Feed, FeedState, Reading
from monitor.storage import saving, word_counts
from monitor.storage.saving import Item

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NONE = Reading("en", "none", 0.0, False, (), (), (), (), "r-1")


def put(store, *entries):
    """(title, time) of entries, stored."""
    feed = Feed("Wire", "https://wire.example/rss")
    items = [
        Item(Entry(None, title, f"https://wire.example/{title}", "", at, None), NONE, "Wire", title)
        for title, at in entries
    ]
    saving.save(store, feed, items, state=FeedState("Wire", feed.url), slices=None, now=NOW)


@pytest.mark.parametrize(
    ("title", "lang", "meant"),
    [
        ("Missiles hit a depot", "en", True),
        ("Warm weather on Tuesday", "en", False),  # neither war nor tué
        ("Warm weather on Tuesday", None, False),
        ("Des missiles ont touché un dépôt", "fr", True),
        ("Beau temps mardi", "fr", False),
        ("والغارات مستمرة", "ar", True),  # "and the raids"
        ("الطقس معتدل", "ar", False),
        ("غارات على الميناء", "ar", True),
        ("وبالصواريخ", "ar", True),
        ("حمله به بندر", "fa", True),
        ("هوا آفتابی است", "fa", False),
        ("Raketen auf den Hafen, a drone", "de", True),  # a language without words of its own: those of all
    ],
)
def test_words(title, lang, meant):
    assert word_count.counts(title, "", lang) is meant
    assert word_count.counts("", title, lang) is meant


def test_each_finished_day_is_counted_once_and_late_articles_again(store):
    put(store, ("War", NOW - 2 * DAY), ("Football", NOW - 2 * DAY), ("Drone", NOW - DAY), ("Bomb", NOW))
    counter = WordCounter(store)
    assert (counter.update(NOW), counter.update(NOW)) == (2, 0)
    found = {one.day.day: (one.entries, one.counted) for one in word_counts.days(store, word_count.method())}
    assert found == {3: (2, 1), 4: (1, 1)}  # the running day is not over
    put(store, ("Late rockets", NOW - 2 * DAY))
    assert WordCounter(store).update(NOW) == 1
    assert word_counts.days(store, word_count.method())[0].counted == 2


def test_a_count_outlives_the_articles_that_it_was_made_of(store):
    put(store, ("War", NOW - 2 * DAY), ("Drone", NOW - 2 * DAY))
    WordCounter(store).update(NOW)
    with store.write() as conn:
        conn.exec_driver_sql("DELETE FROM articles WHERE id = (SELECT max(id) FROM articles)")
    assert WordCounter(store).update(NOW) == 0
    assert [one.entries for one in word_counts.days(store, word_count.method())] == [2]


def test_years_of_news_are_counted_a_few_days_at_a_time_the_newest_first(store):
    put(store, *((f"War {n}", NOW - n * DAY) for n in range(1, 9)))
    counter = WordCounter(store)
    assert counter.update(NOW, most=3) == 3
    assert [one.day.day for one in word_counts.days(store, word_count.method())] == [2, 3, 4]
    assert [counter.update(NOW, most=3) for _ in range(3)] == [3, 2, 0]


def test_other_words_count_every_day_again(store, monkeypatch):
    put(store, ("War", NOW - DAY))
    WordCounter(store).update(NOW)
    monkeypatch.setattr(word_count, "method", lambda: "words-1:other")
    assert word_counts.days(store, word_count.method()) == []
    assert WordCounter(store).update(NOW) == 1
