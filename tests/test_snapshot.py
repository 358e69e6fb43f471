"""The page of now: true to what is stored, safe against feed text, one folder that needs nothing else."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from monitor.models import IndexPoint, Story
from monitor.operation import snapshot
from monitor.storage import articles
from tests.running import monitor
from tests.test_storage_articles import HOUR, NOON, STRIKE, item, put

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e'
NAMES = [name for name in IndexPoint.__dataclass_fields__]


def point(hours, tension, **more):
    values = dict.fromkeys(NAMES, None) | {
        "grain": "hour", "at": NOON - hours * HOUR, "method": "m", "status": "ok", "tension": tension, "part": "all",
        "entries": 1, "signal_articles": 1, "stories": 1, "publishers": 1,
    }  # fmt: skip
    return IndexPoint(**values | more)


STORY = Story(1, HOSTILE, NOON, NOON, "escalation", 9.0, ("attack",), (), (), ("en",), 1, 1)


def page(points=(), stories=(), **more):
    return snapshot.html(snapshot.Page(NOON, points, NOON, (), stories, **more))


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_no_number_is_never_a_calm_one():
    assert "no number of the last three hours" in page()
    assert "no number of the last three hours" in page([point(4, 90.0)])
    said = page([point(0, None, status="not enough news", missing="3 entries in 24 hours, 30 are needed")])
    assert (
        "Not enough news" in said
        and "3 entries in 24 hours" in said
        and "Tension" not in said.split("<h2>")[0].split("</h1>")[1]
    )
    assert "Tension 130 (110 to 150)" in page([point(0, 130.0, tension_low=110.0, tension_high=150.0)])


def test_the_line_has_a_gap_where_there_is_no_number():
    whole = page([point(n, 100.0) for n in (3, 2, 1, 0)])
    assert whole.count("<polyline") == 1
    assert page([point(3, 100.0), point(2, None), point(1, 100.0), point(0, 100.0)]).count("<polyline") == 2


def test_text_of_feeds_is_text(store):
    put(store, item(1, HOSTILE, STRIKE))
    (article,) = [replace(a, link=link) for a in _stored(store) for link in ["javascript:alert(1)"]]
    tags = Tags(page(stories=[(STORY, [article, replace(article, link='https://a.example/"><b>')])])).found
    assert not {"script", "img"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links == ["index.csv", 'https://a.example/"><b>', "stories.csv"]


def _stored(store):
    return articles.find(store, articles.Filter(), limit=10)


def test_the_longest_page_stays_under_a_megabyte(store):
    put(store, item(1, "t", STRIKE))
    (article,) = _stored(store)
    wide = replace(article, title='"' * 5_000, publisher='"' * 5_000, link="https://a.example/" + "&" * 110)
    long = replace(article, link="https://a.example/" + "x" * 5_000)
    hours = [point(n, 100.0, tension_low=90.0, tension_high=110.0) for n in range(336, -1, -1)]
    said = page(hours, [(replace(STORY, title='"' * 5_000), [wide] * snapshot.REPORTS)] * snapshot.STORIES)
    assert 500_000 < len(said.encode()) < 1_000_000
    assert "x" * 1_000 not in page(stories=[(STORY, [long])])


def test_made_up_news_and_replays_are_named():
    assert "made up" in page(synthetic=True) and "Replay" in page(replay=True)
    assert "made up" not in page() and "Replay" not in page()


@pytest.mark.slow
def test_the_command_makes_a_folder_and_never_writes_into_one(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n")
    done = monitor(tmp_path, "snapshot", "out", MONITOR_NOW=(NOON + timedelta(days=1)).isoformat())
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["index.csv", "index.html", "stories.csv"]
    assert "Replay" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    done = monitor(tmp_path, "snapshot", "out")
    assert done.returncode == 1 and "not overwritten" in done.stderr
