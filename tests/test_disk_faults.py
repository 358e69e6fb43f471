"""A disk that is full while `poll` runs: named in the log, nothing stored is lost, and polling goes on by itself.

The disk is a small tmpfs, which only root can mount; elsewhere the test is skipped and says so. What cannot be
written from the start, or is damaged, is refused by name: tests/test_storage_store.py.
"""

import subprocess
from contextlib import closing

import pytest

from monitor.storage import articles, open_store
from tests import running
from tests.internet import Internet, Page
from tests.test_pipeline import configure, items, polling


@pytest.fixture
def disk(tmp_path):
    """A folder with room for 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def stored(url):
    with closing(open_store(url)) as store:
        return articles.count(store)


def fill(path):
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


@pytest.mark.slow
def test_poll_outlives_a_full_disk(tmp_path, disk):
    url, log, filler = f"sqlite:///{disk}/monitor.db", tmp_path / "poll.log", disk / "filler"
    later = [one | {"summary": "long " * 1_500} for one in items(60, prefix="Later")]
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(3, prefix="First"))))
        configure(tmp_path, net, ["/a"], every="1s")
        with polling(tmp_path, MONITOR_DATABASE_URL=url) as process:
            running.wait_for(lambda: (disk / "monitor.db").exists() and stored(url) == 3, 90, "the first articles")
            fill(filler)
            net.serve("/a", Page(running.rss(later)))
            running.wait_for(lambda: "the disk is full" in log.read_text(), 90, "a line that names it")
            assert process.poll() is None
            filler.unlink()
            running.wait_for(lambda: stored(url) == 63, 120, "the later articles, once there is room again")
            assert process.poll() is None
    with closing(open_store(url)) as store, store.read() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
