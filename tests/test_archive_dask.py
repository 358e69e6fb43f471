"""An archive read on a Dask cluster is the archive that the pool of this machine reads, whatever dies meanwhile."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from monitor.archive import runner
from monitor.archive.dask import Cluster
from monitor.archive.processes import setup_of
from monitor.errors import ArchiveError
from tests import running
from tests.test_archive import READER, ROOT, entry, everything, run, written


class Loopback:
    """A scheduler and two workers of a thread each on this machine; `replace` starts one more, in the place of a dead
    one.
    """

    def __init__(self, folder: Path):
        self._file = folder / "scheduler.json"
        self._scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", self._file)
        running.wait_for(self._file.exists, 30, "the scheduler")
        self.workers: list[subprocess.Popen] = []
        self.replace()
        self.replace()

    def _start(self, what: str, *words: object) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, words), "--no-dashboard"]
        settings = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        return subprocess.Popen(command, cwd=ROOT, env=settings, stderr=subprocess.DEVNULL)

    def replace(self) -> None:
        words = ("--scheduler-file", self._file, "--nthreads", 1, "--no-nanny", "--local-directory", self._file.parent)
        self.workers.append(self._start("worker", *words))

    @property
    def address(self) -> str:
        return json.loads(self._file.read_text())["address"]

    def close(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    made = Loopback(tmp_path)
    yield made
    made.close()


def run_there(address: str, inputs: Path, output: Path, *, method: str = "fake") -> runner.Report:
    with Cluster(setup_of(READER, {"method": method}), address) as workers:
        return runner.run([str(inputs)], output, workers, method=method, columns={})


@pytest.mark.slow
def test_a_cluster_makes_what_the_pool_makes_though_workers_are_killed(tmp_path, cluster):
    chances = random.Random(3)
    for n in range(30):
        rows = [entry(n * 100 + k, title="crash" if (n, k) == (7, 5) else f"read {n} {k}") for k in range(300)]
        written(tmp_path / f"in/{n:02}.jsonl", rows)
    whole = run(tmp_path / "in", tmp_path / "whole")

    def kill_some() -> None:
        for _ in range(2):
            running.wait_for(lambda: any((tmp_path / "out").rglob("*.parquet")), 60, "a shard")
            time.sleep(chances.random())
            cluster.workers[0].kill()  # SIGKILL
            cluster.workers.pop(0).wait()
            cluster.replace()

    killing = threading.Thread(target=kill_some)
    killing.start()
    report = run_there(cluster.address, tmp_path / "in", tmp_path / "out")
    killing.join()
    (aside,) = report.set_aside
    assert aside.input == str(tmp_path / "in/07.jsonl") and "3 times" in (aside.set_aside or "")
    assert report.rows_out == whole.rows_out == 29 * 300
    assert everything(tmp_path / "out") == everything(tmp_path / "whole")


def test_no_cluster_at_an_address_is_said(monkeypatch):
    monkeypatch.setattr("monitor.archive.dask.WAIT", 1)
    with pytest.raises(ArchiveError, match="no Dask cluster"):
        run_there("tcp://127.0.0.1:9", Path("x"), Path("y"))
