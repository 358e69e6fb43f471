"""Which parts of the theatre an entry is about.

An entry may belong to several parts or to none; a place alone carries no sign, it only says where.
"""

from __future__ import annotations

from monitor.models import PARTS, Reading

# the state that an actor's code begins with (IRN, LBNREBHEZ) -> part; countries named as places are actors too
STATES = {
    "Gulf states": {"SAU", "ARE", "QAT", "KWT", "BHR", "OMN", "GCC"},
    "Iraq-Syria": {"IRQ", "SYR", "KUR"},
    "Yemen-Red Sea": {"YEM"},
    "Lebanon": {"LBN"},
}
# English names of the gazetteer; tests/test_index_parts.py keeps them there
PLACES = {
    "Hormuz and shipping": {
        "Strait of Hormuz",
        "Gulf of Oman",
        "Persian Gulf",
        "Bandar Abbas",
        "Qeshm",
        "Fujairah",
        "Arabian Sea",
    },
    "Gulf states": {"Riyadh", "Jeddah", "Dhahran", "Dubai", "Abu Dhabi", "Fujairah", "Doha", "Manama", "Muscat"},
    "Iraq-Syria": {"Baghdad", "Basra", "Erbil", "Kirkuk", "Mosul", "Damascus", "Aleppo", "Sweida"},
    "Yemen-Red Sea": {
        "Sanaa",
        "Aden",
        "Hodeidah",
        "Hadramawt",
        "Red Sea",
        "Bab el-Mandeb",
        "Gulf of Aden",
        "Suez Canal",
    },
    "Lebanon": {"Beirut", "Southern Lebanon"},
    "nuclear file": {"Natanz", "Fordow", "Arak", "Bushehr"},
    "energy works": {"Kharg Island", "South Pars", "Abadan"},
}


def parts_of(reading: Reading) -> tuple[str, ...]:
    """The parts of the theatre that a reading is about, in the order of PARTS."""
    codes = {*reading.actors, *(s.source for s in reading.signals), *(s.target for s in reading.signals)} - {None}
    states = {code[:3] for code in codes}
    places = {*reading.places, *(s.place for s in reading.signals)}
    categories = set(reading.categories)
    about = {part for part, names in PLACES.items() if names & places}
    about |= {part for part, members in STATES.items() if members & states}
    if "maritime" in categories and not ("Yemen-Red Sea" in about and "Hormuz and shipping" not in about):
        about.add("Hormuz and shipping")
    if "IRN" in states:
        about |= {part for part, other in (("Iran-US", "USA"), ("Iran-Israel", "ISR")) if other in states}
    about |= {
        part for part, category in (("nuclear file", "nuclear"), ("energy works", "energy")) if category in categories
    }
    return tuple(part for part in PARTS if part in about)
