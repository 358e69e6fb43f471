"""Who did it to whom, and where, as far as the clause says so; otherwise none is given: a missing name is better than a
wrong one.

Word order and the small words that mark doer, done-to and place come from the lexicon.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import LETTERS, MOST_NAMES, Sentence
from monitor.tagging.lexicon import Lexicon, Rule
from monitor.tagging.operators import Outcome
from monitor.tagging.theatre import Entity

OWN = ("mobilize", "withdrawal")  # moved are one's own: "to send US troops" is not done to the US
NEAR, FAR = 3, 5  # words between a verb and its subject or object; between a word and what a small word ties to it


def entity(hit: Hit) -> Entity:
    return hit.word.entities[0][1]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an anchor stands: its first part, the whole, and the whole with the cues that changed it."""

    start: int
    head: int
    end: int
    said: int  # where it begins, cues included


class Roles:
    """The small words of one language, asked what role a name plays."""

    def __init__(self, lexicon: Lexicon):
        none: frozenset[str] = frozenset()
        self._order, self._adjective = lexicon.order, lexicon.adjective
        self._agents, self._targets = lexicon.who.get("agents", none), lexicon.who.get("targets", none)
        self._places, self._passive = lexicon.who.get("places", none), lexicon.who.get("passive", none)
        self._objects, self._and = lexicon.who.get("objects", none), lexicon.who.get("and", none)
        self._small = self._agents | self._targets | self._places | lexicon.who.get("others", none)
        self._modifies = lexicon.who.get("modifies", none)
        self._active = tuple(lexicon.who.get("active", none))

    def located(self, sentence: Sentence, hit: Hit) -> bool:
        """Whether a country's name is said as a place: in, near, off ... it."""
        if not self._marked(sentence, self._places, hit):
            return False
        place = bisect_right(sentence.entities, hit.start, key=_start)  # "in US-Israeli strikes" names no place
        beside = [(other.end, hit.start) for other in sentence.entities[max(0, place - 2) : place - 1]]
        beside += [(hit.end, other.start) for other in sentence.entities[place : place + 1]]
        return all(sentence.distance(left, right) > 0 for left, right in beside)

    def of(
        self, sentence: Sentence, rule: Rule, anchor: Anchor, outcome: Outcome
    ) -> tuple[str | None, str | None, str | None]:
        """Source, target and place of an anchor."""
        near = sentence.named(*sentence.clause(anchor.start, anchor.end))
        if not near or len(near) == MOST_NAMES:
            return None, None, None
        where = [hit for hit in near if entity(hit).place and (not entity(hit).code or self.located(sentence, hit))]
        actors = [
            hit for hit in near if entity(hit).code and (hit not in where or self._marked(sentence, self._targets, hit))
        ]
        if self._modifies:  # "Iran-backed Hezbollah" is not Iran
            actors = [hit for hit in actors if not sentence.nearby(self._modifies, hit.start, hit.end, 0, "after")]
        if outcome.category in OWN:
            actors = [hit for hit in actors if not anchor.start < hit.start < anchor.end]
        source, target = self._pair(sentence, rule, anchor, outcome, actors)
        if source and target and entity(source).code == entity(target).code:
            target = None
        place = min(
            (hit for hit in where if hit is not source and hit is not target),
            key=lambda hit: abs(hit.start - anchor.start),
            default=None,
        )
        return (
            entity(source).code if source else None,
            entity(target).code if target else None,
            entity(place).place if place else None,
        )

    def _pair(
        self, sentence: Sentence, rule: Rule, anchor: Anchor, outcome: Outcome, actors: list[Hit]
    ) -> tuple[Hit | None, Hit | None]:
        if rule.speaker:
            listener = self._after(sentence, actors, anchor.head, 0, None) if outcome.category != "talks" else None
            return self._speaker(sentence, anchor), listener
        agent = self._after(sentence, actors, anchor.end, FAR, self._agents)
        aimed = self._after(sentence, actors, anchor.head, FAR, self._targets)
        if (
            outcome.said_by_cue and anchor.said < anchor.start
        ):  # "London urges Israel to stop": who speaks is the source, who is spoken to the target
            speaker = self._subject(sentence, actors, anchor.said, "svo")
            addressed = [hit for hit in actors if anchor.said < hit.start and hit.end <= anchor.start]
            return speaker, addressed[0] if addressed else aimed
        if rule.passive or (
            rule.part == "verb"
            and (agent and sentence.distance(anchor.end, agent.start) <= NEAR or self._is_passive(sentence, anchor))
        ):
            return agent, self._subject(sentence, actors, anchor.start, "svo")
        if rule.part == "noun":
            beside = self._beside(sentence, actors, anchor)
            return agent or (beside if beside is not aimed else None), aimed
        if self._order == "sov":
            return self._before_verb(sentence, [hit for hit in actors if hit.end <= anchor.start], anchor)
        subject = self._subject(sentence, actors, anchor.start, self._order)
        if subject is None and self._order == "vso":
            subject = self._after(sentence, actors, anchor.head, 0, None)
            rest = [hit for hit in actors if subject and hit.start >= subject.end]
            return subject, aimed or self._after(sentence, rest, subject.end if subject else anchor.end, 1, None)
        return subject, self._after(sentence, actors, anchor.start, NEAR + 1, None) or aimed

    def _before_verb(self, sentence: Sentence, before: list[Hit], anchor: Anchor) -> tuple[Hit | None, Hit | None]:
        """Doer and done-to where the verb comes last: the first name of its clause,
        and a name marked before or behind.
        """
        done = [hit for hit in before if self._marked(sentence, self._targets, hit) or self._is_object(sentence, hit)]
        if self._passive and sentence.nearby(self._passive, anchor.head, anchor.end, 2, "after"):
            agent = next((hit for hit in before if self._marked(sentence, self._agents, hit)), None)
            last = before[-1] if before and before[-1] is not agent else None
            return agent, last if last and sentence.distance(last.end, anchor.start) <= FAR else None
        first = before[0] if before and before[0] not in done and not self._is_marked(sentence, before[0]) else None
        if first and sentence.distance(sentence.clause(first.start, first.end)[0], first.start) > 1:
            first = None
        return first, done[0] if done else None

    def _speaker(self, sentence: Sentence, anchor: Anchor) -> Hit | None:
        """Who says "we": the name right before the mark that opens the clause."""
        low, _ = sentence.clause(anchor.start, anchor.end)
        hit = next(iter(sentence.named(low - LETTERS * NEAR, low)[-1:]), None)
        return hit if hit and entity(hit).code and hit.end <= low and sentence.distance(hit.end, low) == 0 else None

    def _is_object(self, sentence: Sentence, hit: Hit) -> bool:
        return bool(self._objects) and sentence.nearby(self._objects, hit.start, hit.end, 0, "after") is not None

    def _subject(self, sentence: Sentence, actors: list[Hit], place: int, order: str) -> Hit | None:
        """The name before a verb: near, unmarked, and no other verb or cue between."""
        before = [hit for hit in actors if hit.end <= place]
        if not before:
            return None
        hit = before[-1]
        if sentence.distance(hit.end, place) > (1 if order == "vso" else NEAR) or self._is_marked(sentence, hit):
            return None
        verbs = [
            each
            for each in _between(sentence.rules, hit.end, place)
            if any(not phrase.tails for phrase, _ in each.word.rules)
        ]
        cues = [each for each in _between(sentence.cues, hit.end, place) if each.word.cues[0][1].kind != "attribution"]
        return None if verbs or cues else self._first_of_pair(sentence, before)

    def _first_of_pair(self, sentence: Sentence, before: list[Hit]) -> Hit:
        """The first of names joined into one subject: "US and Israel strike", "US-Israeli strikes"."""
        hit = before[-1]
        for other in before[-2::-1]:
            between = sentence.distance(other.end, hit.start)
            if between and not (between == 1 and sentence.nearby(self._and, hit.start, hit.start, 0, "before")):
                break
            hit = other
        return hit

    def _after(
        self, sentence: Sentence, actors: list[Hit], place: int, within: int, words: frozenset[str] | None
    ) -> Hit | None:
        """The first name after a place, behind one of some small words; with None, behind none."""
        for hit in actors:
            if hit.start > place and sentence.distance(place, hit.start) <= within:
                if self._marked(sentence, words, hit) if words is not None else not self._is_marked(sentence, hit):
                    return hit
        return None

    def _beside(self, sentence: Sentence, actors: list[Hit], anchor: Anchor) -> Hit | None:
        """A name that stands at a noun on the side of its adjectives: "US strikes", «frappes américaines»."""
        for hit in actors:
            if (
                self._adjective == "before"
                and hit.end <= anchor.start
                and sentence.distance(hit.end, anchor.start) == 0
            ):
                pair = self._first_of_pair(sentence, [each for each in actors if each.end <= anchor.start])
                return hit if not self._marked(sentence, self._targets, hit) and pair is hit else pair
            if (
                self._adjective == "after"
                and hit.start > anchor.start
                and sentence.distance(anchor.head, hit.start) == 0
            ):
                return hit
            if self._adjective == "after" and hit.end <= anchor.start and sentence.distance(hit.end, anchor.start) == 0:
                return self._first_of_pair(sentence, [each for each in actors if each.end <= anchor.start])
        return None

    def _is_passive(self, sentence: Sentence, anchor: Anchor) -> bool:
        agent = sentence.nearby(self._agents, anchor.start, anchor.head, 0, "after") if self._agents else None
        if agent and not self._is_active(sentence, agent.end):  # "retaliated by hitting" is active
            return True
        if not self._passive or self._is_active(sentence, anchor.start):  # and so is "is sending"
            return False
        return sentence.nearby(self._passive, anchor.start, anchor.head, 1, "before") is not None

    def _is_active(self, sentence: Sentence, place: int) -> bool:
        """Whether the word at a place has an ending that makes no passive."""
        words = sentence.text[place : place + 2 * LETTERS].split(maxsplit=1) if self._active else []
        return bool(words) and words[0].endswith(self._active)

    def _is_marked(self, sentence: Sentence, hit: Hit) -> bool:
        if self._marked(sentence, self._small, hit):
            return True
        place = bisect_left(sentence.entities, hit.start, key=_start)  # "in Lebanon's Beirut" marks both
        before = sentence.entities[place - 1] if place else None
        return (
            before is not None
            and sentence.text[before.end : hit.start].strip() == "s"
            and self._marked(sentence, self._small, before)
        )

    def _marked(self, sentence: Sentence, words: frozenset[str], hit: Hit) -> bool:
        return bool(words) and sentence.nearby(words, hit.start, hit.end, 1, "before") is not None


def _between(hits: list[Hit], low: int, high: int) -> list[Hit]:
    return [
        hit
        for hit in hits[bisect_left(hits, low, key=_start) : bisect_right(hits, high, key=_start)]
        if hit.end <= high
    ]


def _start(hit: Hit) -> int:
    return hit.start
