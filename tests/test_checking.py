"""`check --online`: each feed asked once, in a table, nothing stored."""

from tests import running
from tests.internet import Internet, Page

FEED = running.rss([{"title": "Talks in Muscat", "link": "https://press.example/1"}])


def test_each_feed_is_tried_once_and_nothing_is_stored(tmp_path):
    with Internet() as net:
        net.serve("/well", Page(FEED))
        net.serve("/empty", Page(running.rss([])))
        net.serve("/page", Page(b"<html><head><link rel='alternate' type='application/rss+xml' href='/well'></head></html>", content_type="text/html"))
        lines = [f"  - {{name: '{name}', url: '{net.url('/' + name)}', allow_private: true}}" for name in ("well", "empty", "page")]
        lines += [f"  - {{name: 'private', url: '{net.url('/well')}'}}", "  - {name: 'off', url: 'https://off.example/', enabled: false}"]
        (tmp_path / "feeds.yaml").write_text("feeds:\n" + "\n".join(lines) + "\n", encoding="utf-8")
        result = running.monitor(tmp_path, "check", "--online", COLUMNS="200")
        asked = len(net.asked("/well"))
    assert result.returncode == 0, result.stderr
    rows = {cells[1].strip(): [c.strip() for c in cells[2:6]] for line in result.stdout.splitlines() if len(cells := line.split("│")) > 5}
    assert rows["well"] == ["well", "1", "no date", ""]
    assert rows["empty"] == ["no items", "0", "", ""]
    assert rows["page"][0] == rows["private"][0] == "failed"
    assert "loopback address" in rows["private"][3]
    assert "off" not in rows
    assert asked == 1
    assert not (tmp_path / "monitor.db").exists()


def test_when_no_feed_answers_it_is_a_failure(tmp_path):
    with Internet() as net:
        (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - {{name: A, url: '{net.url('/none')}', allow_private: true}}\n", encoding="utf-8")
        assert running.monitor(tmp_path, "check", "--online").returncode == 1
