"""Parts of the theatre: what a reading is about, by actors, places and categories."""

from pathlib import Path

import pytest
import yaml

import monitor.tagging
from monitor.models import PARTS, Reading, Signal
from monitor.tagging.parts import ACTORS, PLACES, parts_of


def reading(*, actors=(), places=(), category=None, **roles):
    signals = (Signal(category, "escalation", "act", 7.0, "r", "title", 0, 1, "x", **roles),) if category else ()
    return Reading("en", "escalation", 7.0, True, actors, places, signals, (), "m")


CASES = {
    "talks of Iran and the US": (reading(actors=("USA", "IRN")), ("iran_us",)),
    "Iran and Israel at sea": (
        reading(actors=("IRNMILIRG", "ISR"), category="maritime"),
        ("hormuz", "iran_israel"),
    ),
    "a tanker in the Red Sea": (
        reading(actors=("YEMREBHTH",), places=("Red Sea",), category="maritime"),
        ("yemen_red_sea",),
    ),
    "the strait, nobody named": (reading(places=("Strait of Hormuz",)), ("hormuz",)),
    "Ras Tanura": (
        reading(places=("Dhahran",), category="energy", source="IRN", target="SAU"),
        ("gulf_states", "energy_works"),
    ),
    "Hezbollah": (reading(actors=("ISR", "LBNREBHEZ")), ("lebanon",)),
    "enrichment": (reading(actors=("IRN",), category="nuclear"), ("nuclear_file",)),
    "Gaza, by its name": (reading(actors=("ISR", "PSE"), places=("Gaza",), category="attack"), ("gaza",)),
    "Hamas": (reading(actors=("ISR", "PSEREBHMS"), category="talks"), ("gaza",)),
    "the West Bank is none of them": (reading(actors=("ISR", "PSE"), places=("West Bank",), category="attack"), ()),
}


@pytest.mark.parametrize("given, parts", CASES.values(), ids=CASES)
def test_parts(given, parts):
    assert parts_of(given) == parts


def test_every_name_is_known_to_the_gazetteer():
    gazetteer = yaml.safe_load((Path(monitor.tagging.__file__).parent / "gazetteer.yaml").read_text(encoding="utf-8"))
    assert set().union(*PLACES.values()) <= set(gazetteer["places"])
    for begins in set().union(*ACTORS.values()):
        assert any(code.startswith(begins) for code in gazetteer["actors"])
    assert {*PLACES, *ACTORS} <= set(PARTS)
