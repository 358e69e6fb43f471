"""What follows new articles is done when it is due, also where another process did it last."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config.settings import load
from monitor.errors import PriceError
from monitor.index import indexer
from monitor.index.indexer import IndexUpdater
from monitor.models import Entry, Feed, FeedState, Reading, Signal
from monitor.prices import Answer, update
from monitor.prices.update import PriceUpdater
from monitor.storage import index, notes, saving
from monitor.storage.saving import Item
from monitor.storage.store import open_store

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BRENT = "feeds: [{name: A, url: 'https://a.example/rss'}]\nprices: [{name: Brent, symbol: BZ=F}]\n"
STRIKE = Signal("attack", "escalation", "act", 9.0, "test", "title", 0, 6, "strike")


class Service:
    """A price service that notes when it was asked; `fault` is what it answers."""

    def __init__(self):
        self.asked: list[datetime] = []
        self.fault: PriceError | None = None

    def fetch_all(self, wanted, *, now):
        self.asked.append(now)
        return [Answer(series.name, (), (self.fault,) if self.fault else ()) for series, _ in wanted]


@pytest.fixture
def service(monkeypatch):
    made = Service()
    monkeypatch.setattr(update, "price_client", lambda settings: made)
    return made


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


def settings_of(folder, text: str = BRENT):
    (folder / "feeds.yaml").write_text(text)
    return load(folder / "feeds.yaml", {})


def after_round(store, settings, now: datetime = NOW) -> None:
    """As a process that ends does it."""
    PriceUpdater(store).update(settings, now)
    IndexUpdater(store).update(settings, now)


def report(store, guid: str, at: datetime) -> None:
    for name in ("A", "B", "C"):
        read = Reading("en", "escalation", 9.0, True, (), (), (STRIKE,), (), "test")
        item = Item(
            Entry(f"{name} {guid}", f"strike {guid} of {name}", None, "", at, None), read, name, f"{name} {guid}"
        )
        feed = Feed(name, f"https://{name}.example/rss")
        saving.save(store, feed, [item], state=FeedState(name, feed.url), slices=None, now=at)


@pytest.fixture
def computed(monkeypatch):
    """The spans of time that were computed: from when each began."""
    starts, real = [], indexer.Indexer._compute
    monkeypatch.setattr(
        indexer.Indexer, "_compute", lambda self, since, now, seen: starts.append(since) or real(self, since, now, seen)
    )
    return starts


def test_prices_are_asked_every_ten_minutes_whoever_asked_last(store, tmp_path, service):
    settings = settings_of(tmp_path)
    for now in (NOW, NOW + 9 * MINUTE, NOW + 10 * MINUTE):
        after_round(store, settings, now)
    assert service.asked == [NOW, NOW + 10 * MINUTE]
    after_round(store, settings_of(tmp_path, BRENT.replace("BZ=F", "CL=F")), NOW + 10 * MINUTE)
    after_round(store, settings, NOW - HOUR)  # the clock was put back
    assert len(service.asked) == 4


def test_a_fault_is_asked_again_by_the_next_process(store, tmp_path, service):
    service.fault = PriceError("yahoo", "no connection", kind="network")
    for _ in range(2):
        after_round(store, settings_of(tmp_path))
    assert len(service.asked) == 2


def test_the_index_is_computed_from_what_is_new_whoever_computed_last(store, tmp_path, service, computed):
    settings = settings_of(tmp_path)
    report(store, "old", NOW - 30 * HOUR)
    report(store, "new", NOW - HOUR)
    for _ in range(3):
        after_round(store, settings)
    assert computed == [(NOW - 30 * HOUR).replace(minute=0)]
    report(store, "late", NOW - 2 * HOUR)
    after_round(store, settings, NOW + MINUTE)
    after_round(store, settings, NOW + HOUR)  # another hour has begun
    assert computed[1:] == [(NOW - 2 * HOUR).replace(minute=0), NOW.replace(minute=0)]
    assert len(index.points(store, "hour")) == 32


def test_another_formula_is_computed_from_the_start(store, tmp_path, service, computed):
    report(store, "old", NOW - 30 * HOUR)
    after_round(store, settings_of(tmp_path))
    after_round(store, settings_of(tmp_path, BRENT + "index: {reference: {from: 2026-03-01, to: 2026-03-01}}\n"))
    assert computed == [(NOW - 30 * HOUR).replace(minute=0)] * 2
    assert notes.all(store)[index.IN_USE].value.startswith("share-")
