"""Turns a feed's bytes into text the way a browser would, and a little more kindly.

Precedence: byte order mark, the zero bytes of UTF-16, the HTTP header, the XML declaration, UTF-8. Bytes that are valid UTF-8
and hold more than ASCII are UTF-8 whatever was declared: servers that say iso-8859-1 by default are common, text of another
charset that happens to be valid UTF-8 is not. Nothing is refused: bytes that fit nothing become U+FFFD.
Leaves markup to scan.py.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

# UTF-32 first: its little-endian mark begins with that of UTF-16
_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)

# Labels a browser knows (WHATWG Encoding Standard, most used ones) -> Python codec. What is not listed is not believed:
# utf-7, unicode_escape and their like would let markup hide.
_WINDOWS = {f"windows-{n}": f"cp{n}" for n in range(1250, 1259)} | {f"cp{n}": f"cp{n}" for n in range(1250, 1259)}
_ISO = {f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
CHARSETS = _WINDOWS | _ISO | {
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "l1": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "windows-874": "cp874", "tis-620": "cp874",
    "koi8-r": "koi8_r", "koi8-u": "koi8_u", "macintosh": "mac_roman", "ibm866": "cp866",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp",
}  # fmt: skip

_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
_DECLARATION = re.compile(rb"^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']", re.I)
_OPENING = re.compile(r"^\s*<\?xml(?=\s)[^>]*\?>", re.I)
# Not allowed in XML 1.0 (section 2.2), and never wanted
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def decode(body: bytes, content_type: str | None = None) -> str:
    """Gives the text without byte order mark, XML declaration, forbidden characters and leading space."""
    text = _ILLEGAL.sub("", _decode(body, content_type).lstrip("\ufeff"))
    return _OPENING.sub("", text.lstrip(), count=1).lstrip()


def _decode(body: bytes, content_type: str | None) -> str:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    if wide := _wide(body[:4]):
        return body.decode(wide, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    codecs = _declared(body, content_type)
    if text is not None and (not body.isascii() or not codecs):
        return text
    for codec in codecs:
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    return _lenient(body, codecs)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark shows in the zero byte beside the first '<' or '{'."""
    if len(head) < 4:
        return None
    if head[0] in b"<{" and head[1] == 0 and head[2] != 0:
        return "utf-16-le"
    if head[0] == 0 and head[1] in b"<{" and head[2] == 0:
        return "utf-16-be"
    return None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Codecs other than UTF-8 that header and declaration name, in the order in which they are believed."""
    labels = []
    if content_type and (match := _HEADER.search(content_type)):
        labels.append(match[1])
    if match := _DECLARATION.match(body[:400]):
        labels.append(match[1].decode("ascii"))
    codecs = (CHARSETS.get(label.lower()) for label in labels)
    return [codec for codec in dict.fromkeys(codecs) if codec and codec != "utf-8"]


def _lenient(body: bytes, codecs: list[str]) -> str:
    """No codec fits all bytes: takes the one that spoils least.

    A few broken bytes in UTF-8 cost a replacement sign each. More broken than whole sequences: it was an 8-bit charset after
    all; for our part of the world that is windows-1256 where the Arabic article (alef, lam) shows again and again.
    """
    if codecs:
        return body.decode(codecs[0], "replace")
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not c.isascii() for c in text) - broken
    if whole >= broken:
        return text
    return body.decode("cp1256" if body.count(b"\xc7\xe1") >= 3 else "cp1252", "replace")
