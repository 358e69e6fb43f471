"""Every place in a sentence where words state an event, with what the words around make of it and,
where it does not count, why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import Sentence, last_tail
from monitor.tagging.forms import Phrase
from monitor.tagging.lexicon import ANY_ACTOR, ANY_PLACE, Events, EventType, Rule
from monitor.tagging.operators import Outcome, operate

REACH = {"svo": 5, "vso": 5, "sov": 8}  # words between the parts of a form: farther where the verb comes last
QUOTES = re.compile('“[^”]*”|«[^»]*»|"[^"]*"|‘[^’]*’')
MENTIONED = "only mentioned"

Aims = list[tuple[frozenset[str], EventType]]  # words for what may be aimed at -> what an attack on it is


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that the words of an entry may state, with all that speaks for it and against it.

    `stated` is the type of the words themselves, `event` what the operators made of it; they differ where something is
    undone, threatened or asked for. `field[start:end] == text`.
    """

    stated: str
    event: str
    category: str
    mode: str  # act | words
    severity: float  # magnitude
    field: str  # title | summary
    start: int
    end: int
    text: str
    operators: tuple[str, ...]
    suppressed: str | None  # why it is no signal: "negation: did not", "unless: market", "theatre: Ukraine" ...
    question: bool  # its sentence asks
    condition: bool  # a condition stands in its clause
    background: bool  # a cue of background in its clause, or a participle that describes
    quoted: bool  # inside quotation marks
    tie: str  # where a name nearest to it stands: clause, sentence, entry; empty: there is none
    ties: str  # what that name is to the theatre: core, acting, elsewhere; empty: there is none
    file: str  # of the lexicon, where its form stands
    line: int
    form: str  # as it is written there
    rule_line: int  # where the form's rule begins
    unless: tuple[str, ...] = ()  # the rule's `unless` words that are there

    @property
    def in_title(self) -> bool:
        return self.field == "title"


@dataclass(slots=True)
class Found:
    """One anchor of a sentence, in folded text."""

    rule: Rule
    phrase: Phrase
    outcome: Outcome
    start: int
    head: int  # end of its first part
    end: int
    off: str = ""  # why it does not count
    unless: tuple[str, ...] = ()

    @property
    def event(self) -> EventType:
        return self.outcome.event or self.rule.event


def find(
    sentence: Sentence, events: Events, aims: Aims, order: str, *, anywhere: bool = False, full: bool = False
) -> list[Found]:
    """Every anchor of a sentence, by place, with what operators made of it; of those inside another only the other.

    `full` also gives those that a rule's `unless` words forbid.
    """
    found: list[Found] = []
    later: list[Found] = []
    taken: dict[int, int] = {}  # place -> the span that took it
    for start, end, rule, head, tail, phrase in _matches(sentence, anywhere, REACH[order]):
        if _inside(taken, start, end):
            continue
        forbidden = _forbidden(sentence, rule, start, head, end)
        if forbidden:
            if full:
                outcome = operate(sentence, events, rule, start, end, (head, tail))
                unless = tuple(_unless(sentence, rule, start, head, end))
                later.append(Found(rule, phrase, outcome, start, head, end, outcome.reason or forbidden, unless))
            continue
        if sentence.described is not None and sentence.described.holds(start, end):
            _take(taken, start, end)
            found.append(
                Found(rule, phrase, _as_it_stands(rule, start, end), start, head, end, "background: describes")
            )
            continue
        outcome = operate(sentence, events, rule, start, end, (head, tail))
        if _is_known(sentence, rule, outcome, start, end, anywhere):
            _take(taken, start, end)
            found.append(Found(rule, phrase, _as_it_stands(rule, start, end), start, head, end, MENTIONED))
        elif (
            outcome.event is None
            or (outcome.changed and rule.part == "noun")
            or _supported(sentence, rule, start, head, anywhere)
        ):
            _take(taken, start, end)
            order_last = order == "sov"
            found.append(
                Found(
                    rule,
                    phrase,
                    _aimed(sentence, rule, outcome, start, end, aims, order_last),
                    start,
                    head,
                    end,
                    outcome.reason,
                )
            )
        else:
            later.append(Found(rule, phrase, _as_it_stands(rule, start, end), start, head, end, MENTIONED))
    for each in later:
        if not _inside(taken, each.start, each.end):
            _take(taken, each.start, each.end)
            found.append(each)
    found.sort(key=lambda each: each.start)
    return found


def _as_it_stands(rule: Rule, start: int, end: int) -> Outcome:
    return Outcome(rule.event, rule.event.mode, (), start, end)


def _aimed(
    sentence: Sentence, rule: Rule, outcome: Outcome, start: int, end: int, aims: Aims, verb_last: bool
) -> Outcome:
    """An attack on a ship is maritime, one on oil or gas works energy."""
    if outcome.category != "attack":
        return outcome
    for words, made in aims:
        hit = sentence.following(words, end, 5)
        if hit is None and (rule.part == "noun" or rule.passive or verb_last):
            hit = sentence.nearby(words, start, end, 2, "before")
        if hit is not None:
            note = f"aimed at: {sentence.text[hit.start : hit.end]}"
            return Outcome(
                made, outcome.mode, (*outcome.operators, note), min(outcome.start, hit.start), max(outcome.end, hit.end)
            )
    return outcome


def _inside(taken: dict[int, int], start: int, end: int) -> bool:
    """Whether a span lies in one that was taken."""
    owner = taken.get(start)
    return owner is not None and taken.get(end - 1) == owner


def _take(taken: dict[int, int], start: int, end: int) -> None:
    for place in range(start, end):
        taken.setdefault(place, start)


def _matches(sentence: Sentence, anywhere: bool, reach: int) -> list[tuple[int, int, Rule, int, int, Phrase]]:
    """Every anchor whose words are all there, longest first, then the most particular:
    start, end, rule, end of its first part, start of its last, form.
    """
    found = []
    for hit in sentence.rules:
        for phrase, rule in hit.word.begins(anywhere):
            tail, end = (
                last_tail(sentence, phrase.tails, hit.end, reach) or (hit.end, None)
                if phrase.tails
                else (hit.end, hit.end)
            )
            if end is not None:
                found.append((hit.start, end, rule, hit.end, tail, phrase))
    found.sort(key=lambda each: (each[0] - each[1], not each[2].conditional, not each[2].speaker))
    return found


def _forbidden(sentence: Sentence, rule: Rule, start: int, head: int, end: int) -> str:
    """Which of the rule's own conditions forbids it: an `unless` word, or the pattern around it."""
    if rule.unless and (hit := next(_unless_hits(sentence, rule, start, head, end), None)):
        return f"unless: {hit.word.phrase}"
    if rule.matching or rule.not_matching:
        around = sentence.text[max(sentence.start, start - 80) : min(sentence.end, end + 80)]
        if (rule.matching and not rule.matching.search(around)) or (
            rule.not_matching and rule.not_matching.search(around)
        ):
            return "matching"
    return ""


def _unless_hits(sentence: Sentence, rule: Rule, start: int, head: int, end: int) -> Iterator[Hit]:
    words, within = rule.unless or frozenset(), max(8, rule.within)
    if hit := sentence.nearby(words, start, head, within):
        yield hit
    elif end > head and (hit := sentence.nearby(words, end, end, within, "after")):
        yield hit


def _unless(sentence: Sentence, rule: Rule, start: int, head: int, end: int) -> Iterator[str]:
    """All `unless` words that are there."""
    if not rule.unless:
        return
    for phrase in rule.unless:
        one, within = frozenset((phrase,)), max(8, rule.within)
        if sentence.nearby(one, start, head, within) or (
            end > head and sentence.nearby(one, end, end, within, "after")
        ):
            yield phrase


def _supported(sentence: Sentence, rule: Rule, start: int, end: int, anywhere: bool) -> bool:
    """Whether what makes a mere mention news stands near; a name of the theatre is not asked for anywhere."""
    for words, side in ((rule.near, "both"), (rule.before, "before"), (rule.after, "after")):
        if words is None or (anywhere and (ANY_ACTOR in words or ANY_PLACE in words)):
            continue
        if not sentence.nearby(words, start, end, rule.within, side):
            return False
    return True


def _is_known(sentence: Sentence, rule: Rule, outcome: Outcome, start: int, end: int, anywhere: bool) -> bool:
    """Whether a summary only speaks of what is known already: no word of news stands near."""
    if rule.backed is None or anywhere or sentence.origin == "title" or outcome.changed or outcome.event is None:
        return False
    return sentence.nearby(rule.backed, start, end, 8) is None


def quoted(raw: str) -> list[tuple[int, int]]:
    """The spans of a field that stand inside quotation marks."""
    return [mark.span() for mark in QUOTES.finditer(raw)]
