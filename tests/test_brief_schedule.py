"""Briefs by the clock: due once at each of their times, made once, sent once to each address."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.service import AlertService
from monitor.clock import StandingClock
from monitor.config.briefs import ScheduledBrief
from monitor.config.settings import load
from monitor.operation.brief import service
from monitor.operation.brief.schedule import due
from monitor.storage import alerts, notes
from monitor.storage.store import open_store
from tests.test_alerts_service import HOUR, hook

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(text: str, **more) -> ScheduledBrief:
    return ScheduledBrief(name="Morning", at=text, **more)


@pytest.mark.parametrize("brief, now, slot", [
    (at("06:30"), MONDAY + 6 * HOUR, None),  # yesterday's is too long ago
    (at("06:30"), MONDAY + 6.5 * HOUR, MONDAY + 6.5 * HOUR),
    (at("06:30"), MONDAY + 9.5 * HOUR, MONDAY + 6.5 * HOUR),
    (at("06:30"), MONDAY + 9.5 * HOUR + MINUTE, None),
    (at("06:30 Asia/Dubai"), MONDAY + 2.5 * HOUR, MONDAY + 2.5 * HOUR),
    (at("23:00"), MONDAY + HOUR, MONDAY - HOUR),  # last night's
    (at("06:30", days=["tue", "sun"]), MONDAY + 7 * HOUR, None),
    (at("23:00", days=["sun"]), MONDAY + HOUR, MONDAY - HOUR),
    (at("23:30 America/New_York", days=["sun"]), MONDAY + 4.5 * HOUR, MONDAY + 4.5 * HOUR),  # Sunday there
])  # fmt: skip
def test_when_a_brief_is_due(brief, now, slot):
    assert due(brief, None, now) == slot
    assert due(brief, slot, now) is None  # made already
    if slot:
        assert due(brief, slot - timedelta(days=1), now) == slot


@pytest.mark.parametrize("zone, day", [
    ("Europe/Paris", datetime(2026, 3, 29, tzinfo=UTC)),  # 02:30 does not exist
    ("Europe/Paris", datetime(2026, 10, 25, tzinfo=UTC)),  # 02:30 comes twice
])  # fmt: skip
def test_a_change_of_the_clocks_brings_one_brief_a_day(zone, day):
    brief, last, made = at(f"02:30 {zone}"), None, []
    for minutes in range(0, 3 * 24 * 60, 10):
        now = day - timedelta(days=1) + minutes * MINUTE
        if slot := due(brief, last, now):
            last = slot
            made.append(slot)
    assert len(made) == 3 and len(set(made)) == 3


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield opened
    opened.close()


def settings_of(folder, *urls):
    (folder / "feeds.yaml").write_text(
        "feeds: [{name: A, url: 'https://a.example/rss'}]\n"
        "briefs:\n"
        "  - {name: Morning brief, at: 06:30, lang: fr}\n"
        "  - {name: Off, at: 06:30, enabled: false}\n",
        encoding="utf-8",
    )
    return load(folder / "feeds.yaml", {"MONITOR_ALERT_URLS": " ".join(urls)})


def test_a_brief_is_made_and_sent_once_whatever_process_looks(store, tmp_path):
    with hook() as receiver:
        settings = settings_of(tmp_path, receiver.url)
        for minutes in (0, 5, 20, 60):
            now = MONDAY + 6.5 * HOUR + minutes * MINUTE
            one = service.BriefService(store, StandingClock(now))
            for _ in range(2):
                one.update(settings, now)
                AlertService(store, StandingClock(now)).update(settings)
    (stored,) = alerts.find(store)
    assert (stored.kind, stored.state, stored.at) == ("brief", "made", MONDAY + 6.5 * HOUR)
    (message,) = receiver.got
    assert message["title"] == "Morning brief" and message["message"].startswith("# Point sur le Golfe")
    tomorrow = MONDAY + 30.5 * HOUR
    service.BriefService(store, StandingClock(tomorrow)).update(settings, tomorrow)
    assert len(alerts.find(store)) == 2


def test_a_brief_of_made_up_news_is_never_sent(store, tmp_path):
    notes.put(store, "synthetic", "yes", MONDAY)
    now = MONDAY + 6.5 * HOUR
    with hook() as receiver:
        settings = settings_of(tmp_path, receiver.url)
        service.BriefService(store, StandingClock(now)).update(settings, now)
        AlertService(store, StandingClock(now)).update(settings)
    assert receiver.got == [] and "fictives" in alerts.find(store)[0].message
