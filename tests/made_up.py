"""What is slow to make and never changed, made once for all tests of a process:
the shipped tagger, and a database of made-up news.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds import demo
from monitor.index.indexer import update_index
from monitor.reader.judge import Weights
from monitor.reader.reader import Reader
from monitor.storage.store import open_store
from monitor.tagging.tagger import Tagger

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger.load()


@pytest.fixture(scope="session")
def reader(tagger) -> Reader:
    """The shipped reader, over the same phrases."""
    return Reader(tagger, Weights.load())


@pytest.fixture(scope="session")
def made_up_fortnight(tmp_path_factory, reader) -> Path:
    """A database of the demo's fortnight before NOW with its index, to be copied and not changed."""
    path = tmp_path_factory.mktemp("made-up") / "fortnight.db"
    store = open_store(f"sqlite:///{path}")
    demo.fill(store, reader, NOW)
    update_index(store, None, NOW)
    store.close()
    return path
