"""The shipped network: any text goes in, words of that text come out,
and neither the order nor the batch changes what is read.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from monitor.reader import network, pieces, spans
from monitor.reader.network import CATEGORIES, DIRECTIONS, WINDOWS, Network

ENTRIES = [
    (
        "Iranian missiles hit tanker near the Strait of Hormuz",
        "Two sailors were killed in the strike, the company said.",
    ),
    (
        "Des frappes aériennes ont visé un dépôt de missiles près d’Ispahan",
        "L'armée affirme que l'opération est terminée.",
    ),
    ("غارات جوية تستهدف مواقع عسكرية في ضواحي طهران", "أعلنت وزارة الصحة مقتل خمسة أشخاص."),
    ("حمله موشکی به پایگاه نظامی در بندرعباس؛ سه نفر کشته شدند", "سپاه می‌گوید پاسخ خواهد داد."),
    ("Recipe: a cake with dates and walnuts", ""),
]


@pytest.fixture(scope="module")
def reader():
    return Network.load()


def test_an_attack_is_read_in_four_languages_with_its_words(reader):
    for (title, summary), seen in zip(ENTRIES[:4], reader.read(ENTRIES[:4]), strict=True):
        assert DIRECTIONS[seen.direction.argmax()] == "escalation", title
        span = seen.spans[CATEGORIES[seen.meant.argmax()]]
        text = title if span.field == "title" else summary
        words = text[span.start : span.end]
        assert words and words == words.strip()
        assert span.start == 0 or not (text[span.start - 1].isalnum() and text[span.start].isalnum())
        assert span.end == len(text) or not (text[span.end - 1].isalnum() and text[span.end].isalnum())


def test_what_has_no_signal_is_read_as_none(reader):
    (seen,) = reader.read(ENTRIES[4:])
    assert DIRECTIONS[seen.direction.argmax()] == "none"
    assert seen.meant.max() < 0.5


def test_the_shapes_are_those_promised(reader):
    (seen,) = reader.read(ENTRIES[:1])
    assert seen.direction.shape == (len(DIRECTIONS),) and seen.direction.sum() == pytest.approx(1, abs=1e-5)
    assert seen.meant.shape == seen.act.shape == (len(CATEGORIES),)
    assert seen.vector.ndim == 1 and np.isfinite(seen.vector).all()
    assert reader.read([]) == []


def test_neither_order_nor_company_changes_what_is_read(reader):
    together = reader.read(ENTRIES)
    backwards = reader.read(ENTRIES[::-1])[::-1]
    alone = [reader.read([entry])[0] for entry in ENTRIES]
    for one, two, three in zip(together, backwards, alone, strict=True):
        for name in ("direction", "meant", "act", "vector"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
            np.testing.assert_array_equal(getattr(one, name), getattr(three, name))
        assert one.spans == two.spans == three.spans


def test_a_packed_vector_keeps_its_direction_without_what_its_language_has_in_common(reader):
    titles = (
        "US and Iran agree on a two-week ceasefire",
        "Oil tanker seized near Hormuz",
        "Inspectors return to Fordow",
    )
    seen = reader.read([(title, "") for title in titles])
    exact = np.stack([one.vector - reader.means["en"] for one in seen])
    packed = [reader.packed(one, "en") for one in seen]
    assert [len(one) for one in packed] == [192] * 3
    kept = np.stack([np.frombuffer(one, np.int8) for one in packed]).astype(np.float32)
    cosines = [each @ each.T for each in (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (exact, kept))]
    np.testing.assert_allclose(*cosines, atol=0.01)
    assert reader.packed(seen[0], "he") is None and network.packed(np.zeros(192, np.float32)) is None


TOLD = {
    "release": (
        "Iran frees two French detainees after three years in prison",
        "L'Iran libère deux Français détenus depuis trois ans",
        "إيران تفرج عن فرنسيين اثنين بعد ثلاث سنوات في السجن",
        "ایران دو زندانی فرانسوی را پس از سه سال آزاد کرد",
    ),
    "tanker": (
        "Fire aboard an oil tanker hit by a drone off Fujairah",
        "Un pétrolier en feu au large de Fujaïrah, touché par un drone",
        "حريق على متن ناقلة نفط أصابتها مسيّرة قبالة الفجيرة",
        "آتش‌سوزی در نفتکش پس از اصابت پهپاد در نزدیکی فجیره",
    ),
    "talks": (
        "Omani minister carries a new offer on enrichment to Tehran",
        "Le ministre omanais apporte à Téhéran une nouvelle offre sur l'enrichissement",
        "وزير عماني يحمل عرضا جديدا بشأن التخصيب إلى طهران",
        "وزیر عمانی پیشنهاد تازه‌ای درباره غنی‌سازی به تهران آورد",
    ),
}


def test_the_vector_is_that_of_the_title_and_finds_one_event_in_every_language(reader):
    langs = ("en", "fr", "ar", "fa")
    told = [(event, lang, title) for event, titles in TOLD.items() for lang, title in zip(langs, titles, strict=True)]
    seen = reader.read([(title, "") for _, _, title in told])
    vectors = np.stack([one.vector - reader.means[lang] for one, (_, lang, _) in zip(seen, told, strict=True)])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors @ vectors.T - 2 * np.eye(len(told))
    for n, (event, lang, title) in enumerate(told):
        others = [i for i, (_, other, _) in enumerate(told) if other != lang]
        assert {told[i][0] for i in sorted(others, key=lambda i: -near[n, i])[:3]} == {event}, title
    title, summary = ENTRIES[0]
    with_summary, alone, as_title = reader.read([(title, summary), (title, ""), ("", title)])
    np.testing.assert_array_equal(with_summary.vector, alone.vector)
    np.testing.assert_array_equal(as_title.vector, alone.vector)


HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x80 missile",
    "lone surrogates": "\ud800 attack \udfff",
    "joiners alone": "\u200c\u200d\u200f" * 50,
    "emoji": "🔴🚀" * 300,
    "one long word": "x" * 1_000_000,
    "one long Arabic word": "ط" * 200_000,
    "many words": "missile strike " * 70_000,
    "ligatures that grow": "ﷺ" * 20_000,
    "marks": "a" + "\u0301" * 50_000,
    "another script": "戦争が始まった。" * 1_000,
    "markup": "<script>alert(1)</script>" * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_is_refused(reader, text):
    for title, summary in ((text, ""), ("", text), (text, text)):
        (seen,) = reader.read([(title, summary)])
        assert np.isfinite(seen.direction).all() and np.isfinite(seen.meant).all()
        for span in seen.spans.values():
            assert 0 <= span.start < span.end <= len(title if span.field == "title" else summary)


def cut(reader, title, summary):
    encoded = (reader._tokenizer.encode(text) for text in (title, summary))
    return network.windows(*encoded, reader._prefixes[False])


def test_a_long_text_is_read_whole_in_windows_that_overlap(reader):
    summary = " ".join(f"word{n}" for n in range(150))
    cuts = cut(reader, "A title", summary)
    assert len(cuts) > 2
    covered = np.zeros(len(summary), bool)
    for window in cuts:
        assert len(window.ids) <= network.WINDOW
        for start, end in zip(window.starts[window.field == 1], window.ends[window.field == 1], strict=True):
            covered[start:end] = True
    assert all(covered[n] for n, character in enumerate(summary) if character != " ")
    for before, after in zip(cuts, cuts[1:], strict=False):
        assert after.starts[after.field == 1].min() < before.ends.max()


def test_the_number_of_windows_is_bounded(reader):
    assert len(cut(reader, "t " * 5_000, "s " * 5_000)) == WINDOWS


def test_a_short_text_has_one_window_and_the_title_and_summary_are_apart(reader):
    (window,) = cut(reader, *ENTRIES[0])
    assert set(window.field) == {-1, 0, 1}
    assert window.ids.count(pieces.END) == 2


def test_a_signal_late_in_a_long_text_is_found_once_and_where_it_stands(reader):
    filler = "The committee discussed the budget for schools and roads at length. " * 30
    words = "Iranian missiles hit a tanker in the Strait of Hormuz, killing two sailors."
    summary = filler + words
    (seen,) = reader.read([("Minutes of the committee", summary)])
    (alone,) = reader.read([("Minutes of the committee", words)])
    likely = CATEGORIES[alone.meant.argmax()]
    span = seen.spans[likely]
    assert span.field == "summary" and span.start >= len(filler) - 1


@pytest.mark.parametrize(
    ("text", "inside", "words"),
    [
        ("the tanker's crew", "anke", "tanker's"),
        ("ceux d’Ispahan, hier", "spaha", "d’Ispahan"),
        ("قال إنّ الطائرات قصفت", "طائر", "الطائرات"),
        ("نیروها می‌گویند حمله", "گوین", "می‌گویند"),
        ("« frappe »", " frappe »", "frappe"),
        ("U.S.-led strikes", "led", "led"),
        ("اُطلِقَت صواريخ", "لِق", "اُطلِقَت"),
    ],
)
def test_words_are_made_whole_in_every_script(text, inside, words):
    start = text.index(inside)
    start, end = spans.whole_words(text, start, start + len(inside))
    assert text[start:end] == words


def test_the_best_words_stay_within_their_field():
    scores = np.array([0.1, 0.9, 0.8, 0.9, 0.1])
    starts, ends = np.array([0, 4, 8, 0, 4]), np.array([3, 7, 11, 3, 7])
    of_summary = np.array([False, False, False, True, True])
    span = spans.best(scores, starts, ends, of_summary, "one two six", "ten far")
    assert (span.field, span.start, span.end, span.score) == ("title", 4, 11, 0.9)


def test_no_pieces_no_words():
    nothing = np.zeros(2, int)
    assert spans.best(np.ones(2), nothing, nothing, nothing > 0, "", "") is None


def test_a_missing_file_is_named_with_the_remedy(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"monitor\.reader\.train"):
        Network.load(tmp_path / "reader.onnx")


def test_the_file_is_small_and_the_one_that_its_card_describes(reader):
    card = json.loads((network.HERE / "card.json").read_text(encoding="utf-8"))
    assert card["version"] == reader.version
    assert Path(network.MODEL).stat().st_size <= 40_000_000
    for name, digest in card["sha256"].items():
        assert hashlib.sha256((network.HERE / name).read_bytes()).hexdigest() == digest
