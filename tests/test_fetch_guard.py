"""Who may open what: the inside stays closed whatever the spelling, the redirect or the name,
proxies and TLS included.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from aiohttp import connector
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.feeds.fetch.guard import BadPlace, RefusedAddress, check_host, place, refusal
from monitor.feeds.fetch.proxies import Proxies
from monitor.feeds.fetch.sockets import Resolver, Sockets
from monitor.models import Failure, Fetched
from tests.internet import CERTIFICATE, Internet, Page, redirect
from tests.test_fetch import BODY, ask, feed, internet, net  # noqa: F401 - fixtures


def leads_to(*addresses):
    """A stand-in for the system's name look-up: every name leads to the next of these, again and again."""
    turn = iter(addresses * 100)
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(turn), port))]


# -- who may open what ------------------------------------------------------------------------------------


def test_the_inside_is_closed_unless_the_feed_says_so(net):
    net.serve("/inside", Page(BODY))
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"):
        outcome = ask(feed(net.url("/inside", host), allow_private=False))
        assert outcome.kind == "refused address", host
    assert not net.requests


def test_what_one_feed_opened_serves_no_other(net):
    url = net.serve("/shared", Page(BODY))
    private, public = feed(url), feed(url, allow_private=False)
    kinds = [getattr(outcome, "kind", "fetched") for outcome in ask(private, public, private)]
    assert kinds == ["fetched", "refused address", "fetched"] and len(net.requests) == 2


def test_names_are_judged_by_where_they_lead(net):
    net.serve("/inside", Page(BODY))
    named = f"http://news.example:{net.port}/inside"
    lookup = leads_to("127.0.0.1")
    opened, closed = ask(feed(named), feed(named, allow_private=False), lookup=lookup)
    assert isinstance(opened, Fetched) and closed.kind == "refused address" and len(net.requests) == 1
    net.serve("/to-name", redirect(f"http://other.example:{net.canary_port}/"))
    assert ask(feed(net.url("/to-name")), lookup=lookup).kind == "refused address"


def test_a_name_that_changes_its_answer_gains_nothing():
    """Every look-up is judged, and the socket factory judges the final address again, whatever the look-up said."""

    async def scene():
        with ThreadPoolExecutor(1) as threads:
            resolver = Resolver(threads, leads_to("8.8.8.8", "127.0.0.1"), guarded=True)
            assert [found["host"] for found in await resolver.resolve("news.example", 80)] == ["8.8.8.8"]
            with pytest.raises(RefusedAddress):
                await resolver.resolve("news.example", 80)

    asyncio.run(scene())
    with pytest.raises(RefusedAddress):
        Sockets().guarded((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))


def test_an_unknown_name_and_a_bad_one(net):
    def unknown(host, port, **_):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert ask(feed("http://nowhere.example/"), lookup=unknown).kind == "dns"
    assert ask(feed(f"http://{'a' * 80}.example/"), feed("http://a..example/"))[0].kind == "dns"
    assert ask(feed("ftp://news.example/")).kind == "redirects"


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
     "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
     "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:10.0.0.1",
     "::ffff:8.8.8.8", "64:ff9b::7f00:1",
     "64:ff9b::a00:1", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1",
     "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
     "fec0::1", "ff02::1", "5f00::1", "4000::1", "not an address", ""],
)  # fmt: skip
def test_addresses_that_feeds_may_not_lead_to(address):
    assert refusal(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"],
)
def test_public_addresses(address):
    assert refusal(address) is None
    check_host(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "8.8.8.8.",
        "010.8.8.8",
        "1.2.3",
        "example.0x1",
        "localhost",
        "a.LOCALHOST.",
    ],
)
def test_odd_spellings(host):
    with pytest.raises(RefusedAddress):
        check_host(host)


@pytest.mark.parametrize(
    "host", ["news.example", "7.news.example", "xn--mgbh0fb.example", "1.fm", "0x7f.fm", "localhost.example"]
)
def test_ordinary_names(host):
    check_host(host)


@given(st.text())
def test_any_location_is_a_place_or_refused(text):
    try:
        found = place(text, URL("https://news.example/rss"))
    except BadPlace:
        return
    assert found.scheme in ("http", "https") and found.raw_host and found.raw_user is None


# -- proxies and TLS --------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment(net):
    net.serve("http://news.example/rss", Page(BODY))
    public = feed("http://news.example/rss", allow_private=False)
    assert isinstance(ask(public, proxies=Proxies({"http": f"http://me:pass@127.0.0.1:{net.port}"})), Fetched)
    assert net.requests[0].headers["proxy-authorization"] == "Basic bWU6cGFzcw=="
    inside = replace(public, url=f"http://127.0.0.1:{net.canary_port}/")
    assert ask(inside, proxies=Proxies({"http": net.url()})).kind == "refused address"
    assert ask(public, proxies=Proxies({"http": "socks5://127.0.0.1:1"})).kind == "network"
    assert isinstance(
        ask(feed(net.serve("/own", Page(BODY))), proxies=Proxies({"http": "http://127.0.0.1:1"})), Fetched
    )  # not through it


def test_a_certificate_that_nobody_signed():
    with Internet(tls=True) as net:
        outcome = ask(feed(net.serve("/rss", Page(BODY))))
        assert isinstance(outcome, Failure) and outcome.kind == "tls" and "self-signed certificate" in outcome.message


def test_tls_works_with_a_certificate_that_is_trusted(monkeypatch):
    with Internet(tls=True) as net:
        monkeypatch.setattr(connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=CERTIFICATE))
        url = net.serve("/rss", Page(BODY))
        assert all(isinstance(outcome, Fetched) for outcome in ask(feed(url), feed(url), feed(url)))
        assert len({request.connection for request in net.requests}) == 1
