"""The judge weighs phrases and network; what it says is consistent, has evidence,
and is the same whatever it is read with.
"""

import json
import math
import string
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import CATEGORIES, ESCALATION, Text
from monitor.reader import judge, network
from monitor.reader.judge import INDEX, Judged, Weights
from monitor.reader.network import DIRECTIONS, Seen
from monitor.reader.reader import Reader
from monitor.reader.spans import Span

HERE = Path(__file__).parent
WEIGHTS = Weights(
    "test",
    {"network": 1.0, "phrase": 2.0, "suppressed": -1.0},
    {
        "none": {"constant": 0.0},
        "escalation": {"constant": -1.0, "any category of escalation": 1.0},
        "deescalation": {"constant": -1.0, "any category of deescalation": 1.0},
        "mixed": {"constant": -3.0},
    },
    0.4,
    {},
)


def seen(direction="none", spans=(), **meant) -> Seen:
    """What a network would say: `direction` with 0.9, each category of `meant` with its probability."""
    shares = np.full(4, 0.1 / 3, np.float32)
    shares[DIRECTIONS.index(direction)] = 0.9
    probabilities = np.full(len(CATEGORIES), 0.01, np.float32)
    for category, p in meant.items():
        probabilities[INDEX[category]] = p
    return Seen(shares, probabilities, np.full(len(CATEGORIES), 0.8, np.float32), dict(spans), np.zeros(4, np.float32))


class GivenNetwork:
    """A network whose answer is handed to it."""

    version = "given"

    def __init__(self, answer: Seen):
        self.answer = answer

    def packed(self, seen, lang):
        return network.packed(seen.vector)

    def read(self, entries, *, anywhere=False):
        return [self.answer for _ in entries]


def read(tagger, answer: Seen, title: str, summary: str = "", weights: Weights = WEIGHTS):
    return Reader(tagger, weights, GivenNetwork(answer)).read([Text(title, summary, "en")])[0]


def test_a_phrase_that_the_network_doubts_is_suppressed_and_says_how_sure_the_judge_was(tagger):
    doubtful = Weights("test", {"network": 1.0, "phrase": 0.0}, WEIGHTS.direction, 0.4, {})
    reading = read(tagger, seen(), "Israel strikes Iran", weights=doubtful)
    assert reading.direction == "none" and reading.signals == ()
    assert any(off.category == "attack" and off.reason.startswith("judge: 0.0") for off in reading.suppressed)


def test_what_only_the_network_finds_has_its_words_as_evidence(tagger):
    title = "Tehran and Washington edge closer in Muscat"
    span = Span("title", 24, 35, 0.9)
    reading = read(tagger, seen("deescalation", {"talks": span}, talks=0.95), title)
    (signal,) = [s for s in reading.signals if s.category == "talks"]
    assert signal.text == title[24:35] and signal.confidence > 0.9
    assert reading.direction == "deescalation" and reading.score < 0


def test_a_category_without_words_is_no_signal(tagger):
    reading = read(tagger, seen("escalation", nuclear=0.99), "Tehran answers the agency")
    assert "nuclear" not in reading.categories


def test_direction_and_signals_never_contradict_each_other():
    found = {
        "attack": Judged("attack", 0.3, ()),
        "talks": Judged("talks", 0.9, ()),
    }
    shares = dict.fromkeys(DIRECTIONS, 0.1) | {"escalation": 0.7}
    decision = judge.decide(found, shares, WEIGHTS)
    assert decision.direction == "escalation" and set(decision.categories) == {"talks", "attack"}
    assert judge.decide({}, shares, WEIGHTS).direction == "none", "no category, no direction"
    calm = judge.decide(found, dict.fromkeys(DIRECTIONS, 0.1) | {"none": 0.7}, WEIGHTS)
    assert calm.categories == ()


def test_a_close_second_direction_is_named():
    found = {"attack": Judged("attack", 0.8, ())}
    shares = {"none": 0.4, "escalation": 0.55, "deescalation": 0.03, "mixed": 0.02}
    assert judge.decide(found, shares, WEIGHTS).runner_up == ("none", 0.4)


def test_a_margin_has_to_be_led_by():
    found = {"attack": Judged("attack", 0.8, ())}
    shares = {"none": 0.45, "escalation": 0.5, "deescalation": 0.03, "mixed": 0.02}
    strict = Weights("test", {}, {}, 0.4, {"escalation": 0.2})
    assert judge.decide(found, shares, WEIGHTS).direction == "escalation"
    assert judge.decide(found, shares, strict).direction == "none"


def test_points_add_up_to_the_confidence(tagger):
    _, candidates = tagger.examine("Israel strikes Iran", "", lang="en")
    one = judge.judged(candidates, seen("escalation", attack=0.6), "en", WEIGHTS)["attack"]
    assert sum(point for _, point in one.points) == pytest.approx(judge.logit(one.confidence), abs=0.06)


def test_why_says_what_each_witness_says_and_what_weighed_most(tagger):
    weights = Weights(
        "test",
        {"network": 1.0, "phrase": 1.0, "phrase: only in the summary": -0.44, "phrase: an act": 0.1},
        WEIGHTS.direction,
        0.4,
        {},
    )
    seized = seen("escalation", maritime=0.91)
    reading = read(tagger, seized, "Tehran", "Iran seizes tanker in the Strait of Hormuz", weights=weights)
    assert [s.why for s in reading.signals] == ["phrase ship.seize; network 0.91; only in the summary -0.4"]
    span = Span("title", 24, 35, 0.9)
    alone = read(
        tagger, seen("deescalation", {"talks": span}, talks=0.95), "Tehran and Washington edge closer in Muscat"
    )
    assert alone.signals[0].why == "no phrase; network 0.95"


def test_circumstances_are_features_that_are_made(tagger):
    _, candidates = tagger.examine("Israel strikes Iran", "", lang="en")
    made = set(judge.category_features("attack", candidates, seen(attack=0.9), "en"))
    fixed = {name for name in judge.CIRCUMSTANCES if name.startswith("phrase: ") and "tied" not in name}
    assert fixed <= made and {"phrase: tied by clause", "phrase: tied to core"} <= made


def test_shares_sum_to_one():
    shares = judge.directed({"constant": 1.0, "any category of escalation": 300.0}, WEIGHTS)
    assert sum(shares.values()) == pytest.approx(1.0) and math.isfinite(shares["escalation"])


def test_the_gate_ends_what_has_no_tie_to_the_theatre(reader):
    reading = reader.gate(Text("Pension reform passes in the Senate", "", "en"))
    assert reading is not None and reading.direction == "none" and reading.method == reader.method
    assert reader.gate(Text("Iran's foreign minister in Muscat", "", "en")) is None


@pytest.mark.parametrize(
    ("title", "lang", "direction", "category"),
    [
        ("Israeli jets bomb missile depot near Isfahan, several killed", "en", "escalation", "attack"),
        ("Oman hosts new round of talks between Iran and the United States", "en", "deescalation", "talks"),
        ("L'Iran menace de frapper les bases américaines dans le Golfe", "fr", "escalation", "threat"),
        ("غارات إسرائيلية على جنوب لبنان تسفر عن قتلى وجرحى", "ar", "escalation", "attack"),
        ("ایران و آمریکا بر سر آتش‌بس توافق کردند", "fa", "deescalation", None),
    ],
)
def test_plain_events_are_read_in_each_language(reader, title, lang, direction, category):
    (reading,) = reader.read([Text(title, "", lang)])
    assert reading.direction == direction
    assert category is None or category in reading.categories
    assert 0 < reading.confidence <= 1 and all(0 < s.confidence <= 1 for s in reading.signals)


def test_a_reading_does_not_depend_on_its_company(reader):
    texts = [Text("Iran seizes tanker in the Strait of Hormuz", "", "en"), Text("Truce holds in Gaza", "x" * 900, "en")]
    together = reader.read(texts)
    assert together == [reader.read([text])[0] for text in texts] == list(reversed(reader.read(texts[::-1])))


def test_elsewhere_counts_only_where_anywhere_is_asked_for(reader):
    text = Text("Russia shells Ukrainian village, three killed", "", "en")
    (here,), (anywhere,) = reader.read([text]), reader.read([text], anywhere=True)
    assert here.direction == "none" and anywhere.direction == "escalation"
    assert anywhere.method == reader.method


ALPHABET = string.ascii_letters + " .,:'\"\n\x00\u200c\u200f\ud800ایرانحملهالعراققصفéÎ"


@settings(max_examples=40, deadline=None)
@given(title=st.text(ALPHABET, max_size=80), summary=st.text(ALPHABET, max_size=120))
def test_any_text_is_read_and_evidence_is_its_words(reader, title, summary):
    text = Text(f"Iran attack {title}", summary, None)
    (reading,) = reader.read([text])
    for signal in reading.signals:
        assert getattr(text, signal.field)[signal.start : signal.end] == signal.text
        assert (signal.severity > 0) == (signal.category in ESCALATION)
    assert (reading.direction == "none") == (not reading.signals)
    assert {"escalation": reading.score > 0, "deescalation": reading.score < 0}.get(reading.direction, True)


def test_weights_name_only_what_the_judge_computes(tagger):
    """A feature that was renamed in the code would silently count as zero."""
    weights = Weights.load()
    prefixes = ("category ", "network", "phrase", "phrases", "suppressed", "opposite", "type ")
    assert all(name.startswith(prefixes) for name in weights.category)
    types = {t.id for t in tagger.lexicons["en"].events.types.values()}
    assert {name[5:] for name in weights.category if name.startswith("type ")} <= types
    texts = [(f.stem, e) for f in HERE.glob("lexicon/*.yaml") for e in yaml.safe_load(f.read_text("utf-8"))["examples"]]
    texts += [(f.stem, json.loads(line)) for f in HERE.glob("invented/*.jsonl") for line in f.open(encoding="utf-8")]
    said = {
        judge.kind(candidate.suppressed)
        for lang, each in texts
        for candidate in tagger.examine(str(each["title"]), str(each.get("summary") or ""), lang=lang)[1]
    }
    assert {name[14:] for name in weights.category if name.startswith("suppressed by ")} <= said
    assert set(weights.direction) == set(DIRECTIONS)
    assert json.dumps(weights.category)
