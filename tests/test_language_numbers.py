"""Numbers and dates of the pages as each language writes them."""

import pytest

from monitor.language import LANGUAGES, numeral, speaking

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
