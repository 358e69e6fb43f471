"""The tagger's promises, whatever the words: exact evidence, no exception, operators as the codebook has them."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.models import CATEGORIES, ESCALATION
from monitor.reader.reader import Reader
from monitor.tagging import loading
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.lines import as_record, show, tag_lines
from monitor.tagging.tagger import MOST, Tagger

EXAMPLES = Path(__file__).parent / "lexicon"

# title, what has to be found, what must not be
OPERATORS = [
    ("Iran seizes tanker in Strait of Hormuz", {"maritime"}, {"threat"}),
    ("Iran threatens to seize tanker in Strait of Hormuz", {"threat"}, {"maritime"}),
    ("Nuclear talks between Iran and US collapse", {"rupture"}, {"talks"}),
    ("US lifts sanctions on Iran", {"sanctions_relief"}, {"sanction"}),
    ("US refuses to lift sanctions on Iran", {"sanction"}, {"sanctions_relief"}),
    ("US imposes new sanctions on Iran", {"sanction"}, {"sanctions_relief"}),
    ("Iran refuses to negotiate with Washington: no talks planned", {"rupture"}, {"talks", "accord"}),
    ("Israel did not attack Tehran, army says", set(), {"attack"}),
    ("Trump does not rule out strikes on Iran", {"attack"}, {"concession"}),
    ("Qatar hosts talks to avert a war between Iran and Israel", {"talks"}, {"threat", "attack"}),
    ("UN urges ceasefire between Israel and Hezbollah", {"appeal"}, {"ceasefire"}),
    ("Houthis attack oil tanker in Red Sea", {"maritime"}, set()),
    ("Drones hit Saudi refinery", {"energy"}, set()),
    ("Russian drones hit refinery in Ukraine", set(), set(CATEGORIES)),
    ("Tanker explosion in the Gulf of Mexico", set(), set(CATEGORIES)),
    ("Le détroit d'Ormuz n'a pas été fermé", set(), {"maritime"}),  # the cue stands in the gap of `détroit ... fermé`
    ("Le détroit d'Ormuz pourrait être fermé", {"threat"}, {"maritime"}),
    (
        "L'Espagne interdit aux avions américains d'utiliser ses bases pour frapper l'Iran",
        {"concession"},
        {"attack"},
    ),  # "d'" is no word between
]


@pytest.mark.parametrize(("title", "there", "absent"), OPERATORS)
def test_operators(tagger: Tagger, title, there, absent):
    reading = tagger.read(title, "")
    assert there <= set(reading.categories)
    assert not absent & set(reading.categories)


def test_what_is_suppressed_is_said_with_its_reason(tagger: Tagger):
    off = tagger.read("Israel did not attack Tehran, army says", "").suppressed
    assert [(each.category, each.reason.split(":")[0], each.text) for each in off] == [("attack", "negation", "attack")]


@pytest.mark.parametrize(
    ("title", "source", "target", "place"),
    [
        ("US strikes Iran", "USA", "IRN", None),
        ("Iran launches missiles at Israel", "IRN", "ISR", None),
        ("Saudi Arabia attacked by Houthis", "YEMREBHTH", "SAU", None),
        ("Air strikes reported near Isfahan", None, None, "Isfahan"),
        ("Missile attack reported", None, None, None),
    ],
)
def test_who_did_what_to_whom_only_where_the_clause_says_so(tagger: Tagger, title, source, target, place):
    signals = tagger.read(title, "", anywhere=True).signals
    assert signals
    assert (source, target, place) in {(signal.source, signal.target, signal.place) for signal in signals}


def test_mixed_when_both_weigh_about_the_same(tagger: Tagger):
    title = "Iran and US agree to resume nuclear talks in Oman"
    summary = (
        "Iran's guards seized a tanker in the Strait of Hormuz on Monday. Israel bombed Isfahan. Tehran "
        "threatened to strike US bases."
    )
    assert tagger.read(title, "").direction == "deescalation"
    assert tagger.read(title, summary).direction == "mixed"


ARTICLE = (
    "Téhéran et Washington tiendront des pourparlers à Mascate pour éviter la guerre",
    "Des négociations entre l'Iran et les Etats-Unis doivent s'ouvrir lundi à Oman. "
    "Le président américain a menacé l'Iran de frappes. "
    "L'armée américaine a abattu un drone iranien au large d'Oman. Des vedettes iraniennes se sont approchées d'un "
    "pétrolier dans le détroit "
    "d'Ormuz. Les deux pays souhaitent une désescalade.",
)


def test_an_article_with_both_sides_is_read_whole(tagger: Tagger):
    reading = tagger.read(*ARTICLE)
    assert {"threat", "attack", "maritime", "talks", "appeal"} <= set(reading.categories)
    assert {"USA", "IRN"} <= set(reading.actors)
    assert {"Oman", "Strait of Hormuz"} <= set(reading.places)
    assert reading.direction == "mixed"
    _exact(reading, *ARTICLE)


def _exact(reading, title, summary):
    fields = {"title": title, "summary": summary}
    for each in (*reading.signals, *reading.suppressed):
        assert fields[each.field][each.start : each.end] == each.text
        assert each.text.strip()
    for signal in reading.signals:
        assert (signal.severity > 0) == (signal.category in ESCALATION) == (signal.direction == "escalation")
        assert 0 < abs(signal.severity) <= 10
    assert -10 <= reading.score <= 10


def test_evidence_is_exact_on_every_example(tagger: Tagger):
    for lang in LANGUAGES:
        for example in loading.examples(EXAMPLES / f"{lang}.yaml"):
            _exact(tagger.read(example.title, example.summary, lang=lang), example.title, example.summary)


WORDS = [
    form
    for form in (
        "Iran,strikes,talks,not,collapse,إيران,تقصف,حمله,frappes,l'accord,U.S.,Oman,if,ایران,تحریم,"
        "\u200c,\u202e,\ud800,\x00,\n,. ,; ,?"
    ).split(",")
]
TEXT = st.lists(st.one_of(st.sampled_from(WORDS), st.text(alphabet=st.characters(), max_size=8)), max_size=60).map(
    " ".join
)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, st.sampled_from([None, *LANGUAGES, "he", "xx"]), st.booleans())
def test_no_text_raises_and_evidence_stays_exact(tagger: Tagger, title, summary, lang, anywhere):
    _exact(tagger.read(title, summary, lang=lang, anywhere=anywhere), title, summary)


@pytest.mark.parametrize("unit", ["a", "talks ", "\u0301", "إيران تقصف ", "\ud800", "strikes on Iran, "])
def test_very_long_text_is_read(tagger: Tagger, unit):
    text = unit * (1_000_000 // len(unit)) if len(unit) < 4 else unit * 4_000
    reading = tagger.read("US and Iran hold talks in Muscat", text, lang="en")
    assert "talks" in reading.categories, "what the title says is found, however long the rest"
    _exact(reading, "US and Iran hold talks in Muscat", text)


def test_lines_in_the_fixed_format(reader: Reader):
    lines = [
        json.dumps({"id": 7, "title": "US strikes Iran", "summary": ""}),
        "",
        json.dumps({"id": "x", "title": "سلام", "lang": "fa"}),
    ]
    out = [json.loads(line) for line in tag_lines(reader, lines)]
    assert [row["id"] for row in out] == [7, "x"]
    assert list(out[0]) == (
        ["id", "lang", "direction", "score", "theatre", "actors", "places", "signals", "confidence", "runner_up"]
    )
    assert list(out[0]["signals"][0]) == (
        [
            "category",
            "direction",
            "mode",
            "severity",
            "rule",
            "field",
            "start",
            "end",
            "text",
            "source",
            "target",
            "place",
            "confidence",
            "why",
        ]
    )
    with pytest.raises(InputError, match="line 1"):
        list(tag_lines(reader, ["{"]))


def test_the_page_for_people_shows_feed_text_as_text(tagger: Tagger):
    from rich.console import Console

    title = "[bold]US strikes[/bold] Iran [link=x]"
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(show(tagger.read(title, ""), title))
    assert title in console.export_text()


@pytest.mark.slow
def test_records_name_the_version_of_the_words(tagger: Tagger, tmp_path):
    own = tmp_path / "my-words.yaml"
    own.write_text("language: en\nevents:\n  attack.strike: [zapping]\n", encoding="utf-8")
    mine = Tagger.load(extra=own)
    assert mine.method != tagger.method
    assert Tagger.load().method == Tagger.load().method
    assert as_record(mine.read("Zapping in Tehran", ""))["direction"] == "escalation"


def test_a_text_of_nothing_but_anchors_keeps_as_many_as_people_could_read(tagger: Tagger):
    summary = "Iran attacks a tanker in the strait. Israel did not attack Tehran. " * 100
    reading = tagger.read("Iran attacks Israel", summary)
    assert len(reading.signals) == len(reading.suppressed) == MOST and reading.signals[0].field == "title"


def test_a_cue_does_not_spare_a_verb_the_words_it_needs(tmp_path):
    own = tmp_path / "my-words.yaml"
    own.write_text(
        "language: en\nevents:\n  captive.free: {part: verb, forms: [zapping home], near: [captives]}\n",
        encoding="utf-8",
    )
    mine = Tagger.load(extra=own)
    assert mine.read("Iran refuses zapping home captives", "", lang="en").categories == ("rupture",)
    assert mine.read("Iran refuses zapping home", "", lang="en").categories == ()


def test_sign_and_word_of_an_entry_agree(tagger: Tagger):
    summary = "Mediators in Qatar said a ceasefire agreement was close and that talks would be held in Doha on Monday."
    reading = tagger.read("Israel pounds Lebanon with heaviest air strikes", summary)
    assert reading.direction == "escalation" and reading.score > 0
    for lang in LANGUAGES:
        for example in loading.examples(EXAMPLES / f"{lang}.yaml"):
            reading = tagger.read(example.title, example.summary, lang=lang)
            assert (
                reading.direction == "mixed"
                or (reading.score > 0) == (reading.direction == "escalation")
                or not reading.score
            )


def test_candidates_say_why_they_do_not_count(tagger: Tagger):
    reading, (candidate,) = tagger.examine("Israel did not attack Tehran, army says", "")
    assert not reading.signals
    assert (candidate.category, candidate.suppressed, candidate.in_title) == ("attack", "negation: did not", True)
    assert (candidate.tie, candidate.ties, candidate.question) == ("clause", "core", False)


def test_candidates_hold_the_facts_of_their_signals(tagger: Tagger):
    title = "If talks fail, will Iran seize tankers in the Strait of Hormuz?"
    reading, found = tagger.examine(title, "")
    assert found and all(each.question for each in found)
    assert all(title[each.start : each.end] == each.text for each in found)
    reading, found = tagger.examine("US refuses to lift sanctions on Iran", "")
    stated = {(each.event, each.start, each.end, each.operators) for each in found if each.suppressed is None}
    assert {(signal.rule, signal.start, signal.end, signal.operators) for signal in reading.signals} <= stated
