"""Puts new articles of the database into stories.

articles stored, edited or corrected since -> features -> Grouper -> merges, assignments -> how far it came
"""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.models import Article
from monitor.storage import articles, corrections, notes, readings, stories, versions
from monitor.storage import features as feature_storage
from monitor.storage.articles import Filter
from monitor.storage.store import Store
from monitor.stories import WINDOW, Features, Grouper, Placement, features, made_by

ARTICLES_A_WRITE = 4_000  # a story is computed again with each write that touches it


class StoryService:
    """Remembers the last days between calls, until articles are read again; used from one thread at a time.

    May be killed anywhere: an article that has a story keeps it, and the others of an unfinished call are placed again.
    """

    def __init__(self, store: Store):
        self.store = store
        self._grouper: Grouper | None = None
        self._reached, self._changes_reached = 0, (0, 0)
        self._generation: int | None = None  # of the readings that what it remembers was made of
        self._since = datetime.min.replace(tzinfo=UTC)  # from when on articles are compared

    def update(self, now: datetime) -> int:
        """Place every article stored since the last call, by this process or another; gives how many. Raises
        StorageError.

        An article that was edited or corrected since keeps its story and is compared by its new wording or reading; one
        without a story is placed by it.
        """
        generation = readings.current(self.store).generation
        if generation != self._generation:
            self._grouper, self._generation = None, generation
        try:
            return self._update(now)
        except BaseException:  # whatever stopped it in the middle: it may know of placements that were not stored
            self._grouper = None
            raise

    def _update(self, now: datetime) -> int:
        # asked first: an edit or correction that comes in between is looked at the next time
        changes = versions.newest_id(self.store), corrections.newest_id(self.store)
        newest = articles.read_up_to(self.store)
        if self._grouper is not None and (newest, changes) == (self._reached, self._changes_reached):
            return 0
        reached, changes_reached = self._noted()
        if newest < reached:  # an article that was placed was edited and has to be read again first
            return 0
        since = articles.earliest_after(self.store, reached) if newest > reached else None
        edited = versions.edited(self.store, changes_reached[0], changes[0], upto_article=reached)
        said = corrections.corrected_since(self.store, changes_reached[1], changes[1], upto_article=reached)
        changed = sorted({*edited, *said})
        if since is None and not changed:
            return 0
        self._since = now - WINDOW
        grouper = self._grouper
        if grouper is None or (reached, changes_reached) != (self._reached, self._changes_reached):
            grouper = self._remember(reached)  # new here, or another process has placed some meanwhile
        count = self._place_changed(grouper, changed)
        if since is not None and newest - reached <= ARTICLES_A_WRITE:
            count += self._place(grouper, self._by_time(reached, newest))
        elif since is not None:
            count += self._place_all(grouper, Filter(since=since, after_id=reached, upto_id=newest))
        notes.put(self.store, stories.GROUPED, str(newest), now)
        notes.put(self.store, stories.EDITS_GROUPED, str(changes[0]), now)
        notes.put(self.store, stories.CORRECTIONS_GROUPED, str(changes[1]), now)
        self._reached, self._changes_reached = newest, changes
        grouper.forget(self._since)
        feature_storage.forget(self.store, self._since)
        return count

    def _noted(self) -> tuple[int, tuple[int, int]]:
        """The last article, and the last edit and correction, that were looked at, by this process or another."""
        noted = notes.all(self.store)
        keys = stories.GROUPED, stories.EDITS_GROUPED, stories.CORRECTIONS_GROUPED
        article, edit, correction = (int(noted[key].value) if key in noted else 0 for key in keys)
        return article, (edit, correction)

    def _remember(self, reached: int) -> Grouper:
        """Restore what was placed before: from stored features, or else from the texts."""
        grouper, had = Grouper(), set()
        for one in feature_storage.since(self.store, self._since, reached, made_by=made_by()):
            grouper.restore(Features.read(one.written, one.id, one.at, one.title, one.publisher), one.story_id)
            had.add(one.id)
        placed = Filter(since=self._since, upto_id=reached)
        if articles.count(self.store, placed) > len(had):
            missing = [(features(a), a) for a in articles.stream(self.store, placed, signals=True) if a.id not in had]
            for found, article in missing:
                grouper.restore(found, article.story_id)
            self._keep([(found, article.method) for found, article in missing])
        self._grouper = grouper
        return grouper

    def _by_time(self, after: int, upto: int) -> list[Article]:
        """The articles with these ids, oldest first: by ids, since among a few new ones may be one of years ago."""
        found: list[Article] = []
        for start in range(after + 1, upto + 1, articles.ASKED_AT_ONCE):
            ids = range(start, min(start + articles.ASKED_AT_ONCE, upto + 1))
            found += articles.several(self.store, ids)
        return sorted(found, key=lambda article: (article.at, article.id))

    def _place_all(self, grouper: Grouper, wanted: Filter) -> int:
        count, page = 0, []
        for article in articles.stream(self.store, wanted, signals=True):
            page.append(article)
            if len(page) == ARTICLES_A_WRITE:
                count += self._place(grouper, page)
                page = []
        return count + self._place(grouper, page)

    def _place_changed(self, grouper: Grouper, ids: list[int]) -> int:
        """Articles that were placed before by another wording or reading; gives how many have a story that had none."""
        count = 0
        for start in range(0, len(ids), articles.ASKED_AT_ONCE):
            page = articles.several(self.store, ids[start : start + articles.ASKED_AT_ONCE])
            made = [features(article) for article in page]
            placements = [grouper.revise(found, article.story_id) for article, found in zip(page, made, strict=True)]
            self._store(placements)
            self._keep([(found, article.method) for article, found in zip(page, made, strict=True)])
            count += sum(
                article.story_id is None and placement.story is not None
                for article, placement in zip(page, placements, strict=True)
            )
        return count

    def _place(self, grouper: Grouper, page: list[Article]) -> int:
        """A page of articles, oldest first."""
        if not page:
            return 0
        placements = []
        grouper.forget(page[0].at - WINDOW)  # an archive taken in at once needs no more memory than a week
        made = [features(article) for article in page]
        for article, found in zip(page, made, strict=True):
            if article.story_id is not None:  # placed before the last call was killed
                grouper.restore(found, article.story_id)
                continue
            placements.append(grouper.add(found))
        self._store(placements)
        self._keep([(found, article.method) for article, found in zip(page, made, strict=True)])
        return len(page)

    def _store(self, placements: list[Placement]) -> None:
        """In one transaction: stories that are one, then whose article is where. Stories that came and went within
        these placements were never stored, so nothing is said of them.
        """
        placed: dict[int, int | None] = {}
        merged: dict[int, int] = {}  # story -> where its articles are after all merges
        for placement in placements:
            placed.update(placement.changed)
        for placement in reversed(placements):
            for was, into in reversed(placement.merged):
                merged[was] = merged.get(into, into)
        stored = stories.known(self.store, merged)
        stories.assign(
            self.store,
            {id: story for id, story in placed.items() if story is not None},
            {was: into for was, into in merged.items() if was in stored},
        )

    def _keep(self, made: list[tuple[Features, str]]) -> None:
        """Store features with the method of the reader whose reading they were made of."""
        rows = [
            (found.id, found.at, found.written(), reader)
            for found, reader in made
            if found.at >= self._since  # of an archive nothing is compared any more
        ]
        feature_storage.keep(self.store, rows, made_by=made_by())

    def place_reported(self) -> int:
        """Place the articles in which a newer reader sees a signal and that have no story. Gives how many there were.

        Each is compared with the articles of the days around it, as if all came in again; those that have a story keep
        it.
        """
        reached, _ = self._noted()
        times = stories.reported_without(self.store, reached)
        self._since = datetime.max.replace(tzinfo=UTC)  # their features are stored when they are needed again
        for since, until in _spans(times):
            self._place_all(Grouper(), Filter(since=since, until=until, upto_id=reached))
        return len(times)


def _spans(times: list[datetime]) -> list[tuple[datetime, datetime]]:
    """The stretches of time around these times in which articles may be compared with them, oldest first."""
    found: list[tuple[datetime, datetime]] = []
    for at in times:
        since, until = at - WINDOW, at + WINDOW
        if found and since <= found[-1][1]:
            since = found.pop()[0]
        found.append((since, until))
    return found


def update(store: Store, now: datetime) -> int:
    """Place what is new, once: for a command that ends. What runs on keeps a StoryService,
    which need not read the last days again.
    """
    return StoryService(store).update(now)
