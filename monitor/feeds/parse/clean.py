"""Makes plain text of what feeds hold: markup gone, entities decoded once, nothing that could disturb a screen.

Titles are one line, summaries have a line for each block, so that sentences stay apart.
"""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser

MAX_TITLE = 500  # characters
MAX_SUMMARY = 10_000
_MAX_MARKUP = 100_000  # what is read of one text's markup; parsing is not linear in hostile nesting
_MAX_TAGS = 2_000  # past that no tree is built

_TAGS = (
    "a|abbr|acronym|address|article|aside|audio|b|base|big|blockquote|body|br|button|caption|center|cite|code|col|dd|del|details|dfn|div|"
    "dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|"
    "label|li|link|main|mark|math|meta|nav|nobr|noscript|object|ol|option|p|picture|plaintext|pre|q|s|samp|script|section|select|small|"
    "source|span|strike|strong|style|sub|summary|sup|svg|"
    "table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?=[\s/>])[^<>]*>|<!--", re.I)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK = re.compile(  # begins with a letter of its own, for which the text is searched faster than for a condition
    r"<(?=/?(?:address|article|aside|blockquote|body|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|"
    r"form|h[1-6]|header|hr|li|main|nav|ol|option|p|pre|section|summary|table|td|tfoot|th|thead|tr|ul)(?=[\s/>]))",
    re.I,
)
_UNSEEN = ["script", "style", "noscript", "template", "iframe", "object", "embed", "audio", "video", "svg", "math"]
_HALF_TAG = re.compile(r"<[^<>]*\Z")  # where the text was cut
_ANY_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*|[\u2028\u2029]")
# C0 and C1 controls, soft hyphen and zero-width space (they hide words from the lexicon), embeddings, overrides and
# isolates (one left open turns the rest of a line around), invisible operators, interlinear and tag characters, and
# joiners beside ASCII, which some English feeds strew between words. Marks stay, and the joiners that Persian is
# written with.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_STRAY_JOINER = re.compile("(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])")
_SURROGATE = re.compile("[\ud800-\udfff]")
# marks of Latin, Hebrew, Arabic and Thai letters; no script sets more than four on one, and hundreds cover the lines
# around
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_PILED = re.compile(f"({_MARK}{{4}}){_MARK}+")
# joiners, direction marks, fillers, blanks, variation selectors: a text of nothing else shows nothing
_NOTHING = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]+"
)


def looks_marked(text: str, *, entities: bool = True) -> bool:
    """Whether a text that may be either is HTML: it has a known tag (or an entity). '5 < 6' and
    '<Tehran>' are words.
    """
    return bool(_TAG.search(text) or (entities and "&" in text and _ENTITY.search(text)))


def blocks(text: str, *, marked: bool) -> str:
    """Plain text of at most MAX_SUMMARY characters, a line for each block, cut between words."""
    lines = _from_markup(text).split("\n") if marked else _paragraphs(text[:_MAX_MARKUP])
    tidy = (_tidy(line) for line in lines)
    return _cut("\n".join(line for line in tidy if line), MAX_SUMMARY)


def line(text: str, *, marked: bool, limit: int = MAX_TITLE) -> str:
    """Plain text on one line, an ellipsis where it was cut."""
    whole = _tidy(_from_markup(text) if marked else text[:_MAX_MARKUP])
    return whole if len(whole) <= limit else _cut(whole, limit - 1) + "…"


def _paragraphs(text: str) -> list[str]:
    return _BLANK_LINE.split(text) if any(mark in text for mark in "\n\u2028\u2029") else [text]


def _from_markup(markup: str) -> str:
    """What a browser would show of it. Newlines stand only where a block begins or ends."""
    markup = _BLOCK.sub(
        "\n<", _SPACE.sub(" ", _HALF_TAG.sub("", markup[:_MAX_MARKUP]) if len(markup) > _MAX_MARKUP else markup)
    )
    if markup.count("<") > _MAX_TAGS:
        return html.unescape(_ANY_TAG.sub(" ", markup))
    tree = LexborHTMLParser(_SURROGATE.sub("\ufffd", markup))
    tree.strip_tags(_UNSEEN)
    return tree.body.text() if tree.body is not None else ""


def _tidy(text: str) -> str:
    if not text.isascii():
        text = _PILED.sub(r"\1", _STRAY_JOINER.sub("", _SURROGATE.sub("\ufffd", text)))
    line = " ".join(_DROPPED.sub("", text).split())
    return "" if _NOTHING.fullmatch(line) else line


def _cut(text: str, limit: int) -> str:
    """At the last space before the limit: half a word could read as another one."""
    if len(text) <= limit:
        return text
    space = max(text.rfind(" ", limit - 100, limit + 1), text.rfind("\n", limit - 100, limit + 1))
    return text[: space if space > 0 else limit].rstrip()
