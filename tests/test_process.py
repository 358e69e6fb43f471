"""Who owns a database, and whether that process still lives."""

import subprocess
import sys

from monitor.pipeline.process import is_gone, this_process
from tests import running


def test_this_process_lives():
    assert not is_gone(this_process())


def test_an_ended_process_is_gone():
    code = "from monitor.pipeline.process import this_process; print(this_process())"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(printed)


def test_a_process_that_was_killed_is_gone_before_its_parent_asks_how_it_ended():
    """As in a container whose first process asks for none."""
    code = "from monitor.pipeline.process import this_process; print(this_process(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        holder = process.stdout.readline().strip()
        assert not is_gone(holder)
        process.kill()
        running.wait_for(lambda: is_gone(holder), 30, "the process to end")
        assert process.returncode is None


def test_a_number_used_again_is_another_process():
    assert is_gone(this_process().replace("(started ", "(started 1"))


def test_no_file_of_the_system_is_read(monkeypatch):
    """/proc is Linux's own."""
    holder = this_process()

    def absent(*_, **__):
        raise FileNotFoundError("/proc")

    monkeypatch.setattr("pathlib.Path.read_text", absent)
    assert this_process() == holder and not is_gone(holder) and "None" not in holder


def test_a_corrected_clock_does_not_make_another_process():
    started = int(this_process().rpartition(" ")[2].rstrip(")"))
    assert not is_gone(this_process().replace(f"started {started}", f"started {started + 100}"))
    assert is_gone(this_process().replace(f"started {started}", f"started {started + 1_000}"))


def test_what_cannot_be_told_counts_as_alive():
    assert not is_gone(this_process().replace(" on ", " on elsewhere-"))
    assert not is_gone("somebody")
