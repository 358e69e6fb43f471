"""The shipped tagger, loaded once for all tests that read text with it."""

import pytest

from monitor.tagging.tagger import Tagger


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger.load()
