"""Which parts of the theatre an entry is about.

An entry may belong to several parts or to none; a place alone carries no sign, it only says where.
"""

from __future__ import annotations

from monitor.models import PARTS, Reading

# what an actor's code begins with: a state (IRN, LBN) or its armed groups (PSEREB); countries may be named as places
ACTORS = {
    "gulf_states": {"SAU", "ARE", "QAT", "KWT", "BHR", "OMN", "GCC"},
    "iraq_syria": {"IRQ", "SYR", "KUR"},
    "yemen_red_sea": {"YEM"},
    "lebanon": {"LBN"},
    "gaza": {"PSEREB"},
}
# English names of the gazetteer; tests/test_index_parts.py keeps them there
PLACES = {
    "hormuz": {
        "Strait of Hormuz",
        "Gulf of Oman",
        "Persian Gulf",
        "Bandar Abbas",
        "Jask",
        "Qeshm",
        "Fujairah",
        "Arabian Sea",
    },
    "gulf_states": {
        "Riyadh",
        "Jeddah",
        "Dhahran",
        "Abqaiq",
        "Ras Tanura",
        "Yanbu",
        "Dubai",
        "Jebel Ali",
        "Abu Dhabi",
        "Fujairah",
        "Doha",
        "Ras Laffan",
        "Manama",
        "Muscat",
        "Salalah",
        "Duqm",
    },
    "iraq_syria": {"Baghdad", "Basra", "Erbil", "Kirkuk", "Mosul", "Damascus", "Aleppo", "Sweida"},
    "yemen_red_sea": {
        "Sanaa",
        "Aden",
        "Hodeidah",
        "Ras Isa",
        "Hadramawt",
        "Red Sea",
        "Bab el-Mandeb",
        "Gulf of Aden",
        "Suez Canal",
    },
    "lebanon": {"Beirut", "Southern Lebanon"},
    "gaza": {"Gaza", "Northern Gaza"},
    "nuclear_file": {"Natanz", "Fordow", "Arak", "Bushehr"},
    "energy_works": {"Kharg Island", "South Pars", "Abadan", "Abqaiq", "Ras Tanura", "Ras Laffan", "Yanbu"},
}


def parts_of(reading: Reading) -> tuple[str, ...]:
    """The parts of the theatre that a reading is about, in the order of PARTS."""
    named = (*reading.actors, *(s.source for s in reading.signals), *(s.target for s in reading.signals))
    codes = {code for code in named if code}
    states = {code[:3] for code in codes}
    places = {*reading.places, *(s.place for s in reading.signals)}
    categories = set(reading.categories)
    about = {part for part, names in PLACES.items() if names & places}
    about |= {part for part, begins in ACTORS.items() if any(code.startswith(tuple(begins)) for code in codes)}
    if "maritime" in categories and not ("yemen_red_sea" in about and "hormuz" not in about):
        about.add("hormuz")
    if "IRN" in states:
        about |= {part for part, other in (("iran_us", "USA"), ("iran_israel", "ISR")) if other in states}
    about |= {
        part for part, category in (("nuclear_file", "nuclear"), ("energy_works", "energy")) if category in categories
    }
    return tuple(part for part in PARTS if part in about)
