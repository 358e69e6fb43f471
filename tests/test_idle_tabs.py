"""The script that lets hidden tabs rest: in every page that a browser goes to, and in nothing else."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from monitor.ui.app import idle_tabs

PAGE = "<html><head><title>x</title></head>" + "<p>é</p>" * 1000
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip"}


ROUTES = [
    Route("/", lambda _: HTMLResponse(PAGE)),
    Route("/parts", lambda _: StreamingResponse(iter([PAGE[:9], PAGE[9:]]), media_type="text/html")),
    Route("/text", lambda _: PlainTextResponse("<head>")),
    Route("/gone", lambda _: HTMLResponse("<head>", 404)),
    *idle_tabs.routes("/base/"),
]
APP = Starlette(routes=ROUTES, middleware=[Middleware(idle_tabs.IdleTabs), Middleware(GZipMiddleware)])


def get(path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer as Streamlit gives it: packed where the client can unpack."""

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://monitor") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/", "/parts"])
def test_a_page_has_the_script_before_all_others(path):
    answer = get(path, BROWSER)
    assert answer.text == PAGE.replace("<head>", idle_tabs.TAG.decode(), 1)
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(("path", "asked"), [("/text", BROWSER), ("/gone", BROWSER), ("/", {"Accept": "*/*"})])
def test_nothing_else_is_touched(path, asked):
    assert idle_tabs.TAG.decode() not in get(path, asked).text


def test_the_script_is_served_below_the_base_path():
    answer = get("/base/api/idle_tabs.js")
    assert answer.headers["content-type"].startswith("text/javascript") and "visibilitychange" in answer.text


def test_streamlit_still_has_the_place_that_the_script_goes_to():
    import streamlit

    page = (idle_tabs.Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    assert page.count(idle_tabs.PLACE) == 1
