"""Turns a feed's bytes into UTF-8 as a browser would, and a little more leniently.

Precedence: byte order mark, the zero bytes of UTF-16 and UTF-32, the HTTP header, the XML declaration, UTF-8. Bytes
that are valid UTF-8 and hold more than ASCII are UTF-8 whatever was declared: servers that say iso-8859-1 by default
are common, text of another charset that happens to be valid UTF-8 is not. Nothing is refused: bytes that fit nothing
become U+FFFD.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder

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
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "l1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "windows-874": "cp874", "tis-620": "cp874",
    "koi8-r": "koi8_r", "koi8-u": "koi8_u", "macintosh": "mac_roman", "ibm866": "cp866",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
}  # fmt: skip

_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
_DECLARATION = re.compile(rb"^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']", re.I)
_OPENING = re.compile(rb"^<\?xml(?=\s)[^>]*\?>", re.I)
_LEADING = re.compile(
    rb"(?:\s++|\xef\xbb\xbf|\xc2\xa0|\xe2\x80\x8b)++"
)  # marks, blanks of any width; remembering no way back
# Not allowed in XML 1.0 (section 2.2), and never wanted
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SHAPES = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}
_FIRST = (b"<", b"{", b"[", b" ", b"\t", b"\r", b"\n")
_PIECE = 1 << 18  # bytes: one emoji makes a str four times as large, so a document is never one as a whole
_REPLACED = "\ufffd".encode()
_FOLLOWING = bytes(range(0x80, 0xC0))  # of a UTF-8 sequence, all but its first byte


def utf8(body: bytes, content_type: str | None = None) -> bytes:
    """Gives the text in UTF-8, without byte order mark, XML declaration, forbidden characters and leading space."""
    return _begun(_OPENING.sub(b"", _begun(_recoded(body, content_type)), count=1))


def _begun(data: bytes) -> bytes:
    leading = _LEADING.match(data)
    return data[leading.end() :] if leading else data


def _recoded(body: bytes, content_type: str | None) -> bytes:
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _through(body[len(mark) :], codec, "replace")
    if wide := _wide(body[:4]):
        return _through(body, wide, "replace")
    codecs = _declared(body, content_type)
    if not body.isascii():
        codecs.insert(0, "utf-8")
    for codec in codecs or ["utf-8"]:
        try:
            return _through(body, codec)
        except UnicodeDecodeError:
            continue
    return _lenient(body, codecs)


def _through(body: bytes, codec: str, errors: str = "strict") -> bytes:
    """Raises UnicodeDecodeError unless `errors` says otherwise."""
    decoder = getincrementaldecoder(codec)(errors)
    pieces = []
    for start in range(0, len(body), _PIECE):
        text = decoder.decode(body[start : start + _PIECE], final=start + _PIECE >= len(body))
        pieces.append(_ILLEGAL.sub("", text).encode())
    return b"".join(pieces)


def _wide(head: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark show in the zero bytes beside a feed's first letters,
    which are ASCII (XML 1.0, appendix F).
    """
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    return _SHAPES.get(zeros) if head.strip(b"\0")[:1] in _FIRST else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Codecs other than UTF-8 that header and declaration name, in the order in which they are believed."""
    labels = []
    if content_type and (match := _HEADER.search(content_type)):
        labels.append(match[1])
    if match := _DECLARATION.match(body[:400]):
        labels.append(match[1].decode("ascii"))
    codecs = (CHARSETS.get(label.lower()) for label in labels)
    return [codec for codec in dict.fromkeys(codecs) if codec and codec != "utf-8"]


def _lenient(body: bytes, codecs: list[str]) -> bytes:
    """No codec fits all bytes: takes the one that spoils least.

    A few broken bytes in UTF-8 cost a replacement sign each. More broken than whole sequences: it was an 8-bit charset
    after all; for our part of the world that is windows-1256 where the Arabic article (alef, lam) shows again and
    again.
    """
    declared = [codec for codec in codecs if codec != "utf-8"]
    if declared:
        return _through(body, declared[0], "replace")
    data = _through(body, "utf-8", "replace")
    broken = data.count(_REPLACED)
    signs = len(data.translate(None, _FOLLOWING)) - len(data.translate(None, bytes(range(0x80, 0x100))))
    if signs - broken >= broken:
        return data
    return _through(body, "cp1256" if body.count(b"\xc7\xe1") >= 3 else "cp1252", "replace")
