"""A small HTTP server beside a bare `poll`, at MONITOR_HTTP: health and metrics, nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from monitor.errors import ConfigError, Problem
from monitor.operation.answers import Answers

log = logging.getLogger(__name__)
SECONDS = 5  # of silence, after which a client is left
AT_ONCE = 16  # answers; more than a few mean that something is wrong with who asks


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: Answers

    def __init__(self, address: tuple[str, int], answers: Answers):
        self.answers = answers
        self.places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request, client_address):
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request, client_address):
        log.debug("a client of MONITOR_HTTP went away")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SECONDS

    def do_GET(self) -> None:
        self._give(with_body=True)

    def do_HEAD(self) -> None:
        self._give(with_body=False)

    def _give(self, *, with_body: bool) -> None:
        asked = urlsplit(self.path)
        answer = self.server.answers.answer(asked.path, asked.query)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "gulf-monitor"

    def log_message(self, *_: object) -> None:
        """A line every few seconds would hide the others."""


@contextmanager
def serving(address: tuple[str, int] | None, answers: Answers) -> Iterator[int | None]:
    """Answer at `address` meanwhile; gives the port, None where nothing was asked for. Raises ConfigError."""
    if address is None:
        yield None
        return
    try:
        server = _Server(address, answers)
    except OSError as fault:
        message = f"cannot be listened at ({fault.strerror}); choose another port, or stop what uses it"
        raise ConfigError([Problem("environment", None, "MONITOR_HTTP", message)]) from fault
    thread = threading.Thread(target=server.serve_forever, name="MONITOR_HTTP", daemon=True)
    thread.start()
    log.info("health and metrics at http://%s:%d", *server.server_address[:2])
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
