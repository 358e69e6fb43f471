"""The command that shows how far the numbers can be trusted: validate."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from monitor import clock
from monitor.cli.base import app, command_line, configured, database, err, out


@app.command()
@command_line
def validate(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """How tension, relief, attention and a plain word count stand beside the stored series, and what all of it rests
    on. Associated with, never predicts; docs/method.md says how it is measured.
    """
    from monitor.index.word_counter import WordCounter
    from monitor.operation import trust

    _, settings = configured()
    store, now = database(settings), clock.from_environment(settings.environment.now).now()
    WordCounter(store).update(now, most=None)
    found = trust.report(store, settings, now)
    if as_json:
        sys.stdout.write(json.dumps(trust.as_json(found), indent=1) + "\n")
        return
    if found.first is None:
        err.print("no finished day of the index is stored yet", markup=False)
    else:
        said = f"{found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}, {found.method}, {found.words}"
        out.print(f"{said}{'; ' + found.note if found.note else ''}", markup=False, highlight=False)
    if not found.yardsticks:
        err.print("no series to compare with: switch one on under `series` in feeds.yaml", markup=False)
    for one in found.yardsticks:
        _show_associations(found, one)
        _show_turning_points(found, one.name)
    _show_reader(found)
    for line in trust.in_words(found.coverage):
        out.print(line, markup=False, highlight=False)


def _show_associations(found, yardstick) -> None:
    from monitor.prices.validation import LAGS, Association

    rows = [one for one in found.associations if one.yardstick == yardstick.name]
    unit = rows[0].unit
    table = Table(
        "measure", "of", "n", *(f"{lag:+d}" if lag else "0" for lag in LAGS), "90 % at 0", "90 % at +1", "",
        title=f"Spearman with {yardstick.name}, so many {unit}s later; values known by "
        f"{clock.time_text(yardstick.vintage)}",
    )  # fmt: skip
    by_row: dict[tuple[str, str], dict[int, Association]] = {}
    for one in rows:
        by_row.setdefault((one.measure, one.form), {})[one.lag] = one
    for (measure, form), lags in by_row.items():
        cells = ["-" if one.correlation is None else f"{one.correlation:.2f}" for one in lags.values()]
        spans = ["" if (one := lags[lag]).low is None else f"{one.low:.2f} to {one.high:.2f}" for lag in (0, 1)]
        table.add_row(measure, form, str(lags[0].n), *cells, *spans, Text(lags[0].note or ""))
    out.print(table)


def _show_turning_points(found, name: str) -> None:
    from monitor.prices.validation import in_words

    for one in found.turning_points:
        if one.yardstick == name:
            out.print(in_words(one), markup=False, highlight=False)


def _show_reader(found) -> None:
    from monitor.reader.measured import measured

    figures = measured()
    together, outlets = figures["together"], figures["outlets"]
    out.print(
        f"Reader, on {figures['measured_on']}: direction {together['direction']:.2f}, de-escalation "
        f"{together['deescalation']:.2f}, false alarms {together['false_alarms']:.2f}, categories "
        f"{together['categories']:.2f}; on outlets that it had never seen: direction {outlets['direction']:.2f}, "
        f"de-escalation {outlets['deescalation']:.2f}, false alarms {outlets['false_alarms']:.2f}, categories "
        f"{outlets['categories']:.2f}.",
        markup=False, highlight=False,
    )  # fmt: skip
    if not found.corrections:
        out.print("No reading was judged by anybody yet.")
        return
    table = Table("category", "right", "wrong", "missing", "n", title="What people said of the reader's signals")
    for one in found.corrections:
        counts = (one.right, one.wrong, one.missing)
        table.add_row(one.category, *map(str, counts), str(sum(counts)))
    out.print(table)
