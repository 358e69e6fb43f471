"""Turns the stored entries' frame into plain arrays in order of time, near-identical reposts of one publisher left out.

A repost is the same `text_key` from the same publisher on the same UTC day: it counts once, above and below the line.
The day is the border so that a point never depends on how far back a frame happens to reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from monitor.index.parameters import WORDS, Parameters
from monitor.models import PARTS

HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class EntryArrays:
    """One row an entry. `hour` counts hours since 1970.

    `tension`, `relief` and `attention` are what the entry counts towards that measure, 0..1: its severity, e/10, of
    escalation and of de-escalation; and 1 where it is about the theatre, whatever it says of it, else 0.
    """

    hour: np.ndarray
    publisher: np.ndarray  # codes of the reference cache
    weight: np.ndarray  # of its tier
    tension: np.ndarray
    relief: np.ndarray
    attention: np.ndarray
    tension_by_act: np.ndarray  # bool: what counted was an act, not words
    relief_by_act: np.ndarray
    parts: np.ndarray  # bool, entries x PARTS
    story: np.ndarray  # uint64; an entry without story is its own
    row: np.ndarray  # position in the frame

    def __len__(self) -> int:
        return len(self.hour)

    @property
    def has_signal(self) -> np.ndarray:
        return (self.tension > 0) | (self.relief > 0)

    def take(self, where: np.ndarray | slice) -> EntryArrays:
        return EntryArrays(*(getattr(self, name)[where] for name in self.__slots__))

    def between(self, first: int, end: int) -> EntryArrays:
        """The entries of the hours from the first up to, not including, the end."""
        low, high = np.searchsorted(self.hour, (first, end))
        return self.take(slice(low, high))


def read(frame: pd.DataFrame, codes: dict[str, int], parameters: Parameters) -> EntryArrays:
    """Needs the columns of storage.index.entries; gives new publishers their codes."""
    micros = frame["at"].astype("datetime64[us, UTC]").astype("int64").to_numpy()
    order = np.argsort(micros, kind="stable")
    named = pd.Categorical(frame["publisher"])
    of_category = np.array([codes.setdefault(name, len(codes)) for name in named.categories], dtype=np.int64)
    publisher = of_category[named.codes] if len(frame) else np.array([], dtype=np.int64)
    days = micros // (24 * HOUR)
    keys = pd.DataFrame({"publisher": publisher, "day": days, "text": frame["text_key"].to_numpy()}).iloc[order]
    keep = order[~keys.duplicated().to_numpy()]

    acts, words = _numbers(frame, "escalation_act", keep), WORDS * _numbers(frame, "escalation_words", keep)
    soft_acts, soft_words = (
        _numbers(frame, "deescalation_act", keep),
        WORDS * _numbers(frame, "deescalation_words", keep),
    )
    tiers = np.clip(frame["tier"].to_numpy()[keep].astype(int), 1, 4) - 1
    article = frame["article_id"].to_numpy()[keep].astype(np.uint64)
    story = (
        frame["story_id"].fillna(-1).to_numpy(dtype=np.int64)[keep] if "story_id" in frame else np.full(len(keep), -1)
    )
    tension, relief = np.maximum(acts, words) / 10, np.maximum(soft_acts, soft_words) / 10
    # an entry with a signal is about the theatre, also where a person found the signal and not the reader
    attention = (frame["theatre"].to_numpy(dtype=bool)[keep] | (tension > 0) | (relief > 0)).astype(float)
    own = np.where(story < 0, article * np.uint64(2), story.astype(np.uint64) * np.uint64(2) + np.uint64(1))
    return EntryArrays(
        micros[keep] // HOUR, publisher[keep], np.asarray(parameters.tiers)[tiers], tension, relief, attention,
        acts >= words, soft_acts >= soft_words, _parts(frame, keep), own, keep,
    )  # fmt: skip


def _numbers(frame: pd.DataFrame, column: str, keep: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(np.nan_to_num(frame[column].to_numpy(dtype=float)[keep]), 0, 10))


def _parts(frame: pd.DataFrame, keep: np.ndarray) -> np.ndarray:
    """Membership in each part; there are few combinations, so each is read once."""
    combined = pd.Categorical(frame["parts"].fillna(""))
    table = np.array([[part in text.split(";") for part in PARTS] for text in combined.categories], dtype=bool).reshape(
        -1, len(PARTS)
    )
    return table[combined.codes[keep]] if len(keep) else np.zeros((0, len(PARTS)), dtype=bool)
