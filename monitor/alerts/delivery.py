"""How an alert reaches every address once and not twice. Pure: sending and storing are handed in.

    alert -> a delivery for each address: waiting -> sending (stored) -> sent | failed, tried again later
                                                                   \\-> unknown, when the program was killed meanwhile
                                          removed, when its address was taken out before it had the alert

Nothing can send and note that it sent in one step. So a delivery is stored as `sending` first; one that is found so
after a crash may or may not have arrived. It is not sent again, and the screen says so. An alert counts as sent when
the first address took it. Pauses between tries run on real time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import NotifyError
from monitor.models import Alert, AlertDelivery

UNKNOWN = "the program stopped while sending: it is not known whether this arrived"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
OLD = timedelta(days=1)  # an address set up later than this after an alert does not get it
MAX_SHOWN = 10  # alerts of one rule in one message
OPEN = ("waiting", "failed")  # still to be tried

Store = Callable[[Sequence[AlertDelivery], Sequence[AlertDelivery]], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Alerts of one rule and state that were decided together and go to one address as one message."""

    url: str
    alerts: tuple[Alert, ...]
    deliveries: tuple[AlertDelivery, ...]  # one for each alert, in the same order


def address_mark(url: str) -> str:
    """Names an address without giving it away: the service, and a digest that tells one address from another."""
    return f"{url.partition(':')[0]} #{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def plan(
    alert: Alert, deliveries: Sequence[AlertDelivery], urls: Sequence[str], now: datetime
) -> tuple[AlertDelivery, ...]:
    """The deliveries of an alert as they should stand, for the addresses that are set now; asked while nothing is being
    sent.

    `now` is the handed-in clock's. An address without a delivery gets the alert while nobody has it and it is either
    less than a day old or still being tried, so that a corrected address gets what the wrong one did not. It also gets
    what an address that was taken out had still to be sent. Otherwise history is not sent to it.
    """
    marks = {address_mark(url): url for url in urls}
    planned, replaced = [], False
    for one in deliveries:
        if one.state == "sending":  # by a process that is gone
            one = replace(one, state="unknown", error=UNKNOWN, next_try=None)
        elif one.state in OPEN and one.address not in marks:
            one, replaced = replace(one, state="removed", next_try=None), True
        planned.append(one)
    tried = any(one.state in OPEN for one in planned)
    wanted = alert.sent is None and (tried or abs(now - alert.at) <= OLD)
    if wanted or replaced:
        planned = [_back(one) if one.state == "removed" and one.address in marks else one for one in planned]
        had = {one.address for one in planned}
        planned += [AlertDelivery(_id(alert), mark, "waiting") for mark in marks if mark not in had]
    return tuple(planned)


def _back(removed: AlertDelivery) -> AlertDelivery:
    """To an address that was taken out and is set again."""
    return replace(removed, state="waiting", error=None)


def _id(alert: Alert) -> int:
    if alert.id is None:
        raise ValueError("an alert is stored before it is sent")
    return alert.id


def due(
    alerts: Iterable[Alert],
    deliveries: Mapping[int | None, Sequence[AlertDelivery]],
    urls: Sequence[str],
    now: datetime,
) -> list[Batch]:
    """What is to be sent at this moment of real time, oldest alerts first."""
    marks = {address_mark(url): url for url in urls}
    found: dict[tuple[Any, ...], list[tuple[Alert, AlertDelivery]]] = {}
    for alert in alerts:
        for one in deliveries.get(_id(alert), ()):
            if one.state in OPEN and one.address in marks and (one.next_try is None or one.next_try <= now):
                together = (alert.rule, alert.state, alert.at, one.address)
                found.setdefault(together, []).append((alert, one))
    return [
        Batch(marks[address], tuple(alert for alert, _ in pairs), tuple(one for _, one in pairs))
        for (*_, address), pairs in found.items()
    ]


def deliver(
    batch: Batch, *, send: Callable[[str, str, str], None], store: Store, now: datetime
) -> tuple[AlertDelivery, ...]:
    """Send one message to one address; gives the deliveries as they were stored last.

    `store(before, after)` keeps each step before the next one is done. `now` is real time. NotifyError of `send`
    becomes a later try; any other error passes through and leaves the deliveries as `sending`.
    """
    sending = tuple(replace(one, state="sending", attempts=one.attempts + 1) for one in batch.deliveries)
    store(batch.deliveries, sending)
    try:
        send(batch.url, *message(batch.alerts))
    except NotifyError as error:
        words = " ".join(str(error).split())[:300]
        done = tuple(
            replace(one, state="failed", error=words, next_try=now + pause_after(one.attempts)) for one in sending
        )
    else:
        done = tuple(replace(one, state="sent", error=None, next_try=None) for one in sending)
    store(sending, done)
    return done


def pause_after(attempts: int) -> timedelta:
    longer: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    return min(longer, LONGEST_PAUSE)


def message(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Title and body as plain text: feed text in it is never markup."""
    first = alerts[0]
    if first.state == "made":  # a brief says itself what and of when it is
        return first.rule, first.message
    word = {"resolved": "Resolved", "corrected": "Correction"}.get(first.state, "Alert")
    many = f" ({len(alerts)})" if len(alerts) > 1 else ""
    body = "\n\n".join(alert.message for alert in alerts[:MAX_SHOWN])
    more = f"\n\nand {len(alerts) - MAX_SHOWN} more" if len(alerts) > MAX_SHOWN else ""
    return (
        f"{word}: {first.rule}{many}",
        f"{body}{more}\n\nRule: {first.rule} ({first.kind}), {first.at:%Y-%m-%d %H:%M} UTC.",
    )
