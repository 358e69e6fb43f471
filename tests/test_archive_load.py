"""An archive that is loaded is the database that would be there if its entries had come live, whatever is killed
meanwhile.
"""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from monitor import export
from monitor.archive import load as loading
from monitor.archive import runner
from monitor.archive.load import load, load_points
from monitor.clock import hour_of, real_now
from monitor.config.settings import load as load_settings
from monitor.errors import ArchiveError, LeaseHeld
from monitor.feeds import demo
from monitor.feeds.poll import item_of
from monitor.index.indexer import months, update_index
from monitor.models import Feed, FeedState, Text
from monitor.storage import articles, feeds, index, lease, readings, saving, tables
from monitor.storage.bulk import upsert
from monitor.storage.columns import micros
from monitor.storage.schema import meta
from monitor.storage.store import open_store
from monitor.stories.service import StoryService
from tests.fake_reader import FakeReader
from tests.made_up import NOW
from tests.test_archive import Here, entry, written


def archived(folder, rows, reader, *, files=1):
    for n in range(files):
        written(folder / f"in/{n}.jsonl", rows[n::files])
    runner.run([str(folder / "in")], folder / "read", Here(reader), method=reader.method, columns={})
    return folder / "read"


@pytest.fixture(scope="module")
def fortnight():
    """(feed, time it came, entry) of the demo's news, in order, and its configuration."""
    settings = load_settings(demo.HERE / "feeds.yaml", {})
    news = yaml.safe_load((demo.HERE / "news.yaml").read_text(encoding="utf-8"))
    feeds = {feed.name: feed for feed in settings.feeds}
    came = sorted(demo.entries(news, feeds.values(), NOW), key=lambda one: one[1])
    return settings, [(feeds[name], at, entry) for name, at, entry in came]


def as_row(feed, at, entry) -> dict:
    return {
        "feed": feed.name, "publisher": feed.publisher, "lang": feed.language, "guid": entry.guid, "link": entry.link,
        "title": entry.title, "summary": entry.summary, "published": entry.published_text, "first_seen": at.isoformat(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def live(fortnight, reader, tmp_path_factory):
    """A database into which these entries came one by one, and were put into stories each hour."""
    settings, came = fortnight
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('live')}/live.db")
    stories, hour = StoryService(opened), None
    for feed, at, one in came:
        if hour not in (None, hour_of(at)):
            stories.update(hour + timedelta(hours=1))
        hour = hour_of(at)
        (reading,) = reader.read([Text(one.title, one.summary, feed.language)])
        item = item_of(feed, one, reading)
        saving.save(opened, feed, [item], state=FeedState(feed.name, feed.url), slices=None, now=at)
    stories.update(NOW)
    update_index(opened, settings, NOW)
    yield opened
    opened.close()


def state_of(store) -> dict:
    """Articles without their ids, stories as sets of articles, and the index."""
    found = list(articles.stream(store, signals=True))
    by_story: dict[int, set] = {}
    for one in found:
        if one.story_id is not None:
            by_story.setdefault(one.story_id, set()).add((one.feed, one.title))
    texts = {(a.feed, a.title, a.summary, a.at, a.first_seen, a.tier, a.signals, a.parts, a.vector) for a in found}
    points = {(p.grain, p.part, p.at, p.method): (p.tension, p.relief, p.entries) for p in index.all_points(store)}
    return {"articles": texts, "stories": set(map(frozenset, by_story.values())), "points": points}


@pytest.mark.slow
def test_a_loaded_archive_is_what_would_have_come_live(tmp_path, fortnight, live, reader, store):
    settings, came = fortnight
    folder = archived(tmp_path, [as_row(*one) for one in came], reader, files=3)
    done = load(store, folder, settings, method=reader.method, now=NOW)
    assert (done.rows, done.new) == (len(came), articles.count(live))
    expected, got = state_of(live), state_of(store)
    assert got["articles"] == expected["articles"]
    assert got["stories"] == expected["stories"] and len(got["stories"]) > 20
    assert got["points"].keys() == expected["points"].keys()
    close = [
        (old, got["points"][key]) for key, old in expected["points"].items() if old[0] is not None
    ]  # stories have other ids, by which replicates are drawn, but not the estimates
    assert close and all(new == pytest.approx(old) for old, new in close)
    again = load(store, folder, settings, method=reader.method, now=NOW)
    assert again.new == 0 and state_of(store) == got


@pytest.mark.slow
def test_a_load_that_is_killed_goes_on_and_ends_the_same(tmp_path, fortnight, live, reader, monkeypatch):
    settings, came = fortnight
    folder = archived(tmp_path, [as_row(*one) for one in came], reader)
    whole = StoryService.update
    found_hours = []

    class Killed(BaseException):
        pass

    def dies(self, now):
        found_hours.append(now)
        if len(found_hours) in (5, 11, 12):  # with the articles stored and not in stories
            raise Killed
        return whole(self, now)

    monkeypatch.setattr(StoryService, "update", dies)
    opened = open_store(f"sqlite:///{tmp_path}/killed.db")
    for _ in range(3):
        with pytest.raises(Killed):
            load(opened, folder, settings, method=reader.method, now=NOW)
    load(opened, folder, settings, method=reader.method, now=NOW)
    got, expected = state_of(opened), state_of(live)
    assert got["articles"] == expected["articles"] and got["stories"] == expected["stories"]
    opened.close()


@pytest.mark.slow
def test_index_only_keeps_the_points_and_nothing_else(tmp_path, fortnight, live, reader):
    settings, came = fortnight
    folder = archived(tmp_path, [as_row(*one) for one in came], reader)
    opened = open_store(f"sqlite:///{tmp_path}/points.db")
    done = load_points(opened, folder, settings, method=reader.method, now=NOW)
    points = state_of(opened)["points"]
    assert done.points == len(points) and points.keys() == state_of(live)["points"].keys()
    assert articles.count(opened) == 0 and not list(folder.glob("index.db*"))
    opened.close()


def test_a_later_wording_is_an_edit_and_an_earlier_one_is_not(tmp_path, store):
    fake = FakeReader("fake")
    rows = [
        entry(1, guid="g", title="Talks begin in Muscat today", first_seen="2026-03-02T10:00:00Z"),
        entry(1, guid="g", title="Talks in Muscat begin, and end", first_seen="2026-03-02T11:00:00Z"),
        entry(1, guid="g", title="Talks in Muscat begin, and end", first_seen="2026-03-02T11:30:00Z"),
    ]
    for n, some in enumerate((rows, rows[:1], rows[::-1])):
        folder = archived(tmp_path / str(n), some, fake)
        load(store, folder, None, method="fake", now=NOW)
        (one,) = articles.find(store)
        assert one.title == rows[1]["title"] and one.first_seen == datetime(2026, 3, 2, 10, tzinfo=UTC)
        assert [version.title for version in articles.versions_of(store, one.id)] == [
            rows[0]["title"],
            rows[1]["title"],
        ]


def test_what_a_feed_holds_counts_its_archive_before_and_after_its_first_poll(tmp_path, store):
    fake = FakeReader("fake")
    load(store, archived(tmp_path / "a", [entry(1), entry(2)], fake), None, method="fake", now=NOW)
    state = FeedState("AP", "https://ap.example")
    saving.save(store, Feed("AP", "https://ap.example"), [], state=state, slices=None, now=NOW)
    assert feeds.states(store)["AP"].entries == 2
    load(store, archived(tmp_path / "b", [entry(3)], fake), None, method="fake", now=NOW)
    assert feeds.states(store)["AP"].entries == 3


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_is_exported_can_be_read_as_it_is(tmp_path, form):
    fake = FakeReader("fake")
    opened = open_store(f"sqlite:///{tmp_path}/one.db")
    rows = [entry(n, guid=str(n), feed="AP world", link=f"https://ap.example/{n}", tier=2) for n in range(5)]
    load(opened, archived(tmp_path / "a", rows, fake), None, method="fake", now=NOW)
    (tmp_path / "b/in").mkdir(parents=True)
    with (tmp_path / f"b/in/articles.{form}").open("wb") as out:
        export.write("articles", tables.rows(opened, "articles", format=form), format=form, out=out)
    runner.run([str(tmp_path / "b/in")], tmp_path / "b/read", Here(fake), method="fake", columns={})
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    load(other, tmp_path / "b/read", None, method="fake", now=NOW)
    same = [
        {(a.feed, a.publisher, a.title, a.summary, a.link, a.first_seen, a.tier) for a in articles.stream(one)}
        for one in (opened, other)
    ]
    assert same[0] == same[1] and len(same[0]) == 5
    opened.close()
    other.close()


def test_tier_and_country_of_a_feed_that_is_configured(tmp_path, store, fortnight, reader):
    settings, _ = fortnight
    known = settings.feeds[0]
    fake = FakeReader("fake")
    rows = [entry(1, feed=known.name), entry(2, feed="another"), entry(3, feed=known.name, tier=4)]
    load(store, archived(tmp_path, rows, fake), settings, method="fake", now=NOW)
    tiers = {one.title: one.tier for one in articles.stream(store)}
    assert tiers == {rows[0]["title"]: known.tier, rows[1]["title"]: settings.defaults.tier, rows[2]["title"]: 4}


def test_two_readers_are_never_mixed(tmp_path, store):
    folder = archived(tmp_path, [entry(1)], FakeReader("fake"))
    with pytest.raises(ArchiveError, match="run archive with --refresh first"):
        load(store, folder, None, method="newer", now=NOW)
    with store.write() as conn:
        readings.use(conn, "older")
    with pytest.raises(ArchiveError, match="run tag --stored first"):
        load(store, folder, None, method="fake", now=NOW)
    with pytest.raises(ArchiveError, match="no archive that was read"):
        load(store, tmp_path / "in", None, method="fake", now=NOW)


def test_a_database_that_another_polls_into_is_left_alone(tmp_path, store):
    folder = archived(tmp_path, [entry(1)], FakeReader("fake"))
    lease.take(store, "process 1 on elsewhere (started 5)", real_now())
    with pytest.raises(LeaseHeld, match="elsewhere"):
        load(store, folder, None, method="fake", now=NOW)
    assert articles.count(store) == 0


def test_where_articles_are_removed_after_a_while_only_points_are_loaded(tmp_path, store):
    folder = archived(tmp_path, [entry(1)], FakeReader("fake"))
    with store.write() as conn:
        note = {"key": "articles removed before", "value": str(micros(NOW)), "at": NOW}
        upsert(conn, meta, [note])
    with pytest.raises(ArchiveError, match="use --index-only"):
        load(store, folder, None, method="fake", now=NOW)
    assert load_points(store, folder, None, method="fake", now=NOW).rows == 1


def test_an_hour_is_read_at_a_time_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "ROWS", 7)
    rows = [entry(n, first_seen=f"2026-03-{1 + n % 9:02}T{n % 24:02}:00:00Z") for n in range(60)]
    folder = archived(tmp_path, rows, FakeReader("fake"), files=3)
    found_hours = list(loading.hours(folder, loading.months_of(loading.Manifest(folder))))
    starts = [start for start, _ in found_hours]
    assert starts == sorted(set(starts)) and sum(len(some) for _, some in found_hours) == 60
    for start, some in found_hours:
        seen = [found.first_seen for found, _ in some]
        assert seen == sorted(seen) and start <= seen[0] and seen[-1] < start + timedelta(hours=1)


def test_stretches_are_cut_where_months_end():
    def day(month, number):
        return datetime(2026, month, number, tzinfo=UTC)

    cut = list(months([(day(1, 30), day(3, 2)), (day(5, 4), None)], datetime(2026, 6, 1, 5, tzinfo=UTC)))
    first = [(day(1, 30), day(2, 1)), (day(2, 1), day(3, 1)), (day(3, 1), day(3, 2))]
    assert cut == [*first, (day(5, 4), day(6, 1)), (day(6, 1), None)]
