"""What changed between two looks at the theatre: stories that are new, confirmed, denied or corrected since, and parts
that are hotter or calmer.

    facts before, facts now -> Changes

Pure. A part changed only where its 90 % intervals are apart, as everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.index.state import Point, trend
from monitor.models import Story


@dataclass(frozen=True, slots=True)
class Changes:
    """Stories as they stand now, each in one list at most, in the order in which they were given; keys of parts."""

    new: tuple[Story, ...] = ()
    confirmed: tuple[Story, ...] = ()
    denied: tuple[Story, ...] = ()  # disputed or denied since
    corrected: tuple[Story, ...] = ()
    hotter: tuple[str, ...] = ()
    calmer: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not any((self.new, self.confirmed, self.denied, self.corrected, self.hotter, self.calmer))


DENIED = ("disputed", "denied")


def changes(
    stories: Iterable[tuple[Story | None, Story]],
    parts_before: Mapping[str, Point | None],
    parts_now: Mapping[str, Point | None],
) -> Changes:
    """`stories`: (as it stood at the last look, as it stands now), None for one that was not there; index points of the
    parts at the last look and now.

    What is denied or corrected is never called new or confirmed too: that is what has to be known of it.
    """
    lists: dict[str, list[Story]] = {"new": [], "confirmed": [], "denied": [], "corrected": []}
    for before, now in stories:
        if kind := _kind(before, now):
            lists[kind].append(now)
    hotter, calmer = [], []
    for part, point in parts_now.items():
        earlier = parts_before.get(part)
        if point is None or earlier is None:
            continue
        tension, relief = trend(point, earlier), trend(point, earlier, "relief")
        if tension == "rising":
            hotter.append(part)
        elif tension == "falling" or relief == "rising":
            calmer.append(part)
    return Changes(**{kind: tuple(some) for kind, some in lists.items()}, hotter=tuple(hotter), calmer=tuple(calmer))


def _kind(before: Story | None, now: Story) -> str | None:
    was = before.state if before else None
    if now.state in DENIED and was not in DENIED:
        return "denied"
    if now.state == "corrected" and was != "corrected":
        return "corrected"
    if before is None:
        return "new"
    return "confirmed" if now.state == "confirmed" and was == "reported by one" else None
