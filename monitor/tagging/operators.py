"""What the words around an anchor do to it: turn it off, turn its sign, or make words of an act. Codebook, rules 1-5.

What becomes what stands in lexicon/events.yaml and knows no language; which words are cues stands in the lexicons of
the languages. clauses.py finds the cues, actors.py finds who did it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import LETTERS, Sentence
from monitor.tagging.lexicon import Cue, Events, EventType, Rule

OFF = ("purpose", "background", "condition")
TURNS = ("never", "refusal", "negation")
SPEECH = ("threat", "modality", "demand", "attribution")
BECOMES = {
    "undoing": "undone",
    "never": "never",
    "refusal": "refused",
    "threat": "said",
    "modality": "said",
    "demand": "demanded",
}  # cue -> turn
INSIDE = (
    *TURNS,
    "modality",
)  # count in the gap of an anchor too, right before its last part: "otages n'ont pas été libérés"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an anchor. `event` None: it does not count, `reason` says why."""

    event: EventType | None
    mode: str
    operators: tuple[str, ...]
    start: int
    end: int
    reason: str = ""
    changed: bool = False  # the category is not the rule's own
    said_by_cue: bool = False  # a cue of speech makes it: its subject is who speaks

    @property
    def category(self) -> str | None:
        return self.event.category if self.event else None


def operate(sentence: Sentence, events: Events, rule: Rule, start: int, end: int, gap: tuple[int, int]) -> Outcome:
    """What the cues around an anchor, and in the gap before its last part, make of it."""
    cues = _nearest(sentence, rule.event.category, start, end, gap)
    if not cues:
        return Outcome(rule.event, rule.event.mode, (), start, end)
    for kind in OFF:
        if kind in cues:
            return _off(rule, cues[kind], start, end, sentence)
    event, notes = rule.event, []
    undo = cues.get("undoing")
    turn = min((cues[kind] for kind in TURNS if kind in cues), key=lambda found: found[2], default=None)
    decisive = turn or undo
    if undo and (ruler := _ruler(sentence, undo[1], start, end)):
        notes.append(f"{ruler.word.cues[0][1].kind}: {_said(sentence, ruler)} (of {_said(sentence, undo[1])})")
        start, end = _around(start, end, ruler, undo[1])
    elif decisive:
        cue, hit, _ = decisive
        table = events.turned.get(BECOMES.get(cue.kind, ""), {})
        made = cue.makes or (events.undone(event) if cue.kind == "undoing" else table.get(event.category))
        if made is None:
            return _off(rule, decisive, start, end, sentence)
        event = made
        notes.append(f"{cue.kind}: {_said(sentence, hit)}")
        start, end = _around(start, end, hit)
    mode = event.mode
    speech = min((cues[kind] for kind in SPEECH[:3] if kind in cues), key=lambda found: found[2], default=None)
    if speech:
        cue, hit, _ = speech
        event = cue.makes or events.turned[BECOMES[cue.kind]].get(event.category, event)
        mode = "words"
        notes.append(f"{cue.kind}: {_said(sentence, hit)}")
        start, end = _around(start, end, hit)
    if "attribution" in cues:
        notes.append(f"attribution: {_said(sentence, cues['attribution'][1])}")
    changed = event.category != rule.category
    return Outcome(event, mode, tuple(notes), start, end, changed=changed, said_by_cue=bool(turn or speech))


def _nearest(
    sentence: Sentence, category: str, start: int, end: int, gap: tuple[int, int]
) -> dict[str, tuple[Cue, Hit, int]]:
    """The nearest cue of each kind that reaches the anchor."""
    found: dict[str, tuple[Cue, Hit, int]] = {}
    if not sentence.cues:
        return found
    reach = 12 * LETTERS
    low = bisect_left(sentence.cues, start - reach, key=lambda hit: hit.start)
    high = bisect_right(sentence.cues, end + reach, key=lambda hit: hit.start)
    for hit in sentence.cues[low:high]:
        inside = gap[0] <= hit.start and hit.end <= gap[1]
        if hit.end <= start:
            side, left, right = "before", hit.end, start
        elif hit.start >= end:
            side, left, right = "after", end, hit.start
        elif inside and sentence.distance(hit.end, gap[1]) <= 2:
            side, left, right = "before", hit.end, gap[1]
        else:
            continue
        distance = None
        for phrase, cue in hit.word.cues:
            if inside and cue.kind not in INSIDE:
                continue
            if (
                cue.side not in ("both", side)
                or cue.where not in ("any", sentence.origin)
                or (cue.on is not None and category not in cue.on)
            ):
                continue
            if distance is None:
                if sentence.broken(left, right):
                    break
                distance = sentence.distance(left, right)
            if distance > cue.within or (cue.kind in found and found[cue.kind][2] <= distance):
                continue
            if phrase.tails and not _tails(sentence, phrase.tails, hit.end, start, end):
                continue
            if cue.unless and sentence.nearby(cue.unless, hit.start, hit.end, 4):
                continue
            found[cue.kind] = (cue, hit, distance)
    return found


def _tails(sentence: Sentence, tails: tuple[frozenset[str], ...], place: int, start: int, end: int) -> bool:
    """Whether a cue's further parts follow it: `calls ... off` around or beside the anchor."""
    for tail in tails:
        hit = sentence.following(tail, place, 8)
        if hit is None:
            return False
        place = hit.end
    return True


def _ruler(sentence: Sentence, undo: Hit, start: int, end: int) -> Hit | None:
    """A negation or refusal that speaks of the undoing word, so that nothing is undone: "refuses to lift sanctions"."""
    place = bisect_left(sentence.cues, undo.start - 4 * LETTERS, key=lambda hit: hit.start)
    for hit in sentence.cues[place:]:
        if hit.start > undo.end + 4 * LETTERS:
            break
        before = hit.end <= undo.start
        if hit is undo or not (before or hit.start >= undo.end) or not (hit.end <= start or hit.start >= end):
            continue
        if not any(cue.kind in TURNS and cue.side != ("after" if before else "before") for _, cue in hit.word.cues):
            continue
        left, right = (hit.end, undo.start) if before else (undo.end, hit.start)
        if not sentence.broken(left, right) and sentence.distance(left, right) <= 3:
            return hit
    return None


def _around(start: int, end: int, *hits: Hit) -> tuple[int, int]:
    return min(start, *(hit.start for hit in hits)), max(end, *(hit.end for hit in hits))


def _off(rule: Rule, found: tuple[Cue, Hit, int], start: int, end: int, sentence: Sentence) -> Outcome:
    cue, hit, _ = found
    return Outcome(None, rule.event.mode, (), start, end, reason=f"{cue.kind}: {_said(sentence, hit)}")


def _said(sentence: Sentence, hit: Hit) -> str:
    return sentence.text[hit.start : hit.end]
