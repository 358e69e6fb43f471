"""How large a database is for each article, and how much smaller what `retention` removes makes it.

    python -m benchmarks.size [--articles 20000]

Articles are made up: a title of 70 characters and a summary of 250, of words as frequent as in a language (Zipf), one
in ten with a signal. Figures for a million are these times what is missing to a million, no measurement.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from monitor.models import Entry, Feed, FeedState, Reading, Signal
from monitor.pipeline import retention
from monitor.storage import open_store, saving
from monitor.storage.retention import Cutoffs
from monitor.storage.saving import Item
from monitor.storage.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
STRIKE = Signal(
    "attack", "escalation", "act", 9.0, "strike", "title", 0, 6, "Strike", "ISR", "IRN", "Isfahan", ("passive",)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20_000)
    count = parser.parse_args().articles
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/size.db")
        fill(store, count)
        print(f"all: {size(store) / count:,.0f} bytes an article, of {count:,}")
        later = START + timedelta(days=4_000)
        for name, older in (("without texts", Cutoffs(texts=later)), ("removed", Cutoffs(articles=later))):
            for _ in retention.prune(store, older, None, later):
                pass
            print(f"{name}: {size(store) / count:,.0f} bytes an article")
        store.close()


def fill(store: Store, count: int) -> None:
    draw = random.Random(3)
    vocabulary = ["".join(draw.choices("abcdefghijklmnoprstuvz", k=draw.randint(3, 11))) for _ in range(20_000)]
    weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def text(length: int) -> str:
        return " ".join(draw.choices(vocabulary, cum_weights=weights, k=length // 5))[:length].capitalize()

    for start in range(0, count, 50):
        feed = Feed(f"Feed {start // 50 % 200}", "https://feed.example/rss")
        items = []
        for n in range(start, min(start + 50, count)):
            found = (STRIKE,) if n % 10 == 0 else ()
            link = f"https://feed.example/2026/01/a-headline-as-an-address-{n}"
            read = Reading("en", "escalation" if found else "none", 9.0 if found else 0.0, bool(found), ("IRN",), (),
                           found, (), "reader-1")  # fmt: skip
            entry = Entry(link, text(70), link, text(250), START, START.isoformat())
            items.append(Item(entry, read, "feed.example", link, link))
        now = START + timedelta(minutes=start)
        state = FeedState(feed.name, feed.url, state="well", last_polled=now)
        saving.save(store, feed, items, state=state, slices=None, now=now)


def size(store: Store) -> int:
    with store.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(store.path or "").stat().st_size


if __name__ == "__main__":
    main()
