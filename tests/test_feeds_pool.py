"""Reader processes: what goes through, what is stopped, and that nothing is left behind."""

import asyncio
import os
import pickle
import select
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from monitor.errors import ReaderError
from monitor.feeds import pool
from monitor.feeds.pool import Read, ReaderPool, child
from monitor.models import UNREAD, Failure, Text
from tests.fake_reader import FakeReader

NOW = datetime(2026, 3, 10, tzinfo=UTC)


HASTY = 4  # seconds, where a test waits for them to be over


@pytest.fixture
def readers(request):
    """The limit of time is one that a busy machine keeps, unless a test asks for another."""
    limits = {"seconds": getattr(request, "param", 60), "memory": 100 << 20}
    readers = ReaderPool(2, make_reader=FakeReader.load, reader_arguments={"method": "m1"}, **limits)
    yield readers
    readers.close()


def feed(*titles: str) -> bytes:
    items = "".join(f"<item><title>{title}</title></item>" for title in titles)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


async def read(readers: ReaderPool, body: bytes, **more) -> Read | Failure:
    return await readers.read(body, **{"content_type": None, "url": "https://x.example/", "now": NOW} | more)


def ended(pid: int) -> bool:
    """Waits for a process that need not be our child to end."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


def test_entries_come_back_with_their_readings(readers):
    got = asyncio.run(read(readers, feed("one", "two"), lang="fa"))
    assert [e.title for e in got.parsed.entries] == ["one", "two"]
    assert [(r.lang, r.method) for r in got.readings] == [("fa", "m1")] * 2
    again = asyncio.run(
        read(readers, feed("new", "one", "two"), known=frozenset(got.parsed.slices))
    )  # in another event loop
    assert [e.title for e in again.parsed.entries] == ["new"] and len(again.readings) == 1 and again.parsed.skipped == 2


@pytest.mark.skipif(child._give_back is None, reason="only glibc gives back what lies between what is in use")
def test_a_process_that_gives_back_the_memory_it_took_reads_on():
    reader = ReaderPool(1, make_reader=FakeReader.load, memory=100 << 20)
    try:
        seen = set()
        for title in ("read 1", "read spread", "read 2", "read spread", "read 3"):
            assert not isinstance(reader.read_texts([Text(title, "")]).result(), Failure)
            seen |= {process.pid for process in reader._processes}
        assert len(seen) == 1
    finally:
        reader.close()


def test_a_failure_of_parsing_passes_through(readers):
    assert asyncio.run(read(readers, b"<html></html>")).kind == "not a feed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("readers", "title", "word"),
    [
        (HASTY, "hang", "4 seconds"),
        (HASTY, "asleep", "4 seconds"),
        (HASTY, "cunning", "4 seconds"),
        (60, "crash", "ended"),
        (60, "hungry", "memory"),
        (60, "wordy", "memory"),
    ],
    indirect=["readers"],
)
def test_one_document_is_stopped_and_its_neighbours_are_read(readers, title, word):
    async def several():
        return await asyncio.gather(*(read(readers, feed(t)) for t in ("a", title, "b", "c", "d")))

    stopped = [got for got in asyncio.run(several()) if isinstance(got, Failure)]
    assert [got.kind for got in stopped] == ["parser"] and word in stopped[0].message
    assert isinstance(asyncio.run(read(readers, feed("later"))), Read)


def test_an_entry_that_cannot_be_tagged_is_bad_and_no_more(readers):
    got = asyncio.run(read(readers, feed("one", "raise", "three")))
    assert [e.title for e in got.parsed.entries] == ["one", "three"] and len(got.readings) == 2
    (bad,) = got.parsed.bad
    assert bad.position == 1 and bad.reason.startswith("not read: KeyError at fake_reader.py:")
    known = frozenset(got.parsed.slices_read)
    again = asyncio.run(read(readers, feed("new", "one", "raise", "three"), known=known))
    assert [e.title for e in again.parsed.entries] == ["new"]
    assert [bad.position for bad in again.parsed.bad] == [2]  # its place in the document, though two items were skipped


def test_what_a_library_prints_disturbs_nothing(readers):
    assert isinstance(asyncio.run(read(readers, feed("print"))), Read)


def test_a_tagger_that_cannot_be_made_is_named():
    readers = ReaderPool(1, make_reader=FakeReader.load, reader_arguments={"method": "broken"})
    got = asyncio.run(read(readers, feed("one")))
    readers.close()
    assert got.kind == "parser" and "no such lexicon" in got.message


def test_what_passes_the_gate_is_unread_and_read_in_a_batch(readers):
    got = asyncio.run(read(readers, feed("one", "read strike"), lang="fa"))
    assert [(r.direction, r.method, r.lang) for r in got.readings] == [("none", "m1", "fa"), (UNREAD, "", "fa")]
    found = readers.read_texts([Text("read strike", "", "fa"), Text("read on", "", None)]).result()
    assert [(r.direction, r.confidence, r.lang) for r in found] == [("escalation", 0.8, "fa"), ("none", None, None)]
    assert [r.vector for r in found] == [bytes(range(192)), None]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("readers", "title", "word"),
    [(HASTY, "hang", "4 seconds"), (60, "crash", "ended"), (60, "hungry", "memory")],
    indirect=["readers"],
)
def test_a_batch_is_stopped_like_a_document(readers, title, word):
    got = readers.read_texts([Text("read on", ""), Text(f"read {title}", "")]).result()
    assert got.kind == "parser" and word in got.message
    assert len(readers.read_texts([Text("read on", "")]).result()) == 1


def test_a_reader_that_lacks_what_reading_needs_is_no_fault_of_the_texts():
    readers = ReaderPool(1, make_reader=FakeReader.load, reader_arguments={"method": "no network"})
    assert isinstance(asyncio.run(read(readers, feed("one", "read on"))), Read)  # the gate works
    with pytest.raises(ReaderError, match=r"reader.onnx is missing"):
        readers.read_texts([Text("read on", "")]).result()
    readers.close()
    with pytest.raises(ReaderError, match="closed"):
        readers.read_texts([Text("read on", "")])


def test_documents_go_before_batches(monkeypatch):
    """Of one process: a batch asked for while two documents wait is read after both."""
    monkeypatch.setattr(pool, "_PATIENCE", 60.0)
    readers, order = ReaderPool(1, make_reader=FakeReader.load, seconds=30), []
    ask = readers._ask
    readers._ask = lambda job, *body: order.append(type(job).__name__) or ask(job, *body)

    async def life():
        waiting = [asyncio.ensure_future(read(readers, feed(str(n)))) for n in range(3)]
        await asyncio.sleep(0)  # they are in the queue
        batch = await asyncio.to_thread(readers.read_texts, [Text("read on", "")])
        await asyncio.gather(*waiting, asyncio.wrap_future(batch))

    asyncio.run(life())
    readers.close()
    assert order == ["Document"] * 3 + ["Batch"]


def test_processes_start_when_needed_and_end_on_close():
    """The first starts with the context, in a thread: it may be there at once or a little later."""

    async def life():
        async with ReaderPool(2, make_reader=FakeReader.load) as readers:
            before = {p.pid for p in readers._processes}
            await asyncio.gather(*(read(readers, feed(str(n))) for n in range(8)))
            return before, {p.pid for p in readers._processes}

    before, during = asyncio.run(life())
    assert len(before) <= 1 and 1 <= len(during) <= 2
    assert all(not os.path.exists(f"/proc/{pid}") for pid in during)


def test_closing_stops_what_is_being_read():
    async def life():
        async with ReaderPool(1, make_reader=FakeReader.load, seconds=60) as readers:
            await read(readers, feed("warm"))
            hanging = asyncio.ensure_future(read(readers, feed("hang")))
            await asyncio.sleep(0.05)
        return await hanging

    assert asyncio.run(life()).kind == "parser"


@pytest.mark.parametrize("busy", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_process_outlives_a_killed_parent(busy):
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, "hang" if busy else "idle"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        pid = int(parent.stdout.readline())
        assert os.path.exists(f"/proc/{pid}")
        parent.send_signal(signal.SIGKILL)
    assert ended(pid)


_PARENT = """
import asyncio, sys
from tests.fake_reader import FakeReader
from tests.test_feeds_pool import feed, read
from monitor.feeds.pool import ReaderPool

async def main():
    readers = ReaderPool(1, make_reader=FakeReader.load, seconds=5)
    await read(readers, feed("warm"))
    await asyncio.wait([asyncio.ensure_future(read(readers, feed(sys.argv[1])))], timeout=0.5)
    print(*(p.pid for p in readers._processes), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def answering(data: bytes):
    """A pool whose process has been taken over by an attacker and answers `data`."""
    code = f"import sys; sys.stdout.buffer.write({data!r}); sys.stdout.flush(); sys.stdin.buffer.read()"
    pool = ReaderPool(1, make_reader=FakeReader.load)
    pool._start = lambda: subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return pool


class Attack:
    def __reduce__(self):
        return os.mkdir, (Attack.target,)


@pytest.mark.parametrize("wrapped", [False, True])
def test_what_an_attacked_process_sends_is_checked_and_never_run(tmp_path, wrapped):
    Attack.target = str(tmp_path / "owned")
    data = pickle.dumps(Attack())
    pool = answering(len(data).to_bytes(4, "big") + data if wrapped else data)
    got = asyncio.run(read(pool, feed("one")))
    pool.close()
    assert got.kind == "parser" and "no answer" in got.message and not (tmp_path / "owned").exists()
