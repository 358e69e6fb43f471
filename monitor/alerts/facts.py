"""What alert rules are decided by, and what a rule says of it. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.models import FeedState, IndexPoint, Measure, Observation, Price


@dataclass(frozen=True, slots=True)
class Report:
    """One signal that one article reports, as far as alerts need it."""

    article_id: int
    story_id: int | None
    publisher: str  # the family
    at: datetime
    category: str
    severity: float  # signed: above 0 is escalation
    title: str
    link: str | None
    parts: tuple[str, ...] = ()
    confidence: float | None = None
    opening: str = ""  # the beginning of the summary, by which copies of one text are known
    mode: str = "act"
    event: str = ""  # its type in the lexicon: ship.seize
    text: str = ""  # the words that prove it
    # those that its clause names; those of the whole article where it names none
    actors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    seen: datetime | None = None  # when its article was first seen

    @property
    def story(self) -> tuple[str, int]:
        """What makes two reports one event; an article without story stands for itself."""
        return ("story", self.story_id) if self.story_id is not None else ("article", self.article_id)


# (measure, part, hour, earlier hour or None) -> a report of each of the stories that added most to the measure of that
# hour, or to its change since the earlier one; the one that added most first
Raised = Callable[[Measure, str, datetime, datetime | None], Sequence[Report]]


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """An article that was edited by its publisher or corrected by a person after it was first read, and what it
    reports now.
    """

    article_id: int
    publisher: str
    changed_at: datetime
    title: str  # the newest
    reports: tuple[Report, ...] = ()
    by: str = "publisher"  # | person


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment. Nothing in it is later than that moment."""

    points: Mapping[tuple[str, str], Sequence[IndexPoint]] = field(default_factory=dict)  # (grain, part): oldest first
    reports: Sequence[Report] = ()  # as far back as `signal_rules.look_back` asks
    prices: Mapping[str, Sequence[Price]] = field(default_factory=dict)  # series -> oldest first
    # series of a file -> its newest value; one that is stale is left out, as it says nothing of now
    values: Mapping[str, Observation] = field(default_factory=dict)
    merged: Mapping[int, int] = field(default_factory=dict)  # story -> the one that it turned out to be
    changed: Mapping[int, ChangedArticle] = field(default_factory=dict)  # article -> what became of it
    raised: Raised | None = None  # asked only when a level or a jump fires
    decided: datetime | None = None  # when rules were decided before this; None: never, or it is not known
    feeds: Sequence[FeedState] = ()  # of the enabled feeds
    worker_seen: datetime | None = None  # when a round was last completed
    worker_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one thing that it watches. `fires` is None where it cannot be said: then nothing changes."""

    key: str
    fires: bool | None
    message: str = ""
    reports: tuple[Report, ...] = ()  # those listed below the message
    articles: tuple[int, ...] = ()
    reasons: Callable[[], tuple[Report, ...]] | None = None  # gives `reports` where it takes time to find them
