"""Lexicons: every language's own examples hold, and a broken file is refused with file, line and remedy."""

from pathlib import Path

import pytest

from monitor.errors import LexiconError
from monitor.tagging import lint, loading, report
from monitor.tagging.forms import FormError, expand
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.tagger import Tagger

FOLDER = Path(__file__).parent / "lexicon"
EXAMPLES = [(code, example) for code in LANGUAGES for example in loading.examples(FOLDER / f"{code}.yaml")]


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
def test_every_language_has_all_it_needs(tagger: Tagger, code):
    lexicon = tagger.lexicons[code]
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
    assert lexicon.idioms and lexicon.exclusions and lexicon.function_words
    assert sum(lang == code for lang, _ in EXAMPLES) >= 15


BROKEN = [
    ("unknown type", "language: en\nevents:\n  ship.sieze: [zap]\n", 3, "ship.seize"),
    ("unknown key", "language: en\nevents:\n  ship.seize: {form: [zap]}\n", 3, "forms"),
    ("duplicate key", "language: en\nevents:\n  ship.seize: [zap]\n  ship.seize: [zip]\n", 4, "line 3"),
    ("duplicate form", "language: en\nevents:\n  ship.seize: [zap]\n  ship.attack: [Zap]\n", 4, "ship.seize"),
    ("both directions", "language: en\nevents:\n  ship.seize: [zap]\n  talks.hold: [zap]\n", 4, "both directions"),
    ("bad regex", "language: en\nevents:\n  ship.seize: {forms: [zap], matching: '['}\n", 3, "regular expression"),
    ("not YAML", "language: en\nevents: [\n", 3, "not valid YAML"),
    ("no such group", "language: en\nevents:\n  ship.seize: ['hit @nothing']\n", 3, "nothing"),
    ("open bracket", "language: en\nevents:\n  ship.seize: [zap(s]\n", 3, "without"),
    ("weight of its own", "language: en\nevents:\n  ship.seize: {forms: [zap], weight: 9}\n", 3, "unknown"),
    ("severity", "language: en\ntypes:\n  my.own: {category: attack, severity: 99}\n", 3, "0.5"),
    ("type without severity", "language: en\ntypes:\n  my.own: {category: attack}\n", 3, "severity"),
    ("type that is there", "language: en\ntypes:\n  ship.seize: {category: attack, severity: 9}\n", 3, "already"),
    ("category of a type", "language: en\ntypes:\n  my.own: {category: atack, severity: 9}\n", 3, "attack"),
    (
        "undone into nothing",
        "language: en\ntypes:\n  my.own: {category: attack, severity: 9, undone: nowhere}\n",
        3,
        "no event type",
    ),
    ("language", "language: de\n", 1, "en"),
    ("no language", "events: {}\n", 1, "language"),
    ("operator", "language: en\noperators:\n  undo:\n    x: [zap]\n", 3, "undoing"),
    ("empty", "", None, "empty"),
]


@pytest.mark.slow
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
        "language: en\nevents:\n  ship.sieze: [zap]\n  ship.seize: {forms: [zap], within: many}\nidoms: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(LexiconError) as caught:
        Tagger.load(extra=own)
    assert [problem.line for problem in caught.value.problems] == [5, 3, 4]


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path, says in ((tmp_path / "nothing.yaml", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(LexiconError, match=says):
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


def test_the_shipped_words_have_no_fault(tagger: Tagger):
    assert [str(problem) for problem in lint.faults(tagger.lexicons)] == []


def test_every_form_names_a_type_of_the_one_table(tagger: Tagger):
    counts = lint.matrix(tagger.lexicons)
    assert set(counts) == set(tagger.lexicons["fa"].events.types)
    assert all(set(each) == set(LANGUAGES) for each in counts.values())
    assert counts["ship.seize"] == {lang: counts["ship.seize"][lang] for lang in LANGUAGES}
    assert all(counts["ship.seize"].values())


LINT = [
    ("impossible", "language: en\nevents:\n  ship.seize:\n    forms: ['zap colou?r']\n", 4, "'?'"),
    ("long line", f"language: en\nevents:\n  ship.seize:\n    forms: [{'zap ' * 40}]\n", 4, "wrap"),
    ("implied", "language: en\nevents:\n  ship.seize:\n    forms: [zap, zap tanker]\n", 4, "implied by 'zap'"),
    (
        "two senses",
        (
            "language: en\nevents:\n  ship.seize: {forms: [zap], near: [x]}\n  attack.strike: [zapp]\n  talks.hold: "
            "[tanker (zapp|zip)]\n"
        ),
        None,
        "",
    ),
]


@pytest.mark.parametrize(("text", "line", "says"), [row[1:] for row in LINT], ids=[row[0] for row in LINT])
def test_lint(tagger: Tagger, tmp_path, text, line, says):
    own = tmp_path / "my-words.yaml"
    own.write_text(text, encoding="utf-8")
    found = lint.faults_of(own, tagger.lexicons)
    assert (found[0].line if found else None) == line
    assert not found or says in found[0].message


def test_the_report_counts_what_leaving_out_does(tagger: Tagger):
    rows = [
        report.Labelled("en", "Iran seizes tanker in Strait of Hormuz", "", "2026-01", frozenset({"maritime"})),
        report.Labelled("en", "Iran seizes tanker in Strait of Hormuz", "", "2026-02", frozenset()),
    ]
    found = report.measure(tagger, rows)
    assert (sum(found.hit.values()), sum(found.said.values()), sum(found.true.values())) == (1, 2, 1)
    (form,) = [tally for tally in found.forms.values() if tally.fires]
    assert (form.fires, form.right) == (2, 1)
    assert found.without(form) == pytest.approx(0 - 2 / 3)
    assert found.months(form) == (0, 1)
