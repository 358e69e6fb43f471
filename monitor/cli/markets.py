"""Commands about prices and other series: prices, series, oil."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, out
from monitor.models import MEASURES, PARTS, DataSeries, Series


@app.command()
@command_line
def prices() -> None:
    """Fetch new prices of every series, and show the newest price of each."""
    from monitor.prices import market
    from monitor.prices.update import update_prices
    from monitor.storage import prices as price_storage

    _, settings = configured()
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    answers = update_prices(store, settings, now)
    table = Table("series", "day", "close", "unit", "kind", "source", "")
    for series in settings.prices:
        if last := price_storage.newest(store, series.name, now):
            old = market.stale(series, last, now) or ("" if last.final else "so far")
            table.add_row(
                series.name, f"{last.day:%Y-%m-%d}", f"{last.close:.2f}", last.unit, last.kind, last.source, old
            )
        else:
            table.add_row(series.name, "none", "", series.unit, series.kind, "", "")
    out.print(table)
    _say_faults(answers)
    if answers and not any(answer.prices for answer in answers):
        raise typer.Exit(1)


@app.command()
@command_line
def series() -> None:
    """Fetch the series of files in feeds.yaml that are due, and show the newest value of each."""
    from monitor.prices.series import age
    from monitor.prices.series.update import SeriesUpdater
    from monitor.storage import observations

    _, settings = configured()
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    SeriesUpdater(store).update(settings, now)
    states, shown = observations.states(store), [one for one in settings.series if one.enabled]
    table = Table("series", "day", "value", "unit", "known since", "")
    for one in shown:
        newest = observations.newest(store, one.name, now)
        day, value, since = (
            (f"{newest.day:%Y-%m-%d}", f"{newest.value:g}", clock.time_text(newest.vintage))
            if newest
            else ("none", "", "")
        )
        table.add_row(one.name, day, value, one.unit, since, (newest and age.stale(one, newest, now)) or "")
    out.print(table)
    faults = [state for one in shown if (state := states.get(one.name)) and state.error]
    for state in faults:
        err.print(f"{state.series}: {state.error}", markup=False)
    if shown and len(faults) == len(shown):
        raise typer.Exit(1)


def _say_faults(answers) -> None:
    for answer in answers:
        for fault in answer.faults:
            err.print(f"{answer.series}: {fault}", markup=False)


class TableFormat(StrEnum):
    table = "table"
    json = "json"


@app.command()
@command_line
def oil(
    events: Annotated[
        str | None,
        typer.Option(
            help="Dates or times (2026-04-07T22:45, UTC) with commas between; left out, the episodes found in the "
            "stored index."
        ),
    ] = None,
    series: Annotated[str, typer.Option(help="A name of `prices` or `series` in feeds.yaml.")] = "Brent",
    part: Annotated[str, typer.Option(help=f"Whose index: all, {', '.join(PARTS)}.")] = "all",
    measure: Annotated[
        str, typer.Option(help="Whose episodes, with commas between: tension, relief, attention.")
    ] = "tension,relief",
    format: Annotated[TableFormat, typer.Option()] = TableFormat.table,
) -> None:
    """How a price moved around events, against chance. Associated with, never caused;
    docs/method.md says how it is measured.
    """
    from monitor.prices import episodes as study_episodes
    from monitor.prices import event_study as study
    from monitor.prices import market, returns
    from monitor.prices.update import update_prices
    from monitor.storage import index, observations
    from monitor.storage import prices as price_storage

    _, settings = configured()
    of_files = {one.name for one in settings.series}
    named: dict[str, Series | DataSeries] = {one.name: one for one in settings.prices}
    named |= {one.name: one for one in settings.series}
    if series not in named:
        raise typer.BadParameter(f"no series {series!r}; there are {', '.join(named)}")
    if part not in ("all", *PARTS):
        raise typer.BadParameter(f"no part {part!r}; there are all, {', '.join(PARTS)}")
    measures = [one.strip() for one in measure.split(",")]
    if lacking := [one for one in measures if one not in MEASURES]:
        raise typer.BadParameter(f"no measure {lacking[0]!r}; there are {', '.join(MEASURES)}")
    settled = partial(market.settled_at, named[series])
    days = None
    if events is not None:
        try:
            days = sorted({study_episodes.event_day(text, settled) for text in events.split(",") if text.strip()})
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        if not days:
            raise typer.BadParameter("--events names no date")
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    if series not in of_files and price_storage.last(store, series) is None:
        _say_faults(update_prices(store, settings, now))
    known = observations.values(store, series, until=now, known_at=now) if series in of_files else []
    closes = returns.values(known) if known else returns.closes(price_storage.series(store, series, until=now))
    if closes.empty:
        err.print(f"no value of {series} is stored and none could be had", markup=False)
        raise typer.Exit(1)
    kinds = {"given dates": days or []}  # what is pooled: escalation and de-escalation would cancel each other out
    if days is None:
        points = index.points(store, "hour", part, until=clock.hour_of(now))
        for kind in measures:
            kinds[f"episodes of {kind}"] = study_episodes.episodes(
                study_episodes.at_settlement(points, study_episodes.SHARES[kind], settled)
            )
        days = sorted(set().union(*kinds.values()))
        if not days:
            err.print("no episode in the stored index; give dates with --events", markup=False)
    found = study.event_study(closes, days)
    known_by = clock.time_text(max(one.vintage for one in known)) if known else None
    if format is TableFormat.json:
        rows = [
            asdict(row)
            | {"event": row.event.isoformat(), "day": row.day and row.day.isoformat(), "also": [*map(str, row.also)]}
            | {"series": series, "values_known_by": known_by}
            for row in found.rows
        ]
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    vintage = f", values known by {known_by}" if known_by else ""
    table = Table(
        "event",
        "window",
        "ar",
        "t",
        "p",
        "placebo p, adjusted",
        "significant",
        "",
        title=f"{series}: abnormal log returns{vintage}",
    )
    for row in found.rows:
        measured = ((row.ar, "+.3f"), (row.t, ".2f"), (row.p, ".3f"), (row.adjusted_p, ".3f"))
        numbers = ["" if number is None else f"{number:{form}}" for number, form in measured]
        verdict = "" if row.adjusted_p is None else "yes" if row.significant else "no"
        table.add_row(row.event.isoformat(), Text(row.window), *numbers, verdict, row.note or "")
    out.print(table)
    for kind, one in (
        (kind, one) for kind, events in kinds.items() if events for one in study.event_study(closes, events).across
    ):
        parts = (
            []
            if one.t is None
            else [f"mean {one.mean:+.3f}, t {one.t:.2f} (p {one.p:.3f}), Wilcoxon p {one.wilcoxon_p:.3f}"]
        )
        parts += [] if one.placebo_p is None else [f"placebo p {one.placebo_p:.3f}"]
        parts += [one.note] if one.note else []
        out.print(f"all {one.events} {kind} together, {one.window}: {'; '.join(parts)}", markup=False, highlight=False)
