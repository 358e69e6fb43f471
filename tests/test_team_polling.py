"""Two pollers on one PostgreSQL database, one of them killed; benchmarks/team.py does it with more, and for long."""

import pytest

from benchmarks import team


@pytest.mark.slow
def test_two_pollers_share_the_feeds_and_one_is_killed(tmp_path, fresh_postgres):
    found = team.run(
        fresh_postgres, tmp_path, pollers=2, feeds=30, hosts=6, every=10, seconds=15, kill_every=6, restarts=0
    )
    assert found["kills"] >= 1 and found["entries"] >= 60
