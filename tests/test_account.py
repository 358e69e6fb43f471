"""How a story reads: its name, who was first, copies of one text, and whether its reports agree."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitor.stories import account
from monitor.stories.account import Report
from monitor.stories.headlines import kinds, said_of_itself

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPENING = (
    "Two people were hurt when a drone struck a fuel depot near the port on Monday morning, officials said, "
    "adding that the fire was under control and that exports were going on."
)


def report(id: int, publisher: str, title: str, minutes: int = 0, direction: str = "escalation", **more) -> Report:
    facts = {"tier": 2, "lang": "en", "opening": "", **more}
    return Report(id=id, at=NOON + minutes * MINUTE, publisher=publisher, title=title, direction=direction, **facts)


def read(*reports: Report, direction: str = "escalation", categories=("attack",)) -> account.Account:
    return account.account(reports, direction, categories)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("LIVE: Iran strikes back", "live"),
        ("Iran war live: explosions in Isfahan", "live"),
        ("En direct : frappes sur Téhéran", "live"),
        ("Guerre en Iran, en direct : nouvelles frappes", "live"),
        ("لحظة بلحظة.. تطورات الحرب", "live"),
        ("مباشر | غارات على طهران", "live"),
        ("زنده؛ حملات به اصفهان", "live"),
        ("Live fire drill begins in the Gulf", ""),
        ("Direct talks between Iran and the US begin", ""),
        ("Analysis: why the strait matters", "feature"),
        ("Ormuz | Décryptage", "feature"),
        ("تحليل: لماذا مضيق هرمز", "feature"),
        ("یادداشت: تنگه هرمز", "feature"),
        ("What we know about the strike", "feature"),
        ("Oil market analysis shows a glut", ""),
        ("Who commands the navy of the Guards?", "feature"),
        ("« Une guerre pour quoi ? »", "feature"),
        ("ما الذي ضربته إسرائيل؟", "feature"),
        ("Why now? Iran answers a question of the UN", ""),
        ("Iran denies attack on tanker", "denial"),
        ("Téhéran dément toute attaque", "denial"),
        ("إيران تنفي مهاجمة ناقلة", "denial"),
        ("ایران حمله به نفتکش را تکذیب کرد", "denial"),
        ("Unidentified drone hits depot", ""),
        ("CORRECTED-Iran says depot was hit", "correction"),
        ("Rectificatif : le dépôt n'a pas brûlé", "correction"),
        ("Oil market correction deepens", ""),
    ],
)
def test_what_a_headline_says_of_itself(title, said):
    assert said_of_itself(title) == ({said} if said else set())


def test_every_form_of_the_list_is_recognised():
    known = kinds()
    for label, kind in known.labels.items():
        assert kind in said_of_itself(f"{label}: something happened"), label
    for phrases in known.phrases.values():
        for words, kind in phrases:
            assert kind in said_of_itself(f"so {' '.join(words)} here"), words


def test_a_story_is_named_by_the_headline_nearest_to_the_centre_of_its_vectors():
    def vector(*angle: float) -> bytes:
        return np.round(np.array([*angle, *[0.0] * 125]) * 127).astype(np.int8).tobytes()

    reports = [
        report(1, "a", "Shares fall as fear grows", 0, tier=1, vector=vector(0.2, 1, 0)),
        report(2, "b", "Drone hits depot at the port", 5, vector=vector(1, 0.4, 0)),
        report(3, "c", "Un drone frappe un dépôt", 9, lang="fr", vector=vector(1, 0, 0.3)),
    ]
    found = read(*reports)
    assert (found.title, found.face) == ("Drone hits depot at the port", 2)
    assert dict(found.titles) == {"en": "Drone hits depot at the port", "fr": "Un drone frappe un dépôt"}
    assert dict(found.faces) == {"en": 2, "fr": 3}
    assert read(*reversed(reports)) == found


def test_without_vectors_it_is_named_by_the_words_that_its_headlines_share():
    found = read(
        report(1, "a", "Fear grows in the Gulf", tier=1),
        report(2, "b", "Drone hits fuel depot at port", 1),
        report(3, "c", "Drone hits depot", 2),
        report(4, "d", "Live: drone hits depot at port, follow", 3),
        report(5, "e", "Analysis: drone hits fuel depot at port", 4),
        report(6, "f", "Drone hits fuel depot at port, calm urged", 5, direction="mixed"),
    )
    assert found.title == "Drone hits fuel depot at port"  # no live page, no feature, none that reads otherwise
    only = read(report(1, "a", "Live: drone hits depot"), report(2, "b", "Analysis: a drone at the port", 1))
    assert only.title in ("Live: drone hits depot", "Analysis: a drone at the port")


def test_what_mentions_the_event_and_weighs_less_does_not_name_it():
    reports = [
        report(1, "A", "General killed in strike on Isfahan", score=8.9),
        report(2, "B", "Strike on Isfahan kills general", 5, score=8.8),
        report(3, "C", "A general, the man who shaped the Guards, Isfahan strike", 9, score=3.5),
        report(4, "D", "A general and the Guards: the man of the Isfahan strike", 12, score=3.4),
        report(5, "E", "General of the Guards killed", 20, score=8.7),
    ]
    assert read(*reports).title in {"General killed in strike on Isfahan", "Strike on Isfahan kills general"}


def test_who_was_first_and_who_followed_and_each_publisher_once():
    found = read(
        report(3, "c", "Depot burns", 70),
        report(1, "a", "Drone hits depot"),
        report(2, "b", "Depot hit by drone", 4),
        report(4, "a", "Second drone hits depot", 90),
    )
    assert found.first_publisher == "a"
    assert [(one.publisher, one.after) for one in found.followers] == [("b", 4 * MINUTE), ("c", 70 * MINUTE)]
    assert (found.publishers, found.state, found.confirmed_by) == (3, "confirmed", 3)


def test_copies_of_one_text_are_one_voice():
    wire = report(1, "wire", "Drone strike sets fuel depot ablaze", opening=OPENING)
    same_text = report(2, "daily", "Fire at the port", 5, opening="PORT (Wire) " + OPENING + " Read more on our site.")
    same_title = report(3, "post", "Drone strike sets fuel depot ablaze - Post", 6, opening="")
    found = read(wire, same_text, same_title)
    assert (found.publishers, found.state, found.confirmed_by) == (1, "reported by one", 1)
    assert [(one.publisher, one.copies) for one in found.followers] == [("daily", "wire"), ("post", "wire")]
    own = read(wire, same_text, same_title, report(4, "daily", "Port authority counts its losses", 50))
    assert (own.publishers, own.state) == (2, "confirmed")  # who copies and also reports is a voice of its own
    assert [(one.publisher, one.copies) for one in own.followers] == [("post", "wire"), ("daily", None)]
    short = read(report(1, "a", "Depot hit"), report(2, "b", "Depot hit", 1))
    assert short.publishers == 2  # two words are equal by chance


def test_a_denial_disputes_a_story_and_more_denials_than_reports_deny_it():
    said = report(1, "a", "Iran attacks tanker, navy says")
    denial = report(2, "b", "Iran denies attacking tanker", 5, direction="none")
    found = read(said, denial)
    assert (found.state, found.denying, found.confirmed_by) == ("disputed", (2,), 1)
    found = read(said, denial, report(3, "c", "Tehran rejects claims over tanker", 9, direction="none"))
    assert (found.state, found.denying) == ("denied", (2, 3))
    assert read(denial, direction="none", categories=()).state == "denied"
    other = report(4, "d", "Israel strikes port, denies aiming at sailors", 9, negated=())
    assert read(said, other).state == "confirmed"  # it denies something else
    other = report(4, "d", "Iran denies attack, vows revenge", 9, negated=("attack",))
    assert read(said, other).denying == (4,)


def test_reports_of_the_opposite_dispute_a_story_unless_they_are_few():
    many = [report(n, f"p{n}", f"Strike number {n} on the port town", n) for n in range(1, 9)]
    calm = report(9, "q", "Ships pass the strait freely again today", 20, direction="deescalation")
    assert read(*many, calm).state == "confirmed" and read(*many, calm).opposite == (9,)
    assert read(*many[:3], calm).state == "disputed"
    tied = read(many[0], calm, direction="mixed")
    assert (tied.state, tied.opposite) == ("disputed", (9,))


def test_what_was_edited_and_no_longer_says_it_is_corrected():
    taken_back = report(1, "a", "Blast at depot was an accident", direction="none", first_direction="escalation")
    found = read(taken_back)
    assert (found.state, found.corrected, found.confirmed_by) == ("corrected", (1,), 0)
    edited = report(1, "a", "Strike on depot kills three", first_direction="escalation")
    assert read(edited).state == "reported by one"
    others = [report(n, f"p{n}", f"Report {n} of the strike on the depot", n) for n in (2, 3)]
    found = read(taken_back, *others)
    assert (found.state, found.corrected) == ("confirmed", (1,))
    assert read(report(1, "a", "Correction: no strike on depot")).state == "corrected"


def test_leading_counts_independent_publishers_by_newness_severity_and_confidence():
    def weigh(*reports, score=8.0, confidence=0.8):
        return account.weight(reports, score, confidence, NOON)

    one, two = report(1, "a", "Drone hits depot"), report(2, "b", "Depot burns after attack")
    assert weigh(one) == (True, pytest.approx(6.4)) and weigh(one, two) == (True, pytest.approx(12.8))
    assert weigh(one, report(3, "a", "Depot still burns")) == weigh(one)
    assert weigh(report(1, "a", "Drone hits depot", -12 * 60))[1] == pytest.approx(3.2)
    assert weigh(one, score=-4.0) == (True, pytest.approx(3.2)) and weigh(one, confidence=None)[1] == 8.0
    live = [report(n, f"p{n}", f"Iran war live: update {n} of the day") for n in range(9)]
    assert weigh(*live) < weigh(one)


def test_a_story_without_reports_cannot_be_read():
    with pytest.raises(ValueError, match="at least one report"):
        read()
