"""A tagger that finds nothing at no cost: what polling takes without reading. Reader processes import it by name."""

from monitor.models import Reading

NOTHING = Reading(None, "none", 0.0, False, (), (), (), (), "none")


class EmptyTagger:
    method = "none"

    @classmethod
    def load(cls, **_) -> "EmptyTagger":
        return cls()

    def read(self, title: str, summary: str, **_) -> Reading:
        return NOTHING
