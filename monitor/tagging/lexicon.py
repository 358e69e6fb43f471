"""What a lexicon holds: the words of one language as anchors, operators, idioms, frames and examples.

The taxonomy is the codebook's; weights are magnitudes on Goldstein's (1992) scale. Leaves reading the YAML to loading.py,
finding words to anchors.py and what operators do to operators.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from monitor.models import ESCALATION
from monitor.tagging.forms import Phrase

LANGUAGES = ("en", "fr", "ar", "fa")  # Hebrew is recognised and left untagged

# the usual weight of a category where a rule names none
WEIGHTS = {
    "attack": 9.0, "maritime": 7.0, "threat": 5.5, "mobilize": 5.5, "nuclear": 5.5, "sanction": 4.5, "rupture": 4.5, "unrest": 4.0,
    "energy": 7.0, "talks": 3.5, "accord": 6.5, "ceasefire": 7.5, "concession": 5.5, "release": 5.0, "withdrawal": 5.5, "sanctions_relief": 4.5,
    "appeal": 2.0,
}  # fmt: skip
IN_WORDS = ("threat", "appeal")  # categories that are speech unless a rule says otherwise

AIMED_AT = {"ships": "maritime", "oil works": "energy"}  # a group of the lexicon -> what an attack on one of it is

OPERATORS = (
    "pseudo", "purpose", "background", "condition", "negation", "never", "refusal", "undoing", "threat", "modality", "demand", "attribution",
)  # fmt: skip
SCOPES = ("anywhere", "theatre")
ORDERS = ("svo", "vso", "sov")
ANY_ACTOR, ANY_PLACE = "@actor", "@place"  # in conditions and tails: whatever the gazetteer knows
BUILT_IN = {"actor": (ANY_ACTOR,), "place": (ANY_PLACE,)}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What an anchor means. Conditions are sets of folded phrases; None: no such condition."""

    name: str  # attack/air strike
    lang: str
    category: str
    weight: float
    part: str = "noun"  # noun | verb
    mode: str = "act"
    passive: bool = False
    near: frozenset[str] | None = None
    before: frozenset[str] | None = None
    after: frozenset[str] | None = None
    unless: frozenset[str] | None = None
    within: int = 8
    backed: frozenset[str] | None = None  # in a summary, counts only with one of these near: elsewhere it is background
    matching: re.Pattern | None = None
    not_matching: re.Pattern | None = None
    whole: bool = False
    speaker: bool = False  # a verb of I or we
    anywhere: bool = False

    @property
    def escalates(self) -> bool:
        return self.category in ESCALATION

    @property
    def conditional(self) -> bool:
        return any(
            x is not None for x in (self.near, self.before, self.after, self.unless, self.matching, self.not_matching)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """A word that changes what an anchor near it means."""

    kind: str  # one of OPERATORS
    name: str
    side: str = "both"  # of the anchor: before | after | both
    within: int = 4
    on: frozenset[str] | None = None  # categories
    unless: frozenset[str] | None = None
    makes: str | None = None
    where: str = "any"  # title | summary | any


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Words that tell what kind of text this is, and how much of it cannot carry a signal."""

    name: str
    where: str  # title | any
    off: str  # entry | summary | sentence
    anywhere: bool = False  # belongs to general event language; the others to the theatre's news


@dataclass(frozen=True, slots=True, eq=False)
class Idiom:
    """Words in which no anchor counts."""

    name: str
    theatre: bool = False  # an event elsewhere: masked in the theatre's news only (a labour strike)


@dataclass(frozen=True, slots=True)
class Example:
    """A text an editor gave with what it has to give: a test."""

    lang: str
    title: str
    summary: str
    direction: str | None
    categories: tuple[str, ...]
    absent: tuple[str, ...]
    said: tuple[tuple[str, str], ...]  # source, target, place, mode of the first signal
    anywhere: bool
    file: str
    line: int


@dataclass(slots=True)
class Lexicon:
    """One language. Everything that is found in text is a Phrase -> meanings list in `meanings`."""

    lang: str
    name: str = ""
    home: bool = False  # a text of this language that names nobody and no place means home, the theatre
    function_words: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    prefixes_before: frozenset[str] = (
        frozenset()
    )  # prefixes, each with the first letter of the words it may stand before
    suffixes: frozenset[str] = frozenset()
    before_suffixes: tuple[tuple[str, str], ...] = ()  # (last letter, what it becomes before a suffix)
    article: str = ""  # may stand before every word of a phrase
    contractions: tuple[
        tuple[str, str], ...
    ] = ()  # (written, full): how a phrase that begins with `full` may begin too
    abbreviations: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    order: str = "svo"
    adjective: str = "after"  # the side of a noun on which an adjective stands
    who: dict[str, frozenset[str]] = field(default_factory=dict)  # agents targets places passive
    groups: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(BUILT_IN))
    rules: list[tuple[Phrase, Rule]] = field(default_factory=list)
    cues: list[tuple[Phrase, Cue]] = field(default_factory=list)
    idioms: list[tuple[Phrase, Idiom]] = field(default_factory=list)
    frames: list[tuple[Phrase, Frame]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    conditions: set[str] = field(default_factory=set)  # every phrase a condition or tail names
    first: dict = field(default_factory=dict, repr=False)  # where a form was first given, to name duplicates
    reading_anywhere: bool = False  # the document being read is general event language
