"""Adds our scripts before Streamlit's own: what only the browser knows, and Streamlit has no setting for.

    index.html of Streamlit -> the same with a <script src> for each of SCRIPTS; every other answer is unchanged

idle_tabs.js: Streamlit ticks by timers of the browser, and a tab in the background shall cost the server nothing.
history.js: one step of Back for one act of the viewer.
links.js: a link to another page of ours is followed without loading the app anew.
last_look.js: when the viewer last looked, which only the browser keeps.
language.js: the language and direction of the page, for screen readers and for what Streamlit lays over it.
numbers.js: numbers that Streamlit and ECharts write, as the page's language has them.
The first page also names Streamlit's module of charts: told at once, the browser fetches it while the app starts, and
not after it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

SCRIPTS = ("idle_tabs.js", "history.js", "links.js", "last_look.js", "language.js", "numbers.js")
PLACE = b"<head>"
# relative like Streamlit's own, so that it holds below any base path
TAGS = PLACE + "".join(f'\n    <script src="./api/{name}"></script>' for name in SCRIPTS).encode()
STATIC = Path(streamlit.__file__).parent / "static" / "static" / "js"
CHARTS = "".join(
    f'\n    <link rel="modulepreload" crossorigin href="./static/js/{file.name}">'
    for file in STATIC.glob("EChartsChart.*.js")
).encode()
Message = MutableMapping[str, Any]


def routes(base: str = "") -> list[Route]:
    """For st.App; `base` is the path that a web server before it puts all pages under."""
    prefix = f"/{base.strip('/')}" if base.strip("/") else ""
    return [Route(f"{prefix}/api/{name}", give, methods=["GET"]) for name in SCRIPTS]


def give(request: Request) -> FileResponse:
    script = Path(__file__).with_name(
        request.url.path.rpartition("/")[2]
    )  # one of SCRIPTS: nothing else is routed here
    return FileResponse(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


class BrowserScripts:
    """ASGI middleware over pages of HTML; a page has a few kilobytes, so it is collected until it is complete."""

    def __init__(self, app: Callable):
        self.app = app

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        asked = dict(scope.get("headers", ())) if scope["type"] == "http" else {}
        if b"text/html" not in asked.get(b"accept", b""):  # what a browser says when it goes to a page, and only then
            return await self.app(scope, receive, send)
        # neither compressed nor sent as a file on disk: nothing could be added then
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        extensions = {
            name: value for name, value in (scope.get("extensions") or {}).items() if name != "http.response.pathsend"
        }
        scope = {**scope, "headers": headers, "extensions": extensions}
        start: Message | None = None
        body = b""

        async def added(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    first = scope.get("path", "").endswith("/")
                    body = body.replace(PLACE, TAGS + CHARTS if first else TAGS, 1)
                    kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
                    await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
                    await send({**message, "body": body})

        await self.app(scope, receive, added)


def _is_page(message: Message) -> bool:
    return message["status"] == 200 and any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"]
    )
