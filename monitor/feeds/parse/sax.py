"""The XML reader that feedparser is given: expat as the standard library wraps it, but text comes in one piece and not
without end.

Left to itself expat calls feedparser for every line and every entity, thirty times for one escaped summary; the text is
the same. feedparser finds it by name in PREFERRED_XML_PARSERS, as xml.sax.make_parser does with every driver.
"""

from typing import Any
from xml.sax.expatreader import ExpatParser

PIECE = 1 << 16  # bytes; longer texts come in several
MAX_TEXT_CHARS = (
    250_000  # characters of one text; clean.py reads fewer, and feedparser copies what it has several times
)


class WholeText(ExpatParser):
    _parser: Any  # pyexpat's, and the handler: the standard library names them, its published types do not
    _cont_handler: Any

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = PIECE
        self._parser.CharacterDataHandler = self._text
        self._left = MAX_TEXT_CHARS

    def start_element_ns(self, name, attrs) -> None:
        self._left = MAX_TEXT_CHARS
        super().start_element_ns(name, attrs)

    def _text(self, text: str) -> None:
        if self._left > 0:
            self._left -= len(text)
            self._cont_handler.characters(text)


def create_parser() -> WholeText:
    return WholeText()
