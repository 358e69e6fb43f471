"""Makes the briefs of feeds.yaml when they are due and leaves them to be sent as alerts are.

    schedule.due -> content.gather -> Markdown -> stored beside the alerts -> alerts/service.py sends it

A brief is stored under its name and its time, of which there can be one only: it is neither made nor sent twice, also
when the program is killed between the two.
"""

from __future__ import annotations

import logging
from datetime import datetime

from monitor.clock import Clock
from monitor.config.settings import Settings
from monitor.models import Alert
from monitor.operation.brief import content, schedule
from monitor.operation.brief.as_markdown import markdown
from monitor.operation.brief.words import words
from monitor.storage import alerts
from monitor.storage.store import Store

log = logging.getLogger(__name__)
KIND, STATE = "brief", "made"  # of its row among the alerts


class BriefService:
    """One for each process; used from one thread at a time."""

    def __init__(self, store: Store, clock: Clock):
        self.store, self.clock = store, clock
        self._last: dict[str, datetime | None] = {}  # key -> time of the brief that was made last

    def update(self, settings: Settings, now: datetime) -> None:
        """Make what is due. Raises StorageError; then it is tried again."""
        for brief in settings.briefs:
            if not brief.enabled:
                continue
            key = f"brief {brief.name}"
            if schedule.due(brief, self._last.get(key), now) is None:
                continue
            if key not in self._last:  # an earlier process may have made it
                made = alerts.latest(self.store).get(key)
                self._last[key] = made.at if made else None
            if slot := schedule.due(brief, self._last[key], now):
                replay = bool(self.clock.replay)
                found = content.gather(self.store, settings, now, now - brief.span, replay=replay)
                text = markdown(found, words(brief.lang))
                alerts.save(self.store, Alert(None, brief.name, KIND, slot, STATE, text, key))
                self._last[key] = slot
                log.info("brief %s of %s is made", brief.name, slot)
