"""Names a process so that people and other processes know which one owns a database, and says whether it has ended."""

from __future__ import annotations

import os
import socket

import psutil

CLOSE = 150  # hundredths of a second: the system's own account of when it was booted moves while its clock is corrected


def this_process() -> str:
    """`process 1234 on host (started 5678)`: with its start, since numbers are used again."""
    return f"process {os.getpid()} on {socket.gethostname()} (started {_started(os.getpid())})"


def is_gone(holder: str) -> bool:
    """Whether that process was one of this machine and has ended. Another machine's,
    or an unknown one, counts as alive.
    """
    words = holder.split(" ")
    if len(words) != 6 or words[3] != socket.gethostname() or not words[1].isdigit():
        return False
    try:
        started = _started(int(words[1]))
        if psutil.Process(int(words[1])).status() == psutil.STATUS_ZOMBIE:  # ended, and nobody has asked how
            return True
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:  # it is there and somebody else's
        return False
    said = words[5].rstrip(")")
    return not (said.isdigit() and abs(int(said) - started) <= CLOSE)


def _started(process: int) -> int:
    """Hundredths of a second from boot to the start of the process,
    which no change of the time of day moves. Raises psutil.Error.
    """
    return round(100 * (psutil.Process(process).create_time() - psutil.boot_time()))
