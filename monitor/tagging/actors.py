"""Who did it to whom, and where, as far as the clause says so; otherwise nothing is given.

Word order and the small words that mark doer, done-to and place come from the lexicon. Leaves the tie to the theatre to tagger.py.
"""

from __future__ import annotations

from bisect import bisect_right

from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import MOST_NAMES, Sentence
from monitor.tagging.lexicon import Lexicon, Rule
from monitor.tagging.theatre import Entity

NEAR, FAR = 3, 6  # words between a verb and its object or subject, at most


def entity(hit: Hit) -> Entity:
    return hit.word.entities[0][1]


class Roles:
    """The small words of one language, asked what role a name plays."""

    def __init__(self, lexicon: Lexicon):
        none: frozenset[str] = frozenset()
        self._order = lexicon.order
        self._agents, self._targets = lexicon.who.get("agents", none), lexicon.who.get("targets", none)
        self._places, self._passive = lexicon.who.get("places", none), lexicon.who.get("passive", none)

    def located(self, sentence: Sentence, hit: Hit) -> bool:
        """Whether a country's name is said as a place: in, near, off ... it."""
        if sentence.nearby(self._places, hit.start, hit.end, 1, "before") is None:
            return False
        place = bisect_right(sentence.entities, hit.start, key=_start)  # "in US-Israeli strikes" names no place
        return place == len(sentence.entities) or sentence.distance(hit.end, sentence.entities[place].start) > 0

    def of(self, sentence: Sentence, rule: Rule, start: int, end: int) -> tuple[str | None, str | None, str | None]:
        """Source, target and place of an anchor."""
        low, high = sentence.clause(start, end)
        near = sentence.named(low, high)
        if not near or len(near) == MOST_NAMES:
            return None, None, None
        where = [hit for hit in near if entity(hit).place and (not entity(hit).code or self.located(sentence, hit))]
        place = min(where, key=lambda hit: abs(hit.start - start), default=None)
        actors = [hit for hit in near if entity(hit).code and (hit not in where or self._marked(sentence, self._targets, hit))]
        before = [hit for hit in actors if hit.end <= start]
        after = [hit for hit in actors if hit.start > start] if rule.part == "verb" else [hit for hit in actors if hit.start >= end]
        source, target = self._roles(sentence, rule, start, end, before, after)
        if place is not None and place in (source, target):
            place = next((hit for hit in where if hit not in (source, target)), None)
        if source is not None and target is not None and entity(source).code == entity(target).code:
            target = None
        return (
            entity(source).code if source else None,
            entity(target).code if target else None,
            entity(place).place if place else None,
        )

    def _roles(self, sentence: Sentence, rule: Rule, start: int, end: int, before: list[Hit], after: list[Hit]) -> tuple[Hit | None, Hit | None]:
        agent = next((hit for hit in after if self._marked(sentence, self._agents, hit)), None)
        aimed = next((hit for hit in (*after, *before) if self._marked(sentence, self._targets, hit)), None)
        if rule.part == "noun":
            beside = next((hit for hit in (*before[::-1], *after) if self._beside(sentence, hit, start, end)), None)
            return agent or (beside if beside is not aimed else None), aimed
        if rule.passive or (agent and sentence.distance(end, agent.start) <= NEAR):
            return agent, next((hit for hit in before[::-1] if sentence.distance(hit.end, start) <= FAR), None)
        if sentence.nearby(self._passive, start, end, 1, "before"):
            return None, next((hit for hit in before[::-1] if sentence.distance(hit.end, start) <= FAR), None)
        subject = next((hit for hit in before if hit is not aimed and sentence.distance(hit.end, start) <= FAR), None)
        rest = [hit for hit in after if sentence.distance(end, hit.start) <= FAR]
        if self._order == "sov":
            return (before[0] if before and before[0] is not aimed else None), aimed
        if self._order == "vso" and subject is None:
            doer = next((hit for hit in rest if hit is not aimed and sentence.distance(end, hit.start) <= NEAR), None)
            return doer, aimed or next((hit for hit in rest if doer and hit.start > doer.end), None)
        return subject, next((hit for hit in rest if sentence.distance(end, hit.start) <= NEAR), aimed)

    def _marked(self, sentence: Sentence, words: frozenset[str], hit: Hit) -> bool:
        return bool(words) and sentence.nearby(words, hit.start, hit.end, 1, "before") is not None

    def _beside(self, sentence: Sentence, hit: Hit, start: int, end: int) -> bool:
        """Whether a name stands at a noun without a small word between: "US strikes", «frappes américaines»."""
        left, right = (hit.end, start) if hit.end <= start else (end, hit.start)
        return sentence.distance(left, right) == 0


def _start(hit: Hit) -> int:
    return hit.start
