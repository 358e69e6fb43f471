"""The gazetteer: names in four languages, what ties a text to the theatre, and what only looks like it."""

from types import SimpleNamespace

import pytest

from monitor.errors import LexiconError
from monitor.tagging import theatre
from monitor.tagging.lexicon import LANGUAGES
from monitor.tagging.tagger import Tagger

SAME = [
    ("US and Iran meet in Oman near the Strait of Hormuz today", {"USA", "IRN", "OMN"}, {"Oman", "Strait of Hormuz"}),
    ("Les Etats-Unis et l'Iran se retrouvent à Oman près du détroit d'Ormuz", {"USA", "IRN"}, {"Strait of Hormuz"}),
    ("الولايات المتحدة وإيران في سلطنة عمان قرب مضيق هرمز", {"USA", "IRN", "OMN"}, {"Strait of Hormuz"}),
    ("آمریکا و ایران در عمان نزدیک تنگه هرمز دیدار کردند", {"USA", "IRN", "OMN"}, {"Strait of Hormuz"}),
]


@pytest.mark.parametrize(("title", "actors", "places"), SAME)
def test_names_in_four_languages(tagger: Tagger, title, actors, places):
    reading = tagger.read(title, "")
    assert actors <= set(reading.actors)
    assert places <= set(reading.places)
    assert reading.theatre


@pytest.mark.parametrize(
    "title",
    [
        "Oil spill after explosion in the Gulf of Mexico",
        "Michael Jordan signs deal",
        "Oman Air sponsors sailing race in Marseille",
        "Georgia truce between rival gangs holds",
        "Let us strike a deal, said the mayor of Lyon",
    ],
)
def test_what_only_looks_like_the_theatre(tagger: Tagger, title):
    reading = tagger.read(title, "", lang="en")
    assert not reading.theatre
    assert not reading.signals


@pytest.mark.slow
def test_the_region_can_be_widened_and_replaced():
    title = "Drone strikes hit Kharkiv in Ukraine"
    assert Tagger.load().read(title, "").direction == "none"
    assert Tagger.load(theatre=SimpleNamespace(widen=["UKR"], replace=[])).read(title, "").direction == "escalation"
    only = Tagger.load(theatre=SimpleNamespace(widen=[], replace=["UKR"]))
    assert only.read("Air strikes hit Tehran", "").direction == "none"
    assert only.read(title, "").direction == "escalation"


def test_an_unknown_name_is_refused():
    with pytest.raises(LexiconError, match=r"theatre\.widen.*Atlantis"):
        theatre.load(widen=("Atlantis",))


def test_the_gazetteer_is_whole():
    found = theatre.load()
    for entity in found.entities:
        langs = {lang for lang, _, other in found.phrases if other.name == entity.name}
        assert langs == set(LANGUAGES), entity.name
        assert entity.code is None or (entity.code.isupper() and len(entity.code) % 3 == 0), entity.code
        if entity.ties == "core" and entity.place != "Middle East":  # which is no point on a map
            assert entity.at or not entity.place, entity.name


@pytest.mark.parametrize(
    ("summary", "direction"),
    [
        ("Overnight air strikes killed ten. Peace talks have collapsed amid the turmoil in the Middle East.", "none"),
        ("Overnight air strikes killed ten. Iran rejects talks with the United States on Monday.", "escalation"),
    ],
)
def test_a_story_from_elsewhere_is_of_the_theatre_only_where_it_names_it(tagger: Tagger, summary, direction):
    assert tagger.read("Two dead in Kharkiv as Ukraine braces for winter", summary).direction == direction
