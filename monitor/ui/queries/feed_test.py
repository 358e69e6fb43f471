"""Tests one address for the Feeds page, in a thread of its own: a test that hangs blocks no viewer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import streamlit as st

from monitor.feeds import probe
from monitor.feeds.probe import ProbeResult
from monitor.models import Feed
from monitor.ui.queries import reads

AT_ONCE, WAITING = 2, 6  # tests under way, and those waiting besides, of all viewers together


class FeedTests:
    """A few threads for tests; one object for the process."""

    def __init__(self):
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feed-test")
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)

    def start(self, feed: Feed) -> Future[ProbeResult] | None:
        """None when too many are waiting already."""
        if not self._places.acquire(blocking=False):
            return None
        context = reads.context()
        future = self._threads.submit(
            lambda: asyncio.run(probe.probe_feed(context.settings.current()[0], context.clock, feed))
        )
        future.add_done_callback(lambda _: self._places.release())
        return future


@st.cache_resource(show_spinner=False)
def feed_tests() -> FeedTests:
    return FeedTests()


def feed_of(address: str) -> Feed:
    """What is asked for an address that a viewer typed:
    a configured feed as it is configured, otherwise public addresses only.
    """
    settings, _ = reads.context().settings.current()
    address = address.strip()
    known = next((feed for feed in settings.feeds if feed.url == address), None)
    if known:
        return known
    try:
        host = urlsplit(address).hostname
    except ValueError:  # a broken bracket
        host = None
    return Feed(host or "Test", address, tier=settings.defaults.tier)
