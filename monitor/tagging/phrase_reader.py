"""The phrases alone as a reader: what the gate reads is read for good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.models import Reading, Text
from monitor.tagging.tagger import Tagger


class PhraseReader:
    """Make one with `PhraseReader.load()`; it holds no state between entries."""

    def __init__(self, tagger: Tagger):
        self.tagger, self.method = tagger, tagger.method

    @classmethod
    def load(cls, extra: Path | None = None, theatre=None) -> PhraseReader:
        """As `Tagger.load`. Raises LexiconError."""
        return cls(Tagger.load(extra, theatre))

    def gate(self, text: Text) -> Reading | None:
        """The reading of an entry that need not be read: here of each."""
        return self.tagger.read(text.title, text.summary, lang=text.lang)

    def read(self, texts: Sequence[Text], *, anywhere: bool = False) -> list[Reading]:
        """Readings in the order of the texts."""
        return [self.tagger.read(text.title, text.summary, lang=text.lang, anywhere=anywhere) for text in texts]
