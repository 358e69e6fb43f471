"""Parses and tags in processes that can be stopped, so that no document can block the program or fill its memory.

    bytes -> a free reader process: parse -> tag each entry -> entries with readings, or a Failure

Plain pipes and one thread a process, rather than multiprocessing: that would import the program's own main module,
Streamlit and all, into each process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import monitor
from monitor.feeds.pool.messages import Hello, Job, MessageError, Outcome, Ready, receive, receive_answer, send
from monitor.models import Failure, Parsed, Reading

_START = 60.0  # seconds that a process may take until it is ready
_OVERDUE = 2.0  # times `seconds`, by the clock: a process that has not stopped itself by then is stopped from outside
_GOODBYE = 2.0  # seconds to end by itself
_MEGABYTE = 1 << 20
OUT_OF_MEMORY = 99  # exit status of a process that could not even send its answer
HUNGRY = "reading the feed took more memory than allowed"


@dataclass(frozen=True, slots=True)
class Read:
    """A feed document as parsed, with one reading for each of its entries."""

    parsed: Parsed
    readings: tuple[Reading, ...]


class ReaderPool:
    """A few reader processes. The first starts with the context, the others when they are needed; who was stopped is replaced.

    `seconds` and `memory` hold for each document; `memory` is in bytes beyond what an idle process has, 5 MB of news need some 40 MB.
    `make_tagger(**tagger_arguments)` is called once in each process; it must be importable there: a function or a classmethod.
    Usable from several threads and event loops. Call `close()` at the end, or use it as a context manager.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        make_tagger: Callable[..., object],
        tagger_arguments: Mapping[str, Any] | None = None,
        seconds: float = 10,
        memory: int = 56 * _MEGABYTE,
    ):
        name = f"{make_tagger.__module__}:{make_tagger.__qualname__}"
        self._hello = Hello(sys.path[:], name, dict(tagger_arguments or {}), seconds, memory, _START)
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="reader")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen] = set()
        self._closed = False

    async def read(
        self,
        body: bytes,
        *,
        content_type: str | None,
        url: str,
        now: datetime,
        known: frozenset[bytes] = frozenset(),
        lang: str | None = None,
    ) -> Read | Failure:
        """Never raises for what a document holds: too slow, too large and crashed are Failure("parser")."""
        sound = content_type and content_type.encode("utf-8", "replace").decode()
        job = Job(len(body), sound, url, known, now, lang)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, job, body)

    def close(self) -> None:
        """Ends every process; documents being read become failures."""
        with self._lock:
            self._closed = True
            processes = list(self._processes)
        for process in processes:
            process.kill()
        self._threads.shutdown(wait=True)  # documents that still wait are refused
        for process in processes:
            self._bury(process)

    async def __aenter__(self) -> ReaderPool:
        self._threads.submit(self._begin)  # the first document need not wait for it
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    # what follows runs in a thread of the pool, each with a process of its own

    def _begin(self) -> None:
        try:
            self._own.process = self._start()
        except OSError:  # the first document will say so
            pass

    def _read(self, job: Job, body: bytes) -> Read | Failure:
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        try:
            if process is None:
                process = self._own.process = self._start()
            stays, got = self._answer(process, job, body)
        except MessageError as error:
            self._own.process = None
            if process:
                process.kill()
                self._bury(process)
            return Failure("parser", f"the reader process sent what is no answer: {str(error)[:100]}")
        except (OSError, EOFError) as error:
            self._own.process = None
            return Failure("parser", self._why(process, error))
        if not stays:
            self._own.process = None
            self._bury(process)
        return got if isinstance(got, Failure) else Read(*got)

    def _answer(self, process: subprocess.Popen[bytes], job: Job, body: bytes) -> tuple[bool, Outcome]:
        """What a process makes of a document. It limits itself; one that an attacker keeps from that is killed after a while."""
        assert process.stdin and process.stdout  # both are pipes
        overdue = threading.Event()

        def stop() -> None:
            overdue.set()
            process.kill()

        timer = threading.Timer(_OVERDUE * self._seconds, stop)
        timer.start()
        try:
            send(process.stdin, job, body)
            return receive_answer(process.stdout)
        except (OSError, EOFError):
            if overdue.is_set():
                raise TimeoutError(self._too_slow()) from None
            raise
        finally:
            timer.cancel()

    def _too_slow(self) -> str:
        return f"reading the feed took more than {self._seconds:g} seconds"

    def _start(self) -> subprocess.Popen[bytes]:
        """Starts a process and waits until it is warm. Raises OSError or EOFError."""
        here = str(Path(monitor.__file__).parent.parent)
        # one thread for numpy's libraries: each more would reserve memory and compete for the processors that fetching needs;
        # and glibc is to give back what loading took, as it did not do by itself for 15 MB
        settings = {
            "PYTHONPATH": here,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MALLOC_TRIM_THRESHOLD_": "65536",
        }
        with self._lock:
            if self._closed:
                raise OSError("the readers are closed")
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "monitor.feeds.pool.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | settings,
                start_new_session=True,  # Ctrl-C is for the program, which ends its readers itself
            )
            self._processes.add(process)
        try:
            assert process.stdin and process.stdout
            send(process.stdin, self._hello)
            problem = receive(process.stdout, Ready).problem
        except (OSError, EOFError, MessageError) as error:
            raise OSError(self._why(process, error)) from error
        if problem is not None:
            self._bury(process)
            raise OSError(problem)
        return process

    def _why(self, process: subprocess.Popen | None, error: Exception) -> str:
        if process is None:
            return f"no reader process could be started: {error}"
        self._bury(process)
        if isinstance(error, TimeoutError):
            return str(error)
        if process.returncode in (-signal.SIGPROF, -signal.SIGALRM):
            return self._too_slow()
        if process.returncode == OUT_OF_MEMORY:
            return HUNGRY
        if self._closed:
            return "the program was stopped while the feed was read"
        return f"the reader process ended while the feed was read (status {process.returncode})"

    def _bury(self, process: subprocess.Popen) -> None:
        """Makes sure that a process has ended and leaves nothing behind."""
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:  # what was not written any more
                pass
        try:
            process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with self._lock:
            self._processes.discard(process)
