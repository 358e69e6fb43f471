"""Polls the feeds it is given, a JSON object of names and addresses a line, one round for each,
and says what came of them.
"""

import asyncio
import json
import sys

from monitor import clock, reader
from monitor.feeds.fetch import Fetcher
from monitor.feeds.poll import PollSession
from monitor.feeds.pool import ReaderPool
from monitor.models import Feed
from monitor.storage import feeds, open_store


async def main() -> None:
    store = open_store(sys.argv[1])
    async with (
        Fetcher(max_body=5_000_000) as fetcher,
        ReaderPool(make_reader=reader.load) as readers,
    ):
        async with PollSession(store, fetcher, readers, clock.from_environment("").now) as session:
            while line := await asyncio.to_thread(sys.stdin.readline):
                chosen = [Feed(name, url, allow_private=True) for name, url in json.loads(line).items()]
                report = await session.poll(chosen, feeds.states(store))
                states = {done.state.name: done.state for done in report.feeds}
                print(json.dumps({
                    "seconds": report.seconds,
                    "failures": {name: state.failure for name, state in states.items()},
                    "entries": {name: state.entries for name, state in states.items()},
                }), flush=True)  # fmt: skip


asyncio.run(main())
