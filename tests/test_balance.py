"""Direction and score of an entry: the sign of the score is that of the direction, whatever decided it."""

import pytest

from monitor.models import Signal
from monitor.tagging.balance import balance, score


def signal(category, severity, field="title", confidence=None):
    direction = "escalation" if severity > 0 else "deescalation"
    return Signal(category, direction, "act", severity, "test", field, 0, 1, "x", confidence=confidence)


ATTACK, TALKS = signal("attack", 9.0, confidence=0.5), signal("talks", -3.0, confidence=1.0)


def test_the_sum_counts_each_category_once_by_confidence_and_the_summary_by_half():
    assert score("escalation", [ATTACK, signal("attack", 8.0, confidence=0.4), TALKS]) == 1.5
    assert score("escalation", [ATTACK, signal("talks", -3.0, "summary", 1.0)]) == 3.0


@pytest.mark.parametrize("direction, sign", [("escalation", 1), ("deescalation", -1)])
def test_a_direction_decided_otherwise_keeps_its_sign(direction, sign):
    for found in (
        [ATTACK, signal("talks", -9.0)],
        [signal("threat", 1.0), TALKS],
        [signal("attack", 9.0, confidence=0.0)],
    ):
        assert score(direction, found) * sign > 0


def test_the_score_stays_within_ten():
    many = [signal(category, 9.0) for category in ("attack", "maritime", "nuclear")]
    most = [*many, *(signal(category, -9.0) for category in ("talks", "accord", "release", "appeal"))]
    assert score("escalation", most) == 10.0 and score("mixed", many) == 10.0 and balance(many)[1] == 10.0


def test_balance_weighs_by_confidence_where_there_is_one():
    assert balance([ATTACK, signal("ceasefire", -7.0, "summary", 0.1)])[0] == "escalation"
    assert balance([signal("attack", 9.0, "summary", 0.1), signal("ceasefire", -7.0)])[0] == "deescalation"
    assert balance([]) == ("none", 0.0) and balance([signal("attack", 9.0, confidence=0.0)])[0] == "mixed"
