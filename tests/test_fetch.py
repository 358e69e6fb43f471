"""Manners on the loopback internet: validators, moves, waits, headers, pacing, reuse."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import FunctionType

import pytest

from monitor import __version__
from monitor.feeds import schedule
from monitor.feeds.fetch import Fetcher, answer
from monitor.feeds.fetch.pace import Pace, Resting
from monitor.feeds.fetch.proxies import Proxies
from monitor.models import Feed, FeedState, Fetched, NotModified
from tests.hostile import head
from tests.internet import Internet, Page, redirect

BODY = b"<rss><channel/></rss>"
FAST = {"timeout": timedelta(seconds=30), "pause": timedelta(0)}
DAY = timedelta(days=1)
ASKED = {"Retry-After": "60"}


@pytest.fixture(scope="module")
def internet():
    with Internet() as running:
        yield running


@pytest.fixture
def net(internet):
    internet.requests.clear()
    internet.most_at_once = 0
    yield internet
    assert not internet.canary


def ask(*questions, **options):
    """Fetch each (feed, state) in turn with one Fetcher; a feed alone has no state. Gives one outcome, or several."""

    async def scene():
        async with Fetcher(**FAST | options) as fetcher:
            both = [q if isinstance(q, tuple) else (q, None) for q in questions]
            return [await fetcher.fetch(feed, state, url=schedule.address(feed, state)) for feed, state in both]

    outcomes = asyncio.run(scene())
    return outcomes[0] if len(outcomes) == 1 else outcomes


def feed(url, **more):
    return Feed("wire", url, **{"allow_private": True} | more)


# -- asking, and the answer "not modified" -----------------------------------------------------------------


def test_a_healthy_feed_comes_whole_with_its_facts(net):
    headers = {"Cache-Control": "public, max-age=600"}
    url = net.serve(
        "/rss?q=a%7Eb+(c)", Page(BODY, etag='W/"a b"', last_modified="Mon, 02 Mar 2026 11:00:00 GMT", headers=headers)
    )
    got = ask(feed(url))
    assert got == Fetched(
        BODY, 200, url, "application/rss+xml", 'W/"a b"', "Mon, 02 Mar 2026 11:00:00 GMT", timedelta(seconds=600)
    )
    asked = net.requests[0]
    assert asked.path == "/rss?q=a%7Eb+(c)"  # the address as it was written
    assert (
        asked.headers["user-agent"].startswith(f"gulf-tension-monitor/{__version__} ")
        and "if-none-match" not in asked.headers
    )
    assert asked.headers["accept-encoding"] == "gzip, deflate, br, zstd" and "cookie" not in asked.headers


@pytest.mark.parametrize("etag", ['"strong"', 'W/"weak"', "unquoted", '"čšž"', '"a""b"'])
def test_validators_go_back_exactly_as_they_came(net, etag):
    one = feed(net.serve("/tagged", Page(BODY, etag=etag, last_modified="yesterday, about noon")))
    first = ask(one)
    again = ask((one, FeedState("wire", one.url, etag=first.etag, last_modified=first.last_modified)))
    assert isinstance(again, NotModified) and again.etag == etag
    assert net.requests[1].headers["if-modified-since"] == "yesterday, about noon"


def test_validators_belong_to_the_address_that_gave_them(net):
    one = feed(net.serve("/edited", Page(BODY, etag='"1"')))
    assert isinstance(ask((one, FeedState("wire", net.url("/before"), etag='"1"'))), Fetched)


def test_a_tag_that_could_not_go_back_the_same_is_not_kept(net):
    tags = ['"\udcff"', '"' + "x" * 2000 + '"']
    assert [ask(feed(net.serve("/odd", Page(BODY, etag=tag)))).etag for tag in tags] == [None, None]


def test_cookies_are_neither_kept_nor_sent(net):
    one = feed(net.serve("/cookie", Page(BODY, headers={"Set-Cookie": "id=1; Path=/"})))
    ask(one, one)
    assert all("cookie" not in request.headers for request in net.requests) and len(net.requests) == 2


# -- redirects --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ((301,), True),
        ((308, 301), True),
        ((302,), False),
        ((301, 302), False),
        ((307, 308), False),
        ((303,), False),
        ((301,) * 5, True),
    ],
)
def test_a_move_is_reported_when_the_whole_way_is_permanent(net, statuses, permanent):
    target = net.serve("/target", Page(BODY, etag='"1"'))
    for number, status in enumerate(statuses):
        net.serve(f"/hop{number}", redirect(f"hop{number + 1}" if number + 1 < len(statuses) else target, status))
    one = feed(net.url("/hop0"))
    got = ask(one)
    assert (got.url, got.moved_to) == (target, target if permanent else None)
    again = ask((one, FeedState("wire", one.url, etag='"1"')))
    assert isinstance(again, NotModified) and again.moved_to == got.moved_to


def test_six_redirects_are_too_many(net):
    for number in range(6):
        net.serve(f"/far{number}", redirect(f"/far{number + 1}"))
    net.serve("/far6", Page(BODY))
    assert ask(feed(net.url("/far0"))).kind == "redirects" and not net.asked("/far6")


def test_an_agreed_move_is_asked_at_its_new_place(net):
    old, new = net.serve("/old", redirect("/new", 301)), net.serve("/new", Page(BODY))
    state = FeedState("wire", old, moved_to=new, moved_count=schedule.AGREEING)
    assert ask((feed(old), state)).url == new and not net.asked("/old")


def test_a_feeds_headers_are_for_its_own_host_and_framing_is_ours(net):
    with Internet() as other:
        landing = other.serve("/landing", Page(BODY))
        headers = (
            ("Authorization", "Bearer secret"),
            ("accept", "text/xml"),
            ("Content-Length", "7"),
            ("Accept-Encoding", "gzip"),
        )
        one = feed(net.serve("/near", redirect("/nearer")), headers=headers)
        net.serve("/nearer", redirect(landing))
        refused = ask(one)
        assert refused.kind == "refused address" and not other.requests  # another port of the same private host
        for request in net.requests:
            assert request.headers["authorization"] == "Bearer secret" and request.headers["accept"] == "text/xml"
            assert "content-length" not in request.headers and "br" in request.headers["accept-encoding"]
        net.serve("/away", redirect(f"http://elsewhere.example:{net.port}/end"))
        net.serve(f"http://elsewhere.example:{net.port}/end", Page(BODY))
        through_proxy = ask(replace(one, url=net.url("/away")), proxies=Proxies({"http": net.url()}))
        assert isinstance(through_proxy, Fetched)
        assert "authorization" not in net.requests[-1].headers and net.requests[-1].headers["host"].startswith(
            "elsewhere.example"
        )


# -- waits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(minutes=1)),
        ("9" * 60, DAY),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Mon, 02 Mar 2026 12:30:00 GMT", timedelta(minutes=30)),
        ("Monday, 02-Mar-26 12:30:00 GMT", timedelta(minutes=30)),
        ("Mon, 02 Mar 2020 12:30:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2099 12:30:00 GMT", DAY),
        ("Mon, 99 Mar 2026 99:99:99 GMT", None),
        ("\u0661\u0662\u0660", None),
    ],
)
def test_retry_after(text, wait):
    assert answer.retry_after({"Retry-After": text, "Date": "Mon, 02 Mar 2026 12:00:00 GMT"}) == wait


def test_a_date_without_the_servers_own_counts_from_real_time():
    until = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    assert timedelta(hours=1.9) < answer.retry_after({"Retry-After": until}) <= timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "age"),
    [("max-age=60", 60), ('Public, Max-Age="60"', 60), ("max-age=99999999999", 86400), ("no-cache, max-age=60", None),
     ("max-age=60, no-store", None), ("s-maxage=60", None), ("max-age=x", None), ("", None)],
)  # fmt: skip
def test_max_age(text, age):
    assert answer.max_age({"Cache-Control": text}) == (None if age is None else timedelta(seconds=age))


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [(429, {}, "rate limited"), (429, ASKED, "rate limited"), (503, ASKED, "rate limited"), (503, {}, "http")],
)
def test_which_statuses_ask_to_wait(status, headers, kind):
    found = answer.refusal(status, headers, asked_conditionally=False)
    assert (found.kind, found.status) == (kind, status) and (found.retry_after is not None) == bool(headers)


# -- pacing and reuse -------------------------------------------------------------------------------------


def test_requests_to_one_host_are_few_and_apart():
    """On a clock of the test's own: the third start waits for a place, each start for the pause."""
    time, starts, most, under_way = [0.0], [], [0], [0]

    async def sleep(seconds):
        time[0] += seconds

    async def scene():
        pace = Pace(2, 1.0, clock=lambda: time[0], sleep=sleep)

        async def one():
            async with pace.turn("host"):
                starts.append(time[0])
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
                await asyncio.sleep(0)
                under_way[0] -= 1

        await asyncio.gather(*(one() for _ in range(6)))
        pace.rest("host", 50)
        with pytest.raises(Resting):
            async with pace.turn("host"):
                pass
        async with pace.turn("other"):
            pass

    asyncio.run(scene())
    assert starts == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] and most[0] <= 2


def test_pace_forgets_idle_hosts():
    async def scene():
        pace = Pace(2, 0)
        for number in range(3000):
            async with pace.turn(f"host{number}"):
                pass
        return len(pace._hosts)

    assert asyncio.run(scene()) <= 1001


@pytest.mark.parametrize("private", [True, False])
def test_private_feeds_are_not_paced(net, private):
    """Public feeds reach the loopback through a proxy here, as no test may go out."""

    async def of_three(request, reader, writer):
        while net.most_at_once < 3:
            await asyncio.sleep(0.01)
        await Page(BODY)(request, reader, writer)

    net.serve("/slow", of_three)
    url = net.url("/slow") if private else "http://news.example/slow"
    if not private:
        net.serve("http://news.example/slow", Page(BODY, latency=0.05))

    async def scene():
        async with Fetcher(**FAST, proxies=Proxies({"http": net.url()})) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(feed(url, allow_private=private), None) for _ in range(12)))

    assert all(isinstance(outcome, Fetched) for outcome in asyncio.run(scene()))
    assert net.most_at_once > 2 if private else net.most_at_once <= 2


def test_waiting_for_a_turn_is_not_the_servers_fault(net):
    """An hour passes on the loop's clock while the only turn at the host is another's."""
    net.serve("http://news.example/slow", Page(BODY))

    async def scene():
        loop, ahead = asyncio.get_running_loop(), 0.0
        real = loop.time
        loop.time = lambda: real() + ahead
        async with Fetcher(**FAST, per_host=1, proxies=Proxies({"http": net.url()})) as fetcher:
            async with fetcher._pace.turn("news.example"):
                asked = feed("http://news.example/slow", allow_private=False)
                waiting = asyncio.create_task(fetcher.fetch(asked, None))
                while fetcher._pace._hosts["news.example"].users < 2:
                    await asyncio.sleep(0)
                ahead = 3600.0
                await asyncio.sleep(0.01)  # whatever is due by now happens
            return await waiting

    assert isinstance(asyncio.run(scene()), Fetched)


def test_a_host_that_said_429_is_left_alone_by_its_other_feeds(net):
    net.serve("http://news.example/a", Page(b"slow down", 429, headers={"Retry-After": "300"}))
    net.serve("http://news.example/b", Page(BODY))
    one, two = (feed(f"http://news.example/{name}", allow_private=False) for name in "ab")
    first, second = ask(one, two, proxies=Proxies({"http": net.url()}))
    assert (first.kind, second.kind) == ("rate limited", "rate limited") and second.retry_after > timedelta(minutes=4)
    assert not net.asked("http://news.example/b")
    net.serve("/a", Page(b"slow down", 429))
    net.serve("/b", Page(BODY))
    assert isinstance(ask(feed(net.url("/a")), feed(net.url("/b")))[1], Fetched)  # allow_private: no pacing


@pytest.mark.parametrize(
    "more",
    [head("Content-Length: 4") + b"evil", head(status="408 Request Timeout"), head(status="102 Processing"), b"\xff"],
)
def test_what_a_server_says_unasked_is_no_answer_to_the_next_request(net, more):
    got, said = threading.Event(), threading.Event()

    async def goes_on(request, reader, writer):
        await Page(BODY)(request, reader, writer)
        while not got.is_set():
            await asyncio.sleep(0.01)
        writer.write(more)
        await writer.drain()
        said.set()

    url, healthy = net.serve("/goes-on", goes_on), net.serve("/healthy", Page(BODY))

    async def scene():
        async with Fetcher(**FAST) as fetcher:
            first = await fetcher.fetch(feed(url), None)
            got.set()
            while not said.is_set():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)  # it is in this process's buffers, and is read before what comes next is asked
            return first, await fetcher.fetch(feed(healthy), None)

    assert [outcome.body for outcome in asyncio.run(scene())] == [BODY, BODY] and len(net.requests) == 2


def test_connections_are_used_again(net):
    urls = [
        net.serve("/kept", Page(BODY)),
        net.serve("/missing", Page(b"", 404)),
        net.serve("/moved", redirect("/kept")),
    ]
    ask(*(feed(url) for url in urls * 3))
    assert len(net.requests) == 12 and len({request.connection for request in net.requests}) == 1


@pytest.mark.parametrize(
    "error", [AttributeError("should_close"), TypeError("an argument too many"), ValueError("ours")]
)
def test_a_fault_of_this_program_is_not_called_a_fault_of_the_network(net, monkeypatch, caplog, error):
    def broken(*_):
        raise error

    as_ours = FunctionType(broken.__code__, {"__name__": "monitor.feeds.fetch.fetcher"}, closure=broken.__closure__)
    monkeypatch.setattr(Fetcher, "_request_headers", as_ours)
    outcome = ask(feed(net.serve("/sound", Page(BODY))))
    assert outcome.kind == "program" and type(error).__name__ in outcome.message
    assert "Traceback" in caplog.text and caplog.records[-1].levelname == "ERROR"


def test_a_bare_error_of_a_library_is_the_networks(net, monkeypatch, caplog):
    async def refused(*_, **__):
        raise AssertionError  # as aiohttp lets through on odd input

    monkeypatch.setattr("aiohttp.ClientSession.get", refused)
    assert ask(feed(net.serve("/sound", Page(BODY)))).kind == "network"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
