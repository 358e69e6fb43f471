"""What feeds.yaml may say, key by key: the same models check the file and make the JSON Schema for editors."""

from __future__ import annotations

import zoneinfo
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from monitor.config.alerting import AnyRule, OnePart
from monitor.config.briefs import ScheduledBrief
from monitor.config.shape import Shape
from monitor.config.values import Day, Duration, Headers, Size, WebAddress, Words, duration_text, wrong
from monitor.models import PARTS, Language

Tier = Annotated[int, Field(strict=True, ge=1, le=4)]
Every = Annotated[timedelta, Duration("1s", "7d")]
SHORTEST_INTERVAL = timedelta(seconds=10)  # between polls of somebody else's server
Weight = Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)]


OwnHeaders = Annotated[
    Headers, Field(repr=False, description="Sent to its host only; ${NAME} stands for an environment variable.")
]
AllowPrivate = Annotated[
    bool, Field(strict=True, description="Opens this very host and port though it is private or loopback.")
]


class FeedShape(Shape):
    """One feed. A name and an address are enough."""

    name: Words = Field(description="Its key everywhere; each feed has its own.")
    url: WebAddress = Field(description="http:// or https://")
    language: Language | None = Field(None, description="The language it is written in: en, fr, ar, fa or he.")
    publisher: Words | None = Field(None, description="The publisher; all its feeds count as one independent source.")
    aggregator: Annotated[bool, Field(strict=True)] = Field(
        False, description="true: it passes on what others publish, and the <source> of each entry is believed."
    )
    tier: Tier | None = Field(None, description="1: agencies and papers of record ... 4: state, party and aggregated.")
    country: Words | None = Field(None, description="Where it is published, such as GB.")
    every: Every | None = Field(None, description="Poll it so often, such as 10m; left out, the interval adapts.")
    tags: tuple[Words, ...] = Field((), description="Words of your own.")
    enabled: Annotated[bool, Field(strict=True)] = Field(True, description="false: it is not polled.")
    headers: OwnHeaders = Field(default_factory=dict)
    allow_private: AllowPrivate = False

    @model_validator(mode="after")
    def _polite(self) -> Self:
        if self.every and self.every < SHORTEST_INTERVAL and not self.allow_private:
            raise wrong(
                f"`every` has to be at least {duration_text(SHORTEST_INTERVAL)} for a server that is not your own"
            )
        return self


class Defaults(Shape):
    """What holds for every feed that does not say otherwise, and the manners of polling."""

    every: Annotated[timedelta, Duration("10s", "7d")] | None = Field(
        None, description="Poll each feed so often; left out, the interval adapts from 5m to 60m."
    )
    tier: Tier = Field(3, description="For feeds without one.")
    language: Language | None = Field(None, description="For feeds without one.")
    per_host: Annotated[int, Field(strict=True, ge=1, le=20)] = Field(
        2, description="Connections to one host at a time."
    )
    pause: Annotated[timedelta, Duration("0s", "1m")] = Field(
        timedelta(seconds=1), description="Between two requests to one host."
    )
    timeout: Annotated[timedelta, Duration("1s", "2m")] = Field(
        timedelta(seconds=20), description="For one whole answer, redirects included."
    )
    max_bytes: Size = Field(5_000_000, description="The largest answer that is read, unpacked.")


class PriceShape(Shape):
    """One price series."""

    name: Words = Field(description="Its key everywhere, such as Brent.")
    symbol: Words = Field(description="Its symbol at Yahoo Finance, such as BZ=F.")
    unit: Words = Field("USD", description="What the number is in.")
    kind: Literal["front month", "spot", "index", "equity"] = Field("front month", description="What is priced.")
    fred: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")] | None = Field(
        None, description="The series at FRED to fall back to: spot, days late."
    )
    calendar: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/]{1,20}$")] | None = Field(
        None, description="Its trading days, by the name in exchange_calendars."
    )
    settles: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9] [A-Za-z_]+(/[A-Za-z_]+)*$")] | None = Field(
        None, description="When the close of a day is made, such as 14:30 America/New_York."
    )

    @field_validator("settles")
    @classmethod
    def _known_zone(cls, settles: str | None) -> str | None:
        if settles and settles.split(" ")[1] not in zoneinfo.available_timezones():
            raise wrong(f"no time zone {settles.split(' ')[1]!r}; write one such as America/New_York or Europe/London")
        return settles


Path = Annotated[str, Field(min_length=1, max_length=200)]


class SeriesShape(Shape):
    """One series of numbers from a file on the web."""

    name: Words = Field(description="Its key everywhere; no price series has the same.")
    url: WebAddress = Field(description="Of a CSV, XLS, XLSX or JSON file.")
    date: Path = Field(description="Name of the column of days; in JSON their path in a row, such as attributes.date.")
    value: Path = Field(description="Name of the column of numbers; in JSON their path in a row.")
    rows: Path | None = Field(None, description="JSON: path of the list of rows, such as response.data.")
    sheet: Path | None = Field(None, description="XLS, XLSX: name of the sheet; left out: the first.")
    date_format: Path | None = Field(
        None, description="How days are written, such as %d/%m/%Y; left out: 2026-02-26 and its kin."
    )
    unit: Words = Field(description="What the numbers are, such as ships a day.")
    frequency: Literal["day", "week", "month"] = Field("day", description="What one value is of.")
    lag: Annotated[timedelta, Duration("0s", "365d")] = Field(
        timedelta(days=1), description="How long after a day, week or month is over its value is usually published."
    )
    every: Annotated[timedelta, Duration("1m", "30d")] = Field(timedelta(hours=6), description="Ask so often.")
    headers: OwnHeaders = Field(default_factory=dict)
    allow_private: AllowPrivate = False
    enabled: Annotated[bool, Field(strict=True)] = Field(
        True, description="false: it is not asked for; what is stored stays."
    )

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        if self.date == self.value:
            raise wrong("`date` and `value` name the same column; write the column of the numbers as `value`")
        return self


OIL = (
    PriceShape(
        name="Brent",
        symbol="BZ=F",
        unit="USD/bbl",
        fred="DCOILBRENTEU",
        calendar="CMES",
        settles="14:30 America/New_York",
    ),
    PriceShape(
        name="WTI", symbol="CL=F", unit="USD/bbl", fred="DCOILWTICO", calendar="CMES", settles="14:30 America/New_York"
    ),
)


class Reference(Shape):
    """A fixed window that counts as normal."""

    from_: Day = Field(alias="from", description="First day, UTC.")
    to: Day = Field(description="Last day, UTC, itself included.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise wrong("`from` is later than `to`; exchange them")
        return self


class Tiers(Shape):
    """What a publisher of each tier weighs."""

    tier_1: Weight = Field(1.0, alias="1")
    tier_2: Weight = Field(0.8, alias="2")
    tier_3: Weight = Field(0.6, alias="3")
    tier_4: Weight = Field(0.4, alias="4")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not any(self.weights):
            raise wrong("every tier weighs nothing; give at least one a weight above 0")
        return self

    @property
    def weights(self) -> tuple[float, float, float, float]:
        return self.tier_1, self.tier_2, self.tier_3, self.tier_4


class Index(Shape):
    """How the tension index is made; the formula is in docs/method.md."""

    reference: Reference | None = Field(
        None, description="A fixed window that counts as normal; left out, the 90 days before the day shown."
    )
    minimum_entries: Annotated[int, Field(strict=True, ge=1, le=100_000)] = Field(
        30, description="Fewer entries: not enough news."
    )
    minimum_publishers: Annotated[int, Field(strict=True, ge=1, le=1_000)] = Field(
        3, description="Fewer publishers: not enough news."
    )
    tiers: Tiers = Field(Tiers(), description="The weight of a publisher by tier.")

    @property
    def span(self) -> tuple[date, date] | None:
        """The fixed reference window, both days included."""
        return (self.reference.from_, self.reference.to) if self.reference else None


class TheatreShape(Shape):
    """What counts as the region, and words of your own."""

    lexicon: Words | None = Field(None, description="Your own word file, relative to this one; see docs/lexicon.md.")
    widen: tuple[Words, ...] = Field((), description="Countries (ISO codes) or gazetteer names that count as well.")
    replace: tuple[Words, ...] = Field((), description="Only these count, in place of the shipped region.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.widen and self.replace:
            raise wrong("`widen` and `replace` exclude each other; keep one")
        return self


INDEX_NEEDS = "120d"  # 90 days of reference before the oldest point that a late article may change, 14 days ago


class Retention(Shape):
    """For how long what is stored is kept. What is left out is kept for good; points of the index always are."""

    slices: Annotated[timedelta, Duration("1d", "36500d")] | None = Field(
        None, description="Hashes of the items of feeds that were not polled for so long."
    )
    texts: Annotated[timedelta, Duration("14d", "36500d")] | None = Field(
        None, description="Summaries; titles, signals and the words that prove each stay."
    )
    articles: Annotated[timedelta, Duration(INDEX_NEEDS, "36500d")] | None = Field(
        None, description="Articles without a signal, and in no story that has one."
    )
    signals: Annotated[timedelta, Duration(INDEX_NEEDS, "36500d")] | None = Field(
        None, description="Articles with a signal, whole stories at a time; never shorter than `articles`."
    )
    alerts: Annotated[timedelta, Duration("30d", "36500d")] | None = Field(
        None, description="Alerts that are over, with what became of sending them."
    )
    feed_log: Annotated[timedelta, Duration("1d", "36500d")] | None = Field(
        None, description="Rounds of feeds; the last 200 of a feed at most are kept anyway."
    )
    export: Words | None = Field(
        None, description="A folder, relative to this file: what goes is written there before, as Parquet."
    )

    @model_validator(mode="after")
    def _signals_longest(self) -> Self:
        if self.signals and (self.articles is None or self.articles > self.signals):
            raise wrong("`signals` needs `articles` that are kept no longer: the index is a share of all articles")
        return self


class File(Shape):
    """feeds.yaml as a whole."""

    feeds: tuple[FeedShape, ...] = Field(description="The feeds to poll.")
    defaults: Defaults = Field(Defaults(), description="For every feed that does not say otherwise.")
    prices: tuple[PriceShape, ...] = Field(OIL, description="Price series; left out: Brent and WTI.")
    series: tuple[SeriesShape, ...] = Field((), description="Series of numbers from files on the web.")
    index: Index = Field(Index(), description="The tension index.")
    alerts: tuple[AnyRule, ...] = Field((), description="When to alert; where to is set by MONITOR_ALERT_URLS.")
    theatre: TheatreShape = Field(TheatreShape(), description="What counts as the region.")
    board: tuple[OnePart, ...] = Field(
        tuple(PARTS), description="The parts of the theatre that the board shows, in this order; left out: all."
    )
    retention: Retention = Field(Retention(), description="For how long what is stored is kept.")
    briefs: tuple[ScheduledBrief, ...] = Field(
        (), description="Briefs that are made by the clock and sent where alerts are sent."
    )
