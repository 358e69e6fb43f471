"""What is slow to make is made once; whatever happens to the folder, it is there."""

import pickle

import pytest

from monitor.tagging import cache as cache
from monitor.tagging.cache import kept, place
from monitor.tagging.tagger import Tagger

TITLE = "Iran seizes tanker in Strait of Hormuz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gulf-tension-monitor"


def never():
    raise AssertionError("it is kept")


def test_a_thing_is_made_once_for_each_key(folder):
    assert kept("words", b"one", lambda: {"a": 1}) == {"a": 1} == kept("words", b"one", never)
    assert kept("words", b"two", lambda: {"a": 2}) == {"a": 2} and kept("words", b"one", never) == {"a": 1}
    assert len(list(folder.iterdir())) == 2  # nothing half written stays


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps({"a": 1})[:-3]], ids=["empty", "other", "cut off"])
def test_what_cannot_be_read_is_made_anew(folder, content):
    kept("words", b"key", lambda: {"a": 1})
    place("words", b"key").write_bytes(content)
    assert kept("words", b"key", lambda: {"a": 2}) == {"a": 2} == kept("words", b"key", never)


def test_a_file_that_others_can_write_is_not_read(folder):
    kept("words", b"key", lambda: {"a": 1})
    place("words", b"key").chmod(0o666)
    assert kept("words", b"key", lambda: {"a": 2}) == {"a": 2}


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept("words", b"key", lambda: 1) == 1 and kept("words", b"key", lambda: 2) == 2


def test_long_unused_things_are_removed(folder, monkeypatch):
    kept("words", b"old", lambda: 1)
    kept("model", b"other", lambda: 2)
    monkeypatch.setattr(cache.time, "time", lambda: place("words", b"old").stat().st_mtime + 31 * 86_400)
    kept("words", b"new", lambda: 3)
    assert not place("words", b"old").exists() and place("model", b"other").exists()


@pytest.mark.slow
def test_a_tagger_of_kept_words_reads_as_one_of_fresh_words(folder):
    fresh, again = Tagger.load(), Tagger.load()
    assert fresh.read(TITLE, "") == again.read(TITLE, "") and again.read(TITLE, "").signals
    assert any(path.name.startswith("words-") for path in folder.iterdir())
