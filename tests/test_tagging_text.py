"""Folding keeps the way back to the text as given; the language is recognised from little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.parse import months
from monitor.storage import search
from monitor.stories.words import fold as fold_for_stories
from monitor.tagging.tagger import Tagger
from monitor.tagging.text import fold, folded_form

ALIKE = [
    ("L\u2019été", "l ete"),
    ("cease-fire", "cease fire"),
    ("ÉTATS-UNIS", "etats unis"),
    ("مُحَادَثَات", "محادثات"),
    ("إيران", "ايران"),
    ("الصـــواريخ", "الصواريخ"),
    ("ایران", "ايران"),
    ("کشتی", "كشتي"),
    ("حمله\u200cها", "حمله ها"),
    ("۱۴۰۴ و ١٢", "1404 و 12"),
    ("ﬁre", "fire"),
    ("e\u0301tat", "etat"),
    ("\u200fdrone\u200e", "drone"),
    ("œuvre", "oeuvre"),
]


@pytest.mark.parametrize(("given_text", "folded"), ALIKE)
def test_variants_fold_alike(given_text, folded):
    assert folded_form(given_text) == folded


@pytest.mark.parametrize("text", ["ایران ۱۴۰۴", "کشتی\u200cها", "مُؤتمر ١٢", "Œuvre ÉTAT", "Đ\u0301ł", "ﬁre", "ۀ ے ې"])
def test_tagging_search_stories_and_dates_fold_letters_alike(text):
    def letters(folded):
        return "".join(c for c in folded if c.isalnum())

    assert (
        letters(folded_form(text))
        == letters(search.fold(text))
        == letters(fold_for_stories(text))
        == letters(months.fold(text))
    )


@given(st.text(alphabet=st.characters(), max_size=200))
def test_every_folded_character_leads_back(text):
    folded = fold(text)
    assert folded.text.startswith(" ") and folded.text.endswith(" ")
    for place in range(1, len(folded.text) - 1):
        start, end = folded.span(place, place + 1)
        assert 0 <= start < end <= len(text)


def test_evidence_is_the_text_as_given_in_every_script():
    for text, inside in (
        ("وقّع اتفاقًا مع طهران", "اتفاقا"),
        ("la trêve signée", "treve"),
        ("ﬁrst ceasefire", "ceasefire"),
    ):
        folded = fold(text)
        start = folded.text.index(inside)
        a, b = folded.span(start, start + len(inside))
        assert folded_form(text[a:b]) == inside


LANGUAGES = [
    ("Iran says talks with the US will be held in Oman", "en"),
    ("L'Iran et les Etats-Unis se retrouvent à Oman", "fr"),
    ("إيران تعلن استئناف المحادثات في مسقط", "ar"),
    ("ایران از سرگیری گفتگوها در مسقط خبر داد", "fa"),
    ("איראן וישראל על סף מלחמה", "he"),
    # with few or no function words, in nobody's declared language
    ("Iran closes strait", "en"),
    ("Fitch affirms Saudi Arabia’s rating at A+", "en"),
    ("UN General Assembly president on Gulf shipping", "en"),
    ("Le pétrole grimpe", "fr"),
    ("انهيار المحادثات", "ar"),
    ("ایران تنگه هرمز را نبست", "fa"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_language(tagger: Tagger, text, language):
    assert tagger.language(text, "") == language


def test_the_declared_language_decides_where_the_text_does_not(tagger: Tagger):
    assert tagger.language("2026", "", "fr") == "fr"
    assert tagger.language("", "", None) is None
    assert tagger.read("איראן תוקפת", "").direction == "none"
