"""FRED: daily spot prices as CSV without a key, the fall-back when Yahoo does not answer.

Spot is not the front-month future and comes days late: every price says `spot`.
"""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, date, datetime, time, timedelta

from monitor.errors import PriceError
from monitor.models import Price, Series
from monitor.prices import network

BASE = "https://fred.stlouisfed.org"
AGENT = "gulf-tension-monitor (feed reader; daily prices)"  # FRED resets connections that pretend to be browsers
MAX_BYTES = 4_000_000  # bytes; forty years of days are a quarter of that


def fetch(
    series: Series, since: date, *, now: datetime, base: str | None, timeout: float, cache: str | None
) -> tuple[list[Price], list[PriceError]]:
    """Finished days from `since` on, oldest first. Raises PriceError naming the cause."""
    if not series.fred:
        raise PriceError("fred", f"carries no series for {series.name}", kind="not carried")
    text = _get(f"{(base or BASE).rstrip('/')}/graph/fredgraph.csv?id={series.fred}&cosd={since.isoformat()}", timeout)
    found = list(_prices(series, text, now))
    if not found:
        raise PriceError("fred", f"no price of {series.fred} since {since}", kind="empty")
    return found, []


def _get(url: str, timeout: float) -> str:
    from curl_cffi import CurlOpt
    from curl_cffi.requests import RequestsError, Session

    try:
        with Session(curl_options={CurlOpt.MAXFILESIZE: MAX_BYTES}) as session:
            answer = session.get(url, timeout=timeout, headers={"User-Agent": AGENT}, allow_redirects=False)
    except RequestsError as error:
        kind, cause = network.cause(error, timeout)
        raise PriceError("fred", cause, kind=kind) from error
    if answer.status_code != 200:
        kind, cause = network.refused(answer.status_code)
        raise PriceError("fred", cause, kind=kind, wait=network.seconds(answer.headers.get("Retry-After")))
    return answer.text


def _prices(series: Series, text: str, now: datetime):
    rows = csv.reader(io.StringIO(text))
    header = next(rows, [])
    if len(header) < 2 or header[0] not in ("observation_date", "DATE") or header[1] != series.fred:
        raise PriceError("fred", f"the answer is not the CSV of {series.fred}", kind="unreadable")
    for row in rows:
        if len(row) < 2 or row[1].strip() in ("", "."):
            continue  # a holiday
        try:
            day, close = date.fromisoformat(row[0]), float(row[1])
        except ValueError as error:
            raise PriceError("fred", f"unreadable line {row[0]!r:.40}", kind="unreadable") from error
        start = datetime.combine(day, time(), UTC)
        if math.isfinite(close) and close != 0 and start + timedelta(days=1) <= now:
            yield Price(series.name, start, close, "fred", "spot", series.unit, None, now)
