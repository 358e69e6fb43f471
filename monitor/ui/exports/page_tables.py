"""Tables that only pages have, row by row for a file: places and pairs, event study, leads and lags, validation, why,
press, alerts, rules, rounds of a feed.

The same numbers as on the page under the same columns; where a formula made them, `method` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.clock import hour_of, midnight
from monitor.errors import InputError
from monitor.index import languages
from monitor.models import MEASURES, PARTS
from monitor.prices.event_study import Study
from monitor.storage import alerts, articles
from monitor.ui.components.rule_wording import means, span
from monitor.ui.exports import links
from monitor.ui.queries import alert_reads, index_change, places_and_pairs, press, reads, studies, trust
from monitor.ui.queries.places_and_pairs import COUNTED, PAIR, PLACE

Given = Mapping[str, str]
ALERTS = (
    "id", "at", "rule", "kind", "state", "message", "key", "sent", "attempts", "error", "next_try", "stories",
    "articles", "corrected",
)  # fmt: skip
WHY = ("by", "what", "title", "before", "after", "change", "articles", "method")
RULES = ("rule", "kind", "fires when", "on", "pause after one")
ROUNDS = ("feed", "at", "state", "status", "new_entries", "bad_entries", "entries", "failure", "error")
STORIES = (*places_and_pairs.NUMBERS, "method")
MAX_ALERTS = 100_000


class Table(NamedTuple):
    columns: tuple[str, ...]
    parameters: tuple[str, ...]
    rows: Callable[[Given], Iterable[Mapping]]  # raises InputError for a parameter that cannot be meant


def one_of(name: str, value: str, known: Iterable[str]) -> str:
    """The value. Raises InputError where it is none of those known."""
    known = tuple(known)
    if value not in known:
        raise InputError(f"{name}: {value!r} is not one of {', '.join(known) or 'none'}")
    return value


def _series(asked: Given) -> str:
    names = [series.name for series in reads.beside_index()]
    return one_of("series", asked.get("series", names[0] if names else ""), names)


def _measure(asked: Given) -> str:
    return one_of("measure", asked.get("measure", "tension"), MEASURES)


def _today() -> datetime:
    return midnight(reads.now())


def _part(asked: Given) -> str:
    return one_of("part", asked.get("part", "all"), ("all", *PARTS))


def _study(asked: Given) -> tuple[Study | None, list[studies.Event]]:
    series, part, now = _series(asked), _part(asked), reads.now().replace(second=0, microsecond=0)
    given, faults = studies.dates_of(asked.get("events", ""), studies.settled(series))
    if faults:
        raise InputError(f"events: {faults[0]!r} is not a date such as 2025-06-13")
    kinds = [
        one_of("episodes", kind, studies.EPISODES_OF)
        for kind in asked.get("episodes", ",".join(studies.DIRECTIONS)).split(",")
        if kind
    ]
    days = (
        dict.fromkeys(given[-studies.MOST_EVENTS :], studies.YOURS)
        if given
        else studies.episodes(series, part, kinds, now)
    )
    closes = studies.closes(series, _today())
    found = studies.study(closes, tuple(days)) if days and not closes.empty else None
    return found, studies.named(days, series, part, None)


def _method(formula: str, asked: Given) -> str:
    """The formula and, of a series whose values may be revised, until when they were known."""
    return formula + studies.vintage(_series(asked))


def _events(asked: Given) -> Iterable[Mapping]:
    found, events = _study(asked)
    if not found:
        return
    shown = {event.day: event for event in events}
    for row in studies.study_rows(found):
        event = shown[row["event"]]
        more = {"event is": event.what, "news of the day": event.title or None, "story": event.story}
        yield {**row, **more, "method": _method(studies.STUDY_METHOD, asked)}


def _all_events(asked: Given) -> Iterable[Mapping]:
    found, _ = _study(asked)
    return (
        ({**row, "method": _method(studies.STUDY_METHOD, asked)} for row in studies.across_rows(found)) if found else ()
    )


def _lags(asked: Given) -> Iterable[Mapping]:
    series, now = _series(asked), reads.now().replace(second=0, microsecond=0)
    found = studies.lead_lag(
        studies.levels(series, _measure(asked), _part(asked), now), studies.closes(series, _today())
    )
    return ({**row, "method": _method(studies.LAG_METHOD, asked)} for row in studies.lag_rows(found))


def _why(asked: Given) -> Iterable[Mapping]:
    """Every part, none put together as on screen; between the hours asked for, otherwise a day apart."""
    now, measure = reads.now().replace(second=0, microsecond=0), _measure(asked)
    by = one_of("by", asked.get("by", "category"), ("category", "publisher", "story"))
    after = links.moment("to", asked["to"]) if "to" in asked else now - timedelta(hours=1)
    before = links.moment("from", asked["from"]) if "from" in asked else after - timedelta(days=1)
    found = index_change.table(*index_change.sides((hour_of(before), hour_of(after)), measure, now), by)
    for row in found.to_dict("records"):
        title = index_change.name_of(row[by], by, 0) if by == "story" else None
        yield {**row, "by": by, "what": str(row[by]), "title": title, "method": index_change.method()}


def _by(asked: Given) -> str:
    return one_of("by", asked.get("by", press.BY[0]), press.BY)


def _press(asked: Given) -> Iterable[Mapping]:
    """The days of the page, each press after the other, then the wedge."""
    return languages.rows(press.presses(_today(), _by(asked)).points)


def _press_leads(asked: Given) -> Iterable[Mapping]:
    """How far each press is ahead of all others."""
    return ({name: getattr(one, name) for name in press.LEADS} for one in press.presses(_today(), _by(asked)).leads)


def _validation(asked: Given) -> Iterable[Mapping]:
    """Every form, lag and measure against one stored series."""
    known = trust.yardsticks(reads.now().replace(second=0, microsecond=0))
    name = one_of("series", asked.get("series", next(iter(known), "")), known)
    return trust.rows(_today(), reads.now().replace(second=0, microsecond=0), name)


def _alerts(asked: Given) -> Iterable[Mapping]:
    """Newest first, as on screen; of sending, what is true of all addresses together."""
    store = reads.context().store
    found = alerts.find(store, *links.span_of(asked), limit=MAX_ALERTS)
    deliveries = alerts.deliveries(store, [alert.id for alert in found])
    corrected = alert_reads.corrections_of(found)
    for alert in found:
        ways = deliveries.get(alert.id, ())
        errors = [f"{one.address}: {one.error}" for one in ways if one.error and one.state != "removed"]
        yield asdict(alert) | {
            "attempts": max((one.attempts for one in ways), default=0),
            "error": "\n".join(errors) or None,
            "next_try": min((one.next_try for one in ways if one.next_try), default=None),
            "stories": tuple(map(str, alert.stories)),
            "articles": tuple(map(str, alert.articles)),
            "corrected": alert.id in corrected,
        }


def _counted(asked: Given, columns: tuple[str, ...]) -> Iterable[Mapping]:
    since, until = links.span_of(asked)
    read = reads.stories_of_places if columns == PLACE else reads.stories_of_pairs
    modes = COUNTED[one_of("counted", asked.get("counted", next(iter(COUNTED))), COUNTED)]
    earlier = places_and_pairs.before(since, until or reads.now())
    found = places_and_pairs.table(read(since, until, modes), read(*earlier, modes) if earlier else None, columns)
    method = ";".join(articles.methods(reads.context().store))
    return found.assign(method=method).to_dict("records")


def _rules(_: Given) -> Iterable[Mapping]:
    for rule in reads.context().settings.current()[0].alerts:
        yield {
            "rule": rule.name,
            "kind": rule.kind,
            "fires when": means(rule),
            "on": rule.enabled,
            "pause after one": span(rule.cool_down),
        }


def _rounds(asked: Given) -> Iterable[Mapping]:
    """Newest first, as on screen."""
    if "feed" not in asked:
        raise InputError("feed: name one")
    return (asdict(one) for one in reads.rounds_of(asked["feed"]))


TABLES = {
    "places": Table(
        (*PLACE, *places_and_pairs.NUMBERS, "method"),
        ("since", "until", "counted"),
        lambda asked: _counted(asked, PLACE),
    ),
    "pairs": Table(
        (*PAIR, *places_and_pairs.NUMBERS, "method"), ("since", "until", "counted"), lambda asked: _counted(asked, PAIR)
    ),
    "event-study": Table(
        ("event", "event is", *studies.STUDY_COLUMNS[1:], "method", "news of the day", "story"),
        ("series", "events", "episodes", "part"),
        _events,
    ),
    "all-events": Table((*studies.ACROSS_COLUMNS, "method"), ("series", "events", "episodes", "part"), _all_events),
    "lead-lag": Table((*studies.LAG_COLUMNS, "method"), ("series", "measure", "part"), _lags),
    "why": Table(WHY, ("from", "to", "measure", "by"), _why),
    "validation": Table(trust.COLUMNS, ("series",), _validation),
    "press": Table(languages.COLUMNS, ("by",), _press),
    "press-leads": Table(press.LEADS, ("by",), _press_leads),
    "alerts": Table(ALERTS, ("since", "until"), _alerts),
    "rules": Table(RULES, (), _rules),
    "rounds": Table(ROUNDS, ("feed",), _rounds),
}
