"""Runs shards in processes that may die: each thread has one, asks it, and starts another where it is gone.

The same serves the pool on this machine and the threads of a Dask worker, so a shard that kills its process costs
neither.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable
from pathlib import Path

import msgspec

import monitor
from monitor.archive.work import Done, Failed, Job
from monitor.feeds.pool.messages import Hello, MessageError, Ready, receive, send

TRIES = 3  # processes that a shard may kill
START = 120.0  # seconds until a process has to be ready
SECONDS, MEMORY = 10.0, 1 << 30  # that reading one row may take; bytes that a process may grow by
_TOO_SLOW = -signal.SIGALRM


def setup_of(make_reader: str, arguments: dict, *, seconds: float = SECONDS, memory: int = MEMORY) -> Hello:
    """What a process has to know; `make_reader` is `module:name`."""
    return Hello(sys.path[:], make_reader, arguments, seconds, memory, START)


class Process:
    """A process that reads shards, started when it is first asked, and again when it has died. For one thread at a
    time.
    """

    def __init__(self, setup: Hello):
        self._setup = setup
        self._running: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, job: Job) -> Done | Failed:
        """What becomes of a shard, in the third process at the latest. Never raises."""
        reason = ""
        for _ in range(TRIES):
            if self._closed:
                return Failed("the program was stopped", fatal=True)
            try:
                running = self._running or self._start()
            except (OSError, EOFError, MessageError) as error:
                self.end()
                return Failed(f"no process can be started that reads: {error or 'it ended'}", fatal=True)
            assert running.stdin and running.stdout  # both are pipes
            try:
                send(running.stdin, job)
                got: Done | Failed = receive(running.stdout, Done | Failed)
                return got
            except (OSError, EOFError, MessageError) as error:
                status = self.end()
                slow = status == _TOO_SLOW
                reason = "a row could not be stopped" if slow else f"status {status}" if status else str(error)
        return Failed(f"it ended the process that read it {TRIES} times ({reason})")

    def _start(self) -> subprocess.Popen[bytes]:
        here = str(Path(monitor.__file__).parent.parent)
        # One thread each, as there are as many processes as processors; and Arrow is to ask for memory as it needs it,
        # since what it would reserve counts against the limit.
        settings = {
            "PYTHONPATH": here,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "ARROW_IO_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "2",
        }
        running = subprocess.Popen(
            [sys.executable, "-P", "-m", "monitor.archive.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | settings,
            start_new_session=True,  # Ctrl-C is for the program, which ends its processes itself
        )
        self._running = running
        assert running.stdin and running.stdout
        send(running.stdin, self._setup)
        problem = receive(running.stdout, Ready).problem
        if problem is not None:
            raise OSError(problem)
        return running

    def end(self, *, for_good: bool = False) -> int | None:
        """Ends the process if there is one; gives the status that it ended with by itself, or 0. From any thread."""
        self._closed = self._closed or for_good
        running, self._running = self._running, None
        if running is None:
            return None
        try:
            running.wait(1 if not for_good else 0)  # one that died by itself says how
        except subprocess.TimeoutExpired:
            running.kill()
        status = running.wait()
        for pipe in (running.stdin, running.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:  # what was not written any more
                pass
        return status


_here: dict[int, tuple[Hello, Process]] = {}  # thread -> its process


def ask_here(setup: Hello, job: Job) -> Done | Failed:
    """As Process.ask, by the process of the thread that calls this, which stays for the next: for a Dask worker."""
    known = _here.get(threading.get_ident())
    if known is None or known[0] != setup:
        if known is not None:
            known[1].end(for_good=True)
        process = Process(msgspec.structs.replace(setup, path=sys.path[:]))  # the paths of this machine
        known = _here[threading.get_ident()] = setup, process
    return known[1].ask(job)


def end_here() -> None:
    """Ends the processes of all threads; a thread that asks again starts another."""
    while _here:
        _here.popitem()[1][1].end(for_good=True)


class Pool:
    """So many processes on this machine."""

    def __init__(self, setup: Hello, processes: int):
        self._processes = [Process(setup) for _ in range(processes)]

    def outcomes(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Done | Failed]]:
        """Each job with what became of it, as they end; after a fatal one no other is begun."""
        waiting = iter(jobs)
        turn, stopped = threading.Lock(), threading.Event()
        done: queue.SimpleQueue[tuple[Job, Done | Failed] | BaseException | None] = queue.SimpleQueue()

        def work(process: Process) -> None:
            try:
                while not stopped.is_set():
                    with turn:
                        job = next(waiting, None)
                    if job is None:
                        break
                    got = process.ask(job)
                    if isinstance(got, Failed) and got.fatal:
                        stopped.set()
                    done.put((job, got))
            except BaseException as error:  # raised where the outcomes are taken
                done.put(error)
            finally:
                process.end(for_good=True)
                done.put(None)

        threads = [threading.Thread(target=work, args=(one,), daemon=True) for one in self._processes]
        for thread in threads:
            thread.start()
        left = len(threads)
        try:
            while left:
                got = done.get()
                if got is None:
                    left -= 1
                elif isinstance(got, BaseException):
                    raise got
                else:
                    yield got
        finally:
            stopped.set()
            for process in self._processes:
                process.end(for_good=True)
