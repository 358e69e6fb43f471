"""What the words around an anchor do to it: turn it off, turn its sign, or make words of an act. Codebook, rules 1-5.

The tables are the codebook's and know no language; which words are cues is the lexicons' business. Leaves finding
cues to clauses.py, and who did it to actors.py.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from monitor.models import ESCALATION
from monitor.tagging.anchors import Hit
from monitor.tagging.clauses import LETTERS, Sentence
from monitor.tagging.lexicon import IN_WORDS, WEIGHTS, Cue, Rule

# what a signal becomes when it is undone; None: nothing (rule 3)
UNDONE = {
    "talks": "rupture", "accord": "rupture", "ceasefire": "rupture", "concession": "rupture", "release": "rupture", "withdrawal": "rupture",
    "sanctions_relief": "sanction", "appeal": "rupture", "sanction": "sanctions_relief", "maritime": "withdrawal", "energy": "withdrawal",
    "mobilize": "withdrawal", "threat": "concession", "attack": "concession", "nuclear": "concession", "rupture": None, "unrest": None,
}  # fmt: skip
# vowed not to happen, or called off before it did (rule 2)
NEVER = {category: "concession" for category in ("attack", "maritime", "nuclear", "mobilize")} | {
    category: "rupture" for category in ("talks", "accord", "ceasefire", "concession", "release", "withdrawal")
} | {"sanctions_relief": "sanction"}  # fmt: skip
# refused (rule 2)
REFUSED = {
    category: "rupture"
    for category in ("talks", "accord", "ceasefire", "concession", "release", "withdrawal", "appeal")
} | {"sanctions_relief": "sanction"}
# threatened or only possible: force becomes a threat, the rest stays what it is, in words (rule 1)
FORCE = ("attack", "maritime", "energy", "mobilize", "nuclear")

OFF = ("purpose", "background", "condition")
TURNS = ("never", "refusal", "negation")
SPEECH = ("threat", "modality", "demand", "attribution")
INSIDE = (
    *TURNS,
    "modality",
)  # count in the gap of an anchor too, right before its last part: "otages n'ont pas été libérés"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an anchor. `category` None: it does not count, `reason` says why."""

    category: str | None
    mode: str
    weight: float
    operators: tuple[str, ...]
    start: int
    end: int
    reason: str = ""
    changed: bool = False  # the category is not the rule's own
    said_by_cue: bool = False  # a cue of speech makes it: its subject is who speaks


def operate(sentence: Sentence, rule: Rule, start: int, end: int, gap: tuple[int, int]) -> Outcome:
    """What the cues around an anchor, and in the gap before its last part, make of it."""
    cues = _nearest(sentence, rule.category, start, end, gap)
    for kind in OFF:
        if kind in cues:
            return _off(rule, cues[kind], start, end, sentence)
    category, weight, notes, changed = rule.category, rule.weight, [], False
    undo = cues.get("undoing")
    turn = min((cues[kind] for kind in TURNS if kind in cues), key=lambda found: found[2], default=None)
    if undo and (ruler := _ruler(sentence, undo[1], start, end)):
        notes.append(f"{ruler.word.cues[0][1].kind}: {_said(sentence, ruler)} (of {_said(sentence, undo[1])})")
        start, end = _around(start, end, ruler, undo[1])
    elif turn:
        cue, hit, _ = turn
        table = NEVER if cue.kind == "never" else REFUSED if cue.kind == "refusal" else {}
        made = cue.makes or table.get(category)
        if made is None:
            return _off(rule, turn, start, end, sentence)
        category, weight, changed = made, WEIGHTS[made], True
        notes.append(f"{cue.kind}: {_said(sentence, hit)}")
        start, end = _around(start, end, hit)
    elif undo:
        cue, hit, _ = undo
        made = cue.makes or UNDONE[category]
        if made is None:
            return _off(rule, undo, start, end, sentence)
        category, weight, changed = made, WEIGHTS[made], True
        notes.append(f"undoing: {_said(sentence, hit)}")
        start, end = _around(start, end, hit)
    mode = rule.mode if category == rule.category else "words" if category in IN_WORDS else "act"
    speech = min((cues[kind] for kind in SPEECH[:3] if kind in cues), key=lambda found: found[2], default=None)
    if speech:
        cue, hit, _ = speech
        made = cue.makes or (
            "threat"
            if category in FORCE
            else "appeal"
            if cue.kind == "demand" and category not in ESCALATION
            else category
        )
        if made != category:
            category, weight = made, WEIGHTS[made]
            if category != rule.category:
                changed = True
        mode = "words"
        notes.append(f"{cue.kind}: {_said(sentence, hit)}")
        start, end = _around(start, end, hit)
    if "attribution" in cues:
        notes.append(f"attribution: {_said(sentence, cues['attribution'][1])}")
    return Outcome(category, mode, weight, tuple(notes), start, end, changed=changed, said_by_cue=bool(turn or speech))


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
    return Outcome(None, rule.mode, 0.0, (), start, end, reason=f"{cue.kind}: {_said(sentence, hit)}")


def _said(sentence: Sentence, hit: Hit) -> str:
    return sentence.text[hit.start : hit.end]
