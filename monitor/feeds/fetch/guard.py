"""Decides where a feed may lead: which spellings of a host and which addresses are public. Pure."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

# IANA's special-purpose address registries (RFC 6890 and its updates), with the word for people. Written out because
# ipaddress.is_global differs between Python releases and judges some of these public.
_IPV4 = tuple(
    (IPv4Network(network), word)
    for network, word in (
        ("0.0.0.0/8", "wildcard"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-private"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_GLOBAL = IPv6Network("2000::/3")  # everything else in IPv6 is special or not given out
_IPV6 = tuple(
    (IPv6Network(network), word)
    for network, word in (
        ("::/128", "wildcard"),
        ("::1/128", "loopback"),
        ("2001::/32", "tunnelled (Teredo)"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "tunnelled (6to4)"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "reserved"),
        ("64:ff9b:1::/48", "private (NAT64)"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
# a last label that a C library would read as a number: 127.1, 2130706433, 0x7f.1, 0177.0.0.1
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_DOTTED = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")


class RefusedAddress(OSError):
    """The address is not one that feeds may lead to. An OSError, so that aiohttp carries it through its own."""


class BadPlace(ValueError):
    """An address on the web that is not followed, with the reason in plain words."""


def refusal(address: str) -> str | None:
    """Why this numeric address may not be connected to, in one word; None when it is public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "malformed"
    if isinstance(ip, IPv4Address):
        return _word(_IPV4, ip)
    if ip.scope_id is not None:
        return "link-local"
    word = _word(_IPV6, ip)
    if word:
        return word
    for network in (_MAPPED, _NAT64, _COMPATIBLE):
        if ip in network:
            return _word(_IPV4, IPv4Address(int(ip) & 0xFFFFFFFF)) or (None if network is _NAT64 else "reserved")
    return None if ip in _GLOBAL else "reserved"


def _word(table, ip: IPv4Address | IPv6Address) -> str | None:
    return next((word for network, word in table if ip in network), None)


def check_host(host: str) -> None:
    """Refuse hosts that name this machine or its network without a look-up: special literals, odd spellings of numbers,
    localhost.

    Raises RefusedAddress. Names are judged again by what they resolve to.
    """
    bare = host.rstrip(".").lower()
    if ":" in bare or _DOTTED.fullmatch(bare):
        if word := refusal(bare):
            raise RefusedAddress(f"{host} is a {word} address")
        if bare != host.lower():
            raise RefusedAddress(f"{host} is an unusual spelling of an address")
    elif _NUMBER.fullmatch(bare.rpartition(".")[2]):
        raise RefusedAddress(f"{host} is an unusual spelling of an address")
    elif bare == "localhost" or bare.endswith(".localhost"):
        raise RefusedAddress(f"{host} is a loopback address")


def place(text: str, base: URL | None = None) -> URL:
    """A written address or a redirect's Location as a URL that may be asked. Raises BadPlace.

    An address that is plain ASCII keeps its escapes as they are: signed addresses break when they are tidied.
    """
    text = text.strip(" \t\r\n")
    try:
        url = URL(text, encoded=text.isascii() and not re.search(r"[\s\x00-\x20\x7f<>\"{}|\\^`]", text))
        if base is not None and not url.scheme:  # "http:///feed" would be joined as if it were relative
            url = base.join(url)
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise BadPlace("the address cannot be read") from error
    if url.scheme not in ("http", "https"):
        raise BadPlace(f"{url.scheme or 'no scheme'}: is not http or https"[:80])
    if not host or re.search(r"[\s\x00-\x20%/\\@]", host.partition("%")[0] if ":" in host else host):
        raise BadPlace("the address has no readable host")
    if url.raw_user is not None or url.raw_password is not None:
        raise BadPlace("the address carries a user name or password")
    if not port:
        raise BadPlace("the address has no usable port")
    return url.with_fragment(None) if url.raw_fragment else url


def endpoint(url: URL) -> tuple[str, int]:
    """Host and port: what allow_private opens."""
    return (url.raw_host or "").lower(), url.port or 0


def origin(url: URL) -> tuple[str, str, int]:
    """Scheme, host and port: whom a feed's own headers are for."""
    return url.scheme, *endpoint(url)
