"""The XML reader that feedparser is given: expat as the standard library wraps it, but text comes in one piece.

Left to itself expat calls feedparser for every line and every entity, thirty times for one escaped summary; the text is the same.
feedparser finds it by name in PREFERRED_XML_PARSERS, as xml.sax.make_parser does with every driver.
"""

from xml.sax.expatreader import ExpatParser

PIECE = 1 << 16  # bytes; longer texts come in several


class WholeText(ExpatParser):
    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = PIECE


def create_parser() -> WholeText:
    return WholeText()
