"""The parameters of the formula: weights, gates, reference. Whatever changes a number changes `method`,
so both can be read.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

FORMULA = "share-1"
WORDS = 0.5  # what words count beside an act
WINDOW_HOURS = 24  # hours behind every point: one whole day of the news cycle
REFERENCE_DAYS = 90  # days of the trailing reference, the day shown left out
ENOUGH_DAYS = 14  # of them must have news
HISTORY = 365  # days that a percentile looks back
ENOUGH_HISTORY = 30
# the share of a source's entries that is about the theatre, before there is a reference: a round number like `built_in`
# below. It has no part in `method`, which names what tension and relief are made of: they were published before there
# was attention, and stay
BUILT_IN_ATTENTION = 0.2


@dataclass(frozen=True, slots=True)
class Parameters:
    """The index as configured."""

    reference: tuple[date, date] | None = None  # inclusive UTC dates; None: trailing
    minimum_entries: int = 30  # in a window of 24 hours
    minimum_publishers: int = 3
    tiers: tuple[float, float, float, float] = (1.0, 0.8, 0.6, 0.4)  # weight of a publisher of tier 1, 2, 3, 4
    shrink: float = 20.0  # entries' worth of "as the others today" that every publisher gets
    # the assumed share before there is a reference: a round number between a general feed and one on the Middle East;
    # labelled provisional
    built_in: tuple[float, float] = (0.05, 0.025)  # escalation, de-escalation
    replicates: int = 200  # of the bootstrap; a multiple of four
    reader: str = ""  # the method of the reader that the entries were read by

    @property
    def over_at(self) -> datetime | None:
        """When the fixed reference window is over."""
        return datetime.combine(self.reference[1] + timedelta(days=1), time(), UTC) if self.reference else None

    @property
    def method(self) -> str:
        """Names the formula, its reference window, where they are not the shipped ones its weights, and the reader."""
        span = "-".join(f"{day:%Y%m%d}" for day in self.reference) if self.reference else f"trailing{REFERENCE_DAYS}"
        weights = "" if self._numbers == Parameters()._numbers else f".{zlib.crc32(repr(self._numbers).encode()):08x}"
        return f"{FORMULA}.{span}{weights}" + (f" of {self.reader}" if self.reader else "")

    @property
    def _numbers(self) -> tuple[float, ...]:
        """What a number may change by, beside the window; 1 and 1.0 are one weight."""
        return tuple(
            map(float, (*self.tiers, self.shrink, *self.built_in, self.minimum_entries, self.minimum_publishers))
        )
