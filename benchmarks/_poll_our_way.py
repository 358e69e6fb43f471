"""Our polling over the same feeds, through to stored articles; `untagged` in place of `tagged` leaves the reading of
texts out.

    python -m benchmarks._poll_our_way DATABASE tagged|untagged     then as for _poll_with_reader.py

Everything that `python -m monitor poll` keeps in memory is loaded; reader processes start within the first round.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable

from benchmarks._empty_reader import EmptyReader
from monitor import clock
from monitor import reader as shipped
from monitor.feeds.fetch import Fetcher
from monitor.feeds.poll import PollSession
from monitor.feeds.pool import ReaderPool
from monitor.models import Feed
from monitor.pipeline import polling  # noqa: F401 - as above
from monitor.storage import articles, feeds, open_store


async def main() -> None:
    store = open_store(sys.argv[1])
    load: Callable[..., object] = EmptyReader.load if sys.argv[2] == "untagged" else shipped.load
    chosen: list[Feed] = []
    while line := sys.stdin.readline().strip():
        chosen.append(Feed(f"Feed {len(chosen)}", line, allow_private=True))
    say(ready=True)
    async with Fetcher() as fetcher, ReaderPool(make_reader=load) as readers:
        async with PollSession(store, fetcher, readers, clock.from_environment("").now) as session:
            while (await asyncio.to_thread(sys.stdin.readline)).strip():
                began = time.perf_counter()
                report = await session.poll(chosen, feeds.states(store))
                seconds = time.perf_counter() - began
                faults = sorted({feed.error for feed in report.feeds if feed.error})
                if faults:
                    raise SystemExit(f"{report.failed} of {len(report.feeds)} feeds failed: {faults[0]}")
                say(seconds=seconds, feeds=len(report.feeds), entries=articles.count(store))


def say(**facts) -> None:
    print(json.dumps(facts), flush=True)


asyncio.run(main())
