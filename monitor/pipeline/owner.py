"""What a process may do to the database beside others: on SQLite one owns all of it, on PostgreSQL any number share it.

    Alone   one lease on the database: whoever has it polls every due feed and does every step
    Team    a lease on each feed while it is polled (storage/team.py), one elected process a step (storage/election.py)

Both offer the same to polling.py. Called in threads, never in the event loop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from monitor.clock import real_now
from monitor.config.settings import Settings
from monitor.errors import LeaseHeld, StorageError
from monitor.feeds import schedule
from monitor.feeds.fetch.pace import Shared
from monitor.feeds.poll import due_feeds
from monitor.models import Feed, FeedState
from monitor.pipeline.process import is_gone
from monitor.pipeline.shared_hosts import SharedHosts
from monitor.storage import feeds, hosts, lease, team
from monitor.storage.election import Election
from monitor.storage.hosts import Limits
from monitor.storage.store import Store

log = logging.getLogger(__name__)
A_BATCH = 32  # feeds claimed at a time
MOST_AT_ONCE = 256  # feeds that one process holds
LOOKED_AT = 60.0  # seconds for which a feed that was not due after all is not looked at again
LONGER = timedelta(seconds=10)  # than its time limit an exchange never takes; then its place at the host is void
Due = list[tuple[Feed, FeedState | None]]


class Owner(Protocol):
    """One process beside others."""

    holder: str

    def take(self) -> None:
        """Begin. Raises LeaseHeld naming who has the database."""

    def renew(self, running: Collection[str]) -> None:
        """A sign of life, with the feeds that are polled now. Raises LeaseHeld when the database was lost."""

    def release(self) -> None:
        """End, and leave everything to others. Raises StorageError."""

    def claim(self, settings: Settings, running: Collection[str], now: datetime) -> tuple[Due, bool]:
        """The feeds to poll now, not those that are `running`, and whether more are due. Raises StorageError."""

    def claim_all(self, settings: Settings, now: datetime) -> Due:
        """Every enabled feed, due or not, that may be asked. Raises StorageError."""

    def polled(self, state: FeedState) -> None:
        """What became of a feed."""

    def doing(self, step: str) -> AbstractContextManager[str | None]:
        """Around one run of a step: `newly` or `still` this process's, None where it is another's."""

    def shared(self, settings: Settings) -> Shared | None:
        """The turns at hosts that it shares with other processes, for one event loop."""


def owner_of(store: Store, holder: str) -> Owner:
    return Alone(store, holder) if store.sqlite else Team(store, holder)


class Alone:
    """The one that owns a SQLite database, as long as it has the lease."""

    def __init__(self, store: Store, holder: str):
        self.store, self.holder = store, holder
        self._states: dict[str, FeedState] | None = None  # read from the database once, then kept up by the reports
        self._steps: set[str] = set()

    def take(self) -> None:
        """What a process of this machine left when it died is free at once."""
        held = lease.current(self.store, real_now=real_now())
        if held and is_gone(held.holder):
            lease.release(self.store, held.holder)
        lease.take(self.store, self.holder, real_now())
        self._states, self._steps = None, set()  # another process may have worked meanwhile

    def renew(self, running: Collection[str]) -> None:
        lease.renew(self.store, self.holder, real_now())

    def release(self) -> None:
        lease.release(self.store, self.holder)

    def claim(self, settings: Settings, running: Collection[str], now: datetime) -> tuple[Due, bool]:
        if self._states is None:
            self._states = feeds.states(self.store)
        states = self._states
        idle = [feed for feed in settings.feeds if feed.name not in running]
        return [(feed, states.get(feed.name)) for feed in due_feeds(idle, states, now)], False

    def claim_all(self, settings: Settings, now: datetime) -> Due:
        states = feeds.states(self.store)
        return [(feed, states.get(feed.name)) for feed in due_feeds(settings.feeds, states, now, everything=True)]

    def polled(self, state: FeedState) -> None:
        if self._states is not None:
            self._states[state.name] = state

    @contextmanager
    def doing(self, step: str) -> Iterator[str | None]:
        how = "still" if step in self._steps else "newly"
        self._steps.add(step)
        yield how

    def shared(self, settings: Settings) -> Shared | None:
        return None


class Team:
    """One of several on a PostgreSQL database."""

    def __init__(self, store: Store, holder: str):
        self.store, self.holder = store, holder
        self._election = Election(store)
        self._asked = team.Asked()
        self._for: Sequence[Feed] = ()  # the feeds that `_asked` was made for
        self._made = float("-inf")  # time.monotonic()

    def take(self) -> None:
        """Who has the database for itself is waited for: one that loads an archive, or polls with an older version."""
        self._nobody_alone()
        self._free_of_the_dead()
        team.sign_of_life(self.store, self.holder)
        team.forget(self.store)
        hosts.forget(self.store)

    def _nobody_alone(self) -> None:
        if (owner := lease.current(self.store, real_now=real_now())) and not is_gone(owner.holder):
            raise LeaseHeld(f"{owner.holder} has this database for itself; polling waits until it has ended")

    def renew(self, running: Collection[str]) -> None:
        self._nobody_alone()
        team.prolong(self.store, self.holder, running)
        team.sign_of_life(self.store, self.holder, self._election.steps)
        self._free_of_the_dead()

    def _free_of_the_dead(self) -> None:
        """Processes of this machine that died give their feeds back at once."""
        for other in team.pollers(self.store):
            if other.holder != self.holder and is_gone(other.holder):
                log.info("%s has ended; what it held is free", other.holder)
                team.leave(self.store, other.holder)

    def release(self) -> None:
        self._election.close()
        team.leave(self.store, self.holder)

    def claim(self, settings: Settings, running: Collection[str], now: datetime) -> tuple[Due, bool]:
        room = min(A_BATCH, MOST_AT_ONCE - len(running))
        if room <= 0:
            return [], False
        by_name = self._look(settings)

        def wanted(state: FeedState) -> bool:
            feed = by_name.get(state.name)
            return feed is not None and state.name not in running and schedule.due(feed, state, now)

        taken, left = team.claim(self.store, self.holder, self._asked, wanted, now=now, limit=room)
        if left:
            names = {state.name for state in left}
            self._asked = team.Asked({*self._asked.not_ours, *names}, {*self._asked.whatever} - names)
        return [(by_name[state.name], state) for state in taken], len(taken) + len(left) == room

    def claim_all(self, settings: Settings, now: datetime) -> Due:
        by_name = self._look(settings)
        asked = team.Asked(only=list(by_name))

        def wanted(state: FeedState) -> bool:
            return not schedule.must_wait(by_name[state.name], state, now)

        taken, _ = team.claim(self.store, self.holder, asked, wanted, now=now, limit=len(by_name))
        return [(by_name[state.name], state) for state in taken]

    def _look(self, settings: Settings) -> dict[str, Feed]:
        """The enabled feeds by name. Now and then, and after an edit, which rows of the database are none of them."""
        by_name = {feed.name: feed for feed in settings.feeds if feed.enabled}
        if self._for is not settings.feeds or time.monotonic() - self._made > LOOKED_AT:
            known = team.known(self.store)
            team.add(self.store, [feed for name, feed in by_name.items() if name not in known])
            edited = {name for name, url in known.items() if name in by_name and url != by_name[name].url}
            self._asked = team.Asked(known.keys() - by_name.keys(), edited)
            self._for, self._made = settings.feeds, time.monotonic()
        return by_name

    def polled(self, state: FeedState) -> None:
        """The database has it."""

    def doing(self, step: str) -> AbstractContextManager[str | None]:
        return self._election.doing(step)

    def shared(self, settings: Settings) -> Shared | None:
        defaults = settings.defaults
        return SharedHosts(self.store, Limits(defaults.per_host, defaults.pause, defaults.timeout + LONGER))


def released(owner: Owner) -> None:
    """Give back what can be; the rest runs out by itself."""
    try:
        owner.release()
    except StorageError as fault:
        log.warning("what this process held could not be given back: %s", fault)
