"""New articles of the database find their stories: once, resumably, on both databases."""

import itertools
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.models import Article, Entry, Feed, FeedState, Reading
from monitor.storage import articles, notes, open_store, saving, stories
from monitor.storage import features as feature_storage
from monitor.storage.articles import Filter
from monitor.storage.saving import Item
from monitor.stories import made_by
from monitor.stories import service as story_service
from monitor.stories.service import StoryService
from tests.test_stories import FOLDER, labelled, pairs

LABELLED = sorted(labelled(FOLDER / "held-out.jsonl"), key=lambda each: each[1].at)
TRUTH = {article.title: group for group, article in LABELLED}
END = max(article.at for _, article in LABELLED) + timedelta(hours=1)
_guids = itertools.count()


def keep(store, given: list[Article]) -> None:
    for article in given:
        reading = Reading(
            article.lang,
            article.direction,
            0.0,
            article.theatre,
            article.actors,
            article.places,
            article.signals,
            (),
            "test",
            vector=article.vector,
        )
        guid = f"guid {next(_guids)}"
        item = Item(
            Entry(guid, article.title, None, article.summary, article.at, None), reading, article.publisher, guid
        )
        feed = Feed(article.publisher, "https://wire.example/rss")
        saving.save(store, feed, [item], state=FeedState(feed.name, feed.url), slices=None, now=article.at)


def stories_of(store) -> dict[str, int | None]:
    return {article.title: article.story_id for article in articles.find(store, Filter())}


def test_stored_articles_find_their_stories_once(store):
    keep(store, [article for _, article in LABELLED])
    running = StoryService(store)
    assert running.update(END) == len(LABELLED)
    found = stories_of(store)
    precision, recall = pairs(TRUTH, found)
    assert precision >= 0.95 and recall >= 0.75
    assert running.update(END) == 0 and story_service.update(store, END) == 0 and stories_of(store) == found
    story = stories.find(store, publishers=4)[0]
    assert story.articles == len(stories.members(store, story.id)) == story.publishers == 4 and len(story.langs) == 4


def test_what_comes_bit_by_bit_or_after_a_restart_is_placed_alike(store):
    running = StoryService(store)
    for number, (_, article) in enumerate(LABELLED):
        keep(store, [article])
        if number % 7 == 0:
            running = StoryService(store)
        assert running.update(article.at) == 1
    found = stories_of(store)
    precision, recall = pairs(TRUTH, found)
    assert precision >= 0.95 and recall >= 0.75


def test_a_restart_compares_with_what_was_kept_and_reads_texts_only_where_nothing_was(store, monkeypatch):
    keep(store, [article for _, article in LABELLED[:-1]])
    story_service.update(store, END)
    keep(store, [LABELLED[-1][1]])
    read, real = [], story_service.features
    monkeypatch.setattr(story_service, "features", lambda article: read.append(article.title) or real(article))
    assert story_service.update(store, END) == 1
    assert read == [LABELLED[-1][1].title]
    precision, recall = pairs(TRUTH, stories_of(store))
    assert precision >= 0.95 and recall >= 0.75
    keep(store, [replace(LABELLED[0][1], title="another")])
    read.clear()
    monkeypatch.setattr(story_service, "made_by", lambda: "another make")
    story_service.update(store, END)
    assert len(read) == len(LABELLED) + 1  # the stored features are of the make before


def test_what_is_too_old_to_be_compared_is_not_kept(store):
    keep(store, [article for _, article in LABELLED])
    story_service.update(store, END + timedelta(days=8))
    assert list(feature_storage.since(store, LABELLED[0][1].at, articles.newest_id(store), made_by=made_by())) == []
    assert stories_of(store).keys() == TRUTH.keys()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", ["assign", "put"])
def test_a_call_that_was_killed_is_done_again(store, monkeypatch, at):
    keep(store, [article for _, article in LABELLED])
    monkeypatch.setattr(story_service, "ARTICLES_A_WRITE", 5)
    module = notes if at == "put" else stories
    real, calls = getattr(module, at), itertools.count(1)

    def dying(*arguments):
        if next(calls) == 3 or at == "put":
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(module, at, dying)
    try:
        story_service.update(store, END)
    except Killed:
        pass
    monkeypatch.setattr(module, at, real)
    story_service.update(store, END)
    found = stories_of(store)
    precision, recall = pairs(TRUTH, found)
    assert precision >= 0.95 and recall >= 0.75
    members = {story.id: story.articles for story in stories.find(store)}
    assert sum(members.values()) == len(LABELLED)


def test_off_topic_articles_leave_no_rows(store):
    nothing = dict(theatre=False, actors=(), places=(), signals=(), categories=())
    plain = replace(LABELLED[0][1], title="Arsenal go top after late winner", summary="", **nothing)
    keep(store, [plain])
    assert story_service.update(store, END) == 1
    assert stories_of(store) == {plain.title: None} and stories.find(store) == []


def edit(store, article: Article, guid: str, *, title: str, signals=()) -> None:
    """The article as its feed had it first, or with another title and reading."""
    reading = Reading(
        article.lang,
        "escalation" if signals else "none",
        9.0 if signals else 0.0,
        article.theatre,
        article.actors,
        article.places,
        signals,
        (),
        "test",
        vector=article.vector,
    )
    link = f"https://wire.example/{guid}"
    item = Item(Entry(guid, title, link, article.summary, article.at, None), reading, article.publisher, guid, link)
    feed = Feed(article.publisher, "https://wire.example/rss")
    saving.save(store, feed, [item], state=FeedState(feed.name, feed.url), slices=None, now=article.at)


@pytest.mark.parametrize("restarted", [False, True])
def test_an_edit_that_adds_a_signal_gives_a_story_and_what_comes_later_is_compared_with_it(store, restarted):
    first = next(article for _, article in LABELLED if article.signals and article.lang == "en")
    second = replace(
        first, publisher="Another", at=first.at + timedelta(hours=1), title=f"{first.title}, officials say"
    )
    plain = "Markets open quietly in Asia"
    edit(store, first, "g1", title=plain)
    running = StoryService(store)
    running.update(END)
    assert stories_of(store) == {plain: None}
    edit(store, first, "g1", title=first.title, signals=first.signals)
    if restarted:
        running = StoryService(store)
    assert running.update(END) == 1
    (story,) = stories_of(store).values()
    assert story is not None
    edit(store, second, "g2", title=second.title, signals=second.signals)
    assert running.update(END) == 1 and running.update(END) == 0
    assert set(stories_of(store).values()) == {story}
    edit(store, first, "g1", title="Officials deny it all")  # it keeps its story
    assert running.update(END) == 0 and set(stories_of(store).values()) == {story}


GROUPING = """
import sys
from datetime import datetime
from monitor.storage import open_store, stories
from monitor.stories import service

assign = stories.assign

def announced(*given):
    print("placing", flush=True)
    assign(*given)

stories.assign, service.ARTICLES_A_WRITE = announced, 4
service.update(open_store(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.slow
def test_kills_while_grouping_lose_no_article_and_double_no_story(store, address, tmp_path):
    keep(store, [article for _, article in LABELLED])
    whole = open_store(f"sqlite:///{tmp_path}/whole.db")
    keep(whole, [article for _, article in LABELLED])
    story_service.update(whole, END)
    for lines in (1, 2, 3, 5):
        command = [sys.executable, "-c", GROUPING, address, END.isoformat()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
    story_service.update(store, END)
    assert groups(store) == groups(whole)
    assert sum(story.articles for story in stories.find(store)) == len(LABELLED)
    whole.close()


def groups(store) -> set[frozenset[str]]:
    """The titles of each story; articles without one are not among them."""
    found: dict[int, set[str]] = {}
    for title, story in stories_of(store).items():
        if story is not None:
            found.setdefault(story, set()).add(title)
    return set(map(frozenset, found.values()))
