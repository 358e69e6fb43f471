"""Numbers and dates of the pages as each language writes them."""

import re
import shutil
from calendar import month_abbr
from pathlib import Path

import pytest

from monitor.feeds import demo
from monitor.language import LANGUAGES, numeral, speaking
from monitor.ui.app import browser_scripts, pages
from tests.catalogues import configured, said_by, show  # noqa: F401 - show is a fixture
from tests.made_up import NOW

# not on the page: styles and attributes; the same in every language: a line of feeds.yaml, an example of what is typed
SEEN = re.compile(r'<style.*?</style>|\s[a-zA-Z-]+="[^"]*"|^ *- \{name:.*$|1 Mar to 2 Mar', re.DOTALL | re.MULTILINE)

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
    """So CLDR has it for Arabic and Persian."""
    with speaking(language):
        assert numeral(value, form) == format(value, form)


@pytest.mark.slow
@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_page_has_a_month_a_decimal_or_a_colon_of_english(language, show, monkeypatch, tmp_path, made_up_fortnight):
    feeds = (demo.HERE / "feeds.yaml").read_text(encoding="utf-8")
    configured(monkeypatch, tmp_path, feeds, NOW, DATABASE_URL=f"sqlite:///{shutil.copy(made_up_fortnight, tmp_path)}")
    found, formats = [], []
    for file, _title in pages.PAGES:
        shown = show(file.removesuffix(".py"), locale=language)
        assert not shown.exception
        found += said_by(shown)
        formats += [table.proto.columns for table in shown.dataframe]
        formats += [chart.proto.spec for chart in shown.get("echarts_chart")]
    assert formats and "MMM" not in "".join(formats)
    # a number alone is of a chart, and written by numbers.js
    text = "\n".join(SEEN.sub("", one) for one in found if not re.fullmatch(r"[+-]?[\d.]+", one))
    assert re.findall(rf"\b(?:{'|'.join(month_abbr[1:])})\b", text) == []
    mark = re.escape(numeral(0.5, ".1f", language)[1])
    assert re.search(rf"\d{mark}\d", text)
    if language == "fr":
        assert re.findall(r".*[^\s\u202f][:;!?] .*", text) == []
        assert re.findall(r".*(?<![\d.%-])\d+\.\d+(?![\d.-]).*|.*\d,\d{3}\b.*", text) == []


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
