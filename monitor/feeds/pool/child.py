"""The inside of a reader process: takes documents from standard input, gives entries with readings to standard output.

The limits are the kernel's: an alarm ends the process when a document takes too long, by the processor's time and, for
a machine with much else to do, half as long again by the clock; a bound on its memory makes allocations fail. The end
of input ends it too, so it outlives its parent by no more than the document in hand.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter

import psutil

from monitor.feeds.pool import HUNGRY, OUT_OF_MEMORY
from monitor.feeds.pool.messages import Hello, Job, Outcome, Ready, receive, receive_bytes, send, send_answer

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment] # a module or nothing

# how much larger than at its start a process may be and still take another document: memory once taken is rarely given back
_MAX_GROWTH_BYTES = 16 << 20
_WARMING = b"<rss version='2.0'><channel><item><title>a &amp; b</title><description>&lt;p&gt;c</description></item></channel></rss>"


def main() -> None:
    jobs, answers = _own_pipes()
    hello = receive(jobs, Hello)
    signal.setitimer(signal.ITIMER_REAL, hello.start)
    sys.path[:] = hello.path
    gc.disable()  # nothing that is loaded now is rubbish; looking for some takes a third of the time
    try:
        read = _warm(hello)
    except Exception as cause:  # whatever a tagger's factory raises, the parent has to hear of it
        send(answers, Ready(f"{type(cause).__name__}: {cause}"))
        return
    gc.enable()
    gc.freeze()  # the lexicons live as long as the process: looking through them again and again costs a tenth of the time
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = _memory()[1]
    signal.setitimer(signal.ITIMER_REAL, 0)
    send(answers, Ready())
    while True:
        try:
            job = receive(jobs, Job)
            body = receive_bytes(jobs, job.size)
        except EOFError:
            return
        _limit(hello.seconds, hello.memory)
        stays, got = _guarded(read, job, body)
        del body  # so that there is room for the packed answer
        stays = stays and _memory()[1] - held < _MAX_GROWTH_BYTES
        try:
            send_answer(answers, stays, got)
        except MemoryError:  # half of the answer may be on its way already
            os._exit(OUT_OF_MEMORY)
        del got
        _limit(0, None)
        if not stays:
            return


def _own_pipes():
    """Keeps the pipes for itself: whatever a library prints goes where errors go."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return jobs, answers


def _warm(hello: Hello):
    """Imports and loads what every document needs, and reads one for the caches."""
    from monitor.feeds.parse import parse
    from monitor.feeds.parse.entries import failed_at
    from monitor.models import BadEntry, Failure

    module, _, name = hello.tagger.partition(":")
    tag = attrgetter(name)(importlib.import_module(module))(**hello.arguments).read

    def read(body, content_type, url, known, now, lang):
        parsed = parse(body, content_type=content_type, url=url, known=known, now=now)
        if isinstance(parsed, Failure):
            return parsed
        entries, readings, positions, bad = [], [], [], []
        for position, entry in zip(parsed.positions, parsed.entries, strict=True):
            try:
                reading = tag(entry.title, entry.summary, lang=lang)
            except (MemoryError, KeyboardInterrupt):
                raise
            except Exception as cause:  # a tagger's mistake about one text must not cost the feed
                bad.append(BadEntry(position, f"not tagged: {failed_at(cause)}", mendable=True))
            else:
                entries.append(entry)
                readings.append(reading)
                positions.append(position)
        if bad:
            parsed = replace(parsed, entries=tuple(entries), positions=tuple(positions), bad=(*parsed.bad, *bad))
        return parsed, tuple(readings)

    read(_WARMING, None, "https://feed.example/", frozenset(), datetime(2026, 1, 1, tzinfo=UTC), None)
    return read


def _guarded(read, job: Job, body: bytes) -> tuple[bool, Outcome]:
    """Whether the process may take another document, and what became of this one."""
    from monitor.models import Failure

    try:
        return True, read(body, job.content_type, job.url, job.known, job.now, job.lang)
    except MemoryError:
        return False, Failure("parser", HUNGRY)
    except RecursionError:
        return True, Failure("parser", "the feed is nested too deep to be read")
    except Exception as cause:  # a fault of ours costs one feed, named, and not the round
        return True, Failure("parser", f"reading the feed failed: {type(cause).__name__}")


def _memory() -> tuple[int, int]:
    """Size of the address space, and of the memory that the process holds, in bytes. Where the system tells them apart (Linux),
    pages that are shared with other processes, as those of memory-mapped files, are not counted in the second."""
    found = psutil.Process().memory_info()
    return found.vms, found.rss - getattr(found, "shared", 0)


def _limit(seconds: float, memory: int | None) -> None:
    """For one document; 0 seconds and no memory lift it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 1.5 * seconds)
    if resource is not None and hasattr(resource, "RLIMIT_AS"):
        most = resource.RLIM_INFINITY if memory is None else _memory()[0] + memory
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        except (OSError, ValueError):  # a system that has the name and not the thing
            pass


if __name__ == "__main__":
    main()
