"""The languages of the pages: every catalogue has every sentence, and nobody is given another's."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract, extract_from_dir
from babel.messages.pofile import read_po

from monitor import language
from monitor.language import _, n_, speak, speaking, spoken
from monitor.ui.components import safe_html, speech

PACKAGE = Path(language.__file__).parents[1]
KEYWORDS = {"_": None, "N_": None, "n_": (1, 2)}
OTHERS = sorted(set(language.LANGUAGES) - {"en"})


def filled_in(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)[^{}]*\}", text))


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    methods = [("**.py", "python"), ("tagging/gazetteer.yaml", "monitor.language.names:extract")]
    found = extract_from_dir(PACKAGE, methods, keywords=KEYWORDS)
    return {key for _file, _line, key, _comments, _context in found}


@pytest.mark.parametrize("lang", OTHERS)
def test_every_sentence_is_in_every_catalogue(said, lang):
    with (language.HERE / f"{lang}.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    known = {message.id for message in catalogue if message.id and not message.fuzzy}
    assert not said - known, "pybabel extract and update, then translate: docs/languages.md"
    assert not known - said, "said nowhere any more"
    for message in catalogue:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), f"{message.id} has no words in {lang}"
        wanted = filled_in(message.id[-1] if isinstance(message.id, tuple) else message.id)
        for form in forms:
            assert filled_in(form) <= wanted and wanted - filled_in(form) <= {"n"}, (message.id, form)


def test_what_nobody_has_translated_stays_english():
    with speaking("fr"):
        assert _("a sentence that stands in no catalogue") == "a sentence that stands in no catalogue"


def test_a_language_that_there_is_not_is_english():
    speak("tlh")
    assert spoken() == "en"


def test_a_number_keeps_its_sign_among_words_from_right_to_left():
    with speaking("ar"):
        said = _("change of {change}", change="+12")
    assert said == "change of \u2066+12\u2069"
    assert safe_html.plain(said) == said


def test_isolation_that_is_not_ended_is_taken_out_of_a_feeds_text():
    assert safe_html.sound("a \u2066b \u202ec") == "a b c"
    assert safe_html.sound("a\u2069 \u2067b\u2069") == "a b"


def test_a_number_goes_with_its_form():
    assert n_("{n} report", "{n} reports", 1) == "1 report"
    assert n_("{n} report", "{n} reports", 1200, n="1,200") == "1,200 reports"


def test_a_cached_answer_is_of_the_language_that_it_was_given_in():
    kept = {}

    def cache(make):
        def cached(*args):
            return kept.setdefault(args, make(*args))

        cached.clear = kept.clear
        return cached

    @speech.by_language(cache)
    def sentence(n):
        return f"{spoken()} {n}"

    assert sentence(1) == "en 1"
    with speaking("fa"):
        assert sentence(1) == "fa 1"
    assert sentence(1) == "en 1" and len(kept) == 2


def test_every_sentence_stands_where_the_catalogues_find_it():
    """Not within an f-string, nor within what another sentence is asked for."""
    lost = []
    for file in PACKAGE.rglob("*.py"):
        if b"monitor.language" not in (source := file.read_bytes()):
            continue
        with file.open("rb") as opened:
            rows = extract("python", opened, KEYWORDS)
            found = {one for _line, said, *_rest in rows for one in ([said] if isinstance(said, str) else said)}
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "N_", "n_"):
                sentences = call.args[: 2 if call.func.id == "n_" else 1]
                said = [one.value for one in sentences if isinstance(one, ast.Constant)]
                lost += [f"{file.name}:{call.lineno}: {one}" for one in said if one not in found]
    assert lost == []
