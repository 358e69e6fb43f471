"""Applies what people said of a reading: this signal is right, this one is wrong, that one is missing. Pure.

corrections of an article -> those in force for its words -> the reading as the reader made it -> the reading as
corrected
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b

from monitor.errors import InputError
from monitor.models import CATEGORIES, ESCALATION, VERDICTS, Article, Correction, Reading, Signal, Suppressed
from monitor.tagging import loading
from monitor.tagging.balance import balance, score
from monitor.tagging.parts import parts_of

RULE = "correction"  # of a signal that only a person found
MAX_TEXT, MAX_NOTE, MAX_WHO = 300, 300, 60  # characters
_BETWEEN = "[\\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+"  # spaces, and marks of direction, which a page leaves out


def where(words: str, title: str, summary: str) -> tuple[str, int, int]:
    """(field, start, end) of words that somebody picked or pasted;
    the title is searched first. Raises InputError where they do not occur.
    """
    parts = words.split()
    if not parts:
        raise InputError("no words; copy them from the title or the summary")
    if len(words) > MAX_TEXT:
        raise InputError(f"more than {MAX_TEXT} characters; choose the few words that state it")
    asked = re.compile(_BETWEEN.join(map(re.escape, parts)))
    for field, text in (("title", title), ("summary", summary)):
        if found := asked.search(text):
            return field, found.start(), found.end()
    raise InputError(
        f"“{words}” stands neither in the title nor in the summary; copy the words as they are written there"
    )


def checked(said: Correction, title: str, summary: str) -> Correction:
    """The correction, its free texts trimmed, empty ones None. Raises InputError where it cannot be meant."""
    for name, value, known in (
        ("kind", said.kind, VERDICTS),
        ("category", said.category, CATEGORIES),
        ("mode", said.mode, ("act", "words")),
        ("field", said.field, ("title", "summary")),
    ):
        if value not in known:
            raise InputError(f"{name}: {value!r} is not one of {', '.join(known)}")
    for name, value, most in (("text", said.text, MAX_TEXT), ("note", said.note, MAX_NOTE), ("who", said.who, MAX_WHO)):
        if value and len(value) > most:
            raise InputError(f"{name}: at most {most} characters, these are {len(value)}")
    if not said.text or (title if said.field == "title" else summary)[said.start : said.end] != said.text:
        raise InputError("the article has other words now; look at it again")
    who, note = (" ".join((value or "").split()) or None for value in (said.who, said.note))
    return replace(said, who=who, note=note)


def in_force(given: Sequence[Correction], title: str, summary: str) -> tuple[Correction, ...]:
    """Of each signal the newest verdict, placed where its words stand in these texts; `given` is oldest first.

    What was said of words that do not occur here is left out, and so is what was undone.
    """
    newest: dict[tuple[str, str, str, int, str], Correction] = {}
    for one in given:
        text = title if one.field == "title" else summary
        start = one.start if text[one.start : one.end] == one.text else text.find(one.text)
        if start >= 0:
            key = (one.category, one.mode, one.field, start, one.text)
            newest.pop(key, None)
            newest[key] = replace(one, start=start, end=start + len(one.text))
    return tuple(one for one in newest.values() if one.kind != "undone")


def about(said: Correction, found: Signal) -> bool:
    """Whether a correction is about this signal: of its category and mode, on words that overlap with its own."""
    return (said.category, said.mode, said.field) == (found.category, found.mode, found.field) and (
        said.start < found.end and found.start < said.end
    )


def in_words(said: Correction) -> str:
    """`corrected by Ann on 2026-03-02: wrong`"""
    return f"corrected{f' by {said.who}' if said.who else ''} on {said.at:%Y-%m-%d}: {said.kind}"


def corrected(reading: Reading, said: Sequence[Correction]) -> Reading:
    """The reading with the corrections in force applied to it.

    A wrong signal is suppressed; one that is right or missing is there and sure. Where the signals change, direction
    and score are computed again by the title-led sum; otherwise the direction stays what the reader decided by.
    """
    if not said:
        return reading
    kept: list[Signal] = []
    suppressed: list[Suppressed] = []
    for found in reading.signals:
        wrong = next((one for one in reversed(said) if one.kind == "wrong" and about(one, found)), None)
        if wrong is None:
            kept.append(found)
        else:
            suppressed.append(
                Suppressed(found.category, in_words(wrong), found.field, found.start, found.end, found.text)
            )
    changed = bool(suppressed)
    for one in (one for one in said if one.kind in ("right", "missing")):
        same = [n for n, found in enumerate(kept) if about(one, found)]
        for n in same:
            kept[n] = replace(kept[n], confidence=1.0, why=in_words(one))
        if not same:
            kept.append(_signal(one))
            changed = True
    kept.sort(key=lambda found: (found.field != "title", found.start, -found.end))
    stated = {(found.category, found.field, found.start) for found in kept}
    suppressed += [off for off in reading.suppressed if (off.category, off.field, off.start) not in stated]
    direction = balance(kept)[0] if changed else reading.direction
    same_direction = direction == reading.direction
    made = replace(
        reading,
        direction=direction,
        score=score(direction, kept),
        theatre=reading.theatre or bool(kept),
        signals=tuple(kept),
        suppressed=tuple(suppressed),
        confidence=reading.confidence if same_direction else None,
        runner_up=reading.runner_up if same_direction else None,
        fault=None if kept else reading.fault,
    )
    return replace(made, parts=parts_of(made)) if changed else made


def _signal(said: Correction) -> Signal:
    """The signal that a person named; as grave as its category usually is."""
    escalates = said.category in ESCALATION
    severity = _severities()[said.category] * (1 if escalates else -1)
    direction = "escalation" if escalates else "deescalation"
    span = (said.field, said.start, said.end, said.text)
    return Signal(said.category, direction, said.mode, severity, RULE, *span, confidence=1.0, why=in_words(said))


@cache
def _severities() -> dict[str, float]:
    return loading.event_types().usual_severities()


def labelled(article: Article, reading: Reading, said: Sequence[Correction]) -> Mapping[str, object] | None:
    """The article as a labelled row, where the corrections in force make its labels known: otherwise None.

    They do where every signal of the reader was judged, or where something was said to be missing: then somebody has
    looked at the whole. Each category stands in it at most once a mode, as in other labels.
    """
    if not said or (
        all(one.kind != "missing" for one in said)
        and not all(any(about(one, found) for one in said) for found in reading.signals)
    ):
        return None
    made = corrected(reading, said)
    first: dict[tuple[str, str], Signal] = {}
    for found in made.signals:
        first.setdefault((found.category, found.mode), found)
    text = f"{article.title}\n{article.summary}".encode("utf-8", "surrogatepass")
    return {
        "id": f"corrected-{blake2b(text, digest_size=8).hexdigest()}",
        "lang": article.lang,
        "title": article.title,
        "summary": article.summary,
        "source": article.publisher,
        "published": article.published,
        "direction": made.direction,
        "signals": [
            {"category": found.category, "mode": found.mode, "field": found.field, "evidence": found.text}
            for found in first.values()
        ],
    }
