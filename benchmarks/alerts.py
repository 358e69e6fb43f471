"""Which alerts the rules of feeds.yaml give on a recorded stream, and how long after the news they come.

    python -m benchmarks.alerts STREAM.jsonl.gz [--feeds feeds.yaml] [--reference 2026-02-26 2026-02-27]

The stream has a line an entry: first_seen, source, title, summary, link, published. At every minute in which entries
were first seen these are stored, read and grouped, the index is brought up to date and the rules decide, as in the
running program; so stories are as they were then. Rules on prices, on series and on silence are left out. Beside each
alert on a signal stands how long after its second publisher was first seen it came. Whoever tunes rules on a stream
and then counts on it counts in-sample.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.replay import published, utc
from monitor import reader
from monitor.alerts import service
from monitor.config.settings import Settings, load
from monitor.config.shapes import Index, Reference
from monitor.index.indexer import IndexUpdater
from monitor.models import Alert, Entry, Feed, FeedState, Text
from monitor.storage import alerts, articles, saving
from monitor.storage.saving import Item
from monitor.storage.store import Store, open_store
from monitor.stories.service import StoryService

MINUTE = timedelta(minutes=1)


def rounds(stream: Path) -> Iterator[tuple[datetime, dict[str, list[dict]]]]:
    """The entries by the minute after they were first seen and by source, oldest first."""
    found: dict[datetime, dict[str, list[dict]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            seen = utc(row["first_seen"]).replace(second=0, microsecond=0) + MINUTE
            found[seen][row["source"]].append(row)
    yield from sorted(found.items())


def replay(store: Store, settings: Settings, stream: Path) -> None:
    """Poll the whole stream into the database, deciding each time."""
    read, grouped, indexed = reader.load(), StoryService(store), IndexUpdater(store)
    for now, sources in rounds(stream):
        for source, rows in sources.items():
            items = []
            for row in rows:
                text = Text(row["title"] or "", row["summary"] or "", "en")
                reading = read.gate(text) or read.read([text])[0]
                entry = Entry(None, text.title, row["link"], text.summary, published(row["published"]), None)
                items.append(Item(entry, reading, source, row["link"] or text.title))
            feed = Feed(source, "https://stream.invalid/" + source, publisher=source)
            saving.save(store, feed, items, state=FeedState(source, feed.url), slices=None, now=now)
        grouped.update(now)
        indexed.update(settings, now)
        service.decide(store, settings, now, now)


def after_the_second(store: Store, alert: Alert) -> timedelta | None:
    """From when the second publisher behind an alert was first seen; None for an alert on the index."""
    seen: dict[str, datetime] = {}
    for article in articles.several(store, list(alert.articles)):
        seen[article.publisher] = min(article.first_seen, seen.get(article.publisher, article.first_seen))
    return alert.at - sorted(seen.values())[1] if alert.kind == "signal" and len(seen) > 1 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stream", nargs="?", type=Path)
    parser.add_argument("--feeds", type=Path, default=Path("feeds.yaml"))
    parser.add_argument("--reference", nargs=2, type=date.fromisoformat, metavar=("FROM", "TO"))
    options = parser.parse_args()
    if options.stream is None:
        print("needs a recorded stream: python -m benchmarks.alerts --help")
        return
    settings = load(options.feeds, {})
    kept = tuple(rule for rule in settings.alerts if rule.kind in ("signal", "level", "jump"))
    index = settings.index
    if options.reference:
        first, last = options.reference
        index = Index.model_validate(
            index.model_dump(exclude={"reference", "tiers"}) | {"reference": Reference(**{"from": first, "to": last})}
        )
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/stream.db")
        replay(store, replace(settings, alerts=kept, index=index), options.stream)
        found = alerts.find(store, limit=10_000)[::-1]
        for alert in found:
            if alert.state == "firing":
                late = after_the_second(store, alert)
                first, *rest = alert.message.splitlines()
                print(f"{alert.at:%m-%d %H:%M} {alert.rule}{'' if late is None else f' (+{late})'}: {first}")
                print("\n".join(f"            {line[:110]}" for line in rest[:3]))
        print("\nfired, by rule and day:")
        for rule in kept:
            days = Counter(f"{a.at:%m-%d}" for a in found if a.rule == rule.name and a.state == "firing")
            print(f"  {rule.name}: {sum(days.values())}: {', '.join(f'{day} {n}' for day, n in days.items())}")
        store.close()


if __name__ == "__main__":
    main()
