"""Commands that show, poll and export news: run, check, poll, export."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, opened, out, time_of
from monitor.config.settings import LastGood, Settings
from monitor.errors import StorageUpgrading
from monitor.storage.store import open_store

log = logging.getLogger(__name__)
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
    if not once:
        _poll_on(watched, settings, workers)
        return
    store = database(settings)
    pipeline = Pipeline(watched, store, clock.from_environment(settings.environment.now), processes=workers)
    try:
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


def _poll_on(watched: LastGood, settings: Settings, workers: int) -> None:
    """Poll until stopped. Health and metrics answer from before the database is open: an upgrade may take its time."""
    from monitor.operation import logs, server
    from monitor.operation.answers import Answers
    from monitor.pipeline.polling import Pipeline

    logs.begin(settings.environment.log)
    time = clock.from_environment(settings.environment.now)
    said: list[StorageUpgrading] = []

    def say(upgrading: StorageUpgrading) -> None:
        if not said or str(upgrading) != str(said[-1]):
            log.info("%s", upgrading)
            said.append(upgrading)

    answers = Answers(None, watched, time, waiting=lambda: said[-1] if said else None)
    with server.serving(settings.environment.http, answers):
        store = open_store(settings.environment.database_url, say=say)
        try:
            pipeline = Pipeline(watched, store, time, processes=workers)
            for way in (signal.SIGTERM, signal.SIGINT):
                signal.signal(way, lambda *_: pipeline.stop(wait=0))
            answers.work, answers.store = pipeline.work, store
            asyncio.run(pipeline.run(patient=False))
        finally:
            store.close()


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
