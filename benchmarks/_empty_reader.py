"""A reader that finds nothing at no cost: what polling takes without reading. Reader processes import it by name."""

from monitor.models import Reading, Text

NOTHING = Reading(None, "none", 0.0, False, (), (), (), (), "none")


class EmptyReader:
    method = "none"

    @classmethod
    def load(cls, **_) -> "EmptyReader":
        return cls()

    def gate(self, text: Text) -> Reading:
        return NOTHING

    def read(self, texts: list[Text]) -> list[Reading]:
        return [NOTHING for _ in texts]
