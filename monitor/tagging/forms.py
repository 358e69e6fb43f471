"""How a lexicon writes words: `seiz(e|es|ed) ... @ships`. Turned here into plain folded phrases.

    a(b|c)d     one of           a(s)      optional         @name   any form of the group
    A ... B     B follows A within a few words              =US     exactly these letters

Raises FormError in words an editor understands.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from monitor.tagging.text import folded_form

MOST = 2000  # phrases one form may stand for
HALF_SPACE = "\u200c"


class FormError(ValueError):
    """A form that cannot be read; the text says why and what to write."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`head` is looked for; `tails` must follow it one after the other, each tail any one of its phrases."""

    head: str
    tails: tuple[frozenset[str], ...] = ()
    exact: str | None = None  # the head as it must be written
    line: int = field(default=0, compare=False)  # of the file, where its form stands
    form: str = field(default="", compare=False)  # as it is written there


def expand(form: str, groups: dict[str, tuple[str, ...]], line: int = 0) -> list[Phrase]:
    """Every phrase a form stands for."""
    parts = [part.strip() for part in form.split("...")]
    if not all(parts):
        raise FormError("'...' needs words on both sides")
    if parts[0].startswith("="):
        exact = parts[0][1:]
        heads = [(folded_form(exact), exact)]
    else:
        heads = [(head, None) for head in _phrases(parts[0], groups)]
    tails = tuple(frozenset(_phrases(part, groups)) for part in parts[1:])
    return [Phrase(head, tails, exact, line, form) for head, exact in heads]


def phrases(form: str, groups: dict[str, tuple[str, ...]]) -> list[str]:
    """Every phrase of a form that may have no gap: conditions and group members."""
    if "..." in form:
        raise FormError("'...' is not possible here; write the parts as separate words")
    return _phrases(form.lstrip("="), groups)


def _phrases(part: str, groups: dict[str, tuple[str, ...]]) -> list[str]:
    """Groups put in, brackets multiplied out, folded; with and without half spaces; duplicates dropped."""
    pieces = re.split(r"(@[^@()|]+?(?=$|[()|]|  )|@\{[^}]*\})", part) if "@" in part else [part]
    choices = []
    for piece in pieces:
        if piece.startswith("@"):
            name, rest = _group_name(piece, groups)
            choices.append([member + rest for member in groups[name]])
        elif piece:
            choices.append(_multiply(piece))
    if len(choices) == 1:
        found = choices[0]
    else:
        found = ["".join(chosen) for chosen in itertools.islice(itertools.product(*choices), MOST + 1)]
    if len(found) > MOST:
        raise FormError(f"stands for more than {MOST} phrases; split it into several rules")
    joined = [phrase.replace(HALF_SPACE, "") for phrase in found if HALF_SPACE in phrase]  # news often leaves it out
    folded = dict.fromkeys(phrase if phrase.startswith("@") else folded_form(phrase) for phrase in (*found, *joined))
    folded.pop("", None)
    if not folded:
        raise FormError("has no letters")
    return list(folded)


def _group_name(piece: str, groups: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """The longest group name a piece starts with, and what follows it."""
    text = piece[2:-1] if piece.startswith("@{") else piece[1:]
    words = text.split(" ")
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if name in groups:
            rest = " ".join(words[count:])
            return name, f" {rest}" if rest else (" " if text.endswith(" ") else "")
    raise FormError(f"there is no group '{text.strip()}'; groups here: {', '.join(sorted(groups)) or 'none'}")


def _multiply(text: str) -> list[str]:
    """Brackets multiplied out, nesting included."""
    start = text.find("(")
    if start < 0:
        if ")" in text:
            raise FormError("')' without '('")
        return [text]
    depth, bars = 0, []
    for place in range(start, len(text)):
        char = text[place]
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 1:
            bars.append(place)
        if depth == 0:
            break
    if depth:
        raise FormError("'(' without ')'")
    edges = [start, *bars, place]
    inner = [text[a + 1 : b] for a, b in itertools.pairwise(edges)]
    if len(inner) == 1:
        inner.append("")
    out = []
    for rest in _multiply(text[place + 1 :]):
        for choice in inner:
            for middle in _multiply(choice):
                out.append(text[:start] + middle + rest)
                if len(out) > MOST:
                    raise FormError(f"stands for more than {MOST} phrases; split it into several rules")
    return out
