"""Polite and guarded HTTP: a feed in, its bytes, "not modified" or a failure out.

fetcher    the exchange            pace       turns at a host           proxies   the environment's
guard      which places are public sockets    judged and metered        inflate   bounded decompression
answer     statuses and headers    faults     errors as failures
"""

from monitor.feeds.fetch.fetcher import USER_AGENT, Fetcher

__all__ = ["USER_AGENT", "Fetcher"]
