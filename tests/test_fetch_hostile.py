"""Every hostile kind ends in the right document or the right named failure, soon,
with nothing left behind and no canary touched.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from datetime import timedelta
from urllib.parse import quote

import pytest

from monitor.feeds.fetch import Fetcher
from monitor.models import Failure, Feed, Fetched
from tests.hostile import FEED, HOSTILE, Hostile
from tests.internet import Internet, Page
from tests.running import wait_for

SHORT, LONG = timedelta(seconds=0.6), timedelta(seconds=30)
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def net():
    with Internet() as internet:
        yield internet


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def prepared(net: Internet, case: Hostile) -> Feed:
    behaviour = case.behaviour
    if inspect.isfunction(behaviour) and list(inspect.signature(behaviour).parameters) == ["net"]:
        behaviour = behaviour(net)
    net.serve("/feed", Page(FEED))
    return Feed(case.name, net.serve("/" + quote(case.name, safe=""), behaviour), allow_private=True)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile(net, case):
    feed = prepared(net, case)
    healthy = Feed("healthy", net.serve("/healthy", Page(FEED)), allow_private=True)

    allowed = case.kind if isinstance(case.kind, tuple) else (case.kind,)

    async def its_neighbour(fetcher):
        for _ in range(50):  # a busy machine may be slower than the time that is allowed here
            got = await fetcher.fetch(healthy, None)
            if not (isinstance(got, Failure) and got.kind == "timeout"):
                break
        return got

    async def scene():
        async with Fetcher(timeout=SHORT if "timeout" in allowed else LONG, max_body=MEGABYTE) as fetcher:
            outcome, beside = await asyncio.gather(fetcher.fetch(feed, None), its_neighbour(fetcher))
        return outcome, beside, [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    before = open_files()
    outcome, beside, left = asyncio.run(scene())
    if isinstance(outcome, Fetched):
        assert None in allowed and outcome.body == FEED
    else:
        assert isinstance(outcome, Failure) and outcome.kind in allowed, outcome
        assert case.words in outcome.message and case.status in (None, outcome.status)
    assert isinstance(beside, Fetched) and beside.body == FEED
    assert not left and not net.canary
    # ours are closed; the server's ends live in this process too, and are closed a little later
    wait_for(lambda: open_files() <= before + net.open_connections, 30, "our files to be closed")
