"""Two kills at random moments on each database; benchmarks/kill.py does a hundred."""

import pytest

from benchmarks import kill

pytestmark = pytest.mark.slow


def test_nothing_committed_is_lost_or_doubled_by_kills(address, tmp_path):
    assert kill.run(address, tmp_path, kills=2, feeds=40) >= 40 * kill.ENTRIES
