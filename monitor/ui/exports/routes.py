"""Files for spreadsheets and notebooks, made while they are sent: /api/export/TABLE.csv (.jsonl, .parquet), with a
page's filter.

    link -> may it be pulled? -> filter -> rows of storage -> pieces of the file -> client

A row is read when it is sent, so the memory is that of a page of rows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from monitor import export
from monitor.errors import InputError, MonitorError
from monitor.models import PARTS, IndexPoint, Story
from monitor.storage import index, leading, tables
from monitor.storage.store import Store
from monitor.ui.app import access
from monitor.ui.exports import links, periods
from monitor.ui.exports.page_tables import TABLES as SCREEN
from monitor.ui.exports.page_tables import one_of
from monitor.ui.queries import reads

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
AT_ONCE = 2  # pieces being made
OWN = ("token", "signature", "name")  # of the link, not of the filter
# what a link may narrow a table by besides its time, any of the values given, and those there are where they are fixed
NARROWING: dict[str, dict[str, tuple[str, ...]]] = {
    "index": {"grain": ("hour", "day"), "part": ("all", *PARTS), "method": ()}, "prices": {"series": ()},
    "observations": {"series": ()}, "feeds": {"name": (), "state": ()},
}  # fmt: skip
NO_ENTRY = "This export needs a log-in or a token: `Authorization: Bearer TOKEN`, or &token=TOKEN."
_places = threading.BoundedSemaphore(AT_ONCE)


def routes(base: str = "") -> list[Route]:
    """For st.App; `base` is the path that a web server before it puts all pages under."""
    # what pages cache is shared with files; Streamlit warns that there is no page, once for each such answer
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(
        lambda record: "AnyIO" not in record.getMessage()
    )
    prefix = f"/{base.strip('/')}" if base.strip("/") else ""
    return [Route(f"{prefix}/api/export/{{file}}", give, methods=["GET"])]


def give(request: Request) -> Response:
    """Runs in a thread of the server's pool."""
    environment = reads.settings().current()[0].environment
    path = f"{request.url.path}?{request.url.query}".split("&signature=")[0]
    if not access.may_pull(path, request.query_params, request.headers, request.cookies, environment):
        return _say(401, NO_ENTRY, {"WWW-Authenticate": 'Basic realm="export"'})
    table, _, form = request.path_params["file"].rpartition(".")
    if form not in TYPES or table not in (*export.COLUMNS, *SCREEN) or (table in SCREEN and form != "csv"):
        return _say(
            404,
            (
                f"There is no such file. Tables: {', '.join(export.COLUMNS)} as .csv, .jsonl, .parquet; "
                f"{', '.join(SCREEN)} as .csv."
            ),
        )
    given = [
        (name, links.renamed(name, value)) for name, value in request.query_params.multi_items() if name not in OWN
    ]
    try:
        reads.check()
        given = periods.resolved(given, reads.now(), reads.index_begin())
        pieces = _in_turn(_pieces(table, form, given))
        first = next(pieces, b"")  # what cannot be read is found out before an answer has begun
    except (InputError, MonitorError) as fault:
        return _say(400 if isinstance(fault, InputError) else 503, str(fault))
    name = quote(_file_name(request.query_params.get("name") or table), safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{form}", "Cache-Control": "no-store"}
    return StreamingResponse(chain([first], pieces), media_type=TYPES[form], headers=headers)


def _in_turn(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A few pieces at a time are made, however many clients pull; a slow client holds only the piece it reads."""
    while True:
        with _places:
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(text + "\n", status, headers=dict(headers or {}))


def _file_name(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in text)[:80]


def _pieces(table: str, form: str, given: list[tuple[str, str]]) -> Iterator[bytes]:
    if table in SCREEN:
        own = SCREEN[table]
        return (piece.encode() for piece in export.rows_csv(own.rows(_once(given, own.parameters)), own.columns))
    if table in ("articles", "signals"):
        return export.pieces(
            table, tables.rows(reads.context().store, table, wanted=links.filter_of(given)), format=form
        )
    if table == "stories":
        return export.pieces(table, map(tables.story_row, _stories(given)), format=form)
    return export.pieces(table, _rows(table, form, given), format=form)


def _stories(given: list[tuple[str, str]]) -> Iterator[Story]:
    """As on the page, oldest first."""
    of_stories = {name: value for name, value in given if name in ("least", "signed")}
    least = int(one_of("least", of_stories.get("least", "1"), map(str, range(1, 100))))
    signed = one_of("signed", of_stories.get("signed", "false"), ("true", "false")) == "true"
    wanted = links.filter_of([pair for pair in given if pair[0] not in of_stories])
    return leading.stream(reads.context().store, wanted, publishers=least, signed=signed)


def _rows(table: str, form: str, given: list[tuple[str, str]]) -> Iterable[Mapping]:
    narrowing = NARROWING.get(table, {})
    since, until = links.span_of(
        _once([pair for pair in given if pair[0] not in narrowing], ("since", "until", *narrowing))
    )
    narrow: dict[str, list[str]] = {}
    for name, value in given:
        if name in narrowing:
            narrow.setdefault(name, []).append(one_of(name, value, narrowing[name] or (value,)))
    context = reads.context()
    if (
        table == "index" and narrow.keys() == {"grain", "part"} and len(narrow["grain"]) == len(narrow["part"]) == 1
    ):  # by its key
        return _index(context.store, narrow["grain"][0], narrow["part"][0], since, until)
    configured = context.settings.current()[0].feeds
    rows = tables.rows(context.store, table, since=since, until=until, configured=configured, format=form)
    return (row for row in rows if all(str(row.get(name)) in values for name, values in narrow.items()))


def _index(store: Store, grain: str, part: str, since: datetime | None, until: datetime | None) -> Iterator[Mapping]:
    names = list(IndexPoint.__dataclass_fields__)
    for point in index.points(store, grain, part, since, until):
        yield {name: getattr(point, name) for name in names}


def _once(given: list[tuple[str, str]], known: tuple[str, ...]) -> dict[str, str]:
    """Parameters that are given once and are known. Raises InputError."""
    asked = dict(given)
    if unknown := [name for name in asked if name not in known]:
        raise InputError(f"{unknown[0]}: not a filter of this table; there are {', '.join(known) or 'none'}")
    return asked
