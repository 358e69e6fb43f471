"""Parses and reads in processes that can be stopped, so that neither a document nor an entry can block the program or
fill its memory.

    bytes -> a free reader process: parse -> gate -> entries with readings, some of them unread; or a Failure
    entries -> a free reader process: read -> readings; or a Failure

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
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import monitor
from monitor.errors import ReaderError
from monitor.feeds.pool.messages import (
    Batch,
    Document,
    Hello,
    MessageError,
    Outcome,
    Readings,
    Ready,
    receive,
    receive_answer,
    receive_readings,
    send,
)
from monitor.models import Failure, Parsed, Reading, Text

_START = 60.0  # seconds that a process may take until it is ready
_OVERDUE = 2.0  # times `seconds`, by the clock: a process that has not stopped itself by then is stopped from outside
_GOODBYE = 2.0  # seconds to end by itself
_PATIENCE = 5.0  # seconds that a batch gives way to documents, however many wait
_MEGABYTE = 1 << 20
_KEPT = str(_MEGABYTE)  # bytes; the largest result of a layer is of 128 pieces, 1,536 numbers each: 0.8 MB
OUT_OF_MEMORY = 99  # exit status of a process that could not even send its answer
HUNGRY = "reading took more memory than allowed"


@dataclass(frozen=True, slots=True)
class Read:
    """A feed document as parsed, with one reading for each of its entries; what passed the gate is `unread`."""

    parsed: Parsed
    readings: tuple[Reading, ...]


class ReaderPool:
    """A few reader processes. The first starts with the context, the others when they are needed; who was stopped is
    replaced.

    `seconds` and `memory` hold for each document or batch; `memory` is in bytes beyond what an idle process has, 5 MB
    of news need some 40 MB. `make_reader(**reader_arguments)` is called once in each process; it must be importable
    there: a function or a classmethod. What it makes has `gate(Text)`, which gives the Reading of an entry that need
    not be read, otherwise None; and `read([Text])`, a Reading each. `on_job("documents" or "batches", seconds)` is
    called for each job that ended, in a thread of the pool. Usable from several threads and event loops. Call `close()`
    at the end, or use it as a context manager.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        make_reader: Callable[..., object],
        reader_arguments: Mapping[str, Any] | None = None,
        seconds: float = 10,
        memory: int = 56 * _MEGABYTE,
        on_job: Callable[[str, float], None] | None = None,
    ):
        name = f"{make_reader.__module__}:{make_reader.__qualname__}"
        self._hello = Hello(sys.path[:], name, dict(reader_arguments or {}), seconds, memory, _START)
        self.workers = workers
        self._on_job = on_job
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="reader")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen] = set()
        self.closed = False
        self._documents: set[object] = set()  # those that wait
        self._begun = threading.Condition()

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
        document = Document(len(body), sound, url, known, now, lang)
        with self._begun:
            self._documents.add(token := object())
        future = self._threads.submit(self._read, document, body, token)
        future.add_done_callback(lambda _: self._begins(token))  # also one that was cancelled while it waited
        return await asyncio.wrap_future(future)

    def read_texts(self, texts: Sequence[Text]) -> Future[tuple[Reading, ...] | Failure]:
        """The readings in the order of the texts; Failure("parser") where reading them was too slow, too large or
        crashed.

        Documents go first: this blocks while some wait, for a few seconds at most. The future raises ReaderError where
        no process can be started or none can read, as does this once the pool is closed.
        """
        with self._begun:
            self._begun.wait_for(lambda: self.closed or not self._documents, timeout=_PATIENCE)
        try:
            return self._threads.submit(self._ask, Batch(tuple(texts)))
        except RuntimeError as error:
            raise ReaderError("the readers are closed") from error

    def close(self) -> None:
        """Ends every process; documents and batches being read become failures."""
        with self._lock:
            self.closed = True
            processes = list(self._processes)
        with self._begun:
            self._begun.notify_all()
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

    def _begins(self, token: object) -> None:
        with self._begun:
            self._documents.discard(token)
            self._begun.notify_all()

    def _read(self, document: Document, body: bytes, token: object) -> Read | Failure:
        self._begins(token)
        try:
            got = self._ask(document, body)
        except ReaderError as error:
            return Failure("parser", str(error))
        return got if isinstance(got, Failure) else Read(*got)

    def _ask(self, job: Document | Batch, body: bytes = b"") -> Any:
        """What this thread's process answers. Raises ReaderError where none can be started,
        or it cannot read any text.
        """
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if process is None:
            try:
                process = self._own.process = self._start()
            except OSError as error:
                raise ReaderError(f"no reader process could be started: {error}") from error
        try:
            stays, got = self._answer(process, job, body)
        except ReaderError:
            self._own.process = None
            self._bury(process)
            raise
        except MessageError as error:
            self._own.process = None
            process.kill()
            self._bury(process)
            return Failure("parser", f"the reader process sent what is no answer: {str(error)[:100]}")
        except (OSError, EOFError) as error:
            self._own.process = None
            return Failure("parser", self._why(process, error))
        if not stays:
            self._own.process = None
            self._bury(process)
        return got

    def _answer(
        self, process: subprocess.Popen[bytes], job: Document | Batch, body: bytes
    ) -> tuple[bool, Outcome | Readings]:
        """What a process makes of a job. It limits itself;
        one that an attacker keeps from that is killed after a while.
        """
        assert process.stdin and process.stdout  # both are pipes
        overdue = threading.Event()

        def stop() -> None:
            overdue.set()
            process.kill()

        loading = _START if isinstance(job, Batch) else 0  # what only reading needs, with the first batch
        timer = threading.Timer(loading + _OVERDUE * self._seconds, stop)
        timer.start()
        began = time.monotonic()
        try:
            send(process.stdin, job, body)
            if isinstance(job, Batch):
                return receive_readings(process.stdout, len(job.texts))
            return receive_answer(process.stdout)
        except (OSError, EOFError):
            if overdue.is_set():
                raise TimeoutError(self._too_slow()) from None
            raise
        finally:
            timer.cancel()
            if self._on_job:
                self._on_job("batches" if isinstance(job, Batch) else "documents", time.monotonic() - began)

    def _too_slow(self) -> str:
        return f"reading took more than {self._seconds:g} seconds"

    def _start(self) -> subprocess.Popen[bytes]:
        """Starts a process and waits until it is warm. Raises OSError or EOFError."""
        here = str(Path(monitor.__file__).parent.parent)
        # one thread for numpy's libraries: each more would reserve memory and compete for the processors that fetching
        # needs; and glibc is to give back what loading took, as it did not do by itself for 15 MB, but to keep what a
        # layer of the network needs for a moment: to ask for it each time took a fifth of the time of reading
        settings = {
            "PYTHONPATH": here,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MALLOC_TRIM_THRESHOLD_": _KEPT,
            "MALLOC_MMAP_THRESHOLD_": _KEPT,
        }
        with self._lock:
            if self.closed:
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

    def _why(self, process: subprocess.Popen[bytes], error: Exception) -> str:
        self._bury(process)
        if isinstance(error, TimeoutError):
            return str(error)
        if process.returncode in (-signal.SIGPROF, -signal.SIGALRM):
            return self._too_slow()
        if process.returncode == OUT_OF_MEMORY:
            return HUNGRY
        if self.closed:
            return "the program was stopped while it was read"
        return f"the reader process ended while it read (status {process.returncode})"

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
