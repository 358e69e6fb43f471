"""/api/export: the file that a page's link asks for, streamed, safe, and only for who may have it."""

import csv
import io
import json
import re
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl

import pyarrow.parquet as pq
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware

from monitor.errors import InputError
from monitor.models import Alert, Entry, Feed, FeedState, IndexPoint, Price, Reading, Signal
from monitor.storage import alerts, index, open_store, prices, saving, stories
from monitor.storage.articles import Filter
from monitor.ui.app import access
from monitor.ui.app.security import HEADERS, SecureHeaders
from monitor.ui.exports import brief, links
from monitor.ui.exports import routes as export_routes
from monitor.ui.exports.page_tables import TABLES
from monitor.ui.queries import reads
from tests.running import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = "only-for-tests-0123456789"
FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Gives pull(path, headers) -> (status, headers, text) of a server over a small database;
    `server.env` sets the environment.
    """
    opened = open_store(f"sqlite:///{tmp_path}/m.db")
    feed = Feed("Wire", "https://wire.example/rss")
    strike = Signal("attack", "escalation", "act", 9.0, "strike", "title", 0, 6, "strike", "ISR", "IRN", "Isfahan")
    hit = Reading("en", "escalation", 9.0, True, ("IRN", "ISR"), ("Isfahan",), (strike,), (), "tagger-1")
    calm = Reading("fr", "none", 0.0, False, (), (), (), (), "tagger-1")
    items = [
        (
            Entry(str(n), f"{FORMULA} {n}", f"https://wire.example/{n}", "", NOON - timedelta(hours=n), None),
            hit if n % 2 else calm,
            "wire",
            str(n),
        )
        for n in range(6)
    ]
    saving.save(
        opened, feed, items, state=FeedState("Wire", feed.url, state="well", last_polled=NOON), slices=None, now=NOON
    )
    other = [
        (replace(entry, title=f"{FORMULA} of the paper"), reading, "paper", identity)
        for entry, reading, _, identity in items[1:2]
    ]
    saving.save(
        opened,
        Feed("Paper", "https://p.example/"),
        other,
        state=FeedState("Paper", "https://p.example/"),
        slices=None,
        now=NOON,
    )
    stories.assign(opened, {2: 2, 7: 2, 4: 4})
    point = IndexPoint("day", NOON.replace(hour=0), "index-1", "ok", 150.0, 140.0, 160.0, *[None] * 11, 6, 3, 3, 1)
    index.save(
        opened,
        [
            point,
            *(IndexPoint("hour", NOON, "index-1", "ok", *[1.0] * 14, 6, 3, 3, 1, part) for part in ("all", "lebanon")),
        ],
    )
    days = [NOON.replace(hour=0) - timedelta(days=n) for n in range(1, 120)]
    prices.save(
        opened,
        [Price("Brent", day, 70 + n % 7, "yahoo", "front month", "USD/bbl", None, NOON) for n, day in enumerate(days)],
    )
    alerts.save(opened, Alert(None, "Grave", "signal", NOON, "firing", "attack", "Grave:story 1", stories=(1,)))
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n  - {name: Wire, url: 'https://wire.example/rss'}\n  - {name: B, url: 'https://b.example/', "
        "enabled: false}\n"
        "alerts: [{name: High, kind: level, above: 200, below: 150}]\n"
    )
    for name, value in (
        ("FEEDS", tmp_path / "feeds.yaml"),
        ("DATABASE_URL", f"sqlite:///{tmp_path}/m.db"),
        ("NOW", "2026-03-03T06:30Z"),
    ):
        monkeypatch.setenv(f"MONITOR_{name}", str(value))
    reads.context.clear()
    port = free_port()
    served = uvicorn.Server(uvicorn.Config(
        Starlette(routes=[*export_routes.routes(), *brief.routes()], middleware=[Middleware(SecureHeaders)]),
        port=port, log_level="error"
    ))  # fmt: skip
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    wait_for(lambda: served.started, 20, "no server")

    def pull(path, **headers):
        address = path if path.startswith("/") else f"/api/export/{path}"
        request = urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    def env(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"MONITOR_{name}", value)
        reads.context.clear()

    pull.env = env
    yield pull
    served.should_exit = True
    thread.join(10)
    reads.context().store.close()
    reads.context.clear()
    opened.close()


def rows(body):
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


ROWS = {
    "articles.csv": 7, "articles.csv?direction=escalation": 4, "articles.csv?lang=fr&lang=en": 7,
    "articles.csv?category=attack&mode=words": 0, "articles.csv?source=ISR&target=IRN&place=Isfahan": 4,
    "articles.csv?since=2026-03-02T10:00Z&until=2026-03-02T12:00:00%2B00:00": 3, "signals.csv?category=attack": 4,
    "stories.csv": 2, "stories.csv?least=2": 1, "stories.csv?direction=none": 0,
    "stories.csv?category=attack&category=talks": 2,
    "articles.csv?time=30+days": 7, "pairs.csv?time=24+hours": 1,
    "stories.csv?place=Isfahan&signed=true": 2, "stories.csv?text=nowhere": 0,
    "index.csv": 3, "index.csv?grain=hour&part=Lebanon": 1,
    "prices.csv?series=Brent": 119, "daily.csv": 120, "feeds.csv?state=well&state=empty": 1, "feeds.csv?state=off": 1,
    "alerts.csv": 1, "event-study.csv?events=2026-02-27,2026-02-20&series=Brent": 6, "places.csv": 1,
    "pairs.csv?since=2026-03-01": 1, "pairs.csv?since=2026-03-03": 0, "all-events.csv?events=2026-02-27": 3,
    "lead-lag.csv": 0, "why.csv?from=2026-03-01T10:00&to=2026-03-02T10:00&by=publisher": 1, "press.csv": 180,
    "rules.csv": 1, "rounds.csv?feed=Wire": 1, "rounds.csv?feed=Nobody": 0,
}  # fmt: skip


def test_each_link_gives_its_rows(server):
    assert {path: len(rows(server(path)[2])) for path in ROWS} == ROWS


def test_what_a_formula_made_names_it(server):
    asked = (
        "articles.csv",
        "signals.csv",
        "index.csv",
        "places.csv",
        "pairs.csv",
        "why.csv?from=2026-03-01T10:00&to=2026-03-02T10:00",
        "event-study.csv?events=2026-02-27",
        "all-events.csv?events=2026-02-27",
    )
    first = {path: rows(server(path)[2])[0] for path in asked}
    assert all(row["method"] for row in first.values()), first


def test_a_file_is_safe_named_and_not_kept(server):
    status, headers, body = server("articles.csv?name=../articles%0d%0a-x")
    assert status == 200 and headers["Content-Disposition"] == "attachment; filename*=UTF-8''___articles__-x.csv"
    assert headers["Cache-Control"] == "no-store" and {name: headers[name] for name in HEADERS} == HEADERS
    assert all(row["title"].startswith("'=") for row in rows(body))


def test_the_same_rows_in_the_other_formats(server):
    lines = [json.loads(line) for line in server("articles.jsonl?direction=escalation")[2].splitlines()]
    table = pq.read_table(io.BytesIO(server("articles.parquet?direction=escalation")[2])).to_pylist()
    assert [line["id"] for line in lines] == [row["id"] for row in table] and len(lines) == 4
    assert lines[0]["title"].startswith("=")


@pytest.mark.parametrize(("path", "status", "said"), [
    ("nothing.csv", 404, "articles"), ("alerts.parquet", 404, "as .csv"), ("articles", 404, "no such"),
    ("articles.csv?colour=red", 400, "colour"), ("articles.csv?category=war", 400, "attack"),
    ("articles.csv?since=monday", 400, "ISO"), ("articles.csv?story=%D9%A1", 400, "number"),
    ("articles.csv?source=ISR", 400, "together"),
    ("articles.csv?time=2+days", 400, "24 hours"),
    ("articles.csv?time=3+days&since=2026-03-01", 400, "not both"), ("stories.csv?least=0", 400, "least"),
    ("index.csv?part=Mars", 400, "hormuz"),
    ("event-study.csv?series=Gold", 400, "Brent"), ("event-study.csv?events=soon", 400, "2025-06-13"),
    ("rounds.csv", 400, "name one"), ("articles.csv?text=" + "x" * 300, 400, "longer"),
])  # fmt: skip
def test_what_cannot_be_meant_is_said(server, path, status, said):
    code, headers, body = server(path)
    assert code == status and said in body.decode() and headers["Content-Type"].startswith("text/plain")


def test_with_a_token_only_who_knows_it_pulls(server):
    server.env(EXPORT_TOKEN=TOKEN)
    basic = "Basic YW55Ym9keTpvbmx5LWZvci10ZXN0cy0wMTIzNDU2Nzg5"  # anybody:TOKEN
    right = [
        ("feeds.csv", {"Authorization": f"Bearer {TOKEN}"}),
        ("feeds.csv", {"Authorization": basic}),
        (f"feeds.csv?token={TOKEN}", {}),
    ]
    wrong = [
        ("feeds.csv", {}),
        ("feeds.csv", {"Authorization": "Bearer no"}),
        ("feeds.csv?token=%C3%A9", {}),
        ("feeds.csv", {"Authorization": "Basic !"}),
    ]
    assert [server(path, **headers)[0] for path, headers in right + wrong] == [200] * 3 + [401] * 4


def test_a_page_signs_its_own_links_and_no_others(server):
    server.env(EXPORT_TOKEN=TOKEN)
    signed = access.signature("/api/export/articles.csv?direction=escalation")
    assert server(f"articles.csv?direction=escalation&signature={signed}")[0] == 200
    assert server(f"articles.csv?direction=mixed&signature={signed}")[0] == 401
    assert server(f"articles.csv?signature={signed}&direction=escalation")[0] == 401


PEOPLE = {
    "a@example.org": {"is_logged_in": True, "email": "A@Example.org", "email_verified": True},
    "unconfirmed": {"is_logged_in": True, "email": "a@example.org", "email_verified": False},
    "other": {"is_logged_in": True, "email": "b@example.com"},
    "look-alike": {"is_logged_in": True, "email": "a@evil-example.org"},
    "nameless": {"is_logged_in": True},
    "out": {"is_logged_in": False, "email": "a@example.org"},
}


@pytest.mark.parametrize(("users", "admitted"), [
    ((), ["a@example.org", "unconfirmed", "other", "look-alike", "nameless"]), (("@example.org",), ["a@example.org"]),
    (("a@example.org", "b@example.com"), ["a@example.org", "other"]),
])  # fmt: skip
def test_who_may_enter(users, admitted):
    assert [name for name, person in PEOPLE.items() if access.may_enter(person, users)] == admitted


words = st.lists(st.text(min_size=1, max_size=20).filter(lambda text: text.strip()), max_size=3).map(tuple)
times = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@given(st.builds(
    Filter, since=times, until=times, publishers=words, actors=words, places=words,
    text=st.text(max_size=50).filter(lambda t: "\ud800" not in t),
    directions=st.sets(st.sampled_from(["escalation", "none"])).map(tuple), tiers=st.sets(st.integers(1, 4)).map(tuple),
    theatre=st.none() | st.booleans(), story=st.none() | st.integers(1, 2**40),
    pair=st.none() | st.just(("ISR", "IRN")),
))  # fmt: skip
def test_a_link_asks_for_what_its_page_showed(wanted):
    assert links.filter_of(parse_qsl(links.query_of(wanted), keep_blank_values=True)) == wanted


def test_a_link_from_before_a_value_was_renamed_still_works():
    assert links.filter_of([("category", "relief")]) == Filter(categories=("sanctions_relief",))
    assert links.filter_of([("part", "Hormuz and shipping")]) == Filter(parts=("hormuz",))


@pytest.mark.parametrize(
    ("name", "value"), list(product(("since", "until"), ("", "2026-13-01", "0001-01-01T00:00+14:00")))
)
def test_times_that_are_none_are_refused_or_ignored(name, value):
    if value:
        with pytest.raises(InputError):
            links.filter_of([(name, value)])
    else:
        assert links.filter_of([(name, value)]) == Filter()


def test_tables_of_pages_are_in_the_dictionary_and_in_the_docs():
    words = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert [
        (name, column) for name, own in TABLES.items() for column in (name, *own.columns) if f"`{column}`" not in words
    ] == []
    words = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    asked = {
        *links.PARAMETERS,
        *(p for own in TABLES.values() for p in own.parameters),
        *(p for known in export_routes.NARROWING.values() for p in known),
    }
    assert [name for name in sorted(asked) if not re.search(rf"\| [^|]*`[^`]*\b{name}\b", words)] == []


def test_the_brief_is_a_page_and_a_text_of_the_times_that_are_asked_for(server):
    status, headers, page = server("/api/brief.html?lang=fr&until=2026-03-02T13:00Z&since=2026-03-01T00:00Z")
    assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
    said = page.decode()
    assert "Point sur le Golfe, 2026-03-02 13:00 UTC" in said and '<html lang="fr">' in said
    assert 'class="screen"' in said and "/api/brief.md?lang=fr&amp;until=" in said and "<script" not in said
    status, headers, text = server("/api/brief.md")
    assert status == 200 and headers["Content-Type"].startswith("text/markdown")
    assert text.decode().startswith("# Gulf brief, 2026-03-03 06:30 UTC")  # the clock's
    for wrong, why in (("lang=de", b"not one of en"), ("since=x", b"since, until"), ("since=2027-01-01", b"before"),
                       ("from=x", b"a brief has lang, since, until")):  # fmt: skip
        status, _, answer = server(f"/api/brief.html?{wrong}")
        assert status == 400 and why in answer


def test_the_brief_asks_for_the_token_and_its_own_links_need_none(server):
    server.env(EXPORT_TOKEN=TOKEN)
    assert server("/api/brief.html")[0] == 401
    status, _, page = server("/api/brief.html", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    link = unescape(re.search(r'href="(/api/brief[.]md[^"]*)"', page.decode())[1])
    assert server(link)[0] == 200
    assert server(link + "0")[0] == 401
