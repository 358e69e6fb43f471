"""The reader's reasons and the kinds of faults in the viewer's language; as they are stored in English."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from monitor import prices
from monitor.language import LANGUAGES, catalogue, speaking
from monitor.models import Correction, FailureKind
from monitor.reader import corrections
from monitor.reader.judge import CIRCUMSTANCES
from monitor.storage import articles
from monitor.storage.store import open_store
from monitor.tagging.lexicon import OPERATORS
from monitor.ui.components import reasons, wording

OTHERS = [one for one in LANGUAGES if one != "en"]


def test_stored_reasons_are_said_in_english_as_they_are_stored(made_up_fortnight):
    store = open_store(f"sqlite:///{made_up_fortnight}")
    found = [article for one in articles.find(store, limit=2000) if (article := articles.get(store, one.id))]
    store.close()
    off = [one.reason for article in found for one in article.suppressed]
    notes = [note for article in found for signal in article.signals for note in signal.operators]
    why = [signal.why for article in found for signal in article.signals if signal.why]
    assert off and notes and why
    assert [reasons.reason(one) for one in (*off, *notes)] == [*off, *notes]
    assert [reasons.why(one) for one in why] == why
    assert {one.partition(":")[0] for one in (*off, *notes)} <= set(reasons.KINDS)


@pytest.mark.parametrize("language", OTHERS)
def test_a_reason_has_words_in_each_language_and_its_quotation_stays(language):
    with speaking(language):
        for kind in (*OPERATORS[1:], "aimed at", "unless"):  # the first never is a reason
            said = reasons.reason(f"{kind}: 如果")
            assert "如果" in said and said.startswith(catalogue(language).gettext(kind)) and said != f"{kind}: 如果"
        for words in CIRCUMSTANCES.values():
            assert words not in reasons.why(f"phrase ship.seize; network 0.91; {words} -0.4")


def test_a_why_has_the_words_and_the_numbers_of_french():
    with speaking("fr"):
        assert reasons.why("phrase ship.seize, suppressed by condition; network 0.91; quoted -0.4") == (
            "expression ship.seize, écartée (condition) ; réseau 0,91 ; cité -0,4".replace(" ;", "\u202f;")
        )
        assert reasons.reason("judge: 0.25") == "juge\u202f: 0,25"
        assert reasons.reason("theatre: Strait of Hormuz") == "théâtre\u202f: Détroit d’Ormuz"
        assert reasons.reason("negation: refuses to (of lift)") == "négation\u202f: refuses to (de lift)"


@pytest.mark.parametrize("who", [None, "Ann: wrong"])
def test_a_correction_is_said_in_french_too(who):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    said = corrections.in_words(Correction(None, 1, at, "wrong", "attack", "act", "title", 0, 4, "text", who, "test"))
    assert reasons.reason(said) == said == reasons.why(said)
    with speaking("fr"):
        assert reasons.why(said) == f"corrigé {'par Ann: wrong ' if who else ''}le 2026-03-02\u202f: faux"


def test_every_kind_of_fault_has_words():
    raised = {"failed"}
    for file in Path(prices.__file__).parent.glob("*.py"):
        raised |= set(re.findall(r'kind="([^"]+)"', file.read_text(encoding="utf-8")))
    assert set(get_args(FailureKind)) | raised - {"stable"} <= set(wording.FAULTS)


@pytest.mark.parametrize("language", OTHERS)
def test_a_fault_has_its_kind_in_words_before_the_message(language):
    assert wording.fault("timeout", "no complete answer within 20 s") == "no complete answer within 20 s"
    with speaking(language):
        said = wording.fault("timeout", "no complete answer within 20 s")
        assert said.startswith(catalogue(language).gettext("timeout")) and "no complete answer within 20 s" in said
        assert "timeout" not in said
        assert wording.fault(None, None) == ""
