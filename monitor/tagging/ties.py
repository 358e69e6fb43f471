"""Whether what an anchor says belongs to the theatre:
by the names in its clause, else its sentence, else its entry (codebook, rule 8).
"""

from __future__ import annotations

from monitor.tagging.actors import Roles, entity
from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import MOST_NAMES, Sentence

STRUCK = ("attack", "maritime", "energy")  # these happen where they are said to be, whoever is named beside


def outside(sentence: Sentence, roles: Roles, category: str, start: int, end: int, core: bool, elsewhere: str) -> str:
    """Why an anchor is not of the theatre: by its clause, else its sentence, else its entry. Empty: it is.

    Under a title about `elsewhere` only a clause that names the theatre is of it.
    """
    if not core:
        return "theatre: no tie"
    low, high = sentence.clause(start, end)
    for near in (sentence.named(low, high), sentence.entities[:MOST_NAMES]):
        ties = _ties(sentence, roles, near, category)
        if "core" in ties:
            return ""
        if elsewhere or "elsewhere" in ties:
            return f"theatre: {ties.get('elsewhere', elsewhere)}"
    return ""


def nearest(sentence: Sentence, roles: Roles, category: str, start: int, end: int, core: bool) -> tuple[str, str]:
    """Where the name stands that ties an anchor to the theatre or to another part of the world, and which:
    ("clause", "core").
    """
    low, high = sentence.clause(start, end)
    acting = ""
    for where, near in (("clause", sentence.named(low, high)), ("sentence", sentence.entities[:MOST_NAMES])):
        found = _ties(sentence, roles, near, category)
        for kind in ("core", "elsewhere"):
            if kind in found:
                return where, kind
        acting = acting or (where if "acting" in found else "")
    return ("entry", "core") if core else (acting, "acting" if acting else "")


def _ties(sentence: Sentence, roles: Roles, near: list[Hit], category: str = "") -> dict[str, str]:
    """The ties of some names, each with one of them; of the theatre and elsewhere, which of the two is meant."""
    ties = {entity(hit).ties: entity(hit).name for hit in near}
    if "core" in ties and "elsewhere" in ties:  # others' truce signed in Doha is not ours; an Indian killed off Oman is
        meeting = category not in STRUCK and all(
            roles.located(sentence, hit) for hit in near if entity(hit).ties == "core"
        )
        ties.pop("core" if meeting else "elsewhere")
    return ties


def abroad(title: list[Sentence], roles: Roles) -> str:
    """The name of the other part of the world that a title is about, if it is."""
    found = [_ties(sentence, roles, sentence.entities[:MOST_NAMES]) for sentence in title]
    return (
        ""
        if any("core" in ties for ties in found)
        else next((ties["elsewhere"] for ties in found if "elsewhere" in ties), "")
    )
