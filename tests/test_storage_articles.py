"""The contract of articles, on both databases: saved once with their signals,
found by everything, retagged in place.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import StorageError
from monitor.models import Entry, Feed, FeedState, Reading, Signal, Suppressed
from monitor.storage import articles, counts, features, feeds, saving, signals, stories
from monitor.storage.articles import Filter
from monitor.storage.saving import Item

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = Feed("Gulf Wire", "https://wire.example/rss", publisher="wire", tier=1, country="GB")
STATE = FeedState(
    "Gulf Wire",
    "https://wire.example/rss",
    state="well",
    status=200,
    last_polled=NOON,
    last_success=NOON,
    interval=HOUR,
)

STRIKE = Signal(
    "attack", "escalation", "act", 9.0, "strike", "title", 0, 6, "Strike", "ISR", "IRN", "Isfahan", ("passive",)
)
THREAT = Signal("threat", "escalation", "words", 5.0, "vow", "summary", 3, 6, "vow")
TALKS = Signal("talks", "deescalation", "words", -3.0, "offer", "summary", 0, 5, "talks", "OMN", None, "Muscat")
NOT = Suppressed("threat", "negation: no plan to", "summary", 8, 14, "strike")


def reading(*found, lang="en", method="tagger-1", off=(), actors=("IRN",), places=("Isfahan",), parts=()):
    severities = [s.severity for s in found] or [0.0]
    score = max(0.0, *severities) + min(0.0, *severities) if found else 0.0
    kinds = {s.direction for s in found}
    direction = "mixed" if len(kinds) == 2 else kinds.pop() if kinds else "none"
    return Reading(
        lang, direction, score, bool(found), actors if found else (), places if found else (), found, off, method,
        parts=parts,
    )  # fmt: skip


def item(n, title="Strike near Isfahan", *found, summary="", published=None, publisher="wire", **more):
    entry = Entry(
        f"guid-{n}", title, f"https://wire.example/{n}", summary, published, published and published.isoformat()
    )
    return Item(entry, reading(*found, **more), publisher, f"guid-{n}", f"wire.example/{n}")


def put(store, *items, now=NOON, feed=FEED, slices=(b"12345678",)):
    return saving.save(
        store, feed, items, state=replace(STATE, name=feed.name, last_polled=now), slices=slices, now=now
    )


def test_search_finds_words_written_with_a_half_space_or_a_ligature(store):
    put(store, item(1, "Manœuvres navales à Ormuz"), item(2, "آتش\u200cبس برقرار می\u200cشود"))
    for text in ("manœuvres", "manoeuvres", "MANŒUV"):
        assert titles(store, text=text) == ["Manœuvres navales à Ormuz"], text
    for text in ("می\u200cشود", "می شود", "میشود", '"آتش بس"', "آتش\u200cبس"):
        assert len(titles(store, text=text)) == 1, text


def titles(store, **wanted):
    return [a.title for a in articles.find(store, Filter(**wanted))]


def test_an_article_comes_back_as_it_was_read(store):
    more = dict(summary="talks no strike", published=NOON - HOUR, off=(NOT,), parts=("iran-israel",))
    found = item(1, "Strike near Isfahan", STRIKE, TALKS, **more)
    saved = put(store, found)
    article = articles.get(store, saved.new[0])
    assert (article.title, article.summary, article.link) == (found.entry.title, found.entry.summary, found.entry.link)
    assert (article.feed, article.publisher, article.tier, article.country) == ("Gulf Wire", "wire", 1, "GB")
    assert (article.signals, article.suppressed) == ((STRIKE, TALKS), (NOT,))
    assert (article.categories, article.actors, article.places) == (("attack", "talks"), ("IRN",), ("Isfahan",))
    assert article.parts == ("iran-israel",)
    assert (article.direction, article.score, article.theatre, article.method) == ("mixed", 6.0, True, "tagger-1")
    assert article.published == article.at == NOON - HOUR and article.first_seen == NOON and article.at.tzinfo is UTC
    assert articles.get(store, 999) is None


def test_an_article_without_or_with_a_future_date_is_timed_by_first_seen(store):
    put(store, item(1, "none"), item(2, "future", published=NOON + HOUR))
    assert [(a.at, a.published) for a in articles.stream(store)] == [(NOON, None), (NOON, NOON + HOUR)]


def test_seen_again_is_not_stored_twice_and_an_edit_keeps_both_wordings(store):
    first = put(store, item(1, "Tanker hit"), item(1, "Tanker hit"), item(2, "Talks set"))
    assert (len(first.new), first.edited, first.seen, first.state.entries, first.state.new_entries) == (2, (), 1, 2, 2)
    second = put(store, item(1, "Tanker sunk"), item(3, "New"), now=NOON + HOUR)
    assert (len(second.new), second.edited, second.seen) == (1, first.new[:1], 1)
    assert put(store, item(1, "Tanker sunk"), now=NOON + 2 * HOUR).edited == ()
    assert [(v.title, v.seen_at) for v in articles.versions_of(store, first.new[0])] == [
        ("Tanker hit", NOON),
        ("Tanker sunk", NOON + HOUR),
    ]
    assert articles.get(store, first.new[0]).title == "Tanker sunk"
    assert titles(store, text="hit") == titles(store, text="sunk") == ["Tanker sunk"]  # found by every wording
    assert put(store, item(1, "Tanker hit"), now=NOON + 3 * HOUR).edited == first.new[:1]  # changed back
    assert articles.count(store) == 3
    other = replace(FEED, name="Other")
    assert len(put(store, item(1, "Tanker hit"), feed=other).new) == 1  # identity is the feed's own


def test_a_guid_that_every_item_has_loses_no_article(store):
    def same(n, title):
        return item(n, title)._replace(identity="guid:0")

    first, second, third = (
        same(1, "Strike near Isfahan"),
        same(2, "Talks set in Muscat"),
        same(3, "Tanker seized off Oman"),
    )
    assert len(put(store, first, second).new) == 2
    assert len(put(store, third, now=NOON + HOUR).new) == 1  # alone: the others were known by their hashes
    again = put(store, third, second, same(1, "Second strike near Isfahan"), now=NOON + 2 * HOUR)
    assert (again.new, again.edited, again.seen) == ((), (1,), 3)
    slug = item(9, "Strike on Isfahan kills two")._replace(identity="guid:0")  # another address, yet words in common
    assert put(store, slug, now=NOON + 3 * HOUR).edited == (1,)


def test_a_failing_save_leaves_nothing_behind(store):
    put(store, item(1), slices=(b"aaaaaaaa",))
    broken = item(3, "broken", lang="en")
    broken = broken._replace(reading=replace(broken.reading, method=None))  # a column that must not be empty
    with pytest.raises(StorageError):
        put(store, item(2), broken, now=NOON + HOUR, slices=(b"bbbbbbbb",))
    assert articles.count(store) == 1
    assert feeds.slices_of(store, [FEED.name])[FEED.name] == {b"aaaaaaaa"}
    assert feeds.states(store)[FEED.name].last_polled == NOON


FOUND_BY = [
    (dict(since=NOON), ["Strike", "Deal"]),
    (dict(until=NOON), ["Football", "ضربة"]),
    (dict(directions=("escalation",)), ["Strike", "ضربة"]),
    (dict(categories=("talks", "threat")), ["Deal", "ضربة"]),
    (dict(modes=("act",)), ["Strike"]),
    (dict(categories=("attack",), modes=("words",)), []),
    (dict(actors=("OMN",)), ["Deal"]),
    (dict(pair=("ISR", "IRN")), ["Strike"]),
    (dict(pair=("IRN", "ISR")), []),
    (dict(places=("Muscat",)), ["Deal"]),
    (dict(parts=("nuclear",)), ["Deal"]),
    (dict(langs=("ar", "fr")), ["ضربة"]),
    (dict(publishers=("paper",)), ["Football"]),
    (dict(tiers=(1,), directions=("none",)), ["Football"]),
    (dict(countries=("FR",)), []),
    (dict(feeds=("Gulf Wire",), theatre=False), ["Football"]),
    (dict(text="isfah"), ["Strike"]),
    (dict(text="deal muscat"), ["Deal"]),
    (dict(text="محادثات"), ["ضربة"]),
    (dict(text="…!"), []),
    (dict(after_id=3), ["Deal"]),
    (dict(upto_id=2), ["Football", "ضربة"]),
    (dict(modes=("act", "words")), ["Deal", "Strike", "ضربة"]),
    (dict(text="isfahan", categories=("attack",), langs=("en",), since=NOON), ["Strike"]),
]


@pytest.fixture
def four(store):
    put(
        store,
        item(1, "Football", publisher="paper", published=NOON - 2 * HOUR),
        item(2, "ضربة", THREAT, lang="ar", summary="انهيار المحادثات", published=NOON - HOUR, places=()),
        item(3, "Strike", STRIKE, summary="Near Isfahan", published=None),
    )
    put(store, item(4, "Deal", TALKS, summary="in Muscat", parts=("nuclear",)), now=NOON)
    return store


def test_found_by(four):
    expected = {str(wanted): sorted(found) for wanted, found in FOUND_BY}
    assert {str(wanted): sorted(titles(four, **wanted)) for wanted, _ in FOUND_BY} == expected
    assert {
        str(wanted): sorted(a.title for a in articles.stream(four, Filter(**wanted), page=1)) for wanted, _ in FOUND_BY
    } == expected
    assert {str(wanted): articles.count(four, Filter(**wanted)) for wanted, _ in FOUND_BY} == {
        w: len(f) for w, f in expected.items()
    }


def test_pages_follow_on_without_gap_or_overlap(store):
    put(store, *[item(n, f"n{n}", STRIKE) for n in range(25)])  # all of one time: the id decides
    pages, before = [], None
    while page := articles.find(store, limit=7, before=before):
        pages += page
        before = (page[-1].at, page[-1].id)
    assert [a.title for a in pages] == [f"n{n}" for n in reversed(range(25))]
    assert [a.title for a in articles.stream(store, signals=True, page=4)] == [f"n{n}" for n in range(25)]
    assert [len(a.signals) for a in articles.stream(store, signals=True, page=4)] == [1] * 25
    assert [r.signal for r in signals.stream(store, page=4)] == [STRIKE] * 25


def test_retagging_replaces_reading_signals_and_tags(four):
    before = articles.outdated(four, "tagger-2")
    assert len(before) == 4
    strike = next(a for a in before if a.title == "Strike")
    assert (
        saving.keep_readings(
            four,
            [
                (strike, reading(TALKS, method="tagger-2", parts=("gulf",))),
                (replace(strike, id=999), reading(method="tagger-2")),
            ],
        )
        == 1
    )
    again = articles.get(four, strike.id)
    assert (again.signals, again.direction, again.method, again.parts) == (
        (TALKS,),
        "deescalation",
        "tagger-2",
        ("gulf",),
    )
    assert titles(four, categories=("attack",)) == titles(four, pair=("ISR", "IRN")) == []
    assert sorted(titles(four, categories=("talks",))) == ["Deal", "Strike"]
    assert titles(four, parts=("gulf",)) == titles(four, text="isfahan") == ["Strike"]
    assert strike.id not in [a.id for a in articles.outdated(four, "tagger-2")]
    assert [a.id for a in articles.outdated(four, "tagger-2", after_id=before[0].id, limit=1)] == [before[1].id]


def test_signals_are_found_by_their_own_values(four):
    assert [r.signal.category for r in signals.find(four)] == ["talks", "attack", "threat"]
    assert [
        r.title for r in signals.find(four, Filter(categories=("attack",), pair=("ISR", "IRN"), text="isfahan"))
    ] == ["Strike"]
    assert signals.find(four, Filter(modes=("act",), directions=("deescalation",))) == []
    assert [r.title for r in signals.find(four, Filter(places=("Muscat",)), limit=1)] == ["Deal"]


def test_stories_are_counted_by_place_and_by_pair(four, store):
    """Two articles of one story are one, and an article without a story is one; by acts or words, of a time."""
    assert [(c.values, c.escalation, c.deescalation, c.severity) for c in counts.of_pairs(four)] == [
        (("ISR", "IRN"), 1, 0, 9.0)
    ]
    put(store, item(5, "Strike again", STRIKE), item(6, "Strike once more", STRIKE), now=NOON)
    ids = {article.title: article.id for article in articles.find(store)}
    stories.assign(store, {ids["Strike"]: ids["Strike"], ids["Strike again"]: ids["Strike"]})
    found = {count.values[0]: count for count in counts.of_places(four)}
    isfahan, muscat = found["Isfahan"], found["Muscat"]
    assert (isfahan.stories, isfahan.escalation, isfahan.deescalation) == (3, 2, 1)  # the deal names it too
    assert (isfahan.articles, isfahan.publishers, isfahan.severity) == (4, 1, 9.0)
    assert (muscat.stories, muscat.escalation, muscat.deescalation) == (1, 0, 1)
    assert {count.values[0] for count in counts.of_places(four, modes=("words",))} == {"Isfahan", "Muscat"}
    assert {count.values[0] for count in counts.of_places(four, modes=("act",))} == {"Isfahan"}
    assert counts.of_pairs(four, modes=("words",)) == []
    assert (
        counts.of_places(four, until=NOON - timedelta(days=9)) == counts.of_pairs(four, NOON + timedelta(days=9)) == []
    )


def test_hostile_text_is_stored_and_found_and_spoils_nothing(store):
    nasty = "a\0b \ud800 <script>'; DROP TABLE articles; -- " + "x" * 100_000
    signal = replace(STRIKE, start=2, end=3, text="b\ud800"[:1])
    saved = put(store, item(1, nasty, signal, publisher="paper" * 2_000), item(2, "fine"))
    article = articles.get(store, saved.new[0])
    assert len(article.title) == len(nasty) and article.title.startswith("a\ufffdb \ufffd <script>")
    assert article.title[2:3] == article.signals[0].text == "b"
    for text in (
        '"',
        '" OR ""',
        "a* NEAR(b",
        "words: script",
        "'; --",
        "script'",
        "\0",
        "-x",
        "& | ! ( )",
        "<->",
        "\ud800",
    ):
        articles.find(store, Filter(text=text))
    assert titles(store, text="DROP TABLE") == [article.title]


def test_what_an_entry_means_is_kept_until_it_is_read_again_edited_or_too_old_to_be_compared(store):
    meant = replace(reading(STRIKE), vector=bytes(range(192)))
    put(store, item(1, "Strike")._replace(reading=meant), item(2, "Talks", TALKS))

    def vectors():
        return [article.vector for article in articles.several(store, [1, 2])]

    assert vectors() == [article.vector for article in articles.stream(store, signals=True)] == [meant.vector, None]
    assert [article.vector for article in articles.stream(store)] == [None, None]
    first, second = articles.several(store, [1, 2])
    saving.keep_readings(store, [(first, replace(meant, vector=b"of another size")), (second, meant)])
    assert vectors() == [None, meant.vector]
    put(store, item(2, "Talks fail"), now=NOON + HOUR)
    assert vectors() == [None, None]
    (second,) = articles.several(store, [2])
    saving.keep_readings(store, [(second, meant)])
    features.forget(store, NOON)
    assert vectors() == [None, meant.vector]
    features.forget(store, NOON + HOUR)
    assert vectors() == [None, None]


def test_retagging_computes_the_story_again_in_the_same_pass(store):
    put(store, item(1, "Strike", STRIKE), item(2, "Another strike", STRIKE))
    stories.assign(store, {1: 1, 2: 1})
    first, second = articles.several(store, [1, 2])
    saving.keep_readings(store, [(first, reading(TALKS, method="tagger-2")), (second, reading(method="tagger-2"))])
    story = stories.get(store, 1)
    assert (story.direction, story.score, story.categories) == ("deescalation", -3.0, ("talks",))


def test_an_edited_article_is_read_again_and_its_story_follows(store):
    put(store, item(1, "Israel strikes Iran, officials say", STRIKE, parts=("iran_israel",)), item(2, "Strike", STRIKE))
    stories.assign(store, {1: 1, 2: 1})
    denial = item(1, "Officials deny report of Israeli strike on Iran", summary="No strike, they say.")
    later = NOON + HOUR
    assert put(store, denial, now=later).edited == (1,)
    article = articles.get(store, 1)
    assert (article.title, article.summary) == (denial.entry.title, denial.entry.summary)
    assert (article.signals, article.score, article.direction, article.parts) == ((), 0.0, "none", ())
    assert (article.at, article.first_seen) == (NOON, NOON)
    assert [(v.title, v.seen_at) for v in articles.versions_of(store, 1)] == [
        ("Israel strikes Iran, officials say", NOON),
        (denial.entry.title, later),
    ]
    assert titles(store, categories=("attack",)) == ["Strike"]
    assert [row.article_id for row in signals.find(store)] == [2]
    story = stories.get(store, 1)
    assert (story.articles, story.categories, story.score) == (2, ("attack",), 9.0)
    put(store, item(2, "Strike called off"), now=later)
    assert (stories.get(store, 1).direction, stories.get(store, 1).score) == ("none", 0.0)
