"""Commands for archives of news: archive, with --load into the database, and convert."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err
from monitor.errors import ArchiveError

NAMED = 20  # shards that are named on the screen; the manifest names all


@app.command()
@command_line
def archive(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IN...", help="Files, folders, globs or fsspec addresses: .jsonl .csv .tsv .parquet, .gz or .zst."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="The folder that it is read into.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Processes that read; as many as there are processors if left out."),
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="A Dask cluster in their place: tcp://HOST:PORT.")] = None,
    map: Annotated[
        str | None, typer.Option(metavar="OURS=THEIRS,...", help="What the archive calls its columns: title=headline.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read again what another version of the reader read.")
    ] = False,
    load: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT", exists=True, file_okay=False, help="Load what was read into OUT into the database."
        ),
    ] = None,
    index_only: Annotated[
        bool, typer.Option("--index-only", help="With --load: only the points of the index, without the texts.")
    ] = False,
) -> None:
    """Read an archive of news into a folder, on all processors or a cluster; the same command goes on after a stop.

    With --load, load what was read, with stories and index.
    """
    if load is not None:
        if inputs or output:
            raise typer.BadParameter("--load takes the folder that an archive was read into, and no files")
        return _load(load, index_only)
    if index_only:
        raise typer.BadParameter("--index-only goes with --load")
    if not inputs or output is None:
        raise typer.BadParameter("name the files, folders or globs to read, and with -o the folder to read them into")
    if scheduler and processes:
        raise typer.BadParameter("--scheduler has workers of its own; leave --processes out")
    try:
        _read(inputs, output, processes, scheduler, map, refresh)
    except KeyboardInterrupt:
        err.print("stopped; the same command goes on where this one was")
        raise typer.Exit(130) from None


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=err
    )


def _load(folder: Path, index_only: bool) -> None:
    from monitor.archive import load as loading
    from monitor.reader.reader import Reader

    _, settings = configured()
    method = Reader.load(**settings.theatre.tagger_arguments()).method
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    with _bar() as bar:
        task = bar.add_task("loading", total=None)

        def progress(at: loading.Progress) -> None:
            what = "index" if at.rows == at.total else "articles and stories"
            bar.update(task, completed=at.rows, total=at.total, description=f"{what} of {at.at:%Y-%m-%d}")

        do = loading.load_points if index_only else loading.load
        try:
            done = do(store, folder, settings, method=method, now=now, on_progress=progress)
        finally:
            store.close()
    stored = "no texts stored" if index_only else f"{done.new:,} of them new articles"
    err.print(f"{folder}: {done.rows:,} entries, {stored}; {done.points:,} points of the index", markup=False)


def _read(
    inputs: list[str], output: Path, processes: int | None, scheduler: str | None, map: str | None, refresh: bool
) -> None:
    from monitor.archive import runner
    from monitor.archive.processes import Pool, setup_of
    from monitor.archive.rows import columns_of
    from monitor.reader.reader import Reader

    columns = columns_of(map)
    settings = configured()[1] if "MONITOR_FEEDS" in os.environ or Path("feeds.yaml").exists() else None
    arguments = settings.theatre.tagger_arguments() if settings else {}
    method = Reader.load(**arguments).method
    setup = setup_of("monitor.reader:load", arguments)
    with ExitStack() as opened:
        if scheduler:
            try:
                from monitor.archive.dask import Cluster
            except ImportError:
                raise ArchiveError("--scheduler needs Dask: pip install 'gulf-tension-monitor[archive]'") from None

            workers: runner.Runner = opened.enter_context(Cluster(setup, scheduler))
        else:
            workers = Pool(setup, processes or os.cpu_count() or 1)
        bar = opened.enter_context(_bar())
        task = bar.add_task("looking at the files", total=None)

        def progress(at: runner.Progress) -> None:
            words = f"{at.shards:,} of {at.shards_total:,} shards, {at.rows:,} rows"
            bar.update(task, completed=at.done, total=at.total, description=words)

        report = runner.run(
            inputs, output, workers, method=method, columns=columns, refresh=refresh, on_progress=progress
        )
    err.print(
        f"{output}: {report.shards:,} shards, {report.read:,} of them read now; {report.rows_in:,} rows in, "
        f"{report.rows_out:,} entries, {report.rows_rejected:,} rejected (rejected.jsonl says why)",
        markup=False,
    )
    for other, many in sorted(report.older.items()):
        err.print(f"{many:,} shards are read by {other}, not by {method}: --refresh reads them again", markup=False)
    for row in report.set_aside[:NAMED]:
        err.print(f"set aside: {row.shard}: {row.set_aside}", markup=False)
    if report.set_aside:
        err.print(
            f"{len(report.set_aside):,} shards are set aside, as manifest.jsonl says; the same command tries again"
        )
        raise typer.Exit(1)


class Kind(StrEnum):
    gkg = "gkg"
    doc = "doc"
    warc = "warc"


@app.command()
@command_line
def convert(
    kind: Annotated[
        Kind, typer.Argument(help="GDELT's Global Knowledge Graph, an article list of its DOC API, or WARC files.")
    ],
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    o: Annotated[
        Path, typer.Option("-o", "--output", help="The file of JSON lines to make, for `archive`; .gz packs it.")
    ],
) -> None:
    """Make rows for `archive` of what other archives publish."""
    rows = _converter(kind)
    if o.exists():
        raise typer.BadParameter(f"{o} is there already; name a file that is not")
    left_out: Counter[str] = Counter()
    count, part = 0, o.with_name(o.name + ".part")
    try:
        with gzip.open(part, "wb", compresslevel=6) if o.suffix == ".gz" else part.open("wb") as out:
            for file in files:
                for row in rows(file):
                    if isinstance(row, str):
                        left_out[row] += 1
                        continue
                    count += 1
                    out.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        part.replace(o)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ArchiveError(f"nothing was made: {error}") from error
    err.print(f"{o}: {count:,} rows", markup=False)
    for reason, many in left_out.most_common():
        err.print(f"left out: {many:,}, {reason}", markup=False)


def _converter(kind: Kind) -> Callable[[Path], Iterator[dict[str, str] | str]]:
    if kind is Kind.warc:
        try:
            from monitor.archive import warc
        except ImportError:
            raise ArchiveError("WARC files need warcio: pip install 'gulf-tension-monitor[archive]'") from None
        return warc.pages
    from monitor.archive import gdelt

    return gdelt.gkg if kind is Kind.gkg else gdelt.doc
