"""A page as PDF, printed by a browser that is installed: Chromium, Chrome or Edge.

A browser and not a PDF library, since it prints the very page that is read, shapes Arabic and Persian, and draws the
chart; a library would need a second layout of its own. It is given one local file whose policy allows no script and no
request, with a profile that is thrown away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.errors import InputError

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
SECONDS = 60
FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--no-pdf-header-footer",
)  # fmt: skip
INSTEAD = "install Chromium (apt-get install chromium), or take --format html and print the page from your browser"


def browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pdf(html: str) -> bytes:
    """Raises InputError where no browser is installed or it prints nothing."""
    program = browser()
    if program is None:
        raise InputError(f"a PDF is printed by a browser, and none was found; {INSTEAD}")
    with TemporaryDirectory(prefix="gulf-monitor-brief-") as folder:
        page, made = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        page.write_text(html, encoding="utf-8")
        own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
        # root may not use Chromium's sandbox
        words = [program, *FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else []), *own, page.as_uri()]
        try:
            done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise InputError(f"{program} did not print the page ({type(fault).__name__}); {INSTEAD}") from fault
        if not made.exists() or not made.stat().st_size:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise InputError(f"{program} printed nothing ({said[-1][:200] if said else done.returncode}); {INSTEAD}")
        return made.read_bytes()
