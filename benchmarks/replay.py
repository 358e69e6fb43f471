"""What the index says of a recorded stream: beside a yardstick that others publish, and with each newsroom left out.

    python -m benchmarks.replay STREAM.jsonl.gz YARDSTICK.csv [--column GPRD] [--database sqlite:///kept.db]

The stream has a line an entry: first_seen, source, title, summary, link, published. The yardstick has a `date` and a
number a day; Caldara and Iacoviello's daily GPR is meant, which reads printed papers and is therefore compared with the
index of the day before too. Entries are stored, read and grouped as the program does it; with --database they are kept,
so that a second run need not read them again. Whole days only. Without a fixed reference the first 14 days of a stream
are provisional, measured against the built-in share, and the days after them against those days: two scales in one
line, as in a new installation.

Nothing was fitted to these figures; the words of the reader were written while looking at entries of the same months,
so they are in-sample.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from monitor import reader
from monitor.clock import midnight
from monitor.index import Parameters, ReferenceCache, compute
from monitor.models import MEASURES, Entry, Feed, FeedState, IndexPoint, Text
from monitor.storage import articles, index, saving
from monitor.storage.saving import Item
from monitor.storage.store import Store, open_store
from monitor.stories.service import StoryService

DAY = timedelta(days=1)
SHOWN = 25.0  # per cent by which one newsroom may move a day


def utc(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def published(text: str | None) -> datetime | None:
    """A feed's date where it is certain."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(text or "")
        except ValueError:
            continue
        return when.astimezone(UTC) if when.tzinfo else None
    return None


def fill(store: Store, stream: Path) -> None:
    """Stores and reads every entry of the stream in the order in which they were seen, and groups them into stories."""
    found, last, keep = reader.load(), datetime.min.replace(tzinfo=UTC), defaultdict(list)
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            keep[utc(row["first_seen"]).replace(minute=0, second=0), row["source"]].append(row)
    for (hour, source), rows in sorted(keep.items()):
        items = []
        for row in rows:
            text = Text(row["title"] or "", row["summary"] or "", "en")
            reading = found.gate(text) or found.read([text])[0]
            entry = Entry(None, text.title, row["link"], text.summary, published(row["published"]), row["published"])
            items.append(Item(entry, reading, source, row["link"] or text.title))
        last = max(last, hour + timedelta(hours=1))
        feed = Feed(source, "https://stream.invalid/" + source, publisher=source)
        saving.save(
            store, feed, items, state=FeedState(source, feed.url), slices=None, now=hour + timedelta(minutes=59)
        )
    StoryService(store).update(last)


def days_of(frame: pd.DataFrame, parameters: Parameters, first: datetime) -> list[IndexPoint]:
    """The finished daily points from the first whole day on; the last day of a stream is not whole."""
    last = midnight(frame["at"].max().to_pydatetime())
    cache = ReferenceCache(parameters)
    if parameters.reference:
        since, until = (datetime.combine(day, datetime.min.time(), UTC) for day in parameters.reference)
        cache.add_window(frame[(frame["at"] >= since) & (frame["at"] < until + DAY)])
    points = compute(frame, cache=cache, since=first, now=last - timedelta(seconds=1), hourly=False)
    return [point for point in points if point.part == "all"]


def shares(frame: pd.DataFrame, points: list[IndexPoint]) -> dict[str, dict[date, float | None]]:
    """The measures by day, and beside them the plain count: the share of all entries that are about the theatre."""
    found = {name: {point.at.date(): getattr(point, name) for point in points} for name in MEASURES}
    plain = frame.groupby(frame["at"].dt.date)["theatre"].mean()
    return found | {"plain share": {day: float(plain[day]) for day in found["attention"]}}


def beside(lines: dict[str, dict[date, float | None]], yardstick: dict[date, float]) -> None:
    heads = f"{'days':>6}{'same day':>10}{'a day later':>13}{'changes, same':>15}{'later':>8}"
    print(f"{'Spearman with the yardstick':30}{heads}")
    for name, line in lines.items():
        known = pd.Series(line, dtype=float).dropna()
        row, n = [], len(known)
        for change in (False, True):
            for later in (0, 1):
                other = pd.Series({day: yardstick.get(day + later * DAY) for day in known.index}, dtype=float)
                pair = pd.concat([known, other], axis=1)
                pair = (pair.diff() if change else pair).dropna()
                row.append(spearmanr(pair[0], pair[1]).statistic if len(pair) > 3 else np.nan)
        print(f"{name:30}{n:>6}{row[0]:>10.2f}{row[1]:>13.2f}{row[2]:>15.2f}{row[3]:>8.2f}")


def left_out(frame: pd.DataFrame, parameters: Parameters, first: datetime) -> None:
    """For each day and measure: the newsroom without which it moves most, and by how much."""
    whole = {point.at: point for point in days_of(frame, parameters, first)}
    without = {
        name: {p.at: p for p in days_of(frame[frame["publisher"] != name], parameters, first)}
        for name in frame["publisher"].cat.categories
    }
    print(f"{'day':12}" + "".join(f"{measure:>10}{'most moved by':>27}" for measure in MEASURES))
    over: dict[str, int] = dict.fromkeys(MEASURES, 0)
    for at, point in whole.items():
        line = f"{at:%Y-%m-%d}  "
        for measure in MEASURES:
            value = getattr(point, measure)
            moves = {}
            for name, points in without.items():
                other = getattr(points[at], measure) if at in points else None
                if value and other is not None:
                    moves[name] = 100 * (other / value - 1)
            if not moves:
                line += f"{'-':>10}{'':27}"
                continue
            most = max(moves, key=lambda name: abs(moves[name]))
            over[measure] += abs(moves[most]) > SHOWN
            line += f"{value:>10.0f}{f'{moves[most]:+.0f} % without {most[:12]}':>27}"
        print(line)
    print(
        f"days moved by more than {SHOWN:.0f} %: "
        + ", ".join(f"{name} {n} of {len(whole)}" for name, n in over.items())
    )


def report(frame: pd.DataFrame, yardstick: dict[date, float], first: datetime) -> None:
    newsrooms, about = frame["publisher"].nunique(), int(frame["theatre"].sum())
    print(f"{len(frame):,} entries of {newsrooms} newsrooms, {about:,} about the theatre")
    fixed = first.date(), (first + DAY).date()
    for parameters in (Parameters(replicates=0), Parameters(replicates=0, reference=fixed)):
        points = days_of(frame, parameters, first)
        span = (
            f"reference {parameters.reference[0]} and {parameters.reference[1]}"
            if parameters.reference
            else "shipped reference: built-in, trailing after 14 days"
        )
        print(f"\n== {span}: {points[0].at:%Y-%m-%d} to {points[-1].at:%Y-%m-%d}, {len(points)} whole days")
        beside(shares(frame, points), yardstick)
        left_out(frame, parameters, first)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stream", nargs="?", type=Path)
    parser.add_argument("yardstick", nargs="?", type=Path)
    parser.add_argument("--column", default="GPRD")
    parser.add_argument("--database", help="where the read entries are kept, or were")
    options = parser.parse_args()
    if options.stream is None or options.yardstick is None:
        print("needs a recorded stream and a yardstick: python -m benchmarks.replay --help")
        return
    with open(options.yardstick, encoding="utf-8", newline="") as lines:
        yardstick = {date.fromisoformat(row["date"]): float(row[options.column]) for row in csv.DictReader(lines)}
    with TemporaryDirectory() as folder:
        store = open_store(options.database or f"sqlite:///{folder}/stream.db")
        if not articles.newest_id(store):
            fill(store, options.stream)
        with gzip.open(options.stream, "rt", encoding="utf-8") as lines:
            began = min(utc(json.loads(line)["first_seen"]) for line in lines)
        report(index.entries(store), yardstick, midnight(began) + DAY)
        store.close()


if __name__ == "__main__":
    main()
