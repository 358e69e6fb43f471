"""One folding of letters for everything that compares texts: tagging, search, stories, the dates of feeds.

Lower case; no accents, vowel points, tatweel or invisible characters; one letter for its variants (alef, ya, kaf, ta
marbuta, hamza carriers, œ, ß); ASCII digits. Punctuation stays; the half space (ZWNJ) becomes a space, since it
separates words.
"""

from __future__ import annotations

import unicodedata

HALF_SPACE = "\u200c"
VARIANTS = {
    "\u0640": "", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06d0": "\u064a", "\u06d2": "\u064a", "\u06a9": "\u0643",
    "\u06aa": "\u0643", "\u0629": "\u0647", "\u06d5": "\u0647", "\u06be": "\u0647", "\u06c1": "\u0647",
    "\u06c3": "\u0647", "\u0671": "\u0627", "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i",
}  # fmt: skip
INVISIBLE = (
    "Cf",
    "Mn",
    "Me",
    "Cs",
)  # format characters (bidi marks, joiners, soft hyphen), combining marks, lone surrogates


def fold_char(char: str) -> str:
    """What one character becomes: none, one or several."""
    if char == HALF_SPACE:
        return " "
    if unicodedata.category(char) in INVISIBLE:
        return ""
    out = []
    for part in unicodedata.normalize("NFKC", char).lower():
        for piece in unicodedata.normalize("NFKD", part) if not "\uac00" <= part <= "\ud7a3" else part:
            piece = VARIANTS.get(piece, piece)
            if piece and unicodedata.category(piece[0]) not in INVISIBLE:
                out.append(str(unicodedata.decimal(piece)) if piece.isdecimal() else piece)
    return "".join(out)


class _Table(dict[int, str]):
    """Code point -> folded character, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        self[point] = fold_char(chr(point))
        return self[point]


_TABLE = _Table()


def fold_letters(text: str) -> str:
    """The text with its letters folded, for a comparison."""
    return text.lower() if text.isascii() else text.translate(_TABLE)
