"""How an alert goes out to every address once and not twice: its life after it is stored, and the words of the message.

    stored -> due -> for each address: claimed (stored), then sent -> arrived | failed, tried again later | unknown after a crash

Pure: sending and storing are handed in. Leaves them to notify.py and storage/alerts.py. Retry pauses run on real time.

Nothing can send and note that it sent in one step. So an address is claimed before it is sent to; one that is found claimed after
a crash may or may not have got the message. It is not sent again, and the screen says so. What each address still lacks is
written in the alert's `error`, one line an address, by a mark that does not give the address away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.errors import NotifyError
from monitor.models import Alert

WAITING, CLAIMED = "waiting", "being sent"
UNKNOWN = "the program stopped while sending: it is not known whether this arrived"
EXPIRED = "not sent: older than a day when it could have been"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
OLD = timedelta(days=1)
SHOWN = 10  # alerts of one rule in one message

Group = tuple[Alert, ...]


def groups(pending: Iterable[Alert]) -> list[Group]:
    """Alerts that go out as one message: of one rule and state, decided together, waiting for the same addresses."""
    found: dict[tuple, list[Alert]] = {}
    for alert in pending:
        found.setdefault((alert.rule, alert.state, alert.at, alert.error), []).append(alert)
    return [tuple(group) for group in found.values()]


def deliver(
    group: Group,
    urls: Sequence[str],
    *,
    send: Callable[[str, str, str], None],
    store: Callable[[Alert], None],
    now: datetime,
) -> Group:
    """Send one message to every address that still lacks it; each step is stored before the next. Gives what was stored last.

    `now` is real time. NotifyError of `send` becomes a line of the alert and a later try; any other error is a crash.
    """
    names = {_mark(url): url for url in urls}
    lacks = _lines(group[0].error) or dict.fromkeys(names, WAITING)
    lacks = {
        mark: state for mark, state in lacks.items() if mark in names or state == UNKNOWN
    }  # an address taken out is not waited for
    attempts = group[0].attempts + 1
    title, body = message(group)

    def keep(**changes) -> Group:
        changed = tuple(replace(alert, attempts=attempts, error=_text(lacks), **changes) for alert in group)
        for alert in changed:
            store(alert)
        return changed

    for mark in [mark for mark, state in lacks.items() if state != UNKNOWN]:
        lacks[mark] = CLAIMED
        keep()
        try:
            send(names[mark], title, body)
        except NotifyError as error:
            lacks[mark] = " ".join(str(error).split())[:300]
        else:
            del lacks[mark]
    if not lacks:
        return keep(sent=now, next_try=None)
    if all(state == UNKNOWN for state in lacks.values()):
        return keep(next_try=NEVER)
    return keep(next_try=now + min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE))


def after_crash(pending: Iterable[Alert]) -> list[Alert]:
    """What an earlier process had claimed, to be stored as unknown; asked once, before a process sends its first."""
    found = []
    for alert in pending:
        lacks = _lines(alert.error)
        if CLAIMED in lacks.values():
            lacks = {mark: UNKNOWN if state == CLAIMED else state for mark, state in lacks.items()}
            only = all(state == UNKNOWN for state in lacks.values())
            found.append(replace(alert, error=_text(lacks), next_try=NEVER if only else alert.next_try))
    return found


def expired(pending: Iterable[Alert], now: datetime) -> list[Alert]:
    """Alerts never tried and more than a day old by the handed-in clock, to be stored as not sent: an address set up today gets no history."""
    return [
        replace(alert, error=EXPIRED, next_try=NEVER)
        for alert in pending
        if not alert.attempts and now - alert.at > OLD
    ]


def message(group: Group) -> tuple[str, str]:
    """Title and body as plain text: feed text in it is never markup."""
    first = group[0]
    word = "Resolved" if first.state == "resolved" else "Alert"
    many = f" ({len(group)})" if len(group) > 1 else ""
    body = "\n\n".join(alert.message for alert in group[:SHOWN])
    more = f"\n\nand {len(group) - SHOWN} more" if len(group) > SHOWN else ""
    return (
        f"{word}: {first.rule}{many}",
        f"{body}{more}\n\nReason: {first.reason}. Decided for {first.at:%Y-%m-%d %H:%M} UTC.",
    )


def _mark(url: str) -> str:
    """Tells addresses apart without saying them. With the service's name, so that a person can tell too."""
    return f"{url.partition(':')[0]} #{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _lines(error: str | None) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (error or "").splitlines() if " #" in line and ": " in line)


def _text(lacks: dict[str, str]) -> str | None:
    return "\n".join(f"{mark}: {state}" for mark, state in lacks.items()) or None
