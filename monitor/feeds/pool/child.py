"""The inside of a reader process: takes documents and batches of entries from standard input, gives readings to
standard output.

    document -> parse -> gate: read already, or left unread for a batch
    batch -> read

What only reading needs is loaded with the first batch. The limits are the kernel's: an alarm ends the process when a
job takes too long, by the processor's time and, for a machine with much else to do, half as long again by the clock; a
bound on its memory makes allocations fail. The end of input ends it too, so it outlives its parent by no more than the
job in hand.
"""

from __future__ import annotations

import ctypes
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
from monitor.feeds.pool.messages import (
    Batch,
    BatchAnswer,
    Document,
    Hello,
    Outcome,
    Ready,
    receive,
    receive_bytes,
    send,
    send_answer,
    send_readings,
)
from monitor.models import UNREAD, BadEntry, Failure, Reading, Text

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment] # a module or nothing
try:  # glibc's; what is free between what is not is given back by nothing else
    _give_back = ctypes.CDLL(None).malloc_trim
except (OSError, AttributeError, TypeError):  # another system
    _give_back = None

# how much larger than when it had loaded all a process may be and still take another job: memory once taken is rarely
# given back
_MAX_GROWTH_BYTES = 16 << 20
_PLAIN = Text("Iran and the United States held talks in Muscat", "")
_WARMING = (
    b"<rss version='2.0'><channel><item><title>a &amp; b</title><description>&lt;p&gt;c</description></item></channel>"
    b"</rss>"
)


def main() -> None:
    jobs, answers = own_pipes()
    hello = receive(jobs, Hello)
    signal.setitimer(signal.ITIMER_REAL, hello.start)
    sys.path[:] = hello.path
    gc.disable()  # nothing that is loaded now is rubbish; looking for some takes a third of the time
    try:
        reader = made(hello)
        parse = _parsing(reader)
    except Exception as cause:  # whatever a reader's factory raises, the parent has to hear of it
        send(answers, Ready(f"{type(cause).__name__}: {cause}"))
        return
    gc.enable()
    # the lexicons live as long as the process: looking through them again and again costs a tenth of the time
    gc.freeze()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held, loaded = _memory()[1], False
    signal.setitimer(signal.ITIMER_REAL, 0)
    send(answers, Ready())
    while True:
        try:
            job = receive(jobs, Document | Batch)
            body = receive_bytes(jobs, job.size) if isinstance(job, Document) else b""
        except EOFError:
            return
        if isinstance(job, Batch) and not loaded:  # outside the limits, which are those of a job
            if problem := _load(reader, hello.start):
                send(answers, BatchAnswer(False, problem=problem))
                return
            held, loaded = _memory()[1], True
        _limit(hello.seconds, hello.memory)
        if isinstance(job, Batch):
            answer, (stays, got) = send_readings, _guarded(_read, reader, job.texts)
        else:
            answer, (stays, got) = send_answer, _guarded(parse, body, job)
        del body  # so that there is room for the packed answer
        stays = stays and _has_grown_little(held)
        try:
            answer(answers, stays, got)
        except MemoryError:  # half of the answer may be on its way already
            os._exit(OUT_OF_MEMORY)
        del got
        _limit(0, None)
        if not stays:
            return


def own_pipes():
    """Keeps the pipes for itself: whatever a library prints goes where errors go."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return jobs, answers


def made(hello: Hello):
    """The reader that it names."""
    module, _, name = hello.reader.partition(":")
    return attrgetter(name)(importlib.import_module(module))(**hello.arguments)


def _load(reader, seconds: float) -> str | None:
    """Have the reader load what only reading needs, by reading a text; gives why it cannot."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        reader.read([_PLAIN])
    except Exception as cause:  # of whatever library: a file that is missing or damaged, too little memory
        return f"{type(cause).__name__}: {cause}"
    gc.freeze()
    signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def _parsing(reader):
    """Imports what every document needs, and parses one for the caches."""
    from monitor.feeds.parse import parse
    from monitor.feeds.parse.entries import failed_at

    def parsed_with_readings(body: bytes, job: Document) -> Outcome:
        parsed = parse(body, content_type=job.content_type, url=job.url, known=job.known, now=job.now)
        if isinstance(parsed, Failure):
            return parsed
        entries, readings, positions, bad = [], [], [], []
        for position, entry in zip(parsed.positions, parsed.entries, strict=True):
            try:
                reading = reader.gate(Text(entry.title, entry.summary, job.lang))
            except (MemoryError, KeyboardInterrupt):
                raise
            except Exception as cause:  # the gate's mistake about one text must not cost the feed
                bad.append(BadEntry(position, f"not read: {failed_at(cause)}", mendable=True))
            else:
                entries.append(entry)
                readings.append(reading or Reading(job.lang, UNREAD, 0.0, False, (), (), (), (), ""))
                positions.append(position)
        if bad:
            parsed = replace(parsed, entries=tuple(entries), positions=tuple(positions), bad=(*parsed.bad, *bad))
        return parsed, tuple(readings)

    when = datetime(2026, 1, 1, tzinfo=UTC)
    parsed_with_readings(_WARMING, Document(len(_WARMING), None, "https://feed.example/", frozenset(), when, None))
    return parsed_with_readings


def _read(reader, texts: tuple[Text, ...]) -> tuple[Reading, ...]:
    return tuple(reader.read(texts))


def _guarded(work, *arguments):
    """Whether the process may take another job, and what became of this one."""
    try:
        return True, work(*arguments)
    except MemoryError:
        return False, Failure("parser", HUNGRY)
    except RecursionError:
        return True, Failure("parser", "it is nested too deep to be read")
    except Exception as cause:  # a fault of ours costs one feed or batch, named, and not the round
        return True, Failure("parser", f"reading failed: {type(cause).__name__}")


def _memory() -> tuple[int, int]:
    """Size of the address space, and of the memory that the process holds, in bytes. Where the system tells them apart
    (Linux), pages that are shared with other processes, as those of memory-mapped files, are not counted in the
    second."""
    found = psutil.Process().memory_info()
    return found.vms, found.rss - getattr(found, "shared", 0)


def _has_grown_little(held: int) -> bool:
    """Whether the process holds about as much memory as when it had loaded all, once it has given back what it can."""
    if _memory()[1] - held < _MAX_GROWTH_BYTES:
        return True
    if _give_back is not None:
        _give_back(0)
    return _memory()[1] - held < _MAX_GROWTH_BYTES


def _limit(seconds: float, memory: int | None) -> None:
    """For one job; 0 seconds and no memory lift it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 1.5 * seconds)
    limit_memory(memory)


def limit_memory(memory: int | None) -> None:
    """So many bytes more than now, beyond which allocations fail; None lifts it."""
    if resource is not None and hasattr(resource, "RLIMIT_AS"):
        most = resource.RLIM_INFINITY if memory is None else _memory()[0] + memory
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        except (OSError, ValueError):  # a system that has the name and not the thing
            pass


if __name__ == "__main__":
    main()
