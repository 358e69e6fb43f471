"""The lightly loaded language model ranks as py3langid's own does."""

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.tagging import model
from monitor.tagging.text import CANDIDATES

TEXTS = (
    "Iran closes strait after talks collapse", "Le pétrole grimpe, Téhéran promet une riposte", "انهيار المحادثات بين طهران وواشنطن",
    "ایران تنگه هرمز را نبست", "שיחות במסקט נמשכות", "OPEC+", "中文 и русский", "a" * 500, "",
)  # fmt: skip


def test_the_light_model_ranks_as_the_whole_one_does():
    whole, light = LanguageIdentifier.from_model_file(MODEL_FILE), model.load(CANDIDATES)
    whole.set_languages(list(CANDIDATES))
    for text in TEXTS:
        assert light.rank(text) == whole.rank(text), text
    assert {light.classify(text)[0] for text in TEXTS[:5]} == set(CANDIDATES)
