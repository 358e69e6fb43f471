"""Reads an answer's status and headers: how long it is valid, how long to wait, what the status means for a feed.

Pure but for `retry_after`, whose dates count from the server's own Date or else from the machine's clock: a server
means real time, whatever clock the program was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.models import Failure

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
RETRY_SHORTEST = timedelta(minutes=1)
RETRY_LONGEST = timedelta(hours=24)
MAX_AGE_LONGEST = timedelta(hours=24)
VALIDATOR_LENGTH = 1024  # a longer tag is not kept


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the server asks to be left alone (RFC 9110 10.2.3: seconds or a date), within bounds;
    None if unsaid or unreadable.
    """
    text = headers.get("Retry-After", "").strip()[:100]
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=min(int(text[:12]), RETRY_LONGEST.total_seconds()))
    else:
        until = _date(text)
        if until is None:
            return None
        asked = until - (_date(headers.get("Date", "")) or datetime.now(UTC))
    return min(max(asked, RETRY_SHORTEST), RETRY_LONGEST)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:100])
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)  # HTTP dates are GMT


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """How long the answer stays fresh by its Cache-Control, at most MAX_AGE_LONGEST;
    None where it should not be kept or does not say.
    """
    found = None
    for part in headers.get("Cache-Control", "")[:1000].lower().split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip('" ')
        if name in ("no-cache", "no-store"):
            return None
        if name == "max-age" and value.isascii() and value.isdigit():
            found = timedelta(seconds=min(int(value[:12]), MAX_AGE_LONGEST.total_seconds()))
    return found


def validator(headers: Mapping[str, str], name: str) -> str | None:
    """ETag or Last-Modified exactly as received, weak or unquoted tags too;
    None where it could not be sent back the same.
    """
    text = headers.get(name, "")
    sound = text.isprintable() and not any("\ud800" <= c <= "\udfff" for c in text)
    return text if text and sound and len(text) <= VALIDATOR_LENGTH else None


def refusal(status: int, headers: Mapping[str, str], *, asked_conditionally: bool) -> Failure | None:
    """The failure that a status means; None for 200, 203 and a 304 that was asked for."""
    if status in (200, 203) or status == 304 and asked_conditionally:
        return None
    if status == 410:
        return Failure("gone", "the server says the feed was removed for good (410)", status)
    wait = retry_after(headers) if status in (429, 503) else None
    if status == 429 or wait is not None:
        after = f" in {wait.total_seconds() / 60:.0f} min" if wait else ""
        return Failure("rate limited", f"the server asks to come back later{after} ({status})", status, wait)
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    if status < 400:
        return Failure("http", f"the server's answer holds no whole document ({status}{phrase})", status)
    return Failure("http", f"the server answered with an error ({status}{phrase})", status)
