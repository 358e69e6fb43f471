"""Fills a database of its own with a made-up fortnight, for people without a network: `make demo`.

    demo/news.yaml -> entries -> tag -> storage, through the same code as real news; prices are drawn with a fixed seed

Everything in it is labelled synthetic, on screen and in files.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from pathlib import Path

import yaml

from monitor.clock import midnight
from monitor.config.settings import load
from monitor.index.indexer import update_index
from monitor.models import Entry, Feed, FeedState, Price, Text
from monitor.reader.reader import Reader
from monitor.storage import notes, prices, saving
from monitor.storage.saving import Item
from monitor.storage.store import Store, open_store
from monitor.stories import service as story_service

HERE = Path(__file__).resolve().parents[2] / "demo"
DAYS = 14
SPREAD = 4.0  # dollars from WTI to Brent
OTHER_EVERY = timedelta(hours=3)  # an off-topic entry of each feed, so that a share has its denominator


def entries(news: dict, feeds: Iterable[Feed], until: datetime) -> Iterator[tuple[str, datetime, Entry]]:
    """(feed, time, entry) of the fortnight before `until`, oldest first."""
    found = []
    for row in news["news"]:
        found.append((row["feed"], until - timedelta(hours=row["at"]), row["title"], row.get("summary", "")))
    for number, feed in enumerate(feeds):
        other = news["other"][feed.language]
        texts = [f"{subject} {ending}" for subject, ending in product(other["subjects"], other["endings"])]
        random.Random(number).shuffle(texts)
        at = until - timedelta(days=DAYS) + timedelta(minutes=37 * number)
        for text in cycle(texts):
            if at >= until:
                break
            found.append((feed.name, at, f"{text} ({at:%d.%m.})", ""))
            at += OTHER_EVERY
    for number, (feed, at, title, summary) in enumerate(sorted(found, key=lambda row: row[1])):
        link = f"https://demo.example/{number}"
        yield feed, at, Entry(link, title, link, summary, at, at.isoformat())


def prices_of(until: datetime) -> Iterator[Price]:
    """A year of closes of Brent and WTI: one seeded random walk with a jump while the made-up crisis lasts, and a
    spread between the two that stays near four dollars.
    """
    drawn, level, spread = random.Random(0), math.log(74.0), SPREAD
    today = midnight(until)
    for back in range(365, 0, -1):
        day = today - timedelta(days=back)
        if day.weekday() > 4:
            continue
        level += drawn.gauss(0, 0.008) + 0.01 * (math.log(74.0) - level)
        level += {6: 0.05, 5: 0.06, 4: 0.03, 2: -0.07}.get(back, 0.0)
        spread += drawn.gauss(0, 0.15) + 0.1 * (SPREAD - spread)
        for series, close in (("Brent", math.exp(level)), ("WTI", math.exp(level) - spread)):
            made = day + timedelta(hours=19)
            yield Price(series, day, round(close, 2), "synthetic", "synthetic", "USD/bbl", made, until)


def fill(store: Store, reader: Reader, until: datetime) -> int:
    """Put the fortnight into an empty database; gives the number of articles."""
    news = yaml.safe_load((HERE / "news.yaml").read_text(encoding="utf-8"))
    notes.put(store, "synthetic", "made up for the demo", now=until)
    feeds = {feed.name: feed for feed in load(HERE / "feeds.yaml", {}).feeds}
    stored = 0
    for name, at, entry in entries(news, feeds.values(), until):
        feed = feeds[name]
        (reading,) = reader.read([Text(entry.title, entry.summary, feed.language)])
        assert feed.publisher and entry.guid  # as demo/feeds.yaml and entries() have them
        item = Item(entry, reading, feed.publisher, entry.guid, entry.link)
        state = FeedState(name, feed.url, state="well", status=200, last_polled=at, last_success=at)
        stored += len(saving.save(store, feed, [item], state=state, slices=None, now=at).new)
    prices.save(store, prices_of(until))
    return stored


def main() -> None:
    """Make data/demo.db again, ending now."""
    path = Path("data/demo.db")
    for old in (path, path.with_name("demo.db-wal"), path.with_name("demo.db-shm")):
        old.unlink(missing_ok=True)
    store = open_store(f"sqlite:///{path}")
    until = datetime.now(UTC)
    stored = fill(store, Reader.load(), until)
    story_service.update(store, until)
    update_index(store, None, until)
    store.close()
    print(f"{stored} made-up articles in {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
