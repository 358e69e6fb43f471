"""How alike two articles are, 0..1, from their words, from the things in them, and from what speaks against it.

A pure function of the two and of nothing else that was read, so that the order of arrival cannot matter.
"""

from __future__ import annotations

from datetime import timedelta
from math import sqrt

from monitor.stories.features import Features, things_weight, words_weight

SPAN = timedelta(hours=36)  # further apart, two articles are two stories
NEAR = timedelta(hours=6)  # so near in time, time says nothing
LINK = 0.46  # from here on two articles report one event, if neither is more like an earlier one
KIN = 0.3  # how like the opener of the story it has to be
BACKED = 3  # or how many others of the story report the same
SAME = 0.66  # from here on they do in any case
SAME_TEXT = 0.62  # of title and words alone: a wire copied or slightly edited
TITLE, TEXT, THINGS = (
    0.45,
    0.30,
    0.25,
)  # within a language: what the title says is the event, what follows is also background
LEAST = 0.15  # of the title: with less in common, two of one language report two events
ACROSS = 1.2  # between languages: the weight of shared things at which their likeness counts half
FADE = 0.35  # what is lost from NEAR to SPAN
ELSEWHERE = 0.6  # factor where both name places and none in common
NAME = 1.0  # weight of a name that sounds the same, counted only where it does: a text that does not name a person may still mean him
DOUBT = 0.4  # weight counted as different in any two texts, so that short texts are never fully alike


def _share(shared: float, one: float, other: float) -> float:
    """A cosine: what is shared over the geometric mean of both."""
    return shared / (sqrt(one * other) + DOUBT) if shared else 0.0


def likeness(a: Features, b: Features) -> float:
    """0 for two that cannot be one story. Off-topic articles, and one beside any other, are alike by their words alone."""
    one_language, topical = a.lang == b.lang, a.topical and b.topical
    title = text = 0.0
    if a.bits & b.bits:  # far cheaper than comparing words, and most pairs have none in common
        title = _share(words_weight(frozenset(a.title).intersection(b.title)), a.weights[0], b.weights[0])
    if title < LEAST:
        if one_language or not topical:
            return 0.0
    else:
        text = _share(words_weight(frozenset(a.words).intersection(b.words)), a.weights[1], b.weights[1])
    gap = abs(a.at - b.at)
    if gap > SPAN:
        return 0.0
    if (title + text) / 2 >= SAME_TEXT:
        if gap > NEAR and set(a.numbers) != set(b.numbers):
            return 0.0  # the next of a series: day six, day seven
        found = max((title + text) / 2, SAME)
    elif not topical:
        return 0.0
    else:
        names = NAME * len(frozenset(a.names).intersection(b.names))
        shared = things_weight(frozenset(a.things).intersection(b.things)) + names
        found = _share(shared, a.weights[2] + names, b.weights[2] + names)
        if one_language:
            found = TITLE * title + TEXT * text + THINGS * found
        else:
            found *= shared / (shared + ACROSS)
    if a.places and b.places and not frozenset(a.places).intersection(b.places):
        found *= ELSEWHERE
    if gap > NEAR:
        found *= 1 - FADE * ((gap - NEAR) / (SPAN - NEAR))
    return found
