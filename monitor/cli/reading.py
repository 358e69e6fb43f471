"""Commands that read texts and look over the word files: tag, stories, lexicon."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, out
from monitor.config.settings import Settings
from monitor.errors import LexiconError
from monitor.models import Text as Entry


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
