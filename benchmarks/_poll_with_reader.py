"""The `reader` library at 32 workers over the same feeds. Run by polling.py with the Python of .venv-bench, which has
nothing of ours.

python _poll_with_reader.py DATABASE WORKERS then addresses, one a line, an empty line, and a line for each round on
standard input
"""

import json
import sys
import time

from reader import make_reader


def main() -> None:
    reader = make_reader(sys.argv[1])
    while line := sys.stdin.readline().strip():
        reader.add_feed(line)
    say(ready=True)
    while sys.stdin.readline().strip():
        began, done = time.perf_counter(), 0
        for result in reader.update_feeds_iter(workers=int(sys.argv[2]), scheduled=False):
            if isinstance(result.value, Exception):
                raise result.value
            done += 1
        seconds = time.perf_counter() - began
        say(seconds=seconds, feeds=done, entries=reader.get_entry_counts().total)


def say(**facts) -> None:
    print(json.dumps(facts), flush=True)


main()
