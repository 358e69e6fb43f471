"""Other archives' files, written here in their formats, become rows that `archive` reads."""

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor import cli
from monitor.archive import gdelt, warc
from monitor.archive.rows import found_in


def record(**more) -> str:
    """A line of GKG 2.1 of an invented article."""
    values = [""] * gdelt.COLUMNS
    values[gdelt.RECORD], values[gdelt.DATE], values[2] = "20260304101500-7", "20260304101500", "1"
    values[gdelt.NAME], values[gdelt.LINK] = "gazette.example", "https://gazette.example/talks"
    title = more.get("title", "Envoys meet in Muscat &amp; agree to go on")
    values[gdelt.EXTRAS] = f"<PAGE_LINKS>x</PAGE_LINKS><PAGE_TITLE>{title}</PAGE_TITLE>"
    values[gdelt.DATE] = more.get("date", values[gdelt.DATE])
    return "\t".join(values)


def test_a_record_of_the_knowledge_graph(tmp_path):
    lines = "\n".join([record(), record(title=" "), record(date="soon"), "a\tb"]) + "\n"
    with zipfile.ZipFile(tmp_path / "a.gkg.csv.zip", "w") as archive:
        archive.writestr("a.gkg.csv", lines)
    (tmp_path / "a.gkg.csv").write_text(lines, "utf-8")
    first, *rest = list(gdelt.gkg(tmp_path / "a.gkg.csv.zip"))
    assert [first, *rest] == list(gdelt.gkg(tmp_path / "a.gkg.csv"))
    assert rest == ["no page title", "no date", "not 27 columns, as GKG 2.1 has"]
    found = found_in(first, {})
    assert found.entry.title == "Envoys meet in Muscat & agree to go on" and found.publisher == "gazette.example"
    assert found.first_seen.isoformat() == "2026-03-04T10:15:00+00:00" and found.canonical == "gazette.example/talks"


def test_an_article_list_of_the_doc_api_as_json_and_as_csv(tmp_path):
    row = {"url": "https://gazette.example/a", "title": "Tanker , crew freed", "seendate": "20260304T101500Z",
           "domain": "gazette.example", "language": "English"}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({"articles": [row, row | {"title": ""}, row | {"seendate": "x"}, 3]}))
    first, *rest = gdelt.doc(tmp_path / "a.json")
    assert rest == ["no title", "no date", "no title"]
    (tmp_path / "a.csv").write_bytes(
        b'\xef\xbb\xbfURL,MobileURL,Date,Title\nhttps://gazette.example/a,,2026-03-04 10:15:00,"Tanker , crew freed"\n'
    )
    (other,) = gdelt.doc(tmp_path / "a.csv")
    for made in (first, other):
        found = found_in(made, {})
        assert (found.entry.title, found.publisher) == ("Tanker , crew freed", "gazette.example")
        assert found.first_seen.isoformat() == "2026-03-04T10:15:00+00:00"
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(OSError, match="not an article list"):
        list(gdelt.doc(tmp_path / "bad.json"))


PAGE = """<!doctype html><html lang="ar-AE"><head><meta charset="windows-1256"><title>site</title>
<meta property="og:title" content="ناقلة تعبر مضيق هرمز"><meta property="article:published_time"
 content="2026-03-04T09:00:00+04:00"></head><body><p>menu</p><p>%s</p></body></html>"""


def crawled(path, pages, *, gzip=True):
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=gzip)
        for status, kind, body in pages:
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            made = writer.create_warc_record(
                "https://news.gazette.example/1",
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": "2026-03-04T10:20:30Z"},
            )
            writer.write_record(made)


def test_the_pages_of_a_web_archive(tmp_path):
    text = "قالت مصادر ملاحية إن الناقلة عبرت المضيق صباح اليوم دون أن يعترضها أحد في طريقها"
    crawled(
        tmp_path / "a.warc.gz",
        [
            ("200 OK", "text/html", (PAGE % text).encode("windows-1256")),
            ("404 Not Found", "text/html", b"<title>gone</title>"),
            ("200 OK", "image/png", b"x"),
            ("200 OK", "text/html; charset=nonsense", b"<p>no title"),
            ("200 OK", "text/html", b"<b>" * 20_001),
        ],
    )
    first, *rest = warc.pages(tmp_path / "a.warc.gz")
    assert rest == ["not answered with 200", "not a page", "no title", "too many tags"]
    found = found_in(first, {})
    assert found.entry.title == "ناقلة تعبر مضيق هرمز" and found.entry.summary == text
    assert (found.lang, found.publisher) == ("ar", "news.gazette.example")
    assert found.entry.published.isoformat() == "2026-03-04T05:00:00+00:00"
    assert found.first_seen.isoformat() == "2026-03-04T10:20:30+00:00"


def test_a_damaged_web_archive_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    crawled(tmp_path / "a.warc.gz", [("200 OK", "text/html", b"<title>Talks in Muscat</title>")])
    ask = ["convert", "warc", "a.warc.gz", "-o", "a.jsonl.gz"]
    assert CliRunner().invoke(cli.app, ask).exit_code == 0
    again = CliRunner().invoke(cli.app, ask)
    assert again.exit_code == 2 and "is there already" in again.output
    (tmp_path / "b.warc.gz").write_bytes((tmp_path / "a.warc.gz").read_bytes()[:-20])
    (tmp_path / "c.warc").write_bytes(b"no web archive at all\n" * 9)
    for name in ("b.warc.gz", "c.warc"):
        answer = CliRunner().invoke(cli.app, ["convert", "warc", name, "-o", "b.jsonl"])
        assert answer.exit_code == 1 and "nothing was made" in answer.stderr, (name, answer.output)
        assert not list(tmp_path.glob("b.jsonl*"))


def test_the_command_counts_what_it_leaves_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("\n".join([record(), record(title="")]) + "\n", "utf-8")
    answer = CliRunner().invoke(cli.app, ["convert", "gkg", "a.csv", "a.csv", "-o", "a.jsonl"])
    assert answer.exit_code == 0 and "2 rows" in answer.stderr and "left out: 2, no page title" in answer.stderr
    assert len((tmp_path / "a.jsonl").read_text("utf-8").splitlines()) == 2
