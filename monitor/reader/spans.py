"""Where the words stand that state a signal: from what each piece of text scores to characters of its field. Pure."""

import unicodedata
from dataclasses import dataclass

import numpy as np

# of the best piece's score; a neighbour with at least this belongs to the same words, which makes them as long as
# labelled ones
PART = 0.2
JOINERS = "'’\u200c\u200d\u0640-"  # within a word: apostrophes, zero-width joiners, the Arabic stretch, the hyphen


@dataclass(frozen=True)
class Span:
    """Words of one field: `text[start:end]`, and the score of the best piece in them, 0 to 1."""

    field: str
    start: int
    end: int
    score: float


def best(
    scores: np.ndarray, starts: np.ndarray, ends: np.ndarray, of_summary: np.ndarray, title: str, summary: str
) -> Span | None:
    """The Span of the highest score, widened to neighbours of its field and to whole words; None without a piece that
    has characters.

    scores, starts, ends and of_summary are arrays over the pieces of one entry; a piece without characters has end <=
    start.
    """
    real = ends > starts
    if not real.any():
        return None
    scores = np.where(real, scores, -1.0)
    peak = int(scores.argmax())
    floor, field = PART * scores[peak], of_summary[peak]
    first = last = peak
    while first > 0 and real[first - 1] and of_summary[first - 1] == field and scores[first - 1] >= floor:
        first -= 1
    while last + 1 < len(scores) and real[last + 1] and of_summary[last + 1] == field and scores[last + 1] >= floor:
        last += 1
    text = summary if field else title
    start, end = whole_words(text, int(starts[first]), int(ends[last]))
    return Span("summary" if field else "title", start, end, float(scores[peak])) if end > start else None


def whole_words(text: str, start: int, end: int, reach: int = 40) -> tuple[int, int]:
    """The same stretch of text without blanks and marks at its edges,
    and with the words at its edges whole (`reach` characters at most).
    """
    while start < end and not _word(text[start]):
        start += 1
    while end > start and not _word(text[end - 1]):
        end -= 1
    if start == end:
        return start, end
    limit = max(0, start - reach)
    while start > limit and _inside(text, start):
        start -= 1
    limit = min(len(text), end + reach)
    while end < limit and _inside(text, end):
        end += 1
    return start, end


def _inside(text: str, at: int) -> bool:
    """Whether a word runs on across the place before character `at`."""
    before, after = text[at - 1], text[at]
    if _word(before) and _word(after):
        return True
    if after in JOINERS:
        return _word(before) and at + 1 < len(text) and _word(text[at + 1])
    return before in JOINERS and _word(after) and at > 1 and _word(text[at - 2])


def _word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"
