"""The reader's reasons, which are stored in English, in the viewer's language. Pure.

What they quote, and the names of rules, stay as they are. What is not understood is said as it is stored.
"""

from __future__ import annotations

import re

from monitor.language import N_, _, numeral
from monitor.reader.judge import CIRCUMSTANCES
from monitor.ui.components.wording import CORRECTIONS, labelled, semicolons

# what the words around an event did to it, or what else took it away; behind most stand the words that did it
KINDS = (
    N_("purpose"), N_("background"), N_("condition"), N_("negation"), N_("never"), N_("refusal"), N_("undoing"),
    N_("threat"), N_("modality"), N_("demand"), N_("attribution"), N_("aimed at"), N_("unless"), N_("exclusion"),
    N_("idiom"), N_("theatre"), N_("judge"), N_("matching"), N_("only mentioned"), N_("title asks"), N_("question"),
)  # fmt: skip
BEHIND = (N_("describes"), N_("no tie"))  # behind a kind, and no quotation
CORRECTED = re.compile(r"corrected(?: by (?P<who>.*))? on (?P<day>\d{4}-\d\d-\d\d): (?P<verdict>\w+)", re.DOTALL)
OF_PHRASE = re.compile(r"phrase (?P<event>\S+?)(?:, suppressed by (?P<kind>.+))?")
RULED = re.compile(r"(?P<words>.*) \(of (?P<undone>.*)\)", re.DOTALL)
NUMBER = re.compile(r"[+-]?\d+\.(\d+)")


def reason(stored: str) -> str:
    """Why words do not count, or what those around them did: `condition: if`."""
    if found := CORRECTED.fullmatch(stored):
        about = {"day": found["day"], "verdict": _(CORRECTIONS.get(found["verdict"], found["verdict"]))}
        if found["who"]:
            return _("corrected by {who} on {day}: {verdict}", who=found["who"], **about)
        return _("corrected on {day}: {verdict}", **about)
    kind, colon, words = stored.partition(": ")
    if kind not in KINDS:
        return stored
    return labelled(_(kind), _words(kind, words)) if colon else _(kind)


def _words(kind: str, words: str) -> str:
    if words in BEHIND or kind == "theatre":  # a name of the gazetteer
        return _(words)
    if found := RULED.fullmatch(words):
        return _("{words} (of {undone})", words=found["words"], undone=found["undone"])
    return _number(words)


def why(stored: str) -> str:
    """What spoke for a signal and against it: `phrase ship.seize; network 0.91; only in the summary -0.4`."""
    if CORRECTED.fullmatch(stored):
        return reason(stored)
    return semicolons(_part(part) for part in stored.split("; "))


def _part(stored: str) -> str:
    if stored == "no phrase":
        return _("no phrase")
    if found := OF_PHRASE.fullmatch(stored):
        if found["kind"]:
            return _("phrase {event}, suppressed by {kind}", event=found["event"], kind=reason(found["kind"]))
        return _("phrase {event}", event=found["event"])
    said, _space, points = stored.rpartition(" ")
    if said == "network":
        return _("network {value}", value=_number(points))
    return _("{part} {change}", part=_(said), change=_number(points)) if said in CIRCUMSTANCES.values() else stored


def _number(text: str) -> str:
    """A number of the stored words as the language writes it; other text as it is."""
    if not (found := NUMBER.fullmatch(text)):
        return text
    return numeral(float(text), f"{'+' if text[0] in '+-' else ''}.{len(found[1])}f")
