"""Has shards read on a Dask cluster, one future a shard. Which shards, and what counts as done, is the runner's.

Each thread of a worker asks a process of its own, as the pool on this machine does. Every worker has to see the output
folder, and the inputs, at the same path.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterable
from itertools import islice
from types import TracebackType

from distributed import Client, KilledWorker, as_completed
from distributed.client import FutureCancelledError

from monitor.archive import processes
from monitor.archive.work import Done, Failed, Job
from monitor.errors import ArchiveError
from monitor.feeds.pool.messages import Hello

WAIT = 30  # seconds for the scheduler, and for a first worker
AHEAD = 2  # shards a thread that the cluster is handed, so that no thread waits for this process
RETRIES = 2


class Cluster:
    """A cluster at `tcp://HOST:PORT`, as a context manager. Raises ArchiveError where it does not answer."""

    def __init__(self, setup: Hello, address: str):
        self._setup, self._address = setup, address
        self._client: Client | None = None

    def __enter__(self) -> Cluster:
        try:
            self._client = Client(self._address, timeout=WAIT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=WAIT)
        except (OSError, ValueError) as error:
            if self._client:
                self._client.close()
            raise ArchiveError(f"no Dask cluster with a worker answers at {self._address}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client
        try:
            self._client.run(processes.end_here, on_error="ignore")
        finally:
            self._client.close()

    @property
    def size(self) -> int:
        """Threads of all workers."""
        assert self._client
        return sum(self._client.nthreads().values())

    def outcomes(self, jobs: Iterable[Job]) -> Generator[tuple[Job, Done | Failed]]:
        """Each job with what became of it, as they end. A job whose workers died too often has failed."""
        assert self._client
        client, waiting, run = self._client, iter(jobs), uuid.uuid4().hex
        job_of: dict[object, Job] = {}

        def submitted() -> list:
            made = []
            for job in islice(waiting, max(1, AHEAD * self.size - len(job_of))):
                key = f"{job.shard.key(job.columns)}-{run}"
                future = client.submit(processes.ask_here, self._setup, job, key=key, retries=RETRIES, pure=False)
                job_of[future.key] = job
                made.append(future)
            return made

        ended = as_completed(submitted(), loop=client.loop)
        for future in ended:
            job = job_of.pop(future.key)
            yield job, _outcome(future)
            for more in submitted():
                ended.add(more)


def _outcome(future) -> Done | Failed:
    try:
        got: Done | Failed = future.result()
        return got
    except KilledWorker as error:
        return Failed(f"the Dask workers that read it died: {' '.join(str(error).split())[:200]}")
    except (Exception, FutureCancelledError) as error:  # the cluster is gone, or has another version of the program
        return Failed(
            f"the Dask cluster failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}", fatal=True
        )
