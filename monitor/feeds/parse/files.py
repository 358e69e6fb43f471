"""Says what kind of file answered in a feed's place, by its first bytes."""

from __future__ import annotations

import re

_SIGNATURES = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (257, b"ustar", "a TAR archive"),
    (0, b"\x89PNG\r\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
)
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_BINARY = re.compile(
    rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]"
)  # what browsers take for a sign of it (WHATWG MIME Sniffing, 7.2)
_LOOKED_AT = 1445  # bytes, as browsers do


def signed(body: bytes) -> str | None:
    """A kind that says so itself; a feed packed in it is none, even where its text stands there in full."""
    return next((kind for at, signature, kind in _SIGNATURES if body.startswith(signature, at)), None)


def is_binary(body: bytes) -> bool:
    """Whether it is no text at all."""
    return not body.startswith(_MARKS) and bool(_BINARY.search(body[:_LOOKED_AT]))
