"""The inside of a process that reads shards: jobs on standard input, what became of them on standard output.

The limits are the kernel's, as those of feeds/pool: a row that takes too long is rejected where Python can be
interrupted, and otherwise the process is ended; so it is when its parent is gone.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from monitor.archive.work import Job, TooSlow, read_shard
from monitor.feeds.pool.child import limit_memory, made, own_pipes
from monitor.feeds.pool.messages import Hello, Ready, receive, send
from monitor.models import Text

PLAIN = Text("Iran and the United States held talks in Muscat", "")
LONGEST = 10.0  # times the seconds of a row, by the clock: a machine may be busy. Then the process is ended
LOOKED = 50  # rows after which it looks whether its parent lives


def main() -> None:
    jobs, answers = own_pipes()
    hello = receive(jobs, Hello)
    parent = os.getppid()
    sys.path[:] = hello.path
    gc.disable()  # nothing that is loaded now is rubbish
    signal.alarm(int(hello.start))
    try:
        reader = made(hello)
        reader.read([PLAIN])  # loads what only reading needs
    except Exception as cause:  # of whatever library: the parent has to hear of it
        send(answers, Ready(f"{type(cause).__name__}: {cause}"))
        return
    signal.alarm(0)
    gc.enable()
    gc.freeze()
    limit_memory(hello.memory)
    signal.signal(signal.SIGPROF, _too_slow)
    send(answers, Ready())
    rows = 0

    @contextmanager
    def guarded() -> Iterator[None]:
        nonlocal rows
        rows += 1
        if rows % LOOKED == 0 and os.getppid() != parent:
            os._exit(1)
        signal.setitimer(signal.ITIMER_PROF, hello.seconds)
        signal.setitimer(signal.ITIMER_REAL, LONGEST * hello.seconds)  # its signal ends the process
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    while True:
        try:
            job = receive(jobs, Job)
        except EOFError:
            return
        send(answers, read_shard(job, reader, guarded))


def _too_slow(signum: int, frame: FrameType | None) -> None:
    raise TooSlow("reading it took more time than allowed")


if __name__ == "__main__":
    main()
