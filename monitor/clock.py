"""The one place that asks the time of day: the machine's clock, a time standing still, or an address that answers one;
and the few functions on times that everybody shares.

What is due, first seen, aged or computed goes by the clock that is handed in. Leases, deadlines and pauses between
retries do not: they run on real time, `real_now` or time.monotonic.
"""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urlsplit

from monitor.errors import ClockError, ConfigError, Problem

TIMEOUT_SECONDS = 2.0  # seconds for an answer
SHARED_SECONDS = 0.2  # seconds of real time for which an answer is shared
VALID_SECONDS = 5.0  # seconds that the last answer stays valid while no new one comes
MAX_ANSWER_BYTES = 200  # bytes
EARLIEST, LATEST = 1970, 2200  # years in which intervals can be added and taken off without running out of calendar


def parse_time(text: str) -> datetime:
    """An ISO date or time as an aware datetime in UTC;
    without a zone it is UTC. Raises ValueError, in words for people.
    """
    try:
        given = datetime.fromisoformat(text.strip())
        return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # in UTC 0001-01-01T00:00+05:00 would lie before the first year
        raise ValueError(f"{text!r} is not an ISO date or time such as 2026-03-02 or 2026-03-02T12:00Z") from None


def time_text(at: datetime) -> str:
    """`2026-03-02T12:00:00Z`: a time in UTC, to the second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def hour_of(at: datetime) -> datetime:
    """The start of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def midnight(at: datetime) -> datetime:
    """00:00 of the day, in the time's own zone."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC. Raises ClockError."""

    @property
    def replay(self) -> str | None:
        """What the screen says of a time that is not the real one: `replay, as of ...`;
        None on real time. Raises ClockError.
        """


def real_now() -> datetime:
    """The machine's clock, whatever MONITOR_NOW says."""
    return datetime.now(UTC)


class RealClock:
    """The machine's clock."""

    replay = None

    def now(self) -> datetime:
        return real_now()


@dataclass(frozen=True, slots=True)
class StandingClock:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    @property
    def replay(self) -> str:
        return _as_of(self.at)


class AskedClock:
    """The time that an address answers. Safe to ask from many threads: one of them asks the address, for all."""

    def __init__(self, address: str):
        self._address, self._lock = address, threading.Lock()
        self._at: datetime | None = None
        self._answered = self._tried = float("-inf")  # monotonic seconds
        self._fault: ClockError | None = None
        # No proxy and no redirect: the address is the operator's own and has to answer itself.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def now(self) -> datetime:
        with self._lock:
            if time.monotonic() - self._tried >= SHARED_SECONDS:
                self._ask()
            if self._at is None or (self._fault and time.monotonic() - self._answered > VALID_SECONDS):
                raise ClockError(str(self._fault)) from self._fault
            return self._at

    @property
    def replay(self) -> str:
        return _as_of(self.now())

    def _ask(self) -> None:
        try:
            self._at, self._fault = self._read(), None
            self._answered = time.monotonic()
        except ClockError as fault:
            self._fault = fault
        self._tried = time.monotonic()

    def _read(self) -> datetime:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        body = b""
        try:
            with self._opener.open(self._address, timeout=TIMEOUT_SECONDS) as answer:
                while (piece := answer.read1(MAX_ANSWER_BYTES + 1)) and len(body) <= MAX_ANSWER_BYTES:
                    body += piece
                    if time.monotonic() > deadline:
                        raise TimeoutError("too slow")
        except (
            OSError,
            HTTPException,
            ValueError,
        ) as error:  # URLError and time-outs are OSErrors; ValueError: a broken address
            cause = getattr(error, "reason", None) or error
            raise ClockError(
                f"MONITOR_NOW: {self._address} does not answer the time: {cause}; start what serves it, "
                "or unset MONITOR_NOW"
            ) from error
        try:
            if len(body) > MAX_ANSWER_BYTES:
                raise ValueError("more than a time")
            return _moment(body.decode("ascii"))
        except ValueError as error:
            raise ClockError(f"MONITOR_NOW: {self._address} answers no ISO time: {body[:40]!r}") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect stays an answer, and as it is no time, an error."""

    def redirect_request(self, *_):
        return None


def from_environment(text: str | None) -> Clock:
    """The clock that MONITOR_NOW asks for. Raises ConfigError where it is neither an ISO time nor an http address."""
    text = (text or "").strip()
    if not text:
        return RealClock()
    if "://" in text:
        if _is_address(text):
            return AskedClock(text)
    else:
        try:
            return StandingClock(_moment(text))
        except ValueError:
            pass
    remedy = (
        "has to be an ISO time such as 2026-03-02T12:00:00Z, or an address that answers one such as "
        "http://127.0.0.1:8901/clock"
    )
    raise ConfigError([Problem("environment", None, "MONITOR_NOW", remedy)])


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return (
            url.scheme in ("http", "https")
            and bool(url.hostname)
            and url.port != 0
            and text.isascii()
            and text.isprintable()
            and " " not in text
        )
    except ValueError:  # a broken port
        return False


def _moment(text: str) -> datetime:
    """A time in years that this program can live in. Raises ValueError."""
    given = parse_time(text)
    if not EARLIEST <= given.year < LATEST:
        raise ValueError("year out of range")
    return given


def _as_of(at: datetime) -> str:
    return f"replay, as of {at:%Y-%m-%d %H:%M} UTC"
