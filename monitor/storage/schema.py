"""The tables of the database, under the names that CSV and screen use too.

Texts that may be long stand last in a row, so that SQLite can read the columns before them without following overflow
pages.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from monitor.models import VECTOR
from monitor.storage.columns import Hours, Id, Json, Pairs, Plain, Span, Time, count, number, text, time, words

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

feeds = Table(
    "feeds", metadata,
    Column("name", Plain, primary_key=True),
    text("url"), text("state"), Column("status", Integer), text("error", required=False),
    text("failure", required=False), count("failures"), count("entries"), count("new_entries"),
    time("last_polled", required=False), time("last_success", required=False), time("last_new", required=False),
    time("next_due", required=False),
    text("etag", required=False), text("last_modified", required=False), Column("interval", Span),
    text("moved_to", required=False), count("moved_count"),
    Column("habit", Span), Column("ttl", Span), Column("skip_hours", Hours, nullable=False, server_default=""),
    count("bad_entries", server_default="0"),
    text("held_by", required=False), time("held_until", required=False),  # the process that polls it now (team.py)
)  # fmt: skip

# turns of several processes at one host (hosts.py)
hosts = Table(
    "hosts", metadata,
    Column("name", Plain, primary_key=True),
    Column("places", Json, nullable=False), time("next_start", required=False), time("rest_until", required=False),
)  # fmt: skip

feed_log = Table(
    "feed_log", metadata,
    Column("id", Id, primary_key=True),
    text("feed"), time("at"), text("state"), Column("status", Integer), count("entries"), count("new_entries"),
    count("bad_entries", server_default="0"), text("failure", required=False), text("error", required=False),
    Index(None, "feed", "id"),
)  # fmt: skip

# the hashes of a feed's last answer, end to end in one value: replaced whole, read whole
slices = Table(
    "slices", metadata,
    Column("feed", Plain, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)  # fmt: skip

_UNREAD, _FAULTY = sa.text("direction = 'unread'"), sa.text("fault IS NOT NULL")
articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    text("feed"),
    text("publisher"),
    text("country", required=False),
    count("tier"),
    text("lang", required=False),
    time("published", required=False),
    time("first_seen"),
    time("at"),
    text("direction"),
    number("score", required=True),
    Column("theatre", Boolean, nullable=False),
    # the highest severity of each kind, as a magnitude 0..10; what the index is made of
    number("escalation_act", required=True),
    number("escalation_words", required=True),
    number("deescalation_act", required=True),
    number("deescalation_words", required=True),
    words("categories"),
    words("actors"),
    words("places"),
    words("parts"),
    Column("story_id", BigInteger),
    text("method"),
    Column("text_key", BigInteger, nullable=False),  # equal for near-identical texts
    Column("identity", LargeBinary(16), nullable=False),  # digest of guid, else link, else title and date
    text("link", required=False),
    text("canonical", required=False),
    text("published_text", required=False),
    text("title"),
    text("summary"),
    Column("suppressed", Json, nullable=False),
    # the wording that was seen first, once the article was edited: title, summary and reading are those of the newest
    text("first_title", required=False),
    text("first_summary", required=False),
    number("confidence"),
    text("runner_up", required=False),
    text("fault", required=False),  # why it could not be read
    text("first_direction", required=False),  # of the wording that was seen first, once the article was edited
    UniqueConstraint("feed", "identity"),
    Index(None, "at", "id"),
    Index(None, "first_seen"),
    Index(None, "publisher", "at"),
    Index(None, "feed", "at"),
    Index(None, "story_id"),
    # of the few that wait to be read, and of the fewer that cannot be
    Index("ix_articles_unread", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    Index("ix_articles_fault", "feed", sqlite_where=_FAULTY, postgresql_where=_FAULTY),
)

# articles that are no longer kept: as much of each as tells that a feed still serves it
removed = Table(
    "removed", metadata,
    Column("feed", Plain, primary_key=True),
    Column("identity", LargeBinary(16), primary_key=True),
    Column("title_key", BigInteger, nullable=False), Column("link_key", BigInteger),
    sqlite_with_rowid=False,
)  # fmt: skip

# later wordings of an article
versions = Table(
    "versions", metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False, index=True),
    time("seen_at", index=True), text("title"), text("summary"),
)  # fmt: skip

signals = Table(
    "signals", metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False, index=True),
    time("at"), text("category"), text("direction"), text("mode"), number("severity", required=True), text("rule"),
    text("field"), count("start"), count("end"), text("text"),
    text("source", required=False), text("target", required=False), text("place", required=False),
    Column("operators", Json, nullable=False), number("confidence"), text("why", required=False),
    Index(None, "at", "id"),
)  # fmt: skip

# what people said of signals: every verdict is kept, the newest on the same words holds
corrections = Table(
    "corrections", metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False, index=True),
    time("at"), text("kind"), text("category"), text("mode"), text("field"), count("start"), count("end"), text("text"),
    text("who", required=False), text("method"), text("note", required=False),
)  # fmt: skip

# of articles that were corrected: the reading as the reader made it, from which the corrected one is computed
as_read = Table(
    "as_read", metadata,
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("reading", Json, nullable=False),
)  # fmt: skip

# what an article can be asked for by: (act, attack), (words, threat), (actor, IRN), (place, Muscat), (part, nuclear),
# (pair, USA>IRN)
article_tags = Table(
    "article_tags", metadata,
    Column("kind", Plain, primary_key=True),
    Column("value", Plain, primary_key=True),
    Column("at", Time, primary_key=True),
    Column("article_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)  # fmt: skip

stories = Table(
    "stories", metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # the id of the article that opened it
    time("first_seen"), time("last_seen"), text("direction"), number("score", required=True),
    words("categories"), words("actors"), words("places"), words("langs"), count("articles"), count("publishers"),
    Column("merged_into", BigInteger),  # where its articles went; the old address still answers
    text("title"),
    Column("state", Plain, nullable=False, server_default="reported by one"), count("confirmed_by", server_default="0"),
    Column("first_publisher", Plain, nullable=False, server_default=""), number("confidence"),
    Column("titles", Pairs, nullable=False, server_default="[]"),
    Index(None, "last_seen", "id"), Index(None, "first_seen", "id"),
)  # fmt: skip

# what the articles of the last days are compared by, so that a new process need not read their texts again
features = Table(
    "features", metadata,
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    time("at", index=True), text("made_by"), text("written"),
)  # fmt: skip

# what an entry with a tie to the theatre means, in VECTOR signed bytes: a table of its own, so that lists of articles
# do not read them
vectors = Table(
    "vectors", metadata,
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    time("at", index=True), Column("vector", LargeBinary(VECTOR), nullable=False),
)  # fmt: skip

prices = Table(
    "prices", metadata,
    Column("series", Plain, primary_key=True),
    Column("day", Time, primary_key=True),
    Column("source", Plain, primary_key=True),
    number("close", required=True), text("kind"), text("unit"),
    time("market_time", required=False), time("fetched_at"), Column("final", Boolean, nullable=False),
)  # fmt: skip

# one row a series and provider while it fails; gone with the next good answer
price_failures = Table(
    "price_failures", metadata,
    Column("series", Plain, primary_key=True),
    Column("provider", Plain, primary_key=True),
    time("at"), text("kind"), text("cause"), count("failures"), time("next_try", required=False),
)  # fmt: skip

# a row for each value that a day ever had: a revision is a row with a later vintage
observations = Table(
    "observations", metadata,
    Column("series", Plain, primary_key=True),
    Column("day", Time, primary_key=True),
    Column("vintage", Time, primary_key=True),
    number("value", required=True), text("unit"),
)  # fmt: skip

series_states = Table(
    "series_states", metadata,
    Column("series", Plain, primary_key=True),
    text("url"), text("columns"), text("failure", required=False), text("error", required=False), count("failures"),
    *(time(name, required=False) for name in ("last_asked", "last_success", "last_new", "next_due")),
    text("etag", required=False), text("last_modified", required=False),
)  # fmt: skip

index_points = Table(
    "index_points", metadata,
    Column("grain", Plain, primary_key=True),
    Column("part", Plain, primary_key=True),
    Column("at", Time, primary_key=True),
    Column("method", Plain, primary_key=True),
    text("status"),
    number("tension"), number("tension_low"), number("tension_high"), number("relief"), number("relief_low"),
    number("relief_high"), number("balance"), number("escalation_share"), number("deescalation_share"),
    number("escalation_acts"), number("escalation_words"), number("deescalation_acts"), number("deescalation_words"),
    number("percentile"), count("entries"), count("signal_articles"), count("stories"), count("publishers"),
    text("missing", required=False),
    number("attention"), number("attention_low"), number("attention_high"), number("attention_share"),
    Column("theatre_articles", Integer),
)  # fmt: skip

# of each finished day: all its entries, and how many of them hold one of the plain words
word_counts = Table(
    "word_counts", metadata,
    Column("day", Time, primary_key=True),
    count("entries"), count("counted"), text("method"),
)  # fmt: skip

alerts = Table(
    "alerts", metadata,
    Column("id", Id, primary_key=True),
    text("key"), text("rule"), text("kind"), time("at"), text("state"), text("message"), time("sent", required=False),
    Column("stories", Json, nullable=False), Column("articles", Json, nullable=False),
    UniqueConstraint("key", "at", "state"), Index(None, "at"),
)  # fmt: skip

# one row an alert and address; the address is a mark of it, never the address itself, which may hold a password
alert_deliveries = Table(
    "alert_deliveries", metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("address", Plain, primary_key=True),
    text("state"), count("attempts"), time("next_try", required=False), text("error", required=False),
    Index(None, "state"),
)  # fmt: skip

lease = Table(
    "lease", metadata,
    Column("name", Plain, primary_key=True),
    text("holder"), time("taken_at"), time("heartbeat"), time("until"),
)  # fmt: skip

# one row a step of the pipeline while it fails; gone with its next success
step_failures = Table(
    "step_failures", metadata,
    Column("step", Plain, primary_key=True),
    time("since"), time("at"), count("failures"), text("error"), time("next_try", required=False),
)  # fmt: skip

# notes that outlive a process: the fault of feeds.yaml, how far each step came ...
meta = Table("meta", metadata, Column("key", Plain, primary_key=True), text("value"), time("at"))
