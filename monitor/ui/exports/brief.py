"""The brief as a page of its own and as Markdown: /api/brief.html and /api/brief.md, for whoever may pull files.

    link -> may it be pulled? -> times and language -> content.gather -> page or Markdown

The page has links to its other forms and languages, which are not printed, and no script.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.clock import parse_time, time_text
from monitor.errors import InputError, MonitorError
from monitor.operation.brief import content
from monitor.operation.brief.as_html import html
from monitor.operation.brief.as_markdown import markdown
from monitor.operation.brief.words import LANGUAGES, words
from monitor.ui.app import access
from monitor.ui.queries import reads

PARAMETERS = ("lang", "since", "until")
OWN = ("token", "signature")  # of the link
NAMES = {"en": "English", "fr": "Français", "ar": "العربية", "fa": "فارسی"}
SPANS = {"24 hours": timedelta(days=1), "3 days": timedelta(days=3), "7 days": timedelta(days=7)}
NO_ENTRY = "The brief needs a log-in or a token: `Authorization: Bearer TOKEN`, or &token=TOKEN."


def routes(base: str = "") -> list[Route]:
    """For st.App; `base` is the path that a web server before it puts all pages under."""
    prefix = f"/{base.strip('/')}" if base.strip("/") else ""
    return [Route(f"{prefix}/api/brief.{form}", give, methods=["GET"]) for form in ("html", "md")]


def address(form: str = "html", **asked: str) -> str:
    """The link of a brief, signed where the viewer of a page would need a token otherwise."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    path = f"{f'/{base}' if base else ''}/api/brief.{form}?{urlencode(asked)}"
    token = reads.context().settings.current()[0].environment.export_token
    return f"{path}&signature={access.signature(path)}" if token and not access.log_in_configured() else path


def give(request: Request) -> Response:
    """Runs in a thread of the server's pool."""
    settings, _ = reads.settings().current()
    path = f"{request.url.path}?{request.url.query}".split("&signature=")[0]
    if not access.may_pull(path, request.query_params, request.headers, request.cookies, settings.environment):
        return PlainTextResponse(NO_ENTRY + "\n", 401, headers={"WWW-Authenticate": 'Basic realm="brief"'})
    try:
        reads.check()
        asked = {name: value for name, value in request.query_params.items() if name not in OWN}
        lang, since, until = _asked(asked, reads.now())
        clock = reads.context().clock
        made = content.gather(reads.context().store, settings, until, since, replay=bool(clock.replay))
    except (InputError, MonitorError) as fault:
        return PlainTextResponse(f"{fault}\n", 400 if isinstance(fault, InputError) else 503)
    kept = {"Cache-Control": "no-store"}
    if request.url.path.endswith(".md"):
        return PlainTextResponse(markdown(made, words(lang)), media_type="text/markdown", headers=kept)
    page = html(made, words(lang), above=_links(asked, lang, since, until))
    return Response(page, media_type="text/html; charset=utf-8", headers=kept)


def _asked(asked: dict[str, str], now: datetime) -> tuple[str, datetime, datetime]:
    """Language, since, until. Raises InputError."""
    if unknown := [name for name in asked if name not in PARAMETERS]:
        raise InputError(f"{unknown[0]}: a brief has {', '.join(PARAMETERS)}")
    lang = asked.get("lang", "en")
    if lang not in LANGUAGES:
        raise InputError(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")
    try:
        until = parse_time(asked["until"]) if "until" in asked else now
        since = parse_time(asked["since"]) if "since" in asked else until - content.SINCE
    except ValueError as fault:
        raise InputError(f"since, until: {fault}") from None
    if since >= until:
        raise InputError("since: has to be before the end of the brief")
    return lang, since, min(until, now)


def _links(asked: dict[str, str], lang: str, since: datetime, until: datetime) -> str:
    """Other forms, languages and spans of this brief. Not printed."""

    def link(label: str, form: str = "html", **more: str) -> str:
        return f'<a href="{escape(address(form, **{**asked, **more}))}"><bdi>{escape(label)}</bdi></a>'

    said = [
        link("Markdown for a mail", "md"),
        *(link(NAMES[one], lang=one) for one in LANGUAGES if one != lang),
        *(link(name, since=time_text(until - span)) for name, span in SPANS.items() if until - span != since),
    ]
    hint = "To print this page, or to keep it as PDF, use your browser's menu."
    return f'<nav class="screen" lang="en" dir="ltr"><small>{" · ".join(said)}<br>{hint}</small></nav>'
