"""The settings that come from the environment: one row each, read and checked here.

Values may hold passwords, so no message shows one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor.errors import ConfigError, Problem


class Setting(NamedTuple):
    name: str
    default: str
    sentence: str


SETTINGS = (
    Setting("MONITOR_FEEDS", "feeds.yaml", "The configuration file."),
    Setting(
        "MONITOR_DATABASE_URL",
        "sqlite:///data/monitor.db",
        "Where everything is stored: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
    ),
    Setting("MONITOR_YAHOO_URL", "", "Base address that stands in for Yahoo Finance, for tests and replays."),
    Setting("MONITOR_FRED_URL", "", "Base address that stands in for FRED, for tests and replays."),
    Setting(
        "MONITOR_NOW",
        "",
        (
            "The time to go by: an ISO time (standing still) or an address that answers one; "
            "the machine's clock when unset."
        ),
    ),
    Setting("MONITOR_ALERT_URLS", "", "Where alerts are sent: Apprise addresses, separated by blanks."),
    Setting(
        "MONITOR_EXPORT_TOKEN",
        "",
        "What programs have to know to pull /api/export; unset, a log-in is enough, and without one nothing is asked.",
    ),
    Setting(
        "MONITOR_USERS",
        "",
        "Who may log in: mail addresses or @domains, separated by blanks; unset, everybody the provider knows.",
    ),
    Setting("MONITOR_LOG", "text", "How the log is written: `text`, or `json`, one object a line."),
    Setting(
        "MONITOR_HTTP",
        "",
        "HOST:PORT where `poll` answers /healthz, /readyz and /metrics, such as 127.0.0.1:9102; the app always does, "
        "on its own port.",
    ),
)

SHORTEST_TOKEN = 16
LOGS = ("text", "json")
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
_NEXT_ADDRESS = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment as read. What may hold a password stays out of its repr."""

    feeds: Path
    database_url: str = field(repr=False)
    yahoo_url: str | None
    fred_url: str | None
    now: str | None
    alert_urls: tuple[str, ...] = field(repr=False)
    export_token: str | None = field(default=None, repr=False)
    users: tuple[str, ...] = ()  # in lower case
    log: str = "text"
    http: tuple[str, int] | None = None  # host and port


def environment(environ: Mapping[str, str]) -> Environment:
    """Every setting, defaults filled in; an empty value counts as unset. Raises ConfigError naming each variable that
    is wrong.
    """
    given = {setting.name: environ.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    problems: list[Problem] = []

    def fault(name: str, message: str) -> None:
        problems.append(Problem("environment", None, name, message))

    scheme, _, rest = given["MONITOR_DATABASE_URL"].partition("://")
    if scheme not in _DATABASES or not rest.strip("/"):
        fault(
            "MONITOR_DATABASE_URL",
            "has to be sqlite:///PATH (four slashes before an absolute path) or postgresql://USER:PASSWORD@HOST/NAME",
        )
    elif scheme == "sqlite" and not rest.startswith("/"):
        fault(
            "MONITOR_DATABASE_URL",
            "needs three slashes before a path, four before an absolute one: sqlite:///data/monitor.db",
        )
    for name in ("MONITOR_YAHOO_URL", "MONITOR_FRED_URL"):
        if given[name] and not is_web_address(given[name]):
            fault(name, "has to be an address such as http://127.0.0.1:8901")
    alert_urls = tuple(_NEXT_ADDRESS.split(given["MONITOR_ALERT_URLS"])) if given["MONITOR_ALERT_URLS"] else ()
    for number, url in enumerate(alert_urls, 1):
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://\S", url):
            fault(
                "MONITOR_ALERT_URLS",
                (
                    f"address {number} of {len(alert_urls)} has to begin like mailto:// or json://; "
                    "see Apprise for the services"
                ),
            )
    token, users = given["MONITOR_EXPORT_TOKEN"], tuple(given["MONITOR_USERS"].casefold().replace(",", " ").split())
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        fault(
            "MONITOR_EXPORT_TOKEN",
            (
                f"needs at least {SHORTEST_TOKEN} letters, digits or signs without blanks, "
                "such as `openssl rand -hex 24` gives"
            ),
        )
    for number, user in enumerate(users, 1):
        if not re.fullmatch(r"[^@\s]*@[^@\s]+", user):
            fault(
                "MONITOR_USERS",
                f"entry {number} of {len(users)} has to be a mail address, or a domain such as @example.org",
            )
    if given["MONITOR_LOG"] not in LOGS:
        fault("MONITOR_LOG", f"has to be {' or '.join(LOGS)}")
    http = _host_and_port(given["MONITOR_HTTP"])
    if given["MONITOR_HTTP"] and http is None:
        fault("MONITOR_HTTP", "has to be HOST:PORT, such as 127.0.0.1:9102, or [::1]:9102")
    if problems:
        raise ConfigError(problems)
    return Environment(
        feeds=Path(given["MONITOR_FEEDS"]),
        database_url=given["MONITOR_DATABASE_URL"],
        yahoo_url=given["MONITOR_YAHOO_URL"].rstrip("/") or None,
        fred_url=given["MONITOR_FRED_URL"].rstrip("/") or None,
        now=given["MONITOR_NOW"] or None,
        alert_urls=alert_urls,
        export_token=token or None,
        users=users,
        log=given["MONITOR_LOG"],
        http=http,
    )


def _host_and_port(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    number = int(port) if port.isdecimal() and port.isascii() else 0
    return (host.strip("[]"), number) if host and 0 < number < 65536 else None


def is_web_address(text: str) -> bool:
    """Whether it is http(s) with a host and a possible port, without blanks or control characters."""
    if not text.isprintable() or any(c.isspace() for c in text):
        return False
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # a broken port or IPv6 address
        return False
