"""How a story reads: its name, who reported it first and who followed, and whether its reports agree. Pure.

    reports of one event -> copies of one text -> independent publishers -> denials, opposite and corrected reports ->
        Account

The rules are in docs/method.md; what a headline says of its own report is in headlines.yaml.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from math import sqrt
from re import compile as pattern
from typing import NamedTuple

import numpy as np

from monitor.language import N_
from monitor.models import VECTOR
from monitor.stories.headlines import of_the_event, said_of_itself
from monitor.tagging.letters import fold_letters

STATES = (N_("reported by one"), N_("confirmed"), N_("disputed"), N_("denied"), N_("corrected"))
OPPOSITE = {"escalation": "deescalation", "deescalation": "escalation"}
DISPUTE = (
    4  # one independent publisher in so many that reports the opposite makes a story disputed; fewer may be misread
)
OPENING = 600  # characters of a summary that copies are recognised by
COPY_TITLE = 5  # words of a headline from which an equal one is a copy: shorter ones are equal by chance
COPY_WORDS, COPY_RUN, COPY_MARKS = 20, 5, 8  # words of an opening that is compared; of a run; runs kept of each
SEVERE = 0.8  # of the median severity of its reports: what names a story has at least so much
HALF_LIFE = timedelta(hours=12)  # after which a publisher's report counts half for leading

_WORD = pattern(r"[^\W_]+")
_SOURCE = pattern(r"\s[-|–—]\s[^-|–—]{2,40}$")  # "... - Reuters", as aggregators end a headline


class Report(NamedTuple):
    """One article as far as an account of a story needs it. `opening`: the beginning of its summary."""

    id: int
    at: datetime
    publisher: str
    tier: int
    lang: str | None
    title: str
    opening: str
    direction: str
    score: float = 0.0
    confidence: float | None = None
    vector: bytes | None = None  # as network.packed gives it
    first_direction: str | None = None  # of the first wording, where the title was edited since
    negated: tuple[str, ...] = ()  # categories that its title negates, looked up where the title denies


@dataclass(frozen=True, slots=True)
class Follower:
    """A publisher that reported a story after the first one."""

    publisher: str
    after: timedelta
    copies: str | None = None  # whose text its reports are, where it has none of its own


@dataclass(frozen=True, slots=True)
class Account:
    """How a story reads. Ids are those of reports, in the order of their time."""

    title: str
    face: int  # the report whose headline names the story
    faces: tuple[tuple[str, int], ...]  # language, the report whose headline names it there
    titles: tuple[tuple[str, str], ...]  # language, that headline
    state: str  # one of STATES
    publishers: int  # independent ones
    confirmed_by: int  # independent publishers with a report that is not denying, opposite or corrected
    confidence: float | None  # mean of what the reader says of those reports
    first_publisher: str
    followers: tuple[Follower, ...]
    denying: tuple[int, ...]
    opposite: tuple[int, ...]
    corrected: tuple[int, ...]


def account(reports: Iterable[Report], direction: str, categories: Sequence[str]) -> Account:
    """How a story of at least one report reads, by its direction and the categories of its reports;
    ValueError where there is none.
    """
    ordered = sorted(reports, key=lambda report: (report.at, report.id))
    if not ordered:
        raise ValueError("a story has at least one report")
    whose = _whose(ordered)
    independent = set(whose.values())
    denying = [r for r in ordered if _denies(r, direction, categories)]
    corrected = [r for r in ordered if _was_corrected(r)]
    apart = {r.id for r in (*denying, *corrected)}
    opposite = _opposite([r for r in ordered if r.id not in apart], direction)
    apart |= {r.id for r in opposite}
    confirming = [r for r in ordered if r.id not in apart]
    sides = [{whose[r.id] for r in side} for side in (confirming, denying, opposite, corrected)]
    sure = [r.confidence for r in confirming if r.confidence is not None]
    named = _candidates(confirming or ordered, direction)
    face = typical(named)
    faces = {
        lang: face if face.lang == lang else typical([r for r in named if r.lang == lang])
        for lang in dict.fromkeys(r.lang for r in named if r.lang)
    }
    first, *followers = _by_publisher(ordered, whose)
    return Account(
        face.title,
        face.id,
        tuple((lang, report.id) for lang, report in faces.items()),
        tuple((lang, report.title) for lang, report in faces.items()),
        _state(*map(len, sides)),
        len(independent),
        len(sides[0]),
        round(sum(sure) / len(sure), 3) if sure else None,
        first.publisher,
        tuple(
            Follower(r.publisher, r.at - first.at, None if r.publisher in independent else whose[r.id])
            for r in followers
        ),
        *(tuple(r.id for r in side) for side in (denying, opposite, corrected)),
    )


def _state(confirming: int, denying: int, opposite: int, corrected: int) -> str:
    """A word of STATES from how many independent publishers are on each side."""
    if denying > confirming:
        return "denied"
    if corrected and corrected >= confirming:
        return "corrected"
    if denying or (opposite and DISPUTE * opposite >= confirming):
        return "disputed"
    return "confirmed" if confirming > 1 else "reported by one"


def _whose(ordered: Sequence[Report]) -> dict[int, str]:
    if len({report.publisher for report in ordered}) == 1:  # as in nine stories of ten: nothing to compare
        return {report.id: report.publisher for report in ordered}
    return owners((r.id, r.publisher, r.title, r.opening) for r in ordered)


def _by_publisher(ordered: Sequence[Report], whose: dict[int, str]) -> list[Report]:
    """The first report of each publisher, in the order of time;
    of one whose first is a copy its first own, if it has any.
    """
    first: dict[str, Report] = {}
    own = set(whose.values())
    for report in ordered:
        if whose[report.id] == report.publisher or report.publisher not in own:
            first.setdefault(report.publisher, report)
    return sorted(first.values(), key=lambda report: (report.at, report.id))


# -- copies -------------------------------------------------------------------------------------------------


def owners(ordered: Iterable[tuple[int, str, str, str]]) -> dict[int, str]:
    """report id -> the publisher that its text is counted for: its own, or that of the earliest report that it is a
    copy of.

    `ordered` by time: (id, publisher, title, opening of the summary). A copy has the same headline, or an opening that
    is the same in at least half.
    """
    headlines: dict[str, str] = {}
    marks: dict[int, list[tuple[frozenset[int], str]]] = {}
    found: dict[int, str] = {}
    for id, publisher, headline, opening in ordered:
        title, runs = _headline(headline), _marks(opening)
        owner = headlines.get(title) if title else None
        if owner is None and runs:
            near = (kept for mark in runs for kept in marks.get(mark, ()))
            owner = next((whose for other, whose in near if _half(runs, other)), None)
        if owner is None:
            owner = publisher
            for mark in runs:
                marks.setdefault(mark, []).append((runs, owner))
        if title:
            headlines.setdefault(title, owner)
        found[id] = owner
    return found


def _headline(title: str) -> str:
    """The words of a headline by which copies are recognised; empty where they are too few."""
    words = _WORD.findall(fold_letters(_SOURCE.sub("", title)))
    return " ".join(words) if len(words) >= COPY_TITLE else ""


@lru_cache(maxsize=4_000)
def _marks(opening: str) -> frozenset[int]:
    """Marks of the runs of words in an opening."""
    text = _WORD.findall(fold_letters(opening))
    runs: set[int] = set()
    if len(text) >= COPY_WORDS:
        runs = {zlib.crc32(" ".join(text[n : n + COPY_RUN]).encode()) for n in range(len(text) - COPY_RUN + 1)}
    return frozenset(nsmallest(COPY_MARKS, runs))


def _half(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether about half of the runs of two openings are the same, by their smallest marks (Broder 1997)."""
    smallest = nsmallest(COPY_MARKS, one | other)
    return 2 * sum(mark in one and mark in other for mark in smallest) >= len(smallest)


# -- what reports say of the story --------------------------------------------------------------------------


def _denies(report: Report, direction: str, categories: Sequence[str]) -> bool:
    """A headline with a word of denial whose report does not read as the story does,
    or that negates what the story reports.
    """
    if "denial" not in said_of_itself(report.title):
        return False
    return (
        report.direction not in (direction, "mixed")
        or report.direction == "none"
        or bool({*report.negated} & {*categories})
    )


def _was_corrected(report: Report) -> bool:
    """The publisher says so, or edited the report so that it no longer says what it said first."""
    if "correction" in said_of_itself(report.title):
        return True
    before, now = report.first_direction, report.direction
    return before not in (None, "none", "unread") and (now == "none" or now == OPPOSITE.get(before or ""))


def _opposite(ordered: Sequence[Report], direction: str) -> list[Report]:
    """The reports of the other direction; where a story is as much of one as of the other,
    those of the one that came later.
    """
    if direction == "mixed":
        first = next((r.direction for r in ordered if r.direction in OPPOSITE), "")
        return [r for r in ordered if r.direction == OPPOSITE.get(first)]
    return [r for r in ordered if r.direction == OPPOSITE.get(direction)]


# -- the name -----------------------------------------------------------------------------------------------


def _candidates(ordered: Sequence[Report], direction: str) -> list[Report]:
    """The reports that may name a story: those that report the event, read as the story does and are as severe as most
    of these, as far as there are such; a profile or a reaction mentions the event and weighs less.
    """
    events = [r for r in ordered if of_the_event(r.title)] or list(ordered)
    events = [r for r in events if r.direction == direction] or events
    least = SEVERE * sorted(abs(r.score) for r in events)[len(events) // 2]
    return [r for r in events if abs(r.score) >= least]


def typical(reports: Sequence[Report]) -> Report:
    """The report nearest to the centre of all; of equals the one of the best tier, then the earliest.

    By vectors where most have one, otherwise by the words of their titles. Whole numbers until the last step, so that
    it does not depend on the machine.
    """
    with_vector = [r for r in reports if r.vector and len(r.vector) == VECTOR]  # not one that a former reader gave
    if 2 * len(with_vector) > len(reports):
        reports = with_vector
        rows = np.frombuffer(b"".join(r.vector or b"" for r in reports), np.int8).reshape(-1, VECTOR).astype(np.int64)
        nearness = [int(n) / sqrt(int(d)) for n, d in zip(rows @ rows.sum(0), (rows * rows).sum(1), strict=True)]
    else:
        bags = [frozenset(_WORD.findall(fold_letters(r.title))) for r in reports]
        shared = Counter(word for bag in bags for word in bag)
        nearness = [sum(shared[word] for word in bag) / sqrt(len(bag) or 1) for bag in bags]
    ranked = zip(nearness, reports, strict=True)
    return min(ranked, key=lambda pair: (-round(pair[0], 6), pair[1].tier, pair[1].at, pair[1].id))[1]


# -- leading ------------------------------------------------------------------------------------------------


def weight(reports: Sequence[Report], score: float, confidence: float | None, now: datetime) -> tuple[bool, float]:
    """What stories are ranked by, greatest first: whether any report is of the event rather than a live page or a
    feature; then its independent publishers, each counting half for every 12 hours since its first report, times
    severity and confidence.

    A reader that does not say how sure it is leaves the weight as it is.
    """
    ordered = sorted(reports, key=lambda report: (report.at, report.id))
    whose = _whose(ordered)
    first: dict[str, datetime] = {}
    for report in ordered:
        first.setdefault(whose[report.id], report.at)
    newness = sum(0.5 ** max(0.0, (now - at) / HALF_LIFE) for at in first.values())
    return any(of_the_event(r.title) for r in ordered), newness * abs(score) * (
        1.0 if confidence is None else confidence
    )
