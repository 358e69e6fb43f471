"""OPML in and out: what a reader exports becomes entries that feeds.yaml takes, whatever the file holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.settings import load
from monitor.errors import InputError
from monitor.feeds import opml
from monitor.models import Feed
from tests.running import monitor

FILE = """<?xml version="1.0"?><opml version="1.0"><head><title>mine</title></head><body>
<outline text="News"><outline text="Gulf: news #1" type="rss" xmlUrl="https://a.example/rss?x=1&amp;y=2"/>
  <outline text="World"><outline title="خبر" text="no" xmlUrl="https://b.example/feed"/></outline></outline>
<outline text="gulf: NEWS #1" xmlUrl="https://c.example/rss"/>
<outline text="again" xmlUrl="https://c.example/rss"/>
<outline text="local" xmlUrl="file:///etc/passwd"/>
<outline text="secret" xmlUrl="https://me:pw@d.example/rss"/>
</body></opml>""".encode()


def loaded(folder, yaml):
    (folder / "feeds.yaml").write_text("feeds:\n" + yaml, encoding="utf-8")
    return load(folder / "feeds.yaml", {}).feeds


def test_folders_become_tags_names_differ_and_what_is_left_out_is_said(tmp_path):
    found, left_out = opml.read(FILE)
    feeds = loaded(tmp_path, opml.as_yaml(found))
    assert [(feed.name, feed.url, feed.tags) for feed in feeds] == [
        ("Gulf: news #1", "https://a.example/rss?x=1&y=2", ("News",)),
        ("خبر", "https://b.example/feed", ("News", "World")),
        ("gulf: NEWS #1 (2)", "https://c.example/rss", ()),
    ]
    assert [line.split(":")[0] for line in left_out] == ["again", "local", "secret"]
    assert not any("pw" in line for line in left_out)


def test_what_is_written_is_read_again_without_secrets():
    feeds = [
        Feed("A & <b>", "https://a.example/rss?x=1&y=2", tags=("gulf", "a, b"), headers=(("X-Key", "hidden"),)),
        Feed("off", "https://b.example/rss", enabled=False),
        Feed("mine", "http://127.0.0.1/rss", allow_private=True),
    ]
    written = opml.write(feeds)
    assert b"hidden" not in written
    found, left_out = opml.read(written)
    assert [(feed.name, feed.url) for feed in found] == [("A & <b>", "https://a.example/rss?x=1&y=2")] and not left_out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>', "document type"),
        (b"<opml>" + b"<outline>" * 60 + b"</outline>" * 60 + b"</opml>", "deep"),
        (b"<rss/>", "begins with <rss>"),
        (b"dear reader", "line 1"),
        (b"", "line 1"),
        (b" " * 5_000_001, "split it"),
    ],
)
def test_what_is_no_sound_list_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        opml.read(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_title_is_one_line_of_yaml(tmp_path_factory, first, second):
    from monitor.config import document

    listed = [opml.Listed(opml._line(title) or "x", "https://a.example/rss") for title in (first, second)]
    folder = tmp_path_factory.mktemp("o")
    (folder / "f.yaml").write_text("feeds:\n" + opml.as_yaml(listed), encoding="utf-8")
    read = document.read(folder / "f.yaml")
    assert not read.problems and [feed["name"] for feed in read.data["feeds"]] == [one.name for one in listed]


@pytest.mark.slow
def test_the_command_prints_yaml_and_says_what_it_left_out(tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: [{name: A, url: 'https://a.example/rss'}]\n")
    (tmp_path / "x.opml").write_bytes(FILE)
    done = monitor(tmp_path, "feeds", "import", "x.opml")
    assert done.returncode == 0 and '- name: "Gulf: news #1"' in done.stdout and "left out" in done.stderr
    (tmp_path / "bad.opml").write_text("dear reader")
    assert monitor(tmp_path, "feeds", "import", "bad.opml").returncode == 1
    done = monitor(tmp_path, "feeds", "export")
    assert done.returncode == 0 and 'xmlUrl="https://a.example/rss"' in done.stdout
