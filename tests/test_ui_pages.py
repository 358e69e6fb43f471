"""Each page on the made-up fortnight, in one process and without a browser:
what it shows, its filters, its empty and broken states.
"""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.clock import real_now
from monitor.feeds import demo
from monitor.index.indexer import update_index
from monitor.models import PARTS, UNREAD, Entry, Feed, FeedState, Reading, Signal
from monitor.storage import articles, corrections, index, leading, notes, saving, steps, stories
from monitor.storage.articles import Filter
from monitor.storage.saving import Item
from monitor.storage.steps import StepFailure
from monitor.storage.store import open_store
from monitor.storage.team import Poller
from monitor.tagging.tagger import Tagger
from monitor.ui.queries import reads
from tests.pages import dashboard, forget
from tests.stores import save_state

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(days=30)
FEED = Feed("Evil", "https://evil.example/rss", publisher="Evil Press", language="en", tier=4)
HOSTILE = (
    "<script>window.hacked=1</script>![x](http://evil.example/i.png) :red[*loud*] \u202e Iran "
    "launches missile strike on Israel"
)


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory, made_up_fortnight):
    """A database of the demo's fortnight before NOW, with its index and one story of two publishers."""
    path = Path(shutil.copy(made_up_fortnight, tmp_path_factory.mktemp("ui")))
    store = open_store(f"sqlite:///{path}")
    drones = [a for a in articles.find(store, Filter(text="Erbil")) if a.direction != "none"]
    stories.assign(store, dict.fromkeys([a.id for a in drones], min(a.id for a in drones)))
    store.close()
    return path


@pytest.fixture
def screen(monkeypatch, tmp_path):
    """screen(database, page): the dashboard on a database at NOW, run once."""

    def run(database: Path, page: str = "", feeds: Path = demo.HERE / "feeds.yaml", **query) -> AppTest:
        monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{database}")
        monkeypatch.setenv("MONITOR_FEEDS", str(feeds))
        monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
        forget()
        shown = dashboard()
        for key, value in query.items():  # the frame reads the period from the first address
            shown.query_params[key] = value
        shown.run()
        if page:
            shown = shown.switch_page(f"../views/{page}.py")
            for key, value in query.items():
                shown.query_params[key] = value
            shown.run()
        return shown

    yield run
    forget()


def words(shown: AppTest) -> str:
    """All markup and text on the page."""
    return "\n".join(
        str(element.value)
        for kind in ("html", "text", "info", "error", "warning", "header")
        for element in shown.get(kind)
    )


def put(path: Path, tagger: Tagger, *titles: str, feed: Feed = FEED) -> None:
    store = open_store(f"sqlite:///{path}")
    items = []
    for number, title in enumerate(titles):
        entry = Entry(f"{feed.name}{number}", title, "https://evil.example/a", title, NOW - timedelta(minutes=5), None)
        items.append(Item(entry, tagger.read(title, title, lang="en"), feed.publisher, entry.guid))
    state = FeedState(feed.name, feed.url, state="well", last_success=NOW)
    saving.save(store, feed, items, state=state, slices=None, now=NOW)
    store.close()


def test_overview_answers_in_words_and_numbers(fortnight, screen):
    shown = screen(fortnight)
    assert not shown.exception
    said = words(shown)
    assert "Synthetic data" in said
    assert "escalation" in said.split('class="level">')[1].split("</span>")[0] and "reported by" in said
    assert all(f"<dt>{name}</dt>" in said for name in ("Tension", "Relief", "Attention", "Brent", "WTI"))
    assert "90 % range: " in said and "100 = a normal day" in said
    assert "<mark class=" in said
    assert {"Who reported it, and how", "How it was read"} <= {text for _, text in links(said)}
    assert "confirmed by 2 publishers" in said and "First reported by Demo" in said


def links(said: str) -> list[tuple[str, str]]:
    """(address, text) of every link within the app."""
    return re.findall(r'<a href="([^"]*)" class="inner">([^<]*)</a>', said)


def test_the_board_has_a_row_for_each_part_that_the_file_names(fortnight, screen, tmp_path):
    feeds = tmp_path / "feeds.yaml"
    demo_feeds = (demo.HERE / "feeds.yaml").read_text(encoding="utf-8")
    feeds.write_text(demo_feeds + "\nboard: [lebanon, iraq_syria]\n", encoding="utf-8")
    said = words(screen(fortnight, feeds=feeds))
    rows = said.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    assert [links(row)[0] for row in rows] == [
        ("./articles?part=Lebanon&amp;time=7+days", "Lebanon"),
        ("./articles?part=Iraq-Syria&amp;time=7+days", "Iraq-Syria"),
    ]
    assert "escalation" in rows[1] and "2 publishers: Demo" in rows[1] and "./stories?story=" in rows[1]
    assert "none confirmed in 14 days" in rows[0]


def test_the_board_of_a_past_time_is_of_its_end(fortnight, screen):
    """The sentence, the rows and the lists know nothing that came later."""
    said = words(screen(fortnight, "overview", during="2026-02-24 to 2026-02-25 12:00"))
    assert "Erbil" in words(screen(fortnight, "overview")) and "Erbil" not in said
    assert '<table class="board">' in said and ">11:00</time>" in said.split("hour of ")[1][:90]


def test_what_is_new_since_the_viewer_looked_is_said_and_marked(fortnight, screen):
    for looked, kind, mark in (("18:00", "1 new story", "new"), ("20:00", "1 confirmed", "more")):
        said = words(screen(fortnight, "overview", looked=f"2026-03-01T{looked}Z"))
        line = said.split('class="since"><summary>')[1].split("</details>")[0]
        assert "Since you last looked" in line and kind in line and "Drone shot down over Erbil" in line
        assert f'class="unread" title="since you last looked">{mark}<' in said
    assert "nothing new." in words(screen(fortnight, "overview", looked="2026-03-01T22:00:00Z"))
    for nothing in ("2031-01-01", "1999-01-01", "yesterday", "2026-03-02T12:00:00Z"):
        assert "Since you last looked" not in words(screen(fortnight, "overview", looked=nothing))


def test_a_change_within_the_bands_is_not_coloured(fortnight, screen, tmp_path):
    """A number that has moved, and yet may be where it was, says so; one that has clearly moved is coloured."""
    for tension, said in ((105.0, "not clear"), (900.0, 'class="worse"')):
        copy = tmp_path / f"{tension}.db"
        copy.write_bytes(fortnight.read_bytes())
        store = open_store(f"sqlite:///{copy}")
        points = index.points(store, "hour", since=NOW - timedelta(days=1, hours=1), until=NOW + timedelta(hours=1))
        ends = [
            replace(point, tension=value, tension_low=value - 20, tension_high=value + 20)
            for point, value in ((points[0], 100.0), (points[-1], tension))
        ]
        index.save(store, [replace(ends[0], at=NOW - timedelta(days=1)), replace(ends[1], at=NOW)])
        store.close()
        numbers = words(screen(copy)).split("<dt>Tension</dt>")[1].split("<dt>Relief</dt>")[0]
        assert said in numbers, numbers
        assert ("not clear" in numbers) != ('class="worse"' in numbers)


def test_overview_on_an_empty_database_shows_no_zero(tmp_path, screen):
    shown = screen(tmp_path / "empty.db")
    said = words(shown)
    assert "Strait of Hormuz: not known whether it is open" in words(shown)
    assert not shown.exception
    assert "No news polled yet." in said
    assert said.count("not enough news") == len(PARTS) and "hardly any" not in said
    assert "no data" in said
    assert "no price" in said
    assert '<dd class="value">0' not in said
    assert "Nothing to draw yet" in said


def test_a_few_articles_are_no_index_but_are_shown(tmp_path, screen, tagger):
    path = tmp_path / "few.db"
    put(path, tagger, "Iran launches missile strike on Israel")
    store = open_store(f"sqlite:///{path}")
    update_index(store, None, NOW)
    store.close()
    shown = screen(path)
    assert not shown.exception
    assert "Not enough news in the last 24 h to say" in words(shown)
    assert '<mark class="escalation">' in words(shown)


def test_no_network_is_said(tmp_path, screen):
    path, feeds = tmp_path / "dead.db", tmp_path / "feeds.yaml"
    feeds.write_text("feeds:\n  - {name: A, url: https://a.example/rss}\n", encoding="utf-8")
    store = open_store(f"sqlite:///{path}")
    save_state(store, FeedState("A", "https://a.example/rss", state="failing", failure="network", failures=3), now=NOW)
    store.close()
    shown = screen(path, feeds=feeds)
    assert "No feed answers" in words(shown)
    assert "Is there a network?" in words(shown)


def test_a_broken_configuration_and_a_failing_step_are_said(fortnight, screen, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(fortnight.read_bytes())
    store = open_store(f"sqlite:///{copy}")
    notes.put(store, "configuration", "feeds.yaml:3: feeds[0].url: <b>use http</b>", now=NOW)
    now = real_now()
    steps.fail(
        store, StepFailure("stories", now - timedelta(minutes=12), now, 5, "a <b>fault</b>", now + timedelta(minutes=4))
    )
    store.close()
    said = words(screen(copy, "articles"))
    assert "The configuration has a fault" in said
    assert (
        "New articles are not grouped into stories: failing since" in said
        and "(12 min ago), next try in 4 min." in said
    )
    assert "a &lt;b&gt;fault" in said
    assert "&lt;b&gt;use http" in said


def test_a_database_that_cannot_be_opened_is_said(tmp_path, screen):
    path = tmp_path / "no.db"
    path.write_text("this is no database, and long enough to be seen as none" * 100)
    shown = screen(path)
    assert not shown.exception
    assert "cannot read what it needs" in words(shown)


def test_articles_by_filter(fortnight, screen):
    shown = screen(fortnight, "articles", time="all")
    about = shown.dataframe[0].value
    shown.segmented_control(key="show").set_value("with a signal").run()
    signed = shown.dataframe[0].value
    assert "·" not in set(signed["sign"]) and len(signed) <= len(about)
    assert "show: with a signal" in [one.label for one in shown.button]
    shown.segmented_control(key="show").set_value("everything").run()
    everything = shown.dataframe[0].value
    assert len(everything) > len(about) and "·" in set(everything["sign"])
    shown.text_input(key="text").set_value("pétrolier").run()
    some = shown.dataframe[0].value
    assert not shown.exception
    assert 0 < len(some) < len(everything)
    assert set(some["publisher"]) == {"\u2068Demo Dépêche\u2069"}
    shown.text_input(key="text").set_value("").run()
    shown.multiselect(key="category").select("ceasefire").run()
    assert set(shown.dataframe[0].value["sign"]) <= {"▼", "◆"}
    shown.text_input(key="text").set_value("zzzz").run()
    assert not shown.dataframe
    assert "No article matches" in words(shown)


def test_filters_in_force_are_chips_that_can_be_taken_away(fortnight, screen):
    shown = screen(fortnight, "articles", time="all", category=["strikes and clashes", "threats"], text="a*b`c")
    labels = [one.label for one in shown.button]
    assert {"category: strikes and clashes", "category: threats"} <= set(labels)
    assert "words: a\\*b\\`c" in labels  # a button's label is markdown
    button(shown, "chip_0_text").click().run()
    assert shown.text_input(key="text").value == "" and "category: threats" in [one.label for one in shown.button]
    next(one for one in shown.button if one.label == "category: threats").click().run()
    assert shown.multiselect(key="category").value == ["attack"]
    shown = screen(fortnight, "stories", time="all", story_category=["strikes and clashes"], least="2")
    assert "at least 2 publishers" in [one.label for one in shown.button]
    button(shown, "story_chip_all").click().run()
    assert shown.multiselect(key="story_category").value == [] and shown.number_input(key="least").value == 1
    assert not [one for one in shown.button if (one.key or "").startswith("chip_")]


@pytest.mark.parametrize(("page", "prefix"), [("articles", ""), ("stories", "story_")])
def test_an_unknown_value_in_a_link_is_said_and_not_counted(fortnight, screen, page, prefix):
    link = {f"{prefix}category": ["nonsense", "threats"], f"{prefix}place": "Atlantis", f"{prefix}direction": "up"}
    shown = screen(fortnight, page, time="all", **link)
    said = words(shown)
    assert "category: nonsense" in said and "place: Atlantis" in said and "direction: up" in said
    chips = [one.label for one in shown.button if (one.key or "").startswith("chip_")]
    assert chips == ["category: threats"]


def test_the_stories_page_begins_with_the_leading_stories(fortnight, screen):
    shown = screen(fortnight, "stories", time="all")
    store = open_store(f"sqlite:///{fortnight}")
    found = leading.leading(store, BEGIN, NOW + timedelta(minutes=1), 5)
    store.close()
    titles = [title.strip("\u2068\u2069") for title in shown.dataframe[0].value["title"]]
    assert titles[: len(found)] == [one.story.title for one in found] and found


def test_a_name_is_found_in_every_spelling_and_the_page_says_so(fortnight, screen):
    counts = []
    for text in ("Strait of Hormuz", "هرمز", "Ormuz"):
        shown = screen(fortnight, "articles", time="all", show="everything", text=text)
        counts.append(len(shown.dataframe[0].value))
        assert "was also looked for as" in words(shown)
    assert counts[0] > 1 and counts == counts[:1] * 3


def test_evidence_in_another_language_has_a_gloss_that_is_no_translation(fortnight, screen):
    store = open_store(f"sqlite:///{fortnight}")
    found = articles.find(store, Filter(langs=("ar",), directions=("escalation",)))[0]
    store.close()
    shown = screen(fortnight, "articles", time="all", article=str(found.id))
    assert "Not a translation: what was read in it (Arabic): " in words(shown)
    table = shown.dataframe[0].value
    assert table.loc[table["title"] == f"\u2068{found.title}\u2069", "in English"].iloc[0]
    english = table[table["language"] == "English"]
    assert len(english) and not any(english["in English"])


def test_an_article_leads_to_its_story_and_a_story_to_its_articles(fortnight, screen):
    store = open_store(f"sqlite:///{fortnight}")
    story = stories.find(store, publishers=2)[0]
    store.close()
    shown = screen(fortnight, "articles", time="all", article=str(story.id))
    count = story.articles - 1
    label = f"{count} other{'s report' if count > 1 else ' reports'} this: who, and how"
    assert label in [link.proto.label for link in shown.get("page_link")]
    shown = screen(fortnight, "articles", time="all", of_story=str(story.id), show="everything")
    assert len(shown.dataframe[0].value) == story.articles
    assert f"reports of story {story.id}" in [one.label for one in shown.button]


@pytest.mark.parametrize("link", [
    {"during": "20 Feb to 22 Feb"},
    {"from_day": "2026-02-20", "to_day": "2026-02-22"},
    {"since": "2026-02-20T00:00:00Z", "until": "2026-02-23T00:00:00Z"},
])  # fmt: skip
def test_times_of_ones_own_replace_the_preset_also_in_an_old_link(fortnight, screen, link):
    shown = screen(fortnight, "articles", **link)
    assert shown.text_input(key="during").value
    found = shown.dataframe[0].value
    assert len(found) and {at.date().isoformat() for at in found["time"]} <= {"2026-02-20", "2026-02-21", "2026-02-22"}
    assert "since=2026-02-20T00%3A00%3A00Z&amp;until=2026-02-23T00%3A00%3A00Z" in words(shown)


def test_a_link_opens_the_filters_and_the_reading(fortnight, screen):
    shown = screen(fortnight, "articles", direction="▲ escalation", time="all")
    assert set(shown.dataframe[0].value["sign"]) == {"▲"}
    store = open_store(f"sqlite:///{fortnight}")
    article = articles.find(store, Filter(text="aircraft carrier"))[0]
    store.close()
    shown = screen(fortnight, "articles", article=str(article.id))
    assert "second aircraft carrier" in words(shown)
    assert "read as" in shown.code[-1].value.lower()
    shown.button(key="close").click().run()
    assert "Click a title" in words(shown)


@pytest.mark.parametrize(
    "number",
    ["99999999999999999999", "x", *(pytest.param(number, marks=pytest.mark.slow) for number in ("0", "-1", "'"))],
)
def test_a_bad_number_in_the_address_is_no_error(fortnight, screen, number):
    for page, key in (("articles", "article"), ("stories", "story")):
        shown = screen(fortnight, page, **{key: number})
        assert not shown.exception
        assert "with this number" in words(shown)


def test_who_polls_what_is_listed_where_several_do(fortnight, screen, monkeypatch):
    first = Poller("process 1 on a", NOW, NOW, True, 12, ("index", "stories"))
    monkeypatch.setattr(reads, "pollers", lambda: [first, replace(first, holder="<b>2</b>", feeds=3, steps=())])
    shown = screen(fortnight, "feeds")
    assert not shown.exception and "2 processes poll" in words(shown)
    listed = next(frame.value for frame in shown.dataframe if "process" in frame.value)
    assert list(listed["feeds it polls now"]) == [12, 3]
    assert list(listed["steps it does"]) == ["index, stories", ""]


def test_a_story_tells_who_reported_when(fortnight, screen):
    shown = screen(fortnight, "stories", time="all")
    assert 2 in list(shown.dataframe[0].value["publishers"])
    store = open_store(f"sqlite:///{fortnight}")
    story = stories.find(store, publishers=2)[0]
    store.close()
    shown = screen(fortnight, "stories", story=str(story.id))
    assert not shown.exception
    assert set(shown.dataframe[-1].value["publisher"]) == {"\u2068Demo Wire\u2069", "\u2068Demo Dépêche\u2069"}
    assert "First reported by Demo Wire" in words(shown)


def test_where_and_who(fortnight, screen):
    shown = screen(fortnight, "map", time="all")
    assert not shown.exception
    places, pairs = (frame.value for frame in shown.dataframe)
    hormuz = places.set_index("place").loc["Strait of Hormuz"]
    assert hormuz["escalation"] >= 5
    assert ("United States", "Iran") in set(zip(pairs["source"], pairs["target"], strict=True))
    assert not {"Middle East", "United States", "Australia"} & set(places["place"])
    assert len(shown.get("echarts_chart")) == 2
    acts = screen(fortnight, "map", time="all", counted="acts").dataframe[0].value.set_index("place")
    assert acts.loc["Strait of Hormuz", "escalation"] < hormuz["escalation"]


def test_a_place_and_a_pair_show_their_articles(fortnight, screen):
    shown = screen(fortnight, "map", time="all", spot="Strait of Hormuz", pair="USA>IRN")
    assert not shown.exception
    _, of_place, _, of_pair = (frame.value for frame in shown.dataframe)
    assert set(of_place) == set(of_pair) == {"title", "time", "direction", "publisher"}
    assert len(of_place) >= 5 and len(of_pair) >= 1
    assert "Strait of Hormuz: " in words(shown) and "United States on Iran: " in words(shown)
    nowhere = screen(fortnight, "map", time="all", spot="<b>Nowhere</b>", pair="x>y")
    assert not nowhere.exception and words(nowhere).count("None in this time.") == 2


def test_where_without_news(tmp_path, screen):
    shown = screen(tmp_path / "empty.db", "map")
    assert not shown.exception
    assert "Nothing polled yet." in words(shown)


@pytest.mark.parametrize("page", ["", "articles", "stories", "map"])
def test_hostile_text_is_never_markup(tmp_path, screen, tagger, page):
    path = tmp_path / "hostile.db"
    put(path, tagger, HOSTILE, "x" * 1_000_000 + " Iran launches missile strike on Israel")
    store = open_store(f"sqlite:///{path}")
    stories.assign(store, {1: 1, 2: 1})
    store.close()
    shown = screen(path, page, article="1", story="1", least="1")
    assert not shown.exception
    for kind in ("html", "markdown", "caption", "button", "metric", "info"):
        for element in shown.get(kind):
            said = str(getattr(element, "value", "")) + str(getattr(element, "label", ""))
            assert "<script>" not in said
            assert "\u202e" not in said
            assert len(said) < 100_000
            if kind != "html":
                assert "evil.example" not in said


def test_a_link_from_before_a_category_was_renamed_still_filters(fortnight, screen):
    shown = screen(fortnight, "articles", time="all", category="relief")
    assert not shown.exception and shown.multiselect(key="category").value == ["sanctions_relief"]


def test_an_article_that_waits_is_said_to_wait_and_never_calm(fortnight, screen, tmp_path):
    copy = tmp_path / "waits.db"
    copy.write_bytes(fortnight.read_bytes())
    store = open_store(f"sqlite:///{copy}")
    waits = Reading(None, UNREAD, 0.0, False, (), (), (), (), "")
    found = Signal("attack", "escalation", "act", 9.0, "strike", "title", 0, 6, "Strike", confidence=0.87)
    grave = Reading("en", "escalation", 9.0, True, (), (), (found,), (), "m", confidence=0.64, runner_up="none")
    faulty = Reading("en", "none", 0.0, False, (), (), (), (), "m", fault="could not be read: too slow")
    items = [
        Item(Entry(title, title, None, "", None, None), reading, "Evil Press", title)
        for title, reading in (("Strike waits", waits), ("Strike hits", grave), ("Strike lost", faulty))
    ]
    new = saving.save(
        store, FEED, items, state=FeedState(FEED.name, FEED.url), slices=None, now=NOW - timedelta(minutes=5)
    ).new
    store.close()
    assert "1 article waits to be read, the first came 5 min ago." in words(screen(copy))
    said = words(screen(copy, "feeds"))
    assert "1 article waits to be read, the first came 5 min ago." in said and "1 article could not be read." in said
    said = words(screen(copy, "articles", article=str(new[0])))
    assert "not read yet" in said and "score +0.0" not in said and "No signal" not in said
    said = words(screen(copy, "articles", article=str(new[1])))
    assert "confidence 64%" in said and "next · none" in said and "confidence 87%" in said
    said = words(screen(copy, "articles", article=str(new[2])))
    assert "It could not be read: too slow." in said and "No signal" not in said


def button(shown: AppTest, start: str):
    """The first button whose key starts so."""
    return next(one for one in shown.button if (one.key or "").startswith(start))


def test_a_signal_is_said_to_be_wrong_in_two_clicks_and_back_in_one(fortnight, screen, tmp_path):
    copy = tmp_path / "wrong.db"
    copy.write_bytes(fortnight.read_bytes())
    store = open_store(f"sqlite:///{copy}")
    article = next(
        a for a in articles.stream(store, signals=True) if a.direction == "escalation" and len(a.signals) == 1
    )
    shown = screen(copy, "articles", time="all", article=str(article.id))
    assert 'class="signals struck"' not in words(shown) and f"<summary>Why</summary>{article.signals[0].why}" in words(
        shown
    )
    button(shown, "judge_").click().run()
    assert "The article becomes · none instead of ▲ escalation" in words(shown)
    shown.text_input(key="corrected_by").set_value("<b>Ann</b>")
    button(shown, "wrong_").click().run()
    assert not shown.exception
    assert "corrected by &lt;b&gt;Ann&lt;/b&gt; on 2026-03-02: wrong" in words(
        shown
    ) and 'class="signals struck"' in words(shown)
    assert articles.get(store, article.id).direction == "none"
    button(shown, "undo_").click().run()
    assert 'class="signals struck"' not in words(shown)
    assert articles.get(store, article.id).signals == article.signals
    assert [one.who for one in corrections.history(store, article.id)] == [
        "<b>Ann</b>"
    ] * 2  # the session keeps the name
    store.close()


def test_words_that_do_not_count_are_picked_and_count(fortnight, screen, tmp_path):
    copy = tmp_path / "picked.db"
    copy.write_bytes(fortnight.read_bytes())
    store = open_store(f"sqlite:///{copy}")
    found = (articles.get(store, a.id) for a in articles.stream(store))
    article = next(a for a in found if a.suppressed and a.suppressed[0].category not in a.categories)
    shown = screen(copy, "articles", time="all", article=str(article.id))
    button(shown, "pick_").click().run()
    button(shown, "add_").click().run()
    assert not shown.exception and article.suppressed[0].category in articles.get(store, article.id).categories
    store.close()


def test_what_is_missing_is_added_with_words_of_the_article_and_no_others(fortnight, screen, tmp_path):
    copy = tmp_path / "missing.db"
    copy.write_bytes(fortnight.read_bytes())
    store = open_store(f"sqlite:///{copy}")
    article = next(
        a for a in articles.stream(store) if a.direction == "none" and a.lang == "en" and len(a.title.split()) > 3
    )
    shown = screen(copy, "articles", time="all", article=str(article.id))
    button(shown, "open_").click().run()
    place = f"{article.id}_missing"
    shown.selectbox(key=f"category_{place}").set_value("unrest")
    shown.text_input(key=f"words_{place}").set_value("no such words")
    button(shown, "add_").click().run()
    assert "stands neither in the title nor in the summary" in words(shown)
    pasted = "  ".join(article.title.split()[:2])
    shown.text_input(key=f"words_{place}").set_value(pasted)
    button(shown, "add_").click().run()
    assert (
        not shown.exception and "unrest, done" in words(shown) and "1 correction" in [e.label for e in shown.expander]
    )
    (found,) = articles.get(store, article.id).signals
    assert (found.category, found.mode, found.text.split()) == ("unrest", "act", pasted.split())
    store.close()
