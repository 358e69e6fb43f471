"""Stories as they stood at an earlier time, and the confirmed one that leads each part, on both databases."""

from dataclasses import replace
from datetime import timedelta

from monitor.models import IndexPoint
from monitor.storage import index, notes, stories, story_history
from tests.test_storage_articles import NOON, STRIKE, TALKS, item, put

HOUR = timedelta(hours=1)


def report(store, number, title, publisher, found=STRIKE, *, now=NOON, parts=("hormuz",)):
    """Store one report, first seen at `now`; gives its id."""
    made = item(number, title, found, parts=parts)
    made = made._replace(publisher=publisher, entry=replace(made.entry, published=now))
    return put(store, made, now=now).new[0]


def test_a_story_as_it_stood_when_somebody_looked(store):
    first = report(store, 1, "Tanker seized near Hormuz, navy says", "BBC")
    later = report(store, 2, "Iran seizes a tanker in the strait", "DW", now=NOON + 3 * HOUR)
    other = report(store, 3, "Missile strike on a port of Yemen", "AFP", now=NOON + 3 * HOUR)
    stories.assign(store, {first: first, later: first, other: other})
    found = {now.id: (before, now) for before, now in story_history.changed(store, NOON + HOUR)}
    before, now = found[first]
    assert (before.state, before.publishers, before.title) == (
        "reported by one",
        1,
        "Tanker seized near Hormuz, navy says",
    )
    assert (now.state, now.publishers) == ("confirmed", 2)
    assert found[other][0] is None
    assert story_history.changed(store, NOON + 3 * HOUR) == []


def test_an_edited_article_stands_as_it_was_before_the_edit(store):
    id = report(store, 1, "Iran strikes a tanker in the strait", "BBC")
    stories.assign(store, {id: id})
    edited = item(1, "Iran and a tanker in the strait: no strike", TALKS, parts=("hormuz",))
    put(store, edited._replace(publisher="BBC"), now=NOON + 2 * HOUR)
    ((before, now),) = story_history.changed(store, NOON + HOUR)
    assert before.state == "reported by one" and now.state == "corrected"


def test_the_confirmed_story_that_leads_a_part(store):
    def told(begin, title, publishers, at, parts):
        ids = [
            report(store, begin + n, f"{title}, {name} reports", name, now=at + n * HOUR, parts=parts)
            for n, name in enumerate(publishers)
        ]
        stories.assign(store, dict.fromkeys(ids, ids[0]))
        return ids[0]

    strike = told(10, "Strikes on Iran", ("BBC", "DW", "AFP", "FT"), NOON, ("iran_us", "iran_israel"))
    told(20, "A threat against Iran", ("BBC", "DW"), NOON + HOUR, ("iran_us",))
    told(30, "A tanker is hit", ("BBC",), NOON + HOUR, ("hormuz",))  # nobody confirms it
    found = story_history.confirmed(store, NOON - HOUR, NOON + 8 * HOUR)
    assert {part: one.story.id for part, one in found.items()} == {"iran_us": strike, "iran_israel": strike}
    assert found["iran_us"].publishers == ("BBC", "DW", "AFP", "FT")
    assert story_history.confirmed(store, NOON + 6 * HOUR, NOON + 8 * HOUR) == {}


def test_of_each_day_one_story_leads(store):
    def told(begin, title, publishers, at):
        ids = [report(store, begin + n, f"{title}, {name}", name, now=at) for n, name in enumerate(publishers)]
        stories.assign(store, dict.fromkeys(ids, ids[0]))
        return ids[0]

    told(10, "Drones over Kuwait", ("BBC", "DW"), NOON)
    strikes = told(20, "Strikes on Iran", ("BBC", "DW", "AFP"), NOON + HOUR)
    seized = told(30, "Tanker seized", ("BBC", "DW"), NOON + 24 * HOUR)
    told(40, "Live: the war in Iran, as it happens", ("BBC", "DW", "AFP", "FT"), NOON + 48 * HOUR)
    told(50, "A missile is fired", ("BBC",), NOON + 72 * HOUR)
    found = story_history.leaders(store, NOON - HOUR, NOON + 96 * HOUR)
    assert [one.story.id for one in found] == [strikes, seized]
    assert found[0].publishers == ("BBC", "DW", "AFP")
    assert [one.story.id for one in story_history.leaders(store, NOON, NOON + 96 * HOUR, limit=1)] == [strikes]


def test_the_hours_of_every_part_are_of_the_formula_in_use(store):
    numbers = (80.0, 70.0, 95.0, 40.0, 30.0, 55.0, 0.3, 4.0, 2.0, 3.0, 1.0, 1.0, 1.0, None, 100, 20, 10, 5)
    made = [
        IndexPoint(grain, NOON + n * HOUR, method, "ok", *numbers, part=part)
        for grain in ("hour", "day") for method in ("new", "old") for part in ("all", "gaza") for n in range(3)
    ]  # fmt: skip
    index.save(store, made)
    notes.put(store, index.IN_USE, "new", now=NOON)
    found = index.hours_by_part(store, NOON, NOON + 2 * HOUR)
    assert {part: [hour.at for hour in hours] for part, hours in found.items()} == {
        part: [NOON, NOON + HOUR] for part in ("all", "gaza")
    }
    assert found["gaza"][0] == index.Hour(NOON, 80.0, 70.0, 95.0, 40.0, 30.0, 55.0, None)
