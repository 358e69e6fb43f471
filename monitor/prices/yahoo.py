"""Yahoo Finance by yfinance: daily closes, the day that still trades included and marked.

yfinance asks for a cookie and a crumb before it asks for prices, and these calls ignore the timeout that one gives: on
a silent network a call of three seconds took 130. So every request runs through a session that knows the call's
deadline.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time as stopwatch
import warnings
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit, urlunsplit

from monitor.errors import PriceError
from monitor.models import Price, Series
from monitor.prices import market, network

ASIDE = 2.5  # seconds for cookie and crumb: the chart answers without them
MAX_BYTES = 20_000_000  # bytes
SKEW = timedelta(minutes=2)  # clocks may differ by so much
BACK_LOOK = timedelta(
    hours=26
)  # a price further ahead of `now` than this comes of looking back on purpose, not of a wrong clock

_lock = threading.Lock()  # yfinance keeps one session for the whole process


def fetch(
    series: Series, since: date, *, now: datetime, base: str | None, timeout: float, cache: str | None
) -> tuple[list[Price], list[PriceError]]:
    """Closes from `since` on, oldest first, none made after `now`, and what was wrong with single prices.

    `base` stands in for Yahoo's hosts; `cache` is the folder for yfinance's small databases. Raises PriceError naming
    the cause.
    """
    with _lock:
        rows, market_time, currency = _history(series.symbol, since, base, timeout, cache)
    unit = series.unit.partition("/")[0]
    if currency and len(unit) == 3 and unit.isupper() and currency != unit:
        raise PriceError(
            "yahoo",
            f"{series.symbol}: its prices are in {_plain(currency)}, feeds.yaml says {series.unit}",
            kind="unit",
        )
    if not rows:
        raise PriceError("yahoo", f"{series.symbol}: an empty answer", kind="empty")
    found, faults = _prices(series, rows, since, market_time, now)
    if not found:
        raise faults[0] if faults else PriceError("yahoo", f"{series.symbol}: no price up to now", kind="empty")
    return found, faults


def _prices(
    series: Series, rows: list[tuple[date, float]], since: date, market_time: datetime | None, now: datetime
) -> tuple[list[Price], list[PriceError]]:
    """Bars -> prices. The last bar is the market's last trade and may belong to a session that its
    date does not say.
    """
    found, faults, ahead = [], [], None
    for position, (day, close) in enumerate(rows):
        newest = position == len(rows) - 1
        if (
            not math.isfinite(close) or close == 0 or (close < 0 and series.kind != "front month")
        ):  # only futures have traded below zero
            if newest:
                said = "not a number" if not math.isfinite(close) else f"{close:g}, which is no price"
                faults.append(
                    PriceError("yahoo", f"{series.symbol}: the price of {day} is {said}", kind="not a number")
                )
            continue
        made, rests = None, market.rests(series, day)
        if newest and market_time and abs((market_time.date() - day).days) <= 1:
            session = market.session_of(series, market_time)
            made, day = market_time, session if rests else max(day, session)
        elif rests:
            continue
        else:
            made = market.closed_at(series, day)
        ended = market.over(series, day, now)
        if (made and made > now) or (not ended and not (newest and made)):
            ahead = made
            continue
        if day < since:
            continue  # Yahoo counts the start in the exchange's zone
        start = datetime.combine(day, time(), UTC)
        found.append(Price(series.name, start, close, "yahoo", series.kind, series.unit, made, now, final=ended))
    if ahead and SKEW < ahead - now < BACK_LOOK and ahead == market_time:
        minutes = int((ahead - now).total_seconds() // 60)
        faults.append(
            PriceError(
                "yahoo",
                f"{series.symbol}: the newest price is {minutes} min ahead of this machine's clock",
                kind="clock",
            )
        )
    return found, faults


def _history(
    symbol: str, since: date, base: str | None, timeout: float, cache: str | None
) -> tuple[list[tuple[date, float]], datetime | None, str | None]:
    """What yfinance gives: (day, close) oldest first, the time of the newest trade,
    the currency. Foreign errors are translated here.
    """
    import yfinance
    from yfinance.cache import get_tz_cache
    from yfinance.data import YfData

    yfinance.config.debug.hide_exceptions = False
    warnings.filterwarnings("ignore", module="yfinance")  # of what pandas 4 will drop: nothing that a user could act on
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # what went wrong is said here, once
    if cache:
        yfinance.set_tz_cache_location(cache)
    # yfinance asks for a symbol's time zone first: one request more for each, and on a renamed symbol a dozen. It is
    # used only to read a start date without zone; ours has one.
    get_tz_cache().store(symbol, "America/New_York")
    with _session(base, timeout) as session:
        ticker = yfinance.Ticker(symbol, session=session)
        try:
            frame = ticker.history(
                start=datetime.combine(since, time(), UTC),
                auto_adjust=False,
                actions=False,
                keepna=True,
                timeout=timeout,
            )
            about = ticker.get_history_metadata()
            rows = [(stamp.date(), float(close)) for stamp, close in frame["Close"].items()]
            market_time = _utc(about.get("regularMarketTime"))
        # on a broken answer yfinance lets KeyError, TypeError, JSON and curl errors through: all are "no price"
        except Exception as error:
            raise _fault(symbol, session) from error
        finally:
            YfData.cache_get.cache_clear()  # else an answer of yesterday is given again for the same dates
    return rows, market_time, about.get("currency")


def _utc(value) -> datetime | None:
    if isinstance(value, (int, float)) and value > 0:
        return datetime.fromtimestamp(value, UTC)
    return value.tz_convert("UTC").to_pydatetime() if hasattr(value, "tz_convert") else None


def _fault(symbol: str, session) -> PriceError:
    """What went wrong with the last chart request; yfinance's own message names what it tried instead."""
    if session.broken:
        kind, cause = session.broken
        return PriceError("yahoo", cause, kind=kind)
    if session.answer is None:
        return PriceError("yahoo", "no connection", kind="network")
    if session.answer.status_code == 404:
        return PriceError("yahoo", f"{symbol}: no such symbol: renamed or delisted", kind="symbol")
    if session.answer.status_code != 200:
        kind, cause = network.refused(session.answer.status_code)
        return PriceError("yahoo", cause, kind=kind, wait=network.seconds(session.answer.headers.get("Retry-After")))
    return PriceError(
        "yahoo", f"{symbol}: {_said(session.answer.content) or 'the answer holds no prices'}", kind="unreadable"
    )


def _said(body: bytes) -> str | None:
    """The error that Yahoo names in an answer that claims to be well."""
    try:
        error = next(iter(json.loads(body).values()))["error"]
        return f"no prices, it says: {_plain(error['description'])}"
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration, RecursionError):
        return None


def _plain(text: object) -> str:
    return "".join(c for c in str(text)[:100] if c.isprintable())


def _session(base: str | None, timeout: float):
    """A curl_cffi session that ends every request by the call's deadline and, for tests and replays,
    goes to `base` instead of Yahoo.
    """
    from curl_cffi import CurlECode, CurlOpt
    from curl_cffi.requests import RequestsError, Session
    from curl_cffi.requests.exceptions import Timeout

    class Clamped(Session):
        answer = None  # the last chart answer
        broken: tuple[str, str] | None = None  # or why there was none
        ends = stopwatch.monotonic() + timeout

        def request(self, method, url, *args, **kwargs):
            chart = "/finance/chart/" in url
            left = self.ends - stopwatch.monotonic()
            if left <= 0.05:
                error = Timeout(f"no time left for {url}", CurlECode.OPERATION_TIMEDOUT)
                self.broken = self.broken or network.cause(error, timeout)
                raise error
            if chart:
                kwargs["allow_redirects"] = False
            else:
                left = min(ASIDE, left / 4)
            given = kwargs.get("timeout")
            kwargs["timeout"] = min(left, given) if isinstance(given, (int, float)) and given > 0 else left
            if base:
                url = _elsewhere(url, base)
            try:
                answer = super().request(method, url, *args, **kwargs)
            except RequestsError as error:
                if chart:
                    self.broken = network.cause(error, timeout)
                raise
            if chart:
                self.answer, self.broken = answer, None
            elif answer.status_code == 429:
                self.broken = network.refused(429)
            return answer

    return Clamped(impersonate="chrome", curl_options={CurlOpt.MAXFILESIZE: MAX_BYTES})


def _elsewhere(url: str, base: str) -> str:
    there, asked = urlsplit(base), urlsplit(url)
    return urlunsplit((there.scheme, there.netloc, there.path.rstrip("/") + asked.path, asked.query, ""))
