"""Hostile feed text never becomes markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Signal, Suppressed
from monitor.ui.components import safe_html
from monitor.ui.components.safe_html import cell, excerpt, marked, tag, web_link


def signal(start, end, direction="escalation"):
    return Signal("attack", direction, "act", 9.0, "air strike", "title", start, end, "")


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.hidden = tag == "sup"

    def handle_endtag(self, tag):
        self.hidden = False

    hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.text += data


def test_evidence_is_marked_and_numbered():
    html = marked("Iran strikes back, talks go on", [(1, signal(5, 12)), (2, signal(19, 24, "deescalation"))])
    assert html == (
        'Iran <mark class="escalation">strikes</mark><sup>1</sup> back, <mark '
        'class="deescalation">talks</mark><sup>2</sup> go on'
    )


def test_overlapping_evidence_keeps_both_numbers():
    html = marked("drone strike on tanker", [(1, signal(0, 12)), (2, signal(6, 22))])
    assert Reader(html).text == "drone strike on tanker"
    assert html.count("<sup>") == 2


def test_a_suppressed_span_is_marked_otherwise():
    assert 'class="off"' in marked("no strike", [(0, Suppressed("attack", "negation: no", "title", 3, 9, "strike"))])


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=60), st.integers(-5, 70), st.integers(-5, 70))
def test_no_text_makes_a_tag(text, start, end):
    assert Reader(marked(text, [(1, signal(start, end))])).tags <= {"mark", "sup"}


def test_a_tag_escapes_all_that_is_not_markup():
    html = tag("p", "<b>", tag("i", "x & y"), title='"><script>')
    assert html == '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;<i>x &amp; y</i></p>'


def test_only_safe_shows_html():
    """Nothing else may put markup on a page, or feed text into markdown."""
    screens = [file for file in Path(safe_html.__file__).parent.rglob("*.py") if file.name != "safe_html.py"]
    asking = re.compile(r"\bst\.html\(|unsafe_allow_html|components\.v1|st\.iframe|\bHtml\(")
    assert not [file.name for file in screens if asking.search(file.read_text(encoding="utf-8"))]


def test_text_is_no_markup_to_show():
    with pytest.raises(TypeError):
        safe_html.show("<b>text</b>")


def test_script_stays_text():
    html = marked("<script>alert(1)</script><img src=x onerror=alert(1)>", [])
    assert Reader(html).tags == set()
    assert "<script>" in Reader(html).text


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "http:///x", "http://[", "", None],
)
def test_only_web_links_become_clickable(link):
    assert web_link(link) is None


def test_cell_is_one_isolated_line():
    assert cell("a\n\u202eb") == "\u2068a b\u2069"


def test_an_excerpt_keeps_the_evidence_exact():
    text = "word " * 60 + "drone strike" + " word" * 60
    start = text.index("drone")
    short, moved = excerpt(text, signal(start, start + 12))
    assert len(short) < 250
    assert short[moved.start : moved.end] == "drone strike"
