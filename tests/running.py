"""The product as a user starts it: a server process on an empty folder, with loopback feeds."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rss(items: list[dict], *, title: str = "Test feed") -> bytes:
    """Items of title, summary, content, link, published (a datetime) as RSS 2.0, all text escaped."""
    out = [
        (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        ),
        f"<title>{escape(title)}</title>",
    ]
    for item in items:
        date = f"<pubDate>{format_datetime(item['published'])}</pubDate>" if item.get("published") else ""
        content = f"<content:encoded>{escape(item['content'])}</content:encoded>" if item.get("content") else ""
        out.append(
            f"<item><title>{escape(item['title'])}</title><link>{escape(item.get('link', ''))}</link>"
            f"<description>{escape(item.get('summary', ''))}</description>{content}{date}</item>"
        )
    return "".join([*out, "</channel></rss>"]).encode()


class Press:
    """A loopback server of feeds whose bodies a test may change at any time: `press.feeds['/a.xml'] = rss([...])`."""

    def __init__(self):
        self.feeds: dict[str, bytes] = {}
        self.asked: list[str] = []
        press = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                press.asked.append(self.path)
                body = press.feeds.get(self.path.split("?")[0])
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Press:
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


def feeds_yaml(folder: Path, press: Press, feeds: dict[str, dict]) -> Path:
    """A feeds.yaml of loopback feeds: {path: {name, language, ...}}."""
    lines = ["feeds:"]
    for path, keys in feeds.items():
        lines.append(f"  - url: {press.url}{path}\n    allow_private: true")
        lines += [f"    {key}: {value}" for key, value in keys.items()]
    target = folder / "feeds.yaml"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the machine's own settings, no outside price service."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
    nowhere = f"http://127.0.0.1:{free_port()}"
    return {
        **kept, "MONITOR_FEEDS": str(folder / "feeds.yaml"),
        "MONITOR_DATABASE_URL": f"sqlite:///{folder / 'monitor.db'}", "MONITOR_YAHOO_URL": nowhere,
        "MONITOR_FRED_URL": nowhere, "PYTHONPATH": str(ROOT), **more,
    }  # fmt: skip


def monitor(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    """`python -m monitor ...` as a user types it."""
    command = [sys.executable, "-m", "monitor", *words]
    return subprocess.run(
        command, env=environment(folder, **more), cwd=folder, capture_output=True, encoding="utf-8", timeout=240
    )


@contextmanager
def app(folder: Path, *, port: int | None = None, **more: str):
    """The dashboard's address, with the server running behind it; gone at the end, its children too."""
    port = port or free_port()
    log = (folder / "server.log").open("ab")
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "app.py"),
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    process = subprocess.Popen(
        command, env=environment(folder, **more), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
    )
    try:
        wait_for(lambda: healthy(port), 120, f"no server; {folder / 'server.log'}")
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        log.close()


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_for(true, seconds: float, what: str):
    """The first truthy answer of `true()`; fails with `what` after so many seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        pause.wait(0.1)
    raise AssertionError(f"not within {seconds:g} s: {what}")
