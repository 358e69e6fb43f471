"""Reads stored articles: those that are not read yet, and those that an older reader has read (`python -m monitor tag
--stored`).

    articles in the order of their ids -> texts, equal ones once -> batches -> reader processes -> readings, stored as
        they come

May be killed at any time, also while the app runs: what is not read stays unread, or keeps the older method, and comes
again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

from monitor.errors import ReaderError
from monitor.models import Article, Failure, Reading, Text
from monitor.storage import articles, saving
from monitor.storage import readings as readings_storage
from monitor.storage.store import Store
from monitor.stories.service import StoryService

log = logging.getLogger(__name__)
BATCH = 16  # texts a job: enough for a reader to sort by length, few enough that a document waits a moment only
PAGE = 512  # articles fetched at a time
TRIES = 3  # of a text alone, after its batch failed
PLAIN = Text("Iran and the United States held talks in Muscat", "")
Langs = Mapping[str, str | None]  # feed -> its declared language
Copies = tuple[Text, list[Article]]  # a text and the articles that have it
NextArticles = Callable[[int], Sequence[Article]]  # those with ids after this one, in order


class Readers(Protocol):
    """What is needed of feeds.pool.ReaderPool."""

    workers: int
    closed: bool

    def read_texts(self, texts: Sequence[Text]) -> Future[tuple[Reading, ...] | Failure]: ...


def read_unread(store: Store, readers: Readers, *, langs: Langs) -> int:
    """Read every article that is not read yet, those that come in meanwhile too. Gives how many. Raises StorageError,
    ReaderError.
    """
    done = 0
    while some := _read_all(store, readers, lambda last: articles.unread(store, after_id=last, limit=PAGE), langs):
        done += some
    return done


def read_again(
    store: Store, readers: Readers, method: str, *, langs: Langs, on_batch: Callable[[int], None] = lambda done: None
) -> int:
    """Read every article again that the reader `method` has not read, and place those that have a signal now and no
    story.

    Gives how many were read. Raises StorageError, ReaderError.
    """
    done = _read_all(
        store, readers, lambda last: articles.outdated(store, method, after_id=last, limit=PAGE), langs, on_batch
    )
    if done and StoryService(store).place_reported():
        with store.write() as conn:
            readings_storage.replaced(conn)
    return done


def _read_all(
    store: Store,
    readers: Readers,
    next_articles: NextArticles,
    langs: Langs,
    on_batch: Callable[[int], None] = lambda done: None,
) -> int:
    """As many batches at once as there are reader processes, so that none waits for another."""
    done, last, ended = 0, 0, False
    page: deque[Copies] = deque()
    running: dict[Future[tuple[Reading, ...] | Failure], list[Copies]] = {}
    try:
        while True:
            while not ended and len(running) < readers.workers:
                if not page:
                    found = next_articles(last)
                    if not found:
                        ended = True
                        break
                    page.extend(_by_text(found, langs))
                    last = found[-1].id
                batch = [page.popleft() for _ in range(min(BATCH, len(page)))]
                running[readers.read_texts([text for text, _ in batch])] = batch
            if not running:
                return done
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                done += _keep(store, readers, running.pop(future), future.result())
                on_batch(done)
    finally:
        for future in running:
            future.cancel()


def _by_text(page: Sequence[Article], langs: Langs) -> list[Copies]:
    """Each text once, in the order in which it comes first: one report stands in many feeds."""
    found: dict[Text, list[Article]] = {}
    for article in page:
        found.setdefault(Text(article.title, article.summary, langs.get(article.feed)), []).append(article)
    return list(found.items())


def _keep(store: Store, readers: Readers, batch: list[Copies], got: tuple[Reading, ...] | Failure) -> int:
    """Store what was read of a batch; of one that failed, what is read of each text alone. Gives of how many articles
    a reading was stored.
    """
    if not isinstance(got, Failure):
        pairs = zip(batch, got, strict=True)
        return saving.keep_readings(store, [(one, reading) for (_, copies), reading in pairs for one in copies])
    done = 0
    for text, copies in batch:
        reading = _alone(readers, text, copies)
        done += saving.keep_readings(store, [(article, reading) for article in copies])
    return done


def _alone(readers: Readers, text: Text, copies: list[Article]) -> Reading:
    """The reading of one text; one with a fault where it cannot be read and other texts can.

    Raises ReaderError where nothing can be read: then it is no fault of the text.
    """
    for _ in range(TRIES):
        got = readers.read_texts([text]).result()
        if not isinstance(got, Failure):
            return got[0]
    plain = readers.read_texts([PLAIN]).result()
    if isinstance(plain, Failure):
        raise ReaderError(f"the reader processes cannot read: {plain.message}")
    for article in copies:
        log.error("article %d of %s could not be read: %s", article.id, article.feed, got.message)
    fault = f"could not be read: {got.message}"
    return Reading(text.lang, "none", 0.0, False, (), (), (), (), plain[0].method, fault=fault)
