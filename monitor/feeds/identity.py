"""Says when two entries of one feed are one article: by guid, else link, else title and date.

Pure. storage/saving.py scopes the identity to its feed and remembers it; monitor/stories groups articles of different
publishers.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import quote, unquote, urlsplit

from monitor.models import Entry

# Query parameters that say where a reader came from, not what is read. Names that begin so, then whole names.
_CAMPAIGN_PREFIXES = (
    "utm_", "mc_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "oly_", "vero_", "guce", "_hs", "__twitter",
)  # fmt: skip
_CAMPAIGN = frozenset(
    (
        "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid "
        "igsh mibextid li_fat_id epik "
        "srsltid mkt_tok guccounter _ga _gl usqp amp_js_v amp_gsa"
    ).split()
)
# The same, but some sites name their articles by them (`?ref=1`, `?ref=2`): left out only where feeds are compared.
_AMBIGUOUS_PREFIXES = ("at_", "ns_", "wt_", "wt.", "syn-", "trk_")
_AMBIGUOUS = frozenset(
    (
        "xtor xtref xts xtcr cmp cmpid cmp_id ocid smid smtyp smprod ref ref_src ref_url referrer "
        "emc ftag s_cid ncid icid "
        "traffic_source maca oc sref soc_src soc_trk spm wprov dm_i trk share hss_channel output outputtype amp rss"
    ).split()
)
_FROM_FEED = re.compile(r"^(?:rss|feed|atom)(?:$|[-_ ])", re.I)  # partner=rss, source=rss, cid=rss-world
_GOOGLE_NEWS = re.compile(r"/(?:articles|read|rd/articles)/([A-Za-z0-9_-]{8,})")
_AMP_CACHE = re.compile(r"^/[a-z]/(s/)?(.+)$")
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp|mobi|touch)\.(?=[^.]+\.[^.])")
_INNER_MOBILE = re.compile(r"^([a-z-]{2,7})\.m\.(?=[^.]+\.)")  # en.m.wikipedia.org
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_FRONT_PAGE = re.compile(r"[^/?#]+\.[^/?#]+/")  # of a canonical link
_RUNNING = re.compile(r"#\d{1,2}$")  # the BBC counts a guid up at each edit: ...#0, ...#1


def identity(entry: Entry) -> str:
    """The key of one article within its feed, the same each time it is seen. It begins with what it was made of: guid,
    link or text.

    A link's query counts, since some sites name their articles by nothing else. A site's front page names no article:
    some feeds give it to every item.
    """
    if entry.guid and not _FRONT_PAGE.fullmatch(guid := _guid(entry.guid)):
        return f"guid:{guid}"
    if entry.link and not _FRONT_PAGE.fullmatch(link := page_key(entry.link)):
        return f"link:{link}"
    date = entry.published.isoformat() if entry.published else entry.published_text or ""
    text = " ".join((entry.title or entry.summary).casefold().split())
    return f"text:{blake2b(f'{text}|{date}'.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _guid(guid: str) -> str:
    """A guid that is an address carries what addresses carry; its fragment counts, unless it only counts edits."""
    if not guid.startswith(("http://", "https://")):
        return guid
    address, mark, fragment = _RUNNING.sub("", guid).partition("#")
    return page_key(address) + mark + fragment


def canonical_link(url: str) -> str:
    """A key for one page under its many addresses, to compare entries of different feeds: not meant to be followed.

    Off go scheme, default port, www, mobile and AMP forms, tracking parameters and fragment; what is left is ordered.
    Google News is known by its own id, since its true target can only be had by asking Google. Anything unreadable
    stays as it is.
    """
    return _key(url, across_feeds=True)


def page_key(url: str) -> str:
    """The same for entries of one feed: parameters that may name an article, such as `ref`, stay."""
    return _key(url, across_feeds=False)


def _key(url: str, *, across_feeds: bool) -> str:
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in ("http", "https") or not host:
        return url.strip()
    if inner := _wrapped(host, parts.path, parts.query):
        return _key(inner, across_feeds=across_feeds)
    if host == "news.google.com" and (article := _GOOGLE_NEWS.search(parts.path)):
        return f"news.google.com/articles/{article[1]}"
    host = _INNER_MOBILE.sub(r"\1.", _MOBILE.sub("", host))
    if port is not None and port not in (80, 443):
        host = f"{host}:{port}"
    query = _query(parts.query, across_feeds)
    return host + _path(parts.path) + (f"?{query}" if query else "")


def _wrapped(host: str, path: str, query: str) -> str | None:
    """The address inside an AMP viewer's or cache's one, or inside Google's redirect (as Google Alerts gives it)."""
    if host.startswith("www.google.") and path.startswith("/amp/"):
        inner = path[len("/amp/") :]
        return f"https://{inner.removeprefix('s/')}"
    if host.endswith(".cdn.ampproject.org") and (match := _AMP_CACHE.match(path)):
        return f"https://{match[2]}" + (f"?{query}" if query else "")
    if host.startswith("www.google.") and path == "/url":
        for piece in query.split("&"):
            name, _, value = piece.partition("=")
            if (
                name in ("url", "q")
                and (target := unquote(value)).startswith(("http://", "https://"))
                and "google." not in target[:20]
            ):
                return target
    return None


def _path(path: str) -> str:
    path = _ESCAPE.sub(lambda m: quote(unquote(m[0], errors="strict") if _sound(m[0]) else m[0], safe="%"), path)
    path = quote(path, safe="/%:@!$&'()*+,;=~-._")
    path = re.sub(r"\.amp(?=\.html?$|$)", "", path)
    segments = [s for s in path.split("/") if s]
    if segments and segments[0].lower() == "amp":
        segments = segments[1:]
    if segments and segments[-1].lower() == "amp":
        segments = segments[:-1]
    return "/" + "/".join(segments)


def _sound(escapes: str) -> bool:
    """Whether percent escapes are UTF-8 without a reserved character, whose meaning decoding would change."""
    raw = bytes.fromhex(escapes.replace("%", ""))
    try:
        return not any(c in "/?#%" for c in raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _query(query: str, across_feeds: bool) -> str:
    kept = []
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        lower = unquote(name).lower()
        if not piece or lower in _CAMPAIGN or lower.startswith(_CAMPAIGN_PREFIXES):
            continue
        ambiguous = lower in _AMBIGUOUS or lower.startswith(_AMBIGUOUS_PREFIXES) or _FROM_FEED.match(value)
        if not (across_feeds and ambiguous):
            kept.append(f"{name}={value}" if value else name)
    return "&".join(sorted(kept))
