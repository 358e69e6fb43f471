"""A rule on its own: checked as in feeds.yaml, written as it would stand there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts import signal_rules
from monitor.alerts.facts import Report
from monitor.config.alerting import SignalRule
from monitor.config.settings import load
from monitor.config.trial import as_given, as_yaml, rule_of
from monitor.errors import ConfigError
from monitor.models import Signal

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def settings():
    return load(ROOT / "feeds.yaml", {})


def test_every_shipped_rule_comes_back_as_it_was(settings):
    assert settings.alerts
    for rule in settings.alerts:
        assert rule_of(as_yaml(as_given(rule)), settings) == rule


@pytest.mark.parametrize("name", ["No", "12", "a: b", "# no", "[x]", 'say "so"', "هرمز", "{", "x, y", "- x", "&a"])
def test_any_text_is_written_so_that_it_is_read_as_it_was(name, settings):
    line = as_yaml({"name": name, "kind": "signal", "words": [f"{name} x"], "place": [], "mode": None})
    rule = rule_of(line, settings)
    assert (rule.name, rule.words) == (name, (f"{name} x",)) and "place" not in line and "mode" not in line


FAULTS = {
    "- {name: A, kind: signal,\n   place: [Hormuz]}": (2, "alerts[0].place[0]", "strait of hormuz"),
    "{name: A, kind: signal, event: [ship.sieze]}": (1, "alerts[0].event[0]", "did you mean 'ship.seize'?"),
    "- {name: A, kind: price, series: Brant, percent: 5}": (1, "alerts[0].series", "did you mean 'Brent'?"),
    "- {name: A, kind: level, above: 100, below: 200}": (1, "alerts[0]", "never resolve"),
    "- {name: A, kind: signal}\n- {name: B, kind: signal}": (1, "alerts", "one rule"),
    "- {name: A": (2, "", "is not valid YAML"),
    "": (None, "alerts[0]", "has to hold names with values"),
}


@pytest.mark.parametrize("text, said", FAULTS.items(), ids=FAULTS)
def test_a_fault_names_its_line_and_what_to_write(text, said, settings):
    with pytest.raises(ConfigError) as caught:
        rule_of(text, settings)
    (problem,) = caught.value.problems
    assert problem.file == "the rule" and (problem.line, problem.where) == said[:2] and said[2] in problem.message


def test_an_event_of_the_users_own_words_may_be_asked_for(settings, tmp_path):
    words = tmp_path / "words.yaml"
    words.write_text(
        "language: en\ntypes:\n  rig.board: {category: energy, severity: 7}\nevents:\n  rig.board: [board the rig]\n",
        encoding="utf-8",
    )
    own = replace(settings, theatre=replace(settings.theatre, lexicon=words))
    rule = rule_of("- {name: A, kind: signal, event: [rig.board], within: 2h}", own)
    assert isinstance(rule, SignalRule) and rule.within == timedelta(hours=2)
    with pytest.raises(ConfigError):
        rule_of("- {name: A, kind: signal, event: [rig.board]}", settings)


SEIZED = [
    "Iran seizes oil tanker in the Gulf of Oman",
    "Tanker Astana hijacked in the Gulf of Aden, Yemen's coast guard says",
    "Revolutionary Guards capture container ship near the Strait of Hormuz",
    "Iran detains a tanker with twelve crew in the Persian Gulf",
]
NOT_SEIZED = [
    "US submarine sinks Iranian warship in Indian Ocean",
    "Tanker hit by a drone off the coast of Iran",
    "Iran releases the seized tanker and its crew",
    "Trump says US to abandon proposed Strait of Hormuz cargo fee",
    "Oil hits $100 as ship attacks in the Strait of Hormuz surge",
    "Iran says it will close the Strait of Hormuz",
]


def test_the_rule_on_seizures_in_feeds_yaml_fires_on_seizures_only(settings, tagger):
    """It stands there as a comment; these headlines are ours."""
    text = (ROOT / "feeds.yaml").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("  # - {name: Ship seized")]
    rule = rule_of(line.removeprefix("  # "), settings)

    def said(title: str) -> bool:
        found = tagger.read(title, "").signals
        return any(signal_rules.fits(rule, report(title, signal)) for signal in found)

    assert [title for title in SEIZED if not said(title)] == []
    assert [title for title in NOT_SEIZED if said(title)] == []


def report(title: str, signal: Signal) -> Report:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    given = {"mode": signal.mode, "event": signal.rule, "text": signal.text}
    return Report(1, 1, "A", now, signal.category, signal.severity, title, None, **given)
