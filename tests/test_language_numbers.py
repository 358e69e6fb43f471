"""Numbers and dates of the pages as each language writes them."""

import re
import shutil
from calendar import month_abbr
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from monitor.feeds import demo
from monitor.language import LANGUAGES, numeral, speaking
from monitor.ui.app import browser_scripts, pages

MAIN = Path(pages.__file__).with_name("main.py")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPED = re.compile("1 Mar to 2 Mar")  # an example of what is understood in every language

FRENCH = [
    (1234567.891, ",.2f", "1\u202f234\u202f567,89"),
    (1234.5, "+,.1f", "+1\u202f234,5"),
    (-0.25, "+.2f", "-0,25"),
    (1200, ",", "1\u202f200"),
    (0.123, ".0%", "12\u00a0%"),
    (6.0, "g", "6"),
]


@pytest.mark.parametrize(("value", "form", "written"), FRENCH)
def test_a_number_has_the_separators_of_its_language(value, form, written):
    with speaking("fr"):
        assert numeral(value, form) == written
    assert numeral(value, form, "fr") == written


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "fr"])
@pytest.mark.parametrize(("value", "form"), [row[:2] for row in FRENCH])
def test_with_the_digits_of_english_the_others_have_its_separators_too(value, form, language):
    """So CLDR has it for Arabic and Persian; should a newer one say otherwise, tables and charts have to follow."""
    with speaking(language):
        assert numeral(value, form) == format(value, form)


@pytest.fixture
def page(monkeypatch, tmp_path, made_up_fortnight):
    """page(file, language): a page on the made-up fortnight, once in that language."""
    database = shutil.copy(made_up_fortnight, tmp_path)
    for name, value in (("DATABASE_URL", f"sqlite:///{database}"), ("FEEDS", demo.HERE / "feeds.yaml"), ("NOW", NOW)):
        monkeypatch.setenv(f"MONITOR_{name}", str(value))
    st.cache_data.clear()
    st.cache_resource.clear()

    def show(file: str, language: str) -> AppTest:
        shown = AppTest.from_file(MAIN, default_timeout=60)
        shown.switch_page(f"../views/{file}")
        shown.query_params["locale"] = language
        return shown.run()

    yield show
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.mark.slow
@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_page_has_a_month_or_a_decimal_of_english(language, page):
    found = []
    for file, _title in pages.PAGES:
        shown = page(file, language)
        assert not shown.exception
        found += [text for element in shown.main if element.proto is not None for text in told(element.proto)]
    text = TYPED.sub("", "\n".join(found))
    assert "MMM" not in text and re.findall(rf"\b(?:{'|'.join(month_abbr[1:])})\b", text) == []
    mark = re.escape(numeral(0.5, ".1f", language)[1])
    assert re.search(rf"\d{mark}\d", text)
    if language == "fr":
        sentences = "\n".join(line for line in text.splitlines() if not line.lstrip(" -").startswith("{"))
        assert re.findall(r".*[^\s\u202f][:;!?] .*", sentences) == []
        assert re.findall(r".*(?<![\d.%-])\d+\.\d+(?![\d.-]).*|.*\d,\d{3}\b.*", text) == []


def told(message) -> list[str]:
    """What stands on a page: its texts, and the formats that the browser writes numbers and times by."""
    found = []
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if field.message_type:
                found += told(one)
            elif isinstance(one, str) and field.name not in ("id", "spec", "user_key", "key", "query", "url"):
                found.append(re.sub(r'<style.*?</style>|<svg.*?</svg>|\s[a-z-]+="[^"]*"', "", one, flags=re.DOTALL))
            elif field.name == "spec":
                found += re.findall(r'"formatter": ?\{[^}]*\}', one)
    return found


def test_what_the_browser_draws_and_localizes_follows_the_page(browser_page):
    browser_page.set_content('<html lang="fr"><canvas></canvas></html>')
    browser_page.add_script_tag(path=Path(browser_scripts.__file__).with_name("numbers.js"))
    drawn = """(texts) => {
        const canvas = document.querySelector("canvas").getContext("2d");
        return texts.map((text) => canvas.measureText(text).width);
    }"""
    english = ["+1,234.5", "0.25 %", "1,234 reports", "v1.2.3"]
    french = ["+1\u202f234,5", "0,25 %", "1,234 reports", "v1.2.3"]
    assert browser_page.evaluate(drawn, english) == browser_page.evaluate(drawn, french)
    localized = "(value) => new Intl.NumberFormat(navigator.languages).format(value)"
    assert browser_page.evaluate(localized, 1234.5) == "1\u202f234,5"
    browser_page.evaluate("document.documentElement.lang = 'fa'")
    assert browser_page.evaluate(localized, 1234.5) == "1,234.5"
