"""Steps of the pipeline that fail: one row a step for as long as it does, gone with its next success.

Times are real ones: a step is tried again by the machine's clock, whatever the clock of a replay says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.storage.bulk import upsert
from monitor.storage.schema import step_failures
from monitor.storage.store import Store


@dataclass(frozen=True, slots=True)
class StepFailure:
    """What is wrong with a step. `since` is its first failure without a success in between, `at` the last one."""

    step: str
    since: datetime
    at: datetime
    failures: int  # in a row
    error: str
    next_try: datetime | None


_COLUMNS = [step_failures.c[name] for name in StepFailure.__slots__]


def fail(store: Store, failure: StepFailure) -> None:
    """Keep a failure in the place of the step's last one; `since` stays as it was stored first. Raises StorageError."""
    with store.write() as conn:
        earlier = conn.scalar(sa.select(step_failures.c.since).where(step_failures.c.step == failure.step))
        row = {name: getattr(failure, name) for name in StepFailure.__slots__}
        upsert(conn, step_failures, [row | {"since": earlier or failure.since}])


def mended(store: Store, step: str) -> None:
    """The step succeeded: its row goes. Raises StorageError."""
    with store.write() as conn:
        conn.execute(step_failures.delete().where(step_failures.c.step == step))


def keep_only(store: Store, steps: Collection[str]) -> None:
    """Drop the rows of steps that there are no more. Raises StorageError."""
    with store.write() as conn:
        conn.execute(step_failures.delete().where(step_failures.c.step.not_in(list(steps))))


def failures(store: Store) -> list[StepFailure]:
    """The steps that fail now, the longest first. Raises StorageError."""
    with store.read() as conn:
        return [StepFailure(*row) for row in conn.execute(sa.select(*_COLUMNS).order_by(step_failures.c.since))]
