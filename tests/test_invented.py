"""The form of the invented entries that benchmarks/quality.py reads. How well they are read is a figure, not a test."""

import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.models import CATEGORIES, DEESCALATION, ESCALATION, Text

FOLDER = Path(__file__).parent / "invented"
LANGUAGES = ("en", "fr", "ar", "fa")
KINDS = {
    "act": 36, "mixed": 4, "words": 12, "undone": 10, "refused": 8, "planned": 8, "background": 8, "elsewhere": 7,
    "idiom": 7,
}  # fmt: skip
SILENT = ("background", "elsewhere", "idiom")


def entries(lang):
    return [json.loads(line) for line in (FOLDER / f"{lang}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_a_hundred_entries_of_every_kind(lang):
    rows = entries(lang)
    assert Counter(row["kind"] for row in rows) == KINDS
    assert {row["lang"] for row in rows} == {lang}
    assert len({row["title"] for row in rows}) == len({row["id"] for row in rows}) == 100
    assert {signal["category"] for row in rows for signal in row["signals"]} == set(CATEGORIES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_evidence_stands_in_its_field_and_the_direction_follows_from_the_signals(lang):
    for row in entries(lang):
        for signal in row["signals"]:
            assert signal["mode"] in ("act", "words"), row
            assert signal["evidence"] and signal["evidence"] in row[signal["field"]], row
        named = {signal["category"] for signal in row["signals"]}
        sides = bool(named & set(ESCALATION)), bool(named & set(DEESCALATION))
        meant = {
            (True, False): "escalation",
            (False, True): "deescalation",
            (True, True): "mixed",
            (False, False): "none",
        }
        assert row["direction"] == meant[sides], row
        assert (row["kind"] == "mixed") == (row["direction"] == "mixed"), row
        assert row["kind"] not in SILENT or not named, row


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_score_never_has_the_other_sign_than_the_direction(reader, lang):
    rows = entries(lang)
    readings = reader.read([Text(row["title"], row["summary"], lang) for row in rows])
    for row, read in zip(rows, readings, strict=True):
        assert abs(read.score) <= 10
        if read.direction == "escalation":
            assert read.score > 0, row
        elif read.direction == "deescalation":
            assert read.score < 0, row
        elif read.direction == "none":
            assert read.score == 0 and not read.signals, row
        assert all(signal.why and 0 < signal.confidence <= 1 for signal in read.signals), row
