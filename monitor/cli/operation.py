"""Commands for whoever runs the program: health, backup, restore, feeds import and export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, opened, time_of
from monitor.config.environment import environment, is_web_address
from monitor.storage.store import open_store

Language = Literal["en", "fr", "ar", "fa"]
Form = Literal["md", "html", "pdf"]
HEALTH_SECONDS, LONGEST_ANSWER = 5, 4_000  # bytes


@app.command()
@command_line
def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; one that is there is never overwritten.")],
) -> None:
    """Copy the database into a new file while everything runs, and compare the copy with it."""
    from monitor.storage import backup as copying

    _, settings = configured()
    # as it is: a backup before an upgrade must not be one after it
    store = open_store(settings.environment.database_url, migrate=False)
    try:
        made = copying.backup(store, file)
    finally:
        store.close()
    err.print(
        f"{file}: {made.size / 1e6:,.1f} MB, {len(made.tables)} tables with {made.rows:,} rows, "
        "each compared with the database",
        markup=False,
    )


@app.command()
@command_line
def restore(file: Annotated[Path, typer.Argument(help="A file that `backup` made.")]) -> None:
    """Put a backup in the place of the database, which is kept beside it. Stop the dashboard and `poll` before."""
    from monitor.storage import backup as copying

    _, settings = configured()
    put = copying.restore(settings.environment.database_url, file, clock.real_now())
    err.print(
        f"{file} is the database now: {len(put.tables)} tables with {put.rows:,} rows, upgraded where it was older",
        markup=False,
    )
    if put.kept:
        err.print(f"the database before is kept as {put.kept}; remove it when you no longer need it", markup=False)


@app.command()
@command_line
def copy(
    to: Annotated[
        str, typer.Option("--to", help="The database to fill: sqlite:///PATH or postgresql://USER@HOST/NAME.")
    ],
) -> None:
    """Copy everything into an empty database of either kind, and compare. Interrupted, the same command goes on."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from monitor.pipeline import alone
    from monitor.storage import copying

    _, settings = configured()
    source = open_store(settings.environment.database_url, migrate=False)
    try:
        target = open_store(to)
        try:
            with (
                alone.held(source) as still,
                Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err) as shown,
            ):
                task, done = shown.add_task("copying"), [0]

                def page(table: str, rows: int) -> None:
                    still()
                    done[0] += rows
                    shown.update(task, description=f"{done[0]:,} rows, now {table}")

                made = copying.copy(source, target, on_page=page)
        finally:
            target.close()
    finally:
        source.close()
    rows = sum(one.rows for one in made.values())
    err.print(
        f"{len(made)} tables with {rows:,} rows, each compared; set MONITOR_DATABASE_URL to the new one", markup=False
    )


@app.command()
@command_line
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
) -> None:
    """Remove now what `retention` of feeds.yaml no longer keeps; polling does so once a day."""
    from collections import Counter

    from monitor.pipeline import retention
    from monitor.storage import retention as storage

    _, settings = configured()
    kept = settings.retention
    if not any(getattr(kept, kind) for kind in storage.KINDS):
        err.print(f"{settings.path} has nothing under `retention`: everything is kept", markup=False)
        return
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    older = retention.cutoffs(kept, settings.index.span, now)
    if dry_run:
        for kind, rows in storage.count(store, older).items():
            before = getattr(older, kind)
            print(f"{kind}: {rows:,} rows from before {before:%Y-%m-%d %H:%M} UTC would go")
        return
    gone: Counter[str] = Counter()
    for kind, rows in retention.prune(store, older, settings.export_folder, now):
        gone[kind] += rows
    for kind, rows in gone.items():
        err.print(f"{kind}: {rows:,} rows removed", markup=False)
    if not gone:
        err.print("nothing is older than what is kept", markup=False)
    if store.sqlite and storage.give_back_space(store) is None:
        err.print(
            "the file keeps its size, since an older version made it; docs/deploying.md says how to shrink it once"
        )


@app.command()
@command_line
def health(
    url: Annotated[
        str | None,
        typer.Option(help="Where the program answers; MONITOR_HTTP, or else the app's own port, when left out."),
    ] = None,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask /readyz: database, migrations, age of the last round; else /healthz.")
    ] = False,
) -> None:
    """Whether the program that runs here is well, for containers and scripts: exit status 0 or 1."""
    import http.client
    import os
    import urllib.error
    import urllib.request

    if url is None:
        http_at = environment(os.environ).http
        if http_at:
            host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(http_at[0], http_at[0])
            url = f"http://[{host}]:{http_at[1]}" if ":" in host else f"http://{host}:{http_at[1]}"
        else:
            port = os.environ.get("STREAMLIT_SERVER_PORT") or os.environ.get("MONITOR_PORT") or "8501"
            base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
            url = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
    elif not is_web_address(url):
        raise typer.BadParameter("--url has to be an address such as http://127.0.0.1:9102")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url.rstrip('/')}/{'readyz' if ready else 'healthz'}", timeout=HEALTH_SECONDS) as answer:
            said = answer.read(LONGEST_ANSWER)
    except urllib.error.HTTPError as fault:
        err.print(fault.read(LONGEST_ANSWER).decode(errors="replace").strip() or str(fault), markup=False)
        raise typer.Exit(1) from None
    except (OSError, http.client.HTTPException) as fault:
        err.print(f"{url} does not answer: {getattr(fault, 'reason', fault)}", markup=False)
        raise typer.Exit(1) from None
    err.print(said.decode(errors="replace").strip(), markup=False)


feeds = typer.Typer(no_args_is_help=True, help="Lists of feeds as OPML, which feed readers exchange.")
app.add_typer(feeds, name="feeds")


@feeds.command("import")
@command_line
def import_opml(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An OPML file of a feed reader.")],
) -> None:
    """Print entries to paste under `feeds:` of feeds.yaml; `check --online` then asks each feed once."""
    from monitor.feeds import opml

    with file.open("rb") as opened_file:
        found, left_out = opml.read(opened_file.read(opml.MOST_BYTES + 1))
    sys.stdout.buffer.write(opml.as_yaml(found).encode())
    for sentence in left_out:
        err.print(f"left out: {sentence}", markup=False)
    err.print(f"{len(found)} feeds, {len(left_out)} left out")


@feeds.command("export")
@command_line
def export_opml(
    o: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output when left out.")] = None,
) -> None:
    """Write the enabled feeds as OPML; those on private addresses, and all headers, are left out."""
    from monitor.feeds import opml

    _, settings = configured()
    with opened(o) as target:
        target.write(opml.write(settings.feeds))


@app.command()
@command_line
def snapshot(folder: Annotated[Path, typer.Argument(help="The folder to make; one that is there is refused.")]) -> None:
    """The news of now as one page without a server or script, with CSV files beside it."""
    from monitor.operation import snapshot as page

    _, settings = configured()
    store, time = database(settings), clock.from_environment(settings.environment.now)
    for path in page.write(store, settings, time.now(), folder, replay=bool(time.replay)):
        err.print(f"{path}: {path.stat().st_size / 1e3:,.1f} kB", markup=False)


@app.command()
@command_line
def brief(
    since: Annotated[
        str | None, typer.Option(help="Its events begin at this UTC date or time; 24 hours ago when left out.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="The language of its headings.")] = "en",
    format: Annotated[Form, typer.Option(help="Markdown for a mail, a page, or that page printed.")] = "md",
    o: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output when left out.")] = None,
) -> None:
    """One page to hand on: the sentence, leading events with who says so, parts of the theatre, prices, chart."""
    from monitor.operation.brief import content
    from monitor.operation.brief.as_html import html
    from monitor.operation.brief.as_markdown import markdown
    from monitor.operation.brief.pdf import pdf
    from monitor.operation.brief.words import words

    _, settings = configured()
    start = time_of(since)
    time = clock.from_environment(settings.environment.now)
    now = time.now()
    if start and start >= now:
        raise typer.BadParameter("--since is not before now")
    made = content.gather(database(settings), settings, now, start or now - content.SINCE, replay=bool(time.replay))
    said = markdown(made, words(lang)) if format == "md" else html(made, words(lang))
    body = pdf(said) if format == "pdf" else said.encode()
    with opened(o) as target:
        target.write(body)
