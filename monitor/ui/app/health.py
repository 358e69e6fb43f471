"""/healthz, /readyz and /metrics of the app. Metrics name hosts and feeds: they are for whoever may pull exports."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.operation.answers import PATHS, Answers
from monitor.ui.app import access
from monitor.ui.exports.routes import NO_ENTRY


class Health:
    """The routes, before and after the database is open: `answers` is given once it is, or could not be opened."""

    def __init__(self) -> None:
        self.answers: Answers | None = None

    def routes(self, base: str = "") -> list[Route]:
        """For st.App; `base` is the path that a web server before it puts all pages under."""
        self._prefix = f"/{base.strip('/')}" if base.strip("/") else ""
        return [Route(self._prefix + path, self._give, methods=["GET"]) for path in PATHS]

    def _give(self, request: Request) -> Response:
        """Runs in a thread of the server's pool."""
        path = request.url.path.removeprefix(self._prefix)
        if self.answers is None:
            return PlainTextResponse("starting\n", 503)
        if path == "/metrics":
            environment = self.answers.settings.current()[0].environment
            if not access.may_pull(path, request.query_params, request.headers, request.cookies, environment):
                return PlainTextResponse(NO_ENTRY + "\n", 401, {"WWW-Authenticate": 'Basic realm="export"'})
        answer = self.answers.answer(path, request.url.query)
        return Response(answer.body, answer.status, {"Content-Type": answer.content_type, "Cache-Control": "no-store"})
