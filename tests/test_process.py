"""Who owns a database, and whether that process still lives."""

import subprocess
import sys

from monitor.process import is_gone, this_process


def test_this_process_lives():
    assert not is_gone(this_process())


def test_an_ended_process_is_gone():
    code = "from monitor.process import this_process; print(this_process())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(told)


def test_a_number_used_again_is_another_process():
    assert is_gone(this_process().replace("(started ", "(started 1"))


def test_what_cannot_be_told_counts_as_alive():
    assert not is_gone(this_process().replace(" on ", " on elsewhere-"))
    assert not is_gone("somebody")
