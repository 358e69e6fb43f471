"""72 simulated hours of many feeds: outages, moves, waits and a clock that jumps; the schedule holds."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds import schedule
from monitor.models import Entry, Failure, Feed, FeedState, Fetched, NotModified, Parsed

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = timedelta(seconds=30)
DOCUMENT = Parsed("wire", "rss20", (Entry(None, "A headline", None, "", None, None),))
MOVED = "https://new.example/rss"


class Server:
    """One feed's server in simulated real time: brings something new every `change`, unless it is out."""

    def __init__(
        self,
        change: timedelta,
        *,
        out: tuple[int, int] | None = None,
        moved=False,
        limited=False,
        gone_at: int | None = None,
    ):
        self.change, self.out, self.moved, self.limited, self.gone_at = change, out, moved, limited, gone_at
        self.changes_seen, self.closed_until, self.broken_waits = 0, timedelta(0), 0

    def answer(self, asked: str, real: timedelta, dice: random.Random):
        hours = real / HOUR
        if real < self.closed_until:
            self.broken_waits += 1
        if self.gone_at is not None and hours >= self.gone_at:
            return Failure("gone", "removed", 410), 0
        if self.out and self.out[0] <= hours < self.out[1]:
            return Failure("timeout", "too slow"), 0
        if self.limited and dice.random() < 0.1:
            self.closed_until = real + HOUR
            return Failure("rate limited", "later", 429, HOUR), 0
        moved_to = MOVED if self.moved and asked != MOVED else None
        new = int(real / self.change) - self.changes_seen
        self.changes_seen += new
        if new:
            return Fetched(b"<rss/>", 200, asked, moved_to=moved_to), new
        return NotModified(moved_to=moved_to), 0


WORLD = {
    "written": (replace(Feed("written", "https://a.example/"), every=10 * MINUTE), {"change": 7 * MINUTE}),
    "written and out": (
        replace(Feed("written and out", "https://b.example/"), every=10 * MINUTE),
        {"change": 7 * MINUTE, "out": (10, 16)},
    ),
    "busy": (Feed("busy", "https://c.example/"), {"change": 4 * MINUTE}),
    "daily": (Feed("daily", "https://d.example/"), {"change": 24 * HOUR}),
    "out": (Feed("out", "https://e.example/"), {"change": 20 * MINUTE, "out": (10, 16)}),
    "moved": (Feed("moved", "https://f.example/"), {"change": 20 * MINUTE, "moved": True}),
    "limited": (Feed("limited", "https://g.example/"), {"change": 10 * MINUTE, "limited": True}),
    "gone": (Feed("gone", "https://h.example/"), {"change": 10 * MINUTE, "gone_at": 20}),
}


@pytest.mark.parametrize(
    "jump", [timedelta(0), -5 * HOUR, 9 * HOUR], ids=["steady clock", "clock set back", "clock set forward"]
)
def test_three_days(jump):
    dice = random.Random(7)
    states: dict[str, FeedState] = {}
    polls: dict[str, list[timedelta]] = {name: [] for name in WORLD}
    asked_of: dict[str, list[str]] = {name: [] for name in WORLD}
    servers = {name: Server(**ways) for name, (_, ways) in WORLD.items()}
    real = timedelta(0)
    while real < 72 * HOUR:
        now = START + real + (jump if real >= 30 * HOUR else timedelta(0))
        for name, (feed, _) in WORLD.items():
            state = states.get(name)
            if not schedule.due(feed, state, now):
                continue
            asked = schedule.address(feed, state)
            outcome, new = servers[name].answer(asked, real, dice)
            parsed = DOCUMENT if isinstance(outcome, Fetched) else None
            states[name] = schedule.after(feed, state, outcome, new=new, parsed=parsed, now=now, jitter=dice.random())
            polls[name].append(real)
            asked_of[name].append(asked)
        real += TICK

    gaps = {name: [late - early for early, late in zip(times, times[1:])] for name, times in polls.items()}
    across = {
        name: sum(early < 30 * HOUR <= late for early, late in zip(times, times[1:])) for name, times in polls.items()
    }
    for name in ("written", "written and out"):  # one gap may be cut short where the clock jumps
        assert sum(gap != 10 * MINUTE for gap in gaps[name]) <= across[name] <= 1
        assert max(gaps[name]) <= 10 * MINUTE
    for name in ("busy", "daily", "out", "moved"):
        assert max(gaps[name]) <= 67 * MINUTE, name
        assert sum(gap < schedule.SHORTEST_WAIT * 0.9 for gap in gaps[name]) <= 1, name
    assert max(gaps["busy"][20:]) < 8 * MINUTE and len(polls["daily"]) < 200
    assert polls["gone"][-1] < 22 * HOUR and states["gone"].state == "gone"
    assert servers["limited"].broken_waits <= (jump != timedelta(0))
    assert set(asked_of["moved"][3:]) == {MOVED}
    assert all(states[name].state == "well" for name in ("written", "written and out", "busy", "out", "moved"))
    assert all(
        len(repr(getattr(state, f.name))) < 200 for state in states.values() for f in fields(state)
    )  # nothing piles up in a state
