"""Counts the plain words of each finished day, once: what the index is compared with (word_count.py).

finished days not counted yet, or with late articles -> their texts -> entries and how many hold a word -> stored
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.clock import midnight
from monitor.index import word_count
from monitor.storage import notes, retention, word_counts
from monitor.storage.store import Store
from monitor.storage.word_counts import DayCount

LATE = timedelta(days=14)  # for so long articles that came late are looked for
PAST = "word count"  # the note that names the words by which the whole past is counted
A_TURN = 5  # days counted at a time, so that a first start with years of news holds nothing up


class WordCounter:
    """Remembers which day it was last done with; used from one thread at a time."""

    def __init__(self, store: Store):
        self.store = store
        self._done: datetime | None = None  # the day before which everything is counted

    def update(self, now: datetime, *, most: int | None = A_TURN) -> int:
        """Count the newest finished days that lack a count, `most` of them; gives how many. Raises StorageError."""
        today = midnight(now)
        if self._done == today:
            return 0
        method = word_count.method()
        known = {one.day: one for one in word_counts.days(self.store, method)}
        late = word_counts.stored(self.store, today - LATE, today)
        past = notes.all(self.store).get(PAST)
        whole = past is not None and past.value == method
        kept_from = retention.complete_from(self.store)  # a day of which some texts are gone is not counted anew
        every = late if whole else word_counts.stored(self.store, kept_from, today)
        # more than were counted came late; fewer were removed, as feeds.yaml may ask for, and the count stays
        due = [day for day in every if day not in known or (day in late and known[day].entries < late[day])]
        chosen = sorted(due, reverse=True)[:most]
        for day in chosen:
            word_counts.save(self.store, [self._count(day)])
        if len(chosen) == len(due):
            self._done = today
            if not whole:
                notes.put(self.store, PAST, method, now)
        return len(chosen)

    def _count(self, day: datetime) -> DayCount:
        found = word_counts.texts(self.store, day)
        return DayCount(day, len(found), sum(word_count.counts(*one) for one in found), word_count.method())
