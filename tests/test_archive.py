"""Archives are read in shards, in processes that may be killed: every row is read once, rejected by name, or set aside
with its shard.
"""

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import fsspec
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from monitor.archive import runner, shards, tables
from monitor.archive.inputs import File, find
from monitor.archive.manifest import Manifest, locked
from monitor.archive.processes import Pool, setup_of
from monitor.archive.rows import columns_of, found_in
from monitor.archive.work import read_shard, rows_of
from monitor.errors import ArchiveError, InputError, LeaseHeld
from tests import running
from tests.fake_reader import FakeReader

READER = "tests.fake_reader:FakeReader.load"
ROOT = Path(__file__).resolve().parent.parent


def entry(number: int, **more) -> dict:
    day = f"2026-0{1 + number % 3}-11T08:{number % 60:02}:00Z"
    return {"title": f"read headline {number}", "summary": "a, b", "source": "AP", "first_seen": day, **more}


def written(path: Path, rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run(inputs, output, *, method="fake", processes=2, seconds=10.0, **more) -> runner.Report:
    pool = Pool(setup_of(READER, {"method": method}, seconds=seconds), processes)
    given = [str(path) for path in (inputs if isinstance(inputs, list) else [inputs])]
    return runner.run(given, output, pool, method=method, **{"columns": {}, **more})


class Here:
    """Reads shards in this process."""

    def __init__(self, reader):
        self.reader = reader

    def outcomes(self, jobs):
        for job in jobs:
            yield job, read_shard(job, self.reader, nullcontext)


def run_here(inputs, output) -> runner.Report:
    """As `run`, for what does not depend on processes."""
    return runner.run([str(inputs)], output, Here(FakeReader("fake")), method="fake", columns={})


def kept(output: Path) -> list[dict]:
    return [row for path in sorted((output / "articles").rglob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def everything(output: Path) -> dict[str, bytes]:
    """All that a run leaves, by name, but for who held the lock and when files had been changed."""
    named = {"lock", "inputs.jsonl"}
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name not in named
    }


# -- shards -------------------------------------------------------------------------------------------------

TEXTS = st.lists(st.sampled_from(["", "a", 'say "so"', "two\nlines", "é,ü", "x" * 40]), min_size=1, max_size=3)


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b" ")), max_size=40), st.integers(1, 60))
def test_ranges_of_lines_are_the_file_and_end_with_lines(rows, size):
    body = b"\n".join(rows)
    made = list(shards.of_lines(File("x.jsonl", "jsonl", None, len(body), ""), io.BytesIO(body), size=size))
    assert [shard.start for shard in made] == [0, *(shard.end for shard in made)][:-1] if made else not body
    assert b"".join(body[shard.start : shard.end] for shard in made) == body
    for shard in made[:-1]:
        assert body[shard.end - 1 : shard.end] == b"\n" and shard.end - shard.start >= size
        assert b"\n" not in body[shard.start + size - 1 : shard.end - 1]
    assert all(shard.first_line == 1 + body[: shard.start].count(b"\n") for shard in made)


@given(rows=st.lists(TEXTS, max_size=30), size=st.integers(1, 80))
def test_ranges_of_csv_hold_the_records_of_the_whole_file(tmp_path_factory, rows, size):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["title", "summary", "link"], *rows])
    (file,) = find([str(path)])
    with path.open("rb") as stream:
        made = list(shards.of_records(file, stream, size=size))
    found = [pair for shard in made for pair in rows_of(shard, {})]
    whole = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))[1:]
    assert [list(row.values()) for _, row in found] == [row for row in whole if row]
    lines = path.read_bytes().split(b"\n")
    for number, row in found:
        assert next(iter(row.values())).split("\n")[0].replace('"', '""') in lines[number - 1].decode()


def test_a_shard_of_many_lines_is_cut_where_the_size_says(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SIZE", 1000)
    report = run_here(written(tmp_path / "a.jsonl", map(entry, range(60))), tmp_path / "out")
    assert report.shards > 4 and (report.rows_in, report.rows_out) == (60, 60)
    assert sorted(row["line"] for row in kept(tmp_path / "out")) == list(range(1, 61))


# -- rows ---------------------------------------------------------------------------------------------------


def test_a_row_is_cleaned_as_a_feeds_entry_is_and_named_by_source_or_link():
    found = found_in(
        {
            "headline": "Iran &amp; <b>US</b> talk\u202e", "link": "https://www.bbc.co.uk/news/1?utm_source=x",
            "published": "Tue, 07 Apr 2026 12:13:20 +0200", "lang": "EN-gb",
        },
        columns_of("title=headline"),
    )  # fmt: skip
    assert (found.entry.title, found.lang) == ("Iran & US talk", "en")
    assert (found.publisher, found.feed) == ("bbc.co.uk", "bbc.co.uk")
    assert found.first_seen == found.entry.published and found.first_seen.hour == 10
    assert (found.canonical, found.tier) == ("bbc.co.uk/news/1", None)


def test_a_published_time_without_zone_is_text_and_first_seen_without_one_is_utc():
    found = found_in(entry(1, first_seen="2026-03-02 10:00:00", published="2026-03-02 09:00:00"), {})
    assert found.entry.published is None and found.entry.published_text == "2026-03-02 09:00:00"
    assert found.first_seen.isoformat() == "2026-03-02T10:00:00+00:00"


@pytest.mark.parametrize(
    "more, says",
    [
        ({"title": "", "summary": None}, "neither title nor summary"),
        ({"title": 3}, "title is not text"),
        ({"source": None}, "who published it"),
        ({"first_seen": None}, "when it was seen"),
        ({"first_seen": "yesterday"}, "is no time"),
        ({"first_seen": "0001-01-01T00:00:00Z"}, "is no time"),
        ({"first_seen": "1066-10-14T00:00:00Z"}, "outside the years"),
        ({"tier": 9}, "tier is '9'"),
    ],
)
def test_what_is_wrong_with_a_row(more, says):
    with pytest.raises(ValueError, match=says):
        found_in(entry(1, **more), {})


@pytest.mark.parametrize("text", ["headline", "name=headline", "title="])
def test_a_mapping_that_says_nothing_is_refused(text):
    with pytest.raises(InputError, match="ours=theirs"):
        columns_of(text)


# -- formats ------------------------------------------------------------------------------------------------


def as_csv(rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def in_format(folder: Path, name: str, rows) -> Path:
    folder.mkdir()
    path, half = folder / name, len(rows) // 2
    lines = ["".join(json.dumps(row) + "\n" for row in some).encode() for some in (rows[:half], rows[half:])]
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist([row | {"unasked": "x"} for row in rows]), path, row_group_size=7)
    elif ".csv" in name:
        body = as_csv(rows)
        path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    else:
        pack = {".gz": gzip.compress, ".zst": zstandard.compress}.get(path.suffix, bytes)
        path.write_bytes(b"".join(map(pack, lines)))  # two members, two frames
    return path


def test_every_format_gives_the_same_entries(tmp_path):
    rows = [entry(n, title="two\nlines" if n == 3 else f"read {n}") for n in range(30)]
    names = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.csv", "a.csv.gz", "a.parquet")
    for place, name in enumerate(names):
        in_format(tmp_path / f"in{place}", name, rows)
    made = run(tmp_path / "in*/a.*", tmp_path / "out")
    assert made.rows_out == 30 * len(names) and not made.set_aside
    assert made.shards == len(names) - 1 + 5  # row groups
    by_input: dict[str, list] = {}
    for row in kept(tmp_path / "out"):
        by_input.setdefault(row.pop("input"), []).append({k: v for k, v in row.items() if k != "line"})
    first, *others = [sorted(found, key=lambda row: (row["title"], row["identity"])) for found in by_input.values()]
    assert len(by_input) == len(names) and all(other == first for other in others)


def test_an_archive_on_another_file_system_is_read_by_its_address(tmp_path):
    rows = [entry(n, title=f"read {n}") for n in range(30)]
    elsewhere = fsspec.filesystem("memory")
    elsewhere.pipe("/years/a.jsonl", "".join(json.dumps(row) + "\n" for row in rows[:10]).encode())
    elsewhere.pipe("/years/b.csv", as_csv(rows[10:20]))
    elsewhere.pipe("/years/c.jsonl.gz", gzip.compress(json.dumps(rows[20]).encode()))
    with elsewhere.open("/years/d.parquet", "wb") as file:
        pq.write_table(pa.Table.from_pylist(rows[21:]), file, row_group_size=4)
    report = run_here("memory://years/*", tmp_path / "out")
    assert (report.rows_out, report.shards, report.set_aside) == (30, 3 + 3, [])
    assert {row["title"] for row in kept(tmp_path / "out")} == {row["title"] for row in rows}
    names = ("a.jsonl", "b.csv", "c.jsonl.gz", "d.parquet")
    assert {row["input"] for row in kept(tmp_path / "out")} == {f"memory:///years/{name}" for name in names}


def test_entries_and_readings_come_back_as_they_were(tmp_path):
    rows = [entry(1, title="read strike", guid="g1", link="https://a.example/1", tier=1, country="GB")]
    run(written(tmp_path / "a.jsonl", rows), tmp_path / "out")
    (path,) = (tmp_path / "out").rglob("*.parquet")
    ((found, reading),) = tables.entries(pq.read_table(path))
    assert found == found_in(rows[0], {}) and reading.vector == bytes(range(192))
    assert reading.signals[0].category == "attack" and reading.confidence == 0.8 and reading.method == "fake"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_a_damaged_file_is_set_aside_by_name_and_leaves_nothing(tmp_path, name):
    path = in_format(tmp_path / "in", name, [entry(n) for n in range(30)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] if name != "a.parquet" else whole[:60] + bytes(60) + whole[120:])
    written(tmp_path / "in/well.jsonl", [entry(1)])
    report = run(tmp_path / "in", tmp_path / "out")
    assert report.set_aside and all(row.shard.startswith(str(path)) for row in report.set_aside)
    assert str(tmp_path / "in/well.jsonl") in {row["input"] for row in kept(tmp_path / "out")}
    path.write_bytes(whole)
    assert not run(tmp_path / "in", tmp_path / "out").set_aside
    assert len(kept(tmp_path / "out")) == 31


def test_a_parquet_file_that_cannot_be_cut_is_set_aside_and_the_others_go_on(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.parquet").write_bytes(b"PAR1 and no more")
    written(tmp_path / "in/b.jsonl", [entry(1)])
    report = run_here(tmp_path / "in", tmp_path / "in/out")
    assert [row.shard for row in report.set_aside] == [str(tmp_path / "in/a.parquet")] and report.rows_out == 1
    assert run_here(tmp_path / "in", tmp_path / "in/out").shards == 2  # what it wrote is no input


def test_a_folder_without_a_known_file_and_a_name_of_another_kind_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    for given_name in (tmp_path, tmp_path / "a.txt", tmp_path / "none.jsonl"):
        with pytest.raises(InputError, match=r"\.jsonl"):
            find([str(given_name)])


# -- what goes wrong ----------------------------------------------------------------------------------------


def test_poison_rows_are_rejected_with_file_line_and_reason(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [json.dumps(entry(n, title=title)) for n, title in enumerate(["read 1", "raise", "read hang", "read 2"])]
    path.write_text("\n".join([*lines[:3], "{broken", "[]", "", lines[3]]), "utf-8")
    report = run(path, tmp_path / "out", seconds=0.5)
    assert (report.rows_in, report.rows_out, report.rows_rejected) == (6, 2, 4) and not report.set_aside
    rejected = [json.loads(line) for line in (tmp_path / "out/rejected.jsonl").read_text().splitlines()]
    assert [(row["file"], row["line"]) for row in rejected] == [(str(path), n) for n in (2, 3, 4, 5)]
    for row, says in zip(rejected, ("KeyError", "more time", "not JSON", "not an object"), strict=True):
        assert says in row["reason"]


@pytest.mark.slow
def test_a_shard_that_kills_its_worker_three_times_is_set_aside_and_the_others_go_on(tmp_path):
    for n in range(6):
        written(tmp_path / f"in/{n}.jsonl", [entry(n), entry(n, title="crash" if n == 2 else "read it")])
    report = run(tmp_path / "in", tmp_path / "out")
    ((name, reason),) = [(row.shard, row.set_aside) for row in report.set_aside]
    assert name.startswith(str(tmp_path / "in/2.jsonl")) and "3 times (status -6)" in reason
    assert report.rows_out == 10 and report.shards == 6
    written(tmp_path / "in/2.jsonl", [entry(2), entry(2, title="read it")])
    assert not run(tmp_path / "in", tmp_path / "out").set_aside
    assert len(kept(tmp_path / "out")) == 12


def test_a_reader_that_cannot_be_loaded_stops_the_run(tmp_path):
    path = written(tmp_path / "a.jsonl", [entry(1)])
    with pytest.raises(ArchiveError, match="no such lexicon"):
        run(path, tmp_path / "out", method="broken")


def test_a_worker_of_another_version_is_refused(tmp_path):
    path = written(tmp_path / "a.jsonl", [entry(1)])
    pool = Pool(setup_of(READER, {"method": "other"}), 1)
    with pytest.raises(ArchiveError, match="reader is other, and fake"):
        runner.run([str(path)], tmp_path / "out", pool, method="fake", columns={})


@pytest.mark.slow
def test_a_changed_reader_is_said_and_its_shards_are_read_again_on_refresh(tmp_path):
    for n in range(3):
        written(tmp_path / f"in/{n}.jsonl", [entry(n)])
    run(tmp_path / "in", tmp_path / "out")
    written(tmp_path / "in/3.jsonl", [entry(3)])
    report = run(tmp_path / "in", tmp_path / "out", method="newer")
    assert (report.read, dict(report.older)) == (1, {"fake": 3})
    report = run(tmp_path / "in", tmp_path / "out", method="newer", refresh=True)
    assert (report.read, dict(report.older)) == (3, {})
    assert [row["method"] for row in kept(tmp_path / "out")] == ["newer"] * 4
    assert run(tmp_path / "in", tmp_path / "out", method="newer").read == 0


@pytest.mark.slow
def test_a_file_that_changed_takes_the_place_of_what_it_was(tmp_path):
    path = written(tmp_path / "a.jsonl", [entry(1), entry(2)])
    run(path, tmp_path / "out")
    written(path, [entry(5)])
    report = run(path, tmp_path / "out")
    assert (report.read, report.rows_out) == (1, 1) and [row["title"] for row in kept(tmp_path / "out")] == [
        "read headline 5"
    ]
    report = run(path, tmp_path / "out", columns={"title": "summary"})  # so do other columns
    assert [row["title"] for row in kept(tmp_path / "out")] == ["a, b"]


# -- two runners, and kills ---------------------------------------------------------------------------------

DRIVER = """
import sys
from pathlib import Path
from monitor.archive import runner
from monitor.archive.processes import Pool, setup_of
pool = Pool(setup_of("tests.fake_reader:FakeReader.load", {"method": "fake"}), 2)
runner.run([sys.argv[1]], Path(sys.argv[2]), pool, method="fake", columns={})
"""


def started(inputs: Path, output: Path) -> subprocess.Popen:
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(inputs), str(output)], env=settings, cwd=ROOT)


@pytest.mark.slow
def test_a_second_runner_says_who_works_on_the_folder_and_a_dead_one_holds_nothing(tmp_path):
    written(tmp_path / "in/a.jsonl", [entry(1), entry(2, title="asleep")])
    first = started(tmp_path / "in", tmp_path / "out")
    try:
        lock = tmp_path / "out/lock"
        running.wait_for(lambda: lock.exists() and str(first.pid) in lock.read_text(), 30, "the lock")
        with pytest.raises(LeaseHeld, match=f"process {first.pid} on .* works on"):
            run(tmp_path / "in", tmp_path / "out")
    finally:
        first.kill()
        first.wait()
    running.wait_for(lambda: free(tmp_path / "out"), 30, "the end of what it had started")
    written(tmp_path / "in/a.jsonl", [entry(1)])
    assert run(tmp_path / "in", tmp_path / "out").rows_out == 1
    assert free(tmp_path / "out")


def free(folder: Path) -> bool:
    try:
        with locked(folder):
            return True
    except LeaseHeld:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["client", "worker"])
def test_killed_at_random_moments_the_output_is_the_same_byte_for_byte(tmp_path, victim):
    inputs, chances = tmp_path / "in", random.Random(victim)
    for n in range(40):
        written(inputs / f"{n:02}.jsonl", [entry(n * 100 + k, title=f"read {n} {k}") for k in range(300)])
    assert run(inputs, tmp_path / "whole").rows_out == 12_000
    manifest, family = tmp_path / "out/manifest.jsonl", []

    def size() -> int:
        return manifest.stat().st_size if manifest.exists() else 0

    for _ in range(3):
        before, process = size(), started(inputs, tmp_path / "out")
        running.wait_for(lambda p=process, b=before: p.poll() is not None or size() > b, 60, "a shard")
        time.sleep(chances.random() * 0.2)
        try:
            family = psutil.Process(process.pid).children()
            doomed = process.pid if victim == "client" else chances.choice(family).pid
            os.kill(doomed, signal.SIGKILL)
        except (psutil.NoSuchProcess, IndexError, ProcessLookupError):  # all was done already
            pass
        process.wait(60)
        running.wait_for(lambda f=family: not any(one.is_running() for one in f), 30, "the workers to end")
    report = run(inputs, tmp_path / "out")
    assert (report.rows_out, report.set_aside) == (12_000, [])
    assert everything(tmp_path / "out") == everything(tmp_path / "whole")


def test_a_line_of_the_manifest_that_was_cut_short_is_written_over(tmp_path):
    path = written(tmp_path / "a.jsonl", [entry(1)])
    run_here(path, tmp_path / "out")
    manifest = tmp_path / "out/manifest.jsonl"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole + b'{"shard": "a')
    assert len(Manifest(tmp_path / "out").rows) == 1
    run_here(path, tmp_path / "out")
    assert manifest.read_bytes() == whole
