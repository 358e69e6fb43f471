"""Says in plain words why a request of curl_cffi brought no answer; the same for every provider."""

from __future__ import annotations

TIMED_OUT, TOO_LARGE = 28, 63
CAUSES = {  # curl's own numbers
    5: "the proxy is not known", 6: "the host is not known: no DNS", 7: "no connection", 18: "the answer broke off",
    35: "no secure connection", 52: "an empty answer", 56: "the connection broke off",
    60: "its certificate cannot be trusted", TOO_LARGE: "the answer is far too large",
}  # fmt: skip


def cause(error: Exception, timeout: float) -> tuple[str, str]:
    """(kind of PriceError, cause) of an error of curl_cffi."""
    number = int(getattr(error, "code", 0) or 0)
    if number == TIMED_OUT:
        return "timeout", f"no complete answer within {timeout:.0f} s"
    return ("too large" if number == TOO_LARGE else "network"), CAUSES.get(number, "no connection")


def refused(status: int) -> tuple[str, str]:
    """(kind, cause) of an answer that is not 200. Redirects are not followed:
    people have to look at an address that moved.
    """
    if status == 429:
        return "rate limited", "asks us to slow down (429)"
    return "http", f"sends us elsewhere (HTTP {status})" if 300 <= status < 400 else f"HTTP {status}"


def seconds(text: str | None) -> float | None:
    """The `Retry-After` of an answer, where it is a number of seconds."""
    return float(text) if text and text.strip().isdecimal() else None
