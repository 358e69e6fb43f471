"""`tag --stored` beside a running app: index, stories and features are those of the new readings,
as after a restart.
"""

import random
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase

import pytest

from monitor.config.settings import load
from monitor.feeds.reading import read_again
from monitor.index.indexer import IndexUpdater, update_index
from monitor.models import Entry, Feed, FeedState, Reading, Signal
from monitor.storage import articles, features, index, readings, saving, stories
from monitor.storage.articles import Filter
from monitor.storage.saving import Item
from monitor.stories import made_by
from monitor.stories.service import StoryService

START = datetime(2026, 2, 1, tzinfo=UTC)
NOW = START + timedelta(days=20, hours=12)
STRIKE = Signal("attack", "escalation", "act", 9.0, "test", "title", 0, 6, "strike")


class Reader:
    """Finds an attack in every nth text; in this process, where a reader pool is asked for."""

    workers, closed = 1, False

    def __init__(self, method: str, nth: int):
        self.method, self.nth = method, nth

    def read_texts(self, texts) -> Future:
        future = Future()
        future.set_result(tuple(self.read(text.title, text.summary, lang=text.lang) for text in texts))
        return future

    def read(self, title: str, summary: str, *, lang: str | None = None) -> Reading:
        hit = int(title.split()[1]) % self.nth == 0
        found = (STRIKE,) if hit else ()
        return Reading("en", "escalation" if hit else "none", 9.0 if hit else 0.0, hit, (), (), found, (), self.method)


OLD, NEW = Reader("reader-1", 8), Reader("reader-2", 4)


def come_in(store, reader: Reader, *, days: int = 20) -> None:
    number = 0
    for day in range(days + 1):
        for name in ("alpha", "beta", "gamma"):
            items = []
            for n in range(14):
                number += 1
                at = START + timedelta(days=day, minutes=51 * n + number % 7)
                if at < NOW:
                    drawn = random.Random(number)  # no two texts are alike
                    title = f"Report {number} " + " ".join(
                        "".join(drawn.choices(ascii_lowercase, k=7)) for _ in range(8)
                    )
                    items.append(
                        Item(Entry(str(number), title, None, "", at, None), reader.read(title, ""), name, title)
                    )
            feed = Feed(name, f"https://{name}.example/rss", publisher=name)
            saving.save(store, feed, items, state=FeedState(name, feed.url), slices=None, now=NOW)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\nprices: []\n")
    return load(tmp_path / "feeds.yaml", {})


def tension(store) -> dict:
    return {(p.grain, p.part, p.at): (p.tension, p.status) for p in index.points(store, "hour", "all")}


@pytest.mark.slow
def test_reading_again_beside_the_app_gives_the_index_of_a_restart(store, settings):
    come_in(store, OLD)
    service, updater = StoryService(store), IndexUpdater(store)
    service.update(NOW)
    updater.update(settings, NOW)
    before, published = tension(store), index.points(store, "hour")
    assert {point.method for point in published} == {"share-1.trailing90 of reader-1"}

    read_again(store, NEW, NEW.method, langs={})
    service.update(NOW)
    updater.update(settings, NOW)  # the app's own, which remembers the reference days as they were read before
    beside = tension(store)
    assert beside != before
    update_index(store, settings, NOW)  # as a restart, and as the command does
    assert beside == tension(store)
    assert {point.method for point in index.points(store, "hour")} == {"share-1.trailing90 of reader-2"}
    # what was published of the older reader stays as it was, and can be read by its name
    assert index.points(store, "hour", method="share-1.trailing90 of reader-1") == published


def test_the_generation_is_raised_by_reading_again_and_by_nothing_else(store, settings):
    come_in(store, OLD, days=2)
    StoryService(store).update(NOW)
    IndexUpdater(store).update(settings, NOW)
    assert readings.current(store) == readings.Readings("reader-1", 0)
    assert read_again(store, OLD, OLD.method, langs={}) == 0
    assert readings.current(store).generation == 0
    assert read_again(store, NEW, NEW.method, langs={}) > 0
    assert readings.current(store).reader == "reader-2" and readings.current(store).generation > 0


def test_stories_and_features_are_those_of_the_new_readings(store):
    come_in(store, OLD, days=2)
    StoryService(store).update(NOW)
    lone = [a for a in articles.stream(store, Filter()) if a.story_id is None]
    assert any(NEW.read(a.title, "").signals for a in lone)
    read_again(store, NEW, NEW.method, langs={})
    for article in articles.stream(store, Filter()):
        if article.categories:
            assert article.story_id is not None, "an article that becomes reported gets a story"
        if article.story_id is not None:
            story, members = stories.get(store, article.story_id), stories.members(store, article.story_id)
            assert story.score == max(a.score for a in members)
            assert set(story.categories) == {c for a in members for c in a.categories}
    assert list(features.since(store, START, articles.newest_id(store), made_by=made_by())) == []
    assert read_again(store, NEW, NEW.method, langs={}) == 0
