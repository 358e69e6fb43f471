"""The Python that has the peers and nothing of ours: .venv-bench, with benchmarks/requirements.txt."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent / ".venv-bench"


def peer() -> Path | None:
    """None, with the cause said, where it cannot be had."""
    python = PLACE / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    mark = PLACE / "installed.txt"
    if mark.exists() and mark.read_text() == wanted:
        return python
    try:
        venv.create(PLACE, with_pip=True, clear=True)
        quiet = ["--quiet", "--disable-pip-version-check", "-r", str(HERE / "requirements.txt")]
        subprocess.run([python, "-m", "pip", "install", *quiet], check=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as fault:
        print(f"the peers could not be installed, so there is nothing to compare with: {fault}")
        return None
    mark.write_text(wanted)
    return python
