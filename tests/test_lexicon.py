"""Lexicons: every language's own examples hold, and a broken file is refused with file, line and remedy."""

import pytest

from monitor.errors import LexiconError
from monitor.tagging import loading
from monitor.tagging.forms import FormError, expand
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.tagger import Tagger
from tests.tagging import tagger  # noqa: F401 - a fixture

EXAMPLES = [(code, example) for code, lexicon in loading.load().items() for example in lexicon.examples]


@pytest.mark.parametrize(("code", "example"), EXAMPLES, ids=[f"{e.file}:{e.line}" for _, e in EXAMPLES])
def test_example(tagger: Tagger, code, example):
    reading = tagger.read(example.title, example.summary, lang=code, anywhere=example.anywhere)
    assert reading.lang == code
    assert example.direction in (None, reading.direction), reading.signals
    assert set(example.categories) <= set(reading.categories)
    assert not set(example.absent) & set(reading.categories)
    for key, value in example.said:
        assert getattr(reading.signals[0], key) == value


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_all_it_needs(code):
    lexicon = loading.load()[code]
    assert {rule.category for _, rule in lexicon.rules} >= set(loading.CATEGORIES)
    assert {cue.kind for _, cue in lexicon.cues} >= {
        "undoing",
        "negation",
        "refusal",
        "threat",
        "modality",
        "condition",
        "demand",
        "purpose",
    }
    assert lexicon.idioms and lexicon.frames and lexicon.function_words
    assert len(lexicon.examples) >= 15


BROKEN = [
    ("unknown category", "language: en\nanchors:\n  atack:\n    x: [zap]\n", 4, "atack"),
    ("unknown key", "language: en\nanchors:\n  attack:\n    x: {form: [zap]}\n", 4, "forms"),
    ("duplicate key", "language: en\nanchors:\n  attack:\n    x: [zap]\n    x: [zip]\n", 5, "line 4"),
    ("duplicate form", "language: en\nanchors:\n  attack:\n    x: [zap]\n    y: [Zap]\n", 5, "attack/x"),
    (
        "both directions",
        "language: en\nanchors:\n  attack:\n    x: [zap]\n  talks:\n    y: [zap]\n",
        6,
        "both directions",
    ),
    ("bad regex", "language: en\nanchors:\n  attack:\n    x: {forms: [zap], matching: '['}\n", 4, "regular expression"),
    ("not YAML", "language: en\nanchors: [\n", 3, "not valid YAML"),
    ("no such group", "language: en\nanchors:\n  attack:\n    x: ['hit @nothing']\n", 4, "nothing"),
    ("open bracket", "language: en\nanchors:\n  attack:\n    x: [zap(s]\n", 4, "without"),
    ("weight", "language: en\nanchors:\n  attack:\n    x: {forms: [zap], weight: 99}\n", 4, "0.5"),
    ("language", "language: de\n", 1, "en"),
    ("no language", "anchors: {}\n", 1, "language"),
    ("operator", "language: en\noperators:\n  undo:\n    x: [zap]\n", 3, "undoing"),
    ("empty", "", None, "empty"),
]


@pytest.mark.parametrize(("text", "line", "says"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_lexicon_is_refused_with_its_line(tmp_path, text, line, says):
    own = tmp_path / "my-words.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        Tagger.load(extra=own)
    problem = caught.value.problems[0]
    assert problem.file.endswith("my-words.yaml")
    assert problem.line == line
    assert says in problem.message or says in problem.where


def test_all_faults_are_told_at_once(tmp_path):
    own = tmp_path / "my-words.yaml"
    own.write_text(
        "language: en\nanchors:\n  atack: {x: [zap]}\n  attack:\n    y: {forms: [zap], weight: many}\nidoms: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(LexiconError) as caught:
        Tagger.load(extra=own)
    assert [problem.line for problem in caught.value.problems] == [6, 3, 5]


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(LexiconError, match="cannot be read"):
            Tagger.load(extra=path)


GROUPS = {"ships": ("tanker", "oil tanker")}


@pytest.mark.parametrize(
    ("form", "heads"),
    [
        ("air strike(s)", {"air strike", "air strikes"}),
        ("(air|drone) strike", {"air strike", "drone strike"}),
        ("(les|) frappe(s)", {"les frappe", "les frappes", "frappe", "frappes"}),
        ("@ships hit", {"tanker hit", "oil tanker hit"}),
        ("a(b(c|d)|e)", {"abc", "abd", "ae"}),
        ("آتش\u200cبس", {"اتش بس", "اتشبس"}),  # with the half space, and run together
    ],
)
def test_forms(form, heads):
    assert {phrase.head for phrase in expand(form, GROUPS)} == heads


def test_a_form_with_a_gap():
    (phrase,) = expand("seizes ... @ships", GROUPS)
    assert phrase.head == "seizes" and phrase.tails == (frozenset(GROUPS["ships"]),)


@pytest.mark.parametrize("form", ["a(b", "a)b", "...", "@none", "(a|b|c|d|e|f|g|h)" * 4])
def test_forms_that_cannot_be_read(form):
    with pytest.raises(FormError):
        expand(form, GROUPS)
