"""Sends one message to one address by apprise, which knows mail, chat and push services.

An address may hold a password: no error or log shows one.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote, urlsplit

from monitor.errors import NotifyError


def send(url: str, title: str, body: str) -> None:
    """Send plain text to an Apprise address, within the ten seconds that apprise gives a service.

    Raises NotifyError in the service's own words where it gave any.
    """
    import apprise

    scheme = url.partition(":")[0]
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as heard:  # type: ignore[no-untyped-call]
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            raise NotifyError(f"{scheme}: not an address that Apprise knows")
        try:
            arrived = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        except (
            Exception
        ) as error:  # a plug-in for one of a hundred services may raise anything; to us all of it is "not sent"
            raise NotifyError(f"{scheme}: {type(error).__name__}") from None  # its text may hold the address
        said = heard.getvalue().strip().splitlines()
    if not arrived:
        raise NotifyError(f"{scheme}: {hidden(said[-1], url) if said else 'the service refused it'}")


def hidden(text: str, url: str) -> str:
    """The text without anything of the address that could be a secret."""
    parts = urlsplit(url)
    secrets = {parts.netloc, parts.query, *re.split(r"[/@:&=?]", f"{parts.netloc}/{parts.path}/{parts.query}")}
    for secret in sorted({*secrets, *map(unquote, secrets)}, key=len, reverse=True):
        if len(secret) > 3 and secret != parts.hostname:
            text = text.replace(secret, "***")
    return text
