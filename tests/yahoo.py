"""A price service on the loopback interface that answers as Yahoo and FRED do, well or badly, as a test asks."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def chart(
    bars: list[tuple[str, float | None]],
    *,
    market_time: datetime | None = None,
    symbol: str = "BZ=F",
    currency: str = "USD",
) -> bytes:
    """Yahoo's v8 chart answer for daily bars at midnight in New York; the last one trades at `market_time`."""
    stamps = [int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 5 * 3600 for day, _ in bars]
    close = [value for _, value in bars]
    meta = {
        "currency": currency,
        "symbol": symbol,
        "instrumentType": "FUTURE",
        "exchangeTimezoneName": "America/New_York",
        "timezone": "EST",
        "gmtoffset": -18000,
        "regularMarketTime": int(market_time.timestamp()) if market_time else (stamps[-1] if stamps else 0),
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "max"],
        "currentTradingPeriod": {
            kind: {"timezone": "EST", "start": 0, "end": 0, "gmtoffset": -18000} for kind in ("pre", "regular", "post")
        },
    }
    quote = {"open": close, "high": close, "low": close, "close": close, "volume": [0] * len(close)}
    result = {"meta": meta, "timestamp": stamps, "indicators": {"quote": [quote], "adjclose": [{"adjclose": close}]}}
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


UNKNOWN_SYMBOL = json.dumps(
    {"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}}
).encode()
NO_ROWS = json.dumps(
    {
        "chart": {
            "result": [{"meta": json.loads(chart([]))["chart"]["result"][0]["meta"], "indicators": {"quote": [{}]}}],
            "error": None,
        }
    }
).encode()


class Service:
    """Answers by path; `None` as an answer is silence until the service ends."""

    def __init__(self):
        self.chart: tuple[int, bytes] | None = (200, chart([("2026-02-27", 71.3)]))
        self.csv: tuple[int, bytes] | None = (404, b"")
        self.crumb: tuple[int, bytes] | None = (200, b"crumb")
        self.headers: dict[str, str] = {}  # beside the answer's length
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.ended = threading.Event()
        self.url = ""

    def answer(self, path: str) -> tuple[int, bytes] | None:
        if path.startswith("/v8/finance/chart/"):
            return self.chart
        return self.csv if path == "/graph/fredgraph.csv" else self.crumb


@contextmanager
def serving():
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = urlsplit(self.path).path
            service.asked.append(path)
            service.agents.append(self.headers.get("User-Agent", ""))
            found = service.answer(path)
            if found is None:
                service.ended.wait()
                self.close_connection = True
                return
            self.send_response(found[0])
            for name, value in {"Content-Length": str(len(found[1])), **service.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found[1])

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.ended.set()
        server.shutdown()
        server.server_close()
