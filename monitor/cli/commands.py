"""Commands that show, read, poll and export news: run, check, poll, tag, stories, lexicon, export, prices, oil."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, opened, out, time_of
from monitor.config.settings import Settings
from monitor.errors import LexiconError
from monitor.models import MEASURES, PARTS, DataSeries, Series
from monitor.models import Text as Entry

PACKAGE = Path(__file__).parents[1]


class FileFormat(StrEnum):
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


def dashboard() -> Path:
    """The script that Streamlit runs: of an installed package its own, of a checkout that at its root."""
    installed = PACKAGE / "dashboard" / "app.py"
    return installed if installed.exists() else PACKAGE.parent / "app.py"


@app.command()
@command_line
def run(
    address: Annotated[
        str, typer.Option(envvar="MONITOR_ADDRESS", help="0.0.0.0 opens the dashboard to the network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="MONITOR_PORT", min=1, max=65_535)] = 8501,
) -> None:
    """Start the dashboard, with polling."""
    place = ["--server.address", address, "--server.port", str(port)]
    err.print(f"Gulf tension monitor: http://{address}:{port}  (Ctrl-C stops it)", highlight=False, markup=False)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(dashboard()), *place])


@app.command()
@command_line
def check(
    online: Annotated[bool, typer.Option("--online", help="Ask each feed once and show what it answers.")] = False,
    alerts: Annotated[
        bool,
        typer.Option("--alerts", help="Show which alerts the rules would have raised on stored news; sends nothing."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(help="With --alerts: from this UTC date or time on; the last seven days when left out."),
    ] = None,
) -> None:
    """Read feeds.yaml and the environment; name every fault with file, line and remedy."""
    start = time_of(since)
    if start and not alerts:
        raise typer.BadParameter("--since is for --alerts")
    from monitor.tagging.tagger import Tagger

    _, settings = configured()
    Tagger.load(**settings.theatre.tagger_arguments())
    time = clock.from_environment(settings.environment.now)
    out.print(
        (
            f"{settings.path}: {len(settings.feeds)} feeds, {sum(feed.enabled for feed in settings.feeds)} enabled; "
            "no fault"
        ),
        highlight=False,
    )
    if online:
        from monitor.feeds import probe

        rows = asyncio.run(probe.probe_feeds(settings, time))
        out.print(probe.as_table(rows))
        if rows and not any(row.well for row in rows):
            raise typer.Exit(1)
    if alerts:
        from monitor.alerts import rehearsal

        now = time.now()
        found = rehearsal.rehearse(database(settings), settings, start or now - timedelta(days=7), now)
        out.print(rehearsal.as_table(found))
        out.print(rehearsal.account(settings.alerts, found), highlight=False, markup=False)


@app.command()
@command_line
def poll(
    once: Annotated[bool, typer.Option("--once", help="Poll every enabled feed now, due or not, and stop.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that parse and tag.")] = 2,
) -> None:
    """Poll feeds when they are due, without a screen."""
    from monitor.pipeline.polling import Pipeline

    watched, settings = configured()
    store = database(settings)
    pipeline = Pipeline(watched, store, clock.from_environment(settings.environment.now), processes=workers)
    try:
        if not once:
            from monitor.operation import logs, server
            from monitor.operation.answers import Answers

            logs.begin(settings.environment.log)
            for way in (signal.SIGTERM, signal.SIGINT):
                signal.signal(way, lambda *_: pipeline.stop(wait=0))
            answers = Answers(store, watched, pipeline.clock, pipeline.work)
            with server.serving(settings.environment.http, answers):
                asyncio.run(pipeline.run(patient=False))
            return
        report = asyncio.run(pipeline.once(on_done=_say_feed))
    finally:
        store.close()
    err.print(
        f"{len(report.feeds)} feeds, {report.failed} failed, {report.new} new articles, {report.edited} edited, "
        f"{report.bad} that could not be read, {report.seconds:.1f} s"
    )
    for failure in pipeline.failures:
        err.print(f"{failure.step} failed: {failure.error}", markup=False)
    if pipeline.failures:
        raise typer.Exit(1)
    if report.all_failed:
        err.print("every feed failed: is there a network?")
        raise typer.Exit(1)


def _say_feed(report) -> None:
    state = report.state
    print(
        (
            f"{state.name}: "
            f"{state.error or f'{report.new} new' + (f', {report.bad} could not be read' if report.bad else '')}"
        ),
        file=sys.stderr,
    )  # a thousand lines of rich take a fifth of a second


@app.command()
@command_line
def tag(
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="JSON lines of id, title, summary, optional lang; standard input when left out.",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Read this title and show its evidence.")] = None,
    summary: Annotated[str, typer.Option(help="With --text: the summary.")] = "",
    anywhere: Annotated[bool, typer.Option("--anywhere", help="Do not ask for a tie to the theatre.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --text: print the JSON line.")] = False,
    stored: Annotated[bool, typer.Option("--stored", help="Read again what is stored with an older tagger.")] = False,
) -> None:
    """Find escalation and de-escalation signals in texts, with the words that prove each."""
    from monitor.reader.reader import Reader
    from monitor.tagging import lines

    # Reading a text needs no feeds: where there is no configuration the shipped theatre holds.
    settings = configured()[1] if stored or "MONITOR_FEEDS" in os.environ or Path("feeds.yaml").exists() else None
    reader = Reader.load(**settings.theatre.tagger_arguments() if settings else {})
    if stored and settings:
        _read_again(settings, reader.method)
    elif text is not None:
        (reading,) = reader.read([Entry(text, summary)], anywhere=anywhere)
        if as_json:
            print(lines.line(reading, "text"))
        else:
            out.print(lines.show(reading, text, summary))
    else:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        with io.TextIOWrapper(
            file.open("rb") if file else sys.stdin.buffer, encoding="utf-8", errors="replace"
        ) as source:
            for line in lines.tag_lines(reader, source, anywhere=anywhere):
                print(line)


@app.command()
@command_line
def stories(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines of id, lang, at, title, summary, source.")
    ],
) -> None:
    """Group the entries of a file into stories: a line {id, story} for each, in order; null: it stands alone."""
    from monitor.reader.reader import Reader
    from monitor.stories import archive

    settings = configured()[1] if "MONITOR_FEEDS" in os.environ or Path("feeds.yaml").exists() else None
    reader = Reader.load(**settings.theatre.tagger_arguments() if settings else {})
    with file.open(encoding="utf-8", errors="replace") as source:
        for line in archive.story_lines(reader, source, str(file)):
            print(line)


def _read_again(settings: Settings, method: str) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from monitor.feeds.reading import read_again
    from monitor.index.indexer import update_index
    from monitor.pipeline.polling import readers_of
    from monitor.storage import articles

    store, readers = database(settings), readers_of(settings, 2)
    with Progress("reading again", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err) as progress:
        bar = progress.add_task("", total=articles.count_outdated(store, method))
        langs = {feed.name: feed.language for feed in settings.feeds}
        try:
            done = read_again(
                store,
                readers,
                method,
                langs=langs,
                on_batch=lambda done: progress.update(bar, completed=done),
            )
        finally:
            readers.close()
    if done:
        update_index(store, settings, clock.from_environment(settings.environment.now).now())
    err.print(f"{done} articles read again with {method}")


@app.command()
@command_line
def lexicon(
    labels: Annotated[
        Path | None, typer.Option(help="A folder of labelled entries: what each form and `unless` word does on them.")
    ] = None,
    types: Annotated[
        bool, typer.Option("--types", help="Show for each event type how many forms a language has.")
    ] = False,
    lines: Annotated[int, typer.Option(min=1, help="With --labels: lines of each table.")] = 40,
) -> None:
    """Look over the word files: faults with file, line and remedy, and event types that lack words in a language."""
    from monitor.tagging import lint, report
    from monitor.tagging.tagger import Tagger

    settings = configured()[1] if "MONITOR_FEEDS" in os.environ or Path("feeds.yaml").exists() else None
    tagger = Tagger.load(**settings.theatre.tagger_arguments() if settings else {})
    extra = settings.theatre.lexicon if settings else None
    if types:
        out.print(lint.as_table(tagger.lexicons))
    if labels:
        out.print(report.show(tagger, report.measure(tagger, report.read(labels)), extra, lines))
    for lang, lacking in lint.wordless(tagger.lexicons).items():
        if lacking:
            out.print(f"{lang}: no words for {', '.join(lacking)}", highlight=False, markup=False)
    if faults := lint.faults(tagger.lexicons, extra):
        raise LexiconError(faults)


@app.command()
@command_line
def export(
    table: Annotated[
        str, typer.Argument(help="articles signals stories index prices daily feeds corrections observations")
    ],
    since: Annotated[str | None, typer.Option(help="From this UTC date or time on.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to, not including, this UTC date or time.")] = None,
    format: Annotated[FileFormat, typer.Option()] = FileFormat.csv,
    o: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output when left out.")] = None,
) -> None:
    """Write a table: CSV safe for spreadsheets, JSONL, or Parquet. docs/data-dictionary.md lists the columns.

    Of corrections JSONL has the articles whose labels they make known, as the reader's training takes them.
    """
    from monitor import export as exporting
    from monitor.storage import tables

    if table not in exporting.COLUMNS:
        raise typer.BadParameter(f"no table {table!r}; there are {', '.join(exporting.COLUMNS)}")
    span = time_of(since), time_of(until)
    _, settings = configured()
    store = database(settings)
    rows = tables.rows(store, table, since=span[0], until=span[1], configured=settings.feeds, format=format.value)
    with opened(o) as target:
        exporting.write(table, rows, format=format.value, out=target)


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
