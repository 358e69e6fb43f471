"""Our scripts: in every page that a browser goes to, and in nothing else."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from monitor.ui.app import browser_scripts

PAGE = "<html><head><title>x</title></head>" + "<p>é</p>" * 1000
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip"}


ROUTES = [
    Route("/", lambda _: HTMLResponse(PAGE)),
    Route("/parts", lambda _: StreamingResponse(iter([PAGE[:9], PAGE[9:]]), media_type="text/html")),
    Route("/text", lambda _: PlainTextResponse("<head>")),
    Route("/gone", lambda _: HTMLResponse("<head>", 404)),
    *browser_scripts.routes("/base/"),
]
APP = Starlette(routes=ROUTES, middleware=[Middleware(browser_scripts.BrowserScripts), Middleware(GZipMiddleware)])


def get(path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer as Streamlit gives it: packed where the client can unpack."""

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://monitor") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/", "/parts"])
def test_a_page_has_the_scripts_before_all_others(path):
    answer = get(path, BROWSER)
    tags = browser_scripts.TAGS + (browser_scripts.CHARTS if path == "/" else b"")  # the first page has a chart
    assert answer.text == PAGE.replace("<head>", tags.decode(), 1)
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_module_of_charts_is_one_that_streamlit_has():
    (file,) = re.findall(r'href="./static/js/([^"]+)"', browser_scripts.CHARTS.decode())
    assert (browser_scripts.STATIC / file).is_file()


@pytest.mark.parametrize(("path", "asked"), [("/text", BROWSER), ("/gone", BROWSER), ("/", {"Accept": "*/*"})])
def test_nothing_else_is_touched(path, asked):
    assert browser_scripts.TAGS.decode() not in get(path, asked).text


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("idle_tabs.js", "visibilitychange"),
        ("history.js", "pushState"),
        ("links.js", "a.inner"),
        ("last_look.js", "localStorage"),
        ("language.js", "documentElement"),
        ("numbers.js", "measureText"),
    ],
)
def test_each_script_is_served_below_the_base_path(script, word):
    assert script in browser_scripts.SCRIPTS
    answer = get(f"/base/api/{script}")
    assert answer.headers["content-type"].startswith("text/javascript") and word in answer.text


def test_streamlit_still_has_the_place_that_the_scripts_go_to():
    import streamlit

    page = (browser_scripts.Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    assert page.count(browser_scripts.PLACE) == 1
