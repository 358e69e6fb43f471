"""What people say of signals: kept, in force at once for that article, kept through reading again,
exported as labelled rows.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor import export
from monitor.config.settings import load
from monitor.errors import InputError
from monitor.index.indexer import IndexUpdater
from monitor.models import UNREAD, Article, Correction, Entry, Feed, FeedState, Reading, Signal, Suppressed
from monitor.reader.corrections import MAX_NOTE, RULE, corrected, in_force, labelled, where
from monitor.storage import articles, corrections, index, readings, saving, signals, stories, tables
from monitor.storage.articles import Filter
from monitor.storage.saving import Item
from monitor.stories.service import StoryService

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = Feed("Gulf Wire", "https://wire.example/rss", publisher="wire")
TITLE, SUMMARY = "Iran strikes depot, offers talks", "Envoys spoke of calm after the strikes."
STRIKE = Signal(
    "attack", "escalation", "act", 9.0, "attack.strike", "title", 5, 12, "strikes", "IRN", confidence=0.8, why="phrase"
)
TALKS = Signal("talks", "deescalation", "words", -3.0, "talks.offer", "title", 20, 32, "offers talks", confidence=0.7)
OFF = Suppressed("appeal", "judge: 0.30", "summary", 16, 20, "calm")
READ = Reading(
    "en", "escalation", 5.1, True, ("IRN",), (), (STRIKE, TALKS), (OFF,), "reader-1", confidence=0.6, runner_up="mixed",
    vector=bytes(range(192))
)  # fmt: skip


def said(kind, found=STRIKE, *, article=1, at=NOON, who="Ann", **more):
    span = found.field, found.start, found.end, found.text
    return Correction(None, article, at, kind, found.category, more.pop("mode", found.mode), *span, who, "", **more)


def missing(words, category, mode="act", **more):
    field, start, end = where(words, TITLE, SUMMARY)
    text = (TITLE if field == "title" else SUMMARY)[start:end]
    return Correction(None, 1, NOON, "missing", category, mode, field, start, end, text, "Ann", "", **more)


def apply(*given, reading=READ, title=TITLE, summary=SUMMARY):
    return corrected(reading, in_force(given, title, summary))


# -- the pure part ----------------------------------------------------------------------------------------


def test_a_wrong_signal_is_suppressed_and_says_who_said_so():
    made = apply(said("wrong"))
    assert made.signals == (TALKS,) and (made.direction, made.score) == ("deescalation", -2.1)
    assert made.suppressed == (
        Suppressed("attack", "corrected by Ann on 2026-03-02: wrong", "title", 5, 12, "strikes"), OFF
    )  # fmt: skip
    assert (made.confidence, made.runner_up) == (None, None)  # they were of another direction
    assert apply(said("wrong"), said("wrong", TALKS)).direction == "none"


def test_a_right_signal_is_sure_and_the_direction_stays_what_the_reader_decided():
    made = apply(said("right"))
    assert (made.direction, made.confidence, made.runner_up) == ("escalation", 0.6, "mixed")
    assert [s.confidence for s in made.signals] == [1.0, 0.7] and made.score == 6.9
    assert made.signals[0].why == "corrected by Ann on 2026-03-02: right"


def test_a_missing_signal_is_added_with_its_words_and_as_grave_as_its_category_usually_is():
    made = apply(missing("spoke of calm", "appeal", "words"))
    added = made.signals[-1]
    assert (added.category, added.mode, added.rule, added.confidence) == ("appeal", "words", RULE, 1.0)
    assert SUMMARY[added.start : added.end] == added.text == "spoke of calm" and -4 < added.severity < 0
    assert made.suppressed == (OFF,)
    far = Reading("en", "none", 0.0, False, (), (), (), (), "reader-1", fault="could not be read")
    found = apply(missing("strikes depot", "nuclear"), reading=far)
    assert (found.theatre, found.direction, found.fault, found.parts) == (True, "escalation", None, ("nuclear_file",))


def test_what_was_suppressed_and_is_said_to_be_missing_is_no_longer_suppressed():
    made = apply(missing("calm", "appeal", "words"))
    assert made.suppressed == () and [s.text for s in made.signals] == ["strikes", "offers talks", "calm"]


def test_the_newest_verdict_holds_and_an_undone_one_leaves_the_reading_as_it_was():
    assert apply(said("wrong"), said("right")) == apply(said("right"))
    assert apply(said("right"), said("wrong")) == apply(said("wrong"))
    assert apply(said("wrong"), said("undone")) == READ == apply()
    assert apply(missing("spoke", "talks"), replace(missing("spoke", "talks"), kind="undone")) == READ


def test_a_verdict_holds_for_another_reading_of_the_same_words_and_for_no_other_words():
    other = replace(READ, signals=(replace(STRIKE, start=0, end=18, text="Iran strikes depot", rule="attack.raid"),))
    assert apply(said("wrong"), reading=other).signals == ()
    assert apply(said("wrong"), reading=replace(READ, signals=(replace(STRIKE, mode="words"), TALKS))).signals[1:] == (
        TALKS,
    )
    lost = replace(READ, signals=(TALKS,))
    assert [s.text for s in apply(said("right"), reading=lost).signals] == ["strikes", "offers talks"]
    assert apply(said("wrong"), title="Nothing of that", summary="") == READ
    moved = "Today Iran strikes depot, offers talks"
    found = replace(READ, signals=(replace(STRIKE, start=11, end=18),))
    assert apply(said("wrong"), reading=found, title=moved).signals == ()


def test_words_are_found_as_a_page_shows_them_and_nothing_else_is_taken():
    assert where("offers  talks", TITLE, SUMMARY) == ("title", 20, 32)
    assert where("of calm", "x", "spoke of \u200f\n calm") == ("summary", 6, 16)
    for words, fault in (("", "no words"), ("sank a ship", "neither in the title nor"), ("x" * 301, "300 characters")):
        with pytest.raises(InputError, match=fault):
            where(words, TITLE, SUMMARY)
    assert where("(a+)+$ [x", "see (a+)+$ [x", "") == ("title", 4, 13)


# -- kept -------------------------------------------------------------------------------------------------


def put(store, *given, now=NOON, published=None):
    """(number, title, reading) each."""
    items = [
        Item(Entry(str(n), title, None, SUMMARY, published, None), reading, f"paper {n}", f"guid-{n}")
        for n, title, reading in given
    ]
    return saving.save(store, FEED, items, state=FeedState(FEED.name, FEED.url), slices=None, now=now)


def test_a_correction_is_in_force_at_once_for_the_article_and_its_story(store):
    put(store, (1, TITLE, READ), (2, TITLE + " again", READ))
    stories.assign(store, {1: 1, 2: 1})
    saving.correct(store, said("wrong"))
    assert [a.vector for a in articles.several(store, [1])] == [READ.vector]
    article = articles.get(store, 1)
    assert (article.direction, article.score, article.categories) == ("deescalation", -2.1, ("talks",))
    assert article.suppressed[0].reason == "corrected by Ann on 2026-03-02: wrong"
    assert [row.signal.category for row in signals.find(store, Filter(), limit=9) if row.article_id == 1] == ["talks"]
    assert [a.id for a in articles.find(store, Filter(categories=("attack",)))] == [2]
    assert stories.get(store, 1).direction == "mixed" and list(index.entries(store)["escalation_act"]) == [0.0, 9.0]
    assert [(c.kind, c.who, c.method, c.at) for c in corrections.history(store, 1)] == [
        ("wrong", "Ann", "reader-1", NOON)
    ]
    saving.correct(store, said("undone", at=NOON + timedelta(minutes=1)))
    assert articles.get(store, 1).signals == (STRIKE, TALKS) and len(corrections.history(store, 1)) == 2
    assert readings.current(store).generation == 0  # what was published stays


def test_an_article_that_a_correction_gives_a_signal_gets_a_story_while_the_app_runs(store):
    calm = Reading("en", "none", 0.0, False, (), (), (), (), "reader-1")
    put(store, (1, TITLE, READ), (2, "Workers burn tyres in Basra over power cuts", calm))
    service = StoryService(store)
    assert service.update(NOON) == 2 and articles.get(store, 2).story_id is None
    missed = Signal("unrest", "escalation", "act", 5.0, "", "title", 8, 18, "burn tyres")
    saving.correct(store, said("missing", missed, article=2))
    assert service.update(NOON) == 1 and articles.get(store, 2).story_id == 2
    assert service.update(NOON) == 0


def test_a_correction_survives_reading_again_and_an_edit(store):
    put(store, (1, TITLE, READ))
    saving.correct(store, said("wrong"))
    saving.correct(store, missing("spoke of calm", "appeal", "words"))
    newer = replace(READ, method="reader-2", signals=(replace(STRIKE, start=0, text="Iran strikes"),), suppressed=())
    saving.keep_readings(store, [(articles.get(store, 1), newer)])
    article = articles.get(store, 1)
    assert (article.method, [s.text for s in article.signals]) == ("reader-2", ["spoke of calm"])
    # undone, it is the newer reading that comes back
    saving.correct(store, replace(said("undone"), at=NOON))
    assert [s.text for s in articles.get(store, 1).signals] == ["Iran strikes", "spoke of calm"]
    saving.correct(store, said("wrong"))
    waits = Reading(None, UNREAD, 0.0, False, (), (), (), (), "")
    put(store, (1, "Iran strikes depot, officials say", waits), now=NOON + timedelta(minutes=5))
    assert articles.get(store, 1).direction == UNREAD and articles.get(store, 1).signals == ()
    with pytest.raises(InputError, match="not read yet"):
        saving.correct(store, said("right"))
    saving.keep_readings(store, [(articles.unread(store)[0], replace(newer, direction="escalation"))])
    assert [s.text for s in articles.get(store, 1).signals] == ["spoke of calm"]


def test_what_does_not_fit_is_refused_and_nothing_is_kept(store):
    put(store, (1, TITLE, READ))
    for wrong, fault in (
        (replace(said("wrong"), article_id=7), "no article 7"),
        (replace(said("wrong"), text="bombs"), "other words"),
        (replace(said("wrong"), kind="perhaps"), "perhaps"),
        (replace(said("wrong"), category="war"), "war"),
        (replace(said("wrong"), mode="deed"), "deed"),
        (replace(said("wrong"), field="link"), "link"),
        (replace(said("wrong"), note="x" * (MAX_NOTE + 1)), "at most 300 characters"),
        (replace(said("wrong"), who="x" * 61), "at most 60 characters"),
    ):
        with pytest.raises(InputError, match=fault):
            saving.correct(store, wrong)
    assert corrections.history(store, 1) == () and articles.get(store, 1).signals == (STRIKE, TALKS)


def test_corrections_of_one_article_are_bounded(store, monkeypatch):
    monkeypatch.setattr(corrections, "MOST", 2)
    put(store, (1, TITLE, READ))
    saving.correct(store, said("wrong"))
    saving.correct(store, said("right"))
    with pytest.raises(InputError, match="no more are kept"):
        saving.correct(store, said("wrong"))


def test_the_index_follows_and_what_was_published_stays(store, tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\nprices: []\n")
    settings, updater = load(tmp_path / "feeds.yaml", {}), IndexUpdater(store)

    def counted(now) -> dict:
        updater.update(settings, now)
        return {point.at: point.signal_articles for point in index.points(store, "hour")}

    put(store, (1, TITLE, READ))
    assert counted(NOON) == {NOON: 1}
    later = NOON + timedelta(hours=2)
    assert counted(later - timedelta(hours=1))[NOON] == 1
    saving.correct(store, said("wrong"))
    saving.correct(store, said("wrong", TALKS))
    found = counted(later)
    assert found[NOON] == 1 and found[later] == 0


# -- given on -----------------------------------------------------------------------------------------------


def test_an_article_becomes_a_labelled_row_where_its_labels_are_known():
    held = in_force([said("wrong")], TITLE, SUMMARY)
    one = Article(
        1,
        "Gulf Wire",
        "wire",
        TITLE,
        SUMMARY,
        None,
        "en",
        NOON,
        NOON,
        NOON,
        READ.direction,
        READ.score,
        (),
        (),
        (),
        None,
        "reader-1",
    )
    assert labelled(one, READ, ()) is None and labelled(one, READ, held) is None  # the talks were not judged
    row = labelled(one, READ, in_force([said("wrong"), said("right", TALKS)], TITLE, SUMMARY))
    assert row["direction"] == "deescalation" and row["signals"] == [
        {"category": "talks", "mode": "words", "field": "title", "evidence": "offers talks"}
    ]
    assert labelled(one, READ, in_force([missing("spoke", "talks")], TITLE, SUMMARY)) is not None
    none = labelled(one, READ, in_force([said("wrong"), said("wrong", TALKS)], TITLE, SUMMARY))
    assert (none["direction"], none["signals"]) == ("none", [])


def test_exports_give_every_correction_and_labelled_rows_in_lines_of_json(store):
    put(store, (1, "=Iran strikes depot", READ), (2, TITLE, READ), published=NOON)
    found = replace(STRIKE, start=6, end=13)
    saving.correct(store, said("wrong", found, who="=cmd|x", note="@sum"))
    saving.correct(store, said("wrong", article=2))
    saving.correct(store, said("right", TALKS, article=2, at=NOON + timedelta(hours=1)))
    rows = list(tables.rows(store, "corrections"))
    assert [(row["article_id"], row["kind"], row["text"]) for row in rows] == [
        (1, "wrong", "strikes"), (2, "wrong", "strikes"), (2, "right", "offers talks")
    ]  # fmt: skip
    written = b"".join(export.pieces("corrections", rows, format="csv")).decode()
    assert ",'=cmd|x,'@sum," in written and ",'=Iran strikes depot," in written
    assert b"".join(export.pieces("corrections", rows, format="parquet"))
    lines = b"".join(
        export.pieces("corrections", tables.rows(store, "corrections", format="jsonl"), format="jsonl")
    ).decode()
    (row,) = map(json.loads, lines.splitlines())
    assert list(row) == list(export.LABELLED_ROW) and (row["source"], row["published"]) == (
        "paper 2",
        "2026-03-02T12:00:00Z",
    )
    assert [one["evidence"] for one in row["signals"]] == ["offers talks"]
    later = NOON + timedelta(minutes=30)
    assert len(list(tables.rows(store, "corrections", since=later))) == 1
    assert list(tables.rows(store, "corrections", until=NOON, format="jsonl")) == []


def test_right_and_wrong_are_counted_by_category(store):
    put(store, (1, TITLE, READ), (2, TITLE, READ))
    for kind in ("wrong", "right", "wrong"):
        saving.correct(store, said(kind))
    saving.correct(store, said("right", article=2))
    saving.correct(store, said("wrong", TALKS))
    saving.correct(store, said("undone", TALKS))
    saving.correct(store, missing("spoke of calm", "appeal", "words"))
    assert corrections.tally(store) == [corrections.Tally("appeal", 0, 0, 1), corrections.Tally("attack", 1, 1, 0)]
