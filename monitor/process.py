"""Names a process so that people and other processes know which one owns a database, and says whether it has ended."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """`process 1234 on host (started 5678)`: with its start, since numbers are used again."""
    return f"process {os.getpid()} on {socket.gethostname()} (started {_started(os.getpid())})"


def is_gone(holder: str) -> bool:
    """Whether that process was one of this machine and has ended. Another machine's, or an unknown one, counts as alive."""
    words = holder.split(" ")
    if len(words) != 6 or words[3] != socket.gethostname() or not words[1].isdigit():
        return False
    started = _started(int(words[1]))
    if started is None:
        return not _exists(int(words[1]))
    return f"{started})" != words[5]


def _started(process: int) -> str | None:
    """Clock ticks from boot to the start of the process, on systems that have /proc; None without, or when it has ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there and somebody else's
        return True
    return True
