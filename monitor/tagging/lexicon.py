"""What a lexicon holds: the words of one language as anchors, operators, idioms, exclusions and examples.

Event types, with what they weigh, stand in one table for all languages, lexicon/events.yaml. loading.py reads the YAML,
anchors.py finds the words in a text and operators.py says what operators do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median

from monitor.models import CATEGORIES, ESCALATION
from monitor.tagging.forms import Phrase

LANGUAGES = ("en", "fr", "ar", "fa")  # Hebrew is recognised and left untagged

IN_WORDS = ("threat", "appeal")  # categories that are speech unless a type says otherwise

AIMED_AT = {
    "ships": "ship.attack",
    "oil works": "oil.attack",
}  # a group of the lexicon -> what an attack on one of it is
TURNS = ("undone", "never", "refused", "said", "demanded")  # how words around an event make another of it

OPERATORS = (
    "pseudo", "purpose", "background", "condition", "negation", "never", "refusal", "undoing", "threat", "modality",
    "demand", "attribution",
)  # fmt: skip
SCOPES = ("anywhere", "theatre")
ORDERS = ("svo", "vso", "sov")
ANY_ACTOR, ANY_PLACE = "@actor", "@place"  # in conditions and tails: whatever the gazetteer knows
BUILT_IN = {"actor": (ANY_ACTOR,), "place": (ANY_PLACE,)}


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event, the same in every language."""

    id: str  # ship.seize: the rule's name on screen, in CSV and in readings
    category: str
    severity: float  # Goldstein's (1992) scale, a magnitude
    mode: str = "act"  # act | words
    undone: str | None = None  # the type that it becomes when it is undone, where that is another than its category's

    @property
    def escalates(self) -> bool:
        return self.category in ESCALATION


@dataclass(slots=True)
class Events:
    """The table of event types, and for each turn what an event of a category becomes by it."""

    types: dict[str, EventType] = field(default_factory=dict)
    turned: dict[str, dict[str, EventType]] = field(default_factory=lambda: {turn: {} for turn in TURNS})

    def undone(self, event: EventType) -> EventType | None:
        return self.types[event.undone] if event.undone else self.turned["undone"].get(event.category)

    def usual_severities(self) -> dict[str, float]:
        """For each category the median of its types: of a signal whose type is not known."""
        every = self.types.values()
        return {c: float(median(event.severity for event in every if event.category == c)) for c in CATEGORIES}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Words that state an event. Conditions are sets of folded phrases; None: no such condition."""

    event: EventType
    lang: str
    file: str = ""
    line: int = 0  # where it begins; each form has its own
    part: str = "noun"  # noun | verb
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
    def name(self) -> str:
        return self.event.id

    @property
    def category(self) -> str:
        return self.event.category

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
    makes: EventType | None = None
    where: str = "any"  # title | summary | any


@dataclass(frozen=True, slots=True, eq=False)
class Exclusion:
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
    describes: bool = False  # a participle that only describes: what lies inside it is background
    verb: frozenset[str] | None = None  # words right behind that make a verb of the participle


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
    exclusions: list[tuple[Phrase, Exclusion]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    conditions: set[str] = field(default_factory=set)  # every phrase a condition or tail names
    first: dict = field(default_factory=dict, repr=False)  # where a form was first given, to name duplicates
    events: Events = field(default_factory=Events)  # one table for all languages
    reading_anywhere: bool = False  # the document being read is general event language
