"""What a brief says, read from the database once, and the parts of it that are the same in every form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.config.settings import Settings
from monitor.index import state, strait
from monitor.index.state import State
from monitor.index.strait import Strait
from monitor.language import numeral, speaking
from monitor.models import Article, IndexPoint, Price, Story
from monitor.operation.brief.words import Words
from monitor.storage import articles, index, leading, notes, observations, prices, signals, stories
from monitor.storage.store import Store

SINCE = timedelta(days=1)  # of the events
SPAN = timedelta(days=14)  # of the chart
EVENTS, REPORTS = 5, 4
PRICES = timedelta(days=14)  # before now: an older close is no price of now
MOMENT = timedelta(microseconds=1)
OLD_HOURS = 3  # from then on the sentence says how old its numbers are
CLEAR = ("rising", "falling")


@dataclass(frozen=True, slots=True)
class Event:
    """A leading story with its first report of each publisher, oldest first."""

    story: Story
    reports: Sequence[Article]

    def title(self, lang: str) -> str:
        """The headline in this language, where a publisher has one."""
        return dict(self.story.titles).get(lang, self.story.title)


@dataclass(frozen=True, slots=True)
class Close:
    """The newest finished close of a price and the one before it, of the same source."""

    series: str
    last: Price | None = None
    before: Price | None = None

    @property
    def change(self) -> float | None:
        """Per cent on the day."""
        if self.last is None or self.before is None or self.before.close <= 0:
            return None
        return 100 * (self.last.close / self.before.close - 1)


@dataclass(frozen=True, slots=True)
class Brief:
    """What is on the page."""

    now: datetime
    since: datetime
    state: State
    points: Sequence[IndexPoint]  # hourly, of the whole theatre, oldest first
    parts: Sequence[tuple[str, State]]
    events: Sequence[Event]
    closes: Sequence[Close]
    strait: Strait | None = None  # whether Hormuz is open, according to whom
    reference: tuple[date, date] | None = None
    newest_article: datetime | None = None
    replay: bool = False
    synthetic: bool = False


def gather(store: Store, settings: Settings, now: datetime, since: datetime, *, replay: bool = False) -> Brief:
    """The brief of this moment; `since` is when its events begin. Raises StorageError."""
    begin = now - max(SPAN, state.HISTORY)
    by_part: dict[str, list[IndexPoint]] = {}
    for point in index.points(store, "hour", "*", begin, now + MOMENT):
        by_part.setdefault(point.part, []).append(point)
    measured = any(one.name == strait.rules().series and one.enabled for one in settings.series)
    newest = articles.find(store, articles.Filter(until=now + MOMENT), limit=1)
    return Brief(
        now,
        since,
        state.state(by_part.get("all", ()), now),
        [point for point in by_part.get("all", ()) if point.at >= now - SPAN],
        [(part, state.state(by_part.get(part, ()), now)) for part in settings.board],
        [_event(store, one.story, now) for one in leading.leading(store, since, now + MOMENT, EVENTS)],
        [_close(store, price.name, now) for price in settings.prices],
        strait_now(store, now, measured=measured),
        settings.index.span,
        newest[0].first_seen if newest else None,
        replay,
        "synthetic" in notes.all(store),
    )


def strait_now(store: Store, now: datetime, *, measured: bool) -> Strait:
    """Whether the strait is open, since when and according to whom. `measured`: ships there are counted in a series
    that is on.
    """
    by = strait.rules()
    said = signals.of_place(store, by.place, by.categories, by.rules, now - by.look_back, now)
    days: list[tuple[datetime, float]] = []
    if measured:
        since = now - by.look_back - timedelta(days=2 * by.normal_days)
        known = observations.values(store, by.series, since, until=now, known_at=now)
        days = [(one.day, one.value) for one in known]
    return strait.state(said, now, transits=days)


def _event(store: Store, story: Story, now: datetime) -> Event:
    first: dict[str, Article] = {}
    for article in sorted(stories.members(store, story.id), key=lambda one: (one.at, one.id)):
        if article.first_seen <= now:
            first.setdefault(article.publisher, article)
    return Event(story, list(first.values())[:REPORTS])


def _close(store: Store, name: str, now: datetime) -> Close:
    """Of the prices that the market had made by then."""
    known = [
        price
        for price in prices.series(store, name, now - PRICES, until=now + timedelta(days=1))
        if price.final and (price.market_time or price.day + timedelta(days=1)) <= now
    ]
    if not known:
        return Close(name)
    earlier = [price for price in known[:-1] if price.source == known[-1].source]
    return Close(name, known[-1], earlier[-1] if earlier else None)


# -- sentences that every form has ------------------------------------------------------------------------


def sentence(brief: Brief, words: Words) -> str:
    """The sentence of the board; in the other languages the same facts, each with its label."""
    if words.lang == "en":
        with speaking("en"):
            return state.sentence(brief.state, brief.now)
    point = brief.state.now
    if point is None or point.tension is None:
        return words.labelled(words("tension"), words("not enough news")) + "."
    said = [_measure(brief.state, "tension", words), _measure(brief.state, "relief", words)]
    if brief.state.level is not None:
        word = words({"normal": "usual"}.get(found := state.level(brief.state.level), found))
        value = words.number(numeral(brief.state.level, ",.0f", words.lang))
        said.append(words.labelled(words("level", days=brief.state.days), f"{value} ({word})"))
    hours = (brief.now - point.at - timedelta(hours=1)) // timedelta(hours=1)
    old = f" {words('old', hours=hours)}" if hours >= OLD_HOURS else ""
    return words.joined(said, ";") + "." + old


def strait_sentence(brief: Brief, words: Words) -> str:
    """Empty where nothing was asked of it."""
    if brief.strait is None:
        return ""
    with speaking(words.lang):
        return strait.sentence(brief.strait, brief.now)


def _measure(found: State, measure: str, words: Words) -> str:
    value = getattr(found.now, measure)
    if value is None:
        return ""
    change, moved = found.change(measure), found.trend(measure)
    by = "" if change is None else words("change", change=numeral(change, "+,.0f", words.lang))
    about = words.joined([by, moved and words(moved)])
    amount = words.number(numeral(value, ",.0f", words.lang))
    return words.labelled(words(measure), amount + (f" ({about})" if about else ""))


def normal(brief: Brief, words: Words) -> str:
    """What 100 means."""
    point = brief.points[-1] if brief.points else None
    if words.lang == "en":
        with speaking("en"):
            return state.normal(brief.reference, point is not None and point.status == "provisional")
    span = " – ".join(words.number(day) for day in brief.reference or ())
    return words("normal") + (f" ({span})" if span else "")


def part_row(part: str, found: State, words: Words) -> tuple[str, str, str, str]:
    """Name, state in words, last 24 hours with their change, level of 7 days."""
    point = found.now
    if point is None or point.tension is None:
        return words(part), words("not enough news"), "", ""
    moved = found.trend()
    said = words.joined([words(state.amount_of_part(point.tension)), words(moved) if moved in CLEAR else ""])
    change = numeral(found.change() or 0.0, "+,.0f", words.lang)
    by = f" ({change})" if change not in ("+0", "-0") else ""
    level = "" if found.level is None else numeral(found.level, ",.0f", words.lang)
    return words(part), said, numeral(point.tension, ",.0f", words.lang) + by, level


def event_note(event: Event, words: Words) -> str:
    """`escalation; confirmed; independent publishers: 4`."""
    story = event.story
    side = words(story.direction) if story.direction in ("escalation", "deescalation", "mixed") else ""
    return words.joined([side, words(story.state), words("publishers", count=story.publishers)], ";")


def close_row(close: Close, words: Words) -> tuple[str, str, str, str]:
    """Name, price, change on the day, day of the close."""
    if close.last is None:
        return close.series, words("no_price"), "", ""
    change = "" if close.change is None else numeral(close.change, "+.1f", words.lang) + " %"
    price = f"{numeral(close.last.close, ',.2f', words.lang)} {close.last.unit}"
    return close.series, price, change, f"{close.last.day:%Y-%m-%d}"


def notes_above(brief: Brief, words: Words) -> list[str]:
    """What has to be known before anything is read."""
    said = [words("synthetic")] if brief.synthetic else []
    return said + ([words("replay")] if brief.replay else [])


def freshness(brief: Brief, words: Words) -> str:
    if brief.newest_article is None:
        return words("no_article")
    return words("newest", time=f"{brief.newest_article:%Y-%m-%d %H:%M} UTC")


def publishers_behind(brief: Brief) -> int:
    return brief.points[-1].publishers if brief.points else 0
