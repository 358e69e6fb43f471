"""What is typed into a search field: taken apart, with every spelling of a name; what it finds, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.models import Entry, Feed, FeedState, Reading
from monitor.storage import articles, saving
from monitor.storage.articles import Filter
from monitor.storage.question import MAX_WORDS, Term, ask
from monitor.storage.saving import Item
from monitor.storage.search import fold, question_of

NAMES = {("bab", "el", "mandeb"): (("bab", "el", "mandeb"), ("bab", "al", "mandab"))}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TITLES = {
    "en": ("Tankers wait at Bab al-Mandab", "Houthis threaten a vessel in the Red Sea", "The oil market is calm",
           "Market for oil tankers is thin"),
    "ar": ("ناقلات تنتظر في باب المندب",),
    "fa": ("نفتکش‌ها در باب‌المندب",),
    "fr": ("Le détroit de Bab el-Mandeb reste ouvert",),
}  # fmt: skip


def word(text: str, prefix: bool = True) -> tuple[Term, ...]:
    return (Term((text,), prefix),)


@pytest.mark.parametrize(("text", "wanted", "unwanted"), [
    ("tanker sea", (word("tanker"), word("sea", False)), ()),
    ('"Oil tanker" hit', ((Term(("oil", "tanker")),), word("hit", False)), ()),
    ("tanker OR vessel OR ship sunk", (word("tanker") + word("vessel") + word("ship"), word("sunk")), ()),
    ("tanker -houthi", (word("tanker"),), word("houthi")),
    ('-"oil price"', (), (Term(("oil", "price")),)),
    ("oi* gas", (word("oi"), word("gas", False)), ()),
    ("near Bab-el-Mandeb today", (word("near"), (Term(("bab", "el", "mandeb")), Term(("bab", "al", "mandab"))),
                                  word("today")), ()),
    ("OR tanker OR", (word("tanker"),), ()),
    ("tanker - hit or", (word("tanker"), word("hit", False), word("or", False)), ()),
    ('"', (), ()),
    ("!!! OR -", (), ()),
])  # fmt: skip
def test_a_question_is_taken_apart(text, wanted, unwanted):
    found = ask(text, fold, NAMES)
    assert (found.wanted, found.unwanted) == (wanted, unwanted)


def test_a_question_is_bounded_and_says_which_names_it_knows():
    assert len(ask(" ".join(f"word{n}" for n in range(1000)), fold, {}).wanted) == MAX_WORDS
    assert ask("near bab el mandeb", fold, NAMES).names == (("bab", "el", "mandeb"),)


def test_a_name_has_the_same_spellings_in_every_script():
    asked = ("bab el mandeb", "Bab al-Mandeb", "باب المندب", "باب\u200cالمندب")
    names = [{term.words for term in question_of(text).wanted[0]} for text in asked]
    assert len(names[0]) >= 5 and all(some == names[0] for some in names[1:])


def test_a_leader_is_no_spelling_of_a_state_and_the_strait_no_name():
    iran = {" ".join(term.words) for term in question_of("Iran").wanted[0]}
    assert "ايران" in iran and not iran & {"khamenei", "iranian", "tehran"}
    assert not any(term.words == ("مضيق",) for term in question_of("Hormuz").wanted[0])


@pytest.mark.parametrize(("text", "found"), [
    ("bab el mandeb", 4), ("Bab al-Mandeb", 4), ("باب المندب", 4), ('"bab el mandeb"', 1),
    ("tanker", 2), ("tanker OR vessel", 3), ("tanker -oil", 1), ("-bab", 5), ("-bab -el -mandeb", 5),
    ("oil tanker", 1), ('"oil tanker"', 0),
    ("'; DROP TABLE articles; -- \" OR *", 0), ("a:* & !b", 0), ("NEAR(tanker oil)", 0),
])  # fmt: skip
def test_both_databases_find_the_same(store, text, found):
    reading = Reading("en", "none", 0.0, True, (), (), (), (), "m")
    for lang, titles in TITLES.items():
        feed = Feed(lang, f"https://{lang}.example/rss", publisher=lang, language=lang)
        items = [
            Item(Entry(title, title, None, "", None, None), replace(reading, lang=lang), lang, title)
            for title in titles
        ]
        saving.save(store, feed, items, state=FeedState(lang, feed.url), slices=None, now=NOON)
    assert articles.count(store, Filter(text=text)) == found
