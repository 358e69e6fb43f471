"""The dataclasses that all packages share, named once for code, database, CSV and screen. All are frozen.

Times are timezone-aware UTC datetimes. An unknown value is None, never a substitute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from monitor.language import N_

Language = Literal["en", "fr", "ar", "fa", "he"]
Grain = Literal["hour", "day"]
# what the index measures: coverage of escalation, of de-escalation, and of the theatre at all, whatever is said of it
Measure = Literal["tension", "relief", "attention"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

ESCALATION = ("attack", "maritime", "threat", "mobilize", "nuclear", "sanction", "rupture", "unrest", "energy")
DEESCALATION = ("talks", "accord", "ceasefire", "concession", "release", "withdrawal", "sanctions_relief", "appeal")
CATEGORIES = ESCALATION + DEESCALATION
VECTOR = 192  # numbers of the vector that says what an entry means
UNREAD = (
    "unread"  # the direction of an article that is stored and not read yet: a state of its own, never counted as calm
)
# what categories were called in earlier versions: old links and alert rules still say so
FORMER_CATEGORIES = {"relief": "sanctions_relief"}
# parts of the theatre; what puts an entry there is in parts.py
PARTS = {
    "hormuz": N_("Hormuz and shipping"),
    "iran_us": N_("Iran-US"),
    "iran_israel": N_("Iran-Israel"),
    "gulf_states": N_("Gulf states"),
    "iraq_syria": N_("Iraq-Syria"),
    "yemen_red_sea": N_("Yemen-Red Sea"),
    "lebanon": N_("Lebanon"),
    "gaza": N_("Gaza"),
    "nuclear_file": N_("nuclear file"),
    "energy_works": N_("energy works"),
}
# what parts were called in earlier versions: old links still say so
FORMER_PARTS = {label: part for part, label in PARTS.items()}


# -- feeds ------------------------------------------------------------------------------------------------

# why a feed gave no document; the same word in log, database, CSV and screen
FailureKind = Literal[
    "dns",  # the host name was not found
    "network",  # no connection to the server
    "timeout",  # the server did not finish answering in time
    "tls",  # the secure connection could not be made
    "refused address",  # the address is private or reserved
    "redirects",  # redirected too often or to a place that is not allowed
    "http",  # the server answered with an error
    "rate limited",  # the server asked to come back later
    "gone",  # the feed was removed for good (410)
    "too large",  # the answer is larger than allowed
    "encoding",  # the compression of the answer is broken or not offered
    "not a feed",  # the answer is not a feed
    "not a series",  # the answer is not the file that `series` describes
    "not parseable",  # the feed could not be read
    "dangerous",  # the document carries an attack
    "storage",  # what the feed brought could not be stored
    "parser",  # reading the feed took too much time or memory
    "program",  # this program failed while it asked for the feed; the log says where
]


@dataclass(frozen=True, slots=True)
class Feed:
    """One line of feeds.yaml, defaults filled in. `name` is its key everywhere."""

    name: str
    url: str
    language: str | None = None
    publisher: str | None = None  # whose entries they are, where independent sources are counted
    tier: int = 3
    country: str | None = None
    every: timedelta | None = None  # None: the interval adapts
    tags: tuple[str, ...] = ()
    enabled: bool = True
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold secrets
    allow_private: bool = False
    aggregator: bool = False  # collects what others publish; the <source> of each entry is its publisher


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as parsed: plain text, no markup, nothing guessed."""

    guid: str | None
    title: str
    link: str | None  # http(s) only
    summary: str  # the longer of summary and full content, at most 10,000 characters
    published: datetime | None  # only where certain
    published_text: str | None  # the date as the feed wrote it
    source: str | None = None  # <source> of an aggregator: the true publisher
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An item that could not be read; its neighbours were."""

    position: int  # among the document's items
    reason: str
    mendable: bool = False  # this program failed over it; a later version may read it


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one feed document held. `slices` are the hashes of its raw items."""

    title: str | None
    kind: str  # rss20, atom10, json11 ...
    entries: tuple[Entry, ...]
    bad: tuple[BadEntry, ...] = ()
    slices: tuple[bytes, ...] = ()
    skipped: int = 0  # items not parsed because their slice was known
    ttl: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()  # of the entries, among the document's items

    @property
    def slices_read(self) -> tuple[bytes, ...]:
        """The hashes of the items that need not be read again. Those of bad ones are left out,
        so that they are tried again.
        """
        lost = {self.slices[one.position] for one in self.bad if one.position < len(self.slices)}
        return tuple(one for one in self.slices if one not in lost)

    @property
    def mendable(self) -> int:
        """How many items this program failed over."""
        return sum(one.mendable for one in self.bad)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed's bytes, decompressed, as they came after redirects."""

    body: bytes
    status: int
    url: str
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    moved_to: str | None = None  # where a permanent redirect pointed


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said 304."""

    status: int = 304
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A feed's failure as a value: it joins the round's result and is stored beside the feed."""

    kind: FailureKind
    message: str  # plain words for people
    status: int | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is stored about a feed between rounds."""

    name: str
    url: str
    state: str = "new"  # new | well | empty | silent | failing | gone | off
    status: int | None = None  # HTTP status of the last answer
    error: str | None = None
    failure: str | None = None  # its kind, a FailureKind
    failures: int = 0  # in a row
    entries: int = 0  # stored of this feed, all time
    new_entries: int = 0  # in the last round
    last_polled: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None  # when an entry last was new
    next_due: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    interval: timedelta | None = None  # between polls, as adapted
    moved_to: str | None = None  # its permanent new address, as it says
    moved_count: int = 0  # answers in a row that agreed on that
    habit: timedelta | None = None  # usual time between two rounds that brought something new
    ttl: timedelta | None = None  # the pause between polls that the feed itself asks for
    skip_hours: tuple[int, ...] = ()  # hours of the day, UTC, in which it asks not to be polled
    bad_entries: int = 0  # of the last document that was read: entries that could not be; they are tried again


# -- the reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Region:
    """What counts as the theatre, where feeds.yaml asks for another than the shipped one:
    ISO codes or gazetteer names.
    """

    widen: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()  # only these


@dataclass(frozen=True, slots=True)
class Signal:
    """One event or statement that changes the risk, with the words that prove it: field[start:end] == text."""

    category: str
    direction: str  # escalation | deescalation
    mode: str  # act | words
    severity: float  # signed, escalation > 0; magnitude on Goldstein's scale, 0..10
    rule: str  # name of the rule that made it
    field: str  # title | summary
    start: int  # code points
    end: int
    text: str
    source: str | None = None  # actor code, only where the clause says so
    target: str | None = None
    place: str | None = None
    operators: tuple[str, ...] = ()  # what changed the anchor on the way: "undoing: collapse"
    confidence: float | None = None  # 0..1, that it is meant; None where the reader does not say
    why: str | None = None  # what spoke for it and against it, in words


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An anchor that was found and does not count, and why: shown to people, never counted."""

    category: str
    reason: str  # "negation: did not"
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a reader is handed of one entry. `lang` is the feed's declared language."""

    title: str
    summary: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one entry."""

    lang: str | None
    direction: str  # escalation | deescalation | mixed | none | unread
    score: float  # the title-led sum that decided the direction: its sign is the direction's, -10..10
    theatre: bool
    actors: tuple[str, ...]
    places: tuple[str, ...]
    signals: tuple[Signal, ...]
    suppressed: tuple[Suppressed, ...]
    method: str  # the reader's version, with the hash of its words; empty while unread
    parts: tuple[str, ...] = ()  # keys of PARTS
    confidence: float | None = None  # 0..1, of the direction
    runner_up: str | None = None  # the direction that came next, where it was close
    fault: str | None = None  # why the entry could not be read; then nothing is known of it
    vector: bytes | None = field(default=None, repr=False)  # what it means, VECTOR signed bytes: network.packed

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.category for s in self.signals))


VERDICTS = ("right", "wrong", "missing", "undone")


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody said of one signal of an article. Of several on the same words, category and mode the newest holds.

    right: the signal is meant; wrong: it is not; missing: the reader did not find it; undone: what was said before
    holds no more.
    """

    id: int | None  # None until it is stored
    article_id: int
    at: datetime
    kind: str  # a word of VERDICTS
    category: str
    mode: str  # act | words
    field: str  # title | summary
    start: int  # code points, in the wording that was judged: field[start:end] == text
    end: int
    text: str
    who: str | None  # as the person gave it
    method: str  # version of the reader whose reading was judged
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An entry as stored, with its reading."""

    id: int
    feed: str
    publisher: str
    title: str
    summary: str
    link: str | None
    lang: str | None
    published: datetime | None
    first_seen: datetime
    at: datetime  # published where certain and not later than first_seen, otherwise first_seen
    direction: str  # escalation | deescalation | mixed | none | unread
    score: float
    categories: tuple[str, ...]
    actors: tuple[str, ...]
    places: tuple[str, ...]
    story_id: int | None
    method: str
    tier: int = 3
    theatre: bool = False
    published_text: str | None = None
    signals: tuple[Signal, ...] = field(default=())
    country: str | None = None  # the feed's
    parts: tuple[str, ...] = ()  # keys of PARTS, as the index divides them
    suppressed: tuple[Suppressed, ...] = ()
    confidence: float | None = None
    runner_up: str | None = None
    fault: str | None = None  # why it could not be read
    vector: bytes | None = field(
        default=None, repr=False
    )  # as its reading's; kept for the days in which stories are made


# -- stories, prices, index, alerts -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Story:
    """One event as reported by several publishers."""

    id: int
    title: str
    first_seen: datetime
    last_seen: datetime
    direction: str
    score: float
    categories: tuple[str, ...]
    actors: tuple[str, ...]
    places: tuple[str, ...]
    langs: tuple[str, ...]
    articles: int
    publishers: int  # independent ones: copies of one text are one
    state: str = "reported by one"  # | confirmed | disputed | denied | corrected
    confirmed_by: int = 1  # independent publishers with a report that does not deny, oppose or take back the story
    first_publisher: str = ""  # who reported it first
    confidence: float | None = None  # mean of those reports, as far as the reader says
    titles: tuple[tuple[str, str], ...] = ()  # language, the most typical headline in it; `title` is that of all


@dataclass(frozen=True, slots=True)
class Series:
    """A price series as feeds.yaml names it."""

    name: str
    symbol: str  # at Yahoo
    unit: str = "USD"
    kind: str = "front month"  # front month | spot | index | equity
    fred: str | None = None  # series id of the spot fall-back
    calendar: str | None = None  # exchange_calendars name
    settles: str | None = None  # when the close of a day is made: "14:30 America/New_York"; None: when the session ends


@dataclass(frozen=True, slots=True)
class Price:
    """One daily close, with its source and the time it was fetched."""

    series: str
    day: datetime  # 00:00 UTC of the trading day
    close: float
    source: str  # yahoo | fred | synthetic
    kind: str
    unit: str
    market_time: datetime | None  # when the market made it
    fetched_at: datetime
    final: bool = True  # False: the day was still trading


@dataclass(frozen=True, slots=True)
class DataSeries:
    """A series of numbers from a file on the web, as `series` in feeds.yaml names it. `name` is its key everywhere."""

    name: str
    url: str  # of a CSV, XLS, XLSX or JSON file
    date: str  # column or, in JSON, path of the day
    value: str  # column or path of the number
    rows: str | None = None  # JSON: path of the list of rows; None: the document is the list
    sheet: str | None = None  # XLS, XLSX; None: the first that has both columns
    date_format: str | None = None  # as strptime takes it; None: ISO and its kin
    unit: str = ""
    frequency: str = "day"  # day | week | month
    lag: timedelta = timedelta(days=1)  # from the end of a day, week or month until its value is usually published
    every: timedelta = timedelta(hours=6)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold secrets
    allow_private: bool = False
    enabled: bool = True

    @property
    def columns(self) -> str:
        """What is read of the file, in one text."""
        return "; ".join(part or "" for part in (self.date, self.value, self.rows, self.sheet, self.date_format))


@dataclass(frozen=True, slots=True)
class Observation:
    """The value of one day in a series, as it was known from `vintage` on."""

    series: str
    day: datetime  # 00:00 UTC of the day, or of the first of the week or month
    value: float
    unit: str
    vintage: datetime  # when this value was first fetched; a later one of the same day is a revision


@dataclass(frozen=True, slots=True)
class SeriesState:
    """What is stored about a series of a file between rounds."""

    series: str
    url: str
    columns: str = ""  # those that were read: when feeds.yaml names others, a file that is not new is read again
    failure: str | None = None  # kind of what went wrong last, a FailureKind
    error: str | None = None  # the same in plain words
    failures: int = 0  # in a row
    last_asked: datetime | None = None
    last_success: datetime | None = None  # an answer without a fault, "not modified" too
    last_new: datetime | None = None  # when a value last was new or revised
    next_due: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """The index at one hour or day; `status` says why a number is missing."""

    grain: str
    at: datetime  # start of the hour or day
    method: str
    status: str  # ok | provisional | not enough news
    tension: float | None
    tension_low: float | None
    tension_high: float | None
    relief: float | None
    relief_low: float | None
    relief_high: float | None
    balance: float | None  # -1..1
    escalation_share: float | None  # per cent
    deescalation_share: float | None
    escalation_acts: float | None
    escalation_words: float | None
    deescalation_acts: float | None
    deescalation_words: float | None
    percentile: float | None
    entries: int  # polled, off-topic included
    signal_articles: int  # stored articles with a signal
    stories: int
    publishers: int
    part: str = "all"  # theatre part
    missing: str | None = None  # why there is not enough news, in words
    # None in points that were computed before there was this measure
    attention: float | None = None
    attention_low: float | None = None
    attention_high: float | None = None
    attention_share: float | None = None  # per cent of coverage that is about the theatre
    theatre_articles: int | None = None  # stored articles about the theatre, with or without a signal


@dataclass(frozen=True, slots=True)
class Alert:
    """What a rule of feeds.yaml reports: something began, is over, or rests on articles that were since edited or
    corrected; or a brief that was made by the clock, which is sent in the same way.
    """

    id: int | None
    rule: str
    kind: str  # of the rule: level | jump | signal | price | series | silence; or brief
    at: datetime
    state: str  # firing | resolved | corrected; of a brief: made
    message: str
    key: str  # what makes two alerts one and the same: the rule, and the story, day or feed
    sent: datetime | None = None  # when the first address took it
    stories: tuple[int, ...] = ()
    articles: tuple[int, ...] = ()  # those it rests on


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """One alert on its way to one address."""

    alert_id: int
    address: str  # the service and a mark made of the address; never the address, which may hold a password
    state: str  # waiting | sending | sent | failed | unknown | removed
    attempts: int = 0
    next_try: datetime | None = None
    error: str | None = None
