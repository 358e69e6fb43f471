"""The content security policy, proved in a browser:
pages work under it, and what feed text could smuggle in does nothing.
"""

import asyncio

import pytest

from monitor.ui.app.security import HEADERS, SecureHeaders
from tests import running
from tests.internet import Internet, Page

PAGES = ("", "articles", "stories", "feeds", "oil")
SMUGGLED = """async (elsewhere) => {
    window.ran = [];
    const inside = document.createElement('div');
    inside.innerHTML = `<img src="${elsewhere}/image"><img src=x onerror="window.ran.push('handler')">
        <iframe src="${elsewhere}/frame"></iframe>
        <iframe srcdoc="<script>parent.ran.push('frame')</` + `script>"></iframe>
        <object data="${elsewhere}/object"></object>
        <link rel=stylesheet href="${elsewhere}/style"><form action="${elsewhere}/form"><button>x</button></form>
        <style>@import url("${elsewhere}/import"); body {background: url("${elsewhere}/background")}</style>
        <a id=smuggled href="javascript:window.ran.push('link')">x</a>`;
    document.body.append(inside);
    const script = document.createElement('script');
    script.textContent = "window.ran.push('script')";
    const foreign = Object.assign(document.createElement('script'), {src: `${elsewhere}/script`});
    document.body.append(script, foreign);
    inside.querySelector('form').submit();
    inside.querySelector('#smuggled').click();
    setTimeout("window.ran.push('eval')", 10);
    const asked = [fetch(`${elsewhere}/fetch`, {mode: 'no-cors'}), import(`${elsewhere}/module`)];
    const refused = await Promise.allSettled(asked);
    navigator.sendBeacon(`${elsewhere}/beacon`, 'x');
    await new Promise(done => setTimeout(done, 700));
    return {ran: window.ran, refused: refused.map(one => one.status)};
}"""
HOSTILE = {
    "title": "Iran strike <script>window.ran=1</script> <img src=x onerror=alert(1)> ![x](http://127.0.0.1:1/x.png)",
    "link": "javascript:alert(1)",
}


@pytest.mark.parametrize("kind", ["http", "websocket", "lifespan"])
def test_only_answers_are_touched_and_theirs_are_replaced(kind):
    async def app(scope, receive, send):
        await send(
            {
                "type": f"{kind}.response.start",
                "status": 200,
                "headers": [(b"X-Frame-Options", b"ALLOWALL"), (b"etag", b"1")],
            }
        )

    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(SecureHeaders(app)({"type": kind}, None, send))
    found = sent[0]["headers"]
    if kind == "http":
        assert [value for name, value in found if name.lower() == b"x-frame-options"] == [b"DENY"] and (
            b"etag",
            b"1",
        ) in found
    else:
        assert found == [(b"X-Frame-Options", b"ALLOWALL"), (b"etag", b"1")]


def test_pages_work_and_nothing_smuggled_runs_or_leaves(tmp_path, browser_page):
    page, complaints = browser_page, []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    with running.Press() as press, Internet() as elsewhere:
        for path in (
            "image",
            "frame",
            "object",
            "style",
            "form",
            "import",
            "background",
            "script",
            "fetch",
            "module",
            "beacon",
        ):
            elsewhere.serve(f"/{path}", Page(b"window.ran.push('foreign')", content_type="text/javascript"))
        press.feeds["/a.xml"] = running.rss([HOSTILE])
        running.feeds_yaml(tmp_path, press, {"/a.xml": {"name": "A"}})
        with running.app(tmp_path) as (address, _):
            answer = page.goto(address)
            assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
            for path in PAGES:
                page.goto(f"{address}/{path}")
                page.locator("h1").first.wait_for()
                page.wait_for_timeout(300)
            assert complaints == []  # nothing of our own or of Streamlit's is forbidden
            found = page.evaluate(SMUGGLED, elsewhere.url("").rstrip("/"))
        assert found == {"ran": [], "refused": ["rejected"] * 2}
        assert elsewhere.requests == []
    assert len(complaints) >= 8
