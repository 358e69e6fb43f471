"""Yahoo Finance by yfinance: daily closes, the day that still trades included and marked.

Leaves the choice of provider, back-off and deadlines over several series to `prices.Desk`.

yfinance asks for a cookie and a crumb before it asks for prices, and these calls ignore the timeout that one gives: on a silent
network a call of three seconds took 130. So every request runs through a session that knows the call's deadline.
"""

from __future__ import annotations

import math
import threading
import time as stopwatch
import warnings
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit, urlunsplit

from monitor.errors import PriceError
from monitor.models import Price, Series
from monitor.prices import market

ASIDE = 2.5  # seconds for cookie and crumb: the chart answers without them
LARGEST = 20_000_000  # bytes
SKEW = timedelta(minutes=2)  # clocks may differ by so much
BACK_LOOK = timedelta(hours=26)  # a price further ahead of `now` than this comes of looking back on purpose, not of a wrong clock

_lock = threading.Lock()  # yfinance keeps one session for the whole process


def fetch(series: Series, since: date, *, now: datetime, base: str | None, timeout: float, cache: str | None) -> tuple[list[Price], list[PriceError]]:
    """Closes from `since` on, oldest first, none made after `now`, and what was wrong with single prices.

    `base` stands in for Yahoo's hosts; `cache` is the folder for yfinance's small databases. Raises PriceError naming the cause.
    """
    with _lock:
        rows, market_time = _history(series.symbol, since, base, timeout, cache)
    if not rows:
        raise PriceError("yahoo", f"{series.symbol}: an empty answer", kind="empty")
    found, faults = _prices(series, rows, since, market_time, now)
    if not found:
        raise faults[0] if faults else PriceError("yahoo", f"{series.symbol}: no price up to now", kind="empty")
    return found, faults


def _prices(
    series: Series, rows: list[tuple[date, float]], since: date, market_time: datetime | None, now: datetime
) -> tuple[list[Price], list[PriceError]]:
    """Bars -> prices. The last bar is the market's last trade and may belong to a session that its date does not say."""
    found, faults, ahead = [], [], None
    for position, (day, close) in enumerate(rows):
        newest = position == len(rows) - 1
        if not math.isfinite(close):
            if newest:
                faults.append(PriceError("yahoo", f"{series.symbol}: the price of {day} is not a number", kind="not a number"))
            continue
        made = None
        if newest and market_time and abs((market_time.date() - day).days) <= 1:
            made, day = market_time, max(day, market.session_of(series, market_time))
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
        faults.append(PriceError("yahoo", f"{series.symbol}: the newest price is {minutes} min ahead of this machine's clock", kind="clock"))
    return found, faults


def _history(symbol: str, since: date, base: str | None, timeout: float, cache: str | None) -> tuple[list[tuple[date, float]], datetime | None]:
    """What yfinance gives: (day, close) oldest first, and the time of the newest trade. Foreign errors are translated here."""
    import yfinance
    from yfinance.cache import get_tz_cache
    from yfinance.data import YfData
    from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

    yfinance.config.debug.hide_exceptions = False
    warnings.filterwarnings("ignore", module="yfinance")  # of what pandas 4 will drop: nothing that a user could act on
    if cache:
        yfinance.set_tz_cache_location(cache)
    # yfinance asks for a symbol's time zone first: one request more for each, and on a renamed symbol a dozen. It is used only to read
    # a start date without zone; ours has one.
    get_tz_cache().store(symbol, "America/New_York")
    with _session(base, timeout) as session:
        ticker = yfinance.Ticker(symbol, session=session)
        try:
            frame = ticker.history(start=datetime.combine(since, time(), UTC), auto_adjust=False, actions=False, keepna=True, timeout=timeout)
            market_time = ticker.get_history_metadata().get("regularMarketTime")
        except YFRateLimitError as error:
            raise PriceError("yahoo", "asks us to slow down (429)", kind="rate limited") from error
        except (YFPricesMissingError, YFTzMissingError) as error:
            raise PriceError("yahoo", f"{symbol}: {_reason(session, error)}", kind=_kind(session)) from error
        except Exception as error:  # on a broken answer yfinance lets KeyError, TypeError, JSON and curl errors through: all are "no price"
            raise PriceError("yahoo", f"{symbol}: {_reason(session, error)}", kind=_kind(session)) from error
        finally:
            YfData.cache_get.cache_clear()  # else an answer of yesterday is given again for the same dates
    rows = [(stamp.date(), float(close)) for stamp, close in frame["Close"].items()]
    return rows, _utc(market_time)


def _utc(value) -> datetime | None:
    if isinstance(value, (int, float)) and value > 0:
        return datetime.fromtimestamp(value, UTC)
    return value.tz_convert("UTC").to_pydatetime() if hasattr(value, "tz_convert") else None


def _kind(session) -> str:
    if session.late:
        return "timeout"
    if session.status is None:
        return "network"
    if session.status == 429:
        return "rate limited"
    if session.status == 404:
        return "symbol"
    return "http" if session.status >= 400 else "unreadable"


def _reason(session, error: Exception) -> str:
    """The cause in plain words; yfinance's own message names what it tried, not what went wrong."""
    words = {
        "timeout": f"no complete answer within {session.timeout_given:.0f} s",
        "network": "no connection",
        "rate limited": "asks us to slow down (429)",
        "symbol": "no such symbol: renamed or delisted",
        "http": f"HTTP {session.status}",
        "unreadable": "the answer holds no prices",
    }
    return words[_kind(session)]


def _session(base: str | None, timeout: float):
    """A curl_cffi session that ends every request by the call's deadline and, for tests and replays, goes to `base` instead of Yahoo."""
    from curl_cffi import CurlOpt
    from curl_cffi.requests import Session
    from curl_cffi.requests.exceptions import Timeout

    class Clamped(Session):
        timeout_given = timeout
        status: int | None = None  # of the last chart answer
        late = False
        ends = stopwatch.monotonic() + timeout

        def request(self, method, url, *args, **kwargs):
            chart = "/finance/chart/" in url
            left = self.ends - stopwatch.monotonic()
            if left <= 0.05:
                self.late = True
                raise Timeout(f"no time left for {url}")
            if not chart:
                left = min(ASIDE, left / 4)
            given = kwargs.get("timeout")
            kwargs["timeout"] = min(left, given) if isinstance(given, (int, float)) and given > 0 else left
            if base:
                url = _elsewhere(url, base)
            try:
                answer = super().request(method, url, *args, **kwargs)
            except Timeout:
                self.late = self.late or chart
                raise
            if chart:
                self.status = answer.status_code
            return answer

    return Clamped(impersonate="chrome", curl_options={CurlOpt.MAXFILESIZE: LARGEST})


def _elsewhere(url: str, base: str) -> str:
    there, asked = urlsplit(base), urlsplit(url)
    return urlunsplit((there.scheme, there.netloc, there.path.rstrip("/") + asked.path, asked.query, ""))
