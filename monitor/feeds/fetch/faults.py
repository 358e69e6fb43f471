"""Translates what goes wrong on the network into a Failure, once.

Messages name the host at most: addresses and headers of a feed may hold secrets.
"""

from __future__ import annotations

import socket
import ssl

import aiohttp

from monitor.feeds.fetch.guard import BadPlace, RefusedAddress
from monitor.feeds.fetch.inflate import TooLarge, Undecodable
from monitor.feeds.fetch.sockets import TooMuch
from monitor.models import Failure, FailureKind


def _chain(error: BaseException):
    """The error, and what it carries or was caused by."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < 20:
        at = waiting.pop(0)
        if at is None or any(at is one for one in seen):
            continue
        seen.append(at)
        waiting += [getattr(at, "os_error", None), getattr(at, "certificate_error", None), at.__cause__, at.__context__]
    return seen


# the most telling first: aiohttp wraps several of these into its own errors
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], FailureKind, str], ...] = (
    ((RefusedAddress,), "refused address", "{}"),
    ((BadPlace,), "redirects", "{}"),
    ((TooMuch, TooLarge), "too large", "{}"),
    ((Undecodable,), "encoding", "{}"),
    ((aiohttp.ClientProxyConnectionError,), "network", "the proxy could not be reached"),
    ((socket.gaierror, aiohttp.ClientConnectorDNSError), "dns", "the host name {host} was not found"),
    ((ssl.SSLCertVerificationError, ssl.CertificateError), "tls", "the certificate of {host} is not valid: {reason}"),
    ((ssl.SSLError, aiohttp.ClientSSLError), "tls", "no secure connection to {host} could be made"),
    ((aiohttp.ClientHttpProxyError,), "network", "the proxy refused the connection to {host}"),
    ((TimeoutError,), "timeout", "{host} could not be reached in time"),
    ((ConnectionRefusedError,), "network", "{host} refused the connection"),
    ((aiohttp.ServerDisconnectedError,), "network", "{host} closed the connection without an answer"),
    ((aiohttp.ClientPayloadError,), "network", "the answer of {host} broke off or is not framed soundly"),
    ((ConnectionResetError, BrokenPipeError), "network", "{host} reset the connection"),
    ((aiohttp.ClientResponseError,), "http", "{host} did not answer in sound HTTP"),
    ((aiohttp.InvalidURL,), "refused address", "the address of {host} cannot be used"),
    ((OSError, aiohttp.ClientError), "network", "no connection to {host}"),
)


# what libraries let through bare on hostile input
_BARE = (AssertionError, RuntimeError, ValueError, LookupError, EOFError)
PROGRAM: FailureKind = "program"


def failure(error: BaseException, host: str) -> Failure:
    """The error as a value. Of kind PROGRAM, and for the log, is what neither network nor server can have caused."""
    chain = _chain(error)
    for kinds, kind, words in _MEANINGS:
        found = next((one for one in chain if isinstance(one, kinds)), None)
        if found is not None:
            reason = next((said for one in chain if (said := getattr(one, "verify_message", ""))), "it was refused")
            return Failure(kind, words.format(found, host=host, reason=reason)[:300])
    if isinstance(error, _BARE) and not _raised_here(error):
        return Failure("network", f"the exchange with {host} failed ({type(error).__name__})")
    return Failure(PROGRAM, f"this program failed while it asked {host} ({type(error).__name__}); the log says where")


def _raised_here(error: BaseException) -> bool:
    """Whether a line of this program raised it, not one of a library."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_globals.get("__name__", "").startswith("monitor.")
