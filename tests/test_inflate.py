"""Bounded decompression by itself: any bytes, in any pieces, give text within the limit or one of two named errors."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.fetch.inflate import Inflater, TooLarge, Undecodable

TEXT = b"<rss>" + b"tanker " * 3000 + b"</rss>"
PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def inflate(labels, data, *, limit=100_000, step=1000):
    inflater = Inflater(labels, limit)
    for start in range(0, len(data), step):
        inflater.feed(data[start : start + step])
    return inflater.finish()


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("outer", ["", *PACK])
@pytest.mark.parametrize("inner", ["", *PACK])
def test_every_nesting_in_every_piece(inner, outer, step):
    data = PACK.get(outer, bytes)(PACK.get(inner, bytes)(TEXT))
    assert inflate(f"{inner}, {outer}", data, step=step) == TEXT


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 98_272, 100_000, 1_000_000])
@pytest.mark.parametrize("label", PACK)
def test_every_size_comes_out_whole(label, size):
    assert inflate(label, PACK[label](bytes(size)), limit=size) == bytes(size)


@pytest.mark.parametrize("label", PACK)
def test_more_than_the_limit_does_not(label):
    with pytest.raises(TooLarge):
        inflate(label, PACK[label](bytes(100_001)))


@pytest.mark.parametrize("label", PACK)
def test_a_cut_stream_is_never_taken_for_whole(label):
    data = PACK[label](TEXT)
    for end in range(1, len(data), 3):
        with pytest.raises(Undecodable):
            inflate(label, data[:end])


LABELS = ["", "gzip", "deflate", "br", "zstd", "gzip, br", "zstd, gzip", "x-gzip", "odd"]


@pytest.mark.parametrize("step", [1, 3, 100_000])
@pytest.mark.parametrize("label", ["gzip", "zstd"])
def test_several_files_are_one_text_and_rubbish_behind_is_none(label, step):
    pack = PACK[label]
    skipped = (
        b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" if label == "zstd" else pack(b"")
    )  # holds nothing (RFC 8878, 3.1.2)
    packed = pack(TEXT[:700]) + skipped + pack(TEXT[700:])
    assert inflate(label, packed, step=step) == inflate(label, packed + b"rubbish" + packed, step=step) == TEXT
    with pytest.raises(Undecodable):
        inflate(label, packed[:-5], step=step)
    with pytest.raises(TooLarge):
        inflate(label, pack(b"") * 2000, step=step)


@given(st.sampled_from(LABELS), st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_end_in_text_or_a_named_error(labels, data, step):
    try:
        assert len(inflate(labels, data, limit=1000, step=step)) <= 1000
    except (Undecodable, TooLarge):
        pass
