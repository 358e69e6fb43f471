"""Reads articles again that an older tagger has read, then computes the index again: `python -m monitor tag --stored`.

    articles of another method, in the order of their ids -> tag -> signals and story rows replaced, a batch a transaction
    -> articles that have a signal now and no story -> placed

May be stopped and started again at any time, also while the app runs: what is done carries the new method.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.storage import articles
from monitor.storage import readings as readings_storage
from monitor.storage.store import Store
from monitor.stories.service import StoryService
from monitor.tagging.tagger import Tagger

BATCH = 500


def retag(
    store: Store, tagger: Tagger, *, langs: dict[str, str | None], on_batch: Callable[[int], None] = lambda done: None
) -> int:
    """Gives how many articles were read again. `langs` is each feed's declared language, by name. Raises StorageError."""
    done = last = 0
    while batch := articles.outdated(store, tagger.method, after_id=last, limit=BATCH):
        readings = [(a.id, tagger.read(a.title, a.summary, lang=langs.get(a.feed))) for a in batch]
        done += articles.retag(store, readings)
        last = batch[-1].id
        on_batch(done)
    if done and StoryService(store).place_reported():
        with store.write() as conn:
            readings_storage.replaced(conn)
    return done
