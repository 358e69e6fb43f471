"""The proxies that the environment names (http_proxy, https_proxy, no_proxy), read once.

aiohttp's own trust_env asks the environment and ~/.netrc in threads for every request, and would send netrc's
passwords.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

from yarl import URL


class ProxyKind(OSError):
    """The environment names a proxy of a kind that cannot be used; going around it would be worse."""


@dataclass(frozen=True, slots=True)
class Proxy:
    url: URL
    authorization: str | None


class Proxies:
    """Which proxy, if any, a URL goes through."""

    def __init__(self, named: Mapping[str, str] | None = None):
        self._named = dict(getproxies() if named is None else named)

    def of(self, url: URL) -> Proxy | None:
        """Raises ProxyKind."""
        text = self._named.get(url.scheme) or self._named.get("all")
        if not text or proxy_bypass(url.raw_host or ""):
            return None
        proxy = URL(text if "://" in text else f"http://{text}")
        if proxy.scheme not in ("http", "https") or not proxy.host:
            raise ProxyKind(
                f"the environment's proxy is of kind {proxy.scheme!r}; only http and https proxies are used"
            )
        authorization = None
        if proxy.user is not None:
            authorization = "Basic " + b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode()
        return Proxy(proxy.with_user(None), authorization)
